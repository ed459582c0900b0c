//! How the peers of the benchmark are spoken to, none of which knows this product's protocol: the
//! address of a room, the words that enter it, the words of a post. `make bench` speaks so too.

use std::str::FromStr;

/// What a peer understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A room is a path, and every message in it goes to everybody there: the npm package `ws`,
    /// uWebSockets through socketify, a bare floor in axum.
    Plain,
    /// Socket.IO over WebSocket.
    SocketIo,
    /// NATS over WebSocket: a room is a subject.
    Nats,
}

/// A peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// What the command line calls it.
    pub name: &'static str,
    /// What it understands.
    pub dialect: Dialect,
}

impl Peer {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self { name: "ws", dialect: Dialect::Plain },
        Self { name: "uwebsockets", dialect: Dialect::Plain },
        Self { name: "axum", dialect: Dialect::Plain },
        Self { name: "socket.io", dialect: Dialect::SocketIo },
        Self { name: "nats", dialect: Dialect::Nats },
    ];
}

impl FromStr for Peer {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|peer| peer.name == name)
            .ok_or_else(|| format!("there are {}", Self::ALL.map(|peer| peer.name).join(", ")))
    }
}

impl Dialect {
    /// The path of a room's WebSocket.
    pub fn path(self, room: &str) -> String {
        match self {
            Self::Plain => format!("/{room}"),
            Self::SocketIo => format!("/socket.io/?EIO=4&transport=websocket&room={room}"),
            Self::Nats => "/".into(),
        }
    }

    /// Whether its messages are binary.
    pub fn is_binary(self) -> bool {
        self == Self::Nats
    }

    /// What is said to enter a room, before anything is heard.
    pub fn enter(self, room: &str) -> Option<String> {
        match self {
            Self::Plain => None,
            Self::SocketIo => Some("40".into()),
            Self::Nats => Some(format!(
                "CONNECT {{\"verbose\":false,\"pedantic\":false}}\r\nSUB room.{room} 1\r\nPING\r\n"
            )),
        }
    }

    /// What is heard once one is in the room; nothing where the handshake says it.
    pub fn entered(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::SocketIo => r#"42["joined"]"#,
            Self::Nats => "PONG",
        }
    }

    /// What is said to post a text, which needs no escapes in JSON.
    pub fn post(self, room: &str, text: &str) -> String {
        match self {
            Self::Plain => text.into(),
            Self::SocketIo => format!(r#"42["post","{text}"]"#),
            Self::Nats => format!("PUB room.{room} {}\r\n{text}\r\n", text.len()),
        }
    }

    /// What is to be said at once where this was heard, lest the peer close the connection.
    pub fn answer(self, heard: &[u8]) -> Option<&'static str> {
        match (self, heard) {
            (Self::SocketIo, b"2") => Some("3"),
            (Self::Nats, b"PING\r\n") => Some("PONG\r\n"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_known_by_name_and_others_are_told_the_names() {
        for peer in Peer::ALL {
            assert_eq!(peer.name.parse(), Ok(peer));
        }
        let error = "irc".parse::<Peer>().unwrap_err();
        assert_eq!(error, "there are ws, uwebsockets, axum, socket.io, nats");
    }
}
