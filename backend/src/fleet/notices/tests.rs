//! Notices: in order, to every server, through a restart, and bounded.

use std::time::Duration;

use ::fleet::{Answer, FileFacts};
use protocol::wire::Id128;

use super::*;

const PATIENCE: Duration = Duration::from_secs(20);

/// A file server that may be down.
#[derive(Default)]
struct Server {
    failing: Mutex<Option<CallError>>,
    heard: Mutex<Vec<FileNotice>>,
    calls: Mutex<usize>,
}

impl Files for Server {
    fn notices(&self, notices: Vec<FileNotice>) -> Answer<'_, ()> {
        *self.calls.lock().unwrap() += 1;
        let failing = self.failing.lock().unwrap().clone();
        if failing.is_none() {
            self.heard.lock().unwrap().extend(notices);
        }
        Box::pin(async { failing.map_or(Ok(()), Err) })
    }

    fn facts(&self) -> Answer<'_, FileFacts> {
        Box::pin(async { Err(CallError::Timeout) })
    }
}

fn ended(n: u32) -> FileNotice {
    FileNotice::Ended { owner: Id128(u128::from(n).to_le_bytes()) }
}

fn to(servers: &[(&'static str, &Arc<Server>)]) -> (Arc<FileNotices>, Lifecycle) {
    let servers: BTreeMap<_, _> =
        servers.iter().map(|(address, server)| (*address, Arc::clone(server))).collect();
    let reach: Reach = Arc::new(move |address| Arc::clone(&servers[address]) as _);
    let lifecycle = Lifecycle::new();
    let notices =
        FileNotices::new(reach, Clock::system(), lifecycle.clone(), &mut Registry::default());
    (notices, lifecycle)
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
}

#[tokio::test]
async fn every_server_hears_everything_in_order() {
    let (one, two) = (Arc::new(Server::default()), Arc::new(Server::default()));
    let (notices, lifecycle) = to(&[("one", &one), ("two", &two)]);
    Arc::clone(&notices).servers(&["one".into(), "two".into()]);
    let all: Vec<_> = (0..100).map(ended).collect();
    all.iter().for_each(|notice| notices.tell(notice.clone()));
    notices.finish().await;
    for server in [one, two] {
        assert_eq!(*server.heard.lock().unwrap(), all);
    }
    assert!(lifecycle.finish(PATIENCE).await, "no task is left");
    assert_eq!((notices.waiting.get(), notices.dropped.get()), (0, 0));
}

#[tokio::test]
async fn a_server_that_restarts_misses_nothing() {
    let server = Arc::new(Server::default());
    *server.failing.lock().unwrap() = Some(CallError::Refused);
    let (notices, _lifecycle) = to(&[("one", &server)]);
    Arc::clone(&notices).servers(&["one".into()]);
    notices.tell(ended(1));
    until("it was tried twice", || *server.calls.lock().unwrap() >= 2).await;
    notices.tell(ended(2));
    *server.failing.lock().unwrap() = None;
    until("it heard both", || server.heard.lock().unwrap().len() == 2).await;
    assert_eq!(*server.heard.lock().unwrap(), [ended(1), ended(2)]);
}

#[tokio::test]
async fn above_the_bound_new_notices_are_dropped_and_counted() {
    let server = Arc::new(Server::default());
    *server.failing.lock().unwrap() = Some(CallError::Timeout);
    let (notices, _lifecycle) = to(&[("one", &server)]);
    Arc::clone(&notices).servers(&["one".into()]);
    for n in 0..NOTICES_MAX as u32 + 5 {
        notices.tell(ended(n));
    }
    assert_eq!(notices.dropped.get(), 5);
    *server.failing.lock().unwrap() = None;
    until("it heard the rest", || server.heard.lock().unwrap().len() == NOTICES_MAX).await;
    assert_eq!(notices.waiting.get(), 0);
    notices.tell(ended(7));
    until("it hears again", || server.heard.lock().unwrap().len() == NOTICES_MAX + 1).await;
}

#[tokio::test]
async fn what_a_server_does_not_take_holds_up_nothing() {
    let server = Arc::new(Server::default());
    let detail = "malformed".into();
    *server.failing.lock().unwrap() = Some(CallError::Rejected { status: 400, detail });
    let (notices, _lifecycle) = to(&[("one", &server)]);
    Arc::clone(&notices).servers(&["one".into()]);
    notices.tell(ended(1));
    until("it is given up", || notices.dropped.get() == 1).await;
    *server.failing.lock().unwrap() = None;
    notices.tell(ended(2));
    until("the next is heard", || *server.heard.lock().unwrap() == [ended(2)]).await;
}

#[tokio::test]
async fn a_server_that_is_gone_holds_no_notices() {
    let server = Arc::new(Server::default());
    *server.failing.lock().unwrap() = Some(CallError::Refused);
    let (notices, lifecycle) = to(&[("one", &server)]);
    Arc::clone(&notices).servers(&["one".into()]);
    notices.tell(ended(1));
    Arc::clone(&notices).servers(&[]);
    assert_eq!((notices.waiting.get(), notices.dropped.get()), (0, 1));
    notices.tell(ended(2));
    assert!(lifecycle.finish(PATIENCE).await, "its task has ended");
}

#[test]
fn one_call_carries_so_many_ids_and_one_notice_at_least() {
    let owners = vec![Id128([1; 16]); BATCH_IDS_MAX * 2];
    let renewed = FileNotice::Renewed { owners };
    let queue: VecDeque<_> = [renewed.clone(), ended(1)].into();
    assert_eq!(first(&queue), [renewed]);
    let queue: VecDeque<_> = (0..BATCH_IDS_MAX as u32 + 1).map(ended).collect();
    assert_eq!(first(&queue).len(), BATCH_IDS_MAX);
}
