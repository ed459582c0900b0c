//! Whom a backend tells of its rooms. In one process the others are called directly; in a fleet
//! these are calls over its listeners.

use protocol::RoomName;
use protocol::fleet::FileNotice;
use room::Epoch;

/// The file server, which keeps a room's files while it hears of the room.
pub trait FileLink: Send + Sync {
    /// Tells it; must not wait.
    fn tell(&self, notice: FileNotice);
}

/// The router, which knows where rooms are.
pub trait RouterLink: Send + Sync {
    /// The owner gives the room up and is about to forget it; must not wait.
    fn released(&self, room: &RoomName, epoch: Epoch);
}

/// The others of a backend that is alone: nobody.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl FileLink for Alone {
    fn tell(&self, _: FileNotice) {}
}

impl RouterLink for Alone {
    fn released(&self, _: &RoomName, _: Epoch) {}
}
