//! What a client can do wrong on an open WebSocket, and the close code that
//! tells it so (RFC 6455 §7.4.1).

/// A violation of the protocol; the connection cannot go on after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// A client frame came without a mask.
    #[error("frame is not masked")]
    NotMasked,
    /// A reserved bit is set though no extension was negotiated.
    #[error("reserved bit is set")]
    ReservedBit,
    /// An opcode that the standard does not define.
    #[error("unknown opcode")]
    UnknownOpcode,
    /// A control frame that is fragmented or longer than 125 bytes.
    #[error("control frame is fragmented or too long")]
    BadControlFrame,
    /// A continuation without a message to continue.
    #[error("continuation of no message")]
    NothingToContinue,
    /// A new message before the last fragment of the previous one.
    #[error("message inside a fragmented message")]
    MessageInsideMessage,
    /// A length whose highest bit is set.
    #[error("impossible frame length")]
    BadLength,
    /// A close frame with a payload of one byte or a code that may not be sent.
    #[error("bad close code")]
    BadCloseCode,
    /// A text message or a close reason that is not UTF-8.
    #[error("invalid UTF-8")]
    InvalidUtf8,
    /// A message above `message_bytes_max`.
    #[error("message too big")]
    TooBig,
}

impl ProtocolError {
    /// The close code that answers this error.
    pub fn close_code(self) -> u16 {
        match self {
            Self::InvalidUtf8 => 1007,
            Self::TooBig => 1009,
            _ => 1002,
        }
    }
}
