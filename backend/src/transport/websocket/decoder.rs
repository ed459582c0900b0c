//! An incremental decoder of client frames, without I/O. It takes bytes as
//! they come and gives whole messages; it holds memory only for a message of
//! which a part has come.

use super::header::{Header, Opcode, PartialHeader};
use super::message::{self, Message};
use super::{Incoming, ProtocolError, mask};

/// Bytes that a fragment counts at least: fragments without any are work without end.
const FRAGMENT_BYTES_MIN: usize = 8;
/// Fragments that any message may have, however small its limit.
const FRAGMENTS_MIN: usize = 1_024;

/// What a decoder refuses.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The longest message, all fragments together. A frame that would cross it
    /// is refused by its header, before a byte of it is kept, and so is one fragment more than
    /// an eighth of these bytes.
    pub message_bytes_max: usize,
}

/// A frame whose header is complete and whose payload is not.
#[derive(Debug)]
struct Frame {
    header: Header,
    /// How much of the payload has come.
    have: usize,
}

/// Where the stream is beyond use.
#[derive(Debug)]
enum End {
    Closed,
    Failed(ProtocolError),
}

/// The decoder of one connection.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    header: PartialHeader,
    frame: Option<Frame>,
    message: Option<Message>,
    /// The payload of a control frame, which may stand between fragments.
    control: Vec<u8>,
    end: Option<End>,
}

impl Decoder {
    /// A decoder at the start of a connection.
    pub fn new(limits: Limits) -> Self {
        let header = PartialHeader::default();
        Self { limits, header, frame: None, message: None, control: Vec::new(), end: None }
    }

    /// Takes bytes off the front of `input` up to the end of the next message
    /// and gives it; `None` when `input` is used up first. After an error every
    /// call gives that error again.
    pub fn decode(&mut self, input: &mut &[u8]) -> Result<Option<Incoming>, ProtocolError> {
        match self.end {
            Some(End::Failed(error)) => return Err(error),
            Some(End::Closed) => {
                *input = &[];
                return Ok(None);
            }
            None => {}
        }
        let decoded = self.decode_open(input);
        match &decoded {
            Err(error) => self.finish(End::Failed(*error)),
            Ok(Some(Incoming::Close { .. })) => self.finish(End::Closed),
            Ok(_) => {}
        }
        decoded
    }

    fn finish(&mut self, end: End) {
        self.end = Some(end);
        self.message = None;
        self.control = Vec::new();
    }

    fn decode_open(&mut self, input: &mut &[u8]) -> Result<Option<Incoming>, ProtocolError> {
        loop {
            let frame = match self.frame.take() {
                Some(frame) => frame,
                None => match self.header.read(input)? {
                    Some(header) => self.begin(header)?,
                    None => return Ok(None),
                },
            };
            let header = frame.header;
            match self.read_payload(frame, input)? {
                Some(frame) => {
                    self.frame = Some(frame);
                    return Ok(None);
                }
                None => {
                    if let Some(incoming) = self.complete(header)? {
                        return Ok(Some(incoming));
                    }
                }
            }
        }
    }

    /// Judges a header by what came before it and by the limit.
    fn begin(&mut self, header: Header) -> Result<Frame, ProtocolError> {
        if !header.opcode.is_control() {
            match (header.opcode, &self.message) {
                (Opcode::Continuation, None) => return Err(ProtocolError::NothingToContinue),
                (Opcode::Continuation, Some(_)) => {}
                (_, Some(_)) => return Err(ProtocolError::MessageInsideMessage),
                (opcode, None) => {
                    self.message = Some(Message::new(opcode == Opcode::Text));
                }
            }
            let bytes_max = self.limits.message_bytes_max;
            let fragments_max = (bytes_max / FRAGMENT_BYTES_MIN).max(FRAGMENTS_MIN);
            let (before, fragments) = self.message.as_mut().map_or((0, 0), |message| {
                message.fragments += 1;
                (message.payload.len(), message.fragments)
            });
            let left = bytes_max.saturating_sub(before);
            if header.length > left as u64 || fragments > fragments_max {
                return Err(ProtocolError::TooBig);
            }
        }
        Ok(Frame { header, have: 0 })
    }

    /// Moves what `input` has of the payload; gives the frame back while some
    /// of it is missing. The only copy of a payload that comes in one piece.
    fn read_payload(
        &mut self,
        mut frame: Frame,
        input: &mut &[u8],
    ) -> Result<Option<Frame>, ProtocolError> {
        let Header { fin, opcode, mask, length } = frame.header;
        // `begin` checked the length against a `usize`.
        let missing = length as usize - frame.have;
        let (chunk, rest) = input.split_at(missing.min(input.len()));
        *input = rest;
        let whole = chunk.len() == missing;
        // `begin` made the message that a data frame belongs to.
        let mut message = self.message.as_mut().filter(|_| !opcode.is_control());
        let payload = message.as_mut().map_or(&mut self.control, |message| &mut message.payload);
        if whole && fin {
            payload.reserve_exact(chunk.len());
        }
        let start = payload.len();
        payload.extend_from_slice(chunk);
        mask::apply(&mut payload[start..], mask, frame.have);
        frame.have += chunk.len();
        // A message that ends here is checked as a whole in `complete`.
        if let Some(message) = message.filter(|_| !(whole && fin)) {
            message.check()?;
        }
        Ok((!whole).then_some(frame))
    }

    /// The frame is whole: gives its message, unless fragments are to follow.
    fn complete(&mut self, header: Header) -> Result<Option<Incoming>, ProtocolError> {
        match header.opcode {
            Opcode::Ping => Ok(Some(Incoming::Ping(self.take_control().into()))),
            Opcode::Pong => Ok(Some(Incoming::Pong(self.take_control().into()))),
            Opcode::Close => message::close(&self.take_control()).map(Some),
            Opcode::Continuation | Opcode::Text | Opcode::Binary if header.fin => {
                self.message.take().map(Message::complete).transpose()
            }
            Opcode::Continuation | Opcode::Text | Opcode::Binary => Ok(None),
        }
    }

    fn take_control(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.control)
    }
}

/// Decodes what may be anything, in two pieces: the target of the fuzzer and of
/// the property tests. It must not panic, and must use up what it accepts.
pub fn decode_any_bytes(bytes: &[u8]) {
    let mut decoder = Decoder::new(Limits { message_bytes_max: 1 << 16 });
    let (left, right) = bytes.split_at(bytes.len() / 2);
    for mut piece in [left, right] {
        loop {
            match decoder.decode(&mut piece) {
                Ok(Some(_)) => {}
                Ok(None) => break assert!(piece.is_empty(), "accepted bytes were not used"),
                Err(_) => return,
            }
        }
    }
}

#[cfg(test)]
mod tests;
