//! `POST /api/previews`.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use protocol::ErrorCode;
use protocol::frame::Image;
use protocol::http::{PreviewRequest, Previewed};
use protocol::limits::{DESCRIPTOR_MS, PREVIEW_URL_CHARS_MAX};
use protocol::token::{Grant, ImageDescriptor, PreviewDescriptor};
use protocol::wire::Id128;
use service::http::{ClientAddress, Problem};
use url::Url;

use super::Preview;
use crate::id::FileId;
use crate::metrics::PreviewOutcome;
use crate::picture::Encoded;
use crate::server::{self, FileServer};
use crate::store::{Content, FileKind, Reservation, StoreError};

/// The route.
pub(crate) async fn preview(
    State(server): State<Arc<FileServer>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    request: Result<Json<PreviewRequest>, JsonRejection>,
) -> Response {
    let refusal_ms_min = Duration::from_millis(server.previews.config.refusal_ms_min);
    // It runs from the start, so that a refusal tells nothing by its time.
    let earliest = tokio::time::sleep(refusal_ms_min);
    let (grant, url, _turn) = match admitted(&server, address, &headers, request) {
        Ok(admitted) => admitted,
        Err((outcome, problem)) => {
            server.metrics.previewed(outcome);
            return problem.into_response();
        }
    };
    let now = server.clock.now();
    let found = server.previews.of(&url, now, &server.workers).await;
    let begun = earliest.deadline() - refusal_ms_min;
    server.metrics.preview_seconds.observe(begun.elapsed().as_secs_f64());
    match found {
        Ok(found) => {
            server.metrics.previewed(PreviewOutcome::Shown);
            let previewed = given(&server, &grant, &url, &found).await;
            (StatusCode::CREATED, Json(previewed)).into_response()
        }
        Err(refusal) => {
            server.metrics.previewed(PreviewOutcome::Refused(refusal));
            earliest.await;
            no_preview().into_response()
        }
    }
}

type Turn = super::turns::Turn<(Id128, Id128)>;

/// Who asks, and for what, if they may; otherwise what the metric and the answer say.
fn admitted(
    server: &FileServer,
    address: IpAddr,
    headers: &HeaderMap,
    request: Result<Json<PreviewRequest>, JsonRejection>,
) -> Result<(Grant, Url, Turn), (PreviewOutcome, Problem)> {
    let refused = |outcome, status, code: ErrorCode, detail: &str| {
        (outcome, Problem::new(status, code, detail))
    };
    if !server.origins.allows(headers) {
        let detail = "the page that asks is not of this site";
        return Err(refused(
            PreviewOutcome::Forbidden,
            StatusCode::FORBIDDEN,
            ErrorCode::BadOrigin,
            detail,
        ));
    }
    let grant = server.grant_of(headers).ok_or_else(|| {
        let detail = "the grant is missing, forged or expired";
        refused(PreviewOutcome::Forbidden, StatusCode::FORBIDDEN, ErrorCode::BadGrant, detail)
    })?;
    let Json(request) = request.map_err(|rejection| {
        let detail = "the request is not the JSON that it should be";
        refused(PreviewOutcome::Malformed, rejection.status(), ErrorCode::BadRequest, detail)
    })?;
    let (now, previews) = (server.clock.now(), &server.previews);
    let limited = |ms| (PreviewOutcome::RateLimited, Problem::rate_limited(ms));
    let turn = previews.sessions.enter((grant.owner, grant.session), now).map_err(limited)?;
    previews.addresses.take(address, now, 1).map_err(limited)?;
    let url = Some(request.url)
        .filter(|url| url.chars().count() <= PREVIEW_URL_CHARS_MAX)
        .and_then(|url| Url::parse(&url).ok())
        .filter(|url| previews.reach.is_of_web(url))
        .ok_or_else(|| {
            let detail = "the address is malformed or not of the web";
            refused(PreviewOutcome::BadUrl, StatusCode::BAD_REQUEST, ErrorCode::BadUrl, detail)
        })?;
    Ok((grant, url, turn))
}

/// The preview as the room's own, with a copy of the picture that lives as long as its message.
async fn given(server: &Arc<FileServer>, grant: &Grant, url: &Url, found: &Preview) -> Previewed {
    let picture = match found.picture.clone() {
        Some(picture) => own_picture(server, grant.clone(), picture).await,
        None => None,
    };
    let descriptor = PreviewDescriptor {
        owner: grant.owner,
        id: Id128(service::random::bytes()).to_string().into(),
        url: url.as_str().into(),
        title: found.title.as_str().into(),
        description: found.description.as_str().into(),
        image: picture,
        expires: server.clock.now() + DESCRIPTOR_MS,
    };
    Previewed {
        id: descriptor.id.to_string(),
        url: descriptor.url.to_string(),
        title: descriptor.title.to_string(),
        description: descriptor.description.to_string(),
        image: descriptor.image.as_ref().map(|image| Image {
            url: server::file_url(&image.id).into(),
            width: image.width,
            height: image.height,
        }),
        descriptor: descriptor.sign(&server.keys),
    }
}

/// Stores the picture. Where it cannot be, the preview goes without one.
async fn own_picture(
    server: &Arc<FileServer>,
    grant: Grant,
    picture: Encoded,
) -> Option<ImageDescriptor> {
    let Encoded { bytes, format, width, height } = picture;
    let size = bytes.len() as u64;
    let reservation = Reservation::new(&server.store, grant.owner, size).ok()?;
    let name = format!("preview.{}", format.ending());
    let record = server.record(&grant, FileKind::Preview, name, format.media_type(), size);
    let (own, undo) = (Arc::clone(server), Arc::clone(server));
    let stored = server::carried_on(
        &server.lifecycle,
        async move { own.store.put(Content::Memory(bytes), record, reservation).await },
        move |result: Result<FileId, StoreError>| {
            result.into_iter().for_each(|id| undo.store.discard(id));
        },
    );
    let id =
        stored.await?.inspect_err(|error| tracing::error!(%error, "a picture is lost")).ok()?;
    Some(ImageDescriptor { id: id.to_string().into(), width, height })
}

fn no_preview() -> Problem {
    let detail = "there is no preview of this address";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::NoPreview, detail)
}
