//! Several file servers: whose a file is, who serves it, and who ends it.

use std::time::Duration;

use fleet::Files;
use protocol::fleet::FileNotice;
use reqwest::StatusCode;

use crate::bucket::Bucket;
use crate::fixture::{ROOM, TestServer, eventually};

const MINUTE: u64 = 60_000;

/// Uploads a file that a message carries.
async fn posted(server: &TestServer, name: &str) -> (String, String) {
    let uploaded = server.uploaded("file", name, name.into()).await;
    let id = uploaded.file.id.to_string();
    server.say(FileNotice::Attached { owner: ROOM, files: vec![id.clone()] });
    (uploaded.file.url.to_string(), id)
}

async fn status(server: &TestServer, url: &str) -> u16 {
    server.get(url).await.status().as_u16()
}

#[tokio::test]
async fn the_id_of_a_file_begins_with_the_number_of_its_server() {
    let server = TestServer::numbered(42, tempfile::tempdir().unwrap()).await;
    let (url, id) = posted(&server, "a").await;
    assert!(id.starts_with("42") && url == format!("/files/{id}"), "{url}");
    let facts = file_srv::FleetAnswers::new(server.files.clone(), 8_121).facts().await.unwrap();
    assert_eq!((facts.number, facts.admin_port), (42, 8_121));
    assert_eq!(facts.key_id, server.keys().key_id());
}

#[tokio::test]
async fn a_folder_serves_the_files_of_its_number_alone() {
    let server = TestServer::new().await;
    let (url, id) = posted(&server, "a").await;
    assert_eq!(status(&server, &format!("/files/02{}", &id[2..])).await, 404);
    let folder = server.stop().await;
    let renumbered = TestServer::numbered(2, folder).await;
    assert_eq!(status(&renumbered, &url).await, 404, "the edge would ask another for it");
    // An answer to a notice says that all files of the folder are known.
    renumbered.call(vec![FileNotice::Renewed { owners: Vec::new() }]).await.unwrap();
    renumbered.hand.advance(60 * MINUTE + 1);
    renumbered.emptied().await;
}

#[tokio::test]
async fn a_file_of_the_first_version_is_served_until_its_room_is_over() {
    let server = TestServer::numbered(7, tempfile::tempdir().unwrap()).await;
    let (_, id) = posted(&server, "a").await;
    eventually("it is written", || server.names().len() == 2).await;
    let folder = server.stop().await;
    for ending in ["", ".json"] {
        let files = folder.path().join("files");
        let (new, old) = (format!("{id}{ending}"), format!("{}{ending}", &id[2..]));
        std::fs::rename(files.join(new), files.join(old)).unwrap();
    }
    let server = TestServer::numbered(7, folder).await;
    assert_eq!(status(&server, &format!("/files/{}", &id[2..])).await, 200);
    server.call(vec![FileNotice::Ended { owner: ROOM }]).await.unwrap();
    assert_eq!(status(&server, &format!("/files/{}", &id[2..])).await, 404);
    server.emptied().await;
}

#[tokio::test]
async fn two_servers_of_one_folder_are_one_too_many() {
    let server = TestServer::new().await;
    let config = file_srv::FilesConfig {
        data_dir: server.folder.path().into(),
        ..file_srv::FilesConfig::default()
    };
    let second = file_srv::FileServer::new(
        config,
        file_srv::Number::FIRST,
        server.keys().clone(),
        service::Clock::system(),
        service::Lifecycle::new(),
        &mut prometheus_client::registry::Registry::default(),
    );
    let error = second.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("another file server has the folder"), "{error}");
}

#[tokio::test]
async fn a_server_on_a_bucket_serves_all_and_sweeps_its_own() {
    let bucket = Bucket::new().await;
    let (first, second) =
        (TestServer::on_bucket(1, &bucket).await, TestServer::on_bucket(2, &bucket).await);
    let ((of_first, _), (of_second, _)) =
        (posted(&first, "one").await, posted(&second, "two").await);
    for server in [&first, &second] {
        for (url, text) in [(&of_first, "one"), (&of_second, "two")] {
            assert_eq!(server.get(url).await.text().await.unwrap(), text);
        }
    }
    // The second hears of no room for hours. What it ends is its own.
    second.hand.advance(300 * MINUTE);
    eventually("its file is gone", || bucket.keys().len() == 2).await;
    assert_eq!(status(&first, &of_first).await, 200);
    assert_eq!(status(&second, &of_first).await, 200);
    assert_eq!(status(&second, &of_second).await, 404);
}

#[tokio::test]
async fn what_an_owner_says_to_one_server_of_a_bucket_holds_there() {
    let bucket = Bucket::new().await;
    let (first, second) =
        (TestServer::on_bucket(1, &bucket).await, TestServer::on_bucket(2, &bucket).await);
    let (kept, _) = posted(&first, "kept").await;
    let (released, id) = posted(&first, "released").await;
    assert_eq!(status(&second, &released).await, 200);
    let word = FileNotice::Released { owner: ROOM, files: vec![id] };
    second.call(vec![word.clone()]).await.unwrap();
    assert_eq!((status(&second, &released).await, status(&second, &kept).await), (404, 200));
    assert_eq!(bucket.keys().len(), 4, "the files are the first's to delete");
    first.call(vec![word]).await.unwrap();
    assert_eq!(bucket.keys().len(), 2);
    second.call(vec![FileNotice::Ended { owner: ROOM }]).await.unwrap();
    assert_eq!((status(&first, &kept).await, status(&second, &kept).await), (200, 404));
    first.call(vec![FileNotice::Ended { owner: ROOM }]).await.unwrap();
    assert_eq!((status(&first, &kept).await, bucket.keys().len()), (404, 0));
}

#[tokio::test]
async fn the_files_of_a_server_that_is_gone_for_good_are_ended_by_another() {
    let bucket = Bucket::new().await;
    let (first, second) =
        (TestServer::on_bucket(1, &bucket).await, TestServer::on_bucket(2, &bucket).await);
    let (url, _) = posted(&first, "a").await;
    eventually("it is written", || bucket.keys().len() == 2).await;
    first.stop().await;
    // Within two hours it may come back.
    bucket.pass(2);
    second.hand.advance(120 * MINUTE);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(status(&second, &url).await, 200);
    // Later the second has it in its care, and hears that the room lives.
    bucket.pass(1);
    second.hand.advance(60 * MINUTE);
    let has_it = || second.metrics().contains("instantchat_stored_files 1");
    eventually("it is counted by the other", has_it).await;
    second.hand.advance(50 * MINUTE);
    second.call(vec![FileNotice::Renewed { owners: vec![ROOM] }]).await.unwrap();
    second.hand.advance(50 * MINUTE);
    assert_eq!(status(&second, &url).await, 200);
    second.hand.advance(11 * MINUTE);
    eventually("it is gone", || bucket.keys().is_empty()).await;
    assert_eq!(status(&second, &url).await, StatusCode::NOT_FOUND.as_u16());
}
