//! Folders of files that are nobody else's business.

use std::fs::{DirBuilder, File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// The file that says that a process has the folder.
const LOCK: &str = "files.lock";

/// Makes a folder, and those above it, that only this process's user may enter. One that is
/// there stays as it is.
pub(crate) fn create(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Keeps a folder for this process as long as the result lives: two that put one folder in order
/// would delete each other's files.
pub(crate) fn lock(folder: &Path) -> io::Result<File> {
    create(folder)?;
    let file = File::create(folder.join(LOCK))?;
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => {
            io::Error::new(ErrorKind::ResourceBusy, "another file server has the folder")
        }
        TryLockError::Error(error) => error,
    })?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_the_user_may_enter() {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("data").join("files");
        create(&folder).unwrap();
        create(&folder).unwrap();
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_folder_has_one_process() {
        let folder = tempfile::tempdir().unwrap();
        let held = lock(folder.path()).unwrap();
        assert!(lock(folder.path()).unwrap_err().to_string().contains("another file server"));
        drop(held);
        assert!(lock(folder.path()).is_ok());
    }
}
