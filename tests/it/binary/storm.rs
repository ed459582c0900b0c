//! The joining storm: 200 people open one link within a second while the room is busy, and
//! every one of them ends with the same conversation.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use client::{Client, Error};
use protocol::frame::{EventKind, Join, Message, ServerFrame};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::program::Program;

const ROOM: &str = "storm";
const JOINERS: u64 = 200;
/// Five posts a second is what one session may say in the long run, so these make 100.
const WRITERS: u64 = 20;
const POSTS_PER_WRITER: u64 = 15;
const POST_EVERY: Duration = Duration::from_millis(200);
const JOIN_WITHIN: Duration = Duration::from_secs(1);
const ALL_WITHIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_joiners_of_a_busy_room_end_with_the_same_conversation() {
    let program = Arc::new(Program::start().await);
    let mut writers = JoinSet::new();
    for i in 0..WRITERS {
        let (client, _) = enter(&program, i).await;
        writers.spawn(write(client, i));
    }
    let begin = Instant::now();
    let mut joiners = JoinSet::new();
    for i in 0..JOINERS {
        let program = Arc::clone(&program);
        joiners.spawn(async move {
            let (client, joined) = enter(&program, WRITERS + i).await;
            let took = begin.elapsed();
            (read(client, joined.history, joined.seq, joined.more).await, took)
        });
    }
    let all = async {
        let mut copies = Vec::new();
        while let Some(ended) = joiners.join_next().await {
            copies.push(ended.expect("a joiner ends well"));
        }
        copies
    };
    let copies = tokio::time::timeout(ALL_WITHIN, all).await.expect("everybody ends in time");
    while let Some(ended) = writers.join_next().await {
        ended.expect("a writer ends well");
    }
    let slowest = copies.iter().map(|(_, took)| *took).max().unwrap_or_default();
    println!("{JOINERS} joins, the last after {slowest:?}");
    assert!(slowest < JOIN_WITHIN * 4, "the last join took {slowest:?}");

    let (first, _) = &copies[0];
    assert_eq!(first.len() as u64, WRITERS * POSTS_PER_WRITER, "every post, once");
    for (copy, _) in &copies {
        assert!(copy == first, "two members differ");
    }
}

async fn enter(program: &Program, i: u64) -> (Client, protocol::frame::Joined) {
    let from = [127, 0, 5, 1 + (i % 8) as u8];
    program.member(from, ROOM, Join::default()).await.expect("a link that is opened opens")
}

/// Posts at a steady pace, and keeps reading so as not to be slow.
async fn write(mut client: Client, i: u64) {
    let begin = Instant::now();
    for n in 0..POSTS_PER_WRITER {
        let due = begin + POST_EVERY * n as u32;
        while let Ok(frame) = tokio::time::timeout_at(due, client.receive()).await {
            frame.expect("a writer stays connected");
        }
        let text = format!("{i}-{n}");
        loop {
            match client.say(&format!("k{n}"), &text).await {
                Ok(_) => break,
                Err(Error::Refused { retry_after_ms: Some(ms), .. }) => {
                    tokio::time::sleep(Duration::from_millis(ms)).await;
                }
                Err(error) => panic!("not posted: {error}"),
            }
        }
    }
}

/// Reads until every post is there, pages what is older, and gives the texts by `seq`.
async fn read(
    mut client: Client,
    history: Vec<Message>,
    mut seq: u64,
    mut more: bool,
) -> BTreeMap<u64, String> {
    let mut copy = BTreeMap::new();
    let mut oldest = history.first().map(|message| message.seq);
    copy.extend(history.into_iter().map(|message| (message.seq, message.text.to_string())));
    while more {
        let page = client.history(oldest, None).await.expect("older messages are there");
        oldest = page.messages.first().map(|message| message.seq);
        copy.extend(
            page.messages.into_iter().map(|message| (message.seq, message.text.to_string())),
        );
        more = page.more;
    }
    while (copy.len() as u64) < WRITERS * POSTS_PER_WRITER {
        let frame = client.receive().await.expect("a joiner stays connected");
        let ServerFrame::Event(event) = frame else { continue };
        assert_eq!(event.seq, seq + 1, "no gap and no double");
        seq = event.seq;
        if let EventKind::Posted { text, .. } = event.event {
            copy.insert(event.seq, text.to_string());
        }
    }
    copy
}
