//! Which file server takes an upload, and what pages tell of files.

use std::collections::BTreeSet;
use std::future::ready;
use std::sync::Arc;

use aux_srv::{FileInstance, FilesView};
use fleet::{Answer, FileFacts, Files, Guard};
use protocol::fleet::FileNotice;
use protocol::http::{FilesIn, SiteInfo};
use service::http::{ServeOptions, serve};
use service::{Clock, Lifecycle};
use tokio::net::TcpListener;

use crate::backends::{Played, keys};
use crate::site::{Setup, Site};

/// A file server that only says who it is.
struct Said(u8);

impl Files for Said {
    fn notices(&self, _: Vec<FileNotice>) -> Answer<'_, ()> {
        Box::pin(ready(Ok(())))
    }

    fn facts(&self) -> Answer<'_, FileFacts> {
        Box::pin(ready(Ok(FileFacts {
            number: self.0,
            version: "1.0.0".into(),
            key_id: keys().key_id().to_string(),
            admin_port: 8_121,
            file_bytes_max: u64::from(self.0) * 100,
            drawing_bytes_max: 50,
            files_in: FilesIn::ObjectStore,
        })))
    }
}

/// One that says that it has the number `said`, listed with the number `number`.
async fn file_server(number: u8, said: u8) -> (FileInstance, Lifecycle) {
    let lifecycle = Lifecycle::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let fleet = listener.local_addr().unwrap().to_string();
    let routes = fleet::files_routes(Arc::new(Said(said)), Guard::new(keys(), Clock::system()));
    lifecycle.spawn(serve(listener, routes, ServeOptions::default(), lifecycle.clone()));
    (FileInstance { number, fleet, http: format!("127.0.0.1:50{number:02}") }, lifecycle)
}

fn view(site: &Site, number: u8) -> FilesView {
    let files = site.aux.fleet_view().files;
    files.into_iter().find(|server| server.number == number).unwrap()
}

/// How many file servers are told to be up, and how many down.
fn counted(site: &Site) -> [f64; 2] {
    let count = |phase| site.metric(&format!("instantchat_file_servers{{phase=\"{phase}\"}}"));
    ["up", "down"].map(count)
}

async fn upload_doors(site: &Site) -> BTreeSet<String> {
    let mut doors = BTreeSet::new();
    for _ in 0..10 {
        let answer = site.get("/edge/files").await;
        doors.insert(answer.headers()["instantchat-upstream"].to_str().unwrap().to_owned());
    }
    doors
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_go_in_turn_to_those_that_answer_and_are_who_they_should_be() {
    let backend = Played::start().await;
    let ((one, _living), (two, dies), (three, _lives)) =
        (file_server(1, 1).await, file_server(2, 2).await, file_server(3, 30).await);
    let mut setup = Setup::of(&[&backend]);
    setup.files = vec![one, two, three];
    let site = setup.start().await;
    site.until("two are up", || view(&site, 1).is_up && view(&site, 2).is_up).await;
    site.until("the third is looked through", || view(&site, 3).trouble.is_some()).await;
    assert!(!view(&site, 3).is_up);
    site.until("the third is counted as down", || counted(&site) == [2.0, 1.0]).await;
    let both = BTreeSet::from(["127.0.0.1:5001".to_owned(), "127.0.0.1:5002".to_owned()]);
    assert_eq!(upload_doors(&site).await, both);
    site.settle().await;
    let told: SiteInfo = site.get("/api/site").await.json().await.unwrap();
    assert_eq!((told.file_bytes_max, told.files_in), (100, FilesIn::ObjectStore));

    dies.hard_stop();
    site.until("one is gone", || !view(&site, 2).is_up).await;
    site.until("it is counted", || counted(&site) == [1.0, 2.0]).await;
    assert_eq!(upload_doors(&site).await, BTreeSet::from(["127.0.0.1:5001".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_file_servers_uploads_have_nowhere_to_go() {
    let site = Site::settled(&[&Played::start().await]).await;
    assert_eq!(upload_doors(&site).await, BTreeSet::from([String::new()]));
    let told: SiteInfo = site.get("/api/site").await.json().await.unwrap();
    assert_eq!(told.file_bytes_max, 0);
    assert_eq!(counted(&site), [0.0, 0.0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_server_that_never_came_up_is_counted_as_down_from_the_start() {
    let mut setup = Setup::of(&[&Played::start().await]);
    let nobody = "127.0.0.1:1".to_owned();
    setup.files = vec![FileInstance { number: 7, fleet: nobody.clone(), http: nobody }];
    let site = setup.start().await;
    assert_eq!(counted(&site), [0.0, 1.0]);
    site.until("it was asked", || view(&site, 7).trouble.is_some()).await;
    assert_eq!(counted(&site), [0.0, 1.0]);
}
