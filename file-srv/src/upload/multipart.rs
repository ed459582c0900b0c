//! A multipart body with exactly one part, `file` (RFC 7578), read as it comes.
//!
//! Pure: bytes in, pieces out. It holds back no more than a boundary's length, or the part's
//! headers, so a fast client fills no buffer.

use bytes::{Buf, Bytes, BytesMut};

use super::part;
use crate::limits::{BOUNDARY_BYTES_MAX, PART_HEADER_BYTES_MAX};

/// The reader of one body.
pub(crate) struct Multipart {
    /// Line end, two hyphens and the boundary.
    delimiter: Vec<u8>,
    buffer: BytesMut,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the first boundary.
    Start,
    /// In the headers of the part.
    Headers,
    /// In the file.
    Content,
    /// After the last boundary.
    End,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// The file begins, with the name that the client gave it.
    Name(String),
    /// A part of the file.
    Content(Bytes),
}

/// Why a body is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MultipartError {
    /// The content type is not `multipart/form-data` with one boundary.
    #[error("the body is not multipart/form-data")]
    ContentType,
    /// The body does not begin with the boundary.
    #[error("the body does not begin with its boundary")]
    Start,
    /// The part's headers are too long.
    #[error("the headers of the part are too long")]
    LongHeaders,
    /// The part's headers are malformed or say something twice.
    #[error("the headers of the part are malformed")]
    Headers,
    /// The part is not `file`.
    #[error("the part is not called file")]
    OtherPart,
    /// There is no part.
    #[error("there is no part called file")]
    NoPart,
    /// There is more than one part.
    #[error("there is more than one part")]
    SecondPart,
    /// The body ends before its last boundary.
    #[error("the body ends before its last boundary")]
    Truncated,
}

impl Multipart {
    /// The reader of a body with this content type.
    pub(crate) fn new(content_type: &str) -> Result<Self, MultipartError> {
        let boundary = part::boundary(content_type).ok_or(MultipartError::ContentType)?;
        if boundary.is_empty() || boundary.len() > BOUNDARY_BYTES_MAX {
            return Err(MultipartError::ContentType);
        }
        // The first boundary needs no line end before it: it is given one.
        let buffer = BytesMut::from(&b"\r\n"[..]);
        let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
        Ok(Self { delimiter, buffer, state: State::Start })
    }

    /// Takes bytes of the body.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        if self.state != State::End {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next piece, or none until there are more bytes.
    pub(crate) fn next(&mut self) -> Result<Option<Piece>, MultipartError> {
        match self.state {
            State::Start => self.start(),
            State::Headers => self.headers(),
            State::Content => self.content(),
            State::End => Ok(None),
        }
    }

    /// Whether the last boundary has come. What follows it says nothing.
    pub(crate) fn is_complete(&self) -> bool {
        self.state == State::End
    }

    fn start(&mut self) -> Result<Option<Piece>, MultipartError> {
        let whole = self.delimiter.len() + 2;
        let seen = self.buffer.len().min(self.delimiter.len());
        if self.buffer[..seen] != self.delimiter[..seen] {
            return Err(MultipartError::Start);
        }
        if self.buffer.len() < whole {
            return Ok(None);
        }
        match &self.buffer[seen..whole] {
            b"\r\n" => {}
            b"--" => return Err(MultipartError::NoPart),
            _ => return Err(MultipartError::Start),
        }
        self.buffer.advance(whole);
        self.state = State::Headers;
        self.headers()
    }

    fn headers(&mut self) -> Result<Option<Piece>, MultipartError> {
        const END: &[u8] = b"\r\n\r\n";
        let limit = self.buffer.len().min(PART_HEADER_BYTES_MAX);
        let Some(end) = self.buffer[..limit].windows(END.len()).position(|bytes| bytes == END)
        else {
            let too_long = self.buffer.len() >= PART_HEADER_BYTES_MAX;
            return if too_long { Err(MultipartError::LongHeaders) } else { Ok(None) };
        };
        let name = part::file_name(&self.buffer[..end])?;
        self.buffer.advance(end + END.len());
        // An empty file's boundary follows at once: the headers' line end is its own.
        self.state = State::Content;
        Ok(Some(Piece::Name(name)))
    }

    fn content(&mut self) -> Result<Option<Piece>, MultipartError> {
        let (safe, found) = match find(&self.buffer, &self.delimiter) {
            Found::At(at) => (at, true),
            Found::NotBefore(at) => (at, false),
        };
        if safe > 0 {
            return Ok(Some(Piece::Content(self.buffer.split_to(safe).freeze())));
        }
        let whole = self.delimiter.len() + 2;
        if !found || self.buffer.len() < whole {
            return Ok(None);
        }
        if &self.buffer[self.delimiter.len()..whole] != b"--" {
            return Err(MultipartError::SecondPart);
        }
        self.buffer.clear();
        self.state = State::End;
        Ok(None)
    }
}

/// Where something is.
enum Found {
    /// Here.
    At(usize),
    /// It begins here at the earliest, once there are more bytes.
    NotBefore(usize),
}

fn find(bytes: &[u8], delimiter: &[u8]) -> Found {
    let mut from = 0;
    while let Some(next) = bytes[from..].iter().position(|byte| *byte == delimiter[0]) {
        let at = from + next;
        let seen = (bytes.len() - at).min(delimiter.len());
        if bytes[at..at + seen] == delimiter[..seen] {
            return if seen == delimiter.len() { Found::At(at) } else { Found::NotBefore(at) };
        }
        from = at + 1;
    }
    Found::NotBefore(bytes.len())
}

#[cfg(test)]
mod tests;
