//! Fragmented messages, and characters that are cut by frames and by reads.

use super::*;

/// One byte, two, three and four bytes a character.
const TEXTS: [&str; 4] = ["plain", "naïve café", "日本語", "a🎉b😀"];

#[test]
fn fragments_are_joined_around_control_frames() {
    let bytes = [
        client_frame(TEXT, b"one "),
        client_frame(FIN | PING, b"1"),
        client_frame(CONTINUATION, b""),
        client_frame(CONTINUATION, b"two "),
        client_frame(FIN | PONG, b"2"),
        client_frame(FIN | CONTINUATION, b"three"),
        client_frame(FIN | TEXT, b"four"),
    ];
    let expected = vec![
        Incoming::Ping("1".into()),
        Incoming::Pong("2".into()),
        Incoming::Text("one two three".into()),
        Incoming::Text("four".into()),
    ];
    assert_eq!(decode_whole(&bytes.concat()), (expected, None));
}

#[test]
fn a_close_may_come_between_fragments() {
    let bytes = [client_frame(TEXT, b"never "), client_frame(FIN | CLOSE, b"")].concat();
    let expected = vec![Incoming::Close { code: None, reason: String::new() }];
    assert_eq!(decode_whole(&bytes), (expected, None));
}

#[test]
fn characters_may_be_cut_by_frames() {
    for text in TEXTS {
        for at in 0..=text.len() {
            let (left, right) = text.as_bytes().split_at(at);
            let frames = [client_frame(TEXT, left), client_frame(FIN | CONTINUATION, right)];
            let expected = vec![Incoming::Text(text.to_owned())];
            assert_eq!(decode_whole(&frames.concat()), (expected, None), "{text} at {at}");
        }
    }
}

#[test]
fn bytes_may_be_cut_at_every_offset() {
    let long = "ж".repeat(200);
    let bytes = [
        client_frame(FIN | TEXT, "日本語🎉".as_bytes()),
        client_frame(TEXT, "é🎉".as_bytes().split_at(4).0),
        client_frame(FIN | PING, b"in between"),
        client_frame(FIN | CONTINUATION, "é🎉".as_bytes().split_at(4).1),
        client_frame(FIN | BINARY, &[0xFF; 130]),
        client_frame(FIN | TEXT, long.as_bytes()),
        client_frame(FIN | CLOSE, "\u{3}\u{f}тихо".as_bytes()),
    ]
    .concat();
    // 0x030f is no code that may be sent, so an error is compared as well.
    let whole = decode_whole(&bytes);
    assert_eq!((whole.0.len(), whole.1), (5, Some(ProtocolError::BadCloseCode)));
    for at in 0..=bytes.len() {
        let (left, right) = bytes.split_at(at);
        assert_eq!(decode_pieces(LIMITS, [left, right]), whole, "cut at {at}");
    }
    for size in [1, 2, 3, 5, 7, 64] {
        assert_eq!(decode_pieces(LIMITS, bytes.chunks(size)), whole, "pieces of {size}");
    }
}

#[test]
fn fragments_without_bytes_come_to_an_end() {
    let fragments_max = (LIMITS.message_bytes_max / 8).max(1_024);
    let mut bytes = client_frame(TEXT, b"");
    for _ in 1..fragments_max {
        bytes.extend(client_frame(CONTINUATION, b""));
    }
    assert_eq!(decode_whole(&bytes), (vec![], None), "as many as there may be");
    bytes.extend(client_frame(CONTINUATION, b""));
    assert_eq!(decode_whole(&bytes), (vec![], Some(ProtocolError::TooBig)), "and one more");
}
