//! The file server: what it is made of, its routes, and what owners of rooms tell it.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use http::HeaderMap;
use object_store::ObjectStore;
use prometheus_client::registry::Registry;
use protocol::fleet::FileNotice;
use protocol::http::{FilesIn, GRANT_HEADER};
use protocol::token::{Grant, Keyring};
use service::http::Origins;
use service::{Clock, Lifecycle};
use tokio::sync::oneshot;

use crate::config::FilesConfig;
use crate::download::{self, Downloads};
use crate::folder;
use crate::id::Number;
use crate::limits::PREVIEW_REQUEST_BYTES_MAX;
use crate::metrics::Metrics;
use crate::preview::{self, Previews, Reach};
use crate::stopping::Stopping;
use crate::store::{FileKind, Record, Store, StoreError};
use crate::upload::{self, Uploads};
use crate::workers::Workers;

/// Uploads, files and link previews.
pub struct FileServer {
    pub(crate) config: FilesConfig,
    pub(crate) number: Number,
    pub(crate) keys: Keyring,
    pub(crate) clock: Clock,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) stopping: Stopping,
    pub(crate) origins: Origins,
    pub(crate) metrics: Metrics,
    pub(crate) store: Arc<Store>,
    pub(crate) workers: Workers,
    pub(crate) uploads: Uploads,
    pub(crate) previews: Previews,
    pub(crate) downloads: Downloads,
    /// The folder is this process's as long as this is open.
    _folder: File,
}

/// What a file server reaches outside of its process.
#[derive(Default)]
pub struct Surroundings {
    /// Where previews may be fetched from.
    pub reach: Reach,
    /// A bucket that is there already, instead of the one that the configuration names.
    pub bucket: Option<Arc<dyn ObjectStore>>,
}

/// Why the file server does not start.
#[derive(Debug, thiserror::Error)]
#[error("the files cannot be kept: {source}")]
pub struct StartError {
    source: StoreError,
}

/// What the site says of files: a part of `GET /api/site`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// Bytes of a file.
    pub file_bytes_max: u64,
    /// Bytes of a drawing or an image.
    pub drawing_bytes_max: u64,
    /// Where files are.
    pub files_in: FilesIn,
}

impl FileServer {
    /// A file server that sweeps as long as the process runs.
    ///
    /// # Errors
    /// The folder cannot be written to or is another's, or the object store's configuration is
    /// wrong.
    pub fn new(
        config: FilesConfig,
        number: Number,
        keys: Keyring,
        clock: Clock,
        lifecycle: Lifecycle,
        registry: &mut Registry,
    ) -> Result<Arc<Self>, StartError> {
        let reach = Reach::public(config.previews.refused.clone());
        let around = Surroundings { reach, bucket: None };
        Self::amid(around, config, number, keys, clock, lifecycle, registry)
    }

    /// The same, amid other surroundings.
    ///
    /// # Errors
    /// The folder cannot be written to or is another's, or the object store's configuration is
    /// wrong.
    pub fn amid(
        around: Surroundings,
        config: FilesConfig,
        number: Number,
        keys: Keyring,
        clock: Clock,
        lifecycle: Lifecycle,
        registry: &mut Registry,
    ) -> Result<Arc<Self>, StartError> {
        let failed = |source| StartError { source };
        let folder = folder::lock(&config.data_dir).map_err(|error| failed(error.into()))?;
        let metrics = Metrics::register(registry, &config.quotas);
        let failures = metrics.store_errors.clone();
        let store = Store::open(&config, number, around.bucket, clock.clone(), failures);
        let store = store.map_err(failed)?;
        let uploads = Uploads::new(&config).map_err(|error| failed(error.into()))?;
        let previews =
            Previews::new(config.previews.clone(), config.images, around.reach, clock.clone());
        let server = Arc::new(Self {
            origins: Origins::new(&config.allowed_origins),
            metrics,
            store: Arc::new(store),
            workers: Workers::new(config.images.threads_max, config.images.waiting_max),
            uploads,
            previews,
            downloads: Downloads::new(&config),
            stopping: Stopping::new(lifecycle.clone(), config.stop_patience_ms),
            config,
            number,
            keys,
            clock,
            lifecycle,
            _folder: folder,
        });
        server.lifecycle.spawn(keep_in_order(Arc::clone(&server)));
        Ok(server)
    }

    /// The public routes.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/api/files", post(upload::upload).layer(DefaultBodyLimit::disable()))
            .route("/files/{id}", get(download::download))
            .route(
                "/api/previews",
                post(preview::preview).layer(DefaultBodyLimit::max(PREVIEW_REQUEST_BYTES_MAX)),
            )
            .with_state(Arc::clone(self))
    }

    /// What the owner of a room says of its files. It takes effect at once; the store follows.
    pub fn notice(&self, notice: &FileNotice) {
        self.metrics.noticed(notice);
        self.store.notice(notice);
    }

    /// What the site says of files.
    pub fn facts(&self) -> FileFacts {
        FileFacts {
            file_bytes_max: self.config.uploads.file_bytes_max,
            drawing_bytes_max: self.config.uploads.drawing_bytes_max,
            files_in: if self.store.is_shared() { FilesIn::ObjectStore } else { FilesIn::Folder },
        }
    }

    /// Whether files can be kept at this moment; the error says why not.
    ///
    /// # Errors
    /// The folder or the object store does not take a write.
    pub async fn writable(&self) -> Result<(), String> {
        self.store.writable().await.map_err(|error| format!("files cannot be written: {error}"))
    }

    /// The grant of a request, if it is in force. It is the right by itself: a client shows no
    /// session here, and what the grant says of one only separates who asks how often.
    pub(crate) fn grant_of(&self, headers: &HeaderMap) -> Option<Grant> {
        let mut grants = headers.get_all(GRANT_HEADER).iter();
        let (Some(grant), None) = (grants.next(), grants.next()) else { return None };
        Grant::verify(&self.keys, grant.to_str().ok()?, self.clock.now()).ok()
    }

    /// The record of a new file.
    pub(crate) fn record(
        &self,
        grant: &Grant,
        kind: FileKind,
        name: String,
        media_type: &str,
        size: u64,
    ) -> Record {
        Record {
            owner: grant.owner,
            kind,
            name,
            media_type: media_type.to_owned(),
            size,
            created: self.clock.now(),
            attached: false,
        }
    }
}

/// Where a file is read.
pub(crate) fn file_url(id: &str) -> String {
    format!("/files/{id}")
}

/// Runs work to its end, whether or not the one who asked for it is still there; if not, it is
/// undone. None if the process stopped before its end.
pub(crate) async fn carried_on<T: Send + 'static>(
    lifecycle: &Lifecycle,
    work: impl Future<Output = T> + Send + 'static,
    undo: impl FnOnce(T) + Send + 'static,
) -> Option<T> {
    let (done, result) = oneshot::channel();
    lifecycle.spawn(async move {
        if let Err(unwanted) = done.send(work.await) {
            undo(unwanted);
        }
    });
    result.await.ok()
}

/// Learns what the store has, then sweeps, deletes and writes until the soft stop.
async fn keep_in_order(server: Arc<FileServer>) {
    let interval = Duration::from_millis(server.config.sweep.interval_ms.max(1));
    let mut rounds = tokio::time::interval(interval);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    tokio::select! {
        () = server.store.adopt() => {}
        () = server.lifecycle.soft_stopped() => return,
    }
    loop {
        tokio::select! {
            _ = rounds.tick() => {
                server.store.watch_neighbours().await;
                server.metrics.swept(server.store.sweep());
            }
            () = server.store.woken() => {}
            () = server.lifecycle.soft_stopped() => break,
        }
        server.store.settle().await;
        let (files, bytes) = server.store.size();
        server.metrics.stored(files, bytes);
    }
    // What owners said last is done before the process ends.
    server.store.settle().await;
}
