//! Who is compared.

/// A server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Peer {
    /// This product, as it is shipped, with its rate limits raised by its configuration.
    Instantchat,
    /// uWebSockets, by socketify.
    UWebSockets,
    /// A NATS server over WebSocket.
    Nats,
    /// A broadcast without any features, in axum.
    Axum,
    /// The npm package `ws`.
    Ws,
    /// Socket.IO.
    SocketIo,
    /// A loop of `write` calls of one prepared frame.
    Floor,
}

impl Peer {
    /// All of them, in the order of a run.
    pub(crate) const ALL: [Self; 7] = [
        Self::Instantchat,
        Self::UWebSockets,
        Self::Nats,
        Self::Axum,
        Self::Ws,
        Self::SocketIo,
        Self::Floor,
    ];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Instantchat => "instantchat",
            Self::UWebSockets => "uWebSockets",
            Self::Nats => "NATS",
            Self::Axum => "axum",
            Self::Ws => "ws",
            Self::SocketIo => "socket.io",
            Self::Floor => "floor",
        }
    }
}
