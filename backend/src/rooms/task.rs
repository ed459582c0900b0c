//! A room's task: `select` only chooses what is next, everything that waits is applied, the log
//! gets it once, and then the peers once.

mod end;
mod gather;
mod probe;

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use protocol::CloseCode;
use room::{Effect, Input, Limits, PeerId, Post, Record, Request, RequestId, Room, UnixMillis};
use tokio::sync::mpsc;

use self::gather::Pace;
use super::batch::{Batch, Surroundings};
use super::beats::Beats;
use super::fence::{End, Fence};
use super::handle::{Arrived, Command, Entering, Known, RoomHandle};
use super::seats::Seats;
use crate::backend::Backend;
use crate::log::{LogError, Position};
use crate::traces;
use crate::transport::json;

/// Bytes of a broadcast after which it is sent before more is applied. With the largest frame on
/// top it is half of an outbox, so that nobody is too slow for a single batch.
const BROADCAST_BYTES: usize = 256 << 10;
/// The log of a room is rolled up once the records since the last time weigh more than this part of
/// the room, and more than so many bytes: it then adds little to what the room itself holds.
const ROLL_UP_PART: usize = 8;
const ROLL_UP_BYTES_MIN: usize = 64 << 10;
/// Rebuilds of one room after a failed invariant; one that goes on failing is given up.
const REBUILDS_MAX: u32 = 3;

/// A room and everything that its task holds.
pub(super) struct RoomTask {
    backend: Arc<Backend>,
    handle: Arc<RoomHandle>,
    room: Room,
    inbox: mpsc::Receiver<Command>,
    /// Commands that came together, and those of them that are not applied yet.
    arrived: Vec<Command>,
    commands: VecDeque<Command>,
    effects: Vec<Effect>,
    batch: Batch,
    seats: Seats,
    beats: Beats,
    limits: Limits,
    /// Bytes that the room may hold at present, and bytes of it for events.
    share: (usize, usize),
    /// Where the room's log ends.
    position: Position,
    /// Records in the log since the last roll-up, and their bytes.
    records: usize,
    record_bytes: usize,
    /// Whether anybody ever entered, and whether anybody was refused.
    entered: bool,
    refused: bool,
    outbox_bytes: usize,
    /// When the first request of the batch came.
    waits_since: Option<f64>,
    pace: Pace,
}

impl RoomTask {
    /// A new room, whose first record is still to be logged.
    pub(super) fn new(
        backend: Arc<Backend>,
        handle: Arc<RoomHandle>,
        (room, created): (Room, Record),
        limits: Limits,
        inbox: mpsc::Receiver<Command>,
    ) -> Box<Self> {
        let batch = Batch::of(created);
        Box::new(Self {
            backend,
            handle,
            room,
            inbox,
            arrived: Vec::new(),
            commands: VecDeque::new(),
            effects: Vec::new(),
            batch,
            seats: Seats::default(),
            beats: Beats::default(),
            limits,
            share: (limits.state_bytes_max, limits.resume_bytes_max),
            position: Position::default(),
            records: 0,
            record_bytes: 0,
            entered: false,
            refused: false,
            outbox_bytes: 0,
            waits_since: None,
            pace: Pace::default(),
        })
    }

    /// The life of the room.
    pub(super) async fn live(mut self: Box<Self>) {
        let mut rebuilds = 0;
        let end = loop {
            // A failed invariant ends what this room was doing, and nobody else's.
            match AssertUnwindSafe(self.run()).catch_unwind().await {
                Ok(end) => break end,
                Err(_) => {
                    self.backend.metrics.room_panics.inc();
                    self.close_all(CloseCode::Failed);
                    rebuilds += 1;
                    if rebuilds > REBUILDS_MAX || !Box::pin(self.rebuild()).await {
                        break End::Failed;
                    }
                }
            }
        };
        Box::pin(self.end(end)).await;
    }

    async fn run(&mut self) -> End {
        loop {
            // What the last round left over is dealt with before the next wait.
            if self.batch.is_empty() && self.commands.is_empty() {
                self.select().await;
                self.gather().await;
            }
            if self.handle.is_lost() {
                return End::Lost;
            }
            if let Some(end) = self.apply_waiting() {
                return end;
            }
            if let Err(error) = self.append().await {
                tracing::warn!(%error, "a room is given up");
                return End::Lost;
            }
            if let Err(end) = self.deliver().await {
                return end;
            }
            self.publish();
            if self.room.ended() || self.is_unwanted() {
                return End::Ended;
            }
        }
    }

    /// Waits until there is something to do: commands, or a time that has come.
    async fn select(&mut self) {
        let beat = self.beats.next();
        let deadline = self.room.deadline().map(|at| at.0);
        let at = beat.into_iter().chain(deadline).min().unwrap_or(u64::MAX);
        let batch_max = self.backend.config.rooms.batch_max.max(1);
        tokio::select! {
            biased;
            () = self.handle.lost() => {}
            _ = self.inbox.recv_many(&mut self.arrived, batch_max) => {}
            () = self.backend.clock.sleep_until(at) => {}
        }
        self.commands.extend(self.arrived.drain(..));
    }

    /// Applies all commands that wait, as far as one write to each peer can hold what follows
    /// from them, then what is due.
    fn apply_waiting(&mut self) -> Option<End> {
        let share = self.backend.rooms.share(&self.limits);
        if std::mem::replace(&mut self.share, share) != share {
            self.room.limit_bytes(share.0, share.1);
        }
        while self.batch.broadcast_len() < BROADCAST_BYTES
            && let Some(command) = self.commands.pop_front()
        {
            match command {
                Command::Join(entering) => {
                    self.apply(Input::Join(entering.join.clone()), Some(entering));
                }
                Command::Leave(peer) => {
                    self.seats.leave(peer);
                    self.apply(Input::Leave { peer }, None);
                }
                Command::Continue(peer, answer) => {
                    self.apply(Input::Continue { peer }, None);
                    self.batch.continued(peer, answer);
                }
                Command::Request(peer, id, arrived) => {
                    let Arrived { request, at, trace } = *arrived;
                    self.waits_since.get_or_insert(at);
                    let trace = trace.map(traces::applies);
                    self.apply(Input::Request { peer, id, request }, None);
                    self.batch.traced.applied(trace);
                }
                Command::Known(peer, known) => self.apply_known(peer, *known),
                Command::Answer(peer, frames) => {
                    self.seats.own(peer, self.batch.broadcast_len(), *frames);
                }
                Command::Fit => self.apply(Input::Tick, None),
                Command::Tell(frame) => self.batch.tell(&frame),
                Command::Probe(answer) => self.probe(answer),
                Command::Delete => self.apply(Input::End, None),
                Command::Stop => return Some(End::Stopped),
            }
        }
        let now = self.backend.clock.now();
        if self.room.deadline().is_some_and(|at| at.0 <= now) {
            self.apply(Input::Tick, None);
        }
        self.beat(now);
        None
    }

    /// A post that holds nothing but its key: a room answers it if it knows the key, and refuses
    /// it otherwise, which becomes the refusal that is due.
    fn apply_known(&mut self, peer: PeerId, known: Known) {
        let Known { id, key, refused } = known;
        let text = String::new();
        let post = Post { key, text, reply_to: None, file: None, preview: None };
        let request = Request::Post(post);
        self.batch.refuse_with(Some(refused));
        self.apply(Input::Request { peer, id: id.map(RequestId), request }, None);
        self.batch.refuse_with(None);
    }

    fn apply(&mut self, input: Input, entering: Option<Box<Entering>>) {
        let now = UnixMillis(self.backend.clock.now());
        let every_ms = self.backend.config.peers.heartbeat_ms;
        self.room.apply(now, input, &mut self.effects);
        let mut around = Surroundings {
            backend: &self.backend,
            handle: &self.handle,
            room: &self.room,
            seats: &mut self.seats,
            now,
            entering,
        };
        for effect in self.effects.drain(..) {
            if let Effect::Joined(joined) = &effect {
                self.beats.enter(joined.peer, now.0, every_ms);
            }
            self.batch.take(effect, &mut around);
        }
    }

    /// Heartbeats to those who are due, and the end of those who have said or taken nothing for too
    /// long.
    fn beat(&mut self, now: u64) {
        let peers = &self.backend.config.peers;
        let (heartbeat_ms, idle_ms) = (peers.heartbeat_ms, peers.idle_ms);
        let mut frames = None;
        while let Some(peer) = self.beats.take(now) {
            let Some(connection) = self.seats.connection(peer) else { continue };
            let silent_at = connection.heard_at().saturating_add(idle_ms);
            let stalled_since = connection.socket.stalled_since_ms();
            if stalled_since.is_some_and(|since| since.saturating_add(idle_ms) <= now) {
                self.seats.cut(peer, now, &self.backend.metrics);
                self.apply(Input::Leave { peer }, None);
                continue;
            }
            if silent_at <= now {
                self.seats.close(peer, self.batch.broadcast_len(), CloseCode::Idle);
                self.apply(Input::Leave { peer }, None);
                continue;
            }
            let (live, beat) = frames
                .get_or_insert_with(|| json::heartbeats(self.room.epoch().0, self.room.seq().0));
            // Whoever is catching up does not have the newest event, and must not miss it.
            let beat = if self.seats.is_live(peer) { live.clone() } else { beat.clone() };
            self.seats.own(peer, self.batch.broadcast_len(), beat);
            self.beats.schedule(peer, silent_at.min(now.saturating_add(heartbeat_ms)));
        }
    }

    /// The log gets the records of the batch before anything of it leaves the process.
    async fn append(&mut self) -> Result<(), LogError> {
        if self.batch.records.is_empty() {
            return Ok(());
        }
        let records = std::mem::take(&mut self.batch.records);
        let appended = records.len();
        self.records += appended;
        self.record_bytes += records.iter().map(Record::bytes).sum::<usize>();
        let (log, room) = (&self.backend.links.log, self.room.incarnation());
        self.batch.traced.appends();
        let started = self.backend.clock.seconds();
        self.position = log.append(room, self.position, records).await?;
        self.batch.traced.appended(appended);
        let taken = self.backend.clock.seconds() - started;
        if !self.handle.facts.hidden {
            self.backend.metrics.append_seconds.observe(taken);
        }
        let bytes_max = (self.room.bytes() / ROLL_UP_PART).max(ROLL_UP_BYTES_MIN);
        let records_max = self.backend.config.rooms.roll_up_records;
        if self.records >= records_max || self.record_bytes > bytes_max {
            self.position = log.roll_up(room, self.position, self.room.snapshot()).await?;
            (self.records, self.record_bytes) = (0, 0);
        }
        Ok(())
    }

    /// Gives every peer its part of the batch, once it may leave. Those who are too slow leave the
    /// room.
    async fn deliver(&mut self) -> Result<(), End> {
        let fence = Fence { backend: &self.backend, handle: &self.handle };
        fence.pass().await?;
        let broadcast = self.batch.broadcast();
        let metrics = &self.backend.metrics;
        let (started, now) = (self.backend.clock.seconds(), self.backend.clock.now());
        let fans_out = broadcast.frames > 0 && !self.handle.facts.hidden;
        let short = self.backend.outboxes_are_short();
        self.batch.traced.fans_out();
        let (delivered, gone) = self.seats.deliver(broadcast, now, short, &fence).await?;
        self.batch.traced.fanned_out(&delivered);
        let waits_since = self.waits_since.take();
        if fans_out {
            let ended = self.backend.clock.seconds();
            self.pace.fanned_out(ended - started, self.backend.clock.now());
            metrics.fan_out_seconds.observe(ended - started);
            waits_since.into_iter().for_each(|at| metrics.delivery_seconds.observe(ended - at));
        }
        metrics.deliveries.inc_by(delivered.frames);
        metrics.delivery_bytes.inc_by(delivered.bytes);
        self.entered |= self.batch.entered;
        self.refused |= self.batch.refused_join;
        self.batch.complete(&self.backend, &self.seats);
        for peer in gone {
            self.apply(Input::Leave { peer }, None);
        }
        Ok(())
    }

    /// What others may know of the room.
    fn publish(&mut self) {
        if self.handle.facts.hidden {
            return;
        }
        let metrics = &self.backend.metrics;
        let bytes = self.room.bytes() + self.record_bytes;
        let before = self.handle.tell_bytes(bytes);
        self.backend.rooms.resize(before, bytes);
        metrics.room_bytes.inc_by(bytes as i64 - before as i64);
        self.handle.tell_messages(self.room.messages());
        let online = self.room.online();
        let before = self.handle.tell_online(online);
        metrics.members.inc_by(online as i64 - before as i64);
        let waiting = self.seats.outbox_bytes();
        metrics.outbox_bytes.inc_by(waiting as i64 - self.outbox_bytes as i64);
        self.outbox_bytes = waiting;
    }

    /// A room whose first join was refused is not kept for the next one's sake.
    fn is_unwanted(&self) -> bool {
        !self.entered && self.refused && self.inbox.is_empty()
    }
}
