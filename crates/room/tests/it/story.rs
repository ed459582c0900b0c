//! A room, a clock and a log, so that a test reads like what happens.

use std::sync::Arc;

use room::{
    Creation, Cursor, Effect, Epoch, Event, EventKind, File, Incarnation, Input, Join, Joined, Key,
    Limits, MemberId, PeerId, Post, Presence, Preview, Record, Refusal, Reply, Request, RequestId,
    Room, Seq, SessionId, UnixMillis, Verifier, Vote,
};

/// When every story begins.
pub(crate) const START: UnixMillis = UnixMillis(1_795_000_000_000);

/// The session that makes every room.
pub(crate) const CREATOR: u64 = 1;

/// A room under observation.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) room: Room,
    pub(crate) limits: Limits,
    pub(crate) now: UnixMillis,
    pub(crate) records: Vec<Record>,
    /// The effects of the last input.
    pub(crate) effects: Vec<Effect>,
    /// Whether every step recounts the whole room.
    pub(crate) recount: bool,
    peers: u64,
    keys: u64,
}

impl Story {
    pub(crate) fn new() -> Self {
        Self::with(Limits::default())
    }

    pub(crate) fn with(limits: Limits) -> Self {
        Self::of(limits, None)
    }

    pub(crate) fn protected(verifier: Verifier) -> Self {
        Self::of(Limits::default(), Some(verifier))
    }

    fn of(limits: Limits, verifier: Option<Verifier>) -> Self {
        let (room, created) = Room::create(START, creation(verifier), limits);
        Self {
            room,
            limits,
            now: START,
            records: vec![created],
            effects: Vec::new(),
            recount: true,
            peers: 0,
            keys: 0,
        }
    }

    pub(crate) fn apply(&mut self, input: Input) -> &[Effect] {
        self.effects.clear();
        self.room.apply(self.now, input, &mut self.effects);
        if self.recount {
            assert_eq!(self.room.check_invariants(), Ok(()));
        }
        self.records.extend(self.effects.iter().filter_map(|effect| match effect {
            Effect::Record(record) => Some(record.clone()),
            _ => None,
        }));
        &self.effects
    }

    /// Lets time pass, with a tick at every deadline on the way. Returns the effects of all ticks.
    pub(crate) fn wait(&mut self, ms: u64) -> Vec<Effect> {
        let end = self.now.plus(ms);
        let mut all = Vec::new();
        while let Some(deadline) = self.room.deadline().filter(|&deadline| deadline <= end) {
            self.now = self.now.max(deadline);
            all.extend_from_slice(self.apply(Input::Tick));
        }
        self.now = end;
        all
    }

    /// A join that asks for nothing in particular, from a connection of its own.
    pub(crate) fn ask(&mut self, session_number: u64) -> Join {
        self.peers += 1;
        Join {
            peer: PeerId(self.peers),
            session: session(session_number),
            name: None,
            proof: None,
            resume: None,
            entropy: session_number,
        }
    }

    pub(crate) fn try_join(&mut self, join: Join) -> Result<Joined, Reply> {
        let peer = join.peer;
        let effects = self.apply(Input::Join(join));
        for effect in effects {
            match effect {
                Effect::Joined(joined) => return Ok((**joined).clone()),
                Effect::Reply { peer: to, id: None, reply } if *to == peer => {
                    return Err(reply.clone());
                }
                _ => {}
            }
        }
        panic!("a join was not answered: {effects:?}")
    }

    pub(crate) fn join(&mut self, session_number: u64) -> Joined {
        let join = self.ask(session_number);
        self.try_join(join).expect("a join")
    }

    pub(crate) fn join_as(&mut self, session_number: u64, name: &str) -> Joined {
        let join = Join { name: Some(name.to_owned()), ..self.ask(session_number) };
        self.try_join(join).expect("a join")
    }

    pub(crate) fn refused_name(&mut self, session_number: u64, name: &str) -> Refusal {
        let join = Join { name: Some(name.to_owned()), ..self.ask(session_number) };
        refusal(self.try_join(join).expect_err("a refusal"))
    }

    pub(crate) fn resume(&mut self, session_number: u64, cursor: Cursor) -> Joined {
        let join = Join { resume: Some(cursor), ..self.ask(session_number) };
        self.try_join(join).expect("a join")
    }

    pub(crate) fn leave(&mut self, peer: PeerId) {
        self.apply(Input::Leave { peer });
    }

    pub(crate) fn request(&mut self, peer: PeerId, request: Request) -> Reply {
        let asked = Some(RequestId(7));
        let effects = self.apply(Input::Request { peer, id: asked, request });
        let reply = effects.iter().find_map(|effect| match effect {
            Effect::Reply { peer: to, id, reply } if *to == peer && *id == asked => Some(reply),
            _ => None,
        });
        reply.cloned().expect("an answer")
    }

    pub(crate) fn refused(&mut self, peer: PeerId, request: Request) -> Refusal {
        let refusal = refusal(self.request(peer, request));
        assert!(self.events().is_empty(), "a refusal changes nothing");
        refusal
    }

    /// The `seq` of what a request made; none when nothing had to change.
    pub(crate) fn done(&mut self, peer: PeerId, request: Request) -> Option<Seq> {
        match self.request(peer, request) {
            Reply::Done { seq, repeated: false } => seq,
            other => panic!("not done: {other:?}"),
        }
    }

    pub(crate) fn post(&mut self, peer: PeerId, text: &str) -> Seq {
        let post = self.said(text);
        self.done(peer, Request::Post(post)).expect("an event")
    }

    /// A post with a key of its own.
    pub(crate) fn said(&mut self, text: &str) -> Post {
        self.keys += 1;
        let key = key(&format!("key-{}", self.keys));
        Post { key, text: text.to_owned(), reply_to: None, file: None, preview: None }
    }

    /// Posts as many messages as asked, slowly enough for every limit of rate.
    pub(crate) fn post_slowly(&mut self, peer: PeerId, count: usize) -> Vec<Seq> {
        let mut seqs = Vec::new();
        for number in 0..count {
            self.now = self.now.plus(self.limits.member_posts.refill_ms);
            seqs.push(self.post(peer, &format!("message {number}")));
        }
        seqs
    }

    pub(crate) fn vote(&mut self, peer: PeerId, message: Seq, value: Vote) -> Option<Seq> {
        self.done(peer, Request::Vote { message, value })
    }

    /// The events of the last input.
    pub(crate) fn events(&self) -> Vec<Arc<Event>> {
        events_of(&self.effects)
    }

    /// The one event of the last input.
    pub(crate) fn event(&self) -> EventKind {
        match &self.events()[..] {
            [event] => event.kind.clone(),
            other => panic!("not one event: {other:?}"),
        }
    }

    pub(crate) fn history(
        &mut self,
        peer: PeerId,
        before: Option<Seq>,
        limit: Option<u32>,
    ) -> Page {
        match self.request(peer, Request::History { before, limit }) {
            Reply::History { messages, more } => Page { messages, more },
            other => panic!("not a page: {other:?}"),
        }
    }

    pub(crate) fn cursor(&self) -> Cursor {
        Cursor {
            incarnation: self.room.incarnation(),
            epoch: self.room.epoch(),
            seq: self.room.seq(),
        }
    }

    /// Everything from the log alone.
    pub(crate) fn restored_from_records(&self) -> Room {
        let begin = room::Snapshot::of_creation(creation(self.room.verifier().copied()), START);
        Room::restore(self.now, begin, self.records.clone(), self.room.epoch(), self.limits)
    }
}

/// An answer to `history`.
pub(crate) struct Page {
    pub(crate) messages: Vec<room::MessageView>,
    pub(crate) more: bool,
}

pub(crate) fn creation(verifier: Option<Verifier>) -> Creation {
    Creation {
        incarnation: Incarnation([7; 16]),
        epoch: Epoch(100),
        creator: session(CREATOR),
        verifier,
    }
}

pub(crate) fn session(number: u64) -> SessionId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    SessionId(bytes)
}

pub(crate) fn key(text: &str) -> Key {
    Key::new(text).expect("a key")
}

pub(crate) fn file(id: &str) -> Arc<File> {
    Arc::new(File {
        id: id.into(),
        name: "cat.png".into(),
        media_type: "image/png".into(),
        size: 10_000,
        dimensions: Some((640, 480)),
        thumbnail: Some(format!("{id}-small").into()),
        drawing: false,
    })
}

pub(crate) fn preview(id: &str) -> Arc<Preview> {
    Arc::new(Preview {
        id: id.into(),
        url: "https://example.org/".into(),
        title: "An example".into(),
        description: "".into(),
        image: Some((format!("{id}-picture").into(), 320, 200)),
    })
}

pub(crate) fn refusal(reply: Reply) -> Refusal {
    match reply {
        Reply::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) fn events_of(effects: &[Effect]) -> Vec<Arc<Event>> {
    let event = |effect: &Effect| match effect {
        Effect::Event(event) => Some(Arc::clone(event)),
        _ => None,
    };
    effects.iter().filter_map(event).collect()
}

pub(crate) fn presence_of(effects: &[Effect]) -> Vec<Presence> {
    let presence = |effect: &Effect| match effect {
        Effect::Presence(presence) => Some(presence.clone()),
        _ => None,
    };
    effects.iter().filter_map(presence).collect()
}

pub(crate) fn released_of(effects: &[Effect]) -> Vec<String> {
    let released = |effect: &Effect| match effect {
        Effect::Released(ids) => Some(ids.clone()),
        _ => None,
    };
    effects.iter().filter_map(released).flatten().map(|id| id.to_string()).collect()
}

/// Who joined and who left by a net change.
pub(crate) fn change(presence: &Presence) -> (Vec<MemberId>, Vec<MemberId>) {
    match presence {
        Presence::Change { joined, left, snapshot: false, .. } => {
            (joined.iter().map(|view| view.member).collect(), left.clone())
        }
        other => panic!("not a change: {other:?}"),
    }
}
