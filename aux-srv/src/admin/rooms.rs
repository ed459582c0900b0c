//! Lists of rooms: put together from all backends, a page at a time. Backends list by name; any
//! other order needs all rooms, and takes as many as it may.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use serde::{Deserialize, Serialize};

use fleet::RoomRow;
use fleet::limits::ROOMS_PAGE_MAX;
use placement::RunId;

/// Rooms of one page unless told otherwise.
const PAGE: u32 = 100;
/// Rooms that one request looks at, of all backends together: some 20 MB of them.
const EXAMINED_MAX: usize = 100_000;
/// Backends that are asked at once.
const ASKED_AT_ONCE: usize = 8;
/// Time for all the questions of one request to one backend.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a request asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct RoomsQuery {
    /// Only of this backend.
    pub(super) backend: Option<String>,
    /// What `next` of the page before said.
    after: Option<String>,
    /// Rooms of the page.
    limit: Option<u32>,
    /// In which order.
    sort: Order,
    /// Only those whose name has this in it.
    filter: Option<String>,
    /// Only those with a password, or without.
    protected: Option<bool>,
}

/// An order of rooms. Numbers begin with the largest, ages with the oldest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Order {
    #[default]
    Name,
    Age,
    Newest,
    Members,
    Messages,
    Bytes,
}

/// A backend that is asked for its rooms.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) name: Arc<str>,
    /// The run that answered last; none before the first answer.
    pub(super) run: Option<RunId>,
    pub(super) link: Arc<dyn fleet::Backend>,
}

/// One page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RoomsPage {
    rooms: Vec<RoomView>,
    /// What asks for the next page; none on the last.
    next: Option<String>,
    /// Whether there are more rooms than one request looks at, and these are the first of those.
    cut: bool,
    /// The backends whose rooms are missing, with what they lack.
    missing: Vec<Missing>,
}

/// A room and where it lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct RoomView {
    room: Arc<str>,
    backend: Arc<str>,
    epoch: u64,
    created: u64,
    members: u32,
    messages: u32,
    bytes: u64,
    protected: bool,
}

/// A backend that did not tell its rooms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Missing {
    backend: Arc<str>,
    detail: String,
}

/// A backend's rooms after a name, as far as they were asked for.
struct Listed {
    backend: Arc<str>,
    rooms: Vec<RoomRow>,
    /// Whether it has more.
    more: bool,
    error: Option<String>,
}

impl RoomsQuery {
    fn limit(&self) -> usize {
        self.limit.unwrap_or(PAGE).clamp(1, ROOMS_PAGE_MAX) as usize
    }

    fn takes(&self, room: &RoomRow) -> bool {
        let filter = self.filter.as_deref().map(|text| text.trim().to_lowercase());
        filter.is_none_or(|text| room.room.contains(&text))
            && self.protected.is_none_or(|protected| room.protected == protected)
    }
}

/// The page that a query asks for, of these backends.
pub(super) async fn list(backends: &[Asked], query: &RoomsQuery) -> RoomsPage {
    if query.sort == Order::Name {
        by_name(backends, query).await
    } else {
        sorted(backends, query).await
    }
}

/// Reads on from a name until the page is full. What a backend has not told yet may come before
/// what another has: only names up to the first of their ends are certain.
async fn by_name(backends: &[Asked], query: &RoomsQuery) -> RoomsPage {
    let limit = query.limit();
    let is_filtered = query.filter.is_some() || query.protected.is_some();
    let chunk = if is_filtered { ROOMS_PAGE_MAX as usize } else { limit };
    let mut page = RoomsPage::default();
    let mut asked = backends.to_vec();
    let mut after: Option<Arc<str>> = query.after.as_deref().map(Arc::from);
    let mut examined = 0;
    loop {
        let lists = ask_all(&asked, after.as_ref(), chunk).await;
        let certain = lists.iter().filter(|list| list.more).filter_map(|list| list.rooms.last());
        let horizon = certain.map(|row| Arc::clone(&row.room)).min();
        asked.retain(|asked| {
            lists.iter().any(|list| list.backend == asked.name && list.error.is_none())
        });
        let mut merged: BTreeMap<(Arc<str>, Arc<str>), RoomRow> = BTreeMap::new();
        for list in lists {
            page.missing.extend(
                list.error.map(|detail| Missing { backend: Arc::clone(&list.backend), detail }),
            );
            for row in list.rooms {
                merged.insert((Arc::clone(&row.room), Arc::clone(&list.backend)), row);
            }
        }
        for ((room, backend), row) in merged {
            let is_certain = horizon.as_ref().is_none_or(|horizon| room <= *horizon);
            let is_other = after.as_ref() != Some(&room);
            if !is_certain {
                break;
            }
            // Two claimants of one name stand on one page, or one of them would never be seen.
            if is_other && (page.rooms.len() >= limit || examined >= EXAMINED_MAX) {
                page.cut = page.rooms.len() < limit;
                page.next = after.map(|name| name.to_string());
                return page;
            }
            examined += 1;
            if query.takes(&row) {
                page.rooms.push(RoomView::of(backend, row));
            }
            after = Some(room);
        }
        if horizon.is_none() {
            return page;
        }
    }
}

/// Looks at all rooms, as far as it may, and shows the part of the order that is asked for.
async fn sorted(backends: &[Asked], query: &RoomsQuery) -> RoomsPage {
    let share = (EXAMINED_MAX / backends.len().max(1)).max(1);
    let lists = ask_all(backends, None, share).await;
    let mut page = RoomsPage::default();
    let mut rows = Vec::new();
    for list in lists {
        page.cut |= list.more;
        page.missing.extend(
            list.error.map(|detail| Missing { backend: Arc::clone(&list.backend), detail }),
        );
        let taken = list.rooms.into_iter().filter(|row| query.takes(row));
        rows.extend(taken.map(|row| RoomView::of(Arc::clone(&list.backend), row)));
    }
    rows.sort_by(|a, b| {
        let order = match query.sort {
            Order::Name => std::cmp::Ordering::Equal,
            Order::Age => a.created.cmp(&b.created),
            Order::Newest => b.created.cmp(&a.created),
            Order::Members => b.members.cmp(&a.members),
            Order::Messages => b.messages.cmp(&a.messages),
            Order::Bytes => b.bytes.cmp(&a.bytes),
        };
        order.then_with(|| a.room.cmp(&b.room)).then_with(|| a.backend.cmp(&b.backend))
    });
    let start = query.after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(0_usize);
    let end = start.saturating_add(query.limit());
    page.next = (end < rows.len()).then(|| end.to_string());
    page.rooms = rows.into_iter().skip(start).take(query.limit()).collect();
    page
}

/// Asks backends for up to so many rooms each.
async fn ask_all(backends: &[Asked], after: Option<&Arc<str>>, count: usize) -> Vec<Listed> {
    stream::iter(backends.iter().cloned())
        .map(|backend| ask(backend, after.cloned(), count))
        .buffer_unordered(ASKED_AT_ONCE)
        .collect()
        .await
}

async fn ask(backend: Asked, mut after: Option<Arc<str>>, count: usize) -> Listed {
    let mut listed =
        Listed { backend: Arc::clone(&backend.name), rooms: Vec::new(), more: true, error: None };
    let asking = async {
        while listed.more && listed.rooms.len() < count {
            let limit = (count - listed.rooms.len()).min(ROOMS_PAGE_MAX as usize) as u32;
            match backend.link.rooms(after.take(), limit).await {
                Ok(rows) => {
                    listed.more = rows.len() >= limit as usize;
                    after = rows.last().map(|row| Arc::clone(&row.room));
                    listed.rooms.extend(rows);
                }
                Err(error) => {
                    listed.more = false;
                    listed.error = Some(error.to_string());
                }
            }
        }
    };
    if tokio::time::timeout(PATIENCE, asking).await.is_err() {
        listed.more = false;
        listed.error = Some(format!("its list takes longer than {} s", PATIENCE.as_secs()));
    }
    listed
}

impl RoomView {
    fn of(backend: Arc<str>, row: RoomRow) -> Self {
        Self {
            room: row.room,
            backend,
            epoch: row.epoch,
            created: row.created,
            members: row.members,
            messages: row.messages,
            bytes: row.bytes,
            protected: row.protected,
        }
    }
}

#[cfg(test)]
mod tests;
