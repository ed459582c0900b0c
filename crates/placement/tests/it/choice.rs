//! The least projected load takes the room, and the ring breaks ties.

use std::collections::BTreeMap;
use std::sync::Arc;

use placement::{BackendName, Epochs, Fleet, Load, Owners, Phase, PlaceError};
use proptest::prelude::*;

fn load(rooms: u64, sockets: u64) -> Load {
    Load { rooms, sockets, ..crate::story::load(0) }
}

fn fleet(loads: &[(&str, Load)]) -> Fleet {
    let mut fleet = Fleet::new();
    for (name, load) in loads {
        fleet.report(BackendName::new(name), Phase::Up, *load, 0);
    }
    fleet
}

fn room(name: &str) -> Arc<str> {
    name.into()
}

#[test]
fn the_only_backend_gets_every_room() {
    let mut fleet = fleet(&[("b1", load(0, 0))]);
    let (mut owners, mut epochs) = (Owners::new(), Epochs::in_memory());
    for n in 0..50 {
        let room = room(&format!("room-{n}"));
        let owner = owners.place(&mut fleet, &mut epochs, &room, 7).unwrap();
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
fn what_new_rooms_may_need_refuses_none() {
    // Nine rooms of a thousand sockets each: ten more would be too many, and are not there yet.
    let mut fleet = fleet(&[("b1", load(9, 9_000))]);
    for n in 0..200 {
        assert!(fleet.choose(&format!("room-{n}")).is_some(), "{n}");
    }
    let rooms = Load { rooms_max: 20, ..load(9, 0) };
    let mut fleet = crate::choice::fleet(&[("b1", rooms)]);
    let taken = (0..20).filter(|n| fleet.choose(&format!("room-{n}")).is_some()).count();
    assert_eq!(taken, 11, "rooms are counted");
}

#[test]
fn a_busy_processor_or_a_full_memory_counts_as_load_but_refuses_nothing() {
    let busy = Load { cpu: 2_000, cpu_max: 2_000, ..load(0, 0) };
    let full = Load { memory: 95, memory_max: 100, ..load(0, 0) };
    let mut both = fleet(&[("busy", busy), ("full", full)]);
    assert_eq!(both.choose("a").unwrap().as_str(), "full");
    assert_eq!(fleet(&[("busy", busy)]).choose("a").unwrap().as_str(), "busy");
    assert!(
        fleet(&[("busy", busy), ("idle", load(500, 0))]).choose("a").unwrap().as_str() == "idle"
    );
}

#[test]
fn what_a_process_needs_without_rooms_is_no_load() {
    let fresh = Load { cpu: 100, cpu_max: 2_000, memory: 30, memory_max: 1_000, ..load(0, 0) };
    let mut fleet = fleet(&[("a:1", load(6, 15)), ("b:1", fresh)]);
    assert_eq!(fleet.choose("tea").unwrap().as_str(), "b:1");
}

#[test]
fn a_burst_of_200_rooms_leaves_projected_loads_within_ten_percent() {
    let heavy = |rooms, sockets| Load { cpu: sockets / 4, cpu_max: 4_000, ..load(rooms, sockets) };
    let loads = [("b1", heavy(10, 400)), ("b2", heavy(60, 700)), ("b3", heavy(25, 1_000))];
    let mut fleet = fleet(&loads);
    for n in 0..200 {
        fleet.choose(&format!("room-{n}")).unwrap();
    }
    let projected = loads.map(|(name, _)| fleet.projected(&BackendName::new(name)).unwrap());
    let (least, most) = (projected.iter().min().unwrap(), projected.iter().max().unwrap());
    assert!((most - least) * 10 <= *most, "{projected:?}");
}

#[test]
fn an_empty_backend_that_comes_takes_the_next_rooms() {
    let mut fleet = fleet(&[("b1", load(300, 900)), ("b2", load(280, 800))]);
    fleet.report(BackendName::new("b3"), Phase::Up, load(0, 0), 0);
    for n in 0..50 {
        assert_eq!(fleet.choose(&format!("room-{n}")).unwrap().as_str(), "b3");
    }
}

#[test]
fn a_report_keeps_the_rooms_that_it_does_not_count_yet() {
    let mut fleet = fleet(&[("b1", load(0, 0)), ("b2", load(3, 0))]);
    fleet.report(BackendName::new("b1"), Phase::Up, load(0, 0), 10);
    assert_eq!(fleet.choose("a").unwrap().as_str(), "b2");
}

#[test]
fn ties_are_broken_by_the_rooms_name_alone() {
    let names = ["b1", "b2", "b3"];
    let equal: Vec<_> = names.iter().map(|name| (*name, load(5, 5))).collect();
    let mut chosen = BTreeMap::<_, u32>::new();
    for n in 0..300 {
        let name = format!("room-{n}");
        let first = fleet(&equal).choose(&name);
        assert_eq!(first, fleet(&equal).choose(&name));
        *chosen.entry(first.unwrap()).or_default() += 1;
    }
    assert!(chosen.len() == 3 && chosen.values().all(|count| *count > 40), "{chosen:?}");
}

#[test]
fn full_draining_suspected_and_dead_backends_get_no_rooms() {
    let mut fleet = fleet(&[("b1", load(1_000, 0)), ("b2", load(0, 10_000))]);
    let others = [Phase::Draining, Phase::Down, Phase::Suspected, Phase::Unheard];
    for (phase, n) in others.into_iter().zip(3..) {
        fleet.report(BackendName::new(&format!("b{n}")), phase, load(0, 0), 0);
    }
    assert_eq!(fleet.choose("a"), None);
    let mut epochs = Epochs::in_memory();
    let placed = Owners::new().place(&mut fleet, &mut epochs, &room("a"), 1);
    assert_eq!(placed, Err(PlaceError::NoBackend));
}

#[test]
fn a_removed_backend_gets_no_rooms_and_comes_back_as_a_new_one() {
    let mut fleet = fleet(&[("b1", load(0, 0)), ("b2", load(0, 0))]);
    fleet.remove(&BackendName::new("b1"));
    assert!((0..20).all(|n| fleet.choose(&format!("r{n}")).unwrap().as_str() == "b2"));
    fleet.report(BackendName::new("b1"), Phase::Up, load(0, 0), 0);
    assert_eq!(fleet.choose("a").unwrap().as_str(), "b1");
}

#[test]
fn a_late_release_does_not_touch_a_later_term() {
    let mut fleet = fleet(&[("b1", load(0, 0))]);
    let (mut owners, mut epochs) = (Owners::new(), Epochs::in_memory());
    let first = owners.place(&mut fleet, &mut epochs, &room("a"), 10).unwrap();
    owners.release("a", first.epoch);
    assert!(owners.is_empty());
    let second = owners.place(&mut fleet, &mut epochs, &room("a"), 10).unwrap();
    assert!(second.epoch > first.epoch, "even within the same millisecond");
    owners.release("a", first.epoch);
    assert_eq!(owners.get(&fleet, "a"), Some(second));
}

proptest! {
    #[test]
    fn the_chosen_backend_never_had_a_higher_projected_load_than_another(
        loads in proptest::collection::vec((0..1_200_u64, 0..12_000_u64), 1..20),
        rooms in proptest::collection::vec("[a-z]{3,8}", 1..50),
    ) {
        let mut fleet = Fleet::new();
        let names: Vec<_> = (0..loads.len()).map(|n| BackendName::new(&format!("b{n}"))).collect();
        for (name, (rooms, sockets)) in names.iter().zip(loads) {
            fleet.report(name.clone(), Phase::Up, load(rooms, sockets), 0);
        }
        for room in rooms {
            let before: BTreeMap<_, _> =
                names.iter().filter_map(|name| Some((name.clone(), fleet.projected(name)?))).collect();
            let chosen = fleet.choose(&room);
            prop_assert_eq!(chosen.is_none(), before.is_empty());
            let least = before.values().min().copied();
            prop_assert_eq!(chosen.and_then(|name| before.get(&name).copied()), least);
        }
    }

    #[test]
    fn a_backend_that_leaves_moves_no_tie_between_the_others(room in "[a-z]{3,8}", gone in 0..6_usize) {
        let names: Vec<_> = (0..6).map(|n| BackendName::new(&format!("b{n}"))).collect();
        let mut all = Fleet::new();
        let mut fewer = Fleet::new();
        for (name, n) in names.iter().zip(0..) {
            all.report(name.clone(), Phase::Up, load(0, 0), 0);
            if n != gone {
                fewer.report(name.clone(), Phase::Up, load(0, 0), 0);
            }
        }
        let chosen = all.choose(&room).unwrap();
        if chosen != names[gone] {
            prop_assert_eq!(fewer.choose(&room).unwrap(), chosen);
        }
    }
}
