//! Why an upload is refused: one table to status and code.

use http::StatusCode;
use protocol::ErrorCode;
use service::http::Problem;

use super::multipart::MultipartError;
use crate::metrics::UploadOutcome;
use crate::picture::PictureError;
use crate::store::{QuotaError, StoreError};
use crate::workers::WorkError;

/// Milliseconds after which an address, or a busy server, may be asked again.
const RETRY_MS: u64 = 2_000;

/// Why an upload is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    #[error("the page that asks is not of this site")]
    Origin,
    #[error("the grant is missing, forged or expired")]
    Grant,
    #[error("the kind is neither drawing nor file")]
    Kind,
    #[error(transparent)]
    Malformed(#[from] MultipartError),
    #[error("the upload is empty")]
    Empty,
    #[error("a drawing is a PNG")]
    NotPng,
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error("the upload has more than {0} bytes")]
    TooLarge(u64),
    #[error("the upload came too slowly")]
    Slow,
    #[error("the client broke off")]
    BrokenOff,
    #[error("as many uploads of the address are under way as may be")]
    AddressBusy,
    #[error("the address has uploaded as much today as it may")]
    AddressDay(u64),
    #[error("as many uploads are under way as may be")]
    Busy,
    #[error(transparent)]
    Quota(#[from] QuotaError),
    #[error("the server is stopping")]
    Stopping,
    #[error("the upload could not be kept")]
    Store(#[source] StoreError),
}

impl From<std::io::Error> for UploadError {
    fn from(error: std::io::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<StoreError> for UploadError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<WorkError> for UploadError {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::Busy => Self::Busy,
            WorkError::Panicked => Self::Picture(PictureError::Damaged),
        }
    }
}

impl UploadError {
    /// What the metric says.
    pub(crate) fn outcome(&self) -> UploadOutcome {
        match self {
            Self::Origin | Self::Grant => UploadOutcome::Forbidden,
            Self::Kind | Self::Malformed(_) | Self::Empty => UploadOutcome::Malformed,
            Self::NotPng | Self::Picture(PictureError::Damaged) => UploadOutcome::Malformed,
            Self::Picture(PictureError::TooLarge) | Self::TooLarge(_) => UploadOutcome::TooLarge,
            Self::Slow => UploadOutcome::Slow,
            Self::BrokenOff => UploadOutcome::BrokenOff,
            Self::AddressBusy => UploadOutcome::RateLimited,
            Self::AddressDay(_) | Self::Quota(_) => UploadOutcome::QuotaExceeded,
            Self::Busy | Self::Stopping => UploadOutcome::Unavailable,
            Self::Store(_) => UploadOutcome::Failed,
        }
    }

    /// The answer.
    pub(crate) fn problem(&self) -> Problem {
        let (status, code) = self.status_and_code();
        let problem = Problem::new(status, code, self.to_string());
        match self {
            Self::AddressDay(ms) => problem.retry_after_ms(*ms),
            Self::AddressBusy | Self::Busy | Self::Stopping => problem.retry_after_ms(RETRY_MS),
            _ => problem,
        }
    }

    fn status_and_code(&self) -> (StatusCode, ErrorCode) {
        match self {
            Self::Origin => (StatusCode::FORBIDDEN, ErrorCode::BadOrigin),
            Self::Grant => (StatusCode::FORBIDDEN, ErrorCode::BadGrant),
            Self::Kind => (StatusCode::BAD_REQUEST, ErrorCode::BadRequest),
            Self::Malformed(MultipartError::ContentType) | Self::NotPng => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::BadFile)
            }
            Self::Malformed(_) | Self::Empty | Self::BrokenOff => {
                (StatusCode::BAD_REQUEST, ErrorCode::BadFile)
            }
            Self::Picture(PictureError::Damaged) => {
                (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::BadFile)
            }
            Self::Picture(PictureError::TooLarge) | Self::TooLarge(_) => {
                (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::TooLarge)
            }
            Self::Slow => (StatusCode::REQUEST_TIMEOUT, ErrorCode::BadFile),
            Self::AddressBusy => (StatusCode::TOO_MANY_REQUESTS, ErrorCode::RateLimited),
            Self::AddressDay(_) => (StatusCode::TOO_MANY_REQUESTS, ErrorCode::QuotaExceeded),
            Self::Quota(_) => (StatusCode::INSUFFICIENT_STORAGE, ErrorCode::QuotaExceeded),
            Self::Busy | Self::Stopping | Self::Store(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable)
            }
        }
    }
}
