//! A world of one room and several clients, driven by random steps.

use std::collections::BTreeMap;
use std::sync::Arc;

use room::{
    Effect, Epoch, Event, Input, Join, Key, Limits, MemberId, MessageView, PeerId, Post, Record,
    Reply, Request, RequestId, Room, Seq, UnixMillis,
};

use crate::replica::Replica;
use crate::steps::{SESSIONS, Step, name_of, text_of};
use crate::story::{Story, file, key, preview, session};

/// One client: a session with its copy of the room.
#[derive(Clone, Default)]
struct Client {
    peer: Option<PeerId>,
    live: bool,
    replica: Replica,
    /// Pages that are still under way.
    pages: Vec<Vec<MessageView>>,
    /// Whether the copy lacks pages of the history, and from where on.
    lacks: Option<Seq>,
}

/// The room, its clients, and what they may hold it to.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) story: Story,
    clients: BTreeMap<u64, Client>,
    /// Everything that ever happened on the room's line.
    pub(crate) events: Vec<Arc<Event>>,
    answered: BTreeMap<(MemberId, Key), (Seq, UnixMillis)>,
    /// What every step led to, as text.
    pub(crate) trace: Vec<String>,
}

impl World {
    pub(crate) fn new(limits: Limits) -> Self {
        let clients = (1..=SESSIONS).map(|who| (who, Client::default())).collect();
        let story = Story::with(limits);
        let (events, answered, trace) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { story, clients, events, answered, trace }
    }

    pub(crate) fn run(&mut self, steps: &[Step]) {
        for step in steps {
            self.step(step);
            for client in self.clients.values().filter(|client| client.live) {
                let complete = client.lacks.is_none() && client.pages.is_empty();
                if complete {
                    client.replica.assert_equals(&self.story.room);
                }
            }
        }
    }

    /// Everybody leaves and every clock of the room runs out, short of its expiry.
    pub(crate) fn fall_silent(&mut self) {
        for who in 1..=SESSIONS {
            self.step(&Step::Leave { who });
        }
        self.step(&Step::Wait { ms: 10_000 });
    }

    /// All is delivered and told.
    pub(crate) fn assert_everybody_knows(&mut self) {
        for who in 1..=SESSIONS {
            while self.clients[&who].peer.is_some() && !self.clients[&who].live {
                self.step(&Step::Continue { who });
            }
            self.fetch_missing_pages(who);
        }
        self.step(&Step::Wait { ms: 4_000 });
        let crowd = self.story.limits.crowded_above;
        for client in self.clients.values().filter(|client| client.live) {
            client.replica.assert_equals(&self.story.room);
            client
                .replica
                .assert_sees_who_is_here(&self.story.room, self.story.room.online() >= crowd);
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Join { who, name, resume } => self.join(*who, *name, *resume),
            Step::Leave { who } => {
                if let Some(peer) = self.clients[who].peer {
                    self.apply(Input::Leave { peer });
                    self.hang_up(peer);
                }
            }
            Step::Continue { who } => {
                if let Some(peer) = self.clients[who].peer {
                    self.apply(Input::Continue { peer });
                }
            }
            Step::DeliverPages { who } => self.deliver(*who),
            Step::Wait { ms } => self.wait(*ms),
            Step::Move { by_records } => self.move_room(*by_records),
            request => self.ask(request),
        }
    }

    fn join(&mut self, who: u64, name: Option<u8>, resume: bool) {
        let cursor = self.clients[&who].replica.cursor.filter(|_| resume);
        let ask = self.story.ask(who);
        let join = Join { name: name.map(name_of), resume: cursor, session: session(who), ..ask };
        let peer = join.peer;
        let client = self.of(who);
        let before = (client.peer, client.live);
        (client.peer, client.live) = (Some(peer), false);
        if !self.apply(Input::Join(join)) {
            // Refused: the older connection, if there is one, goes on.
            let client = self.of(who);
            (client.peer, client.live) = before;
        }
    }

    /// Requests, made even by those who are not in the room.
    fn ask(&mut self, step: &Step) {
        let seq = self.story.room.seq();
        let message = |back: u8| Seq(seq.0.saturating_sub(u64::from(back % 24)));
        let (who, request) = match *step {
            Step::Post { who, key: number, text, reply, file: attachment } => {
                let post = Post {
                    key: key(&format!("k{}", number % 12)),
                    text: text_of(text),
                    reply_to: (reply % 3 == 0).then(|| message(reply)),
                    file: (attachment % 5 == 0).then(|| file(&format!("f{attachment}"))),
                    preview: (attachment % 7 == 0).then(|| preview(&format!("p{attachment}"))),
                };
                (who, Request::Post(post))
            }
            Step::Edit { who, back, text } => {
                (who, Request::Edit { message: message(back), text: text_of(text) })
            }
            Step::Delete { who, back } => (who, Request::Delete { message: message(back) }),
            Step::Vote { who, back, value } => {
                (who, Request::Vote { message: message(back), value })
            }
            Step::Rename { who, name } => (who, Request::Rename { name: name_of(name) }),
            Step::Describe { who, text } => (who, Request::Describe { text: text_of(text % 300) }),
            Step::Typing { who } => (who, Request::Typing),
            Step::Page { who, back } => {
                (who, Request::History { before: Some(message(back)), limit: None })
            }
            Step::Members { who, name } => (who, Request::Members { prefix: name_of(name) }),
            _ => return,
        };
        let peer = self.clients[&who].peer.unwrap_or(PeerId(0));
        let posted = match &request {
            Request::Post(post) => Some(post.key.clone()),
            _ => None,
        };
        self.apply(Input::Request { peer, id: Some(RequestId(who)), request });
        if let (
            Some(key),
            Some(&Effect::Reply { reply: Reply::Done { seq: Some(seq), repeated }, .. }),
        ) = (
            posted,
            self.story.effects.iter().find(|effect| matches!(effect, Effect::Reply { .. })),
        ) {
            self.check_answer(who, key, seq, repeated);
        }
    }

    /// The same key is answered alike for as long as it must be known.
    fn check_answer(&mut self, who: u64, key: Key, seq: Seq, repeated: bool) {
        let members = self.story.room.snapshot().members;
        let member = members.iter().find(|kept| kept.session == session(who));
        let member = member.expect("an author").member;
        let now = self.story.now;
        match self.answered.get(&(member, key.clone())) {
            Some(&(first, _)) if repeated => assert_eq!(seq, first, "the first answer"),
            // A small room has no place for all keys.
            Some(_) if self.story.limits.state_bytes_max < 1 << 20 => {}
            Some(&(first, at)) => {
                assert!(now.since(at) > self.story.limits.keys_all_ms, "applied twice");
                let answers = self.answered.iter();
                let later = answers.filter(|((by, _), (seq, _))| *by == member && *seq > first);
                let is_among_newest = later.count() < self.story.limits.keys_max;
                assert!(!is_among_newest, "one of the newest was forgotten");
            }
            None => assert!(!repeated, "an answer to an unknown key"),
        }
        if !repeated {
            self.answered.insert((member, key), (seq, now));
        }
    }

    fn wait(&mut self, ms: u64) {
        let end = self.story.now.plus(ms);
        while let Some(due) = self.story.room.deadline().filter(|&due| due <= end) {
            self.story.now = self.story.now.max(due);
            self.apply(Input::Tick);
        }
        self.story.now = end;
    }

    fn move_room(&mut self, by_records: bool) {
        let (now, limits) = (self.story.now, self.story.limits);
        let epoch = Epoch(self.story.room.epoch().0 + 1);
        let restored = if by_records { Some(self.story.restored_from_records()) } else { None };
        let snapshot = restored.as_ref().unwrap_or(&self.story.room).snapshot();
        self.story.room = Room::restore(now, snapshot, Vec::new(), epoch, limits);
        self.story.records.push(Record::EpochBegan { epoch, at: now });
        for client in self.clients.values_mut() {
            (client.peer, client.live) = (None, false);
            client.pages.clear();
        }
    }

    /// Applies an input and brings every client what it is told. Returns whether somebody joined.
    fn apply(&mut self, input: Input) -> bool {
        self.story.apply(input);
        let effects = self.story.effects.clone();
        self.trace.push(format!("{effects:?}"));
        let mut joined = false;
        for effect in &effects {
            match effect {
                Effect::Joined(view) => {
                    joined = true;
                    let client = self.client(view.peer).expect("a client");
                    client.replica.enter(view);
                    client.live = !view.catching_up;
                    client.pages.clear();
                    if !view.resumed {
                        let oldest = view.history.first().map_or(view.seq.next(), |m| m.seq);
                        client.lacks = view.more.then_some(oldest);
                    }
                }
                Effect::Event(event) => {
                    let next = self.events.last().map_or(Seq(1), |last| last.seq.next());
                    assert_eq!(event.seq, next, "contiguous");
                    self.events.push(Arc::clone(event));
                    self.live().for_each(|client| client.replica.take(event));
                }
                Effect::Resumed { peer, events, live } => {
                    let client = self.client(*peer).expect("a client");
                    events.iter().for_each(|event| client.replica.take(event));
                    client.live = *live;
                }
                Effect::Presence(presence) => {
                    self.live().for_each(|client| client.replica.hear(presence));
                }
                Effect::Reply { peer, reply: Reply::History { messages, .. }, .. } => {
                    if let Some(client) = self.client(*peer) {
                        client.pages.push(messages.clone());
                    }
                }
                Effect::Close { peer, .. } => self.hang_up(*peer),
                _ => {}
            }
        }
        joined
    }

    fn fetch_missing_pages(&mut self, who: u64) {
        self.deliver(who);
        while let Some(before) = self.clients[&who].lacks {
            let Some(peer) = self.clients[&who].peer else { return };
            let request = Request::History { before: Some(before), limit: None };
            self.apply(Input::Request { peer, id: Some(RequestId(0)), request });
            let oldest = self.clients[&who].pages.last().and_then(|page| page.first());
            let oldest = oldest.map(|message| message.seq);
            self.of(who).lacks = oldest;
            self.deliver(who);
        }
    }

    fn deliver(&mut self, who: u64) {
        let client = self.of(who);
        for page in std::mem::take(&mut client.pages) {
            page.iter().for_each(|message| client.replica.merge(message));
        }
    }

    fn hang_up(&mut self, peer: PeerId) {
        if let Some(client) = self.client(peer) {
            (client.peer, client.live) = (None, false);
            client.pages.clear();
        }
    }

    fn of(&mut self, who: u64) -> &mut Client {
        self.clients.get_mut(&who).expect("one of the sessions")
    }

    fn client(&mut self, peer: PeerId) -> Option<&mut Client> {
        self.clients.values_mut().find(|client| client.peer == Some(peer))
    }

    fn live(&mut self) -> impl Iterator<Item = &mut Client> {
        self.clients.values_mut().filter(|client| client.live)
    }
}
