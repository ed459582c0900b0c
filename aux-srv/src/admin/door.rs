//! The state behind the routes: the token, the sessions, the guesses, the fleet.

use std::net::IpAddr;
use std::sync::Arc;

use service::Clock;
use service::rate::{AddressBuckets, Rate};
use tokio::sync::Semaphore;

use super::fleet::Fleet;
use super::refusal::Refusal;
use super::sessions::Sessions;
use super::token::AdminToken;

/// Wrong tokens of one address: five at once, then one in twelve seconds.
const GUESSES: Rate = Rate { burst: 5, refill_ms: 12_000 };
/// Addresses whose guesses are counted. A full table lets no stranger in, and the listener is
/// private: this many guess at once only where something is very wrong.
const GUESSERS_MAX: usize = 10_000;
/// Lists of rooms that are put together at once; each may hold as many rooms as are sorted at most.
const LISTINGS_MAX: usize = 2;

/// What every request needs.
pub(super) struct Door {
    pub(super) fleet: Arc<dyn Fleet>,
    pub(super) sessions: Sessions,
    pub(super) clock: Clock,
    pub(super) key_id: String,
    pub(super) listings: Semaphore,
    token: Option<AdminToken>,
    guesses: AddressBuckets,
}

impl Door {
    pub(super) fn new(
        fleet: Arc<dyn Fleet>,
        token: Option<AdminToken>,
        key_id: &str,
        clock: Clock,
    ) -> Self {
        Self {
            fleet,
            sessions: Sessions::default(),
            clock,
            key_id: key_id.to_owned(),
            listings: Semaphore::new(LISTINGS_MAX),
            token,
            guesses: AddressBuckets::new(GUESSES, GUESSERS_MAX),
        }
    }

    /// Whether anybody can come in at all.
    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Judges a token. Only wrong ones count against an address, but one that has guessed too often
    /// is not even told that it is right now.
    pub(super) fn judge(&self, address: IpAddr, text: &str) -> Result<(), Refusal> {
        let token = self.token.as_ref().ok_or(Refusal::NoToken)?;
        self.guesses
            .take(address, self.clock.now(), 1)
            .map_err(|retry_after_ms| Refusal::TooManyGuesses { retry_after_ms })?;
        if !token.is(text) {
            tracing::warn!(%address, "a wrong admin token");
            return Err(Refusal::Unauthorized);
        }
        self.guesses.give_back(address, 1);
        Ok(())
    }
}
