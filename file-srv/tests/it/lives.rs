//! How long files live: by what owners say, and by what they do not say.

use protocol::fleet::FileNotice;
use protocol::http::Uploaded;
use reqwest::StatusCode;

use crate::fixture::{ROOM, TestServer, eventually};
use crate::images;

const MINUTE: u64 = 60_000;

fn ids(uploaded: &Uploaded) -> Vec<String> {
    let thumbnail = uploaded.file.thumbnail.as_deref();
    let thumbnail = thumbnail.map(|url| url.trim_start_matches("/files/").to_owned());
    [Some(uploaded.file.id.to_string()), thumbnail].into_iter().flatten().collect()
}

fn attached(uploaded: &Uploaded) -> FileNotice {
    FileNotice::Attached { owner: ROOM, files: ids(uploaded) }
}

#[tokio::test]
async fn a_file_that_no_message_carries_is_swept() {
    let server = TestServer::new().await;
    let lost = server.uploaded("file", "a.png", images::png(900, 9)).await;
    let posted = server.uploaded("file", "b.txt", b"b".to_vec()).await;
    server.say(attached(&posted));
    server.hand.advance(11 * MINUTE + 1);
    server.gone(&lost.file.url).await;
    server.gone(lost.file.thumbnail.as_ref().unwrap()).await;
    assert_eq!(server.get(&posted.file.url).await.status(), StatusCode::OK);
    eventually("one file and its record are left", || server.names().len() == 2).await;
    let counted = || server.metrics().contains("instantchat_files_swept_total 2");
    eventually("it is counted", counted).await;
}

#[tokio::test]
async fn a_room_whose_owner_is_silent_for_an_hour_loses_its_files() {
    let server = TestServer::new().await;
    let uploaded = server.uploaded("file", "a.txt", b"a".to_vec()).await;
    server.say(attached(&uploaded));
    server.hand.advance(50 * MINUTE);
    server.say(FileNotice::Renewed { owners: vec![ROOM] });
    server.hand.advance(60 * MINUTE);
    assert_eq!(server.get(&uploaded.file.url).await.status(), StatusCode::OK);
    server.hand.advance(1);
    server.gone(&uploaded.file.url).await;
    server.emptied().await;
}

#[tokio::test]
async fn a_released_file_is_gone_with_its_thumbnail() {
    let server = TestServer::new().await;
    let kept = server.uploaded("file", "a.txt", b"a".to_vec()).await;
    let released = server.uploaded("file", "b.png", images::png(900, 9)).await;
    server.say(attached(&released));
    server.say(FileNotice::Released { owner: ROOM, files: ids(&released) });
    let status = server.get(&released.file.url).await.status();
    assert_eq!(status, StatusCode::NOT_FOUND, "it is gone at once");
    eventually("one file and its record are left", || server.names().len() == 2).await;
    assert_eq!(server.get(&kept.file.url).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_files_of_a_room_go_with_it() {
    let server = TestServer::new().await;
    let uploaded = server.uploaded("file", "a.png", images::png(900, 9)).await;
    server.say(attached(&uploaded));
    server.say(FileNotice::Ended { owner: ROOM });
    assert_eq!(server.get(&uploaded.file.url).await.status(), StatusCode::NOT_FOUND);
    server.emptied().await;
}

#[tokio::test]
async fn a_restart_keeps_files_until_their_owners_are_silent_for_an_hour() {
    let server = TestServer::new().await;
    let posted = server.uploaded("file", "a.txt", b"a".to_vec()).await;
    let lost = server.uploaded("file", "b.txt", b"b".to_vec()).await;
    server.say(attached(&posted));
    let folder = server.stop().await;

    let server = TestServer::in_folder(folder, |_| {}).await;
    let response = server.get(&posted.file.url).await;
    assert_eq!(response.text().await.unwrap(), "a");
    server.hand.advance(11 * MINUTE + 1);
    server.gone(&lost.file.url).await;
    assert_eq!(server.get(&posted.file.url).await.status(), StatusCode::OK);
    server.hand.advance(60 * MINUTE);
    server.gone(&posted.file.url).await;
    server.emptied().await;
}

#[tokio::test]
async fn what_a_killed_process_left_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    for (inside, name) in [
        ("incoming", "AAAAAAAAAAAAAAAAAAAAAA"),
        ("files", "AAAAAAAAAAAAAAAAAAAAAA"),
        ("files", "AAAAAAAAAAAAAAAAAAAAAA.json#1"),
    ] {
        std::fs::create_dir_all(folder.path().join(inside)).unwrap();
        std::fs::write(folder.path().join(inside).join(name), b"half a file").unwrap();
    }
    let server = TestServer::in_folder(folder, |_| {}).await;
    server.emptied().await;
}

#[tokio::test]
async fn files_of_a_restarted_server_count_against_its_quotas() {
    let server = TestServer::new().await;
    server.uploaded("file", "a", vec![b'x'; 60_000]).await;
    let folder = server.stop().await;
    let small = |config: &mut file_srv::FilesConfig| config.quotas.room_bytes_max = 100_000;
    let server = TestServer::in_folder(folder, small).await;
    let counted = || server.metrics().contains("instantchat_stored_bytes 60000");
    eventually("the file is known", counted).await;
    let response = server.upload("file", "a", vec![b'x'; 60_000]).await;
    assert_eq!(response.status(), StatusCode::INSUFFICIENT_STORAGE);
}
