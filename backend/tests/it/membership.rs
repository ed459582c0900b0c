//! The backend as a member of a fleet: whom it lets in, when it may speak, what it gives back.

use std::time::Duration;

use client::{Client, Error, Options};
use fleet::{CallError, Caller};
use placement::{FENCE_MS, RouterId, Verdict};
use protocol::ErrorCode;
use protocol::fleet::FileNotice;
use protocol::frame::ServerFrame;
use protocol::http::{SESSION_HEADER, TICKET_HEADER};
use protocol::token::{Session, Ticket};
use service::Clock;
use tokio::net::TcpListener;

use crate::hearing::{closed, events_until, text_of};
use crate::router::ROUTER;
use crate::server::{PATIENCE, Setting, TestServer, keys, named};

/// A backend of a fleet under a clock that the test moves.
async fn member_of_a_fleet() -> (TestServer, service::clock::ManualClock) {
    let (clock, hand) = Clock::manual(1_800_000_000_000);
    let setting = Setting { clock, fenced: true, ..Setting::default() };
    (TestServer::with(setting).await, hand)
}

/// A visitor with this very ticket, at the door.
async fn bring(server: &TestServer, session: Session, ticket: &Ticket) -> Result<Client, Error> {
    let session = session.sign(&keys());
    let options = Options {
        session: Some(session.clone()),
        headers: vec![
            (TICKET_HEADER.parse().unwrap(), ticket.sign(&keys()).parse().unwrap()),
            (SESSION_HEADER.parse().unwrap(), session.parse().unwrap()),
        ],
        ..Options::default()
    };
    Client::connect(&server.url(&ticket.room), options).await
}

/// What a visitor with this ticket is told.
async fn refusal(server: &TestServer, session: Session, ticket: &Ticket) -> Option<ErrorCode> {
    let mut client = bring(server, session, ticket).await.unwrap();
    client.join(named("Ada")).await.err().map(|error| error.code().unwrap())
}

#[tokio::test]
async fn rooms_have_the_terms_of_their_tickets_and_lower_ones_are_refused() {
    let server = TestServer::start().await;
    let session = Session([7; 16]);
    let ticket = |epoch: u64| Ticket { epoch, ..server.router.ticket("tea", session) };
    let mut ada = bring(&server, session, &ticket(50)).await.unwrap();
    assert_eq!(ada.join(named("Ada")).await.unwrap().epoch, 50);
    assert_eq!(refusal(&server, session, &ticket(49)).await, Some(ErrorCode::Moved));
    assert_eq!(server.metric("joins_total{outcome=\"moved\"}"), 1.0);
    let mut again = bring(&server, session, &ticket(60)).await.unwrap();
    let joined = again.join(named("Ada")).await.unwrap();
    assert_eq!((joined.epoch, joined.online), (60, 1), "a higher term is another room");
    assert_eq!(closed(&mut ada).await, (1012, "moving".into()));
    assert_eq!(server.rooms(), 1);
    assert_eq!(server.metric("rooms"), 1.0);
}

#[tokio::test]
async fn tickets_of_other_runs_and_routers_make_no_room() {
    let server = TestServer::start().await;
    let session = Session([7; 16]);
    let good = server.router.ticket("tea", session);
    let other_run = Ticket { run: good.run ^ 1, ..good.clone() };
    let other_router = Ticket { router: ROUTER + 1, ..server.router.ticket("tea", session) };
    for ticket in [other_run, other_router] {
        assert_eq!(refusal(&server, session, &ticket).await, Some(ErrorCode::Moved));
    }
    let expired = Ticket { expires: good.expires - 80_000, ..good };
    assert_eq!(refusal(&server, session, &expired).await, Some(ErrorCode::BadTicket));
    assert_eq!(server.rooms(), 0);
}

#[tokio::test]
async fn tickets_are_judged_by_the_routers_time() {
    let server = TestServer::start().await;
    let session = Session([7; 16]);
    let ahead = Clock::system().now() + 3_600_000;
    let of_the_router =
        |age: u64| Ticket { expires: ahead + 60_000 - age, ..server.router.ticket("tea", session) };
    server.router.ask_at(ahead).await;
    assert_eq!(refusal(&server, session, &of_the_router(80_000)).await, Some(ErrorCode::BadTicket));
    assert_eq!(refusal(&server, session, &of_the_router(0)).await, None);
}

#[tokio::test]
async fn a_later_router_is_the_only_one_that_is_answered() {
    let server = TestServer::start().await;
    server.router.ask_as(RouterId(ROUTER + 1)).await.unwrap();
    let stale = server.router.ask(Vec::new(), false).await;
    assert_eq!(stale, Err(CallError::Stale { newest: RouterId(ROUTER + 1) }));
}

#[tokio::test]
async fn nothing_leaves_a_room_while_the_right_is_lapsed_and_everything_in_order_after() {
    let (server, hand) = member_of_a_fleet().await;
    server.router.confirm().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let (mut bob, _) = server.member("tea", "Bob").await;
    assert_eq!(ada.say("k1", "in time").await.unwrap(), 1);
    events_until(&mut bob, 1).await;
    hand.advance(3_000);
    assert!(server.router.ask(Vec::new(), false).await.unwrap().status.lapsed);
    let posting = tokio::spawn(async move {
        let mut seqs = Vec::new();
        for n in 0..8 {
            seqs.push(ada.say(&format!("late{n}"), &format!("late {n}")).await.unwrap());
        }
        (ada, seqs)
    });
    server.until("the room waits", |server| server.metric("rooms_waiting") == 1.0).await;
    hand.advance(500);
    server.until("it shows", |server| server.metric("right_lapsed") == 1.0).await;
    let silent = tokio::time::timeout(Duration::from_millis(300), bob.receive()).await;
    assert!(silent.is_err(), "{silent:?}");
    assert!(!posting.is_finished());
    let mut late = tokio::spawn({
        let url = server.url("tea");
        async move {
            let mut cleo = Client::connect(&url, Options::default()).await.unwrap();
            cleo.join(named("Cleo")).await.unwrap()
        }
    });
    let joined = tokio::time::timeout(Duration::from_millis(200), &mut late).await;
    assert!(joined.is_err(), "a join waits as well");
    server.router.confirm().await;
    let (_, seqs) = posting.await.unwrap();
    assert_eq!(seqs, (2..10).collect::<Vec<_>>());
    let events = events_until(&mut bob, 9).await;
    let texts: Vec<_> = events.iter().map(text_of).collect();
    assert_eq!(texts, (0..8).map(|n| format!("late {n}")).collect::<Vec<_>>());
    late.await.unwrap();
    assert_eq!(server.metric("rooms_waiting"), 0.0);
    assert!(server.metric("held_back_total") >= 1.0);
}

#[tokio::test]
async fn a_room_that_another_has_tells_its_peers_and_says_nothing_else() {
    let (server, hand) = member_of_a_fleet().await;
    server.router.confirm().await;
    let (mut ada, joined) = server.member("tea", "Ada").await;
    let (mut bob, _) = server.member("tea", "Bob").await;
    hand.advance(10_000);
    let posting = tokio::spawn(async move {
        let error = ada.say("k", "too late").await.unwrap_err();
        (ada, error)
    });
    server.until("the room waits", |server| server.metric("rooms_waiting") == 1.0).await;
    let verdict = Verdict::Drop { room: "tea".into(), epoch: joined.epoch };
    let answer = server.router.ask(vec![verdict], true).await.unwrap();
    assert!(answer.status.rooms.changes.iter().all(|change| change.is.is_none()), "{answer:?}");
    let (_, error) = posting.await.unwrap();
    assert_eq!(error.close_code(), Some(1012));
    loop {
        match tokio::time::timeout(PATIENCE, bob.receive()).await.unwrap() {
            Ok(ServerFrame::Moving { .. }) => break,
            Ok(ServerFrame::Event(_)) => panic!("an event of a room that is lost"),
            other => drop(other.unwrap()),
        }
    }
    assert_eq!(closed(&mut bob).await, (1012, "moving".into()));
    server.until("the room is gone", |server| server.rooms() == 0).await;
    assert_eq!(server.metric("rooms_dropped_total"), 1.0);
    assert!(server.told.released.lock().unwrap().is_empty(), "it was not ours to give back");
    let files = server.told.files.lock().unwrap();
    assert!(!files.iter().any(|notice| matches!(notice, FileNotice::Ended { .. })));
}

#[tokio::test]
async fn a_name_is_held_until_the_router_knows_that_its_room_is_over() {
    let server = TestServer::start().await;
    let (mut ada, joined) = server.member("tea", "Ada").await;
    *server.told.failing.lock().unwrap() = Some(CallError::Timeout);
    assert!(server.backend.fleet().delete(server.router.run(), "tea".into()).await.unwrap());
    assert_eq!(closed(&mut ada).await.0, 4003);
    server.until("it waits", |server| server.metric("rooms_releasing") == 1.0).await;
    let mut bob = server.visit("tea").await;
    assert_eq!(bob.join(named("Bob")).await.unwrap_err().close_code(), Some(1012));
    let listed = server.router.ask(Vec::new(), false).await.unwrap().status;
    assert_eq!((listed.load.rooms, listed.rooms.changes.len()), (1, 1), "it is held");
    *server.told.failing.lock().unwrap() = None;
    server.until("it is given back", |server| server.metric("rooms_releasing") == 0.0).await;
    assert_eq!(*server.told.released.lock().unwrap(), [("tea".into(), joined.epoch)]);
    let (_, again) = server.member("tea", "Bob").await;
    assert!(again.epoch > joined.epoch);
}

#[tokio::test]
async fn a_stop_says_so_before_it_ends_rooms_and_gives_them_back_after() {
    let (server, _hand) = member_of_a_fleet().await;
    server.router.confirm().await;
    let (mut ada, joined) = server.member("tea", "Ada").await;
    let lifecycle = server.lifecycle.clone();
    let stopping = tokio::spawn(async move { lifecycle.finish(PATIENCE).await });
    assert_eq!(closed(&mut ada).await, (1001, "going_away".into()));
    assert!(server.told.reports.lock().unwrap().iter().any(|report| report.leaving));
    assert!(stopping.await.unwrap(), "every task ended by itself");
    assert_eq!(*server.told.released.lock().unwrap(), [("tea".into(), joined.epoch)]);
    assert!(server.router.confirm().await.status.draining);
}

#[tokio::test]
async fn a_backend_that_nobody_asks_reports_itself_and_goes_on_only_where_nobody_listens() {
    let (server, hand) = member_of_a_fleet().await;
    server.router.confirm().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    *server.told.failing.lock().unwrap() = Some(CallError::Refused);
    for n in 0..100_u64 {
        hand.advance(100);
        let due = (n + 1) / 5;
        let reported =
            |server: &TestServer| server.told.reports.lock().unwrap().len() as u64 + 4 >= due;
        server.until("it reports itself", reported).await;
        if n % 5 == 0 {
            ada.say(&format!("k{n}"), "still here").await.unwrap();
        }
    }
    let reports = server.told.reports.lock().unwrap().clone();
    assert!(reports.iter().all(|report| report.address == "127.0.0.1:9" && !report.leaving));
    // Silence is no word that nobody is there.
    *server.told.failing.lock().unwrap() = Some(CallError::Timeout);
    hand.advance(4_000);
    let posting = tokio::spawn(async move { ada.say("late", "late").await });
    server.until("the room waits", |server| server.metric("rooms_waiting") == 1.0).await;
    *server.told.failing.lock().unwrap() = Some(CallError::Refused);
    hand.advance(1_000);
    server.until("the room waits on", |server| server.metric("rooms_waiting") == 1.0).await;
    assert!(!posting.is_finished(), "a right that has ended does not come back by itself");
    server.router.confirm().await;
    let answer = server.router.confirm().await;
    assert!(!answer.status.lapsed);
    posting.await.unwrap().unwrap();
}

/// What becomes of a post half a second after the right ended that the router left behind.
async fn post_after_the_router_went(aux: &str) -> bool {
    let caller = Caller::new(keys(), Clock::system(), None).unwrap();
    let aux = vec![caller.aux(aux)];
    let server = TestServer::with(Setting { fenced: true, aux, ..Setting::default() }).await;
    server.router.confirm().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    assert_eq!(ada.say("k1", "in time").await.unwrap(), 1);
    tokio::time::sleep(Duration::from_millis(FENCE_MS + 500)).await;
    let saying = ada.say("k2", "alone");
    tokio::time::timeout(Duration::from_millis(500), saying).await.is_ok()
}

#[tokio::test]
async fn a_closed_port_is_a_lost_router_and_one_that_is_silent_or_cuts_off_is_none() {
    // Whoever has had a port is not given it again at once.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent_at = silent.local_addr().unwrap().to_string();
    let cutter = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let cutter_at = cutter.local_addr().unwrap().to_string();
    let cutting = tokio::spawn(async move {
        while let Ok((stream, _)) = cutter.accept().await {
            stream.set_zero_linger().unwrap();
        }
    });
    let (after_closed, after_silent, after_cut) = tokio::join!(
        post_after_the_router_went(&closed),
        post_after_the_router_went(&silent_at),
        post_after_the_router_went(&cutter_at),
    );
    cutting.abort();
    assert!(after_closed, "nothing listens there");
    assert!(!after_silent && !after_cut, "somebody may be there");
}

#[tokio::test]
async fn a_stop_does_not_wait_long_for_a_router_that_is_silent() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let caller = Caller::new(keys(), Clock::system(), None).unwrap();
    let aux = vec![caller.aux(&silent.local_addr().unwrap().to_string())];
    let server = TestServer::with(Setting { fenced: true, aux, ..Setting::default() }).await;
    server.router.confirm().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let lifecycle = server.lifecycle.clone();
    // The default of shutdownWaitTimeoutSec.
    let stopping = tokio::spawn(async move { lifecycle.finish(Duration::from_secs(10)).await });
    assert_eq!(closed(&mut ada).await, (1001, "going_away".into()));
    assert!(stopping.await.unwrap(), "every task ended by itself");
}
