//! Why a call has no answer, told apart by what the caller may conclude.

use std::error::Error;
use std::io;

use placement::RouterId;

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Nothing listens there: the machine said so.
    #[error("the connection was refused")]
    Refused,
    /// The connection was cut after it was open: the process may be gone, or something between the
    /// two has cut it.
    #[error("the connection was reset")]
    Reset,
    /// The address's host name has no address.
    #[error("the host name does not resolve")]
    Unresolved,
    /// No answer in time, which says nothing about the process.
    #[error("no answer in time")]
    Timeout,
    /// A later run of the router has asked before.
    #[error("a later run of the router is at work")]
    Stale {
        /// The later one.
        newest: RouterId,
    },
    /// The process answers that it does not do this.
    #[error("refused with {status}: {detail}")]
    Rejected {
        /// The status of HTTP.
        status: u16,
        /// Why.
        detail: String,
    },
    /// What came back is no answer of this fleet.
    #[error("no answer of this fleet: {0}")]
    Bad(String),
}

impl CallError {
    /// Whether it is likelier that the process is gone than that it is slow. Whoever must be sure
    /// that nobody is there goes by [`CallError::Refused`] alone.
    pub fn says_gone(&self) -> bool {
        matches!(self, Self::Refused | Self::Reset)
    }
}

/// What a failure of the HTTP client says about the process that was called.
pub(crate) fn broken(error: &reqwest::Error) -> CallError {
    if error.is_dns() {
        return CallError::Unresolved;
    }
    if error.is_timeout() {
        return CallError::Timeout;
    }
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    let mut innermost = String::new();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            match error.kind() {
                io::ErrorKind::ConnectionRefused => return CallError::Refused,
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe => return CallError::Reset,
                // Packets are lost on their way: as silent as a cut.
                io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::TimedOut => return CallError::Timeout,
                _ => {}
            }
        }
        innermost = error.to_string();
        cause = error.source();
    }
    CallError::Bad(innermost)
}
