//! What a lookup of a known room costs aux-srv: nginx's question, over HTTP on connections that are
//! kept, with 100 backends and 20,000 rooms on record.
//!
//! `cargo bench -p aux-srv`. Processor time is that of the server's own thread, as the kernel counts
//! it. It fails when a question costs more than it may.

use std::future::ready;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use aux_srv::{AuxServer, Config, Parts, Reach, Roster};
use fleet::{
    About, Announced, Answer, Backend, CallError, Files, Poll, PollAnswer, RoomRow, RoomSummary,
};
use placement::{BackendName, Holdings, Load, RunId, StatusAnswer};
use prometheus_client::registry::Registry;
use protocol::token::{Keyring, Session};
use service::http::{ServeOptions, TrustedProxies, serve};
use service::rate::Rate;
use service::{Clock, Lifecycle};
use tokio::net::TcpListener;

const BACKENDS: u64 = 100;
const ROOMS: usize = 20_000;
/// Rounds of which the median counts, and questions in each.
const ROUNDS: usize = 11;
const QUESTIONS: usize = 4_000;
/// Microseconds that a question may cost.
const COST_MAX: f64 = 200.0;

fn main() -> ExitCode {
    let keys = Keyring::new(b"a secret of thirty-two bytes or so", None);
    let Ok(keys) = keys else { return ExitCode::FAILURE };
    let cookie = format!("session={}", Session([7; 16]).sign(&keys));
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || serve_alone(keys, &tell));
    let Ok((address, stat)) = told.recv() else { return ExitCode::FAILURE };
    let mut edge = Edge::new(address, cookie);
    while !edge.ask("wait") {
        std::thread::sleep(Duration::from_millis(100));
    }
    let rooms: Vec<_> = (0..ROOMS).map(|n| format!("room-{n}")).collect();
    let placed = rooms.iter().filter(|room| edge.ask(room)).count();
    let mut next = rooms.iter().step_by(7).cycle();
    let mut costs = [0.0; ROUNDS];
    for cost in &mut costs {
        let before = processor_ns(&stat);
        let known = (0..QUESTIONS).filter_map(|_| next.next()).filter(|room| edge.ask(room));
        if known.count() != QUESTIONS {
            return ExitCode::FAILURE;
        }
        *cost = (processor_ns(&stat) - before) as f64 / QUESTIONS as f64 / 1_000.0;
    }
    costs.sort_by(f64::total_cmp);
    let median = costs[ROUNDS / 2];
    // The result of the program, which is all that it is for.
    let _ = writeln!(
        std::io::stdout(),
        "question of the edge for one of {placed} known rooms: {median:.1} µs of processor time \
         (at most {COST_MAX})"
    );
    if median <= COST_MAX { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The edge: one connection that is kept.
struct Edge {
    stream: TcpStream,
    cookie: String,
    answer: Vec<u8>,
}

impl Edge {
    fn new(address: SocketAddr, cookie: String) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("a TCP stream");
        Self { stream, cookie, answer: vec![0; 16 << 10] }
    }

    /// Whether the room has an owner.
    fn ask(&mut self, room: &str) -> bool {
        let question = format!(
            "GET /edge/room HTTP/1.1\r\nhost: chat.example\r\nx-forwarded-for: 192.0.2.1\r\n\
             cookie: theme=dark; {}\r\norigin: https://chat.example\r\n\
             instantchat-uri: /api/rooms/{room}/ws\r\n\r\n",
            self.cookie
        );
        self.stream.write_all(question.as_bytes()).expect("the server reads");
        let mut length = 0;
        // Answers have no body: the first empty line is the end.
        while !self.answer[..length].ends_with(b"\r\n\r\n") {
            let read = self.stream.read(&mut self.answer[length..]).expect("the server answers");
            assert!(read > 0, "the server has closed the connection");
            length += read;
        }
        let text = String::from_utf8_lossy(&self.answer[..length]);
        text.contains("instantchat-ticket: ")
    }
}

/// Serves on this thread alone, and tells where, and where its processor time is counted.
fn serve_alone(keys: Keyring, tell: &mpsc::Sender<(SocketAddr, String)>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let lifecycle = Lifecycle::new();
        let folder = tempfile::tempdir().expect("a folder");
        let parts = Parts {
            config: Config { places: Rate { burst: 1 << 20, refill_ms: 1 }, ..Config::default() },
            keys,
            clock: Clock::system(),
            data_dir: folder.path().to_owned(),
            roster: Roster::Processes {
                backends: (0..BACKENDS)
                    .map(|n| BackendName::new(&format!("10.0.0.{n}:8112")))
                    .collect(),
                file: None,
            },
            files: Vec::new(),
            reach: Arc::new(Everybody),
            direct_domain: String::new(),
            edges: TrustedProxies::default(),
        };
        let aux = AuxServer::new(parts, &lifecycle, &mut Registry::default()).expect("aux-srv");
        aux.watch(&lifecycle);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let thread = std::fs::read_link("/proc/thread-self").expect("Linux");
        let _ = tell.send((address, format!("/proc/{}/schedstat", thread.display())));
        let routes = aux.edge_router().merge(aux.router());
        serve(listener, routes, ServeOptions::default(), lifecycle).await;
    });
}

/// Nanoseconds for which a thread has run.
fn processor_ns(stat: &str) -> u64 {
    let text = std::fs::read_to_string(stat).unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse().ok()).expect("the kernel counts threads' time")
}

/// Backends that are there and have no rooms yet.
struct Everybody;

impl Reach for Everybody {
    fn backend(&self, address: &str) -> Arc<dyn Backend> {
        let run = address.bytes().fold(0, |run: u64, byte| run.wrapping_mul(31) + u64::from(byte));
        Arc::new(Idle(RunId(run)))
    }

    fn files(&self, _: &str) -> Arc<dyn Files> {
        unreachable!("no file server is named")
    }
}

struct Idle(RunId);

impl Backend for Idle {
    fn status(&self, poll: Poll) -> Answer<'_, PollAnswer> {
        let asked = poll.status;
        let status = StatusAnswer {
            run: self.0,
            router: asked.router,
            number: asked.number,
            draining: false,
            load: Load {
                rooms_max: 1 << 30,
                sockets_max: 1 << 30,
                bytes_max: 1 << 40,
                ..Load::default()
            },
            lapsed: false,
            epoch_max: 0,
            rooms: Holdings::new().since(asked.since),
            unix: asked.unix,
        };
        let about = About { door_port: 8_110, ..About::default() };
        Box::pin(ready(Ok(PollAnswer { status, about })))
    }

    fn summary(&self, _: Arc<str>) -> Answer<'_, Option<RoomSummary>> {
        Box::pin(ready(Err(CallError::Timeout)))
    }

    fn rooms(&self, _: Option<Arc<str>>, _: u32) -> Answer<'_, Vec<RoomRow>> {
        Box::pin(ready(Err(CallError::Timeout)))
    }

    fn delete(&self, _: RunId, _: Arc<str>) -> Answer<'_, bool> {
        Box::pin(ready(Err(CallError::Timeout)))
    }

    fn announce(&self, _: RunId, _: Arc<str>) -> Answer<'_, Announced> {
        Box::pin(ready(Err(CallError::Timeout)))
    }
}
