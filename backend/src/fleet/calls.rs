//! What the router and an operator may ask of a backend.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::fleet::limits::{NOTICE_CHARS_MAX, ROOMS_PAGE_MAX};
use ::fleet::{
    About, Announced, Answer, CallError, Poll, PollAnswer, RoomFacts, RoomRow, RoomSummary,
};
use futures_util::FutureExt;
use placement::{Load, RunId};

use crate::backend::Backend;
use crate::rooms::{Command, RoomHandle};
use crate::transport::json;

/// Milliseconds for a room to end, or for all rooms to take a word: less than a call may take.
const WAIT_MS: u64 = 1_500;
/// Rooms that are told something between two pauses for other tasks.
const ROOMS_PER_TURN: usize = 256;

/// The backend as the fleet calls it.
pub(crate) struct Calls(pub(crate) Arc<Backend>);

impl ::fleet::Backend for Calls {
    fn status(&self, poll: Poll) -> Answer<'_, PollAnswer> {
        async move { self.answer(&poll) }.boxed()
    }

    fn summary(&self, room: Arc<str>) -> Answer<'_, Option<RoomSummary>> {
        let of = |room: Arc<RoomHandle>| RoomSummary {
            protected: room.facts.protected,
            members: narrow(room.online()),
        };
        async move { Ok(self.0.rooms.get(&room).map(of)) }.boxed()
    }

    fn rooms(&self, after: Option<Arc<str>>, limit: u32) -> Answer<'_, Vec<RoomRow>> {
        async move { Ok(self.page(after.as_deref(), limit.min(ROOMS_PAGE_MAX))) }.boxed()
    }

    fn delete(&self, run: RunId, room: Arc<str>) -> Answer<'_, bool> {
        async move {
            self.is_meant(run)?;
            self.end(room).await
        }
        .boxed()
    }

    fn announce(&self, run: RunId, text: Arc<str>) -> Answer<'_, Announced> {
        async move {
            self.is_meant(run)?;
            self.tell_everybody(text).await
        }
        .boxed()
    }
}

impl Calls {
    /// Refuses what was said to another process, and what was said to this address before a restart.
    fn is_meant(&self, run: RunId) -> Result<(), CallError> {
        if run == self.0.standing.run() {
            return Ok(());
        }
        Err(CallError::Rejected {
            status: 410,
            detail: "meant for another run of a backend".into(),
        })
    }

    fn answer(&self, poll: &Poll) -> Result<PollAnswer, CallError> {
        let backend = &self.0;
        let draining = backend.lifecycle.stopping();
        let answered = backend.rooms.answer(backend, &poll.status, load(backend), draining);
        let status = answered.map_err(|stale| CallError::Stale { newest: stale.newest })?;
        // The file servers of a router that no longer counts are not heard of.
        Arc::clone(&backend.links.files).servers(&poll.files);
        Ok(PollAnswer { status, about: about(backend) })
    }

    /// The rooms after a name, in the order of names.
    fn page(&self, after: Option<&str>, limit: u32) -> Vec<RoomRow> {
        let mut rooms = BTreeMap::new();
        for room in self.0.rooms.all() {
            if after.is_none_or(|after| room.name.as_str() > after) {
                rooms.insert(room.name.shared(), room);
            }
        }
        rooms.into_iter().take(limit as usize).map(|(name, room)| row(name, &room)).collect()
    }

    /// Ends a room, and waits until everybody in it was told.
    async fn end(&self, name: Arc<str>) -> Result<bool, CallError> {
        let Some(room) = self.0.rooms.get(&name) else { return Ok(false) };
        let ended = async {
            if room.inbox.send(Command::Delete).await.is_ok() {
                room.inbox.closed().await;
            }
        };
        let ended = self.0.within(WAIT_MS, ended).await;
        ended.map(|()| true).ok_or(CallError::Timeout)
    }

    async fn tell_everybody(&self, text: Arc<str>) -> Result<Announced, CallError> {
        if text.trim().is_empty() || text.chars().count() > NOTICE_CHARS_MAX {
            let detail = format!("a notice has 1 to {NOTICE_CHARS_MAX} characters");
            return Err(CallError::Rejected { status: 400, detail });
        }
        let frame = json::notice(&text);
        let (mut told, mut busy) = (Announced::default(), Vec::new());
        for (room, place) in self.0.rooms.all().into_iter().zip(1..) {
            match room.inbox.try_send(Command::Tell(frame.clone())) {
                Ok(()) => count(&mut told, &room),
                Err(_) => busy.push(room),
            }
            if place % ROOMS_PER_TURN == 0 {
                tokio::task::yield_now().await;
            }
        }
        let rest = async {
            for room in busy {
                // A room that is over has nobody to tell.
                if room.inbox.send(Command::Tell(frame.clone())).await.is_ok() {
                    count(&mut told, &room);
                }
            }
        };
        let all = self.0.within(WAIT_MS, rest).await;
        if all.is_none() {
            tracing::warn!("some rooms were too busy for a notice");
        }
        Ok(told)
    }
}

fn count(told: &mut Announced, room: &RoomHandle) {
    told.rooms += 1;
    told.peers += room.online() as u64;
}

fn row(name: Arc<str>, room: &RoomHandle) -> RoomRow {
    RoomRow {
        room: name,
        epoch: room.facts.epoch,
        created: room.facts.created,
        members: narrow(room.online()),
        messages: narrow(room.messages()),
        bytes: room.bytes() as u64,
        protected: room.facts.protected,
    }
}

/// What the backend carries, but for its rooms, which are counted with the answer.
fn load(backend: &Backend) -> Load {
    let (meter, capacity) = (&backend.meter, &backend.capacity);
    Load {
        rooms: 0,
        rooms_max: capacity.rooms as u64,
        sockets: backend.sockets.taken() as u64,
        sockets_max: capacity.sockets as u64,
        bytes: backend.rooms.bytes() as u64,
        bytes_max: capacity.room_bytes as u64,
        cpu: meter.cpu(),
        cpu_max: meter.cpu_max(),
        memory: meter.memory(),
        memory_max: capacity.memory as u64,
    }
}

fn about(backend: &Backend) -> About {
    let (config, room) = (&backend.config, &backend.config.room);
    let place = backend.links.place.as_ref();
    About {
        name: config.name.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        key_id: backend.keys.key_id().into(),
        started: backend.started,
        door_port: place.map_or(0, |place| place.door_port),
        admin_port: place.map_or(0, |place| place.admin_port),
        direct_host: place.map_or_else(String::new, |place| place.direct_host.clone()),
        members: u64::try_from(backend.metrics.members.get()).unwrap_or_default(),
        lag_ms: backend.meter.late_ms(),
        facts: RoomFacts {
            expires_after_ms: room.expires_after_ms,
            messages_max: narrow(room.messages_max),
            text_chars_max: narrow(room.text_chars_max),
        },
    }
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
