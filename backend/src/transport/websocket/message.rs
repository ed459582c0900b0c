//! What a client sends, once its frames are put together: texts are UTF-8, and
//! close frames carry only codes that may be sent.

use bytes::Bytes;

use super::ProtocolError;

/// What a client sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Bytes),
    /// A ping; answer with a pong of the same payload.
    Ping(Bytes),
    /// A pong, asked for or not.
    Pong(Bytes),
    /// The client closes; whatever follows is ignored.
    Close {
        /// The code, if the frame had a payload.
        code: Option<u16>,
        /// The reason, possibly empty.
        reason: String,
    },
}

/// A message of which a part has come.
#[derive(Debug)]
pub(super) struct Message {
    is_text: bool,
    pub(super) payload: Vec<u8>,
    /// The frames that it came in so far.
    pub(super) fragments: usize,
    /// The length of the prefix that is known to be UTF-8.
    valid: usize,
}

impl Message {
    pub(super) fn new(is_text: bool) -> Self {
        Self { is_text, payload: Vec::new(), fragments: 0, valid: 0 }
    }

    /// Fails as soon as no further byte could make the text valid. Each byte is
    /// looked at once, however small the pieces are.
    pub(super) fn check(&mut self) -> Result<(), ProtocolError> {
        if !self.is_text {
            return Ok(());
        }
        match std::str::from_utf8(&self.payload[self.valid..]) {
            Ok(text) => self.valid += text.len(),
            Err(error) if error.error_len().is_some() => return Err(ProtocolError::InvalidUtf8),
            Err(error) => self.valid += error.valid_up_to(),
        }
        Ok(())
    }

    pub(super) fn complete(self) -> Result<Incoming, ProtocolError> {
        if !self.is_text {
            return Ok(Incoming::Binary(self.payload.into()));
        }
        let text = String::from_utf8(self.payload);
        text.map(Incoming::Text).map_err(|_| ProtocolError::InvalidUtf8)
    }
}

/// Reads the payload of a close frame.
pub(super) fn close(payload: &[u8]) -> Result<Incoming, ProtocolError> {
    match payload {
        [] => Ok(Incoming::Close { code: None, reason: String::new() }),
        [_] => Err(ProtocolError::BadCloseCode),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !may_be_sent(code) {
                return Err(ProtocolError::BadCloseCode);
            }
            let reason = std::str::from_utf8(reason).map_err(|_| ProtocolError::InvalidUtf8)?;
            Ok(Incoming::Close { code: Some(code), reason: reason.to_owned() })
        }
    }
}

/// Whether a close frame may carry `code` (RFC 6455 §7.4 and the registry that
/// it founded); 1005, 1006 and 1015 stand for frames that never came.
fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}
