//! Neighbours on one process: a room at full speed, and everything that passwords cost, leave the
//! conversations of others as quick as they were. How quick, `make bench` measures on a quiet
//! machine; here the bounds are generous, and what was measured is printed.

use std::sync::Arc;
use std::time::Duration;

use client::Error;
use protocol::ErrorCode;
use protocol::frame::Join;
use tests::waiting::DEADLINE;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::load;
use super::program::Program;

/// On a machine that builds and tests beside, a 99th percentile may be so many times longer …
const TIMES: f64 = 3.0;
/// … and so many milliseconds more.
const MORE_MS: f64 = 150.0;
const SECONDS: u64 = 12;
/// Five hundred small conversations.
const QUIET: &str = "  - { name: quiet, rooms: 500, members: 2, arrive: { over: 3s }, \
                     posts: { perSecond: 0.2, spread: poisson } }\n";
/// A room that is spoken in as fast as an address of its own may, sixty times over.
const HOT: &str = "  - { name: hot, members: 300, arrive: { over: 3s }, lurkers: 0.8, \
                   posts: { perSecond: 100 } }\n";
const PROTECTED_ROOMS_PER_SECOND: u64 = 20;
const GUESSES_PER_SECOND: u64 = 40;

#[tokio::test]
async fn a_room_at_full_speed_leaves_five_hundred_others_in_peace() {
    let _quiet = load::alone().await;
    let program = Program::start_with_all(&load::unlimited_rates()).await;
    let alone = load::run(&program, SECONDS, QUIET).await.delivery_p99();
    let report = load::run(&program, SECONDS, &[QUIET, HOT].concat()).await;
    let (beside, hot) = (report.delivery_p99_of("quiet"), report.delivery_p99_of("hot"));
    let deliveries = report.count("deliveries");
    println!(
        "neighbours: 99 % of 500 rooms in {alone:.2} ms alone, {beside:.2} ms beside one of \
         {deliveries} deliveries in {SECONDS} s, itself in {hot:.2} ms"
    );
    assert!(beside < TIMES * alone + MORE_MS, "{beside} ms, and {alone} ms alone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_passwords_cost_is_not_paid_by_those_who_talk() {
    let _quiet = load::alone().await;
    let mut variables = load::unlimited_rates();
    // Guesses of strangers, whom one room would refuse before a hash is made.
    for key in ["WRONG_PER_ROOM", "WRONG_PER_ADDRESS", "WRONG_PER_ADDRESS_AND_ROOM"] {
        let key = format!("INSTANTCHAT__BACKEND__PASSWORDS__{key}");
        variables.push((key, "{ burst: 1000000, refillMs: 1 }".into()));
    }
    let program = Arc::new(Program::start_with_all(&variables).await);
    let alone = load::run(&program, SECONDS, QUIET).await.delivery_p99();
    let end = Instant::now() + Duration::from_secs(SECONDS);
    let mut storms = JoinSet::new();
    storms.spawn(create_protected_rooms(Arc::clone(&program), end));
    storms.spawn(guess_passwords(Arc::clone(&program), end));
    let beside = load::run(&program, SECONDS, QUIET).await.delivery_p99();
    let done: Vec<String> = storms.join_all().await;
    println!(
        "passwords: 99 % of 500 rooms in {alone:.2} ms alone, {beside:.2} ms beside {}",
        done.join(" and ")
    );
    assert!(beside < TIMES * alone + MORE_MS, "{beside} ms, and {alone} ms alone");
}

/// Twenty a second, each by somebody else, and each of them is made: at once, or when the server has
/// said that one more password may be hashed.
async fn create_protected_rooms(program: Arc<Program>, end: Instant) -> String {
    let mut visits = JoinSet::new();
    let made = paced(PROTECTED_ROOMS_PER_SECOND, end, |number| {
        let program = Arc::clone(&program);
        visits.spawn(async move {
            let room = format!("protected-{number}");
            let join = Join { password: Some("let me in".into()), ..Join::default() };
            let patience = Instant::now() + DEADLINE;
            let (client, joined) = loop {
                match program.member(address(7, number), &room, join.clone()).await {
                    Err(Error::Refused {
                        code: ErrorCode::RateLimited,
                        retry_after_ms: Some(ms),
                        ..
                    }) if Instant::now() < patience => {
                        tokio::time::sleep(Duration::from_millis(ms)).await;
                    }
                    answer => break answer?,
                }
            };
            assert!(joined.room.protected, "it has the password that it was made with");
            client.close().await
        });
    });
    let made = made.await;
    while let Some(visit) = visits.join_next().await {
        visit.expect("a visitor ends well").expect("a protected room is made");
    }
    format!("{made} protected rooms")
}

/// Strangers who guess, from everywhere. Each is told that the guess is wrong, or to wait.
async fn guess_passwords(program: Arc<Program>, end: Instant) -> String {
    let join = || Join { password: Some("the right one".into()), ..Join::default() };
    let _owner = program.member([127, 0, 8, 1], "coveted", join()).await.expect("it is made");
    let mut visits = JoinSet::new();
    let guessed = paced(GUESSES_PER_SECOND, end, |number| {
        let program = Arc::clone(&program);
        visits.spawn(async move {
            let join = Join { password: Some(format!("guess {number}")), ..Join::default() };
            let guess = program.member(address(9, number), "coveted", join).await;
            guess.err().and_then(|error| error.code())
        });
    });
    let guessed = guessed.await;
    let mut wrong = 0;
    while let Some(visit) = visits.join_next().await {
        let code = visit.expect("a stranger ends well");
        let refused = [ErrorCode::WrongPassword, ErrorCode::RateLimited, ErrorCode::Unavailable];
        assert!(code.is_some_and(|code| refused.contains(&code)), "a guess: {code:?}");
        wrong += u64::from(code == Some(ErrorCode::WrongPassword));
    }
    assert!(wrong > 0, "no guess was looked at");
    format!("{guessed} guesses, of which {wrong} were hashed")
}

/// Calls at a pace until `end`, whatever became of the call before; how often.
async fn paced(per_second: u64, end: Instant, mut call: impl FnMut(u64)) -> u64 {
    let began = Instant::now();
    for number in 0.. {
        let due = began + Duration::from_secs(1) * number as u32 / per_second as u32;
        if due >= end {
            return number;
        }
        tokio::time::sleep_until(due).await;
        call(number);
    }
    0
}

/// One of many addresses of this machine.
fn address(network: u8, number: u64) -> [u8; 4] {
    [127, network, (number / 250 % 250) as u8, (number % 250 + 1) as u8]
}
