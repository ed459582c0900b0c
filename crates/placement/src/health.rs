//! Whether a backend lives, by counted answers.

/// Milliseconds between two questions to a backend.
pub const ASK_EVERY_MS: u64 = 500;
/// Answers missed in a row that make a backend suspected.
const SUSPECTED_AFTER: u32 = 2;
/// Connections refused or reset in a row that mean that the process is gone.
const GONE_AFTER: u32 = 2;
/// Milliseconds of silence after which a backend is down: always later than its own fence.
pub const SILENT_MS: u64 = 5_000;
/// Questions that must have gone unanswered besides. A router that slept for a while has asked few,
/// and the answers may be waiting for it to read them.
const SILENT_MISSES: u32 = 8;

const _: () = assert!(SILENT_MS > crate::term::FENCE_MS);

/// How a backend stands, as the router sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing was heard from it yet: nobody knows what it owns.
    Unheard,
    /// It takes new rooms and serves those it has.
    Up,
    /// It missed two answers: it gets no new rooms, and keeps those it has.
    Suspected,
    /// It serves the rooms that it has.
    Draining,
    /// It serves nothing.
    Down,
}

/// The counters behind a phase.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Health {
    /// When it was last heard, or first asked.
    heard_at: u64,
    missed: u32,
    refused: u32,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Unheard,
    Alive,
    Down,
}

impl Health {
    /// A backend of which nothing is known.
    pub(crate) fn unheard(mono: u64) -> Self {
        Self { heard_at: mono, missed: 0, refused: 0, state: State::Unheard }
    }

    /// It answered.
    pub(crate) fn answered(&mut self, mono: u64) {
        *self = Self { heard_at: mono, missed: 0, refused: 0, state: State::Alive };
    }

    /// A question went unanswered until the next one was due. Whether this makes it down.
    pub(crate) fn missed(&mut self, mono: u64) -> bool {
        self.missed = self.missed.saturating_add(1);
        let silent = mono.saturating_sub(self.heard_at) >= SILENT_MS;
        silent && self.missed >= SILENT_MISSES && self.fall()
    }

    /// Its address refused or reset a connection. Whether this makes it down.
    pub(crate) fn refused(&mut self) -> bool {
        self.refused = self.refused.saturating_add(1);
        self.missed = self.missed.saturating_add(1);
        self.refused >= GONE_AFTER && self.fall()
    }

    /// It is another process now: what it was is down.
    pub(crate) fn fall(&mut self) -> bool {
        let fell = self.state != State::Down;
        self.state = State::Down;
        fell
    }

    /// The phase of a backend that is draining or not.
    pub(crate) fn phase(&self, draining: bool) -> Phase {
        match self.state {
            State::Unheard => Phase::Unheard,
            State::Down => Phase::Down,
            State::Alive if draining => Phase::Draining,
            State::Alive if self.missed >= SUSPECTED_AFTER => Phase::Suspected,
            State::Alive => Phase::Up,
        }
    }
}
