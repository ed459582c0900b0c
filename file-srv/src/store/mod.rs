//! Files in a folder or in an S3-compatible store, with an index of them in memory.
//!
//! A file is the object `<id>` with its record `<id>.json` beside it. It is written before its
//! record and deleted after it, so that what has a record is whole.
//!
//! A folder has one process, which has every file in it. Several processes may share one bucket:
//! each indexes, counts, sweeps and deletes the files of its own number, and serves the others'
//! by their records. Every one of them gets every notice.

mod adopt;
mod foreign;
mod index;
mod neighbours;
mod record;
mod reservation;
mod settle;

use std::path::Path as FolderPath;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload};
use prometheus_client::metrics::counter::Counter;
use protocol::fleet::FileNotice;
use protocol::wire::Id128;
use service::Clock;
use tokio::io::AsyncRead;
use tokio::sync::{Notify, Semaphore, watch};

use self::foreign::Foreign;
use self::index::Index;
pub(crate) use self::index::QuotaError;
use self::neighbours::Neighbours;
pub(crate) use self::record::{FileKind, Record};
pub(crate) use self::reservation::Reservation;
use crate::config::{FilesConfig, S3Config};
use crate::id::{FileId, Number};
use crate::limits::{RECORD_BYTES_MAX, STORE_PART_BYTES, STORE_WRITES_MAX};

/// The folder of the files inside the data folder.
const FOLDER: &str = "files";

/// The store.
pub(crate) struct Store {
    objects: Arc<dyn ObjectStore>,
    clock: Clock,
    /// What it failed to do, by which nobody but an operator is troubled.
    failures: Counter,
    number: Number,
    index: Mutex<Index>,
    foreign: Mutex<Foreign>,
    neighbours: Mutex<Neighbours>,
    /// Told when something is to be deleted or written again.
    wake: Notify,
    /// Held by whoever does it.
    settling: tokio::sync::Mutex<()>,
    /// Whether this server's files are known.
    adopted: watch::Sender<bool>,
    writes: Semaphore,
    /// Whether the store may have files that the index does not know.
    has_unknown: AtomicBool,
    shared: bool,
    /// What is written to see whether the store takes a write: one object, so that a write that
    /// nobody waited for leaves no more than that.
    probe: Path,
    /// When this process opened it, in milliseconds since 1970.
    opened: u64,
}

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The folder or the object store answered so.
    #[error(transparent)]
    Objects(#[from] object_store::Error),
    /// A file of an upload under way cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Store {
    /// The store of a configuration.
    pub(crate) fn open(
        config: &FilesConfig,
        number: Number,
        bucket: Option<Arc<dyn ObjectStore>>,
        clock: Clock,
        failures: Counter,
    ) -> Result<Self, StoreError> {
        let shared = bucket.is_some() || !config.s3.bucket.is_empty();
        let objects = match bucket {
            Some(bucket) => bucket,
            None if shared => in_bucket(&config.s3)?,
            None => in_folder(&config.data_dir.join(FOLDER))?,
        };
        Ok(Self {
            objects,
            opened: clock.now(),
            clock,
            failures,
            number,
            index: Mutex::new(Index::new(config.quotas, config.sweep)),
            foreign: Mutex::default(),
            neighbours: Mutex::default(),
            wake: Notify::new(),
            settling: tokio::sync::Mutex::default(),
            adopted: watch::Sender::new(false),
            writes: Semaphore::new(STORE_WRITES_MAX),
            has_unknown: AtomicBool::new(true),
            shared,
            probe: Path::from(format!("probe-{}", Id128(service::random::bytes()))),
        })
    }

    /// Whether other processes may share the store.
    pub(crate) fn is_shared(&self) -> bool {
        self.shared
    }

    /// Writes a file, takes it in, and gives its id.
    pub(crate) async fn put(
        &self,
        content: Content<'_>,
        record: Record,
        mut reservation: Reservation,
    ) -> Result<FileId, StoreError> {
        let id = FileId::new(self.number, Id128(service::random::bytes()));
        let written = self.write(id, content, &record).await;
        let mut index = self.index();
        reservation.spend(&mut index, record.size);
        index.insert(id, record, self.clock.now());
        if let Err(error) = written {
            // Part of it may be there: it goes the way of every file.
            index.doom(id);
            drop(index);
            self.wake.notify_one();
            return Err(error);
        }
        Ok(id)
    }

    /// What is known of a file.
    pub(crate) fn find(&self, id: FileId) -> Found {
        if !self.is_served(id) {
            return Found::Nowhere;
        }
        let index = self.index();
        match index.get(id) {
            Some(record) => Found::Here(record),
            None if index.is_doomed(id) || !self.has_unknown.load(Ordering::Acquire) => {
                Found::Nowhere
            }
            None => {
                let known = self.foreign().get(id, self.clock.now());
                known.map_or(Found::Unknown, Found::Here)
            }
        }
    }

    /// A file that is not known, by its record.
    pub(crate) async fn look_up(&self, id: FileId) -> Result<Option<Arc<Record>>, StoreError> {
        let Some(record) = self.read_record(id).await? else { return Ok(None) };
        let now = self.clock.now();
        if !self.is_kept_here(id.number()) {
            return Ok(self.foreign().found(id, record, now));
        }
        let mut index = self.index();
        index.adopt(id, record, now);
        Ok(index.get(id))
    }

    /// Whether this server serves a file: its own, in a bucket everybody's, and those of the
    /// first version.
    fn is_served(&self, id: FileId) -> bool {
        self.shared || id.number().is_none_or(|number| number == self.number)
    }

    /// Whether this server indexes, counts and sweeps the files of a number. A folder's files
    /// are all its own, whatever its number was. Those of the first version are the first's.
    fn is_kept_here(&self, number: Option<Number>) -> bool {
        !self.shared || number.unwrap_or(Number::FIRST) == self.number
    }

    /// Bytes of a file.
    pub(crate) async fn read(
        &self,
        id: FileId,
        range: std::ops::Range<u64>,
    ) -> Result<BoxStream<'static, object_store::Result<Bytes>>, StoreError> {
        let options = GetOptions::new().with_range(Some(GetRange::Bounded(range)));
        Ok(self.objects.get_opts(&file_path(id), options).await?.into_stream())
    }

    /// Does what an owner says. What follows from it for the store is done soon after.
    pub(crate) fn notice(&self, notice: &FileNotice) {
        self.index().notice(notice, self.clock.now());
        if self.shared {
            self.foreign().notice(notice, |id| !self.is_kept_here(id.number()));
        }
        self.wake.notify_one();
    }

    /// Ends a file that nobody will get, or that the store no longer has.
    pub(crate) fn discard(&self, id: FileId) {
        self.index().doom(id);
        self.foreign().lost(id);
        self.wake.notify_one();
    }

    /// Dooms what has no message or no owner any more, and tells how many files it was.
    pub(crate) fn sweep(&self) -> usize {
        self.index().sweep(self.clock.now())
    }

    /// Waits until there is something to settle.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Files that can be read, and bytes that are taken.
    pub(crate) fn size(&self) -> (usize, u64) {
        let index = self.index();
        (index.len(), index.bytes())
    }

    /// Whether the store takes a write.
    pub(crate) async fn writable(&self) -> Result<(), StoreError> {
        self.objects.put(&self.probe, PutPayload::from_static(b"ready")).await?;
        match self.objects.delete(&self.probe).await {
            // Somebody else who asked has deleted it.
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn foreign(&self) -> MutexGuard<'_, Foreign> {
        self.foreign.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn neighbours(&self) -> MutexGuard<'_, Neighbours> {
        self.neighbours.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(
        &self,
        id: FileId,
        content: Content<'_>,
        record: &Record,
    ) -> Result<(), StoreError> {
        let _turn = self.writes.acquire().await;
        match content {
            Content::Memory(bytes) => {
                self.objects.put(&file_path(id), bytes.into()).await?;
            }
            Content::Stream(reader) => {
                let objects = Arc::clone(&self.objects);
                let mut writer = BufWriter::with_capacity(objects, file_path(id), STORE_PART_BYTES)
                    .with_max_concurrency(1);
                if let Err(error) = tokio::io::copy(reader, &mut writer).await {
                    writer.abort().await?;
                    return Err(error.into());
                }
                tokio::io::AsyncWriteExt::shutdown(&mut writer).await?;
            }
        }
        self.write_record(id, record).await
    }

    async fn write_record(&self, id: FileId, record: &Record) -> Result<(), StoreError> {
        let json = serde_json::to_vec(record).expect("a record has string keys only");
        self.objects.put(&record_path(id), json.into()).await?;
        Ok(())
    }

    async fn read_record(&self, id: FileId) -> Result<Option<Record>, StoreError> {
        let found = match self.objects.get(&record_path(id)).await {
            Ok(found) if found.meta.size <= RECORD_BYTES_MAX => found,
            Ok(_) | Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(serde_json::from_slice(&found.bytes().await?).ok())
    }
}

/// What is known of a file.
pub(crate) enum Found {
    /// It can be read.
    Here(Arc<Record>),
    /// There is none.
    Nowhere,
    /// Only the store can tell.
    Unknown,
}

/// What is written.
pub(crate) enum Content<'c> {
    /// An image from our encoders.
    Memory(Bytes),
    /// An upload as it came.
    Stream(&'c mut (dyn AsyncRead + Send + Unpin)),
}

fn in_folder(folder: &FolderPath) -> Result<Arc<dyn ObjectStore>, StoreError> {
    crate::folder::create(folder)?;
    adopt::remove_broken_writes(folder)?;
    Ok(Arc::new(LocalFileSystem::new_with_prefix(folder)?))
}

fn in_bucket(config: &S3Config) -> Result<Arc<dyn ObjectStore>, StoreError> {
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(&config.bucket)
        .with_region(&config.region)
        .with_allow_http(config.endpoint.starts_with("http://"));
    if !config.endpoint.is_empty() {
        builder = builder.with_endpoint(&config.endpoint);
    }
    let bucket = builder.build()?;
    Ok(Arc::new(PrefixStore::new(bucket, config.prefix.as_str())))
}

fn file_path(id: FileId) -> Path {
    Path::from(id.to_string())
}

fn record_path(id: FileId) -> Path {
    Path::from(format!("{id}.json"))
}
