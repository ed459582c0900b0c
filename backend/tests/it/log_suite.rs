//! What every log does, whatever keeps it: one suite for all implementations.

use std::sync::Arc;

use backend::log::{Log, LogError, Logged, MemoryLog, Position};
use room::{
    Creation, Effect, Epoch, Incarnation, Input, Join, Key, Limits, PeerId, Post, Record, Request,
    RequestId, Room, SessionId, Snapshot, UnixMillis,
};

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

#[tokio::test]
async fn the_memory_passes_the_suite() {
    suite(&MemoryLog::new()).await;
}

/// Everything that is asked of a log. It must not know the rooms yet.
async fn suite(log: &impl Log) {
    an_unknown_room_is_empty(log, Incarnation([1; 16])).await;
    records_come_back_in_their_order(log, Incarnation([2; 16])).await;
    a_deposed_owner_cannot_write(log, Incarnation([3; 16])).await;
    a_snapshot_replaces_what_was_before_it(log, Incarnation([4; 16])).await;
    rooms_do_not_see_each_other(log, Incarnation([5; 16]), Incarnation([6; 16])).await;
    a_deleted_room_is_empty_and_stays_fenced(log, Incarnation([7; 16])).await;
    a_room_restored_from_its_log_equals_the_room(log, Incarnation([8; 16])).await;
}

fn created(incarnation: Incarnation) -> (Room, Record) {
    let creator = SessionId([9; 16]);
    let creation = Creation { incarnation, epoch: Epoch(1), creator, verifier: None };
    Room::create(NOW, creation, Limits::default())
}

fn term(epoch: u64) -> Record {
    Record::EpochBegan { epoch: Epoch(epoch), at: NOW }
}

async fn an_unknown_room_is_empty(log: &impl Log, room: Incarnation) {
    assert_eq!(log.read(room).await, Ok(Logged::default()));
    assert_eq!(log.delete(room).await, Ok(()));
}

async fn records_come_back_in_their_order(log: &impl Log, room: Incarnation) {
    let (_, first) = created(room);
    let at = log.append(room, Position::default(), vec![first.clone()]).await.unwrap();
    let end = log.append(room, at, vec![term(2), term(3)]).await.unwrap();
    assert!(at > Position::default() && end > at);
    let logged = log.read(room).await.unwrap();
    assert_eq!(logged.snapshot, None);
    assert_eq!(logged.records, [first, term(2), term(3)]);
    assert_eq!(logged.position, end);
}

async fn a_deposed_owner_cannot_write(log: &impl Log, room: Incarnation) {
    let (state, first) = created(room);
    let old = log.append(room, Position::default(), vec![first.clone()]).await.unwrap();
    let new = log.append(room, old, vec![term(2)]).await.unwrap();
    assert_eq!(log.append(room, old, vec![term(9)]).await, Err(LogError::Fenced));
    assert_eq!(log.roll_up(room, old, state.snapshot()).await, Err(LogError::Fenced));
    assert_eq!(log.append(room, Position::default(), vec![term(9)]).await, Err(LogError::Fenced));
    let logged = log.read(room).await.unwrap();
    assert_eq!((logged.records, logged.position), (vec![first, term(2)], new));
}

async fn a_snapshot_replaces_what_was_before_it(log: &impl Log, room: Incarnation) {
    let (state, first) = created(room);
    let at = log.append(room, Position::default(), vec![first]).await.unwrap();
    let rolled = log.roll_up(room, at, state.snapshot()).await.unwrap();
    assert!(rolled > at);
    let end = log.append(room, rolled, vec![term(2)]).await.unwrap();
    let logged = log.read(room).await.unwrap();
    assert_eq!(logged.snapshot.as_deref(), Some(&state.snapshot()));
    assert_eq!((logged.records, logged.position), (vec![term(2)], end));
}

async fn rooms_do_not_see_each_other(log: &impl Log, one: Incarnation, other: Incarnation) {
    let (_, first) = created(one);
    let at = log.append(one, Position::default(), vec![first]).await.unwrap();
    log.append(other, Position::default(), vec![term(1)]).await.unwrap();
    log.delete(other).await.unwrap();
    assert_eq!(log.read(one).await.unwrap().position, at);
    assert_eq!(log.read(other).await, Ok(Logged::default()));
}

async fn a_deleted_room_is_empty_and_stays_fenced(log: &impl Log, room: Incarnation) {
    let (_, first) = created(room);
    let at = log.append(room, Position::default(), vec![first]).await.unwrap();
    log.delete(room).await.unwrap();
    assert_eq!(log.append(room, at, vec![term(9)]).await, Err(LogError::Fenced));
    assert_eq!(log.read(room).await, Ok(Logged::default()));
}

async fn a_room_restored_from_its_log_equals_the_room(log: &impl Log, incarnation: Incarnation) {
    let (mut room, first) = created(incarnation);
    let mut position = log.append(incarnation, Position::default(), vec![first]).await.unwrap();
    let join = Join {
        peer: PeerId(1),
        session: SessionId([9; 16]),
        name: Some("Ada".into()),
        proof: None,
        resume: None,
        entropy: 7,
    };
    position = applied(log, &mut room, position, Input::Join(join)).await;
    for n in 0..8 {
        position = applied(log, &mut room, position, say(n)).await;
        if n == 3 {
            position = log.roll_up(incarnation, position, room.snapshot()).await.unwrap();
        }
    }
    let Logged { snapshot, records, .. } = log.read(incarnation).await.unwrap();
    let snapshot = Arc::unwrap_or_clone(snapshot.unwrap());
    let restored = Room::restore(NOW, snapshot, records, Epoch(1), Limits::default());
    let facts = |room: &Room| Snapshot::without_presence(room.snapshot());
    assert_eq!(facts(&restored), facts(&room));
    assert_eq!(restored.seq(), room::Seq(8));
}

fn say(n: u64) -> Input {
    let key = Key::new(&format!("k{n}")).unwrap();
    let (text, reply_to, file, preview) = (format!("message {n}"), None, None, None);
    let post = Post { key, text, reply_to, file, preview };
    Input::Request { peer: PeerId(1), id: Some(RequestId(n)), request: Request::Post(post) }
}

/// Applies an input, and logs what it records.
async fn applied(log: &impl Log, room: &mut Room, last: Position, input: Input) -> Position {
    let mut effects = Vec::new();
    room.apply(NOW, input, &mut effects);
    let records: Vec<_> = effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Record(record) => Some(record),
            _ => None,
        })
        .collect();
    assert!(!records.is_empty());
    log.append(room.incarnation(), last, records).await.unwrap()
}
