//! The header of a client frame (RFC 6455 §5.2), read byte by byte as it
//! arrives. It checks what can be checked without knowing earlier frames.

use super::ProtocolError;

/// Two bytes, up to eight of length, four of mask.
const HEADER_BYTES_MAX: usize = 14;
/// The longest payload of a control frame (RFC 6455 §5.5).
pub(super) const CONTROL_BYTES_MAX: usize = 125;

/// The opcodes of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    fn parse(bits: u8) -> Result<Self, ProtocolError> {
        match bits {
            0x0 => Ok(Self::Continuation),
            0x1 => Ok(Self::Text),
            0x2 => Ok(Self::Binary),
            0x8 => Ok(Self::Close),
            0x9 => Ok(Self::Ping),
            0xA => Ok(Self::Pong),
            _ => Err(ProtocolError::UnknownOpcode),
        }
    }

    pub(super) fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// A complete header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) fin: bool,
    pub(super) opcode: Opcode,
    pub(super) mask: [u8; 4],
    pub(super) length: u64,
}

/// A header of which some bytes have come.
#[derive(Debug, Default)]
pub(super) struct PartialHeader {
    bytes: [u8; HEADER_BYTES_MAX],
    have: u8,
}

impl PartialHeader {
    /// Takes bytes off `input` until the header is complete. The first two
    /// bytes are judged as soon as they are there.
    pub(super) fn read(&mut self, input: &mut &[u8]) -> Result<Option<Header>, ProtocolError> {
        if !self.fill(1, input) {
            return Ok(None);
        }
        let first = self.bytes[0];
        if first & 0x70 != 0 {
            return Err(ProtocolError::ReservedBit);
        }
        let fin = first & 0x80 != 0;
        let opcode = Opcode::parse(first & 0x0F)?;
        if opcode.is_control() && !fin {
            return Err(ProtocolError::BadControlFrame);
        }
        if !self.fill(2, input) {
            return Ok(None);
        }
        if self.bytes[1] & 0x80 == 0 {
            return Err(ProtocolError::NotMasked);
        }
        let short = self.bytes[1] & 0x7F;
        if opcode.is_control() && usize::from(short) > CONTROL_BYTES_MAX {
            return Err(ProtocolError::BadControlFrame);
        }
        let length_bytes = match short {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        if !self.fill(2 + length_bytes + 4, input) {
            return Ok(None);
        }
        let length = match length_bytes {
            0 => u64::from(short),
            n => self.bytes[2..2 + n].iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte)),
        };
        if length >> 63 != 0 {
            return Err(ProtocolError::BadLength);
        }
        let at = 2 + length_bytes;
        let mask = [at, at + 1, at + 2, at + 3].map(|i| self.bytes[i]);
        self.have = 0;
        Ok(Some(Header { fin, opcode, mask, length }))
    }

    /// Makes the first `want` bytes present, if `input` has them.
    fn fill(&mut self, want: usize, input: &mut &[u8]) -> bool {
        let have = usize::from(self.have);
        let take = want.saturating_sub(have).min(input.len());
        self.bytes[have..have + take].copy_from_slice(&input[..take]);
        *input = &input[take..];
        self.have += take as u8;
        have + take >= want
    }
}
