//! Every violation has its error, as soon as it can be known.

use super::*;

/// Checks the error, its close code, and that it stays.
fn refused(bytes: &[u8], expected: ProtocolError, code: u16) {
    let mut decoder = Decoder::new(LIMITS);
    let mut input = bytes;
    let error = loop {
        match decoder.decode(&mut input) {
            Ok(Some(_)) => {}
            Ok(None) => panic!("{bytes:x?} was accepted, not {expected:?}"),
            Err(error) => break error,
        }
    };
    assert_eq!((error, error.close_code()), (expected, code), "for {bytes:x?}");
    let mut good: &[u8] = &client_frame(FIN | TEXT, b"too late");
    assert_eq!(decoder.decode(&mut good), Err(expected));
}

#[test]
fn unmasked_frames() {
    refused(&[FIN | TEXT, 2], ProtocolError::NotMasked, 1002);
}

#[test]
fn reserved_bits_by_the_first_byte() {
    for bit in [0x40, 0x20, 0x10] {
        refused(&[FIN | bit | TEXT], ProtocolError::ReservedBit, 1002);
        refused(&[FIN | bit | PING], ProtocolError::ReservedBit, 1002);
    }
}

#[test]
fn unknown_opcodes_by_the_first_byte() {
    for opcode in (0x3..=0x7).chain(0xB..=0xF) {
        refused(&[FIN | opcode], ProtocolError::UnknownOpcode, 1002);
    }
}

#[test]
fn fragmented_control_frames() {
    for opcode in [CLOSE, PING, PONG] {
        refused(&[opcode], ProtocolError::BadControlFrame, 1002);
    }
}

#[test]
fn long_control_frames_by_their_second_byte() {
    for opcode in [CLOSE, PING, PONG] {
        refused(&[FIN | opcode, 0x80 | 126], ProtocolError::BadControlFrame, 1002);
        refused(&[FIN | opcode, 0x80 | 127], ProtocolError::BadControlFrame, 1002);
    }
}

#[test]
fn lengths_beyond_63_bits() {
    let header = [FIN | TEXT, 0x80 | 127, 0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    refused(&header, ProtocolError::BadLength, 1002);
}

#[test]
fn continuations_of_nothing() {
    refused(&client_frame(CONTINUATION, b""), ProtocolError::NothingToContinue, 1002);
    let after_a_whole = [client_frame(FIN | TEXT, b"a"), client_frame(FIN | CONTINUATION, b"b")];
    refused(&after_a_whole.concat(), ProtocolError::NothingToContinue, 1002);
}

#[test]
fn messages_inside_messages() {
    for first in [TEXT, BINARY] {
        for second in [TEXT, FIN | TEXT, BINARY, FIN | BINARY] {
            let bytes = [client_frame(first, b"a"), client_frame(second, b"b")].concat();
            refused(&bytes, ProtocolError::MessageInsideMessage, 1002);
        }
    }
}

#[test]
fn close_codes_that_may_not_be_sent() {
    refused(&client_frame(FIN | CLOSE, b"\x03"), ProtocolError::BadCloseCode, 1002);
    let good = |code: u16| matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
    for code in 0..=u16::MAX {
        let frame = client_frame(FIN | CLOSE, &code.to_be_bytes());
        let expected = if good(code) {
            (vec![Incoming::Close { code: Some(code), reason: String::new() }], None)
        } else {
            (vec![], Some(ProtocolError::BadCloseCode))
        };
        assert_eq!(decode_whole(&frame), expected, "code {code}");
    }
}

#[test]
fn close_reasons_that_are_not_utf8() {
    let frame = client_frame(FIN | CLOSE, b"\x03\xe8\xff");
    refused(&frame, ProtocolError::InvalidUtf8, 1007);
}

#[test]
fn texts_that_are_not_utf8() {
    // Overlong, a surrogate, beyond U+10FFFF, a lone continuation, one cut short.
    for text in [&b"\xc0\xaf"[..], b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80", b"ok\xe2\x82"] {
        refused(&client_frame(FIN | TEXT, text), ProtocolError::InvalidUtf8, 1007);
    }
    let binary = client_frame(FIN | BINARY, b"\xc0\xaf");
    assert_eq!(decode_whole(&binary).1, None);
}

#[test]
fn invalid_utf8_before_the_message_ends() {
    // The second byte can no longer become anything; the frame has 98 to come.
    let mut frame = client_frame(TEXT, &[&b"\xe0\x80"[..], &[b'a'; 98]].concat());
    frame.truncate(2 + 4 + 2);
    refused(&frame, ProtocolError::InvalidUtf8, 1007);
}

#[test]
fn messages_above_the_limit_by_their_header() {
    let limit = LIMITS.message_bytes_max;
    let whole = client_frame(FIN | BINARY, &vec![0; limit]);
    assert_eq!(decode_whole(&whole).1, None);
    let over = client_frame(FIN | BINARY, &vec![0; limit + 1]);
    refused(&over[..14], ProtocolError::TooBig, 1009);

    let first = client_frame(BINARY, &vec![0; limit - 1]);
    let fits = [first.clone(), client_frame(FIN | CONTINUATION, b"1")].concat();
    assert_eq!(decode_whole(&fits).1, None);
    let crosses = [first, client_frame(FIN | CONTINUATION, b"12")[..6].to_vec()].concat();
    refused(&crosses, ProtocolError::TooBig, 1009);
}
