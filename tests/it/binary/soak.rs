//! Profiles over time: members and rooms come and go for minutes. The memory reaches a plateau and
//! stays there, and when everybody has left, descriptors and tasks are exactly what they were.

use std::time::Duration;

use tests::waiting::within;
use tokio::time::Instant;

use super::http;
use super::load;
use super::program::Program;

/// How long it lasts, at least; 20 minutes in the nightly run.
const SECONDS: u64 = 75;
/// Of each round, in which new rooms are made and members come and go.
const ROUND_SECONDS: u64 = 10;
/// Rounds until the plateau is reached: the allocator has what it wants, every table its size.
const ROUNDS_TO_PLATEAU: usize = 3;
/// What the memory may be above the plateau at the end, whichever is more.
const MORE_SHARE: f64 = 0.1;
const MORE_BYTES: u64 = 8 << 20;
/// A room expires so soon after its last post that a round meets no room of the round before last,
/// and not while anybody talks.
const EXPIRES_AFTER_MS: u64 = 10_000;
/// Until the last connection and the last room of a round are gone.
const QUIET_WITHIN: Duration = Duration::from_secs(30);

/// Rooms of every kind: steady, with members who lose connections, stop reading, or leave.
const ROUND: &str = "
  - { name: table, rooms: 40, members: 5, arrive: { over: 2s, spread: poisson },
      posts: { perSecond: 1, edits: 0.1, votes: 0.2 }, churn: { stays: 3s } }
  - { name: train, rooms: 5, members: 20, arrive: { over: 2s }, lurkers: 0.5,
      posts: { perSecond: 5, bytes: 1000 }, reconnects: { perMinute: 10, away: 500ms, resets: 0.7 } }
  - { name: hall, members: 60, arrive: { over: 2s }, lurkers: 0.5,
      posts: { perSecond: 20, bytes: 2000, drawings: 0.02 },
      slowReaders: { share: 0.1, stops: 2s, every: 2s } }
";

/// What a process has, once everybody has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Profile {
    descriptors: u64,
    tasks: u64,
}

#[tokio::test]
async fn a_process_is_after_all_the_coming_and_going_what_it_was() {
    let _quiet = load::alone().await;
    let seconds = std::env::var("SOAK_SECONDS").ok().and_then(|text| text.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(SECONDS));
    let mut variables = load::unlimited_rates();
    let expires = "INSTANTCHAT__BACKEND__ROOM__EXPIRES_AFTER_MS".to_owned();
    variables.push((expires, EXPIRES_AFTER_MS.to_string()));
    let program = Program::start_with_all(&variables).await;
    // A first visitor, so that everything that is made once is there.
    load::run(&program, 1, "  - { name: first, members: 2, posts: { perSecond: 5 } }\n").await;
    no_room_is_left(&program).await;
    let start = profile(&program).await;
    let mut memory = Vec::new();
    let (mut joins, mut deliveries) = (0, 0);
    while Instant::now() < end || memory.len() <= ROUNDS_TO_PLATEAU {
        let report = load::run(&program, ROUND_SECONDS, ROUND).await;
        joins += report.count("joins") + report.count("resumes");
        deliveries += report.count("deliveries");
        memory.push(program.memory());
    }
    no_room_is_left(&program).await;
    within(QUIET_WITHIN, "descriptors and tasks are what they were", async || {
        profile(&program).await == start
    })
    .await;
    let plateau = memory[..ROUNDS_TO_PLATEAU].iter().copied().max().unwrap_or_default();
    let last = program.memory();
    let mib = |bytes: &u64| format!("{}", bytes >> 20);
    println!(
        "soak: {joins} entrances, {deliveries} deliveries in {} rounds; {start:?} before and after; \
         MiB after each round: {}",
        memory.len(),
        memory.iter().map(mib).collect::<Vec<_>>().join(" ")
    );
    let most = plateau + MORE_BYTES.max((plateau as f64 * MORE_SHARE) as u64);
    assert!(last <= most, "{} MiB at the end, {} MiB is the plateau", last >> 20, plateau >> 20);
}

async fn no_room_is_left(program: &Program) {
    within(QUIET_WITHIN, "all rooms have expired", async || {
        metric(program, "instantchat_rooms").await == 0
    })
    .await;
}

async fn profile(program: &Program) -> Profile {
    let descriptors = metric(program, "instantchat_process_descriptors").await;
    Profile { descriptors, tasks: metric(program, "instantchat_process_tasks").await }
}

async fn metric(program: &Program, name: &str) -> u64 {
    let metrics = http::get(program.admin, "/metrics", &[]).await.text();
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no {name} in {metrics}"))
}
