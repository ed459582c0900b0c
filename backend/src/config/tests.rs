//! The file beside the daemon is its documentation: complete, and at the defaults.

use super::*;

const FILE: &str = include_str!("../../app-config.yml");

#[test]
fn the_file_holds_every_key_at_its_default() {
    let file: DaemonConfig =
        service::config::load(Some(path().as_ref()), "BACKEND", Vec::new()).unwrap();
    assert_eq!(file, DaemonConfig::default());
    let printed = service::config::print(&file).unwrap();
    let is_key = |line: &&str| !line.trim_start().starts_with('-');
    for line in printed.lines().filter(is_key) {
        let key = line.trim_start().split(':').next().unwrap();
        assert!(FILE.contains(&format!("{key}:")), "{key} is missing in app-config.yml");
    }
}

#[test]
fn every_key_of_the_file_has_a_comment() {
    let mut commented = false;
    for line in FILE.lines().map(str::trim) {
        let is_section = line == "limits:";
        assert!(
            line.is_empty() || line.starts_with('#') || commented || is_section,
            "{line} has no comment"
        );
        commented = line.starts_with('#');
    }
}

#[test]
fn a_variable_reaches_a_key_of_the_backend() {
    let variables = [("BACKEND__ROOM__MESSAGES_MAX".to_owned(), "7".to_owned())];
    let config: DaemonConfig = service::config::load(None, "BACKEND", variables).unwrap();
    assert_eq!(config.backend.room.limits().messages_max, 7);
}

#[test]
fn the_limits_of_a_room_are_its_own_by_default() {
    assert_eq!(RoomConfig::default().limits(), ::room::Limits::default());
}

fn path() -> String {
    format!("{}/app-config.yml", env!("CARGO_MANIFEST_DIR"))
}
