//! The checks that need the end of a run: what was acknowledged is there, or its loss was told.

use std::collections::{BTreeMap, BTreeSet};

use room::{Key, Room, Seq};

use crate::client::ClientProcess;
use crate::message::RoomName;
use crate::plan::Weather;
use crate::world::World;

/// Rooms that are expected to end when nobody is there.
const BRIEF: &str = "brief";

/// Checks what is left when all has healed.
pub(crate) fn judge(world: &mut World, weather: Weather) {
    let mut found = Vec::new();
    let owners = owners(world, &mut found);
    for client in world.clients().filter(|client| *client.room != *BRIEF) {
        check_client(client, owners.get(&client.room).copied(), &mut found);
    }
    check_acks(world, &owners, &mut found);
    if weather == Weather::Drains && world.ledger.losses_but(BRIEF) > 0 {
        found.push(("G7", "a room was lost though nothing failed".to_owned()));
    }
    if weather == Weather::Drains && world.conflicts() > 0 {
        found.push(("G1", "two backends claimed a room though nothing failed".to_owned()));
    }
    for (guarantee, what) in found {
        world.ledger.violate(guarantee, what);
    }
}

type Found = Vec<(&'static str, String)>;

/// The one owner of each room.
fn owners<'a>(world: &'a World, found: &mut Found) -> BTreeMap<RoomName, &'a Room> {
    let mut owners = BTreeMap::new();
    for (node, backend) in world.backends() {
        for (room, live) in &backend.rooms {
            if owners.insert(room.clone(), &live.room).is_some() {
                found.push(("G1", format!("{node} is a second owner of {room}")));
            }
        }
    }
    owners
}

/// Everybody is in, and has the room's messages.
fn check_client(client: &ClientProcess, room: Option<&Room>, found: &mut Found) {
    let node = client.node();
    let Some(room) = room.filter(|_| client.is_in()) else {
        found.push(("G8", format!("{node} is not in {} at the end", client.room)));
        return;
    };
    let messages = keys(room);
    if room.verifier().is_none() {
        found.push(("G8", format!("{} has lost its password", client.room)));
    }
    if client.cursor().map(|cursor| cursor.seq) != Some(room.seq()) || client.copy != messages {
        let (has, is) = (client.copy.len(), messages.len());
        found.push(("G5", format!("{node} holds {has} messages where there are {is}")));
    }
    let once: BTreeSet<_> = messages.values().collect();
    if once.len() < messages.len() {
        found.push(("G4", format!("a post is twice in {}", client.room)));
    }
    if !client.has_no_unanswered() {
        found.push(("G8", format!("{node} has posts without an answer")));
    }
    for (key, (at, seq)) in &client.acked {
        let is_kept = messages.get(seq) == Some(key);
        if !is_kept && client.told_gone_at < Some(*at) {
            found.push(("G5", format!("{node} was never told that {key:?} is gone")));
        }
    }
}

/// Every acknowledged post is there, unless its room was lost later.
fn check_acks(world: &World, owners: &BTreeMap<RoomName, &Room>, found: &mut Found) {
    let kept: BTreeMap<_, BTreeSet<Key>> = owners
        .iter()
        .map(|(room, owner)| (room.clone(), keys(owner).into_values().collect()))
        .collect();
    for ack in &world.ledger.acks {
        let is_kept = kept.get(&ack.room).is_some_and(|keys| keys.contains(&ack.key));
        if !is_kept && !world.ledger.is_lost_since(&ack.room, ack.at) {
            let what = format!("{:?} of {} was acknowledged at {}", ack.key, ack.room, ack.at);
            found.push(("G3", what));
        }
    }
}

fn keys(room: &Room) -> BTreeMap<Seq, Key> {
    let messages = room.snapshot().messages.into_iter();
    messages.filter_map(|message| Some((message.seq, Key::new(&message.text)?))).collect()
}
