//! Stopping: everyone is told, and the process ends in time.

use client::Error;
use protocol::frame::Join;

use super::program::Program;

const HERE: [u8; 4] = [127, 0, 0, 1];

#[tokio::test]
async fn the_first_signal_tells_the_peers_and_ends_well() {
    for signal in ["TERM", "INT"] {
        let mut program = Program::start().await;
        let (mut ada, _) =
            program.member(HERE, "stopping", Join::default()).await.expect("Ada joins");
        let (mut ben, _) =
            program.member(HERE, "stopping", Join::default()).await.expect("Ben joins");
        ada.say("k1", "before the end").await.expect("it is acknowledged");
        program.signal(signal);
        for client in [&mut ada, &mut ben] {
            assert_eq!(closed_with(client).await, Some(1001), "{signal}");
        }
        let status = program.ended().await;
        assert_eq!(status.code(), Some(0), "{signal}: {}", program.said());
    }
}

#[tokio::test]
async fn a_second_signal_ends_at_once() {
    let mut program = Program::start().await;
    let (_silent, _) = program.member(HERE, "hurry", Join::default()).await.expect("it joins");
    program.signal("TERM");
    program.signal("TERM");
    program.ended().await;
}

#[tokio::test]
async fn a_killed_process_leaves_nothing_that_stops_the_next_one() {
    let mut program = Program::start().await;
    program.signal("KILL");
    program.ended().await;
    let again = Program::start_in(program.keep_data(), &[]).await;
    assert_eq!(again.get("/").await.status, 200);
}

async fn closed_with(client: &mut client::Client) -> Option<u16> {
    let closed = async {
        loop {
            if let Err(error) = client.receive().await {
                return match &error {
                    Error::Closed { .. } => error.close_code(),
                    _ => None,
                };
            }
        }
    };
    tokio::time::timeout(super::DEADLINE, closed).await.expect("it is closed in time")
}
