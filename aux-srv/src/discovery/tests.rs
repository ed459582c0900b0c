//! What Prometheus is told.

use fleet::FileFacts;
use placement::{BackendName, Load, Phase};
use protocol::http::FilesIn;

use super::*;
use crate::router::{BackendView, Drain, FilesView};

fn backend(name: &str, shown: &str, admin_port: u16) -> BackendView {
    BackendView {
        name: BackendName::new(name),
        display_name: shown.into(),
        phase: Phase::Up,
        since: 0,
        is_listed: true,
        drain: Drain::No,
        load: Load::default(),
        projected: None,
        members: 0,
        version: String::new(),
        key_id: String::new(),
        admin_port,
        started: None,
        clock_difference_ms: None,
        is_clock_off: false,
        lag_ms: 0,
        run: None,
        direct_host: String::new(),
        twin_of: None,
        trouble: None,
    }
}

fn file_server(number: u8, is_met: bool) -> FilesView {
    let facts = FileFacts {
        number,
        version: String::new(),
        key_id: String::new(),
        file_bytes_max: 0,
        drawing_bytes_max: 0,
        files_in: FilesIn::Folder,
        admin_port: 8_121,
    };
    FilesView {
        number,
        fleet: "files.internal:8122".into(),
        http: "files.internal:8120".into(),
        is_up: is_met,
        since: 0,
        facts: is_met.then_some(facts),
        trouble: None,
    }
}

#[test]
fn everybody_who_was_met_is_watched_even_when_down() {
    let down = BackendView { phase: Phase::Down, ..backend("[fd00::1]:8112", "", 8_111) };
    let twin = BackendView {
        twin_of: Some(BackendName::new("10.0.0.5:8112")),
        ..backend("b1.internal:8112", "b1", 8_111)
    };
    let view = FleetView {
        backends: vec![backend("10.0.0.5:8112", "b1", 9_000), down, backend("c:1", "", 0), twin],
        files: vec![file_server(7, true), file_server(8, false)],
        roster_problem: None,
        disk_problem: None,
        is_superseded: false,
        is_settled: true,
        rooms_known: 0,
        conflicts: 0,
    };
    let told = serde_json::to_value(groups(&view, "10.0.0.1:8101")).unwrap();
    let expected = serde_json::json!([
        { "targets": ["10.0.0.1:8101"], "labels": { "process": "aux-srv", "name": "aux-srv" } },
        { "targets": ["10.0.0.5:9000"], "labels": { "process": "backend", "name": "b1" } },
        {
            "targets": ["[fd00::1]:8111"],
            "labels": { "process": "backend", "name": "[fd00::1]:8112" }
        },
        { "targets": ["files.internal:8121"], "labels": { "process": "file-srv", "name": "file-srv-07" } },
    ]);
    assert_eq!(told, expected);
}

#[test]
fn a_process_is_found_at_its_advertised_host() {
    assert_eq!(admin_address("10.0.0.1:8102", 8_101), "10.0.0.1:8101");
    assert_eq!(admin_address("[fd00::1]:8102", 8_101), "[fd00::1]:8101");
}

#[test]
fn one_process_is_found_once_where_it_was_asked() {
    let listening = "127.0.0.1:8081".parse().unwrap();
    let found = |host: Option<&'static str>| {
        let host = host.map(|host| (header::HOST, host.parse().unwrap()));
        let told = one_process(&host.into_iter().collect(), listening);
        serde_json::to_value(told).unwrap()
    };
    let at = |target: &str| {
        serde_json::json!({
            "targets": [target],
            "labels": { "process": "instantchat", "name": "instantchat" },
        })
    };
    for host in ["chat.internal:8081", "[fd00::1]:8081", "host.docker.internal:18081"] {
        assert_eq!(found(Some(host)), at(host));
    }
    for none in [None, Some(""), Some("no host"), Some("a:b:c")] {
        assert_eq!(found(none), at("127.0.0.1:8081"), "{none:?}");
    }
}
