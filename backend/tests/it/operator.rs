//! What an operator may see and do: rooms in pages, deletion, a word to everybody.

use fleet::CallError;
use fleet::limits::NOTICE_CHARS_MAX;
use placement::RunId;
use protocol::fleet::FileNotice;
use protocol::frame::{Join, ServerFrame};

use crate::hearing::{closed, next};
use crate::server::{TestServer, named};

#[tokio::test]
async fn rooms_are_listed_by_name_in_pages() {
    let server = TestServer::start().await;
    let (mut ada, joined) = server.member("tea", "Ada").await;
    ada.say("k1", "one").await.unwrap();
    ada.say("k2", "two").await.unwrap();
    let mut bob = server.visit("coffee").await;
    bob.join(Join { password: Some("secret".into()), ..named("Bob") }).await.unwrap();
    let _cleo = server.member("water", "Cleo").await;
    let calls = server.backend.fleet();
    let first = calls.rooms(None, 2).await.unwrap();
    let names: Vec<_> = first.iter().map(|row| &*row.room).collect();
    assert_eq!(names, ["coffee", "tea"]);
    let [coffee, tea] = &first[..] else { panic!("{first:?}") };
    assert!(coffee.protected && !tea.protected);
    assert_eq!((tea.epoch, tea.members, tea.messages), (joined.epoch, 1, 2));
    assert!(tea.bytes > 0 && tea.created > 1_700_000_000_000);
    let rest = calls.rooms(Some("tea".into()), 2).await.unwrap();
    assert_eq!(rest.iter().map(|row| &*row.room).collect::<Vec<_>>(), ["water"]);
    assert!(calls.rooms(Some("water".into()), 2).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_deleted_room_is_closed_given_back_and_its_files_go() {
    let server = TestServer::start().await;
    let (mut ada, joined) = server.member("tea", "Ada").await;
    let _bob = server.member("coffee", "Bob").await;
    let (calls, run) = (server.backend.fleet(), server.router.run());
    assert!(!calls.delete(run, "water".into()).await.unwrap());
    assert!(calls.delete(run, "tea".into()).await.unwrap());
    assert_eq!(closed(&mut ada).await, (4003, "room_closed".into()));
    assert_eq!(server.rooms(), 1);
    let released = |server: &TestServer| !server.told.released.lock().unwrap().is_empty();
    server.until("the router knows", released).await;
    assert_eq!(*server.told.released.lock().unwrap(), [("tea".into(), joined.epoch)]);
    let files = server.told.files.lock().unwrap().clone();
    assert!(matches!(files[..], [FileNotice::Ended { .. }]), "{files:?}");
}

#[tokio::test]
async fn a_notice_reaches_everybody_and_is_no_event() {
    let server = TestServer::start().await;
    let (ada, _) = server.member("tea", "Ada").await;
    let (bob, _) = server.member("tea", "Bob").await;
    let (cleo, _) = server.member("coffee", "Cleo").await;
    let (calls, run) = (server.backend.fleet(), server.router.run());
    let told = calls.announce(run, "Restarting in a minute.".into()).await.unwrap();
    assert_eq!((told.rooms, told.peers), (2, 3));
    for (mut client, seq) in [(ada, 1), (bob, 2), (cleo, 1)] {
        match next(&mut client).await.unwrap() {
            ServerFrame::Notice { text } => assert_eq!(text, "Restarting in a minute."),
            other => panic!("{other:?}"),
        }
        assert_eq!(client.say("k", "an event").await.unwrap(), seq);
    }
    for bad in [String::new(), " ".into(), "x".repeat(NOTICE_CHARS_MAX + 1)] {
        let refused = calls.announce(run, bad.into()).await.unwrap_err();
        assert!(matches!(refused, CallError::Rejected { status: 400, .. }), "{refused}");
    }
    assert!(calls.announce(run, "x".repeat(NOTICE_CHARS_MAX).into()).await.is_ok());
}

#[tokio::test]
async fn what_was_said_to_another_run_is_not_done() {
    let server = TestServer::start().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let (calls, other) = (server.backend.fleet(), RunId(server.router.run().0 + 1));
    let refused = calls.delete(other, "tea".into()).await.unwrap_err();
    assert!(matches!(refused, CallError::Rejected { status: 410, .. }), "{refused}");
    let refused = calls.announce(other, "Free money.".into()).await.unwrap_err();
    assert!(matches!(refused, CallError::Rejected { status: 410, .. }), "{refused}");
    assert_eq!(ada.say("k", "the first that she hears of").await.unwrap(), 1);
}
