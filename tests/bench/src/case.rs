//! What is measured.

use crate::peer::Peer;

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Case {
    /// Its name, as the table has it.
    pub(crate) name: &'static str,
    /// Rooms.
    pub(crate) rooms: u32,
    /// Members of each.
    pub(crate) members: u32,
    /// What they do.
    pub(crate) load: Load,
}

/// What the members do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    /// So many messages are always under way in each room: one that has reached everybody is
    /// followed by the next.
    UnderWay(u32),
    /// So many messages a second in each room, whatever became of the last.
    Paced(u32),
    /// Nothing at all.
    Idle,
    /// All come at once.
    Storm,
}

/// The cases.
pub(crate) const CASES: [Case; 8] = [
    Case { name: "1 x 1,000, 8 under way", rooms: 1, members: 1_000, load: Load::UnderWay(8) },
    Case { name: "1 x 1,000, 32 under way", rooms: 1, members: 1_000, load: Load::UnderWay(32) },
    Case { name: "100 x 10, 8 under way", rooms: 100, members: 10, load: Load::UnderWay(8) },
    Case { name: "1 x 1,000, 20 a second", rooms: 1, members: 1_000, load: Load::Paced(20) },
    Case { name: "200 x 10, 5 a second each", rooms: 200, members: 10, load: Load::Paced(5) },
    Case { name: "10,000 idle", rooms: 1_000, members: 10, load: Load::Idle },
    Case { name: "18,000 idle", rooms: 1_800, members: 10, load: Load::Idle },
    Case { name: "1,000 join one room", rooms: 1, members: 1_000, load: Load::Storm },
];

impl Case {
    /// Connections.
    pub(crate) fn connections(&self) -> u32 {
        self.rooms * self.members
    }

    /// Whether the peer can be measured in it.
    pub(crate) fn suits(&self, peer: Peer) -> bool {
        match self.load {
            Load::UnderWay(_) => peer != Peer::Floor,
            Load::Paced(_) => true,
            Load::Idle => peer != Peer::Floor,
            Load::Storm => peer == Peer::Instantchat,
        }
    }
}
