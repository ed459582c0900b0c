//! A chat server of one room, small enough to be right at a glance, with a flaw when one is wanted.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use protocol::ErrorCode;
use protocol::frame::{
    ClientFrame, Event, EventKind, Gap, GapReason, Join, Joined, Message, Room, ServerFrame,
    VoteValue, You,
};
use protocol::wire::{Id128, Member, Timestamp};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message as Ws;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

/// What is wrong with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    /// One member does not get one event.
    Drops,
    /// One member gets one event twice.
    Doubles,
    /// One member gets two events in the wrong order.
    Reorders,
    /// Nobody gets the last events of all.
    KeepsTheEnd,
    /// Everything comes late.
    Delays,
    /// A post is answered with another's number.
    AnswersFalsely,
    /// A post is answered and never made.
    Swallows,
    /// A post is never answered.
    IsSilent,
    /// One post is made twice.
    PostsTwice,
    /// One member is told another text than the rest.
    Lies,
    /// A post is refused.
    Refuses,
    /// Nobody gets in.
    ClosesAll,
    /// Whoever comes back misses an event.
    SkipsOnResume,
    /// Whoever comes back is told that what it holds is gone.
    InventsGaps,
    /// Whoever comes back gets a history with a hole, and no word about it.
    HidesGaps,
    /// Whoever comes back is in another life of the room, and nobody says so.
    RestartsSilently,
    /// Whoever comes back is in another life of the room, and is told so.
    RestartsOpenly,
}

/// The event that most flaws concern.
const FLAWED: u64 = 6;
/// Frames that wait for one peer: more than any test has.
const OUTBOX_FRAMES: usize = 10_000;
/// How late everything comes from a server that delays.
const DELAY: Duration = Duration::from_millis(400);

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    _tasks: JoinSet<()>,
}

struct State {
    flaw: Flaw,
    events: Vec<Event>,
    keys: Vec<(String, u64)>,
    peers: Vec<(u64, mpsc::Sender<(Instant, ServerFrame)>)>,
    members: u64,
}

impl Server {
    pub(crate) async fn with(flaw: Flaw) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = State { flaw, events: vec![], keys: vec![], peers: vec![], members: 0 };
        let state = Arc::new(Mutex::new(state));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut peers = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                peers.spawn(serve(stream, Arc::clone(&state)));
            }
        });
        Self { address, _tasks: tasks }
    }

    pub(crate) fn url(&self) -> String {
        format!("ws://{}", self.address)
    }
}

#[expect(clippy::result_large_err, reason = "the callback's type is tungstenite's")]
async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let callback = |request: &Request, mut response: Response| {
        let headers = request.headers();
        if let Some(subprotocol) = headers.get("sec-websocket-protocol") {
            response.headers_mut().insert("sec-websocket-protocol", subprotocol.clone());
        }
        response.headers_mut().insert("set-cookie", "session=s1; HttpOnly".parse().unwrap());
        Ok::<_, ErrorResponse>(response)
    };
    if state.lock().unwrap().flaw == Flaw::ClosesAll {
        return;
    }
    let Ok(mut socket) = accept_hdr_async(stream, callback).await else { return };
    let (sender, mut outbox) = mpsc::channel(OUTBOX_FRAMES);
    let delays = state.lock().unwrap().flaw == Flaw::Delays;
    let mut me = None;
    loop {
        tokio::select! {
            Some((said_at, frame)) = outbox.recv() => {
                if delays {
                    tokio::time::sleep_until(said_at + DELAY).await;
                }
                let mut buffer = Vec::new();
                ServerFrame::encode(&frame, &mut buffer);
                let text = String::from_utf8(buffer).unwrap();
                if socket.send(Ws::text(text)).await.is_err() {
                    break;
                }
            }
            message = socket.next() => {
                let Some(Ok(message)) = message else { break };
                let Ok(text) = message.to_text() else { continue };
                let Ok(frame) = ClientFrame::decode(text) else { continue };
                let mut state = state.lock().unwrap();
                match frame {
                    ClientFrame::Join(join) => me = Some(state.join(&join, &sender)),
                    other => state.ask(me.unwrap(), other, &sender),
                }
            }
        }
    }
    if let Some(me) = me {
        state.lock().unwrap().peers.retain(|(member, _)| *member != me);
    }
}

type Sender = mpsc::Sender<(Instant, ServerFrame)>;

/// A peer that is gone, or that reads nothing, misses it.
fn say(sender: &Sender, frame: ServerFrame) {
    let _ = sender.try_send((Instant::now(), frame));
}

impl State {
    fn join(&mut self, join: &Join, sender: &Sender) -> u64 {
        self.members += 1;
        let me = self.members;
        let seq = self.events.len() as u64;
        let mut joined = joined(me, seq);
        let mut missed = Vec::new();
        if let Some(resume) = &join.resume {
            let from = resume.seq;
            joined.resumed = true;
            missed = self.events.iter().filter(|event| event.seq > from).cloned().collect();
            let gap = |from, to| Gap { from: Some(from), to: Some(to), reason: GapReason::Trimmed };
            match self.flaw {
                Flaw::SkipsOnResume if missed.len() > 1 => drop(missed.remove(0)),
                Flaw::InventsGaps => {
                    joined.gap = Some(gap(from.max(1), seq.max(1)));
                    (joined.resumed, missed) = (false, Vec::new());
                }
                Flaw::HidesGaps => {
                    joined.history = missed.drain(..).skip(1).filter_map(message).collect();
                    joined.resumed = false;
                }
                Flaw::RestartsSilently | Flaw::RestartsOpenly => {
                    joined.incarnation = Id128([9; 16]);
                    (joined.resumed, missed) = (false, Vec::new());
                    if self.flaw == Flaw::RestartsOpenly {
                        let reason = GapReason::Restarted;
                        joined.gap = Some(Gap { from: None, to: None, reason });
                    }
                }
                _ => {}
            }
        }
        say(sender, ServerFrame::Joined(Box::new(joined)));
        for event in missed {
            say(sender, ServerFrame::Event(event));
        }
        self.peers.push((me, sender.clone()));
        me
    }

    fn ask(&mut self, me: u64, frame: ClientFrame, sender: &Sender) {
        let id = frame.id();
        let answer = match frame {
            ClientFrame::Post { key, text, .. } => match self.post(me, id, &key, &text) {
                Some(answer) => answer,
                None => return,
            },
            ClientFrame::History { .. } => {
                ServerFrame::History { id, messages: vec![], more: false }
            }
            _ => ServerFrame::Ok { id, seq: None },
        };
        say(sender, answer);
    }

    /// Makes a post; its answer, unless there is none.
    fn post(&mut self, me: u64, id: Option<u64>, key: &str, text: &str) -> Option<ServerFrame> {
        let next = self.events.len() as u64 + 1;
        let ok = |seq| Some(ServerFrame::Ok { id, seq: Some(seq) });
        if let Some((_, seq)) = self.keys.iter().find(|(known, _)| known == key) {
            return ok(*seq);
        }
        if next != FLAWED || !matches!(self.flaw, Flaw::Refuses | Flaw::Swallows) {
            self.keys.push((key.to_owned(), next));
            self.say(event(next, me, key, text));
        } else {
            self.say(event(next, me, "another", text));
        }
        match self.flaw {
            Flaw::Refuses if next == FLAWED => {
                let (code, detail) = (ErrorCode::RateLimited, String::new());
                Some(ServerFrame::Error { id, code, detail, retry_after_ms: Some(1) })
            }
            Flaw::PostsTwice if next == FLAWED => {
                self.say(event(next + 1, me, key, text));
                ok(next)
            }
            Flaw::IsSilent if next == FLAWED => None,
            Flaw::AnswersFalsely if next == FLAWED => ok(next - 1),
            _ => ok(next),
        }
    }

    fn say(&mut self, event: Event) {
        self.events.push(event.clone());
        let seq = event.seq;
        for (index, (_, peer)) in self.peers.iter().enumerate() {
            let send = |event: &Event| say(peer, ServerFrame::Event(event.clone()));
            let first = index == 0;
            match self.flaw {
                Flaw::Drops if first && seq == FLAWED => {}
                Flaw::KeepsTheEnd if seq >= FLAWED => {}
                Flaw::Doubles if first && seq == FLAWED => {
                    send(&event);
                    send(&event);
                }
                Flaw::Reorders if first && seq == FLAWED => {}
                Flaw::Reorders if first && seq == FLAWED + 1 => {
                    send(&event);
                    send(&self.events[FLAWED as usize - 1]);
                }
                Flaw::Lies if first && seq == FLAWED => {
                    let text = "something else".into();
                    let kind = EventKind::Described { text };
                    send(&Event { event: kind, ..event.clone() });
                }
                _ => send(&event),
            }
        }
    }
}

fn event(seq: u64, me: u64, key: &str, text: &str) -> Event {
    let (key, text) = (key.into(), text.into());
    let event = EventKind::Posted { key, text, reply_to: None, file: None, preview: None };
    Event { seq, at: Timestamp(0), by: Some(Member(me)), name: "".into(), event }
}

/// An event as a history has it.
fn message(event: Event) -> Option<Message> {
    let EventKind::Posted { text, .. } = event.event else { return None };
    Some(Message {
        seq: event.seq,
        at: event.at,
        by: event.by?,
        name: event.name,
        text,
        reply_to: None,
        file: None,
        preview: None,
        up: 0,
        down: 0,
        mine: VoteValue::None,
        rev: event.seq,
        edited_at: None,
        deleted: false,
    })
}

fn joined(me: u64, seq: u64) -> Joined {
    Joined {
        room: Room {
            name: "tea".into(),
            description: "".into(),
            protected: false,
            created_at: Timestamp(0),
            creator: None,
            kept: 0,
            kept_max: 1_000,
            expires_after_ms: 1,
        },
        you: You { member: Member(me), name: "".into(), creator: false },
        incarnation: Id128([7; 16]),
        epoch: 1,
        seq,
        members: Vec::new(),
        online: 1,
        crowded: false,
        history: Vec::new(),
        more: false,
        resumed: false,
        gap: None,
        keep: "keep".into(),
    }
}
