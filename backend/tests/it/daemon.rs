//! The backend as a process of its own: it starts with the fleet's secret and nothing else, says
//! where it listens, and ends cleanly at a signal.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use client::{Client, Options};
use protocol::http::TICKET_HEADER;
use protocol::token::{Session, Ticket};
use protocol::wire::Id128;
use rustix::process::{Pid, Signal, kill_process};

use crate::hearing::closed;
use crate::server::{keys, named};

/// The same secret as [`keys`].
const SECRET: &str = "a fleet secret of thirty-two bytes";

fn backend() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backend"));
    command.env_clear().env("BACKEND__HTTP__LISTEN", "127.0.0.1:0");
    command.env("BACKEND__ADMIN__LISTEN", "127.0.0.1:0");
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

#[tokio::test]
async fn it_serves_tickets_of_its_fleet_and_ends_at_a_signal() {
    let mut command = backend();
    command.env("FLEET_SECRET", SECRET).stderr(Stdio::piped());
    let mut process = Running(command.spawn().unwrap());
    // Kept to the end: a process whose log nobody reads any more cannot write it.
    let mut log = BufReader::new(process.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    let line = log.find(|line| line.contains("doors=")).unwrap();
    let doors = line.split("doors=").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let session = Session([7; 16]);
    let ticket = Ticket {
        room: "tea".into(),
        run: 0,
        router: 0,
        epoch: 1,
        session: session.hash(&keys()),
        nonce: Id128(service::random::bytes()),
        expires: service::Clock::system().now() + 60_000,
    };
    let header = (TICKET_HEADER.parse().unwrap(), ticket.sign(&keys()).parse().unwrap());
    let session = Some(session.sign(&keys()));
    let options = Options { session, headers: vec![header], ..Options::default() };
    let url = format!("ws://{doors}/api/rooms/tea/ws");
    let mut client = Client::connect(&url, options).await.unwrap();
    client.join(named("Ada")).await.unwrap();
    assert_eq!(client.say("k", "hello").await.unwrap(), 1);
    let pid = Pid::from_child(&process.0);
    kill_process(pid, Signal::TERM).unwrap();
    assert_eq!(closed(&mut client).await, (1001, "going_away".into()));
    let status = tokio::task::spawn_blocking(move || process.0.wait().unwrap()).await.unwrap();
    assert!(status.success(), "{status}");
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
fn it_prints_the_configuration_in_force() {
    let output = backend().arg("--print-config").env("BACKEND__ROOMS__MAX", "7").output().unwrap();
    let config = String::from_utf8(output.stdout).unwrap();
    assert!(config.contains("  max: 7\n") && config.contains("  messagesMax: 1000\n"), "{config}");
    let output = backend().env("BACKEND__ROOMS__MAXX", "7").output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("rooms.max"));
}
