//! What the effects of a batch of inputs add up to: records for the log, one broadcast, frames
//! for single peers, words for the file server.

use std::sync::Arc;

use bytes::Bytes;
use protocol::CloseCode;
use protocol::fleet::FileNotice;
use protocol::wire::Id128;
use room::{
    CloseReason, Effect, Joined, PeerId, Record, Refusal, Reply, RequestId, Room, UnixMillis,
};
use tokio::sync::oneshot;

use super::handle::{Entered, Entering, RoomHandle};
use super::seats::{Broadcast, Seats};
use crate::backend::Backend;
use crate::metrics::{GapReason, JoinOutcome, Kind, Limited, ResumeOutcome};
use crate::refused::Refused;
use crate::traces::Traced;
use crate::transport::json::{self, Keeping};

/// Bytes for which a broadcast's buffer is made in advance at most.
const EXPECTED_MAX: usize = 16 << 10;

/// Everything that waits for the log to have the batch's records.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Frames for every live peer, and how many they are.
    broadcast: Vec<u8>,
    frames: u64,
    /// What the last broadcast weighed.
    expected: usize,
    /// What the log is to have first.
    pub(super) records: Vec<Record>,
    /// Posts whose way is traced.
    pub(super) traced: Traced,
    /// The file server's.
    notices: Vec<FileNotice>,
    /// The outcomes of joins.
    answers: Vec<(oneshot::Sender<Entered>, Entered)>,
    /// Peers that asked for more, and wait to hear whether they are live.
    continued: Vec<(oneshot::Sender<bool>, PeerId)>,
    /// Who waits to hear whether a post of the process's own went to everybody.
    probes: Vec<(oneshot::Sender<bool>, bool)>,
    /// What refusals are replaced by, while what is applied was refused before.
    refuse_with: Option<Refused>,
    /// Whether a join was refused: a room that nobody entered is not kept.
    pub(super) refused_join: bool,
    /// Whether a join was accepted.
    pub(super) entered: bool,
}

/// What effects need beside the batch.
pub(super) struct Surroundings<'a> {
    pub(super) backend: &'a Backend,
    pub(super) handle: &'a RoomHandle,
    pub(super) room: &'a Room,
    pub(super) seats: &'a mut Seats,
    pub(super) now: UnixMillis,
    /// The connection whose join made these effects.
    pub(super) entering: Option<Box<Entering>>,
}

impl Batch {
    /// A batch that begins with a record.
    pub(super) fn of(record: Record) -> Self {
        Self { records: vec![record], ..Self::default() }
    }

    /// Takes one effect in.
    pub(super) fn take(&mut self, effect: Effect, around: &mut Surroundings<'_>) {
        let owner = around.handle.facts.owner;
        match effect {
            Effect::Record(record) => self.record(record, around),
            Effect::Event(event) => json::append_event(self.everybody(), &event),
            Effect::Presence(presence) => json::append_presence(self.everybody(), &presence),
            Effect::Typing(members) => json::append_typing(self.everybody(), &members),
            Effect::Joined(joined) => self.joined(&joined, around),
            Effect::Resumed { peer, events, live } => {
                let mut frames = Vec::new();
                events.iter().for_each(|event| json::append_event(&mut frames, event));
                around.seats.own(peer, self.broadcast.len(), frames.into());
                if live {
                    around.seats.go_live(peer, self.broadcast.len());
                }
            }
            Effect::Reply { peer, id, reply } => self.reply(peer, id, &reply, around),
            Effect::Close { peer, reason } => {
                if reason == CloseReason::FellBehind {
                    around.backend.metrics.slow_readers.inc();
                    around.backend.metrics.resumes.inc(ResumeOutcome::FellBehind);
                }
                around.seats.close(peer, self.broadcast.len(), code_of(reason));
            }
            Effect::Attached(ids) => {
                self.notices.push(FileNotice::Attached { owner, files: texts(&ids) })
            }
            Effect::Released(ids) => {
                self.notices.push(FileNotice::Released { owner, files: texts(&ids) })
            }
            // The task asks the room itself.
            Effect::Ended => {}
        }
    }

    /// Frames for every live peer that are no effect of the room's.
    pub(super) fn tell(&mut self, frame: &[u8]) {
        self.everybody().extend_from_slice(frame);
    }

    /// What refusals are replaced by from here on.
    pub(super) fn refuse_with(&mut self, refused: Option<Refused>) {
        self.refuse_with = refused;
    }

    /// A peer waits to hear whether it is live after this batch.
    pub(super) fn continued(&mut self, peer: PeerId, answer: oneshot::Sender<bool>) {
        self.continued.push((answer, peer));
    }

    /// Somebody waits to hear whether a post went to everybody.
    pub(super) fn probed(&mut self, answer: oneshot::Sender<bool>, went: bool) {
        self.probes.push((answer, went));
    }

    /// Bytes of the broadcast so far: where in it something stands.
    pub(super) fn broadcast_len(&self) -> usize {
        self.broadcast.len()
    }

    /// Whether there is nothing to log and nothing to send to everybody.
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.broadcast.is_empty()
    }

    /// The broadcast, complete.
    pub(super) fn broadcast(&mut self) -> Broadcast {
        let bytes = Bytes::from(std::mem::take(&mut self.broadcast));
        if !bytes.is_empty() {
            self.expected = bytes.len();
        }
        Broadcast { bytes, frames: std::mem::take(&mut self.frames) }
    }

    /// After the fan-out: whoever waits is told, and the batch is empty again.
    pub(super) fn complete(&mut self, backend: &Backend, seats: &Seats) {
        for (answer, entered) in self.answers.drain(..) {
            // A connection that ended while it was joining says `Leave`.
            let _ = answer.send(entered);
        }
        for (answer, peer) in self.continued.drain(..) {
            let _ = answer.send(seats.is_live(peer));
        }
        for (answer, went) in self.probes.drain(..) {
            let _ = answer.send(went);
        }
        for notice in self.notices.drain(..) {
            backend.links.files.tell(notice);
        }
        *self = Self { expected: self.expected, ..Self::default() };
    }

    /// The place for one more frame of the broadcast, which is likely to become as large as the
    /// last one: a buffer that grows by doubling would be copied several times.
    fn everybody(&mut self) -> &mut Vec<u8> {
        if self.broadcast.is_empty() {
            self.broadcast.reserve(self.expected.min(EXPECTED_MAX));
        }
        self.frames += 1;
        &mut self.broadcast
    }

    fn record(&mut self, record: Record, around: &Surroundings<'_>) {
        if let Record::Event { event, .. } = &record
            && !around.handle.facts.hidden
        {
            around.backend.metrics.events.inc(Kind::from(&event.kind));
        }
        self.records.push(record);
    }

    /// A peer is in: it gets a seat and its first frame.
    fn joined(&mut self, joined: &Joined, around: &mut Surroundings<'_>) {
        let Some(entering) = around.entering.take() else { return };
        let keeping = Keeping {
            keys: &around.backend.keys,
            name: &around.handle.name.shared(),
            incarnation: around.room.incarnation(),
            creator: around.room.creator_session(),
            verifier: around.room.verifier(),
            now: around.now,
            nonce: service::random::bytes(),
        };
        let frame = json::single(&json::joined(joined, &keeping));
        let Entering { join, connection, answer } = *entering;
        around.seats.enter(connection);
        around.seats.own(joined.peer, self.broadcast.len(), frame);
        if !joined.catching_up {
            around.seats.go_live(joined.peer, self.broadcast.len());
        }
        self.entered = true;
        self.answers.push((answer, Entered::In { live: !joined.catching_up }));
        let metrics = &around.backend.metrics;
        metrics.joins.inc(JoinOutcome::Joined);
        if join.resume.is_some() {
            metrics.resumes.inc(match (joined.gap, joined.resumed) {
                (Some(_), _) => ResumeOutcome::Gap,
                (None, true) => ResumeOutcome::Exact,
                (None, false) => ResumeOutcome::Whole,
            });
        }
        if let Some(gap) = joined.gap {
            metrics.gaps.inc(GapReason::from(gap));
        }
    }

    fn reply(
        &mut self,
        peer: PeerId,
        id: Option<RequestId>,
        reply: &Reply,
        around: &mut Surroundings<'_>,
    ) {
        if let Some(entering) = around.entering.take_if(|entering| entering.join.peer == peer) {
            let entered = match reply {
                Reply::ProofNeeded { salt } => Entered::ProofNeeded(*salt),
                Reply::Refused(refusal) => Entered::Refused(json::error_of(refusal)),
                Reply::Done { .. } | Reply::History { .. } | Reply::Members(_) => return,
            };
            self.refused_join = true;
            self.answers.push((entering.answer, entered));
            return;
        }
        if let Reply::Refused(Refusal::RateLimited { .. }) = reply {
            around.backend.metrics.rate_limited.inc(Limited::Room);
        }
        if let (Reply::Done { repeated: true, .. }, None, Some(connection)) =
            (reply, &self.refuse_with, around.seats.connection(peer))
        {
            // A known key costs no token, and whoever was refused one has taken none.
            around.backend.posts.give_back(connection.address, 1);
        }
        let frame = match (&self.refuse_with, reply) {
            (Some(refused), Reply::Refused(_)) => json::refusal(id.map(|id| id.0), refused),
            _ => match json::reply(id, reply) {
                Some(frame) => json::single(&frame),
                None => return,
            },
        };
        around.seats.own(peer, self.broadcast.len(), frame);
    }
}

/// What the file server is told when a room is over.
pub(super) fn ended(owner: Id128) -> FileNotice {
    FileNotice::Ended { owner }
}

fn code_of(reason: CloseReason) -> CloseCode {
    match reason {
        CloseReason::Replaced => CloseCode::Replaced,
        CloseReason::Ended => CloseCode::RoomClosed,
        CloseReason::FellBehind => CloseCode::SlowReader,
    }
}

fn texts(ids: &[Arc<str>]) -> Vec<String> {
    ids.iter().map(|id| id.to_string()).collect()
}
