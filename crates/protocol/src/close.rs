//! The close codes of a WebSocket connection (RFC 6455 §7.4, and our own from 4000).

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseCode {
    /// 1000: the client asked for it.
    Normal,
    /// 1001: the server is stopping.
    GoingAway,
    /// 1002: the client broke RFC 6455.
    ProtocolError,
    /// 1003: the client sent a binary message.
    Unsupported,
    /// 1007: the client sent text that is not UTF-8.
    InvalidUtf8,
    /// 1008: refused; the reason is an error code.
    Policy,
    /// 1009: the frame was too big.
    TooBig,
    /// 1011: the server failed.
    Failed,
    /// 1012: the room is moving; come back.
    Moving,
    /// 4001: the peer read too slowly; resume.
    SlowReader,
    /// 4002: another connection of the same session took over.
    Replaced,
    /// 4003: the room is closed.
    RoomClosed,
    /// 4004: nothing came from the peer for too long.
    Idle,
}

impl CloseCode {
    /// Every code, for documents and tests.
    pub const ALL: [Self; 13] = [
        Self::Normal,
        Self::GoingAway,
        Self::ProtocolError,
        Self::Unsupported,
        Self::InvalidUtf8,
        Self::Policy,
        Self::TooBig,
        Self::Failed,
        Self::Moving,
        Self::SlowReader,
        Self::Replaced,
        Self::RoomClosed,
        Self::Idle,
    ];

    /// The number on the wire.
    pub fn as_u16(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::GoingAway => 1001,
            Self::ProtocolError => 1002,
            Self::Unsupported => 1003,
            Self::InvalidUtf8 => 1007,
            Self::Policy => 1008,
            Self::TooBig => 1009,
            Self::Failed => 1011,
            Self::Moving => 1012,
            Self::SlowReader => 4001,
            Self::Replaced => 4002,
            Self::RoomClosed => 4003,
            Self::Idle => 4004,
        }
    }

    /// A word for the close frame's reason and for metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::GoingAway => "going_away",
            Self::ProtocolError => "protocol_error",
            Self::Unsupported => "unsupported",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::Policy => "policy",
            Self::TooBig => "too_big",
            Self::Failed => "failed",
            Self::Moving => "moving",
            Self::SlowReader => "slow_reader",
            Self::Replaced => "replaced",
            Self::RoomClosed => "room_closed",
            Self::Idle => "idle",
        }
    }
}

#[cfg(test)]
mod tests;
