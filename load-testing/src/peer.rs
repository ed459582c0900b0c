//! The life of one member in a room of a peer: it comes, reads, and posts when posts are due. A peer
//! answers nothing, so the author's own copy of a text counts as its answer; and it tells nobody
//! what was missed, so whoever loses its connection does not come back.

mod ear;
mod streams;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use client::Error;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::dialect::Dialect;
use crate::dice::Dice;
use crate::fault::Fault;
use crate::part::Seen;
use crate::plan::{MemberPlan, Speech};
use crate::time::{now, sleep_until};
use crate::world::World;
use ear::{Ear, Heard};
use streams::{Streams, Words};

/// Bytes read at once: a swarm has this many times its size.
const READ_BUFFER_BYTES: usize = 4 << 10;
/// How long the handshake, the entrance or one message may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// Own texts that have not come back.
const PENDING_MAX: usize = 1_000;
/// Between two looks whether everything has come.
const LOOK_US: u64 = 50_000;

type Socket = WebSocketStream<TcpStream>;

/// A member.
struct PeerMember {
    world: Arc<World>,
    plan: MemberPlan,
    dice: Dice,
    dialect: Dialect,
    room: String,
    ear: Ear,
    streams: Streams,
    /// When its texts were due that have not come back, and their numbers.
    pending: VecDeque<(u64, u64)>,
    posts: u64,
    next_post: u64,
    next_look: u64,
}

/// Lives through the run.
pub(crate) async fn live(world: Arc<World>, plan: MemberPlan, dialect: Dialect) {
    let arrival = world.start + plan.arrives_at;
    let room = world.plan.rooms[plan.room].clone();
    let next_post = plan.speaks.as_ref().map_or(u64::MAX, |speech| world.start + speech.first_at);
    let next_look = world.start + world.scenario.lasts.micros() + world.scenario.settles.micros();
    let mut member = PeerMember {
        ear: Ear::new(dialect),
        streams: Streams::default(),
        pending: VecDeque::new(),
        posts: 0,
        dice: Dice::new(world.scenario.seed, &[plan.number + 1_000, 0, 1]),
        world,
        plan,
        dialect,
        room,
        next_post,
        next_look,
    };
    sleep_until(arrival).await;
    let present = match member.enter().await {
        Ok(mut socket) => {
            member.entered(arrival);
            let outcome = member.stay(&mut socket).await;
            member.world.measures.present(now(), false);
            if let Err(error) = &outcome {
                member.lost(error);
            }
            outcome.is_ok()
        }
        Err(error) => {
            member.world.measures.note(now(), |all, window| {
                all.counts.failed_connects += 1;
                window.lost += 1;
            });
            member.fault(Fault::Protocol { text: error.to_string() });
            false
        }
    };
    member.end(present);
}

impl PeerMember {
    /// Connects, and waits until it is in the room.
    async fn enter(&mut self) -> Result<Socket, Error> {
        let stream = self.world.connect(&self.plan).await?;
        stream.set_nodelay(true).map_err(tungstenite::Error::Io)?;
        let authority = &self.world.target.authority;
        let request = format!("ws://{authority}{}", self.dialect.path(&self.room));
        let config =
            WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES).write_buffer_size(0);
        let handshake =
            client_async_with_config(request.into_client_request()?, stream, Some(config));
        let (mut socket, _) =
            timeout(ANSWER_MAX, handshake).await.map_err(|_| Error::Timeout("handshake"))??;
        if let Some(words) = self.dialect.enter(&self.room) {
            self.say(&mut socket, words).await?;
        }
        if !self.dialect.entered().is_empty() {
            let entrance = self.wait_for_entrance(&mut socket);
            timeout(ANSWER_MAX, entrance).await.map_err(|_| Error::Timeout("entrance"))??;
        }
        Ok(socket)
    }

    async fn wait_for_entrance(&mut self, socket: &mut Socket) -> Result<(), Error> {
        loop {
            let payload = next(socket).await?;
            if self.hear(socket, &payload).await? {
                return Ok(());
            }
        }
    }

    /// It is in the room: whoever speaks from now on is heard from the first word.
    fn entered(&mut self, due: u64) {
        let now = now();
        let begins = |first: u64| self.world.start + first > now;
        let authors = self.world.speakers[self.plan.room].iter();
        self.streams.expect(authors.filter(|(_, first)| begins(*first)).map(|(author, _)| *author));
        self.world.measures.present(now, true);
        self.world.measures.note(now, |all, _| {
            all.counts.joins += 1;
            all.join.record(now.saturating_sub(due));
        });
    }

    /// Until the end of the run.
    async fn stay(&mut self, socket: &mut Socket) -> Result<(), Error> {
        loop {
            let due = self.next_post.min(self.next_look);
            tokio::select! {
                payload = next(socket) => {
                    self.hear(socket, &payload?).await?;
                }
                () = sleep_until(due) => {
                    if self.act(socket, now()).await? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Does what is due. Whether that was all.
    async fn act(&mut self, socket: &mut Socket, now: u64) -> Result<bool, Error> {
        let scenario = &self.world.scenario;
        let over = self.world.start + scenario.lasts.micros();
        let last = over + scenario.settles.micros() + scenario.catches_up.micros();
        if let Some(speech) = self.plan.speaks.clone() {
            while self.next_post <= now && self.next_post < over {
                self.post(socket, &speech).await?;
            }
            if self.next_post >= over {
                self.next_post = u64::MAX;
            }
        }
        if self.next_look > now {
            return Ok(false);
        }
        self.next_look = now + LOOK_US;
        let ledger = &self.world.ledgers[self.plan.room];
        let is_behind = |(author, held): (u64, u64)| held < ledger.newest(&author.to_string());
        let is_done = self.pending.is_empty() && !self.streams.held().any(is_behind);
        Ok(is_done || now >= last)
    }

    /// A post: measured from when it was due.
    async fn post(&mut self, socket: &mut Socket, speech: &Speech) -> Result<(), Error> {
        let due = self.next_post;
        self.next_post = due.saturating_add(speech.step(&mut self.dice));
        if self.pending.len() >= PENDING_MAX {
            self.world.measures.note(now(), |all, _| all.counts.unsent += 1);
            return Ok(());
        }
        self.posts += 1;
        self.pending.push_back((self.posts, due));
        let words = Words { due, author: self.plan.number, number: self.posts };
        let text = words.text(speech.posts.bytes.0 as usize);
        self.say(socket, self.dialect.post(&self.room, &text)).await?;
        let now = now();
        self.world.measures.note(now, |all, window| {
            all.counts.posts += 1;
            window.posts += 1;
            all.lag.record(now.saturating_sub(due));
        });
        Ok(())
    }

    async fn say(&self, socket: &mut Socket, words: String) -> Result<(), Error> {
        let message = match self.dialect.is_binary() {
            true => Message::binary(words),
            false => Message::text(words),
        };
        let sent = timeout(ANSWER_MAX, socket.send(message)).await;
        Ok(sent.map_err(|_| Error::Timeout("sending"))??)
    }

    /// A message came. Whether it says that one is in the room.
    async fn hear(&mut self, socket: &mut Socket, payload: &[u8]) -> Result<bool, Error> {
        let mut entered = false;
        for heard in self.ear.take(payload) {
            match heard {
                Heard::Entered => entered = true,
                Heard::Answer(words) => self.say(socket, words.to_owned()).await?,
                Heard::Text(text) => self.heard(&text),
                Heard::Broken(text) => self.fault(Fault::Protocol { text }),
            }
        }
        Ok(entered)
    }

    fn heard(&mut self, text: &str) {
        let Some(words) = Words::of(text) else {
            let text = format!("a text of nobody in this run: {text:.40}");
            return self.fault(Fault::Protocol { text });
        };
        let is_new = self.streams.heard(&words);
        let author = words.author.to_string();
        let ledger = &self.world.ledgers[self.plan.room];
        if let Some(fault) = ledger.heard(&author, words.number, text) {
            self.fault(fault);
        }
        if !is_new {
            return;
        }
        let (now, group) = (now(), self.plan.group);
        let after = now.saturating_sub(words.due);
        let own = self.pending.iter().position(|(number, _)| *number == words.number);
        let own = own.filter(|_| words.author == self.plan.number);
        if let Some(index) = own {
            self.pending.remove(index);
        }
        self.world.measures.note(now, |all, window| {
            all.counts.deliveries += 1;
            all.counts.text_bytes += text.len() as u64;
            window.deliveries += 1;
            all.delivered(group, after);
            window.delivery.record(after);
            if own.is_some() {
                all.counts.acks += 1;
                all.answered(group, after);
                window.ack.record(after);
            }
        });
    }

    /// Its connection ended unasked.
    fn lost(&self, error: &Error) {
        let code = error.close_code().unwrap_or(1006);
        self.world.measures.note(now(), |all, window| {
            all.counts.disconnects += 1;
            *all.disconnects.entry(code).or_default() += 1;
            window.lost += 1;
        });
    }

    fn fault(&self, fault: Fault) {
        self.world.noted.add(&self.room, &self.plan.name, fault);
    }

    /// Hands over what was heard.
    fn end(self, present: bool) {
        let unanswered = self.pending.len() as u64;
        if present && unanswered > 0 {
            self.fault(Fault::Unanswered { count: unanswered });
        }
        let (room, member) = (self.room, self.plan.name);
        let (lives, faults) = self.streams.end(present);
        for fault in faults {
            self.world.noted.add(&room, &member, fault);
        }
        self.world.seen(Seen { room, member, lives });
    }
}

/// The payload of the next message. WebSocket's own pings are answered on the way.
async fn next(socket: &mut Socket) -> Result<Vec<u8>, Error> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Ok(text.as_bytes().to_vec()),
            Some(Ok(Message::Binary(bytes))) => return Ok(bytes.to_vec()),
            Some(Ok(Message::Close(frame))) => {
                let code = frame.map_or(1005, |frame| frame.code.into());
                return Err(Error::Closed { code, reason: String::new() });
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error.into()),
            None => return Err(Error::Closed { code: 1006, reason: String::new() }),
        }
    }
}
