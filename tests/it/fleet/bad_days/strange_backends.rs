//! Addresses in the list at which there is no honest backend: nobody, silence, slowness, lies, and a
//! backend that stands there twice. The others do their work.

use std::time::Duration;

use tests::waiting::within;
use tokio::time::Instant;

use super::cast::{PATIENCE, entered, number, options, owners, settled};
use super::pretenders::{Pretender, nowhere};

/// How long a room takes to be there while strange addresses are in the list.
const ENTRY_MAX: Duration = Duration::from_secs(2);

#[tokio::test]
async fn whoever_is_in_the_list_rooms_are_placed_where_somebody_is() {
    let fleet = settled(options(3)).await;
    let all: Vec<String> = (1..=3).map(|n| fleet.backend_address(n).to_string()).collect();
    let slow = Pretender::relaying(fleet.backend_address(3), Duration::from_millis(1_200)).await;
    let strange = [
        nowhere(),
        "no-such-host.invalid:8112".to_owned(),
        Pretender::hanging().await.address(),
        Pretender::saying("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{\"a\":").await.address(),
        Pretender::saying("SSH-2.0-OpenSSH_9.2\r\n").await.address(),
        Pretender::endless().await.address(),
        // The same process by another name.
        all[0].replace("127.0.0.1", "localhost"),
    ];
    let mut listed = all[..2].to_vec();
    listed.extend(strange.iter().cloned());
    listed.push(slow.address());
    fleet.list_addresses(&listed);
    let log = |fleet: &tests::fleet::Fleet| {
        let aux = fleet.processes().find(|process| process.name() == "aux-srv");
        aux.map(|aux| aux.said()).unwrap_or_default()
    };
    within(PATIENCE, "the list is in force", async || {
        log(&fleet).contains("backendInstances was edited")
    })
    .await;
    for _ in 0..40 {
        let since = Instant::now();
        let room = format!("room-{}", number());
        let (mut client, _) = entered(&fleet, &room, "Ada").await;
        client.say("k", "hello").await.expect("the room works");
        assert!(since.elapsed() < ENTRY_MAX, "{room} takes {:?}", since.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let owners = owners(&fleet).await;
    assert!(owners.values().all(|owners| owners.len() == 1), "{owners:?}");
    let both = [1, 2].map(|n| owners.values().filter(|owners| owners[0].0 == n).count());
    assert!(both.iter().all(|count| *count >= 10), "{both:?}");
}
