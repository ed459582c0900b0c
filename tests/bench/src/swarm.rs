//! The clients: one thread, one task per connection, nothing copied that need not be.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use memchr::memmem;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;

use crate::case::{Case, Load};
use crate::frames::{Sink, Walk, masked};
use crate::peer::Peer;

/// Bytes that are read at once, into one buffer of all connections.
const READ_BYTES: usize = 256 << 10;
/// Handshakes under way at once.
const CONNECTING_MAX: usize = 64;
/// Until all members must be in.
const ENTER_DEADLINE: Duration = Duration::from_secs(120);
/// Members that post in a room, one after the other.
const WRITERS: u32 = 8;
/// What a heartbeat of this product holds.
const HEARTBEAT: &[u8] = br#""type":"heartbeat""#;
const PING: u8 = 9;
const PONG: u8 = 10;

/// All connections of a case.
pub(crate) struct Swarm {
    peer: Peer,
    connections: Vec<Rc<Connection>>,
    state: Rc<RefCell<State>>,
}

struct Connection {
    stream: TcpStream,
    room: u32,
}

/// What all connections know together.
#[derive(Default)]
struct State {
    entered: u32,
    /// Bytes that came in all, and to the first member.
    bytes: u64,
    bytes_of_first: u64,
    heard_at: Option<Instant>,
    deliveries: u64,
    messages: Vec<Message>,
    /// Rooms in which a message has reached everybody.
    completed: Vec<u32>,
    latencies: Vec<Duration>,
    failed: Option<String>,
    buffer: Vec<u8>,
}

struct Message {
    room: u32,
    sent_at: Instant,
    left: u32,
}

/// What was counted since the last time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    /// Messages that arrived, each at one member.
    pub(crate) deliveries: u64,
    /// From post to the last member, sorted.
    pub(crate) latencies: Vec<Duration>,
}

impl Swarm {
    /// Connects all members of a case, and waits until they are in. Tells how long it took.
    pub(crate) async fn enter(
        case: &Case,
        peer: Peer,
        address: SocketAddr,
    ) -> anyhow::Result<Self> {
        let state = State { buffer: vec![0; READ_BYTES], ..State::default() };
        let state = Rc::new(RefCell::new(state));
        let places = Rc::new(Semaphore::new(CONNECTING_MAX));
        let mut tasks = tokio::task::JoinSet::new();
        for member in 0..case.connections() {
            let (state, places) = (Rc::clone(&state), Rc::clone(&places));
            let room = member % case.rooms;
            tasks.spawn_local(async move {
                let place = places.acquire().await?;
                let (connection, rest) = connect(peer, address, room, member).await?;
                drop(place);
                let connection = Rc::new(connection);
                tokio::task::spawn_local(listen(peer, Rc::clone(&connection), state, member, rest));
                anyhow::Ok((member, connection))
            });
        }
        let mut connections = Vec::new();
        while let Some(joined) = tasks.join_next().await {
            connections.push(joined??);
        }
        connections.sort_by_key(|(member, _)| *member);
        let connections = connections.into_iter().map(|(_, connection)| connection).collect();
        let swarm = Self { peer, connections, state };
        swarm.wait_for_all().await?;
        Ok(swarm)
    }

    async fn wait_for_all(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + ENTER_DEADLINE;
        loop {
            let (entered, failed) = {
                let state = self.state.borrow();
                (state.entered, state.failed.clone())
            };
            if entered as usize == self.connections.len() {
                return Ok(());
            }
            if let Some(failed) = failed {
                bail!("{}: {failed}", self.peer.name());
            }
            if Instant::now() > deadline {
                bail!("{}: {entered} of {} entered", self.peer.name(), self.connections.len());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until nothing has come for a while. Returns when the last bytes came, all bytes, and
    /// those of the first member.
    pub(crate) async fn quiet(&self, pause: Duration) -> (Instant, u64, u64) {
        // Some servers say nothing at all.
        let began = Instant::now();
        loop {
            let heard_at = self.state.borrow().heard_at.unwrap_or(began);
            if heard_at.elapsed() >= pause {
                let state = self.state.borrow();
                return (heard_at, state.bytes, state.bytes_of_first);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Posts as the case says, for so long.
    pub(crate) async fn load(&self, case: &Case, time: Duration) -> anyhow::Result<Counted> {
        {
            let mut state = self.state.borrow_mut();
            (state.deliveries, state.latencies) = (0, Vec::new());
        }
        match case.load {
            Load::UnderWay(number) => self.keep_under_way(case, number, time).await?,
            Load::Paced(per_second) if self.peer != Peer::Floor => {
                self.post_at_pace(case, per_second, time).await?;
            }
            // The floor sends by itself.
            Load::Paced(_) | Load::Idle | Load::Storm => tokio::time::sleep(time).await,
        }
        let mut state = self.state.borrow_mut();
        if let Some(failed) = &state.failed {
            bail!("{}: {failed}", self.peer.name());
        }
        let mut latencies = std::mem::take(&mut state.latencies);
        latencies.sort();
        Ok(Counted { deliveries: state.deliveries, latencies })
    }

    async fn keep_under_way(&self, case: &Case, number: u32, time: Duration) -> anyhow::Result<()> {
        let end = Instant::now() + time;
        let known: Vec<u32> =
            self.state.borrow().messages.iter().filter(|m| m.left > 0).map(|m| m.room).collect();
        for room in 0..case.rooms {
            let under_way = known.iter().filter(|one| **one == room).count() as u32;
            for _ in under_way..number {
                self.post(case, room)?;
            }
        }
        while Instant::now() < end {
            let completed = std::mem::take(&mut self.state.borrow_mut().completed);
            for room in completed {
                self.post(case, room)?;
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    async fn post_at_pace(
        &self,
        case: &Case,
        per_second: u32,
        time: Duration,
    ) -> anyhow::Result<()> {
        // Rooms take turns, so that the pace is even.
        let every = Duration::from_secs(1) / (per_second * case.rooms);
        let began = Instant::now();
        for number in 0.. {
            let due = began + every * number;
            if due >= began + time {
                return Ok(());
            }
            tokio::time::sleep_until(due.into()).await;
            self.post(case, number % case.rooms)?;
        }
        Ok(())
    }

    fn post(&self, case: &Case, room: u32) -> anyhow::Result<()> {
        let mut state = self.state.borrow_mut();
        let number = state.messages.len() as u32;
        state.messages.push(Message { room, sent_at: Instant::now(), left: case.members });
        let writer = number / case.rooms % WRITERS.min(case.members);
        let connection = &self.connections[(room + writer * case.rooms) as usize];
        let frame = self.peer.post(room, number);
        let written = connection.stream.try_write(&frame);
        if !matches!(written, Ok(bytes) if bytes == frame.len()) {
            bail!("{}: a post was not taken: {written:?}", self.peer.name());
        }
        Ok(())
    }
}

async fn connect(
    peer: Peer,
    address: SocketAddr,
    room: u32,
    member: u32,
) -> anyhow::Result<(Connection, Vec<u8>)> {
    let socket = TcpSocket::new_v4()?;
    let stream = socket.connect(address).await.context("connect")?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        peer.path(room),
    );
    write_all(&stream, request.as_bytes()).await?;
    let mut answer = Vec::new();
    let rest = loop {
        stream.readable().await?;
        let mut piece = [0; 4096];
        match stream.try_read(&mut piece) {
            Ok(0) => bail!("the handshake was refused"),
            Ok(read) => answer.extend(&piece[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error.into()),
        }
        if let Some(end) = memmem::find(&answer, b"\r\n\r\n") {
            if !answer.starts_with(b"HTTP/1.1 101") {
                bail!("{}", String::from_utf8_lossy(&answer[..end]));
            }
            break answer.split_off(end + 4);
        }
    };
    write_all(&stream, &peer.enter(room, member)).await?;
    Ok((Connection { stream, room }, rest))
}

async fn write_all(stream: &TcpStream, mut bytes: &[u8]) -> anyhow::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Reads until the connection ends, which it does with the server.
async fn listen(
    peer: Peer,
    connection: Rc<Connection>,
    state: Rc<RefCell<State>>,
    member: u32,
    rest: Vec<u8>,
) {
    let mut walk = Walk::new();
    let mut ear = Ear { peer, connection: &connection, member, entered: false, tail: Vec::new() };
    if peer.entered().is_empty() {
        ear.entered = true;
        state.borrow_mut().entered += 1;
    }
    hear(&mut walk, &mut ear, &mut state.borrow_mut(), &rest);
    loop {
        if connection.stream.readable().await.is_err() {
            return;
        }
        let mut shared = state.borrow_mut();
        let mut buffer = std::mem::take(&mut shared.buffer);
        let read = connection.stream.try_read(&mut buffer);
        match read {
            Ok(0) => shared.failed = Some("a connection was closed".into()),
            Ok(read) => hear(&mut walk, &mut ear, &mut shared, &buffer[..read]),
            Err(_) => {}
        }
        shared.buffer = buffer;
        match read {
            Ok(0) => return,
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => return,
            _ => {}
        }
    }
}

fn hear(walk: &mut Walk, ear: &mut Ear<'_>, state: &mut State, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    state.bytes += bytes.len() as u64;
    if ear.member == 0 {
        state.bytes_of_first += bytes.len() as u64;
    }
    // Heartbeats come all the time, and are no news.
    if memmem::find(bytes, HEARTBEAT).is_none() {
        state.heard_at = Some(Instant::now());
    }
    walk.take(bytes, &mut Hearing { ear, state });
}

/// One connection's listener.
struct Ear<'a> {
    peer: Peer,
    connection: &'a Connection,
    member: u32,
    entered: bool,
    /// The end of what was heard before the entrance.
    tail: Vec<u8>,
}

struct Hearing<'a, 'b> {
    ear: &'a mut Ear<'b>,
    state: &'a mut State,
}

impl Sink for Hearing<'_, '_> {
    fn message(&mut self, number: u32) {
        let state = &mut *self.state;
        state.deliveries += 1;
        let Some(message) = state.messages.get_mut(number as usize) else { return };
        message.left = message.left.saturating_sub(1);
        if message.left == 0 {
            state.latencies.push(message.sent_at.elapsed());
            state.completed.push(self.ear.connection.room);
        }
    }

    fn payload(&mut self, opcode: u8, bytes: &[u8]) {
        let ear = &mut *self.ear;
        if !ear.entered {
            let words = ear.peer.entered();
            ear.tail.extend(bytes);
            if memmem::find(&ear.tail, words).is_some() {
                ear.entered = true;
                self.state.entered += 1;
                ear.tail = Vec::new();
            } else {
                let surplus = ear.tail.len().saturating_sub(words.len());
                ear.tail.drain(..surplus);
            }
        }
        let answer = match opcode {
            PING => Some(masked(PONG, bytes)),
            _ => ear.peer.answer(bytes),
        };
        let Some(answer) = answer else { return };
        // A server that takes no pong will say so itself.
        let _ = ear.connection.stream.try_write(&answer);
    }
}
