//! The queue of a socket: what its kernel buffer did not take. Pure state; the
//! socket does the writing. Empty, it holds no memory of its own.

use std::collections::VecDeque;
use std::io::{self, IoSlice};

use bytes::Bytes;

/// How many entries one system call writes at most.
const ENTRIES_PER_WRITE: usize = 64;

/// The bounds of an outbox; a peer that crosses one is a slow reader.
#[derive(Debug, Clone, Copy)]
pub struct OutboxLimits {
    /// How many entries may wait. An entry is what one push brought: a frame,
    /// or a batch of frames in one buffer.
    pub frames_max: usize,
    /// How many bytes may wait. A push that would cross it is refused even by
    /// an empty outbox, so no frame may be larger than this.
    pub bytes_max: usize,
}

/// Why an outbox did not take a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A bound would be crossed: the peer is too slow.
    #[error("outbox is full")]
    Full,
    /// The outbox was closed, or its connection broke.
    #[error("outbox is closed")]
    Closed,
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flushed {
    /// The kernel has everything.
    All,
    /// Something waits; the peer's own task goes on when the socket allows.
    WouldBlock,
}

/// Whether an outbox still takes frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Open,
    Closing,
    Broken(io::ErrorKind),
}

/// The queue and its counts.
#[derive(Debug)]
pub(super) struct Outbox {
    entries: VecDeque<Bytes>,
    bytes: usize,
    /// How much of the first entry is written.
    written: usize,
    /// Since when something waits and nothing was taken.
    stalled_since_ms: Option<u64>,
    /// Whether the peer's own task knows that something waits.
    told: bool,
    life: Life,
}

impl Outbox {
    pub(super) fn new() -> Self {
        Self {
            entries: VecDeque::new(),
            bytes: 0,
            written: 0,
            stalled_since_ms: None,
            told: false,
            life: Life::Open,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    pub(super) fn is_closing(&self) -> bool {
        self.life == Life::Closing
    }

    pub(super) fn stalled_since_ms(&self) -> Option<u64> {
        self.stalled_since_ms
    }

    /// Whether the peer's own task is to be woken because something waits: once,
    /// until the outbox was empty again.
    pub(super) fn must_tell(&mut self) -> bool {
        !self.is_empty() && !std::mem::replace(&mut self.told, true)
    }

    /// Whether an entry of so many bytes would be taken.
    pub(super) fn admit(&self, bytes: usize, limits: OutboxLimits) -> Result<(), Refused> {
        if self.life != Life::Open {
            return Err(Refused::Closed);
        }
        let fits = bytes <= limits.bytes_max.saturating_sub(self.bytes);
        if fits && self.entries.len() < limits.frames_max { Ok(()) } else { Err(Refused::Full) }
    }

    /// Queues `frame` from its byte `from` on; the bounds are the caller's
    /// business, so that a close frame always has its place.
    pub(super) fn push(&mut self, frame: Bytes, from: usize, now_ms: u64) {
        if from == frame.len() {
            return;
        }
        if self.is_empty() {
            self.written = from;
            self.stalled_since_ms = Some(now_ms);
        }
        self.bytes += frame.len() - from;
        self.entries.push_back(frame);
    }

    /// Takes no more frames. What waits is still to be written.
    pub(super) fn close(&mut self) {
        if self.life == Life::Open {
            self.life = Life::Closing;
        }
    }

    /// Forgets what waits, except the rest of an entry that the peer has the
    /// beginning of: without it the next frame could not be read.
    pub(super) fn forget_unbegun(&mut self) {
        self.entries.truncate(usize::from(self.written > 0));
        self.bytes = self.entries.front().map_or(0, |entry| entry.len() - self.written);
        self.release_if_empty();
    }

    /// The connection is of no more use.
    pub(super) fn fail(&mut self, error: io::ErrorKind) {
        let life = Life::Broken(error);
        *self = Self { life, ..Self::new() };
    }

    /// The error that broke the connection.
    pub(super) fn failure(&self) -> Option<io::Error> {
        match self.life {
            Life::Broken(kind) => Some(kind.into()),
            _ => None,
        }
    }

    /// Calls `write` until nothing waits or it would block.
    pub(super) fn flush(
        &mut self,
        now_ms: u64,
        mut write: impl FnMut(&[IoSlice<'_>]) -> io::Result<usize>,
    ) -> io::Result<Flushed> {
        while !self.is_empty() {
            let mut slices = [IoSlice::new(&[]); ENTRIES_PER_WRITE];
            let mut count = 0;
            for (slice, entry) in slices.iter_mut().zip(&self.entries) {
                let from = if count == 0 { self.written } else { 0 };
                *slice = IoSlice::new(&entry[from..]);
                count += 1;
            }
            match write(&slices[..count]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => self.advance(written, now_ms),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Ok(Flushed::WouldBlock);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Flushed::All)
    }

    fn advance(&mut self, written: usize, now_ms: u64) {
        self.bytes -= written;
        self.written += written;
        self.stalled_since_ms = Some(now_ms);
        while let Some(first) = self.entries.front()
            && self.written >= first.len()
        {
            self.written -= first.len();
            self.entries.pop_front();
        }
        self.release_if_empty();
    }

    /// A peer that was slow once does not keep a grown queue.
    fn release_if_empty(&mut self) {
        if self.is_empty() {
            self.entries = VecDeque::new();
            self.written = 0;
            self.stalled_since_ms = None;
            self.told = false;
        }
    }
}

#[cfg(test)]
mod tests;
