//! The client's side of RFC 6455, as little of it as a swarm needs: text frames with a mask of zeros
//! out, and a walk over what comes in that copies nothing.

use memchr::memmem::Finder;

/// What every message of the benchmark begins with; its number follows, in `NUMBER_DIGITS` digits.
pub(crate) const MARKER: &[u8] = b"~bench~";
/// Digits of a number.
pub(crate) const NUMBER_DIGITS: usize = 8;
/// Bytes of a message's text.
pub(crate) const TEXT_BYTES: usize = 128;
/// Bytes of a marker and its number, less one: what the end of one piece may lack.
const CARRY_MAX: usize = MARKER.len() + NUMBER_DIGITS - 1;

/// The text of a message.
pub(crate) fn text(number: u32) -> String {
    let mut text = format!("~bench~{number:08}");
    text.extend(std::iter::repeat_n('x', TEXT_BYTES - text.len()));
    text
}

/// A client's frame. Its mask is zero, so that its payload stands as it is.
pub(crate) fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    match payload.len() {
        length @ 0..=125 => frame.push(0x80 | length as u8),
        length => {
            frame.push(0x80 | 126);
            frame.extend((length as u16).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// A connection's place in what it receives.
#[derive(Debug)]
pub(crate) struct Walk {
    header: Vec<u8>,
    /// Bytes of the present frame's payload that are still to come.
    payload_left: u64,
    opcode: u8,
    /// The end of the payload so far, which may hold the beginning of a marker.
    carry: Vec<u8>,
    finder: Finder<'static>,
}

/// What a piece of the stream held.
pub(crate) trait Sink {
    /// A message of this number.
    fn message(&mut self, number: u32);
    /// A piece of payload.
    fn payload(&mut self, opcode: u8, bytes: &[u8]);
}

impl Walk {
    /// At the beginning.
    pub(crate) fn new() -> Self {
        Self {
            header: Vec::new(),
            payload_left: 0,
            opcode: 0,
            carry: Vec::new(),
            finder: Finder::new(MARKER),
        }
    }

    /// Takes the next bytes.
    pub(crate) fn take(&mut self, mut bytes: &[u8], sink: &mut impl Sink) {
        while !bytes.is_empty() {
            if self.payload_left == 0 {
                let (first, rest) = bytes.split_at(1);
                self.header.extend(first);
                bytes = rest;
                if let Some((opcode, length)) = parse(&self.header) {
                    (self.opcode, self.payload_left) = (opcode, length);
                    self.header.clear();
                    if length == 0 {
                        sink.payload(opcode, &[]);
                    }
                }
                continue;
            }
            let taken = bytes.len().min(usize::try_from(self.payload_left).unwrap_or(usize::MAX));
            let (payload, rest) = bytes.split_at(taken);
            self.payload_left -= taken as u64;
            bytes = rest;
            self.find(payload, sink);
            sink.payload(self.opcode, payload);
        }
    }

    fn find(&mut self, payload: &[u8], sink: &mut impl Sink) {
        if self.carry.is_empty() {
            let rest = scan(&self.finder, payload, sink);
            self.carry.extend(&payload[rest..]);
            return;
        }
        let mut joined = std::mem::take(&mut self.carry);
        joined.extend(payload);
        let rest = scan(&self.finder, &joined, sink);
        joined.drain(..rest);
        self.carry = joined;
    }
}

/// Tells all markers; returns where what may be the beginning of another one starts.
fn scan(finder: &Finder<'_>, bytes: &[u8], sink: &mut impl Sink) -> usize {
    let mut from = 0;
    while let Some(at) = finder.find(&bytes[from..]) {
        let digits = from + at + MARKER.len();
        let Some(number) = bytes.get(digits..digits + NUMBER_DIGITS) else { return from + at };
        let number = number.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        sink.message(number);
        from = digits + NUMBER_DIGITS;
    }
    let tail = bytes.len().saturating_sub(CARRY_MAX).max(from);
    let begins = bytes[tail..].iter().position(|byte| *byte == MARKER[0]);
    begins.map_or(bytes.len(), |at| tail + at)
}

/// Opcode and length of a header, once it is whole. Servers do not mask.
fn parse(header: &[u8]) -> Option<(u8, u64)> {
    let opcode = header.first()? & 0x0f;
    let length = match *header.get(1)? {
        126 => u64::from(u16::from_be_bytes(header.get(2..4)?.try_into().ok()?)),
        127 => u64::from_be_bytes(header.get(2..10)?.try_into().ok()?),
        length => u64::from(length),
    };
    Some((opcode, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Seen(Vec<u32>, Vec<u8>);

    impl Sink for Seen {
        fn message(&mut self, number: u32) {
            self.0.push(number);
        }

        fn payload(&mut self, _: u8, bytes: &[u8]) {
            self.1.extend(bytes);
        }
    }

    fn server_frame(payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![0x81, 126];
        frame.extend((payload.len() as u16).to_be_bytes());
        frame.extend(payload);
        frame
    }

    #[test]
    fn markers_are_found_wherever_the_stream_is_cut() {
        let stream: Vec<u8> =
            (0..5).flat_map(|n| server_frame(format!("a~b~{}z", text(n)).as_bytes())).collect();
        for size in 1..40 {
            let (mut walk, mut seen) = (Walk::new(), Seen::default());
            stream.chunks(size).for_each(|piece| walk.take(piece, &mut seen));
            assert_eq!(seen.0, [0, 1, 2, 3, 4], "pieces of {size}");
            assert_eq!(seen.1.len(), 5 * (TEXT_BYTES + 5));
        }
    }

    #[test]
    fn a_clients_frame_has_a_mask_of_zeros() {
        assert_eq!(masked(1, b"hi"), [0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
        assert_eq!(masked(2, &[7; 200])[..4], [0x82, 0xfe, 0, 200]);
    }
}
