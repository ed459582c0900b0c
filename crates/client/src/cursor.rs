//! Where a client's copy of the room ends: what a resume hands back.

use protocol::frame::{Joined, Resume, ServerFrame};
use protocol::wire::Id128;

use crate::error::Error;

/// Where a client's copy of the room ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The life of the room.
    pub incarnation: Id128,
    /// The owner's term.
    pub epoch: u64,
    /// The newest event that the caller has received.
    pub seq: u64,
    /// The newest `keep`.
    pub keep: String,
}

impl Cursor {
    /// The cursor after a join that held events up to `held`.
    pub(crate) fn of(joined: &Joined, held: Option<u64>) -> Self {
        let seq = held.filter(|_| joined.resumed).unwrap_or(joined.seq);
        let Joined { incarnation, epoch, keep, .. } = joined;
        Self { incarnation: *incarnation, epoch: *epoch, seq, keep: keep.clone() }
    }

    /// What the next join says.
    pub(crate) fn resume(&self) -> Resume {
        let Self { incarnation, epoch, seq, keep } = self.clone();
        Resume { incarnation, epoch, seq, keep: Some(keep) }
    }

    /// Takes note of a frame; events come one after the other (G2), which is checked or not.
    pub(crate) fn advance(&mut self, frame: &ServerFrame, check: bool) -> Result<(), Error> {
        if let ServerFrame::Event(event) = frame {
            let expected = self.seq + 1;
            if check && event.seq != expected {
                return Err(Error::OutOfOrder { expected, got: event.seq });
            }
            self.seq = self.seq.max(event.seq);
        }
        Ok(())
    }
}
