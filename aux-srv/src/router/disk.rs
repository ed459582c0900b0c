//! What the router keeps on disk: the mark of epochs, and which backends an operator drains.
//!
//! A file is written beside the old one, forced to the disk, and renamed over it, so that a crash
//! leaves the one or the other.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use placement::BackendName;

/// The mark of epochs, as a decimal number.
const MARK: &str = "epochs";
/// The drained backends, one address a line.
const DRAINED: &str = "drained-backends";
/// What a running router holds.
const LOCK: &str = "router-lock";

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// It cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another router runs with it.
    #[error("{path}: another router is using this folder")]
    InUse {
        /// The file that it holds.
        path: PathBuf,
    },
    /// The mark is no number. Starting without it could give epochs a second time.
    #[error(
        "{path}: `{text}` is no mark of epochs; if the file is lost for good, stop all backends, \
         remove it, and start again"
    )]
    BadMark {
        /// The file.
        path: PathBuf,
        /// What stands there.
        text: String,
    },
}

/// The folder, for as long as this process lives.
#[derive(Debug)]
pub(crate) struct Disk {
    folder: PathBuf,
    /// Held for its lock.
    _lock: File,
}

impl Disk {
    /// Takes the folder, which is made if it is not there.
    pub(crate) fn open(folder: &Path) -> Result<Self, DiskError> {
        fs::create_dir_all(folder).map_err(at(folder))?;
        let path = folder.join(LOCK);
        let lock = File::create(&path).map_err(at(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DiskError::InUse { path }),
            Err(TryLockError::Error(source)) => Err(DiskError::File { path, source }),
        }
    }

    /// The mark that the run before left; 0 where there was none.
    pub(crate) fn mark(&self) -> Result<u64, DiskError> {
        let path = self.folder.join(MARK);
        let Some(text) = read(&path)? else { return Ok(0) };
        let text = text.trim();
        text.parse().map_err(|_| DiskError::BadMark { path, text: text.chars().take(40).collect() })
    }

    /// Keeps a mark.
    pub(crate) fn keep_mark(&self, mark: u64) -> Result<(), DiskError> {
        self.write(MARK, &format!("{mark}\n"))
    }

    /// The backends that an operator drains.
    pub(crate) fn drained(&self) -> Result<BTreeSet<BackendName>, DiskError> {
        let text = read(&self.folder.join(DRAINED))?.unwrap_or_default();
        Ok(text.lines().filter(|line| !line.is_empty()).map(BackendName::new).collect())
    }

    /// Keeps them.
    pub(crate) fn keep_drained(&self, names: &BTreeSet<BackendName>) -> Result<(), DiskError> {
        let lines: String = names.iter().map(|name| format!("{}\n", name.as_str())).collect();
        self.write(DRAINED, &lines)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), DiskError> {
        let new = self.folder.join(format!("{name}.new"));
        let mut file = File::create(&new).map_err(at(&new))?;
        file.write_all(text.as_bytes()).map_err(at(&new))?;
        file.sync_all().map_err(at(&new))?;
        let path = self.folder.join(name);
        fs::rename(&new, &path).map_err(at(&path))?;
        // The rename itself is in the folder.
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(at(&self.folder))
    }
}

fn read(path: &Path) -> Result<Option<String>, DiskError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(path)(error)),
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> DiskError {
    let path = path.to_owned();
    move |source| DiskError::File { path: path.clone(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_there_for_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::open(&folder.path().join("data")).unwrap();
        assert_eq!(disk.mark().unwrap(), 0);
        let names = BTreeSet::from([BackendName::new("a:1"), BackendName::new("b:2")]);
        disk.keep_mark(17).unwrap();
        disk.keep_mark(18).unwrap();
        disk.keep_drained(&names).unwrap();
        drop(disk);
        let disk = Disk::open(&folder.path().join("data")).unwrap();
        assert_eq!(disk.mark().unwrap(), 18);
        assert_eq!(disk.drained().unwrap(), names);
        disk.keep_drained(&BTreeSet::new()).unwrap();
        assert!(disk.drained().unwrap().is_empty());
    }

    #[test]
    fn a_folder_serves_one_router() {
        let folder = tempfile::tempdir().unwrap();
        let _first = Disk::open(folder.path()).unwrap();
        assert!(matches!(Disk::open(folder.path()), Err(DiskError::InUse { .. })));
    }

    #[test]
    fn a_mark_that_is_no_number_is_not_taken_for_none() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::open(folder.path()).unwrap();
        for text in ["", "soon", "-1", "1e9"] {
            fs::write(folder.path().join(MARK), text).unwrap();
            assert!(matches!(disk.mark(), Err(DiskError::BadMark { .. })), "{text}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(matches!(Disk::open(&folder.path().join("file")), Err(DiskError::File { .. })));
    }
}
