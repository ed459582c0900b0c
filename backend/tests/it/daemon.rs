//! The backend as a process of its own: it starts with the fleet's secret and nothing else, says
//! where it listens, and ends cleanly at a signal.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use client::{Client, Options};
use fleet::{Caller, Guard, aux_routes, files_routes};
use protocol::fleet::FileNotice;
use protocol::http::TICKET_HEADER;
use protocol::token::Session;
use rustix::process::{Pid, Signal, kill_process};
use service::http::{ServeOptions, serve};
use service::{Clock, Lifecycle};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::hearing::closed;
use crate::router::{TestRouter, Told};
use crate::server::{keys, named};

/// The same secret as [`keys`].
const SECRET: &str = "a fleet secret of thirty-two bytes";

fn backend() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backend"));
    command.env_clear().env("BACKEND__HTTP__LISTEN", "127.0.0.1:0");
    command.env("BACKEND__ADMIN__LISTEN", "127.0.0.1:0");
    command.env("BACKEND__FLEET__LISTEN", "127.0.0.1:0");
    command
}

/// A process that does not outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already when the test went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The rest of its fleet: a router and a file server at one address.
async fn others() -> (Arc<Told>, String) {
    let told = Arc::new(Told::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let guard = || Guard::new(keys(), Clock::system());
    let routes = aux_routes(told.clone(), guard()).merge(files_routes(told.clone(), guard()));
    tokio::spawn(serve(listener, routes, ServeOptions::default(), Lifecycle::new()));
    (told, address)
}

/// The addresses of its start-up lines.
fn greeting(process: &mut Child) -> BTreeMap<String, String> {
    let lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let words = lines.take_while(|line| line != "ready").map(|line| {
        let (word, rest) = line.split_once(' ').unwrap();
        (word.to_owned(), rest.to_owned())
    });
    words.collect()
}

/// The answer to a GET, as it comes.
pub(crate) async fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn it_serves_its_fleet_over_real_calls_and_ends_at_a_signal() {
    let (told, address) = others().await;
    let mut command = backend();
    command.env("FLEET_SECRET", SECRET).env("BACKEND__AUX_INSTANCES", format!("[\"{address}\"]"));
    let mut process = Running(command.stdout(Stdio::piped()).spawn().unwrap());
    let lines = greeting(&mut process.0);
    let caller = Caller::new(keys(), Clock::system(), None).unwrap();
    let calls = caller.backend(&lines["fleet"]);
    let router = TestRouter::new(calls.clone(), Clock::system(), told.clone()).await;
    router.files.lock().unwrap().push(address);
    let about = router.confirm().await.about;
    assert!(lines["http"].ends_with(&format!(":{}", about.door_port)));
    assert!(lines["admin"].ends_with(&format!(":{}", about.admin_port)));
    assert_eq!(about.key_id, keys().key_id());
    let ready = get(&lines["admin"], "/readyz").await;
    assert!(ready.starts_with("HTTP/1.1 200 "), "{ready}");
    let session = Session([7; 16]);
    let ticket = router.ticket("tea", session);
    let header = (TICKET_HEADER.parse().unwrap(), ticket.sign(&keys()).parse().unwrap());
    let session = Some(session.sign(&keys()));
    let options = Options { session, headers: vec![header], ..Options::default() };
    let url = format!("ws://{}/api/rooms/tea/ws", lines["http"]);
    let mut client = Client::connect(&url, options).await.unwrap();
    let joined = client.join(named("Ada")).await.unwrap();
    assert_eq!(client.say("k", "hello").await.unwrap(), 1);
    let status = router.confirm().await.status;
    assert_eq!((status.load.rooms, status.load.sockets, status.lapsed), (1, 1, false));
    assert!(status.load.memory > 0 && status.load.cpu_max >= 1_000);
    let rows = calls.rooms(None, 10).await.unwrap();
    let row = &rows[0];
    assert_eq!((&*row.room, row.epoch, row.members), ("tea", joined.epoch, 1));
    assert_eq!(calls.summary("tea".into()).await.unwrap().unwrap().members, 1);
    let pid = Pid::from_child(&process.0);
    kill_process(pid, Signal::TERM).unwrap();
    assert_eq!(closed(&mut client).await, (1001, "going_away".into()));
    let status = tokio::task::spawn_blocking(move || process.0.wait().unwrap()).await.unwrap();
    assert!(status.success(), "{status}");
    assert!(told.reports.lock().unwrap().iter().any(|report| report.leaving));
    assert_eq!(*told.released.lock().unwrap(), [("tea".into(), joined.epoch)]);
    let files = told.files.lock().unwrap();
    assert!(matches!(files[..], [FileNotice::Ended { .. }]), "{files:?}");
}

#[test]
fn without_a_good_secret_it_does_not_start() {
    for secret in [None, Some(""), Some("short")] {
        let mut command = backend();
        command.envs(secret.map(|secret| ("FLEET_SECRET", secret)));
        let output = command.output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && told.contains("FLEET_SECRET"), "{told}");
    }
}

#[test]
fn with_a_wrong_collector_it_does_not_start() {
    for (variable, value, key) in [
        ("BACKEND__TRACES__ENDPOINT", "collector:4318", "traces.endpoint"),
        ("BACKEND__TRACES__RATIO", "2", "traces.ratio"),
    ] {
        let output = backend().env("FLEET_SECRET", SECRET).env(variable, value).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && told.contains(key), "{told}");
    }
}

#[test]
fn it_prints_the_configuration_in_force() {
    let output = backend().arg("--print-config").env("BACKEND__ROOMS__MAX", "7").output().unwrap();
    let config = String::from_utf8(output.stdout).unwrap();
    assert!(config.contains("  max: 7\n") && config.contains("  messagesMax: 1000\n"), "{config}");
    let output = backend().env("BACKEND__ROOMS__MAXX", "7").output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("rooms.max"));
}
