//! Why something did not work.

use protocol::ErrorCode;
use protocol::http::Problem;

/// Why a client's call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused a request or a join.
    #[error("refused: {} ({detail})", code.as_str())]
    Refused {
        /// Why, for programs.
        code: ErrorCode,
        /// Why, for developers.
        detail: String,
        /// Milliseconds until it may work.
        retry_after_ms: Option<u64>,
    },
    /// The server did not open a WebSocket.
    #[error("the handshake was answered with status {status}")]
    Handshake {
        /// The HTTP status.
        status: u16,
        /// The body, where it is a problem document.
        problem: Option<Box<Problem>>,
    },
    /// The connection was closed.
    #[error("closed with {code}: {reason}")]
    Closed {
        /// The close code; 1006 when the connection ended without one.
        code: u16,
        /// The reason that the server gave.
        reason: String,
    },
    /// The connection could not be made, or the server broke RFC 6455.
    #[error(transparent)]
    Transport(Box<tokio_tungstenite::tungstenite::Error>),
    /// The server sent what is no frame of version 1.
    #[error("the server sent no frame of version 1: {0}")]
    BadFrame(serde_json::Error),
    /// The server answered with a frame of another kind than was asked for.
    #[error("the server answered with a frame of another kind")]
    WrongAnswer,
    /// The server skipped or repeated an event.
    #[error("event {got} came where {expected} was due")]
    OutOfOrder {
        /// The `seq` that was due.
        expected: u64,
        /// The `seq` that came.
        got: u64,
    },
    /// More frames came than are kept while a request waits.
    #[error("more than {} frames wait to be received", crate::INBOX_FRAMES_MAX)]
    InboxFull,
    /// The server took longer than the deadline of the options.
    #[error("no {0} in time")]
    Timeout(&'static str),
    /// The address is no `ws://` address.
    #[error("not a ws:// address")]
    BadUrl,
}

impl Error {
    /// The code of a refusal, on the connection or instead of it.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            Self::Handshake { problem, .. } => problem.as_ref().map(|problem| problem.code),
            _ => None,
        }
    }

    /// The close code, when the connection has ended.
    pub fn close_code(&self) -> Option<u16> {
        match self {
            Self::Closed { code, .. } => Some(*code),
            _ => None,
        }
    }
}

impl From<tokio_tungstenite::tungstenite::Error> for Error {
    fn from(error: tokio_tungstenite::tungstenite::Error) -> Self {
        Self::Transport(Box::new(error))
    }
}
