//! tungstenite and this codec understand each other, in both directions.

use std::io::{Cursor, Read, Write};

use proptest::collection::vec;
use proptest::prelude::*;
use tokio_tungstenite::tungstenite::protocol::frame::Frame as TheirFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use tokio_tungstenite::tungstenite::{Message as Theirs, WebSocket};

use super::*;
use crate::transport::websocket::frame;

/// Reads what is in `input`, keeps what is written.
#[derive(Debug, Default)]
struct Wire {
    input: Cursor<Vec<u8>>,
    output: Vec<u8>,
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.input.read(buffer)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Any message that both sides can say, with lengths around the boundaries.
fn message() -> impl Strategy<Value = Incoming> {
    let bytes = |max| vec(any::<u8>(), 0..=max).prop_map(Bytes::from);
    prop_oneof![
        "\\PC{0,50}".prop_map(Incoming::Text),
        (prop::sample::select(vec![125, 126, 65_535, 65_536]), any::<char>())
            .prop_map(|(length, last)| Incoming::Text("a".repeat(length) + &last.to_string())),
        bytes(300).prop_map(Incoming::Binary),
        bytes(125).prop_map(Incoming::Ping),
        bytes(125).prop_map(Incoming::Pong),
    ]
}

fn to_theirs(message: &Incoming) -> Theirs {
    match message.clone() {
        Incoming::Text(text) => Theirs::Text(text.into()),
        Incoming::Binary(payload) => Theirs::Binary(payload),
        Incoming::Ping(payload) => Theirs::Ping(payload),
        Incoming::Pong(payload) => Theirs::Pong(payload),
        Incoming::Close { code, reason } => {
            Theirs::Close(code.map(|code| CloseFrame { code: code.into(), reason: reason.into() }))
        }
    }
}

fn encode(message: &Incoming) -> Bytes {
    match message {
        Incoming::Text(text) => frame::text(text),
        Incoming::Binary(payload) => frame::binary(payload),
        Incoming::Ping(payload) => frame::ping(payload),
        Incoming::Pong(payload) => frame::pong(payload),
        Incoming::Close { code: Some(code), reason } => frame::close(*code, reason),
        Incoming::Close { code: None, .. } => frame::close_without_code(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn their_client_frames_decode_here(
        mut messages in vec(message(), 0..6),
        code in prop::option::of(3000_u16..4999),
        piece in 1_usize..5_000,
    ) {
        let reason = code.map_or(String::new(), |_| "going home".to_owned());
        messages.push(Incoming::Close { code, reason });
        let mut client = WebSocket::from_raw_socket(Wire::default(), Role::Client, None);
        for message in &messages {
            client.send(to_theirs(message)).unwrap();
        }
        let bytes = &client.get_ref().output;
        let decoded = decode_pieces(LIMITS, bytes.chunks(piece));
        prop_assert_eq!(decoded, (messages, None));
    }

    #[test]
    fn their_fragments_decode_here(parts in vec("\\PC{0,30}", 1..6)) {
        let mut client = WebSocket::from_raw_socket(Wire::default(), Role::Client, None);
        for (i, part) in parts.iter().enumerate() {
            let data = if i == 0 { Data::Text } else { Data::Continue };
            let fin = i + 1 == parts.len();
            let frame = TheirFrame::message(part.clone(), OpCode::Data(data), fin);
            client.send(Theirs::Frame(frame)).unwrap();
        }
        let decoded = decode_whole(&client.get_ref().output);
        prop_assert_eq!(decoded, (vec![Incoming::Text(parts.concat())], None));
    }

    #[test]
    fn our_frames_decode_there(
        mut messages in vec(message(), 0..6),
        code in prop::option::of(3000_u16..4999),
    ) {
        let reason = code.map_or(String::new(), |_| "slow reader".to_owned());
        messages.push(Incoming::Close { code, reason });
        let bytes = messages.iter().flat_map(encode).collect::<Vec<u8>>();
        let wire = Wire { input: Cursor::new(bytes), output: Vec::new() };
        let mut client = WebSocket::from_raw_socket(wire, Role::Client, None);
        for message in &messages {
            prop_assert_eq!(client.read().unwrap(), to_theirs(message));
        }
    }
}
