//! What holds for any sequence of steps. A failure prints the steps, shrunk; every step recounts
//! the whole room (`Room::check_invariants`), and every live client's copy is compared with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use room::{Cursor, Effect, Event, EventKind, Gap, Input, Room};

use crate::model::World;
use crate::steps::{limits, steps};
use crate::story::session;

/// Random runs per property.
const CASES: u32 = 192;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn every_copy_equals_the_room_at_every_moment(limits in limits(), steps in steps()) {
        let mut world = World::new(limits);
        world.run(&steps);
        world.assert_everybody_knows();
    }

    #[test]
    fn equal_inputs_have_equal_effects(limits in limits(), steps in steps()) {
        let mut one = World::new(limits);
        let mut other = World::new(limits);
        one.run(&steps);
        other.run(&steps);
        prop_assert_eq!(one.trace, other.trace);
    }

    #[test]
    fn a_restored_snapshot_has_the_same_future(
        limits in limits(),
        past in steps(),
        future in steps(),
    ) {
        let mut stayed = World::new(limits);
        stayed.run(&past);
        stayed.fall_silent();
        let mut moved = stayed.clone();
        let (snapshot, epoch) = (moved.story.room.snapshot(), moved.story.room.epoch());
        moved.story.room =
            Room::restore(moved.story.now, snapshot.clone(), Vec::new(), epoch, limits);
        prop_assert_eq!(moved.story.room.check_invariants(), Ok(()));
        prop_assert_eq!(moved.story.room.snapshot(), snapshot);
        stayed.run(&future);
        moved.run(&future);
        prop_assert_eq!(stayed.trace, moved.trace);
    }

    #[test]
    fn records_restore_all_but_presence(limits in limits(), steps in steps()) {
        let mut world = World::new(limits);
        for step in steps.chunks(10) {
            world.run(step);
            let restored = world.story.restored_from_records();
            prop_assert_eq!(restored.check_invariants(), Ok(()));
            prop_assert_eq!(
                restored.snapshot().without_presence(),
                world.story.room.snapshot().without_presence()
            );
        }
    }

    #[test]
    fn every_cursor_gets_what_it_misses_or_a_gap(limits in limits(), steps in steps()) {
        let mut world = World::new(limits);
        world.run(&steps);
        world.fall_silent();
        let newest = world.story.cursor();
        for missed in 0..=newest.seq.0.min(40) {
            let seq = room::Seq(newest.seq.0 - missed);
            check_resume(&world, Cursor { seq, ..newest })?;
        }
    }
}

/// A member resumes at a cursor of the present branch, on a copy of the room.
fn check_resume(world: &World, cursor: Cursor) -> Result<(), TestCaseError> {
    let mut story = world.story.clone();
    let Some(member) = story.room.snapshot().members.first().cloned() else { return Ok(()) };
    let number = (1..=7).find(|&number| session(number) == member.session).expect("a session");
    let joined = story.resume(number, cursor);
    // A friendly name for the member may have dropped a message more.
    let trimmed_to = story.room.snapshot().trimmed_to;
    let mut got = Vec::new();
    let mut live = !joined.catching_up;
    loop {
        for effect in &story.effects {
            if let Effect::Resumed { events, live: now_live, .. } = effect {
                got.extend(events.iter().cloned());
                live = *now_live;
            }
        }
        if live {
            break;
        }
        story.apply(Input::Continue { peer: joined.peer });
    }
    let posted =
        |event: &&std::sync::Arc<room::Event>| matches!(event.kind, EventKind::Posted { .. });
    let missed = &as_told_later(&world.events)[cursor.seq.0 as usize..];
    let lost = missed.iter().filter(posted).rfind(|event| event.seq <= trimmed_to);
    if joined.resumed {
        // The join itself may have brought a friendly name.
        prop_assert_eq!(&got[..missed.len().min(got.len())], missed);
        prop_assert!(got.len() >= missed.len());
    } else if let Some(gap) = joined.gap {
        prop_assert_eq!(gap, Gap::Trimmed { from: cursor.seq.next(), to: trimmed_to });
        prop_assert!(lost.is_some());
    } else {
        prop_assert!(lost.is_none(), "a message is gone without a word");
    }
    Ok(())
}

/// All events as somebody who returns gets them: without what was deleted meanwhile.
fn as_told_later(events: &[Arc<Event>]) -> Vec<Arc<Event>> {
    let deleted = events.iter().filter_map(|event| match event.kind {
        EventKind::Deleted { message } => Some(message),
        _ => None,
    });
    let deleted: BTreeSet<_> = deleted.collect();
    let mut events = events.to_vec();
    for event in events.iter_mut().map(Arc::make_mut) {
        match &mut event.kind {
            EventKind::Posted { text, file, preview, .. } if deleted.contains(&event.seq) => {
                (*text, *file, *preview) = ("".into(), None, None);
            }
            EventKind::Edited { message, text } if deleted.contains(message) => *text = "".into(),
            _ => {}
        }
    }
    events
}
