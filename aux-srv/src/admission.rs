//! Who may go to which room: the name, the session, the owner and the ticket of one connection.

use std::net::IpAddr;

use http::HeaderMap;
use protocol::limits::TICKET_MS;
use protocol::token::{Pass, Session, Ticket};
use protocol::wire::Id128;
use protocol::{ErrorCode, NameError, RoomName};
use service::http::session_of;
use service::random;

use crate::metrics::Routed;
use crate::router::Route;
use crate::server::AuxServer;

/// A visitor on the way to a room.
pub(crate) struct Admitted {
    pub(crate) route: Route,
    pub(crate) session: Session,
    /// Whether the visitor has just got the session.
    pub(crate) is_new: bool,
    pub(crate) ticket: Ticket,
}

impl AuxServer {
    /// Admits a visitor to a room by the name that an address gives it.
    pub(crate) fn admit(
        &self,
        name: Result<RoomName, NameError>,
        headers: &HeaderMap,
        address: IpAddr,
    ) -> Result<Admitted, ErrorCode> {
        let admitted = self.judge(name, headers, address);
        let outcome = match &admitted {
            Ok(_) => Routed::Ticketed,
            Err(ErrorCode::RateLimited) => Routed::RateLimited,
            Err(ErrorCode::Unavailable) => Routed::Unavailable,
            Err(_) => Routed::BadName,
        };
        self.metrics.routed(outcome, 1);
        admitted
    }

    fn judge(
        &self,
        name: Result<RoomName, NameError>,
        headers: &HeaderMap,
        address: IpAddr,
    ) -> Result<Admitted, ErrorCode> {
        let name = name?;
        let route = self.route(&name, address)?;
        let known = session_of(headers, &self.keys);
        let session = known.unwrap_or_else(|| Session(random::bytes()));
        let ticket = self.ticket(&name, &route, &session);
        Ok(Admitted { route, session, is_new: known.is_none(), ticket })
    }

    /// Where a room is. A place for a new one is kept whether or not anybody enters it, so that an
    /// address may cause so many; one that could not be given costs nothing.
    fn route(&self, name: &RoomName, address: IpAddr) -> Result<Route, ErrorCode> {
        let unavailable = |_| ErrorCode::Unavailable;
        if self.fleet.has(name) {
            return self.fleet.route(name).map_err(unavailable);
        }
        let taken = self.places.take(address, self.clock.now(), 1);
        taken.map_err(|_| ErrorCode::RateLimited)?;
        self.fleet.route(name).map_err(unavailable).inspect_err(|_| {
            self.places.give_back(address, 1);
        })
    }

    fn ticket(&self, name: &RoomName, route: &Route, session: &Session) -> Ticket {
        let placement = &route.placement;
        Ticket {
            room: name.to_string(),
            run: placement.run.0,
            router: placement.router.0,
            epoch: placement.owner.epoch,
            session: session.hash(&self.keys),
            nonce: Id128(random::bytes()),
            // Backends judge it by this clock, which they learn with each question.
            expires: self.clock.unix() + TICKET_MS,
        }
    }

    /// The ticket as it goes through a browser.
    pub(crate) fn pass(&self, admitted: &Admitted, origin: Option<String>) -> String {
        let (ticket, session) = (admitted.ticket.clone(), admitted.session.0);
        Pass { ticket, session, origin }.seal(&self.keys, random::bytes())
    }
}
