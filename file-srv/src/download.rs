//! `GET /files/{id}`: whole or in part, cached for ever, inert in any browser.

use std::net::IpAddr;
use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use protocol::ErrorCode;
use service::http::{ClientAddress, Problem};
use service::rate::{ADDRESSES_MAX, AddressBuckets, AddressCounts, Held, Rate};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::FilesConfig;
use crate::id::FileId;
use crate::metrics::DownloadOutcome;
use crate::name;
use crate::server::FileServer;
use crate::store::{Found, Record, StoreError};

/// Files unknown to the index that one address may ask for: the store is asked for each.
const LOOK_UPS: Rate = Rate { burst: 100, refill_ms: 200 };
/// Milliseconds after which a busy server may be asked again.
const RETRY_MS: u64 = 1_000;
/// An id always names the same bytes. Only browsers keep them, as the id is the right to read.
const CACHE: &str = "private, max-age=31536000, immutable";
/// Nothing in a file runs or loads anything, even if it is opened by itself.
const POLICY: &str = "sandbox; default-src 'none'";

/// Who may read now.
pub(crate) struct Downloads {
    places: Arc<Semaphore>,
    addresses: Arc<AddressCounts>,
    look_ups: AddressBuckets,
}

impl Downloads {
    /// Nobody reads yet.
    pub(crate) fn new(config: &FilesConfig) -> Self {
        Self {
            places: Arc::new(Semaphore::new(config.downloads_max)),
            addresses: AddressCounts::new(config.address_downloads_max, ADDRESSES_MAX),
            look_ups: AddressBuckets::new(LOOK_UPS, ADDRESSES_MAX),
        }
    }

    /// A place, for as long as it is held.
    fn enter(&self, address: IpAddr) -> Result<(OwnedSemaphorePermit, Held), Problem> {
        let held = self.addresses.enter(address).ok_or_else(|| Problem::rate_limited(RETRY_MS))?;
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            let detail = "as many downloads are under way as may be";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, detail)
                .retry_after_ms(RETRY_MS)
        })?;
        Ok((place, held))
    }
}

/// The part of a file that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Range(Range<u64>),
    /// The range is outside the file.
    Outside,
}

/// The route, of GET and HEAD.
pub(crate) async fn download(
    State(server): State<Arc<FileServer>>,
    ClientAddress(address): ClientAddress,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let answer = answer(&server, address, &id, &method, &headers).await.into_response();
    server.metrics.downloaded(DownloadOutcome::of(answer.status()));
    answer
}

async fn answer(
    server: &FileServer,
    address: IpAddr,
    id: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let id: FileId = id.parse().map_err(|_| not_found())?;
    let record = match server.store.find(id) {
        Found::Here(record) => record,
        Found::Nowhere => return Err(not_found()),
        Found::Unknown => {
            let allowed = server.downloads.look_ups.take(address, server.clock.now(), 1);
            allowed.map_err(Problem::rate_limited)?;
            server.store.look_up(id).await.map_err(|error| failed(&error))?.ok_or_else(not_found)?
        }
    };
    let tag = format!("\"{id}\"");
    if is_known(headers, &tag) {
        let answer = described(StatusCode::NOT_MODIFIED.into_response(), &record, &tag);
        return Ok(answer);
    }
    let part = match part(headers, &tag, record.size) {
        Part::Outside => return Ok(outside(&record)),
        part => part,
    };
    let (status, range) = match &part {
        Part::Range(range) => (StatusCode::PARTIAL_CONTENT, range.clone()),
        _ => (StatusCode::OK, 0..record.size),
    };
    let length = range.end - range.start;
    let body = if *method == Method::HEAD || length == 0 {
        Body::empty()
    } else {
        content(server, address, id, range.clone()).await?
    };
    let mut response = described((status, body).into_response(), &record, &tag);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, length.into());
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {}-{}/{}", range.start, range.end - 1, record.size);
        headers.insert(header::CONTENT_RANGE, ascii(&text));
    }
    Ok(response)
}

/// The bytes. The place among the downloads is kept until the last of them.
async fn content(
    server: &FileServer,
    address: IpAddr,
    id: FileId,
    range: Range<u64>,
) -> Result<Body, Problem> {
    let place = server.downloads.enter(address)?;
    match server.store.read(id, range).await {
        Ok(bytes) => {
            let bytes = bytes.take_until(Box::pin(server.stopping.clone().over()));
            let read = server.metrics.download_bytes.clone();
            Ok(Body::from_stream(bytes.inspect(move |bytes| {
                let _held = &place;
                read.inc_by(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64));
            })))
        }
        // Another process that shares the store has deleted it.
        Err(StoreError::Objects(object_store::Error::NotFound { .. })) => {
            server.store.discard(id);
            Err(not_found())
        }
        Err(error) => Err(failed(&error)),
    }
}

/// The headers of every answer that concerns a file.
fn described(mut response: Response, record: &Record, tag: &str) -> Response {
    let headers = response.headers_mut();
    let disposition = name::disposition(record.kind.is_inline(), &record.name);
    for (name, value) in [
        (header::CONTENT_TYPE, ascii(&record.media_type)),
        (header::CONTENT_DISPOSITION, ascii(&disposition)),
        (header::ETAG, ascii(tag)),
        (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        (header::CACHE_CONTROL, HeaderValue::from_static(CACHE)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ] {
        headers.insert(name, value);
    }
    response
}

fn outside(record: &Record) -> Response {
    let mut response = Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        ErrorCode::BadRequest,
        "the range is outside the file",
    )
    .into_response();
    let size = ascii(&format!("bytes */{}", record.size));
    response.headers_mut().insert(header::CONTENT_RANGE, size);
    response
}

/// Whether the client says that it has the file.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*")
}

/// The part that is wanted (RFC 9110, 14.2). Several ranges, or one that is malformed, are as
/// good as none.
fn part(headers: &HeaderMap, tag: &str, size: u64) -> Part {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let of_this = text(header::IF_RANGE).is_none_or(|known| known == tag);
    let Some(range) = text(header::RANGE).filter(|_| of_this) else { return Part::Whole };
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-'))
    else {
        return Part::Whole;
    };
    match (first.trim().parse::<u64>().ok(), last.trim().parse::<u64>().ok()) {
        (Some(first), Some(last)) if first > last => Part::Whole,
        (Some(first), _) if first >= size => match last.trim() {
            "" => Part::Outside,
            last if last.bytes().all(|byte| byte.is_ascii_digit()) => Part::Outside,
            _ => Part::Whole,
        },
        (Some(first), Some(last)) => Part::Range(first..last.saturating_add(1).min(size)),
        (Some(first), None) if last.trim().is_empty() => Part::Range(first..size),
        (None, Some(0)) if first.trim().is_empty() => Part::Outside,
        (None, Some(count)) if first.trim().is_empty() && size > 0 => {
            Part::Range(size.saturating_sub(count)..size)
        }
        _ => Part::Whole,
    }
}

fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, "there is no such file")
}

fn failed(error: &StoreError) -> Problem {
    tracing::error!(%error, "a file could not be read");
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Unavailable,
        "the file cannot be read at the moment",
    )
    .retry_after_ms(RETRY_MS)
}

fn ascii(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("types, dispositions and tags are of visible ASCII")
}

#[cfg(test)]
mod tests;
