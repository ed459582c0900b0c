//! What a backend carries, against what it can carry.

/// Parts of a whole in which loads are compared: rounding makes near ties into ties, which the
/// ring then breaks the same way for everybody who asks.
pub(crate) const LOAD_PARTS: u64 = 10_000;
/// A processor or a memory that is used less than this is as good as unused: what a process needs
/// without any room would outweigh the rooms of a fleet that is nearly empty.
const NOISE_PARTS: u64 = LOAD_PARTS / 10;
/// Rooms among which the processor and the memory in use are divided at least. With fewer rooms
/// most of it is what a process needs without any.
const MEAN_ROOMS_MIN: u64 = 100;

/// What a backend carries, and what it can carry at most.
///
/// Rooms, sockets and bytes are counted by the backend itself, which refuses more than its limit: one
/// that has reached it gets no room. Processor and memory are measured: the fuller, the later its
/// turn. A maximum of 0 there means that they are not measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Rooms.
    pub rooms: u64,
    /// Rooms at most.
    pub rooms_max: u64,
    /// Sockets.
    pub sockets: u64,
    /// Sockets at most.
    pub sockets_max: u64,
    /// Bytes of all rooms.
    pub bytes: u64,
    /// Bytes of all rooms at most.
    pub bytes_max: u64,
    /// Processor time of the process, in thousandths of a core.
    pub cpu: u64,
    /// Processor time that it may use.
    pub cpu_max: u64,
    /// Memory of the process, in bytes.
    pub memory: u64,
    /// Memory that it may use.
    pub memory_max: u64,
}

impl Load {
    /// This load and what `rooms` mean rooms add to it.
    pub(crate) fn with(self, rooms: u64, mean: &MeanRoom) -> Self {
        let more = |used: u64, each: u64| used.saturating_add(rooms.saturating_mul(each));
        Self {
            rooms: more(self.rooms, 1),
            sockets: more(self.sockets, mean.sockets),
            bytes: more(self.bytes, mean.bytes),
            cpu: more(self.cpu, mean.cpu),
            memory: more(self.memory, mean.memory),
            ..self
        }
    }

    /// The fullest of its resources, in parts of `LOAD_PARTS`; none when it takes no room.
    pub fn parts(&self) -> Option<u64> {
        let is_full = self.counted().iter().any(|(used, max)| used >= max);
        (!is_full).then(|| self.fullest().min(LOAD_PARTS))
    }

    /// The same for a load that is expected: its rooms are counted, but how much they need is a guess,
    /// which puts a backend behind all others and never refuses a room. None when it takes no room.
    pub(crate) fn parts_expecting(&self, expected: &Self) -> Option<u64> {
        self.parts()?;
        (expected.rooms < self.rooms_max).then(|| expected.fullest())
    }

    fn counted(&self) -> [(u64, u64); 3] {
        [
            (self.rooms, self.rooms_max),
            (self.sockets, self.sockets_max),
            (self.bytes, self.bytes_max),
        ]
    }

    fn fullest(&self) -> u64 {
        let parts = |(used, max): (u64, u64)| used.saturating_mul(LOAD_PARTS).checked_div(max);
        let counted = self.counted().into_iter().filter_map(parts);
        let measured = [(self.cpu, self.cpu_max), (self.memory, self.memory_max)];
        let measured = measured.into_iter().filter_map(parts).filter(|parts| *parts >= NOISE_PARTS);
        counted.chain(measured).max().unwrap_or_default()
    }
}

/// What a room of this fleet needs on the average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MeanRoom {
    sockets: u64,
    bytes: u64,
    cpu: u64,
    memory: u64,
}

/// The sum of all reports, kept up to date so that a mean costs no walk.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Totals {
    rooms: u64,
    sockets: u64,
    bytes: u64,
    cpu: u64,
    memory: u64,
}

impl Totals {
    /// Replaces one backend's part.
    pub(crate) fn replace(&mut self, old: &Load, new: &Load) {
        let swap = |sum: &mut u64, old: u64, new: u64| {
            *sum = sum.saturating_sub(old).saturating_add(new);
        };
        swap(&mut self.rooms, old.rooms, new.rooms);
        swap(&mut self.sockets, old.sockets, new.sockets);
        swap(&mut self.bytes, old.bytes, new.bytes);
        swap(&mut self.cpu, old.cpu, new.cpu);
        swap(&mut self.memory, old.memory, new.memory);
    }

    /// The fleet's mean room, which has one socket at least: somebody is about to enter it.
    pub(crate) fn mean_room(&self) -> MeanRoom {
        let (rooms, base) = (self.rooms.max(1), self.rooms.max(MEAN_ROOMS_MIN));
        MeanRoom {
            sockets: (self.sockets / rooms).max(1),
            bytes: self.bytes / rooms,
            cpu: self.cpu / base,
            memory: self.memory / base,
        }
    }
}
