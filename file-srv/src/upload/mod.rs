//! `POST /api/files`: from the request to a stored file and its descriptor.
//!
//! An upload is admitted, received into a spool, judged by its content, and stored. Whatever goes
//! wrong on the way leaves nothing behind.

mod day;
mod error;
mod multipart;
mod part;
mod receive;
mod spool;
mod stored;

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use prometheus_client::metrics::gauge::Gauge;
use protocol::http::Uploaded;
use protocol::token::Grant;
use service::http::ClientAddress;
use service::rate::{ADDRESSES_MAX, AddressCounts, Held};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::day::Days;
pub(crate) use self::error::UploadError;
use self::receive::{Bounds, Incoming};
pub(crate) use self::spool::{Spool, SpoolFolder};
use crate::config::{FilesConfig, UploadConfig};
use crate::limits::ENVELOPE_BYTES_MAX;
use crate::metrics::{UploadKind, UploadOutcome};
use crate::server::FileServer;
use crate::store::Reservation;

/// Who may upload now, and how much.
pub(crate) struct Uploads {
    config: UploadConfig,
    folder: SpoolFolder,
    places: Arc<Semaphore>,
    addresses: Arc<AddressCounts>,
    days: Days,
}

/// The right to upload now, until it is dropped.
struct Admitted {
    _place: OwnedSemaphorePermit,
    _address: Held,
}

impl Uploads {
    /// Nobody uploads yet.
    pub(crate) fn new(config: &FilesConfig) -> std::io::Result<Self> {
        let uploads = config.uploads;
        Ok(Self {
            config: uploads,
            folder: SpoolFolder::open(&config.data_dir)?,
            places: Arc::new(Semaphore::new(uploads.under_way_max)),
            addresses: AddressCounts::new(uploads.address_under_way_max, ADDRESSES_MAX),
            days: Days::new(config.quotas.address_day_bytes_max),
        })
    }

    fn admit(&self, address: IpAddr) -> Result<Admitted, UploadError> {
        let held = self.addresses.enter(address).ok_or(UploadError::AddressBusy)?;
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| UploadError::Busy)?;
        Ok(Admitted { _place: place, _address: held })
    }
}

/// The route.
pub(crate) async fn upload(
    State(server): State<Arc<FileServer>>,
    ClientAddress(address): ClientAddress,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let kind = kind_of(query.as_deref());
    let mut incoming = Incoming::new(body, &server.uploads.config, server.stopping.clone());
    let result = answer(&server, address, kind, &headers, &mut incoming).await;
    let label = kind.map_or(UploadKind::Unknown, Into::into);
    match result {
        Ok(uploaded) => {
            server.metrics.uploaded(label, UploadOutcome::Stored);
            server.metrics.upload_bytes.inc_by(uploaded.file.size);
            (StatusCode::CREATED, axum::Json(uploaded)).into_response()
        }
        Err(error) => {
            if let UploadError::Store(source) = &error {
                tracing::error!(error = %source, "an upload could not be kept");
            }
            server.metrics.uploaded(label, error.outcome());
            // Who waits for leave to send is told at once; who sends already is heard out.
            let may_listen = matches!(error, UploadError::BrokenOff | UploadError::Slow)
                || headers.contains_key(header::EXPECT);
            if !may_listen {
                incoming.drain(server.uploads.config.file_bytes_max).await;
            }
            error.problem().into_response()
        }
    }
}

/// An upload that the metric counts until it is dropped.
struct UnderWay(Gauge);

impl UnderWay {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// What a client says that it uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Drawing,
    File,
}

impl From<Kind> for UploadKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Drawing => Self::Drawing,
            Kind::File => Self::File,
        }
    }
}

fn kind_of(query: Option<&str>) -> Option<Kind> {
    match query? {
        "kind=drawing" => Some(Kind::Drawing),
        "kind=file" => Some(Kind::File),
        _ => None,
    }
}

async fn answer(
    server: &Arc<FileServer>,
    address: IpAddr,
    kind: Option<Kind>,
    headers: &HeaderMap,
    incoming: &mut Incoming,
) -> Result<Uploaded, UploadError> {
    if server.lifecycle.stopping() {
        return Err(UploadError::Stopping);
    }
    if !server.origins.allows(headers) {
        return Err(UploadError::Origin);
    }
    let grant = server.grant_of(headers).ok_or(UploadError::Grant)?;
    let kind = kind.ok_or(UploadError::Kind)?;
    let bytes_max = bytes_max(&server.uploads.config, kind, &grant);
    if announced(headers) > bytes_max.saturating_add(ENVELOPE_BYTES_MAX) {
        return Err(UploadError::TooLarge(bytes_max));
    }
    let admitted = server.uploads.admit(address)?;
    let _counted = UnderWay::new(&server.metrics.uploads_under_way);
    let mut reservation = Reservation::new(&server.store, grant.owner, 0)?;
    let mut spool = Spool::create(&server.uploads.folder).await?;
    let mut day = server.uploads.days.of(address);
    let clock = &server.clock;
    let bounds = Bounds {
        bytes_max,
        day: &mut |bytes| day.take(bytes, clock.now()),
        reservation: &mut reservation,
    };
    let content_type = text(headers, header::CONTENT_TYPE);
    let name = incoming.receive(content_type, &mut spool, bounds).await?;
    spool.finish().await?;
    if spool.size() == 0 {
        return Err(UploadError::Empty);
    }
    let received = stored::Received { name, spool, grant, drawing: kind == Kind::Drawing };
    let result = stored::store(server, received, reservation).await;
    drop(admitted);
    result
}

fn bytes_max(config: &UploadConfig, kind: Kind, grant: &Grant) -> u64 {
    let of_kind = match kind {
        Kind::Drawing => config.drawing_bytes_max,
        Kind::File => config.file_bytes_max,
    };
    of_kind.min(grant.bytes_max)
}

/// Bytes of the body by its header; none where it does not say.
fn announced(headers: &HeaderMap) -> u64 {
    text(headers, header::CONTENT_LENGTH).parse().unwrap_or(0)
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
