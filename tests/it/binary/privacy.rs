//! G10: no text and no name of a room reaches an output, a metric or the disk.

use protocol::frame::Join;
use tests::marker::{contains, files_with};

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
