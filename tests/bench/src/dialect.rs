//! How each peer is spoken to: the address of a room, the words that enter it, the words of a post.

use crate::frames::{masked, text};
use crate::peer::Peer;

const TEXT: u8 = 1;
const BINARY: u8 = 2;

impl Peer {
    /// The path of a room's WebSocket.
    pub(crate) fn path(self, room: u32) -> String {
        match self {
            Self::Instantchat => format!("/api/rooms/bench-{room}/ws"),
            Self::SocketIo => format!("/socket.io/?EIO=4&transport=websocket&room={room}"),
            Self::Nats => "/".into(),
            _ => format!("/{room}"),
        }
    }

    /// Frames that enter the room, before anything is heard.
    pub(crate) fn enter(self, room: u32, member: u32) -> Vec<u8> {
        match self {
            Self::Instantchat => {
                masked(TEXT, format!(r#"{{"type":"join","name":"m{member}"}}"#).as_bytes())
            }
            Self::SocketIo => masked(TEXT, b"40"),
            Self::Nats => {
                let words = format!(
                    "CONNECT {{\"verbose\":false,\"pedantic\":false}}\r\nSUB room.{room} 1\r\nPING\r\n"
                );
                masked(BINARY, words.as_bytes())
            }
            _ => Vec::new(),
        }
    }

    /// What is heard once the member is in the room; nothing where the handshake says it.
    pub(crate) fn entered(self) -> &'static [u8] {
        match self {
            Self::Instantchat => br#""type":"joined""#,
            Self::SocketIo => br#"42["joined"]"#,
            Self::Nats => b"PONG",
            _ => b"",
        }
    }

    /// The frame of a post.
    pub(crate) fn post(self, room: u32, number: u32) -> Vec<u8> {
        let text = text(number);
        match self {
            Self::Instantchat => masked(
                TEXT,
                format!(r#"{{"type":"post","id":{number},"key":"k{number}","text":"{text}"}}"#)
                    .as_bytes(),
            ),
            Self::SocketIo => masked(TEXT, format!(r#"42["post","{text}"]"#).as_bytes()),
            Self::Nats => {
                let words = format!("PUB room.{room} {}\r\n{text}\r\n", text.len());
                masked(BINARY, words.as_bytes())
            }
            _ => masked(TEXT, text.as_bytes()),
        }
    }
}
