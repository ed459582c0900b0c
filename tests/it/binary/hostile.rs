//! A crowd of hostile clients fills a process for a while, from many addresses. Its memory
//! stays under a bound, and two people in another room do not notice.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use client::Client;
use protocol::frame::{ClientFrame, EventKind, Join, ServerFrame, VoteValue};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::program::Program;

/// How long they stay; a minute in the nightly run.
const SECONDS: u64 = 12;
/// Bytes of all rooms, by configuration. The crowd sends several times as much: each of its
/// addresses may post 100 texts of 40 KB at once, and 50 a second from then on.
const ROOMS_BYTES_MAX: u64 = 96 << 20;
/// What the process may hold: its rooms, as much again for what an allocator keeps and for
/// messages under way, and an outbox of 1 MiB for each of the crowd.
const MEMORY_MAX: u64 = 2 * ROOMS_BYTES_MAX + (128 << 20);
/// How long a post of the healthy pair may take to its reader.
const NOTICED: Duration = Duration::from_secs(2);
const FILLERS: u8 = 40;
const TEXT_CHARS: usize = 10_000;
const CROWD: u8 = 40;
const SLOW_UPLOADS: u8 = 20;
const PAUSE: Duration = Duration::from_millis(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_clients_neither_fill_it_nor_disturb_others() {
    let seconds = std::env::var("HOSTILE_SECONDS").ok().and_then(|text| text.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(SECONDS));
    let bound = ("INSTANTCHAT__BACKEND__ROOMS__BYTES_MAX", ROOMS_BYTES_MAX.to_string());
    let program = Arc::new(Program::start_with(&[bound]).await);
    let mut hostile = JoinSet::new();
    for i in 0..FILLERS {
        hostile.spawn(fill_rooms(Arc::clone(&program), [127, 0, 2, i + 1], end));
    }
    for i in 0..CROWD {
        hostile.spawn(crowd_one_room(Arc::clone(&program), [127, 0, 3, i + 1], end));
    }
    for i in 0..SLOW_UPLOADS {
        hostile.spawn(upload_slowly(program.public, [127, 0, 4, i + 1], end));
    }
    let most = tokio::spawn(watch_memory(Arc::clone(&program), end));
    let (posts, slowest) = talk(&program, end).await;
    let most = most.await.expect("the watcher ends well");
    let mut filled = 0;
    while let Some(ended) = hostile.join_next().await {
        filled += ended.expect("a hostile client ends well");
    }
    println!(
        "{posts} posts of the healthy pair, the slowest {slowest:?}; {} MiB at most; {} MiB sent",
        most >> 20,
        filled >> 20
    );
    assert!(filled > ROOMS_BYTES_MAX, "the crowd did not reach the bound");
    assert!(most < MEMORY_MAX, "{} MiB", most >> 20);
    assert!(slowest < NOTICED, "a post took {slowest:?}");
}

/// Two people talk until `end`; the number of their posts and the slowest one's way.
async fn talk(program: &Program, end: Instant) -> (u64, Duration) {
    let (mut ada, _) =
        program.member([127, 0, 9, 1], "healthy", Join::default()).await.expect("Ada joins");
    let (mut ben, _) =
        program.member([127, 0, 9, 2], "healthy", Join::default()).await.expect("Ben joins");
    let (mut posts, mut slowest) = (0, Duration::ZERO);
    while Instant::now() < end {
        let start = Instant::now();
        let text = format!("healthy {posts}");
        ada.say(&format!("k{posts}"), &text).await.expect("a healthy post is acknowledged");
        loop {
            let frame =
                tokio::time::timeout(NOTICED, ben.receive()).await.expect("it arrives in time");
            if let ServerFrame::Event(event) = frame.expect("Ben stays connected")
                && let EventKind::Posted { text: got, .. } = event.event
            {
                assert_eq!(*got, *text, "in order and once");
                break;
            }
        }
        slowest = slowest.max(start.elapsed());
        posts += 1;
        // Five a second is what one session may say.
        tokio::time::sleep_until(start + Duration::from_millis(250)).await;
    }
    (posts, slowest)
}

/// New sessions, new rooms, the longest texts, as fast as the server lets it. Gives the bytes
/// of texts that the server took.
async fn fill_rooms(program: Arc<Program>, from: [u8; 4], end: Instant) -> u64 {
    let text = "\u{1F3D4}".repeat(TEXT_CHARS);
    let (mut rooms, mut taken) = (0, 0);
    while Instant::now() < end {
        rooms += 1;
        let room = format!("filled-{}-{rooms}", from[3]);
        let Ok((mut client, _)) = program.member(from, &room, Join::default()).await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let mut post = 0;
        while client.say(&format!("k{post}"), &text).await.is_ok() {
            post += 1;
            taken += text.len() as u64;
        }
    }
    taken
}

/// Everything that costs, in one room, without waiting for answers.
async fn crowd_one_room(program: Arc<Program>, from: [u8; 4], end: Instant) -> u64 {
    let mut turn = 0_u64;
    while Instant::now() < end {
        let Ok((mut client, _)) = program.member(from, "crowded", Join::default()).await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        while Instant::now() < end && annoy(&mut client, turn).await.is_ok() {
            turn += 1;
            tokio::time::sleep(PAUSE).await;
        }
    }
    0
}

async fn annoy(client: &mut Client, turn: u64) -> Result<(), client::Error> {
    let id = Some(turn);
    let frame = match turn % 6 {
        0 => ClientFrame::Post {
            id,
            key: format!("c{turn}"),
            text: "w".repeat(TEXT_CHARS),
            reply_to: Some(turn / 2),
            file: None,
            preview: None,
        },
        1 => ClientFrame::Vote { id, message: turn / 7 + 1, value: VoteValue::Up },
        2 => ClientFrame::Rename { id, name: format!("Member {turn}") },
        3 => ClientFrame::Typing {},
        4 => ClientFrame::History { id, before: None, limit: Some(100) },
        _ => ClientFrame::Members { id, prefix: "Me".into() },
    };
    client.send(&frame).await
}

/// Holds connections open with bodies that never end.
async fn upload_slowly(server: SocketAddr, from: [u8; 4], end: Instant) -> u64 {
    while Instant::now() < end {
        let mut open = Vec::new();
        for _ in 0..4 {
            if let Ok(stream) = begin_upload(server, from).await {
                open.push(stream);
            }
        }
        for _ in 0..20 {
            if Instant::now() > end {
                break;
            }
            for stream in &mut open {
                // The server is free to have closed it.
                let _ = stream.write_all(b"x").await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    0
}

async fn begin_upload(server: SocketAddr, from: [u8; 4]) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((from, 0)))?;
    let mut stream = socket.connect(server).await?;
    let head = format!(
        "POST /api/files?kind=file HTTP/1.1\r\nHost: {server}\r\nContent-Length: 20000000\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nInstantchat-Grant: none\r\n\r\n\
         --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    Ok(stream)
}

/// The most memory that the process held until `end`.
async fn watch_memory(program: Arc<Program>, end: Instant) -> u64 {
    let mut most = 0;
    while Instant::now() < end {
        most = most.max(program.memory());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    most
}
