//! Hostile clients do everything that costs, for some seconds: the process stays within its
//! bounds, and a healthy pair in another room does not notice.

use std::time::Duration;

use client::Client;
use protocol::frame::{ClientFrame, Join, VoteValue};
use tokio::time::Instant;

use crate::continuity::unlimited;
use crate::hearing::{next_event, text_of};
use crate::server::{TestServer, named};

/// How long the attack takes; a longer one is run with `HOSTILE_SECONDS=60`.
const SECONDS: u64 = 4;
/// Attackers at once, each from an address of its own.
const ATTACKERS: u8 = 40;
/// Bytes of all rooms that the server may hold.
const ROOM_BYTES_MAX: usize = 64 << 20;
/// What is on its way into rooms when the limit is reached.
const SLACK_BYTES: usize = 4 << 20;
/// What the process, with all the clients of this test, may grow by.
const GROWTH_KIB_MAX: u64 = 384 << 10;
/// The longest time that the healthy pair may wait for a message: a debug build of the server and
/// all its attackers share the machine with other tests.
const PATIENT: Duration = Duration::from_secs(5);

/// One attacker: it comes again and again as somebody else, and takes no refusal for an answer.
async fn attack(server: &TestServer, host: u8, until: Instant) {
    let mut round = 0_u64;
    while Instant::now() < until {
        round += 1;
        let room = format!("attacked-{host}-{}", round % 40);
        let Ok(mut client) = server.try_visit_from(host, &room).await else { continue };
        let join = Join {
            name: Some("\u{1F480}".repeat(80)),
            password: round.is_multiple_of(7).then(|| "x".repeat(200)),
            ..Join::default()
        };
        if client.join(join).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        }
        while Instant::now() < until && nag(&mut client, round).await.is_ok() {}
    }
}

/// Everything once; an error when the server has had enough.
async fn nag(client: &mut Client, round: u64) -> Result<(), client::Error> {
    for n in 0..10 {
        let post = ClientFrame::Post {
            id: None,
            key: format!("k{round}-{n}"),
            text: "\u{1F480}".repeat(10_000),
            reply_to: None,
            file: None,
            preview: None,
        };
        client.send(&post).await?;
        client.send(&ClientFrame::Vote { id: None, message: n, value: VoteValue::Up }).await?;
        client.send(&ClientFrame::Rename { id: None, name: format!("Skull {round} {n}") }).await?;
        client.send(&ClientFrame::History { id: None, before: None, limit: None }).await?;
        client.typing().await?;
        client.send_text("{}").await?;
    }
    // Whatever comes is read, but not looked at.
    for _ in 0..200 {
        match tokio::time::timeout(Duration::from_millis(1), client.receive()).await {
            Ok(frame) => drop(frame?),
            Err(_) => break,
        }
    }
    Ok(())
}

/// The memory of this process.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_clients_stay_within_bounds_and_disturb_nobody() {
    let seconds = std::env::var("HOSTILE_SECONDS").ok().and_then(|text| text.parse().ok());
    let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(SECONDS));
    let server = TestServer::configured(|config| config.rooms.bytes_max = ROOM_BYTES_MAX).await;
    let server = std::sync::Arc::new(server);
    let (mut ada, _) = server.member("quiet", "Ada").await;
    let (mut bob, _) = server.member("quiet", "Bob").await;
    let before = resident_kib();
    let attackers: Vec<_> = (0..ATTACKERS)
        .map(|n| {
            let server = server.clone();
            tokio::spawn(async move { attack(&server, 10 + n, until).await })
        })
        .collect();
    let (mut posted, mut fullest) = (0, 0);
    while Instant::now() < until || posted < 4 {
        let (key, text) = (format!("k{posted}"), format!("message {posted}"));
        let exchange = async {
            ada.say(&key, &text).await.unwrap();
            assert_eq!(text_of(&next_event(&mut bob).await), text);
        };
        tokio::time::timeout(PATIENT, exchange).await.expect("the pair does not notice");
        posted += 1;
        let bytes = server.bytes();
        assert!(bytes < ROOM_BYTES_MAX / 4 * 5 + SLACK_BYTES, "{bytes} bytes of rooms");
        fullest = fullest.max(bytes);
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    for attacker in attackers {
        attacker.await.unwrap();
    }
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < GROWTH_KIB_MAX, "{grown} KiB more");
    println!("rooms held up to {fullest} bytes, the process grew by {grown} KiB");
    assert_eq!(server.metric("room_panics_total"), 0.0);
    server.visit("quiet").await.join(named("Cleo")).await.unwrap();
}

#[tokio::test]
async fn short_memory_is_shared_out_and_nobody_is_silenced() {
    let server = TestServer::configured(|config| {
        unlimited(config);
        config.rooms.bytes_max = 2 << 20;
    })
    .await;
    let (mut greedy, _) = server.member("large", "Greedy").await;
    let (mut modest, _) = server.member("small", "Modest").await;
    modest.say("k", "the first").await.unwrap();
    let text = "x".repeat(10_000);
    let mut accepted = 0;
    for n in 0..600 {
        match greedy.say(&format!("k{n}"), &text).await {
            Ok(_) => accepted += 1,
            Err(error) => {
                assert_eq!(error.code().unwrap().as_str(), "unavailable");
                let share = |server: &TestServer| server.bytes() < 3 << 19;
                server.until("the oldest messages are gone", share).await;
            }
        }
        assert!(server.bytes() < 3 << 20);
    }
    assert!(accepted > 300, "{accepted} accepted");
    modest.say("k2", "the second").await.unwrap();
    let mut late = server.visit("small").await;
    assert_eq!(late.join(named("Late")).await.unwrap().history.len(), 2);
}
