//! G10: no text and no name of a room reaches an output, a metric or the disk.

use std::path::Path;

use protocol::frame::Join;

use super::http::get;
use super::program::Program;

const ROOM: &str = "marker-room-wq7x";
const PASSWORD: &str = "marker-password-wq7x";
const NAME: &str = "Marker Name Wq7x";
const TEXT: &str = "marker text wq7x that nobody else may read";
const EDITED: &str = "marker edit wq7x";

#[tokio::test]
async fn a_conversation_leaves_no_trace() {
    let mut program = Program::start().await;
    let join = Join { name: Some(NAME.into()), password: Some(PASSWORD.into()), ..Join::default() };
    let (mut ada, _) = program.member([127, 0, 0, 1], ROOM, join).await.expect("Ada joins");
    let seq = ada.say("k1", TEXT).await.expect("it is acknowledged");
    ada.edit(seq, EDITED).await.expect("it is edited");
    ada.describe(TEXT).await.expect("it is described");
    // What is refused must not be written either.
    ada.send_text(format!("{{\"type\":\"{TEXT}\"")).await.expect("it is sent");
    ada.say("k2", &format!("{TEXT}\u{1}")).await.expect_err("a control character");
    let wrong = Join { password: Some(format!("{PASSWORD}!")), ..Join::default() };
    program.member([127, 0, 0, 2], ROOM, wrong).await.expect_err("a wrong password");
    program.get(&format!("/{ROOM}")).await;
    program.get(&format!("/api/rooms/{ROOM}%")).await;
    let metrics = get(program.admin, "/metrics", &[]).await.text();
    program.signal("TERM");
    program.ended().await;

    let said = program.said();
    for marker in [ROOM, PASSWORD, NAME, TEXT, EDITED, "wq7x"] {
        assert!(!contains(said.as_bytes(), marker), "{marker} in its output:\n{said}");
        assert!(!contains(metrics.as_bytes(), marker), "{marker} in the metrics");
        let found = files_with(program.data(), marker);
        assert!(found.is_empty(), "{marker} on disk: {found:?}");
    }
}

#[test]
fn a_trace_would_be_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("a/b");
    std::fs::create_dir_all(&below).expect("it is made");
    std::fs::write(below.join("log"), "x MARKER text WQ7X y").expect("it is written");
    assert_eq!(files_with(folder.path(), "wq7x").len(), 1);
    std::fs::rename(&below, folder.path().join("a/wq7x")).expect("it is renamed");
    assert_eq!(files_with(folder.path(), "wq7x").len(), 2, "names of files count too");
}

fn contains(text: &[u8], marker: &str) -> bool {
    let marker = marker.to_lowercase();
    text.to_ascii_lowercase().windows(marker.len()).any(|window| window == marker.as_bytes())
}

/// Everything below `folder` whose path or content holds the marker, in any case.
fn files_with(folder: &Path, marker: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("it can be listed");
            open.extend(entries.map(|entry| entry.expect("an entry").path()));
        }
        let content =
            if path.is_file() { std::fs::read(&path).expect("it is ours") } else { Vec::new() };
        let below = path.strip_prefix(folder).expect("it is below").display().to_string();
        if contains(&content, marker) || contains(below.as_bytes(), marker) {
            found.push(below);
        }
    }
    found
}
