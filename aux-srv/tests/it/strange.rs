//! Backends that hang, lie, are the same, or belong to another router.

use std::time::Duration;

use placement::{Phase, RouterId};

use crate::backends::{Manner, Played};
use crate::site::{Setup, Site};

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_hangs_is_down_and_holds_up_nobody() {
    let (good, hangs) = (Played::start().await, Played::start().await);
    let site = Site::settled(&[&good, &hangs]).await;
    hangs.behave(Manner::Hanging);
    site.until("it is suspected", || site.phase(&hangs.name()) == Some(Phase::Suspected)).await;
    for n in 0..20 {
        let room = format!("room-{n}");
        let asked = tokio::time::timeout(Duration::from_secs(1), site.edge(&room));
        assert_eq!(asked.await.expect("at once").ticket().run, good.run().0);
    }
    site.until("it is down", || site.phase(&hangs.name()) == Some(Phase::Down)).await;
    assert!(site.backend(&hangs.name()).unwrap().trouble.is_some());
    hangs.behave(Manner::Good);
    site.until("it is back", || site.phase(&hangs.name()) == Some(Phase::Up)).await;
    assert!(site.backend(&hangs.name()).unwrap().trouble.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_of_a_room_that_hangs_is_not_waited_for() {
    let backend = Played::start().await;
    let site = Site::settled(&[&backend]).await;
    site.open("red", &[&backend]).await;
    backend.behave(Manner::Hanging);
    let asked = tokio::time::timeout(Duration::from_secs(2), site.get("/api/rooms/red"));
    let answer = asked.await.expect("an answer");
    assert_eq!(answer.status(), 503, "whether it has a password is not known");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_looks_at_one_room_does_not_cut_the_router_off() {
    let backend = Played::start().await;
    let site = std::sync::Arc::new(Site::settled(&[&backend]).await);
    site.open("red", &[&backend]).await;
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..900 {
        let site = std::sync::Arc::clone(&site);
        crowd.spawn(async move { site.get("/api/rooms/red").await.status() });
    }
    let answers = crowd.join_all().await;
    assert!(answers.iter().any(|status| status.is_success()));
    assert!(backend.asked_at_once() <= 32, "{}", backend.asked_at_once());
    let refused = site.metric("instantchat_polls_total{outcome=\"refused\"}");
    assert_eq!((site.phase(&backend.name()), refused), (Some(Phase::Up), 0.0));
    assert_eq!(backend.owns("red"), Some(site.edge("red").await.ticket().epoch));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_make_no_sense_count_as_none() {
    for manner in [Manner::Confused, Manner::Ahead] {
        let (good, lies) = (Played::start().await, Played::start().await);
        lies.behave(manner);
        let site = Setup::of(&[&good, &lies]).start().await;
        site.until("it is given up", || site.phase(&lies.name()) == Some(Phase::Down)).await;
        site.settle().await;
        assert_eq!(site.open("red", &[&good, &lies]).await.owner, 0, "{manner:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_backend_at_all_is_given_up() {
    use tokio::io::AsyncWriteExt;
    let good = Played::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stranger = listener.local_addr().unwrap().to_string();
    let answers = tokio::task::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            // An answer that never ends, from somebody else's server.
            tokio::task::spawn(async move {
                let _ =
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n").await;
                while stream.write_all(&[b'x'; 65_536]).await.is_ok() {}
            });
        }
    });
    let mut setup = Setup::of(&[&good]);
    setup.names.push(stranger.clone());
    setup.names.push("nowhere.invalid:8112".into());
    let site = setup.start().await;
    for name in [&stranger, "nowhere.invalid:8112"] {
        site.until("it is given up", || site.phase(name) == Some(Phase::Down)).await;
    }
    assert_eq!(site.open("red", &[&good]).await.owner, 0);
    answers.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_names_of_one_process_are_one_backend() {
    let (one, other) = (Played::start().await, Played::start().await);
    let second = one.listen_again().await.to_string();
    let mut setup = Setup::of(&[&one, &other]);
    setup.names.push(second.clone());
    let site = setup.start().await;
    site.settle().await;
    let twins = [one.name(), second].map(|name| site.backend(&name).unwrap());
    let phases = twins.each_ref().map(|twin| twin.phase);
    assert!(phases.contains(&Phase::Up) && phases.contains(&Phase::Down), "{phases:?}");
    assert_eq!(twins.iter().filter(|twin| twin.twin_of.is_some()).count(), 1);
    let up =
        |name: &str| site.find_metric(&format!("instantchat_backend_up{{backend=\"{name}\"}}"));
    site.until("one name has a metric", || {
        twins.iter().filter_map(|twin| up(twin.name.as_str())).eq([1.0])
    })
    .await;
    for n in 0..100 {
        site.open(&format!("room-{n}"), &[&one, &other]).await;
    }
    assert!(one.rooms().abs_diff(other.rooms()) <= 2, "{} and {}", one.rooms(), other.rooms());
    tokio::time::sleep(Duration::from_secs(1)).await;
    for n in 0..100 {
        site.open(&format!("room-{n}"), &[&one, &other]).await;
    }
    assert_eq!(site.aux.fleet_view().conflicts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_listed_by_its_second_name_gets_rooms_under_the_first() {
    let one = Played::start().await;
    let second = one.listen_again().await.to_string();
    let mut setup = Setup::of(&[&one]);
    setup.names = vec![second.clone()];
    let report = fleet::Report { address: one.name(), run: one.run(), leaving: false };
    let site = setup.start().await;
    site.settle().await;
    site.aux.calls().report(report).await.unwrap();
    assert!(site.backend(&one.name()).is_none(), "it is known already");
    assert_eq!(site.open("red", &[&one]).await.owner, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_a_later_one_has_followed_does_nothing_any_more() {
    let backend = Played::start().await;
    let site = Site::settled(&[&backend]).await;
    site.open("red", &[&backend]).await;
    assert!(site.aux.ready().is_ok());
    backend.behave(Manner::Stale(RouterId(u64::MAX)));
    site.until("it knows", || site.aux.fleet_view().is_superseded).await;
    assert!(site.aux.ready().is_err());
    assert_eq!(site.edge("red").await.refused(), Some("unavailable"));
    assert_eq!(site.get("/api/rooms/red").await.status(), 503);
    site.until("it is counted", || site.metric("instantchat_router_superseded") == 1.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_routers_by_mistake_the_later_one_works_alone() {
    let backend = Played::start().await;
    let first = Site::settled(&[&backend]).await;
    first.open("red", &[&backend]).await;
    let second = Setup::of(&[&backend]).start().await;
    first.until("it knows", || first.aux.fleet_view().is_superseded).await;
    second.settle().await;
    assert!(!second.aux.fleet_view().is_superseded);
    second.open("red", &[&backend]).await;
    assert_eq!(first.edge("green").await.refused(), Some("unavailable"));
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_that_differ_are_shown_and_keep_rooms_away_when_they_differ_much() {
    let (right, wrong) = (Played::start().await, Played::start().await);
    let site = Site::settled(&[&right, &wrong]).await;
    let is_off = |backend: &Played| site.backend(&backend.name()).unwrap().is_clock_off;
    site.until("no clock is off", || !is_off(&right) && !is_off(&wrong)).await;
    wrong.set_clock_ahead(5_000);
    site.until("it is flagged", || is_off(&wrong)).await;
    assert_eq!((is_off(&right), site.phase(&wrong.name())), (false, Some(Phase::Up)));
    let line = format!("instantchat_clock_difference_seconds{{backend=\"{}\"}}", wrong.name());
    site.until("it is measured", || (4.0..6.0).contains(&site.metric(&line))).await;
    wrong.set_clock_ahead(25_000);
    site.until("it gets no rooms", || site.phase(&wrong.name()) == Some(Phase::Suspected)).await;
    for n in 0..10 {
        assert_eq!(site.open(&format!("room-{n}"), &[&right, &wrong]).await.owner, 0);
    }
}
