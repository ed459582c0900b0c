//! The server's side of RFC 6455, small enough to be read: the handshake, the
//! frames, an incremental decoder, and a socket whose outbox other tasks may
//! write. It knows nothing of rooms or of JSON, and has no extensions yet.
//!
//! Server frames are not masked, so a frame is the same bytes for every peer:
//! it is encoded once with [`frame`] and written to each [`Socket`].
//!
//! ```text
//! upgrade::take ─► Socket ◄── push_and_flush(frame)   a room's fan-out, any task
//!                    ▲ └───── drive_outbox            the peer's own task, when a write blocked
//!                    └─────── Reader::next            the peer's own task: Incoming
//! ```

mod decoder;
mod error;
pub mod frame;
mod handshake;
mod header;
mod mask;
mod message;
mod outbox;
mod reader;
mod socket;
mod upgrade;

pub use decoder::{Decoder, Limits, decode_any_bytes};
pub use error::ProtocolError;
pub use handshake::{Handshake, HandshakeRefused, SUBPROTOCOL, accept, offered};
pub use message::Incoming;
pub use outbox::{Flushed, OutboxLimits, Refused};
pub use reader::{ReadError, Reader};
pub use socket::Socket;
pub use upgrade::{NotTcp, take};
