//! What an operator sees of the file server.

use protocol::fleet::FileNotice;

use crate::fixture::{ROOM, TestServer};

fn counted(server: &TestServer, line: &str) -> bool {
    server.metrics().lines().any(|found| found == line)
}

#[tokio::test]
async fn every_counter_is_there_from_the_start() {
    let server = TestServer::new().await;
    for zero in [
        "instantchat_uploads_total{kind=\"drawing\",outcome=\"broken_off\"} 0",
        "instantchat_downloads_total{outcome=\"known\"} 0",
        "instantchat_previews_total{outcome=\"host_busy\"} 0",
        "instantchat_previews_total{outcome=\"shown\"} 0",
        "instantchat_file_notices_total{notice=\"ended\"} 0",
        "instantchat_store_errors_total 0",
    ] {
        assert!(counted(&server, zero), "{zero}\n{}", server.metrics());
    }
}

#[tokio::test]
async fn uploads_reads_and_notices_are_counted() {
    let server = TestServer::new().await;
    let uploaded = server.uploaded("file", "a.txt", b"hello".to_vec()).await;
    server.get(&uploaded.file.url).await.bytes().await.unwrap();
    server.get("/files/nothing").await;
    server.say(FileNotice::Ended { owner: ROOM });
    for line in [
        "instantchat_uploads_total{kind=\"file\",outcome=\"stored\"} 1",
        "instantchat_upload_bytes_total 5",
        "instantchat_uploads_under_way 0",
        "instantchat_downloads_total{outcome=\"whole\"} 1",
        "instantchat_downloads_total{outcome=\"not_found\"} 1",
        "instantchat_download_bytes_total 5",
        "instantchat_file_notices_total{notice=\"ended\"} 1",
        "instantchat_stored_bytes_max 10737418240",
    ] {
        assert!(counted(&server, line), "{line}\n{}", server.metrics());
    }
}
