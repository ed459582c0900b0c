//! A client: it finds its room, keeps a copy, posts, re-sends what was not answered, and checks all that
//! it is told.

mod frames;

use std::collections::BTreeMap;

use placement::Placement;
use room::{Cursor, Key, Post, Seq, SessionId, Verifier};

use crate::message::{Connection, Enter, Frame, Keep, Message, Node, RoomName};
use crate::step::Step;

/// Milliseconds without an answer or a heartbeat after which a client tries anew.
const SILENT_MS: u64 = 3_000;
/// Milliseconds after which an unanswered post is sent again on the same connection.
const POST_AGAIN_MS: u64 = 2_000;
/// Lower epochs that a client meets in a row before it believes them.
const LOWER_MAX: u32 = 3;
/// The password of every room, as its hash.
const PASSWORD: Verifier = Verifier { salt: [1; 16], hash: [2; 32] };
/// Posts that wait for their answers at most.
const UNANSWERED_MAX: usize = 6;

/// The process.
pub(crate) struct ClientProcess {
    node: Node,
    session: SessionId,
    pub(crate) room: RoomName,
    /// Whether it comes for a moment now and then, rather than staying.
    visits: bool,
    stage: Stage,
    cursor: Option<Cursor>,
    keep: Option<Keep>,
    pub(crate) copy: BTreeMap<Seq, Key>,
    epoch_max: u64,
    lower_met: u32,
    unanswered: BTreeMap<Key, u64>,
    /// Accepted posts: when, and with which number.
    pub(crate) acked: BTreeMap<Key, (u64, Seq)>,
    /// When it was last told that what it held is gone.
    pub(crate) told_gone_at: Option<u64>,
    last: Option<Placement>,
    /// Where its connection leads.
    at: Option<Node>,
    posts: u64,
    post_at: u64,
    /// Where connections are numbered from.
    connections: u64,
    pub(crate) is_posting: bool,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Waiting { until: u64 },
    LookingUp { since: u64 },
    Entering { connection: Connection, since: u64 },
    In { connection: Connection, heard_at: u64, leave_at: u64 },
}

impl ClientProcess {
    pub(crate) fn start(number: u8, room: &str, visits: bool, step: &mut Step<'_>) -> Self {
        Self {
            node: Node::Client(number),
            session: SessionId([number; 16]),
            room: room.into(),
            visits,
            stage: Stage::Waiting { until: step.now.mono + step.dice.between(0, 5_000) },
            cursor: None,
            keep: None,
            copy: BTreeMap::new(),
            epoch_max: 0,
            lower_met: 0,
            unanswered: BTreeMap::new(),
            acked: BTreeMap::new(),
            told_gone_at: None,
            last: None,
            at: None,
            posts: 0,
            post_at: 0,
            connections: u64::from(number) << 32,
            is_posting: true,
        }
    }

    pub(crate) fn tick(&mut self, step: &mut Step<'_>) {
        let now = step.now.mono;
        match self.stage {
            Stage::Waiting { until } if now >= until => self.set_out(step),
            Stage::LookingUp { since } | Stage::Entering { since, .. }
                if now >= since + SILENT_MS =>
            {
                self.back_off(step);
            }
            Stage::In { heard_at, .. } if now >= heard_at + SILENT_MS => self.hang_up(step, 0),
            Stage::In { leave_at, .. } if now >= leave_at && self.is_posting => {
                let away_ms = step.dice.between(200, if self.visits { 8_000 } else { 2_000 });
                self.hang_up(step, away_ms);
            }
            Stage::In { connection, .. } => self.post(step, connection),
            _ => {}
        }
    }

    pub(crate) fn receive(&mut self, step: &mut Step<'_>, from: Node, message: Message) {
        match (message, self.stage) {
            (Message::Placed { placement }, Stage::LookingUp { .. }) => match placement {
                Ok(placement) => {
                    self.last = Some(placement.clone());
                    self.knock(step, &placement);
                }
                Err(_) => self.back_off(step),
            },
            (Message::Frame { connection, frame }, _) => self.hear(step, from, connection, frame),
            (Message::Refused(message), _) => self.refused(step, &message),
            _ => {}
        }
    }

    /// Whether it is in its room.
    pub(crate) fn is_in(&self) -> bool {
        matches!(self.stage, Stage::In { .. })
    }

    /// Which it is.
    pub(crate) fn node(&self) -> Node {
        self.node
    }

    /// Whether every post was answered.
    pub(crate) fn has_no_unanswered(&self) -> bool {
        self.unanswered.is_empty()
    }

    /// Where its copy ends.
    pub(crate) fn cursor(&self) -> Option<Cursor> {
        self.cursor
    }

    fn refused(&mut self, step: &mut Step<'_>, message: &Message) {
        let is_mine = match (message, self.stage) {
            (Message::Lookup { .. }, Stage::LookingUp { .. }) => true,
            (Message::Enter { connection, .. }, Stage::Entering { connection: mine, .. })
            | (Message::Post { connection, .. }, Stage::In { connection: mine, .. }) => {
                *connection == mine
            }
            _ => false,
        };
        if is_mine {
            self.back_off(step);
        }
    }

    /// Asks where the room is; now and then somebody comes with a ticket from before.
    fn set_out(&mut self, step: &mut Step<'_>) {
        if let Some(old) = self.last.take().filter(|_| step.dice.chance(150)) {
            self.knock(step, &old);
            return;
        }
        self.stage = Stage::LookingUp { since: step.now.mono };
        step.send(Node::Router, Message::Lookup { room: self.room.clone() });
    }

    fn knock(&mut self, step: &mut Step<'_>, placement: &Placement) {
        let Some(backend) = Node::of_backend(&placement.owner.backend) else { return };
        self.connections += 1;
        let connection = self.connections;
        self.at = Some(backend);
        self.stage = Stage::Entering { connection, since: step.now.mono };
        let ticket = placement.admission(&self.room);
        let (session, resume, keep) = (self.session, self.cursor, self.keep);
        let password = keep.is_none().then_some(PASSWORD);
        let enter = Box::new(Enter { ticket, session, resume, keep, password });
        step.send(backend, Message::Enter { connection, enter });
    }

    fn back_off(&mut self, step: &mut Step<'_>) {
        let until = step.now.mono + step.dice.between(100, 700);
        self.stage = Stage::Waiting { until };
    }

    fn hang_up(&mut self, step: &mut Step<'_>, away_ms: u64) {
        if let (Stage::In { connection, .. }, Some(backend)) = (self.stage, self.at) {
            step.send(backend, Message::Bye { connection });
        }
        self.stage = Stage::Waiting { until: step.now.mono + away_ms };
    }

    fn post(&mut self, step: &mut Step<'_>, connection: Connection) {
        let now = step.now.mono;
        let Some(backend) = self.at else { return };
        if now >= self.post_at && self.is_posting && self.unanswered.len() < UNANSWERED_MAX {
            self.post_at = now + step.dice.between(250, 1_200);
            self.posts += 1;
            if let Some(key) = Key::new(&format!("{}-{}", self.node, self.posts)) {
                self.unanswered.insert(key, 0);
            }
        }
        for (key, sent_at) in &mut self.unanswered {
            if *sent_at == 0 || now >= *sent_at + POST_AGAIN_MS {
                *sent_at = now;
                let (text, key) = (key.as_str().to_owned(), key.clone());
                let post = Post { key, text, reply_to: None, file: None, preview: None };
                step.send(backend, Message::Post { connection, post });
            }
        }
    }

    fn hear(&mut self, step: &mut Step<'_>, from: Node, connection: Connection, frame: Frame) {
        match self.stage {
            Stage::Entering { connection: mine, .. } if mine == connection => {
                self.hear_entering(step, connection, frame);
            }
            Stage::In { connection: mine, leave_at, .. } if mine == connection => {
                self.stage = Stage::In { connection, heard_at: step.now.mono, leave_at };
                self.hear_inside(step, frame);
            }
            // What comes on a connection that was given up: its end was not heard there.
            _ => step.send(from, Message::Bye { connection }),
        }
    }
}
