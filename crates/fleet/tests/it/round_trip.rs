//! Every call arrives as it was made, and its answer as it was given.

use fleet::{
    Announced, CallError, Guard, Release, ReleasedRoom, Report, RoomSummary, aux_routes,
    files_routes,
};
use placement::{RouterId, RunId};
use protocol::fleet::FileNotice;
use protocol::token::Keyring;
use protocol::wire::Id128;
use service::Clock;

use crate::callee::{Callee, answer, facts, question, row};
use crate::{RUN, Served, caller, keys};

#[tokio::test]
async fn a_backend_hears_and_is_heard() {
    let callee = Callee::new();
    let served = Served::backend(&callee).await;
    let backend = caller().backend(&served.address());
    assert_eq!(backend.status(question()).await, Ok(answer()));
    let summary = Some(RoomSummary { protected: true, members: 2 });
    assert_eq!(backend.summary("tea".into()).await, Ok(summary));
    assert_eq!(backend.rooms(Some("a".into()), 10).await, Ok(vec![row("tea")]));
    assert_eq!(backend.delete(RUN, "tea".into()).await, Ok(true));
    let announced = Announced { rooms: 1, peers: 2 };
    assert_eq!(backend.announce(RUN, "soon".into()).await, Ok(announced));
    let asked = format!("{:?}", question());
    let heard = [
        &asked,
        "summary tea",
        "rooms Some(\"a\") 10",
        "run 3 deletes tea",
        "run 3 announces soon",
    ];
    assert_eq!(callee.heard(), heard);
}

#[tokio::test]
async fn a_router_hears_reports_and_releases() {
    let callee = Callee::new();
    let guard = Guard::new(keys(), Clock::system());
    let served = Served::new(aux_routes(callee.clone(), guard), None).await;
    let aux = caller().aux(&served.address());
    let report = Report { address: "b:1".into(), run: RunId(u64::MAX), leaving: true };
    assert_eq!(aux.report(report.clone()).await, Ok(()));
    let rooms = vec![ReleasedRoom { room: "tea".into(), epoch: 3 }];
    let release = Release { run: RunId(1), rooms };
    assert_eq!(aux.release(release.clone()).await, Ok(()));
    assert_eq!(callee.heard(), [format!("{report:?}"), format!("{release:?}")]);
}

#[tokio::test]
async fn a_file_server_hears_notices_and_tells_facts() {
    let callee = Callee::new();
    let guard = Guard::new(keys(), Clock::system());
    let served = Served::new(files_routes(callee.clone(), guard), None).await;
    let files = caller().files(&served.address());
    let notices = vec![FileNotice::Ended { owner: Id128([7; 16]) }];
    assert_eq!(files.notices(notices.clone()).await, Ok(()));
    assert_eq!(files.facts().await, Ok(facts()));
    assert_eq!(callee.heard(), [format!("{notices:?}"), "facts".to_owned()]);
}

#[tokio::test]
async fn a_callee_s_error_is_its_caller_s() {
    let stale = CallError::Stale { newest: RouterId(u64::MAX) };
    let rejected = CallError::Rejected { status: 429, detail: "later".into() };
    for failure in [stale, rejected] {
        let callee = Callee::failing(failure.clone());
        let served = Served::backend(&callee).await;
        let backend = caller().backend(&served.address());
        assert_eq!(backend.status(question()).await, Err(failure));
    }
    let callee = Callee::failing(CallError::Bad("nonsense".into()));
    let served = Served::backend(&callee).await;
    let answer = caller().backend(&served.address()).delete(RUN, "tea".into()).await;
    assert!(matches!(answer, Err(CallError::Rejected { status: 502, .. })), "{answer:?}");
}

#[tokio::test]
async fn the_secret_before_still_calls_and_still_answers() {
    let old = b"the secret of a fleet that calls";
    let new = b"the next secret of the same fleet";
    let callee = Callee::new();
    let both = Keyring::new(new, Some(old)).unwrap();
    let guard = Guard::new(both.clone(), Clock::system());
    let rotated = Served::new(fleet::backend_routes(callee.clone(), guard), None).await;
    // Only the callee was given the new one: its answer is signed with what the caller cannot know.
    let answer = caller().backend(&rotated.address()).delete(RUN, "tea".into()).await;
    assert!(matches!(answer, Err(CallError::Bad(_))), "{answer:?}");
    // So all are given both first, and the new one signs afterwards.
    let both_old_first = Keyring::new(old, Some(new)).unwrap();
    let early = fleet::Caller::new(both_old_first, Clock::system(), None).unwrap();
    assert_eq!(early.backend(&rotated.address()).delete(RUN, "tea".into()).await, Ok(true));
    let late = fleet::Caller::new(both, Clock::system(), None).unwrap();
    let served = Served::backend(&callee).await;
    let answer = late.backend(&served.address()).delete(RUN, "tea".into()).await;
    assert!(matches!(answer, Err(CallError::Bad(_))), "{answer:?}");
}
