//! The joining storm: whoever joins while others write gets the exact sequence.

use std::time::Duration;

use client::Client;
use protocol::frame::ServerFrame;
use tokio::sync::watch;

use crate::hearing::{next_event, text_of};
use crate::server::{TestServer, named};

/// Members who join within one second, and those who write meanwhile.
const JOINERS: u64 = 200;
const WRITERS: u64 = 20;
/// Posts of each writer, 5 a second: as fast as a session may.
const POSTS: u64 = 15;
/// Local addresses that they come from.
const ADDRESSES: u64 = 10;

/// Everything that one member has, from its history and the events after it: texts by number.
async fn collect(mut client: Client, name: String) -> (u64, Vec<(u64, String)>) {
    let joined = client.join(named(&name)).await.unwrap();
    let mut have: Vec<_> =
        joined.history.iter().map(|message| (message.seq, message.text.to_string())).collect();
    let mut newest = joined.seq;
    while newest < WRITERS * POSTS {
        let event = next_event(&mut client).await;
        assert_eq!(event.seq, newest + 1, "{name} has a gap");
        newest = event.seq;
        have.push((event.seq, text_of(&event).to_owned()));
    }
    (joined.seq, have)
}

async fn write(mut client: Client, n: u64, mut go: watch::Receiver<bool>) {
    client.join(named(&format!("Writer {n}"))).await.unwrap();
    go.wait_for(|go| *go).await.unwrap();
    for post in 0..POSTS {
        client.say(&format!("k{post}"), &format!("{n}/{post}")).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // Whoever only writes must read too, or it would be a slow reader.
    while let Ok(Ok(frame)) = tokio::time::timeout(Duration::ZERO, client.receive()).await {
        assert!(!matches!(frame, ServerFrame::Error { .. }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_join_within_a_second_while_a_hundred_posts_come() {
    let server = TestServer::start().await;
    let (go, going) = watch::channel(false);
    let mut writers = Vec::new();
    for n in 0..WRITERS {
        let client = server.visit_from(2 + (n % ADDRESSES) as u8, "storm").await;
        writers.push(tokio::spawn(write(client, n, going.clone())));
    }
    server.until("the writers are in", |server| server.metric("members") == WRITERS as f64).await;
    go.send(true).unwrap();
    let mut joiners = Vec::new();
    let started = tokio::time::Instant::now();
    for n in 0..JOINERS {
        let at = started + Duration::from_millis(n * 1_000 / JOINERS);
        let stream = server.stream_from(2 + (n % ADDRESSES) as u8).await;
        let url = server.url("storm");
        joiners.push(tokio::spawn(async move {
            tokio::time::sleep_until(at).await;
            let client = Client::connect_over(stream, &url, Default::default()).await.unwrap();
            collect(client, format!("Joiner {n}")).await
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let mut all = Vec::new();
    for joiner in joiners {
        all.push(joiner.await.unwrap());
    }
    // The earliest joiner has the longest sequence; everybody else's is its end.
    let (_, longest) = all.iter().max_by_key(|(_, have)| have.len()).unwrap().clone();
    for (joined_at, have) in &all {
        let expected: Vec<_> =
            longest.iter().filter(|(seq, _)| *seq >= have[0].0).cloned().collect();
        assert_eq!(*have, expected, "the member that joined at {joined_at}");
        assert!(have[0].0 <= joined_at.saturating_sub(99).max(1));
        assert_eq!(have.last().unwrap().0, WRITERS * POSTS);
    }
    let mut texts: Vec<_> = longest.iter().map(|(_, text)| text.clone()).collect();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), longest.len(), "no message twice");
    assert_eq!(server.metric("slow_readers_total"), 0.0);
}
