//! An upload under way, in a file that vanishes with it.

use std::path::{Path, PathBuf};

use protocol::wire::Id128;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use crate::limits::HEAD_BYTES;

/// The folder of uploads under way inside the data folder.
const FOLDER: &str = "incoming";

/// Where uploads under way are.
#[derive(Clone)]
pub(crate) struct SpoolFolder(PathBuf);

/// One upload under way. Dropped, its file is gone.
pub(crate) struct Spool {
    path: PathBuf,
    file: File,
    head: Vec<u8>,
    size: u64,
}

impl SpoolFolder {
    /// The folder, emptied of what a killed process left.
    pub(crate) fn open(data_dir: &Path) -> std::io::Result<Self> {
        let folder = data_dir.join(FOLDER);
        crate::folder::create(&folder)?;
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(Self(folder))
    }
}

impl Spool {
    /// An empty file.
    pub(crate) async fn create(folder: &SpoolFolder) -> std::io::Result<Self> {
        let path = folder.0.join(Id128(service::random::bytes()).to_string());
        let file = File::create_new(&path).await?;
        Ok(Self { path, file, head: Vec::new(), size: 0 })
    }

    /// Writes what came.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let missing = HEAD_BYTES.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        self.size += bytes.len() as u64;
        self.file.write_all(bytes).await
    }

    /// Ends the writing.
    pub(crate) async fn finish(&mut self) -> std::io::Result<()> {
        self.file.flush().await
    }

    /// The first bytes, which tell the type.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Bytes written.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The file, from its start.
    pub(crate) async fn reader(&self) -> std::io::Result<File> {
        File::open(&self.path).await
    }

    /// The whole file. It blocks: only for `workers`.
    pub(crate) fn read(&self) -> std::io::Result<Vec<u8>> {
        std::fs::read(&self.path)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(%error, "an upload's file could not be removed");
        }
    }
}
