//! The fleet's secret: from the environment, or made at the first start of a process that is its
//! own fleet.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use protocol::token::{Keyring, WeakSecret};

/// The variable with the secret that signs.
pub const SECRET_VARIABLE: &str = "FLEET_SECRET";
/// The variable with the secret that still verifies.
pub const PREVIOUS_VARIABLE: &str = "FLEET_SECRET_PREVIOUS";
/// What every secret in an example of `deployment/` contains.
const PLACEHOLDER: &str = "change-me";
/// The secret's file in the data folder of a process that is its own fleet.
const FILE: &str = "fleet-secret";

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The environment has none.
    #[error("{SECRET_VARIABLE} is not set: every process of a fleet needs the fleet's secret")]
    Missing,
    /// It is too short.
    #[error("{variable}: {source}")]
    Weak {
        /// Where it came from.
        variable: String,
        /// What is wrong with it.
        source: WeakSecret,
    },
    /// It is the one that the examples of deployment show.
    #[error("{variable} is still the placeholder of an example: make one of your own")]
    Placeholder {
        /// Where it came from.
        variable: String,
    },
    /// Its file cannot be read or written.
    #[error("cannot keep the secret in {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: std::io::Error,
    },
}

/// The secrets of the environment, which a process of a fleet must have.
///
/// # Errors
/// There is none, or it is too short or a placeholder.
pub fn from_environment() -> Result<Keyring, SecretError> {
    let secret = variable(SECRET_VARIABLE).ok_or(SecretError::Missing)?;
    keyring(secret.as_bytes(), SECRET_VARIABLE)
}

/// The secrets of the environment, or the one in the data folder, made at the first start.
///
/// # Errors
/// The secret is too short, or its file cannot be read or made.
pub fn from_environment_or_folder(folder: &Path) -> Result<Keyring, SecretError> {
    match from_environment() {
        Err(SecretError::Missing) => {}
        other => return other,
    }
    let path = folder.join(FILE);
    let failed = |source| SecretError::File { path: path.display().to_string(), source };
    let secret = match fs::read(&path) {
        Ok(secret) => secret,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            make(folder, &path).map_err(failed)?
        }
        Err(error) => return Err(failed(error)),
    };
    keyring(&secret, &path.display().to_string())
}

/// Makes the secret's file, readable by its owner alone.
fn make(folder: &Path, path: &Path) -> std::io::Result<Vec<u8>> {
    fs::create_dir_all(folder)?;
    let secret: String =
        crate::random::bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    Ok(secret.into_bytes())
}

fn keyring(secret: &[u8], origin: &str) -> Result<Keyring, SecretError> {
    let previous = variable(PREVIOUS_VARIABLE);
    let previous = previous.as_deref().map(str::as_bytes);
    for (bytes, origin) in [(Some(secret), origin), (previous, PREVIOUS_VARIABLE)] {
        if bytes.is_some_and(is_placeholder) {
            return Err(SecretError::Placeholder { variable: origin.into() });
        }
    }
    Keyring::new(secret, previous)
        .map_err(|source| SecretError::Weak { variable: origin.into(), source })
}

/// Whether it is one that everybody can read in the source tree.
pub fn is_placeholder(secret: &[u8]) -> bool {
    let secret = String::from_utf8_lossy(secret).to_ascii_lowercase();
    secret.contains(PLACEHOLDER)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_folder_keeps_one_secret_that_only_its_owner_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let first = from_environment_or_folder(&path).unwrap();
        let second = from_environment_or_folder(&path).unwrap();
        assert_eq!(first.key_id(), second.key_id());
        let mode = fs::metadata(path.join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn the_placeholder_of_an_example_is_refused() {
        for secret in ["change-me-change-me-change-me-change-me", "0123456789-Change-Me-0123456789"]
        {
            let refused = keyring(secret.as_bytes(), SECRET_VARIABLE);
            assert!(matches!(refused, Err(SecretError::Placeholder { .. })));
        }
    }

    #[test]
    fn a_short_secret_in_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "short").unwrap();
        assert!(matches!(from_environment_or_folder(folder.path()), Err(SecretError::Weak { .. })));
    }
}
