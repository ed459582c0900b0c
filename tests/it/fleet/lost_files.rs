//! A file server that is away while messages with its files are posted and deleted, and comes
//! back: backends tell it what it missed, and it keeps what messages carry.

use std::path::{Path, PathBuf};
use std::time::Duration;

use client::Post;
use tests::http::get;
use tests::waiting::{until, within};

use super::bad_days::cast::{entered, options, settled};
use super::uploads::upload;

/// For how long it is away.
const AWAY: Duration = Duration::from_secs(30);
/// The longest pause of a backend between two tries, and some.
const HEARD_AGAIN: Duration = Duration::from_secs(40);

#[tokio::test]
async fn what_was_posted_and_deleted_while_a_file_server_was_away_reaches_it() {
    let mut fleet = settled(options(1)).await;
    let (mut ada, _) = entered(&fleet, "files-room", "Ada").await;
    let grant = ada.grant().await.expect("a grant");
    let mut uploads = Vec::new();
    for text in ["before", "meanwhile", "deleted"] {
        let answer = upload(fleet.plain(), &grant, text.as_bytes()).await.json();
        let field = |name: &str| answer[name].as_str().expect("a text").to_owned();
        uploads.push((field("url"), field("id"), field("descriptor")));
    }
    let records: Vec<PathBuf> =
        uploads.iter().map(|(_, id, _)| record(fleet.folder(), id)).collect();
    let post = |at: usize| Post {
        key: format!("key-{at}"),
        text: "look".into(),
        reply_to: None,
        file: Some(uploads[at].2.clone()),
        preview: None,
    };
    ada.post(post(0)).await.expect("it is posted");
    let deleted = ada.post(post(2)).await.expect("it is posted");
    until("the file server knows of both", async || attached(&records) == [true, false, true])
        .await;
    fleet.files(1).kill();
    ada.post(post(1)).await.expect("a chat goes on without its file server");
    ada.delete(deleted).await.expect("it is deleted");
    tokio::time::sleep(AWAY).await;
    fleet.start_again("file-srv-1").await;
    within(HEARD_AGAIN, "it hears what it missed", async || {
        attached(&records) == [true, true, false]
    })
    .await;
    assert!(!records[2].exists(), "what was deleted is gone from the disk");
    for (at, text) in [(0, "before"), (1, "meanwhile")] {
        let url = &uploads[at].0;
        until("it is read through the edge again", async || {
            let answer = get(fleet.plain(), url, &[]).await;
            answer.status == 200 && answer.text() == text
        })
        .await;
    }
    assert_eq!(get(fleet.plain(), &uploads[2].0, &[]).await.status, 404);
}

/// Where the first file server keeps what it knows of a file.
fn record(folder: &Path, id: &str) -> PathBuf {
    folder.join("file-srv-1/files/files").join(format!("{id}.json"))
}

/// Whether a message carries each, by what is on the disk.
fn attached(records: &[PathBuf]) -> Vec<bool> {
    let is_attached =
        |text: String| serde_json::from_str::<serde_json::Value>(&text).ok()?["attached"].as_bool();
    let read = |path: &PathBuf| std::fs::read_to_string(path).ok().and_then(is_attached);
    records.iter().map(|path| read(path).unwrap_or(false)).collect()
}
