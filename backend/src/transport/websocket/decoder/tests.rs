//! What the decoder accepts and refuses, and that it does not matter how the
//! bytes are cut.

mod any_bytes;
mod differential;
mod fragments;
mod refusals;

use bytes::Bytes;

use super::*;

const LIMITS: Limits = Limits { message_bytes_max: 70_000 };

const CONTINUATION: u8 = 0x0;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xA;
const FIN: u8 = 0x80;

/// A client frame, whose first byte is given, so that it can be wrong.
fn client_frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..=125 => frame.push(0x80 | length as u8),
        length @ 126..=65_535 => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            frame.push(0x80 | 127);
            frame.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    let mask = [0xA1, 0x02, 0x5C, 0xF7];
    frame.extend_from_slice(&mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// All messages of pieces that arrive one after the other, and the error that
/// ended them.
fn decode_pieces<'a>(
    limits: Limits,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Incoming>, Option<ProtocolError>) {
    let mut decoder = Decoder::new(limits);
    let mut messages = Vec::new();
    for mut piece in pieces {
        loop {
            match decoder.decode(&mut piece) {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(error) => return (messages, Some(error)),
            }
        }
        assert!(piece.is_empty(), "the decoder left bytes");
    }
    (messages, None)
}

fn decode_whole(bytes: &[u8]) -> (Vec<Incoming>, Option<ProtocolError>) {
    decode_pieces(LIMITS, [bytes])
}

#[test]
fn every_boundary_of_length_is_decoded() {
    for length in [0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536] {
        let text: String = ('a'..='z').cycle().take(length).collect();
        let bytes = [
            client_frame(FIN | TEXT, text.as_bytes()),
            client_frame(FIN | BINARY, text.as_bytes()),
        ];
        let expected = vec![Incoming::Text(text.clone()), Incoming::Binary(text.into())];
        assert_eq!(decode_whole(&bytes.concat()), (expected, None), "length {length}");
    }
}

#[test]
fn a_length_may_take_more_bytes_than_it_needs() {
    let long = [FIN | TEXT, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, b'h', b'i'];
    assert_eq!(decode_whole(&long), (vec![Incoming::Text("hi".into())], None));
}

#[test]
fn control_frames_are_decoded() {
    let bytes = [
        client_frame(FIN | PING, b"are you there"),
        client_frame(FIN | PONG, &[9; 125]),
        client_frame(FIN | CLOSE, b"\x03\xe8bye"),
    ];
    let expected = vec![
        Incoming::Ping("are you there".into()),
        Incoming::Pong(vec![9; 125].into()),
        Incoming::Close { code: Some(1000), reason: "bye".into() },
    ];
    assert_eq!(decode_whole(&bytes.concat()), (expected, None));
    let expected = vec![Incoming::Close { code: None, reason: String::new() }];
    assert_eq!(decode_whole(&client_frame(FIN | CLOSE, b"")), (expected, None));
}

#[test]
fn what_follows_a_close_is_ignored() {
    let bytes = [client_frame(FIN | CLOSE, b""), b"\xff\xff\xff\xff".to_vec()].concat();
    let (messages, error) = decode_whole(&bytes);
    assert_eq!((messages.len(), error), (1, None));
}

#[test]
fn an_idle_decoder_holds_no_memory() {
    let mut decoder = Decoder::new(LIMITS);
    let bytes = [
        client_frame(TEXT, &[b'a'; 5_000]),
        client_frame(FIN | PING, b"ping"),
        client_frame(FIN | CONTINUATION, &[b'a'; 5_000]),
    ]
    .concat();
    for mut piece in bytes.chunks(100) {
        while decoder.decode(&mut piece).unwrap().is_some() {}
    }
    assert!(decoder.message.is_none() && decoder.frame.is_none());
    assert_eq!(decoder.control.capacity(), 0);
}

#[test]
fn memory_is_taken_for_what_came_not_for_what_was_announced() {
    let mut decoder = Decoder::new(Limits { message_bytes_max: 1 << 30 });
    let header = [FIN | TEXT, 0x80 | 127, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, b'a'];
    assert_eq!(decoder.decode(&mut &header[..]), Ok(None));
    assert!(decoder.message.as_ref().unwrap().payload.capacity() < 1_000);
}
