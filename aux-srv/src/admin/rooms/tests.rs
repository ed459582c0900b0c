//! Pages of rooms from several backends.

use fleet::{Announced, Answer, CallError, Poll, PollAnswer, RoomSummary};
use placement::RunId;

use super::*;

/// A backend with these rooms, or without an answer.
struct Holds(Option<Vec<RoomRow>>);

impl fleet::Backend for Holds {
    fn status(&self, _: Poll) -> Answer<'_, PollAnswer> {
        Box::pin(async { Err(CallError::Timeout) })
    }

    fn summary(&self, _: Arc<str>) -> Answer<'_, Option<RoomSummary>> {
        Box::pin(async { Ok(None) })
    }

    fn rooms(&self, after: Option<Arc<str>>, limit: u32) -> Answer<'_, Vec<RoomRow>> {
        assert!(limit <= ROOMS_PAGE_MAX);
        Box::pin(async move {
            let rows = self.0.as_ref().ok_or(CallError::Timeout)?;
            let later = rows.iter().filter(|row| after.as_ref().is_none_or(|a| row.room > *a));
            Ok(later.take(limit as usize).cloned().collect())
        })
    }

    fn delete(&self, _: RunId, _: Arc<str>) -> Answer<'_, bool> {
        Box::pin(async { Ok(false) })
    }

    fn announce(&self, _: RunId, _: Arc<str>) -> Answer<'_, Announced> {
        Box::pin(async { Ok(Announced::default()) })
    }
}

fn row(number: u32) -> RoomRow {
    RoomRow {
        room: format!("room-{number:06}").into(),
        epoch: 1,
        created: u64::from(number % 7),
        members: number % 13,
        messages: number % 11,
        bytes: u64::from(number),
        protected: number.is_multiple_of(3),
    }
}

/// Room `n` lives on backend `n mod count`.
fn backends(rooms: u32, count: u32) -> Vec<Asked> {
    let of = |backend| (0..rooms).filter(move |number| number % count == backend).map(row);
    (0..count).map(|backend| asked(backend, Some(of(backend).collect()))).collect()
}

fn asked(number: u32, rows: Option<Vec<RoomRow>>) -> Asked {
    Asked { name: format!("b{number}").into(), run: Some(RunId(1)), link: Arc::new(Holds(rows)) }
}

/// All names, page by page.
async fn walk(backends: &[Asked], mut query: RoomsQuery) -> (Vec<String>, usize) {
    let (mut names, mut pages) = (Vec::new(), 0);
    loop {
        let page = list(backends, &query).await;
        assert!(page.rooms.len() <= query.limit() + 1);
        names.extend(page.rooms.iter().map(|room| room.room.to_string()));
        pages += 1;
        query.after = page.next;
        if query.after.is_none() {
            return (names, pages);
        }
    }
}

#[tokio::test]
async fn pages_by_name_hold_every_room_once() {
    for (rooms, count, limit) in
        [(0, 3, 10), (9, 3, 10), (10, 3, 10), (250, 3, 7), (2_500, 2, 1_000)]
    {
        let query = RoomsQuery { limit: Some(limit), ..RoomsQuery::default() };
        let (names, pages) = walk(&backends(rooms, count), query).await;
        let expected: Vec<_> = (0..rooms).map(|number| row(number).room.to_string()).collect();
        assert_eq!(names, expected, "{rooms} on {count} by {limit}");
        assert_eq!(pages, rooms.div_ceil(limit).max(1) as usize);
    }
}

#[tokio::test]
async fn two_claimants_of_one_name_are_both_shown() {
    let both = [asked(0, Some(vec![row(1), row(2)])), asked(1, Some(vec![row(1), row(3)]))];
    let query = RoomsQuery { limit: Some(1), ..RoomsQuery::default() };
    let (names, _) = walk(&both, query).await;
    assert_eq!(names, ["room-000001", "room-000001", "room-000002", "room-000003"]);
}

#[tokio::test]
async fn filters_look_at_all_rooms() {
    let backends = backends(5_000, 3);
    let query = RoomsQuery { filter: Some(" ROOM-0049".into()), ..RoomsQuery::default() };
    assert_eq!(walk(&backends, query.clone()).await.0.len(), 100);
    let query = RoomsQuery { protected: Some(true), ..query };
    assert_eq!(walk(&backends, query).await.0.len(), 33);
}

#[tokio::test]
async fn other_orders_begin_with_the_first_of_all() {
    let backends = backends(3_000, 3);
    let query = RoomsQuery { sort: Order::Bytes, limit: Some(2), ..RoomsQuery::default() };
    let page = list(&backends, &query).await;
    let names: Vec<_> = page.rooms.iter().map(|room| &*room.room).collect();
    assert_eq!(names, ["room-002999", "room-002998"]);
    let query = RoomsQuery { limit: Some(1_000), ..query };
    let (names, pages) = walk(&backends, query).await;
    assert_eq!((names.len(), pages), (3_000, 3));
    for (sort, created) in [(Order::Age, 0), (Order::Newest, 6)] {
        let query = RoomsQuery { sort, ..RoomsQuery::default() };
        assert_eq!(list(&backends, &query).await.rooms[0].created, created);
    }
    for sort in [Order::Members, Order::Messages] {
        let query = RoomsQuery { sort, ..RoomsQuery::default() };
        let first = &list(&backends, &query).await.rooms[0];
        assert_eq!(first.members.max(first.messages), if sort == Order::Members { 12 } else { 10 });
    }
}

#[tokio::test]
async fn more_rooms_than_may_be_looked_at_are_cut_and_said_to_be() {
    let rows = (0..=EXAMINED_MAX as u32).map(row).collect();
    let backends = [asked(0, Some(rows))];
    let sorted = RoomsQuery { sort: Order::Bytes, ..RoomsQuery::default() };
    assert!(list(&backends, &sorted).await.cut);
    let nowhere = RoomsQuery { filter: Some("nowhere".into()), ..RoomsQuery::default() };
    let page = list(&backends, &nowhere).await;
    assert!(page.cut && page.rooms.is_empty());
    let rest = RoomsQuery { after: page.next, ..nowhere };
    let page = list(&backends, &rest).await;
    assert!(!page.cut && page.next.is_none(), "the next look takes up where this one ended");
}

#[tokio::test]
async fn a_backend_without_an_answer_is_named_and_hides_no_other() {
    let backends = [asked(0, None), asked(1, Some((0..30).map(row).collect()))];
    for sort in [Order::Name, Order::Bytes] {
        let query = RoomsQuery { sort, limit: Some(20), ..RoomsQuery::default() };
        let page = list(&backends, &query).await;
        assert_eq!(page.rooms.len(), 20);
        assert_eq!(page.missing.len(), 1);
        assert_eq!(&*page.missing[0].backend, "b0");
    }
}
