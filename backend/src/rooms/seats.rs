//! The peers of one room, and the fan-out to them: one write each for everything that a batch
//! has for them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use protocol::CloseCode;
use room::PeerId;

use super::fence::{End, Fence};
use crate::metrics::Metrics;
use crate::transport::connection::Connection;
use crate::transport::websocket::{Flushed, Refused};

/// What may wait for one peer when what waits for all peers together is too much.
const SHORT_OUTBOX_BYTES: usize = 64 << 10;
/// Peers that are served between two pauses for other tasks, in a long fan-out.
const PEERS_PER_TURN: usize = 256;

/// Bytes for one peer that are copied into one buffer; more are written from where they are.
const TOGETHER_BYTES_MAX: usize = 16 << 10;

thread_local! {
    /// That buffer: one of each thread, so that no room holds one.
    static TOGETHER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The peers, in one dense list that the fan-out runs along.
#[derive(Debug, Default)]
pub(crate) struct Seats {
    seats: Vec<Seat>,
    places: HashMap<PeerId, usize>,
    /// Seats that have something of their own in this batch.
    touched: Vec<usize>,
    /// Peers that were too slow, or whose end was sent: to be taken out.
    leaving: Vec<PeerId>,
    /// Whether something waited for anybody after the last writes.
    behind: bool,
    /// Whether the outboxes of all peers together hold too much.
    short: bool,
}

/// What every live peer gets: frames, in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Broadcast {
    /// The buffer.
    pub(crate) bytes: Bytes,
    /// How many frames it holds.
    pub(crate) frames: u64,
}

/// One peer.
#[derive(Debug)]
struct Seat {
    peer: PeerId,
    connection: Arc<Connection>,
    /// Where in the batch's broadcast its part begins; none while it is catching up or closing.
    live_from: Option<usize>,
    /// What it gets before the rest of the broadcast, in order.
    own: Vec<Part>,
    /// Whether something waited for it after the last write.
    behind: bool,
}

/// A part of what one peer gets.
#[derive(Debug)]
enum Part {
    Broadcast(Range<usize>),
    Own(Bytes),
    Close(CloseCode),
}

/// What one fan-out did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Delivered {
    /// Frames given to peers.
    pub(crate) frames: u64,
    /// Bytes that they held.
    pub(crate) bytes: u64,
}

impl Seats {
    /// Gives a peer a seat; it is not live yet.
    pub(crate) fn enter(&mut self, connection: Arc<Connection>) {
        let peer = connection.peer;
        self.places.insert(peer, self.seats.len());
        self.seats.push(Seat { peer, connection, live_from: None, own: Vec::new(), behind: false });
    }

    /// The connection of a peer.
    pub(crate) fn connection(&self, peer: PeerId) -> Option<&Arc<Connection>> {
        self.places.get(&peer).map(|place| &self.seats[*place].connection)
    }

    /// Whether a peer gets the broadcast.
    pub(crate) fn is_live(&self, peer: PeerId) -> bool {
        self.places.get(&peer).is_some_and(|place| self.seats[*place].live_from.is_some())
    }

    /// From here on in the broadcast, the peer gets it.
    pub(crate) fn go_live(&mut self, peer: PeerId, broadcast: usize) {
        if let Some(place) = self.places.get(&peer) {
            self.seats[*place].live_from = Some(broadcast);
            self.touched.push(*place);
        }
    }

    /// Something for one peer, after what the broadcast holds so far.
    pub(crate) fn own(&mut self, peer: PeerId, broadcast: usize, frames: Bytes) {
        self.part(peer, broadcast, Part::Own(frames));
    }

    /// The end of one peer, after what the broadcast holds so far.
    pub(crate) fn close(&mut self, peer: PeerId, broadcast: usize, code: CloseCode) {
        self.part(peer, broadcast, Part::Close(code));
        if let Some(place) = self.places.get(&peer) {
            self.seats[*place].live_from = None;
        }
    }

    fn part(&mut self, peer: PeerId, broadcast: usize, part: Part) {
        let Some(place) = self.places.get(&peer) else { return };
        let seat = &mut self.seats[*place];
        if let Some(from) = seat.live_from
            && from < broadcast
        {
            seat.own.push(Part::Broadcast(from..broadcast));
            seat.live_from = Some(broadcast);
        }
        seat.own.push(part);
        self.touched.push(*place);
    }

    /// Takes a peer out after this batch: until then the places of the others stand.
    pub(crate) fn leave(&mut self, peer: PeerId) {
        if let Some(place) = self.places.get(&peer) {
            let seat = &mut self.seats[*place];
            (seat.live_from, seat.own) = (None, Vec::new());
            self.leaving.push(peer);
        }
    }

    /// Cuts a peer off as a slow reader; it is taken out after this batch.
    pub(crate) fn cut(&mut self, peer: PeerId, now: u64, metrics: &Metrics) {
        if let Some(connection) = self.connection(peer) {
            connection.cut(now, metrics);
            self.leave(peer);
        }
    }

    fn remove(&mut self, peer: PeerId) {
        let Some(place) = self.places.remove(&peer) else { return };
        self.seats.swap_remove(place);
        if let Some(moved) = self.seats.get(place) {
            self.places.insert(moved.peer, place);
        }
    }

    /// Gives every peer its part: the broadcast as one write of shared bytes, with its own frames
    /// in their place between. Returns who is out of the seats now, the slow readers among them.
    /// After each pause the fence is passed again.
    pub(super) async fn deliver(
        &mut self,
        broadcast: Broadcast,
        now: u64,
        short: bool,
        fence: &Fence<'_>,
    ) -> Result<(Delivered, Vec<PeerId>), End> {
        let metrics = &fence.backend.metrics;
        self.short = short;
        let mut delivered = Delivered::default();
        let mut touched = std::mem::take(&mut self.touched);
        if broadcast.bytes.is_empty() {
            touched.sort_unstable();
            touched.dedup();
            for place in touched {
                self.serve(place, &broadcast, now, metrics, &mut delivered);
            }
        } else {
            for place in 0..self.seats.len() {
                self.serve(place, &broadcast, now, metrics, &mut delivered);
                if place % PEERS_PER_TURN == PEERS_PER_TURN - 1 {
                    tokio::task::yield_now().await;
                    fence.pass().await?;
                }
            }
        }
        let leaving = std::mem::take(&mut self.leaving);
        for peer in &leaving {
            self.remove(*peer);
        }
        Ok((delivered, leaving))
    }

    /// One peer's part of a fan-out.
    fn serve(
        &mut self,
        place: usize,
        broadcast: &Broadcast,
        now: u64,
        metrics: &Metrics,
        delivered: &mut Delivered,
    ) {
        let seat = &mut self.seats[place];
        let bytes = &broadcast.bytes;
        let live_from = seat.live_from;
        // The next broadcast is another one, of which it gets everything.
        seat.live_from = live_from.map(|_| 0);
        if seat.own.is_empty() && live_from == Some(0) {
            let outcome = seat.connection.push(bytes, now);
            delivered.count(broadcast.frames, bytes.len());
            return self.after(place, outcome, false, now, metrics);
        }
        let mut parts = std::mem::take(&mut seat.own);
        if let Some(from) = live_from.filter(|from| *from < bytes.len()) {
            parts.push(Part::Broadcast(from..bytes.len()));
        }
        let (mut size, mut closing) = (0, false);
        for part in &parts {
            match part {
                // Counted with the first part that it gets, as most get all of them.
                Part::Broadcast(range) => {
                    let frames = if range.start == 0 { broadcast.frames } else { 0 };
                    delivered.count(frames, range.len());
                    size += range.len();
                }
                Part::Own(frames) => {
                    delivered.count(1, frames.len());
                    size += frames.len();
                }
                Part::Close(_) => closing = true,
            }
        }
        let outcome = if closing || size > TOGETHER_BYTES_MAX {
            seat.send_one_by_one(parts, bytes, now, metrics)
        } else {
            seat.send_together(&parts, bytes, now)
        };
        self.after(place, outcome, closing, now, metrics);
    }

    /// What becomes of a peer after its part.
    fn after(
        &mut self,
        place: usize,
        outcome: Result<Flushed, Refused>,
        mut closing: bool,
        now: u64,
        metrics: &Metrics,
    ) {
        let seat = &mut self.seats[place];
        match outcome {
            Ok(flushed) => {
                seat.behind = flushed == Flushed::WouldBlock;
                self.behind |= seat.behind;
                if seat.behind
                    && self.short
                    && seat.connection.socket.bytes_queued() > SHORT_OUTBOX_BYTES
                {
                    seat.connection.cut(now, metrics);
                    closing = true;
                }
            }
            Err(Refused::Full) => {
                seat.connection.cut(now, metrics);
                closing = true;
            }
            // Its own task is about to find the same, and says `Leave`.
            Err(Refused::Closed) => {}
        }
        if closing {
            self.leaving.push(seat.peer);
        }
    }

    /// Bytes that wait for peers which were behind at their last write.
    pub(crate) fn outbox_bytes(&mut self) -> usize {
        let mut bytes = 0;
        if !std::mem::take(&mut self.behind) {
            return 0;
        }
        for seat in self.seats.iter_mut().filter(|seat| seat.behind) {
            let waiting = seat.connection.socket.bytes_queued();
            seat.behind = waiting > 0;
            self.behind |= seat.behind;
            bytes += waiting;
        }
        bytes
    }

    /// Closes every peer with its last frames, and forgets them all.
    pub(crate) fn close_all(
        &mut self,
        code: CloseCode,
        last: Option<&Bytes>,
        now: u64,
        metrics: &Metrics,
    ) {
        for seat in self.seats.drain(..) {
            if let Some(last) = last {
                seat.connection.send(last, now, metrics);
            }
            seat.connection.close(code, code.as_str(), now, metrics);
        }
        self.places.clear();
        self.touched.clear();
        self.leaving.clear();
    }
}

impl Seat {
    /// Copies small parts into one buffer for one plain write, which is cheaper than a queue and
    /// a vectored one: whoever posts much gets an answer between any two events.
    fn send_together(
        &self,
        parts: &[Part],
        broadcast: &Bytes,
        now: u64,
    ) -> Result<Flushed, Refused> {
        TOGETHER.with_borrow_mut(|together| {
            together.clear();
            for part in parts {
                match part {
                    Part::Broadcast(range) => together.extend_from_slice(&broadcast[range.clone()]),
                    Part::Own(frames) => together.extend_from_slice(frames),
                    Part::Close(_) => {}
                }
            }
            self.connection.push_copied(together, now)
        })
    }

    /// Queues the parts, and writes them with one vectored call.
    fn send_one_by_one(
        &self,
        parts: Vec<Part>,
        broadcast: &Bytes,
        now: u64,
        metrics: &Metrics,
    ) -> Result<Flushed, Refused> {
        let socket = &self.connection.socket;
        for part in parts {
            match part {
                Part::Broadcast(range) => socket.push(broadcast.slice(range), now)?,
                Part::Own(frames) => socket.push(frames, now)?,
                Part::Close(code) => {
                    self.connection.close(code, code.as_str(), now, metrics);
                }
            }
        }
        socket.flush_now(now)
    }
}

impl Delivered {
    fn count(&mut self, frames: u64, bytes: usize) {
        self.frames += frames;
        self.bytes += bytes as u64;
    }
}
