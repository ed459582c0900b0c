//! A hundred members of a room of a thousand stop reading. What waits for them is bounded, the
//! others see no change, and the stalled are closed with 4001, come back, and have lost nothing:
//! the load client compares what each of them got with what was said.

use super::load;
use super::program::Program;

/// As in `neighbours`: a busy machine is slower, by chance.
const TIMES: f64 = 3.0;
const MORE_MS: f64 = 150.0;
const SECONDS: u64 = 24;
const SECONDS_ALONE: u64 = 12;
const SLOW: u64 = 100;
/// Shipped: `backend.peers.outboxBytesMax`.
const OUTBOX_BYTES_MAX: u64 = 1 << 20;
/// What else may have grown: what an allocator keeps, and twice as many events in the room.
const OTHER_BYTES_MAX: u64 = 32 << 20;

fn hall(slow: &str) -> String {
    format!(
        "  - {{ name: hall, members: 1000, arrive: {{ over: 3s }}, lurkers: 0.9, \
         posts: {{ perSecond: 15, bytes: 8000 }}{slow} }}\n"
    )
}

#[tokio::test]
async fn a_hundred_stalled_readers_cost_their_outboxes_and_lose_nothing() {
    let _quiet = load::alone().await;
    let program = Program::start_with_all(&load::unlimited_rates()).await;
    let alone = load::run(&program, SECONDS_ALONE, &hall("")).await.delivery_p99();
    let memory_alone = program.most_memory();
    drop(program);

    let program = Program::start_with_all(&load::unlimited_rates()).await;
    let slow = ", slowReaders: { share: 0.1, stops: 14s, every: 3s }";
    let report = load::run(&program, SECONDS, &hall(slow)).await;
    let (beside, memory) = (report.delivery_p99(), program.most_memory());
    let (closed, resumes) = (report.count("slowClosed"), report.count("resumes"));
    let (resumed, gaps) = (report.count("resumed"), report.count("gaps"));
    println!(
        "slow readers: {closed} closed with 4001, {resumed} of {resumes} back with exactly what \
         they missed; the others' 99 % in {beside:.2} ms, {alone:.2} ms without them; \
         {} MiB at most, {} MiB without them",
        memory >> 20,
        memory_alone >> 20
    );
    assert!(closed >= SLOW, "{closed} of {SLOW} were closed with 4001");
    assert_eq!((resumes, resumed, gaps), (closed, closed, 0), "each came back without a gap");
    assert!(beside < TIMES * alone + MORE_MS, "{beside} ms, and {alone} ms without them");
    let more = memory.saturating_sub(memory_alone);
    assert!(more < SLOW * OUTBOX_BYTES_MAX + OTHER_BYTES_MAX, "{} MiB more", more >> 20);
}
