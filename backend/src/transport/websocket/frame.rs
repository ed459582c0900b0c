//! Encoding of server frames. They are not masked and never fragmented, so
//! header and payload stand in one buffer that every peer shares.

use bytes::Bytes;

use super::header::CONTROL_BYTES_MAX;

const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8A;

/// The header of a server frame with a 16-bit length.
const MEDIUM_HEADER_BYTES: usize = 4;
/// What a close frame has left for its reason.
const REASON_BYTES_MAX: usize = CONTROL_BYTES_MAX - 2;

/// A text frame around `payload`.
pub fn text(payload: &str) -> Bytes {
    frame(TEXT, payload.as_bytes())
}

/// A binary frame around `payload`.
pub fn binary(payload: &[u8]) -> Bytes {
    frame(BINARY, payload)
}

/// Appends a text frame whose payload `write` appends, so that a message is
/// serialised straight into its frame, and many of them into one batch.
///
/// The length is known only afterwards, so four bytes are kept for the header.
/// Payloads under 126 bytes move down by two (a cache line or two); those of
/// 64 KiB and more move up by six, which is their only copy.
pub fn append_text<R>(batch: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    let start = batch.len();
    batch.extend_from_slice(&[0; MEDIUM_HEADER_BYTES]);
    let payload = batch.len();
    let written = write(batch);
    let length = batch.len() - payload;
    let (header, header_bytes) = header(TEXT, length);
    if header_bytes > MEDIUM_HEADER_BYTES {
        batch.resize(batch.len() + header_bytes - MEDIUM_HEADER_BYTES, 0);
    }
    if header_bytes != MEDIUM_HEADER_BYTES {
        batch.copy_within(payload..payload + length, start + header_bytes);
        batch.truncate(start + header_bytes + length);
    }
    batch[start..start + header_bytes].copy_from_slice(&header[..header_bytes]);
    written
}

/// A close frame. A reason above 123 bytes is cut before the character that
/// would cross them.
pub fn close(code: u16, reason: &str) -> Bytes {
    let mut end = reason.len().min(REASON_BYTES_MAX);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    let mut payload = Vec::with_capacity(CONTROL_BYTES_MAX);
    payload.extend_from_slice(&code.to_be_bytes());
    payload.extend_from_slice(&reason.as_bytes()[..end]);
    frame(CLOSE, &payload)
}

/// The close frame that answers one that came without a code.
pub fn close_without_code() -> Bytes {
    Bytes::from_static(&[CLOSE, 0])
}

/// A ping. Payloads are cut at the 125 bytes of a control frame.
pub fn ping(payload: &[u8]) -> Bytes {
    control(PING, payload)
}

/// The answer to a ping, with its payload.
pub fn pong(payload: &[u8]) -> Bytes {
    control(PONG, payload)
}

fn control(first: u8, payload: &[u8]) -> Bytes {
    frame(first, &payload[..payload.len().min(CONTROL_BYTES_MAX)])
}

fn frame(first: u8, payload: &[u8]) -> Bytes {
    let (header, header_bytes) = header(first, payload.len());
    let mut frame = Vec::with_capacity(header_bytes + payload.len());
    frame.extend_from_slice(&header[..header_bytes]);
    frame.extend_from_slice(payload);
    Bytes::from(frame)
}

/// The header, and how many of its bytes count. The length takes the fewest
/// bytes that hold it, as the standard demands.
fn header(first: u8, length: usize) -> ([u8; 10], usize) {
    let mut header = [0; 10];
    header[0] = first;
    match length {
        0..=125 => {
            header[1] = length as u8;
            (header, 2)
        }
        126..=0xFFFF => {
            header[1] = 126;
            header[2..4].copy_from_slice(&(length as u16).to_be_bytes());
            (header, MEDIUM_HEADER_BYTES)
        }
        _ => {
            header[1] = 127;
            header[2..10].copy_from_slice(&(length as u64).to_be_bytes());
            (header, 10)
        }
    }
}

#[cfg(test)]
mod tests;
