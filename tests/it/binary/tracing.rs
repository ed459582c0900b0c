//! Traces of posts: the way of each from the socket to everybody's, without a word of what it says;
//! and a collector that fails costs nobody anything.

use std::time::Duration;

use client::Client;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use protocol::frame::{EventKind, Join, ServerFrame};
use tests::marker::contains;
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::collector::Collector;
use super::http::get;
use super::program::Program;
use super::{DEADLINE, until};

const HERE: [u8; 4] = [127, 0, 0, 1];
const ELSEWHERE: [u8; 4] = [127, 0, 0, 77];
const ROOM: &str = "marker-room-wq7x";
const NAME: &str = "Marker Name Wq7x";
const TEXT: &str = "marker text wq7x that nobody else may read";
const PARTS: [&str; 4] = ["read/decode", "apply", "append", "fan-out"];
/// More than what an exporter that gets no answer has in its hand and in its queue: 256 and 2,048.
const MANY_POSTS: u64 = 3_000;
/// How long an exporter waits for an answer. A post that waited for it would take as long.
const EXPORT_MAX: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_post_is_one_trace_from_the_socket_to_everybody() {
    let collector = Collector::start(true).await;
    let token = ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20of-the-collector".into());
    let variables = [endpoint(&collector.url()), ratio("1"), token];
    let mut program = Program::start_with(&variables).await;
    let mut ada = member(&program, ELSEWHERE, NAME).await;
    let mut ben = member(&program, ELSEWHERE, "Ben").await;
    let seq = ada.say("wq7x-key", TEXT).await.expect("it is posted");
    heard(&mut ben, seq).await;
    // None of these is a post.
    ada.edit(seq, &format!("{TEXT} again")).await.expect("it is edited");
    ada.describe(TEXT).await.expect("it is described");
    let session = ada.session().expect("a session").to_owned();
    // What waits is sent at the end, however soon that is.
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0), "{}", program.said());

    let spans = collector.spans();
    let roots: Vec<_> = spans.iter().filter(|span| span.parent_span_id.is_empty()).collect();
    let [root] = roots[..] else { panic!("one post is one trace: {spans:#?}") };
    assert_eq!(root.name, "post");
    let parts: Vec<_> = spans.iter().filter(|span| !span.parent_span_id.is_empty()).collect();
    assert_eq!(parts.iter().map(|part| &*part.name).collect::<Vec<_>>(), PARTS);
    let mut reached = root.start_time_unix_nano;
    for part in &parts {
        assert_eq!((&part.trace_id, &part.parent_span_id), (&root.trace_id, &root.span_id));
        let (begun, ended) = (part.start_time_unix_nano, part.end_time_unix_nano);
        assert!(reached <= begun && begun <= ended, "{} overlaps: {spans:#?}", part.name);
        reached = ended;
    }
    assert!(reached <= root.end_time_unix_nano, "{spans:#?}");
    assert!(numbers(root).is_empty() && numbers(parts[0]).is_empty());
    assert_eq!(numbers(parts[2]), [("instantchat.batch_size", 1)]);
    let [("instantchat.deliveries", deliveries), ("instantchat.bytes", bytes)] =
        numbers(parts[3])[..]
    else {
        panic!("{:?}", parts[3])
    };
    // The event for two members, and the answer for one.
    assert!(deliveries >= 3 && bytes > 2 * TEXT.len() as i64, "{deliveries} frames, {bytes} bytes");
    assert!(!program.said().contains("of-the-collector"), "the token is in the log");

    for posted in collector.posted() {
        assert!(posted.head.starts_with("post /v1/traces http/1.1"), "{}", posted.head);
        assert!(posted.head.contains("authorization: bearer of-the-collector"), "{}", posted.head);
        let all = [posted.head.as_bytes(), &posted.body].concat();
        for hidden in [ROOM, NAME, TEXT, "wq7x", &session, "127.0.0.77"] {
            assert!(!contains(&all, hidden), "{hidden} is in a trace");
        }
    }
}

#[tokio::test]
async fn by_default_no_collector_is_asked_whatever_the_environment_says() {
    let collector = Collector::start(true).await;
    let named = ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url());
    let mut program = Program::start_with(&[named, ratio("1")]).await;
    let mut ada = member(&program, HERE, NAME).await;
    ada.say("k", TEXT).await.expect("it is posted");
    assert_eq!((count(&program, "exported").await, count(&program, "dropped").await), (0, 0));
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0), "{}", program.said());
    assert_eq!(collector.connections(), 0);
}

#[tokio::test]
async fn one_in_so_many_posts_is_traced() {
    let collector = Collector::start(true).await;
    let variables = [endpoint(&collector.url()), ratio("0.1")];
    let mut program = start_unlimited(&variables).await;
    let mut ada = member(&program, HERE, NAME).await;
    post_many(&mut ada, MANY_POSTS).await;
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0), "{}", program.said());
    let traces = collector.spans().iter().filter(|span| span.name == "post").count();
    println!("{traces} traces of {MANY_POSTS} posts, at 0.1");
    // Six standard deviations of 16 around 300.
    assert!((200..=400).contains(&traces), "{traces}");
}

#[tokio::test]
async fn a_collector_that_never_answers_costs_traces_and_no_post_and_no_time() {
    let mut program = start_unlimited(&[]).await;
    let mut ada = member(&program, HERE, NAME).await;
    let without = post_many(&mut ada, MANY_POSTS).await;
    program.signal("TERM");
    program.ended().await;

    let collector = Collector::start(false).await;
    let variables = [endpoint(&collector.url()), ratio("1")];
    program = start_unlimited(&variables).await;
    let mut ada = member(&program, HERE, NAME).await;
    ada.say("first", TEXT).await.expect("it is posted");
    until("it is asked", async || collector.connections() > 0).await;
    let with = post_many(&mut ada, MANY_POSTS).await;
    for (which, latencies) in [("without traces", &without), ("and never an answer", &with)] {
        let at = |part: usize| latencies[(latencies.len() - 1) * part / 100];
        println!("{which}: median {:?}, 99 % {:?}, all {:?}", at(50), at(99), at(100));
        assert!(at(100) < EXPORT_MAX, "a post waited for a collector");
    }
    let dropped = count(&program, "dropped").await;
    println!("{dropped} traces dropped of {}", MANY_POSTS + 1);
    assert!(dropped > 0 && count(&program, "exported").await == 0);
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0), "{}", program.said());
}

#[tokio::test]
async fn a_collector_that_is_away_is_counted_and_told_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    drop(listener);
    let mut program = Program::start_with(&[endpoint(&url), ratio("1")]).await;
    let mut ada = member(&program, HERE, NAME).await;
    for n in 1..=3 {
        ada.say(&format!("k{n}"), TEXT).await.expect("it is posted");
        until("it is dropped", async || count(&program, "dropped").await == n).await;
    }
    assert_eq!(count(&program, "exported").await, 0);
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0), "{}", program.said());
    assert_eq!(program.said().matches("traces are not exported").count(), 1);
    assert!(!contains(program.said().as_bytes(), "wq7x"), "{}", program.said());
}

fn endpoint(url: &str) -> (&'static str, String) {
    ("INSTANTCHAT__TRACES__ENDPOINT", url.to_owned())
}

fn ratio(ratio: &str) -> (&'static str, String) {
    ("INSTANTCHAT__TRACES__RATIO", ratio.to_owned())
}

/// A process where one member may post as fast as it can.
async fn start_unlimited(variables: &[(&'static str, String)]) -> Program {
    let limits = ["ROOM__MEMBER_POSTS", "ROOM__ROOM_POSTS", "ADDRESSES__POSTS", "PEERS__FRAMES"];
    let limits = limits.map(|limit| format!("INSTANTCHAT__BACKEND__{limit}"));
    let mut all: Vec<(&str, String)> = variables.to_vec();
    all.extend(limits.iter().map(|limit| (&**limit, "{ burst: 100000, refillMs: 1 }".to_owned())));
    Program::start_with(&all).await
}

async fn member(program: &Program, from: [u8; 4], name: &str) -> Client {
    let join = Join { name: Some(name.into()), ..Join::default() };
    program.member(from, ROOM, join).await.expect("they join").0
}

/// Posts one after the other, each when the one before is acknowledged and seen; how long each
/// took, in order of size.
async fn post_many(client: &mut Client, posts: u64) -> Vec<Duration> {
    let mut latencies = Vec::new();
    for n in 0..posts {
        let begun = Instant::now();
        let seq = client.say(&format!("k{n}"), TEXT).await.expect("no post is lost");
        heard(client, seq).await;
        latencies.push(begun.elapsed());
    }
    latencies.sort_unstable();
    latencies
}

/// Waits until a member hears of a post.
async fn heard(client: &mut Client, wanted: u64) {
    let heard = async {
        loop {
            match client.receive().await.expect("it stays connected") {
                ServerFrame::Event(event)
                    if event.seq == wanted && matches!(event.event, EventKind::Posted { .. }) =>
                {
                    return;
                }
                _ => {}
            }
        }
    };
    tokio::time::timeout(DEADLINE, heard).await.expect("it is heard in time");
}

/// A counter of traces.
async fn count(program: &Program, outcome: &str) -> u64 {
    let metrics = get(program.admin, "/metrics", &[]).await.text();
    let name = format!("instantchat_traces_{outcome}_total ");
    let line = metrics.lines().find_map(|line| line.strip_prefix(&name));
    line.expect("it is there from the start").parse().expect("a number")
}

/// The attributes of a span, which are numbers.
fn numbers(span: &Span) -> Vec<(&str, i64)> {
    let number = |value: Option<&Value>| match value {
        Some(Value::IntValue(number)) => *number,
        other => panic!("an attribute that is no number: {other:?}"),
    };
    let attributes = span.attributes.iter();
    let value = |attribute: &opentelemetry_proto::tonic::common::v1::KeyValue| {
        number(attribute.value.as_ref().and_then(|value| value.value.as_ref()))
    };
    attributes.map(|attribute| (&*attribute.key, value(attribute))).collect()
}
