//! Who has shown the token in a browser: random names in a table of bounded size.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use service::random;
use subtle::ConstantTimeEq;

/// Milliseconds from the token to the next time that it is asked for: a working day.
pub(super) const SESSION_MS: u64 = 12 * 60 * 60 * 1_000;
/// Sessions at once. One more ends the oldest.
const SESSIONS_MAX: usize = 64;

/// The sessions in force.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<String, Session>>);

/// One browser's.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// What every change must carry, and no other site can read.
    pub(super) csrf: String,
    /// When the token is asked for again, in milliseconds since 1970.
    pub(super) expires: u64,
}

impl Sessions {
    /// A new session and its name.
    pub(super) fn open(&self, now: u64) -> (String, Session) {
        let name = secret();
        let session = Session { csrf: secret(), expires: now + SESSION_MS };
        let mut sessions = self.lock();
        sessions.retain(|_, session| session.expires > now);
        if sessions.len() >= SESSIONS_MAX
            && let Some(oldest) = sessions
                .iter()
                .min_by_key(|(_, session)| session.expires)
                .map(|(name, _)| name.clone())
        {
            sessions.remove(&oldest);
        }
        sessions.insert(name.clone(), session.clone());
        (name, session)
    }

    /// The session of this name, if it is in force.
    pub(super) fn get(&self, name: &str, now: u64) -> Option<Session> {
        self.lock().get(name).filter(|session| session.expires > now).cloned()
    }

    /// Ends a session.
    pub(super) fn close(&self, name: &str) {
        self.lock().remove(name);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Whether a change carries this session's token.
    pub(super) fn allows(&self, csrf: &str) -> bool {
        self.csrf.as_bytes().ct_eq(csrf.as_bytes()).into()
    }
}

/// 256 random bits. Whoever guesses one has no need to measure how long the table looks for it.
fn secret() -> String {
    URL_SAFE_NO_PAD.encode(random::bytes::<32>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_with_its_time() {
        let sessions = Sessions::default();
        let (name, session) = sessions.open(1_000);
        assert!(sessions.get(&name, session.expires - 1).is_some());
        assert!(sessions.get(&name, session.expires).is_none());
        sessions.close(&name);
        assert!(sessions.get(&name, 1_001).is_none());
    }

    #[test]
    fn one_session_too_many_ends_the_oldest() {
        let sessions = Sessions::default();
        let names: Vec<_> = (0..=SESSIONS_MAX as u64).map(|now| sessions.open(now).0).collect();
        let living = names.iter().filter(|name| sessions.get(name, 100).is_some()).count();
        assert_eq!(living, SESSIONS_MAX);
        assert!(sessions.get(&names[0], 100).is_none());
    }

    #[test]
    fn a_session_takes_only_its_own_csrf_token() {
        let sessions = Sessions::default();
        let (first, second) = (sessions.open(1).1, sessions.open(1).1);
        assert!(first.allows(&first.csrf));
        assert!(!first.allows(&second.csrf) && !first.allows(""));
    }
}
