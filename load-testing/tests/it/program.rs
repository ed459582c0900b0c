//! The program: its exit codes, its reports, what it refuses, and several processes as one.

use std::path::Path;
use std::process::Output;

use tokio::process::Command;

use crate::faulty::{Flaw, Server};

const SCENARIO: &str = "\
name: Program <b>
target: ws://127.0.0.1:9
lasts: 1500ms
settles: 500ms
groups:
  - { name: room, rooms: 1, members: 6, posts: { perSecond: 20 } }
thresholds: { refused: 0, disconnects: 0 }
";

async fn load(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_load")).args(arguments).output().await.unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

fn scenario(folder: &Path, text: &str) -> String {
    let path = folder.join("scenario.yml");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[tokio::test]
async fn a_run_that_passes_leaves_its_reports_and_code_zero() {
    let folder = tempfile::tempdir().unwrap();
    let path = scenario(folder.path(), SCENARIO);
    let (html, json) = (folder.path().join("r.html"), folder.path().join("r.json"));
    for processes in ["1", "3"] {
        let server = Server::with(Flaw::None).await;
        let (html, json) = (html.to_str().unwrap(), json.to_str().unwrap());
        let output = load(&[
            "run",
            &path,
            "--target",
            &server.url(),
            "--processes",
            processes,
            "--html",
            html,
            "--json",
            json,
        ])
        .await;
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let report: serde_json::Value =
            serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
        assert_eq!(report["passed"], true);
        let posts = report["counts"]["posts"].as_u64().unwrap();
        assert!((25..=35).contains(&posts), "{posts}");
        assert_eq!(report["counts"]["deliveries"], 6 * posts, "of all processes together");
        assert_eq!(report["counts"]["joins"], 6);
        let page = std::fs::read_to_string(html).unwrap();
        assert!(page.contains("<svg") && page.contains("Program &lt;b&gt;"));
        assert!(!page.contains("http://") && !page.contains("<script"), "it needs nothing else");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_and_makes_code_one() {
    let (server, folder) = (Server::with(Flaw::Drops).await, tempfile::tempdir().unwrap());
    let path = scenario(folder.path(), SCENARIO);
    let output = load(&["run", &path, "--target", &server.url(), "--processes", "2"]).await;
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("wrong: lost 1"), "{}", said(&output));
}

#[tokio::test]
async fn what_cannot_be_run_is_said_before_any_connection() {
    let folder = tempfile::tempdir().unwrap();
    for (from, to, words) in [
        ("members: 6", "members: 0", "scenario.yml:6: "),
        ("lasts: 1500ms", "last: 1500ms", "scenario.yml:3: `last`: unknown field"),
        (
            "ws://127.0.0.1:9",
            "ws://192.0.2.7:80",
            "scenario.yml:2: `192.0.2.7` is not this machine",
        ),
        ("ws://127.0.0.1:9", "ws://127.0.0.1:1", "scenario.yml:2: nothing listens on 127.0.0.1:1"),
        (
            "ws://127.0.0.1:9",
            "ws://nowhere.invalid:1",
            "scenario.yml:2: `nowhere.invalid` is not found",
        ),
    ] {
        let path = scenario(folder.path(), &SCENARIO.replace(from, to));
        let output = load(&["run", &path]).await;
        assert_eq!(output.status.code(), Some(2), "{to}: {}", said(&output));
        assert!(said(&output).contains(words), "{to}: {}", said(&output));
    }
    let path = scenario(folder.path(), SCENARIO);
    let output = load(&["run", &path, "--target", "ws://192.0.2.7:80"]).await;
    assert!(said(&output).contains("--allow-host 192.0.2.7"), "{}", said(&output));
    assert_eq!(load(&["check", &path]).await.status.code(), Some(0));
}

#[tokio::test]
async fn what_a_peer_cannot_do_is_said_before_any_connection() {
    let folder = tempfile::tempdir().unwrap();
    for (from, to, words) in [
        ("perSecond: 20", "perSecond: 20, edits: 0.1", "scenario.yml:6: `posts.edits`"),
        ("perSecond: 20 }", "perSecond: 20 }, churn: { stays: 1s }", "scenario.yml:6: `churn`"),
        ("perSecond: 20 }", "perSecond: 20 }, reconnects: { perMinute: 1 }", ":6: `reconnects`"),
    ] {
        let path = scenario(folder.path(), &SCENARIO.replace(from, to));
        let output = load(&["run", &path, "--dialect", "nats"]).await;
        assert_eq!(output.status.code(), Some(2), "{to}: {}", said(&output));
        assert!(said(&output).contains(words), "{to}: {}", said(&output));
    }
    let path = scenario(folder.path(), SCENARIO);
    let output = load(&["run", &path, "--dialect", "irc"]).await;
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("there are ws, uwebsockets"), "{}", said(&output));
    let output = load(&["run", &path, "--dialect", "nats"]).await;
    assert!(said(&output).contains("nothing listens"), "{}", said(&output));
}
