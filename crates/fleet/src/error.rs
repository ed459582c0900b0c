//! Why a call has no answer, told apart by what the caller may conclude.

use placement::RouterId;

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Nothing listens there, or the connection was reset: the process is gone.
    #[error("the connection was refused or reset")]
    Refused,
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
