//! Uploads are streamed through nginx to the file server that aux-srv names, and files are
//! read from the one that their id names.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;

use protocol::frame::Join;
use tests::fleet::{Edge, Fleet, HOST, Options};
use tests::http::{Answer, exchange, get};
use tests::waiting::until;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::recorder::Recorder;

const HERE: [u8; 4] = [127, 0, 0, 1];
const FILE_BYTES: usize = 20 << 20;
/// What nginx may hold more after uploads than before: its buffers, and no upload.
const GROWTH_MAX: u64 = 8 << 20;

#[tokio::test]
async fn a_large_file_goes_through_and_comes_back() {
    let mut fleet = Fleet::start(Options { backends: 1, ..Options::default() }).await;
    let (mut ada, _) = fleet.member(HERE, "files-room", Join::default()).await.expect("she joins");
    let grant = ada.grant().await.expect("a grant");
    let content: Vec<u8> = (0..FILE_BYTES).map(|i| (i * 31 % 251) as u8).collect();
    let before = fleet.nginx().memory();
    let uploaded = upload(fleet.plain(), &grant, &content).await;
    assert_eq!(uploaded.status, 201, "{}", uploaded.text());
    let grown = fleet.nginx().memory().saturating_sub(before);
    assert!(grown < GROWTH_MAX, "nginx grew by {} KiB", grown >> 10);
    let url = uploaded.json()["url"].as_str().expect("its address").to_owned();
    let whole = get(fleet.plain(), &url, &[]).await;
    assert_eq!(whole.status, 200);
    assert!(whole.body == content, "another file came back");
    assert_eq!(whole.count("content-security-policy"), 1);
    let part = get(fleet.plain(), &url, &[("Range", "bytes=100-199")]).await;
    assert_eq!((part.status, part.body.as_slice()), (206, &content[100..200]));
    let tag = whole.header("etag").to_owned();
    assert_eq!(get(fleet.plain(), &url, &[("If-None-Match", &tag)]).await.status, 304);
    let left = temporary_files(&fleet.folder().join("nginx/runtime"));
    assert!(left.is_empty(), "nginx wrote {left:?}");
}

#[tokio::test]
async fn files_live_where_their_number_says() {
    let mut fleet = Fleet::start(Options { backends: 1, ..Options::default() }).await;
    let (mut ada, _) = fleet.member(HERE, "files-room", Join::default()).await.expect("she joins");
    let grant = ada.grant().await.expect("a grant");
    let mut numbers = HashSet::new();
    let mut urls = Vec::new();
    for i in 0..40 {
        let answer = upload(fleet.plain(), &grant, format!("text {i}").as_bytes()).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let url = answer.json()["url"].as_str().expect("its address").to_owned();
        numbers.insert(url["/files/".len()..][..2].to_owned());
        urls.push((url, format!("text {i}")));
        if numbers.len() == 2 {
            break;
        }
    }
    assert_eq!(numbers, HashSet::from(["01".to_owned(), "02".to_owned()]), "both take uploads");
    for (url, text) in &urls {
        assert_eq!(get(fleet.plain(), url, &[]).await.text(), *text, "{url}");
    }
    // One is gone: its files are, the others are not, and uploads go on.
    fleet.files(2).kill();
    for (url, _) in &urls {
        let answer = get(fleet.plain(), url, &[]).await;
        if url.starts_with("/files/02") {
            assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("unavailable")));
        } else {
            assert_eq!(answer.status, 200, "{url}");
        }
    }
    let plain = fleet.plain();
    until("all uploads go to the other one", async || {
        for _ in 0..5 {
            let answer = upload(plain, &grant, b"after").await;
            let url = answer.json()["url"].as_str().unwrap_or_default().to_owned();
            if answer.status != 201 || !url.starts_with("/files/01") {
                return false;
            }
        }
        true
    })
    .await;
}

#[tokio::test]
async fn a_refusal_reaches_the_client_before_the_body_ends() {
    let fleet = Fleet::start(Options { backends: 1, ..Options::default() }).await;
    let content = vec![7; FILE_BYTES];
    for _ in 0..3 {
        let answer = upload(fleet.plain(), "no-grant", &content).await;
        assert_eq!(answer.status, 403, "{}", answer.text());
        assert_eq!(answer.json()["code"], "bad_grant");
    }
}

#[tokio::test]
async fn nothing_of_an_upload_waits_in_nginx() {
    let files = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = files.local_addr().expect("its address");
    let answers = vec![("/edge/files", vec![("instantchat-upstream", address.to_string())])];
    let aux = Recorder::start(answers).await;
    let folder = tempfile::tempdir().expect("a folder");
    let edge = Edge::before(folder.path(), aux.address, &[address], &[]).await;
    let mut client = TcpStream::connect(edge.plain()).await.expect("the tunnel accepts");
    let head =
        format!("POST /api/files HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 200000\r\n\r\n");
    client.write_all(head.as_bytes()).await.expect("it is read");
    client.write_all(&[b'x'; 100_000]).await.expect("it is read");
    // The other half is not sent, and yet the first one arrives.
    let mut got = Vec::new();
    let arrives = async {
        let (mut server, _) = files.accept().await.expect("nginx connects");
        while got.len() < 100_000 {
            assert_ne!(server.read_buf(&mut got).await.expect("it is sent"), 0, "nginx hung up");
        }
    };
    tokio::time::timeout(tests::waiting::DEADLINE, arrives).await.expect("the half arrives");
}

/// Uploads a file as browsers do.
pub(super) async fn upload(address: SocketAddr, grant: &str, content: &[u8]) -> Answer {
    let begin = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n";
    let end = "\r\n--b--\r\n";
    let length = begin.len() + content.len() + end.len();
    let head = format!(
        "POST /api/files?kind=file HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\
         Instantchat-Grant: {grant}\r\n\r\n"
    );
    let request = [head.as_bytes(), begin.as_bytes(), content, end.as_bytes()].concat();
    exchange(address, &request).await
}

fn temporary_files(folder: &Path) -> Vec<String> {
    let folders = ["body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|name| folder.join(name));
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("it is there"));
    entries.map(|entry| entry.expect("an entry").path().display().to_string()).collect()
}
