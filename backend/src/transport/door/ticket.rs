//! Tickets: who may enter which room here, once.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use http::StatusCode;
use http::request::Parts;
use placement::{Admission, RouterId, RunId};
use protocol::http::{SESSION_HEADER, TICKET_HEADER};
use protocol::limits::TICKET_LEEWAY_MS;
use protocol::token::{Pass, Session, Ticket, TokenError};
use protocol::wire::Id128;
use protocol::{ErrorCode, RoomName, TICKET_SUBPROTOCOL_PREFIX};
use service::http::{Problem, session_of};

use super::Turned;
use crate::backend::Backend;
use crate::refused::Refused;
use crate::transport::websocket::offered;

/// Tickets remembered as used. They are forgotten when they expire, after 70 s, so this is far
/// more than 2,000 connections a second; beyond it nobody comes in.
const NONCES_MAX: usize = 200_000;

/// Whoever brings a ticket that was good asks again, and gets a better one.
const EXPIRED: Refused = Refused::new(ErrorCode::BadTicket, "the ticket has expired");
const OTHER_RUN: Refused = Refused::new(ErrorCode::Moved, "the ticket is for another process");

/// Who asks to come in where.
pub(super) struct Visitor {
    pub(super) session: Session,
    pub(super) ticket: Ticket,
    /// The page that a pass was given to, where one was brought.
    pub(super) page: Option<Page>,
}

/// The origin of a page that the router has checked; none of a client that is no browser.
pub(super) struct Page(pub(super) Option<String>);

/// The visitor of a request. Tickets are judged by the time of the router that issued them.
pub(super) fn read(backend: &Backend, parts: &Parts, now: u64) -> Result<Visitor, Turned> {
    let keys = &backend.keys;
    if let Some(pass) = offered(parts, TICKET_SUBPROTOCOL_PREFIX) {
        let Pass { ticket, session, origin } = Pass::open(keys, pass, now).map_err(bad)?;
        return Ok(Visitor { session: Session(session), ticket, page: Some(Page(origin)) });
    }
    // A session that the router has just made stands in a header of its own.
    let made = header(parts, SESSION_HEADER).and_then(|token| Session::verify(keys, token).ok());
    let session = made.or_else(|| session_of(&parts.headers, keys));
    let session = session.ok_or_else(|| forbidden("there is no session"))?;
    let token = header(parts, TICKET_HEADER).ok_or_else(|| forbidden("there is no ticket"))?;
    let ticket = Ticket::verify(keys, token, now).map_err(bad)?;
    Ok(Visitor { session, ticket, page: None })
}

/// Accepts a ticket, once.
pub(super) fn admit(
    backend: &Backend,
    visitor: &Visitor,
    name: &RoomName,
    now: u64,
) -> Result<Admission, Turned> {
    let Visitor { session, ticket, .. } = visitor;
    if ticket.room != name.as_str() {
        return Err(forbidden("the ticket is for another room"));
    }
    if !session.matches(&backend.keys, ticket.session) {
        return Err(forbidden("the ticket is another session's"));
    }
    if RunId(ticket.run) != backend.standing.run() {
        return Err(OTHER_RUN.into());
    }
    match backend.nonces.accept(ticket.nonce, ticket.expires, now) {
        Accepted::First => Ok(Admission {
            router: RouterId(ticket.router),
            run: RunId(ticket.run),
            room: name.shared(),
            epoch: ticket.epoch,
        }),
        Accepted::Again => Err(forbidden("the ticket was used already")),
        Accepted::Full => Err(Turned::Away(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Unavailable,
            "too many tickets were used of late",
        ))),
    }
}

/// What is not signed by the fleet costs no upgrade; what was good once is told so.
fn bad(error: TokenError) -> Turned {
    match error {
        TokenError::Expired => EXPIRED.into(),
        error => forbidden(&format!("the ticket is {error}")),
    }
}

fn forbidden(detail: &str) -> Turned {
    Turned::Away(Problem::new(StatusCode::FORBIDDEN, ErrorCode::BadTicket, detail))
}

fn header<'p>(parts: &'p Parts, name: &str) -> Option<&'p str> {
    parts.headers.get(name)?.to_str().ok()
}

/// Tickets that were used and have not expired.
#[derive(Debug, Default)]
pub(crate) struct Nonces(Mutex<Used>);

#[derive(Debug, Default)]
struct Used {
    nonces: HashSet<Id128>,
    /// In the order of acceptance, which is nearly that of expiry.
    order: VecDeque<(u64, Id128)>,
}

/// What becomes of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Accepted {
    First,
    Again,
    Full,
}

impl Nonces {
    fn accept(&self, nonce: Id128, expires: u64, now: u64) -> Accepted {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((until, oldest)) = used.order.front().copied()
            && until < now
        {
            used.order.pop_front();
            used.nonces.remove(&oldest);
        }
        if used.nonces.contains(&nonce) {
            return Accepted::Again;
        }
        if used.nonces.len() >= NONCES_MAX {
            return Accepted::Full;
        }
        used.nonces.insert(nonce);
        used.order.push_back((expires.saturating_add(TICKET_LEEWAY_MS), nonce));
        Accepted::First
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonce(n: u32) -> Id128 {
        Id128(u128::from(n).to_le_bytes())
    }

    #[test]
    fn a_ticket_is_accepted_once_until_it_has_expired_anyway() {
        let nonces = Nonces::default();
        assert_eq!(nonces.accept(nonce(1), 60_000, 0), Accepted::First);
        assert_eq!(nonces.accept(nonce(1), 60_000, 70_000), Accepted::Again);
        assert_eq!(nonces.accept(nonce(2), 130_000, 70_001), Accepted::First);
        assert_eq!(nonces.0.lock().unwrap().nonces.len(), 1, "the expired one is forgotten");
    }

    #[test]
    fn the_memory_of_tickets_is_bounded() {
        let nonces = Nonces::default();
        for n in 0..NONCES_MAX as u32 {
            assert_eq!(nonces.accept(nonce(n), 60_000, 0), Accepted::First);
        }
        assert_eq!(nonces.accept(nonce(u32::MAX), 60_000, 0), Accepted::Full);
        assert_eq!(nonces.accept(nonce(u32::MAX), 130_000, 70_001), Accepted::First);
    }
}
