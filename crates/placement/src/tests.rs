//! Choices, ties, reservations, epochs.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use crate::{BackendName, Fleet, Load, Owners, Phase, PlaceError};

fn load(rooms: u64, sockets: u64) -> Load {
    Load { rooms, rooms_max: 1_000, sockets, sockets_max: 10_000, bytes: 0, bytes_max: 1 << 30 }
}

fn fleet(loads: &[(&str, Load)]) -> Fleet {
    let mut fleet = Fleet::new();
    for (name, load) in loads {
        fleet.report(BackendName::new(name), Phase::Up, *load);
    }
    fleet
}

fn room(name: &str) -> Arc<str> {
    name.into()
}

#[test]
fn the_only_backend_gets_every_room() {
    let mut fleet = fleet(&[("b1", load(0, 0))]);
    let mut owners = Owners::new();
    for n in 0..50 {
        let owner = owners.place(&mut fleet, &room(&format!("room-{n}")), 7).unwrap();
        assert_eq!(owner.backend.as_str(), "b1");
    }
    assert_eq!(owners.len(), 50);
}

#[test]
fn the_least_loaded_backend_gets_the_room() {
    let mut fleet = fleet(&[("b1", load(500, 0)), ("b2", load(100, 0)), ("b3", load(0, 9_000))]);
    assert_eq!(fleet.choose("a").unwrap().as_str(), "b2");
}

#[test]
fn a_burst_spreads_by_its_reservations() {
    let mut fleet = fleet(&[("b1", load(0, 0)), ("b2", load(60, 0)), ("b3", load(100, 0))]);
    let mut rooms = BTreeMap::from([("b1", 0), ("b2", 60), ("b3", 100)]);
    for n in 0..200 {
        let chosen = fleet.choose(&format!("room-{n}")).unwrap();
        *rooms.get_mut(chosen.as_str()).unwrap() += 1;
    }
    let (least, most) = (rooms.values().min().unwrap(), rooms.values().max().unwrap());
    assert!(most - least <= 12, "within 10 % of each other: {rooms:?}");
}

#[test]
fn ties_are_broken_by_the_rooms_name_alone() {
    let names = ["b1", "b2", "b3"];
    let equal: Vec<_> = names.iter().map(|name| (*name, load(5, 5))).collect();
    for n in 0..20 {
        let name = format!("room-{n}");
        let first = fleet(&equal).choose(&name);
        assert_eq!(first, fleet(&equal).choose(&name));
    }
}

#[test]
fn full_draining_and_dead_backends_get_no_rooms() {
    let full = load(1_000, 0);
    let mut fleet = fleet(&[("b1", full), ("b2", load(0, 10_000))]);
    fleet.report(BackendName::new("b3"), Phase::Draining, load(0, 0));
    fleet.report(BackendName::new("b4"), Phase::Down, load(0, 0));
    assert_eq!(fleet.choose("a"), None);
    let placed = Owners::new().place(&mut fleet, &room("a"), 1);
    assert_eq!(placed, Err(PlaceError::NoBackend));
}

#[test]
fn a_draining_owner_keeps_its_rooms_and_a_dead_one_does_not() {
    let mut fleet = fleet(&[("b1", load(0, 0))]);
    let mut owners = Owners::new();
    let first = owners.place(&mut fleet, &room("a"), 10).unwrap();
    fleet.report(BackendName::new("b1"), Phase::Draining, load(1, 1));
    fleet.report(BackendName::new("b2"), Phase::Up, load(0, 0));
    assert_eq!(owners.place(&mut fleet, &room("a"), 20).unwrap(), first);
    fleet.report(BackendName::new("b1"), Phase::Down, load(1, 1));
    let second = owners.place(&mut fleet, &room("a"), 30).unwrap();
    assert_eq!(second.backend.as_str(), "b2");
    assert!(second.epoch > first.epoch);
}

#[test]
fn a_late_release_does_not_touch_a_later_term() {
    let mut fleet = fleet(&[("b1", load(0, 0))]);
    let mut owners = Owners::new();
    let first = owners.place(&mut fleet, &room("a"), 10).unwrap();
    owners.release("a", first.epoch);
    assert!(owners.is_empty());
    let second = owners.place(&mut fleet, &room("a"), 10).unwrap();
    assert!(second.epoch > first.epoch, "even within the same millisecond");
    owners.release("a", first.epoch);
    assert_eq!(owners.get("a"), Some(&second));
}

#[test]
fn only_placements_that_nobody_asked_for_since_are_forgotten() {
    let mut fleet = fleet(&[("b1", load(0, 0))]);
    let mut owners = Owners::new();
    for (name, at) in [("old", 10), ("living", 10), ("new", 90)] {
        owners.place(&mut fleet, &room(name), at).unwrap();
    }
    let unused = owners.unused_since(50);
    assert_eq!(unused.len(), 2);
    owners.forget_unused("old", 50);
    owners.forget_unused("new", 50);
    assert!(owners.get("old").is_none());
    assert!(owners.get("living").is_some() && owners.get("new").is_some());
}

proptest! {
    #[test]
    fn epochs_rise_whatever_the_clock_does(times in proptest::collection::vec(0..u64::MAX / 2, 1..50)) {
        let mut fleet = fleet(&[("b1", load(0, 0))]);
        let mut owners = Owners::new();
        let mut last = 0;
        for now in times {
            let owner = owners.place(&mut fleet, &room("a"), now).unwrap();
            prop_assert!(owner.epoch > last);
            last = owner.epoch;
            owners.release("a", owner.epoch);
        }
    }
}
