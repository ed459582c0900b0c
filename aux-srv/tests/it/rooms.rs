//! Where rooms are, whatever happens to their owners and to the router.

use std::collections::BTreeMap;

use placement::Phase;
use tokio::task::JoinSet;

use crate::backends::{Played, load};
use crate::site::{Setup, Site};

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_first_visitors_of_one_name_find_one_owner() {
    let backends = [Played::start().await, Played::start().await, Played::start().await];
    let site = std::sync::Arc::new(Site::settled(&backends.each_ref()).await);
    let mut visitors = JoinSet::new();
    for _ in 0..1_000 {
        let site = std::sync::Arc::clone(&site);
        visitors.spawn(async move {
            let ticket = site.edge("red").await.ticket();
            (ticket.run, ticket.epoch)
        });
    }
    let mut owners = visitors.join_all().await;
    owners.dedup();
    assert_eq!(owners.len(), 1);
    assert_eq!(site.metric("instantchat_placements_total{reason=\"new\"}"), 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_new_rooms_spreads_by_what_the_backends_carry() {
    let backends = [Played::start().await, Played::start().await, Played::start().await];
    let site = Site::settled(&backends.each_ref()).await;
    for (backend, sockets) in backends.iter().zip([100, 160, 220]) {
        backend.carry(load(sockets));
    }
    site.until("the loads are known", || {
        let view = site.aux.fleet_view();
        view.backends.iter().map(|backend| backend.load.sockets).sum::<u64>() == 480
    })
    .await;
    let mut owned = BTreeMap::new();
    for n in 0..200 {
        let owner = site.open(&format!("room-{n}"), &backends.each_ref()).await.owner;
        *owned.entry(owner).or_insert(0_u64) += 1;
    }
    let sockets = [100, 160, 220].into_iter().zip(0..);
    let after: Vec<u64> =
        sockets.map(|(before, n)| before + owned.get(&n).copied().unwrap_or_default()).collect();
    let (least, most) = (after.iter().min().unwrap(), after.iter().max().unwrap());
    assert!((most - least) * 4 <= *most, "{after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_router_finds_every_room_on_its_owner() {
    let backends = [Played::start().await, Played::start().await];
    let all = backends.each_ref();
    let site = Site::settled(&all).await;
    let mut before = BTreeMap::new();
    for n in 0..100 {
        let room = format!("room-{n}");
        before.insert(room.clone(), site.open(&room, &all).await);
    }
    let folder = site.kill().await;
    let site = Setup { folder, ..Setup::of(&all) }.start().await;
    let told = site.edge("room-0").await;
    assert!(told.refused() == Some("unavailable") || told.refused().is_none());
    site.until("the record is rebuilt", || site.aux.fleet_view().rooms_known == 100).await;
    for (room, owner) in &before {
        assert_eq!(site.open(room, &all).await, *owner, "{room}");
    }
    assert!(site.info("room-0").await.exists);
    site.settle().await;
    let new = site.open("new", &all).await;
    assert!(before.values().all(|owner| owner.epoch < new.epoch), "epochs only rise");
    assert_eq!(site.aux.fleet_view().conflicts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rooms_of_a_dead_backend_are_placed_anew_within_three_seconds() {
    let (stays, dies) = (Played::start().await, Played::start().await);
    let site = Site::settled(&[&stays, &dies]).await;
    stays.carry(load(5_000));
    site.until("the load is known", || {
        site.backend(&stays.name()).is_some_and(|backend| backend.load.sockets == 5_000)
    })
    .await;
    let first = site.open("red", &[&stays, &dies]).await;
    assert_eq!(first.owner, 1);
    let gone = dies.name();
    dies.kill().await;
    let waited = tokio::time::timeout(std::time::Duration::from_secs(3), async {
        loop {
            let ticket = site.edge("red").await.ticket();
            if ticket.run == stays.run().0 {
                break ticket.epoch;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    });
    let epoch = waited.await.expect("a new owner");
    assert!(epoch > first.epoch);
    site.until("it is counted", || {
        site.metric("instantchat_placements_total{reason=\"replaced\"}") == 1.0
    })
    .await;
    let up = |backend: &str| format!("instantchat_backend_up{{backend=\"{backend}\"}}");
    let both = || [&stays.name(), &gone].map(|name| site.metric(&up(name)));
    site.until("who is up is told", || both() == [1.0, 0.0]).await;
    assert!(site.aux.ready().is_ok(), "one is enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_restarts_at_once_has_lost_its_rooms_and_nobody_is_sent_to_the_old_run() {
    let backend = Played::start().await;
    let site = Site::settled(&[&backend]).await;
    let first = site.open("red", &[&backend]).await;
    let old = backend.run().0;
    let again = Played::start_at(backend.kill().await).await;
    site.until("the new run is known", || {
        site.backend(&again.name()).is_some_and(|view| view.run == Some(again.run()))
    })
    .await;
    site.until("it serves", || site.phase(&again.name()) == Some(Phase::Up)).await;
    let ticket = site.edge("red").await.ticket();
    assert!(ticket.run != old && ticket.epoch > first.epoch);
    assert!(!site.info("red").await.exists, "nobody has entered it again");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_owners_the_higher_epoch_stays_and_the_other_is_told_to_drop_the_room() {
    let (one, other) = (Played::start().await, Played::start().await);
    let site = Site::settled(&[&one, &other]).await;
    let epoch = service::Clock::system().unix();
    one.claim("red", epoch);
    site.until("the first is known", || site.aux.fleet_view().rooms_known == 1).await;
    other.claim("red", epoch + 1);
    site.until("the loser has dropped it", || one.owns("red").is_none()).await;
    assert_eq!(other.owns("red"), Some(epoch + 1));
    assert_eq!(site.edge("red").await.ticket().run, other.run().0);
    assert_eq!(site.aux.fleet_view().conflicts, 1);
    site.until("it is counted", || site.metric("instantchat_epoch_conflicts_total") == 1.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_released_room_does_not_exist_and_comes_back_with_a_higher_epoch() {
    let backend = Played::start().await;
    let site = Site::settled(&[&backend]).await;
    let first = site.open("red", &[&backend]).await;
    let info = site.info("red").await;
    assert!(info.exists && info.protected && info.members == 3);
    let released = fleet::ReleasedRoom { room: "red".into(), epoch: first.epoch };
    let release = fleet::Release { run: backend.run(), rooms: vec![released] };
    site.aux.calls().release(release).await.unwrap();
    assert!(!site.info("red").await.exists);
    assert!(site.edge("red").await.ticket().epoch > first.epoch);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_is_kept_over_a_restart_until_it_is_taken_back() {
    use aux_srv::admin::Fleet;
    use aux_srv::{Drain, Why};
    let (one, other) = (Played::start().await, Played::start().await);
    let all = [&one, &other];
    let site = Site::settled(&all).await;
    let name = placement::BackendName::new(&one.name());
    site.aux.drain(&name, true).unwrap();
    assert!(site.aux.drain(&placement::BackendName::new("no:1"), true).is_err());
    for n in 0..20 {
        assert_eq!(site.open(&format!("room-{n}"), &all).await.owner, 1);
    }
    let folder = site.kill().await;
    let site = Setup { folder, ..Setup::of(&all) }.start().await;
    site.settle().await;
    let drain = site.backend(&one.name()).unwrap().drain;
    assert_eq!(drain, Drain::Drained(Why::Asked));
    site.aux.drain(&name, false).unwrap();
    assert_eq!(site.backend(&one.name()).unwrap().drain, Drain::No);
    assert_eq!(site.open("new", &all).await.owner, 0, "it is the emptier one");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_ready_from_when_it_places_new_rooms() {
    let backend = Played::start().await;
    let site = Setup::of(&[&backend]).start().await;
    let is_settled = || site.aux.fleet_view().is_settled;
    assert!(!is_settled() && site.aux.ready().is_err(), "just begun");
    site.until("both at once", || {
        let (before, ready, after) = (is_settled(), site.aux.ready(), is_settled());
        assert!(before != after || ready.is_ok() == after, "{ready:?}");
        after
    })
    .await;
    site.open("red", &[&backend]).await;
}
