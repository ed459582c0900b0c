//! A file server that was away: what owners said meanwhile, and what it had promised before.

use fleet::CallError;
use protocol::fleet::FileNotice;
use protocol::http::Uploaded;

use crate::bucket::Bucket;
use crate::fixture::{ROOM, TestServer, eventually};

const MINUTE: u64 = 60_000;

fn attached(uploaded: &Uploaded) -> Vec<FileNotice> {
    vec![FileNotice::Attached { owner: ROOM, files: vec![uploaded.file.id.to_string()] }]
}

#[tokio::test]
async fn a_file_whose_message_was_posted_meanwhile_stays() {
    let server = TestServer::new().await;
    let uploaded = server.uploaded("file", "a.txt", b"a".to_vec()).await;
    server.hand.advance(5 * MINUTE);
    let folder = server.crash().await;

    // By its own age it would be over: its message has been waiting to be told.
    let server = TestServer::in_folder(folder, |_| {}).await;
    server.hand.advance(11 * MINUTE);
    assert_eq!(server.get(&uploaded.file.url).await.status(), 200);
    server.call(attached(&uploaded)).await.unwrap();
    server.hand.advance(11 * MINUTE);
    assert_eq!(server.get(&uploaded.file.url).await.text().await.unwrap(), "a");
}

#[tokio::test]
async fn what_was_answered_outlives_a_crash() {
    let server = TestServer::with(|config| config.sweep.interval_ms = 1_000_000).await;
    let kept = server.uploaded("file", "a.txt", b"a".to_vec()).await;
    let released = server.uploaded("file", "b.txt", b"b".to_vec()).await;
    server.call([attached(&kept), attached(&released)].concat()).await.unwrap();
    let files = vec![released.file.id.to_string()];
    server.call(vec![FileNotice::Released { owner: ROOM, files }]).await.unwrap();
    assert_eq!(server.names().len(), 2, "it is deleted");
    let folder = server.crash().await;
    let server = TestServer::in_folder(folder, |_| {}).await;
    server.hand.advance(12 * MINUTE);
    let known = || server.metrics().contains("instantchat_stored_files 1");
    eventually("the file is known", known).await;
    assert_eq!(server.get(&kept.file.url).await.text().await.unwrap(), "a");
}

#[tokio::test]
async fn a_notice_that_cannot_be_kept_is_said_again() {
    let bucket = Bucket::new().await;
    let server = TestServer::on_bucket(1, &bucket).await;
    let uploaded = server.uploaded("file", "a.txt", b"a".to_vec()).await;
    bucket.refuse(true);
    let answer = server.call(attached(&uploaded)).await;
    assert!(matches!(answer, Err(CallError::Rejected { status: 503, .. })), "{answer:?}");
    bucket.refuse(false);
    server.call(attached(&uploaded)).await.unwrap();
    server.crash().await;
    let server = TestServer::on_bucket(1, &bucket).await;
    server.hand.advance(12 * MINUTE);
    let known = || server.metrics().contains("instantchat_stored_files 1");
    eventually("the file is known", known).await;
    assert_eq!(server.get(&uploaded.file.url).await.text().await.unwrap(), "a");
}

#[tokio::test]
async fn notices_wait_until_the_files_are_known() {
    let bucket = Bucket::new().await;
    let server = TestServer::on_bucket(1, &bucket).await;
    let uploaded = server.uploaded("file", "a.txt", b"a".to_vec()).await;
    server.crash().await;
    let held = bucket.hold_lists();
    let server = TestServer::on_bucket(1, &bucket).await;
    let answer = server.call(attached(&uploaded)).await;
    assert!(matches!(answer, Err(CallError::Rejected { status: 503, .. })), "{answer:?}");
    drop(held);
    server.call(attached(&uploaded)).await.unwrap();
    server.hand.advance(12 * MINUTE);
    assert_eq!(server.get(&uploaded.file.url).await.text().await.unwrap(), "a");
}
