//! The list of backends, edited while the fleet runs.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use aux_srv::{Drain, RosterFile, Why};
use placement::Phase;

use crate::backends::Played;
use crate::site::{Setup, Site};

/// A site whose list is a file.
struct Edited {
    site: Site,
    file: PathBuf,
}

impl Edited {
    async fn start(backends: &[&Played]) -> Self {
        let mut setup = Setup::of(backends);
        let file = setup.folder.path().join("app-config.yml");
        fs::write(&file, list(backends)).unwrap();
        setup.file = Some(RosterFile { path: file.clone(), environment: Vec::new() });
        let site = setup.start().await;
        site.settle().await;
        Self { site, file }
    }

    /// As editors do it: another file takes the place of the old one.
    fn replace(&self, text: &str) {
        let new = self.site.folder().join("new.yml");
        fs::write(&new, text).unwrap();
        fs::rename(&new, &self.file).unwrap();
    }
}

fn list(backends: &[&Played]) -> String {
    let lines: String = backends.iter().map(|one| format!("  - {}\n", one.name())).collect();
    format!("# The fleet.\nbackendInstances:\n{lines}")
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "the test measures how long it takes")]
async fn a_new_line_takes_rooms_within_two_seconds() {
    let (old, new) = (Played::start().await, Played::start().await);
    let edited = Edited::start(&[&old]).await;
    for n in 0..10 {
        edited.site.open(&format!("room-{n}"), &[&old]).await;
    }
    edited.replace(&list(&[&old, &new]));
    let begun = Instant::now();
    let mut n = 0;
    loop {
        n += 1;
        let told = edited.site.edge(&format!("new-{n}")).await;
        if told.refused().is_none() && told.ticket().run == new.run().0 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(2), "it has taken none");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_line_drains_and_leaves_when_it_is_empty() {
    let (stays, goes) = (Played::start().await, Played::start().await);
    let edited = Edited::start(&[&stays, &goes]).await;
    let site = &edited.site;
    let mut of_the_one_that_goes = None;
    for n in 0..10 {
        let room = format!("room-{n}");
        let opened = site.open(&room, &[&stays, &goes]).await;
        if opened.owner == 1 {
            of_the_one_that_goes = Some((room, opened.epoch));
        }
    }
    let (room, epoch) = of_the_one_that_goes.expect("one of ten rooms");
    edited.replace(&list(&[&stays]));
    site.until("it drains", || site.phase(&goes.name()) == Some(Phase::Draining)).await;
    let drain = site.backend(&goes.name()).unwrap().drain;
    assert_eq!(drain, Drain::Draining(Why::Unlisted));
    for n in 10..30 {
        assert_eq!(site.open(&format!("room-{n}"), &[&stays, &goes]).await.owner, 0);
    }
    let again = site.open(&room, &[&stays, &goes]).await;
    assert_eq!((again.owner, again.epoch), (1, epoch), "its rooms go on");
    edited.replace(&list(&[&stays, &goes]));
    site.until("it is back", || site.phase(&goes.name()) == Some(Phase::Up)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_of_a_backend_leave_with_it() {
    let (stays, goes) = (Played::start().await, Played::start().await);
    let edited = Edited::start(&[&stays, &goes]).await;
    let site = &edited.site;
    let told = |name: &str| {
        ["backend_up", "clock_difference_seconds"].map(|metric| {
            site.find_metric(&format!("instantchat_{metric}{{backend=\"{name}\"}}")).is_some()
        })
    };
    let (stays_as, goes_as) = (stays.name(), goes.name());
    site.until("both are told", || told(&stays_as) == [true; 2] && told(&goes_as) == [true; 2])
        .await;
    edited.replace(&list(&[&stays]));
    goes.kill().await;
    site.until("it has left", || site.phase(&goes_as).is_none()).await;
    site.until("it is told no more", || told(&goes_as) == [false; 2]).await;
    assert_eq!(told(&stays_as), [true; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_edit_is_shown_and_changes_nothing() {
    let backend = Played::start().await;
    let edited = Edited::start(&[&backend]).await;
    let site = &edited.site;
    let problem = || site.aux.fleet_view().roster_problem.map(|problem| problem.text);
    for (text, told) in [
        ("backendInstances: [127.0.0.1:1, nonsense]", "line 2: `nonsense`"),
        ("backendInstances: [a:1, a:1]", "stands in line 1 already"),
        ("backendInstances: [", "app-config.yml"),
        ("backendInstances: []", "no backend is named"),
        ("backendInstance: [a:1]", "did you mean `backendInstances`"),
        ("  \n", "the file is empty"),
    ] {
        edited.replace(text);
        site.until("it is told", || problem().is_some_and(|found| found.contains(told))).await;
        assert_eq!(site.aux.fleet_view().backends.len(), 1, "{text}");
        assert_eq!(site.phase(&backend.name()), Some(Phase::Up), "{text}");
    }
    assert_eq!(site.metric("instantchat_roster_errors_total"), 6.0);
    assert_eq!(site.metric("instantchat_roster_broken"), 1.0);
    fs::remove_file(&edited.file).unwrap();
    site.until("it is missed", || problem().is_some_and(|found| found.contains("No such"))).await;
    fs::write(&edited.file, list(&[&backend])).unwrap();
    site.until("all is well", || problem().is_none()).await;
    assert_eq!(site.metric("instantchat_roster_broken"), 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_reports_and_is_not_listed_keeps_its_rooms_and_gets_none() {
    let (listed, other) = (Played::start().await, Played::start().await);
    let site = Site::settled(&[&listed]).await;
    other.claim("red", 1_000);
    let report = |address: String| fleet::Report { address, run: other.run(), leaving: false };
    site.aux.calls().report(report(other.name())).await.unwrap();
    site.until("it is known", || site.phase(&other.name()) == Some(Phase::Draining)).await;
    assert_eq!(site.edge("red").await.ticket().run, other.run().0);
    assert_eq!(site.open("green", &[&listed, &other]).await.owner, 0);
    for nonsense in ["", "nonsense", "http://a:1", "a:0"] {
        assert!(site.aux.calls().report(report(nonsense.into())).await.is_ok(), "known by its run");
        let stranger =
            fleet::Report { address: nonsense.into(), run: placement::RunId(1), leaving: false };
        assert!(site.aux.calls().report(stranger).await.is_err(), "{nonsense}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_says_that_it_stops_gets_no_more_rooms() {
    let (stays, stops) = (Played::start().await, Played::start().await);
    let site = Site::settled(&[&stays, &stops]).await;
    let report = fleet::Report { address: stops.name(), run: stops.run(), leaving: true };
    site.aux.calls().report(report).await.unwrap();
    assert_eq!(site.open("red", &[&stays, &stops]).await.owner, 0);
}
