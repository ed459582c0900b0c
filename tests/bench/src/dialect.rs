//! How each peer is spoken to: the address of a room, the words that enter it, the words of a post.
//! What `load` can say to them too is said there.

use load_testing::dialect::Dialect;

use crate::frames::{masked, text};
use crate::peer::Peer;

const TEXT: u8 = 1;
const BINARY: u8 = 2;

impl Peer {
    fn dialect(self) -> Dialect {
        match self {
            Self::SocketIo => Dialect::SocketIo,
            Self::Nats => Dialect::Nats,
            _ => Dialect::Plain,
        }
    }

    fn opcode(self) -> u8 {
        if self.dialect().is_binary() { BINARY } else { TEXT }
    }

    /// The path of a room's WebSocket.
    pub(crate) fn path(self, room: u32) -> String {
        match self {
            Self::Instantchat => format!("/api/rooms/bench-{room}/ws"),
            _ => self.dialect().path(&room.to_string()),
        }
    }

    /// Frames that enter the room, before anything is heard.
    pub(crate) fn enter(self, room: u32, member: u32) -> Vec<u8> {
        let words = match self {
            Self::Instantchat => Some(format!(r#"{{"type":"join","name":"m{member}"}}"#)),
            _ => self.dialect().enter(&room.to_string()),
        };
        words.map_or_else(Vec::new, |words| masked(self.opcode(), words.as_bytes()))
    }

    /// What is heard once the member is in the room; nothing where the handshake says it.
    pub(crate) fn entered(self) -> &'static [u8] {
        match self {
            Self::Instantchat => br#""type":"joined""#,
            _ => self.dialect().entered().as_bytes(),
        }
    }

    /// The frame of a post.
    pub(crate) fn post(self, room: u32, number: u32) -> Vec<u8> {
        let text = text(number);
        let words = match self {
            Self::Instantchat => {
                format!(r#"{{"type":"post","id":{number},"key":"k{number}","text":"{text}"}}"#)
            }
            _ => self.dialect().post(&room.to_string(), &text),
        };
        masked(self.opcode(), words.as_bytes())
    }

    /// The frame that is to be sent at once where this was heard.
    pub(crate) fn answer(self, heard: &[u8]) -> Option<Vec<u8>> {
        let words = self.dialect().answer(heard)?;
        Some(masked(self.opcode(), words.as_bytes()))
    }
}
