//! What the API shows and does. Every change is logged with who made it, and without any room.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use fleet::CallError;
use fleet::limits::NOTICE_CHARS_MAX;
use futures_util::stream::{self, StreamExt};
use placement::{BackendName, Phase};
use protocol::RoomName;
use serde::{Deserialize, Serialize};
use service::http::ClientAddress;

use super::door::Door;
use super::refusal::Refusal;
use super::rooms::{self, Asked, RoomsPage, RoomsQuery};
use super::shown::Shown;
use crate::router::{BackendView, Drain, FleetView};

/// Backends that are told at once.
const TOLD_AT_ONCE: usize = 8;

/// Which room to delete.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Deletion {
    room: String,
}

/// What to tell all rooms.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Notice {
    text: String,
}

/// How a backend stands after a change, and what stopping it now would cost.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Drained {
    draining: bool,
    drained: bool,
    /// Rooms that lose their history if it is stopped now.
    rooms: u64,
    /// Members in them.
    members: u64,
}

/// Who heard a notice.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    rooms: u64,
    peers: u64,
    missing: Vec<Untold>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Untold {
    backend: Arc<str>,
    detail: String,
}

/// `GET /api/admin/fleet`.
pub(super) async fn fleet(State(door): State<Arc<Door>>) -> Json<Shown> {
    Json(Shown::of(door.fleet.view(), door.clock.unix(), &door.key_id))
}

/// `GET /api/admin/rooms`.
pub(super) async fn rooms(
    State(door): State<Arc<Door>>,
    query: Result<Query<RoomsQuery>, QueryRejection>,
) -> Result<Json<RoomsPage>, Refusal> {
    let Query(query) = query.map_err(|error| Refusal::BadRequest(error.body_text()))?;
    let backends = asked(&door, &door.fleet.view(), query.backend.as_deref());
    if query.backend.is_some() && backends.is_empty() {
        return Err(Refusal::NO_BACKEND);
    }
    let _place = door.listings.acquire().await;
    Ok(Json(rooms::list(&backends, &query).await))
}

/// `POST /api/admin/backends/{name}/drain`.
pub(super) async fn drain(
    State(door): State<Arc<Door>>,
    ClientAddress(address): ClientAddress,
    name: Result<Path<String>, PathRejection>,
) -> Result<Json<Drained>, Refusal> {
    set_drain(&door, address, name, true)
}

/// `POST /api/admin/backends/{name}/undrain`.
pub(super) async fn undrain(
    State(door): State<Arc<Door>>,
    ClientAddress(address): ClientAddress,
    name: Result<Path<String>, PathRejection>,
) -> Result<Json<Drained>, Refusal> {
    set_drain(&door, address, name, false)
}

/// `POST /api/admin/rooms/{backend}/delete`.
pub(super) async fn delete(
    State(door): State<Arc<Door>>,
    ClientAddress(address): ClientAddress,
    backend: Result<Path<String>, PathRejection>,
    body: Result<Json<Deletion>, JsonRejection>,
) -> Result<Json<serde_json::Value>, Refusal> {
    let Path(backend) = backend.map_err(|_| Refusal::NO_BACKEND)?;
    let Json(body) = body.map_err(|_| Refusal::BadRequest("a body {\"room\": …}".into()))?;
    let room = RoomName::parse(&body.room)
        .map_err(|error| Refusal::BadRequest(format!("not a room's name: {error}")))?;
    let asked =
        asked(&door, &door.fleet.view(), Some(&backend)).pop().ok_or(Refusal::NO_BACKEND)?;
    let run = asked.run.ok_or_else(|| unanswered(&CallError::Timeout))?;
    let deleted = asked.link.delete(run, room.shared()).await;
    let outcome = match &deleted {
        Ok(true) => "deleted",
        Ok(false) => "absent",
        Err(_) => "unanswered",
    };
    tracing::info!(%address, action = "delete a room", %backend, outcome, "admin");
    if deleted.map_err(|error| unanswered(&error))? {
        Ok(Json(serde_json::json!({ "deleted": true })))
    } else {
        Err(Refusal::NotFound("the backend has no such room"))
    }
}

/// `POST /api/admin/notice`.
pub(super) async fn notice(
    State(door): State<Arc<Door>>,
    ClientAddress(address): ClientAddress,
    body: Result<Json<Notice>, JsonRejection>,
) -> Result<Json<Told>, Refusal> {
    let Json(body) = body.map_err(|_| Refusal::BadRequest("a body {\"text\": …}".into()))?;
    let text: Arc<str> = notice_text(&body.text)?.into();
    let asked = asked(&door, &door.fleet.view(), None);
    let told = stream::iter(asked)
        .map(|backend| {
            let text = Arc::clone(&text);
            async move {
                let answer = match backend.run {
                    Some(run) => backend.link.announce(run, text).await,
                    None => Err(CallError::Timeout),
                };
                (backend.name, answer)
            }
        })
        .buffer_unordered(TOLD_AT_ONCE)
        .fold(Told::default(), |mut told, (backend, answer)| async move {
            match answer {
                Ok(heard) => {
                    told.rooms += heard.rooms;
                    told.peers += heard.peers;
                }
                Err(error) => told.missing.push(Untold { backend, detail: error.to_string() }),
            }
            told
        })
        .await;
    let (rooms, missing) = (told.rooms, told.missing.len());
    tracing::info!(%address, action = "notice", rooms, missing, "admin");
    Ok(Json(told))
}

fn set_drain(
    door: &Door,
    address: IpAddr,
    name: Result<Path<String>, PathRejection>,
    drain: bool,
) -> Result<Json<Drained>, Refusal> {
    let Path(name) = name.map_err(|_| Refusal::NO_BACKEND)?;
    let name = BackendName::new(&name);
    door.fleet.drain(&name, drain)?;
    let action = if drain { "drain" } else { "undrain" };
    tracing::info!(%address, action, backend = name.as_str(), "admin");
    let view = door.fleet.view();
    let backend = view.backends.iter().find(|backend| backend.name == name);
    let backend = backend.ok_or(Refusal::NO_BACKEND)?;
    Ok(Json(Drained {
        draining: backend.drain != Drain::No,
        drained: matches!(backend.drain, Drain::Drained(_)),
        rooms: backend.load.rooms,
        members: backend.members,
    }))
}

/// What a notice says, without the space around it.
fn notice_text(text: &str) -> Result<&str, Refusal> {
    let text = text.trim();
    let refused = |detail: String| Err(Refusal::BadRequest(detail));
    if text.is_empty() {
        return refused("the notice is empty".into());
    }
    if text.chars().count() > NOTICE_CHARS_MAX {
        return refused(format!("a notice has {NOTICE_CHARS_MAX} characters at most"));
    }
    if text.chars().any(|letter| letter.is_control() && letter != '\n') {
        return refused("a notice has no control characters".into());
    }
    Ok(text)
}

/// The backends whose rooms are asked for: the one that is named, or all that may answer.
fn asked(door: &Door, view: &FleetView, named: Option<&str>) -> Vec<Asked> {
    let chosen = view.backends.iter().filter(|backend| match named {
        Some(name) => backend.name.as_str() == name,
        None => may_answer(backend),
    });
    let with_link = |backend: &BackendView| {
        let link = door.fleet.backend(&backend.name)?;
        Some(Asked { name: backend.name.as_str().into(), run: backend.run, link })
    };
    chosen.filter_map(with_link).collect()
}

/// One that is down or was never heard has no rooms to speak of, and a twin has them under the
/// other name.
fn may_answer(backend: &BackendView) -> bool {
    !matches!(backend.phase, Phase::Unheard | Phase::Down) && backend.twin_of.is_none()
}

fn unanswered(error: &CallError) -> Refusal {
    Refusal::Unanswered(format!("the backend: {error}"))
}
