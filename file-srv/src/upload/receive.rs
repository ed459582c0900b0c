//! Reading an upload: counted against every limit while it comes, not when it is there.

use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::future::{BoxFuture, Fuse, FusedFuture};
use futures_util::{FutureExt, StreamExt};
use tokio::time::{Instant, Sleep};

use super::error::UploadError;
use super::multipart::{Multipart, MultipartError, Piece};
use super::spool::Spool;
use crate::config::UploadConfig;
use crate::limits::{DRAIN_MS, ENVELOPE_BYTES_MAX, STOP_DRAIN_MS};
use crate::stopping::Stopping;
use crate::store::Reservation;

/// What limits one upload.
pub(super) struct Bounds<'b> {
    /// Bytes of the file.
    pub(super) bytes_max: u64,
    /// Takes bytes of the address's day.
    pub(super) day: &'b mut (dyn FnMut(u64) -> Result<(), UploadError> + Send),
    /// What the room and the store keep for it.
    pub(super) reservation: &'b mut Reservation,
}

/// A body that must come at a certain pace.
pub(super) struct Incoming {
    body: BodyDataStream,
    pace: Pin<Box<Sleep>>,
    /// When the slowest upload would have had no byte yet.
    start: Instant,
    bytes_per_sec: u64,
    received: u64,
    stopped: Fuse<BoxFuture<'static, ()>>,
}

impl Incoming {
    /// A body of which nothing is read yet.
    pub(super) fn new(body: Body, config: &UploadConfig, stopping: Stopping) -> Self {
        let pace = Box::pin(tokio::time::sleep(Duration::from_millis(config.slow_after_ms)));
        Self {
            body: body.into_data_stream(),
            start: pace.deadline(),
            pace,
            bytes_per_sec: config.slowest_bytes_per_sec.max(1),
            received: 0,
            stopped: stopping.over().boxed().fuse(),
        }
    }

    /// Writes the file to the spool, and gives its name.
    pub(super) async fn receive(
        &mut self,
        content_type: &str,
        spool: &mut Spool,
        mut bounds: Bounds<'_>,
    ) -> Result<String, UploadError> {
        let mut parts = Multipart::new(content_type)?;
        let mut name = None;
        while let Some(chunk) = self.next().await? {
            let envelope = self.received.saturating_sub(spool.size() + chunk.len() as u64);
            if envelope > ENVELOPE_BYTES_MAX {
                return Err(UploadError::TooLarge(bounds.bytes_max));
            }
            (bounds.day)(chunk.len() as u64)?;
            parts.feed(&chunk);
            while let Some(piece) = parts.next()? {
                match piece {
                    Piece::Name(given) => name = Some(given),
                    Piece::Content(bytes) => keep(&bytes, spool, &mut bounds).await?,
                }
            }
        }
        match name {
            Some(name) if parts.is_complete() => Ok(name),
            _ => Err(MultipartError::Truncated.into()),
        }
    }

    /// Reads on for a while and throws away what comes, `bytes_max` at most.
    pub(super) async fn drain(&mut self, bytes_max: u64) {
        let rest = async {
            let mut drained = 0;
            while drained < bytes_max {
                match self.body.next().await {
                    Some(Ok(bytes)) => drained += bytes.len() as u64,
                    _ => return,
                }
            }
        };
        // A stop does not wait for it twice.
        let ms = if self.stopped.is_terminated() { STOP_DRAIN_MS } else { DRAIN_MS };
        tokio::select! {
            () = rest => {}
            () = tokio::time::sleep(Duration::from_millis(ms)) => {}
            () = &mut self.stopped => {}
        }
    }

    /// The next bytes, unless the upload is slower than the slowest may be, or the process stops
    /// and has waited for it.
    async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        let chunk = tokio::select! {
            chunk = self.body.next() => chunk,
            () = self.pace.as_mut() => return Err(UploadError::Slow),
            () = &mut self.stopped => return Err(UploadError::Stopping),
        };
        let Some(chunk) = chunk else { return Ok(None) };
        let chunk = chunk.map_err(|_| UploadError::BrokenOff)?;
        self.received += chunk.len() as u64;
        let earned = self.received.saturating_mul(1_000) / self.bytes_per_sec;
        self.pace.as_mut().reset(self.start + Duration::from_millis(earned));
        Ok(Some(chunk))
    }
}

async fn keep(bytes: &[u8], spool: &mut Spool, bounds: &mut Bounds<'_>) -> Result<(), UploadError> {
    let size = bytes.len() as u64;
    if spool.size() + size > bounds.bytes_max {
        return Err(UploadError::TooLarge(bounds.bytes_max));
    }
    bounds.reservation.grow(size)?;
    spool.write(bytes).await?;
    Ok(())
}
