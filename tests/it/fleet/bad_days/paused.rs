//! A backend that sleeps while its rooms are given away: no two owners ever acknowledge.

use protocol::frame::{ClientFrame, ServerFrame};
use tests::waiting::within;

use super::cast::{
    PATIENCE, back, enter, entered, options, owner, owners, settled, start_router, until_closed,
};

/// What is said to the sleeper, and the request's id.
const SAID: &str = "into the dark";
const ID: u64 = 77;

#[tokio::test]
async fn a_backend_that_slept_while_the_router_restarted_acknowledges_nothing() {
    acknowledges_nothing_after_its_sleep(true).await;
}

#[tokio::test]
async fn a_backend_that_slept_under_a_router_that_went_on_acknowledges_nothing() {
    acknowledges_nothing_after_its_sleep(false).await;
}

async fn acknowledges_nothing_after_its_sleep(router_restarts: bool) {
    let mut fleet = settled(options(2)).await;
    let (mut ada, before) = entered(&fleet, "tea", "Ada").await;
    let (mut ben, _) = entered(&fleet, "tea", "Ben").await;
    ada.say("k1", "before").await.expect("Ada speaks");
    let paused = owner(&fleet, "tea").await;

    fleet.backend(paused).signal("STOP");
    if router_restarts {
        fleet.aux().kill();
        start_router(&mut fleet).await;
    }
    // What Ada says now waits in the sleeper's buffers.
    let post = ClientFrame::Post {
        id: Some(ID),
        key: "k2".into(),
        text: SAID.into(),
        reply_to: None,
        file: None,
        preview: None,
    };
    ada.send(&post).await.expect("the connection takes it");
    let mut carl = None;
    within(PATIENCE, "the room is placed anew", async || {
        carl = enter(&fleet, "tea", "Carl").await.ok();
        carl.is_some()
    })
    .await;
    let (mut carl, anew) = carl.expect("Carl is in");
    assert!(anew.epoch > before.epoch);
    carl.say("k3", "elsewhere").await.expect("the new owner acknowledges");

    fleet.backend(paused).signal("CONT");
    for client in [&mut ada, &mut ben] {
        let (heard, error) = until_closed(client).await;
        assert!(!heard.iter().any(is_of_the_sleeper), "{heard:?}");
        let told = heard.iter().any(|frame| matches!(frame, ServerFrame::Moving { .. }));
        assert!(told && error.close_code() == Some(1012), "{error}, after {heard:?}");
    }
    carl.say("k4", "still elsewhere").await.expect("the new owner acknowledges");

    // Both come to the new owner, and only there is the room.
    for client in [&mut ada, &mut ben] {
        let joined = back(&fleet, client).await;
        assert_eq!(joined.epoch, anew.epoch);
        client.say("k5", "here").await.expect("the new owner acknowledges");
    }
    within(PATIENCE, "one owner", async || {
        owners(&fleet).await.get("tea").is_some_and(|owners| owners.len() == 1)
    })
    .await;
}

/// Whether it acknowledges what was said during the pause, to whoever said it or to others.
fn is_of_the_sleeper(frame: &ServerFrame) -> bool {
    match frame {
        ServerFrame::Ok { id, .. } => *id == Some(ID),
        frame => format!("{frame:?}").contains(SAID),
    }
}
