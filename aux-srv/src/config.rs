//! The configuration of aux-srv. `app-config.yml` beside the crate explains every key.

use std::collections::BTreeSet;
use std::path::PathBuf;

use placement::{BackendName, roster};
use serde::{Deserialize, Serialize};
use service::daemon::{Configuration, ProcessConfig};
use service::rate::{ADDRESSES_MAX, Rate};

use crate::router::FileInstance;

/// What variables of the environment begin with.
pub const PREFIX: &str = "AUX_SRV";
/// The highest number of a file server: ids of files begin with two digits.
const FILES_NUMBER_MAX: u8 = 99;

/// What an operator can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Config {
    /// Whether visitors come by TLS, which ends at the edge: cookies are secure then.
    pub https: bool,
    /// Who runs this server, for `/about`.
    pub operator: String,
    /// Days for which a session's cookie is valid.
    pub session_days: u32,
    /// Origins beside the site's own whose pages may chat.
    pub allowed_origins: Vec<String>,
    /// Names that no room may have, beside those that the site needs itself.
    pub forbidden_room_names: Vec<String>,
    /// Lookups of rooms per address.
    pub lookups: Rate,
    /// Places for new rooms per address.
    pub places: Rate,
    /// Addresses in the table of lookups, and in that of places.
    pub addresses_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            https: false,
            operator: String::new(),
            session_days: 365,
            allowed_origins: Vec::new(),
            forbidden_room_names: Vec::new(),
            lookups: Rate { burst: 200, refill_ms: 50 },
            places: Rate { burst: 60, refill_ms: 1_000 },
            addresses_max: ADDRESSES_MAX,
        }
    }
}

/// The process of its own: aux-srv, its listeners and its fleet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DaemonConfig {
    /// Listeners, logs and the end. Unknown keys are found by `service::config`, since `flatten`
    /// finds none.
    #[serde(flatten)]
    pub process: ProcessConfig,
    /// The fleet addresses of the backends. Read again while the process runs.
    pub backend_instances: Vec<String>,
    /// The file servers.
    pub file_instances: Vec<FileInstance>,
    /// The folder of what the router must know after a restart.
    pub data_dir: PathBuf,
    /// The wildcard name of backends that browsers reach themselves; empty without direct mode.
    pub direct_domain: String,
    /// Pages, sessions and lookups.
    #[serde(flatten)]
    pub aux: Config,
}

impl Configuration for DaemonConfig {
    fn of_process(&self) -> &ProcessConfig {
        &self.process
    }
}

impl Default for DaemonConfig {
    fn default() -> Self {
        Self {
            process: ProcessConfig::at(8_100),
            backend_instances: vec!["127.0.0.1:8112".into()],
            file_instances: vec![FileInstance {
                number: 1,
                fleet: "127.0.0.1:8122".into(),
                http: "127.0.0.1:8120".into(),
            }],
            data_dir: "./data".into(),
            direct_domain: String::new(),
            aux: Config::default(),
        }
    }
}

/// Why a fleet is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FleetError {
    /// The list of backends.
    #[error("backendInstances: {0}")]
    Backends(#[from] placement::RosterError),
    /// Nobody would own a room.
    #[error("backendInstances: no backend is named")]
    NoBackends,
    /// A file server's number.
    #[error("fileInstances: number {number} is not from 1 to {FILES_NUMBER_MAX}, or stands twice")]
    FilesNumber {
        /// The number.
        number: u8,
    },
    /// A file server's address.
    #[error("fileInstances: number {number}: {source}")]
    FilesAddress {
        /// Whose.
        number: u8,
        /// What is wrong with it.
        source: placement::RosterError,
    },
}

impl DaemonConfig {
    /// The backends that the configuration names.
    ///
    /// # Errors
    /// A line is no address, stands twice, or there is none.
    pub fn backends(&self) -> Result<Vec<BackendName>, FleetError> {
        let names = roster(&self.backend_instances)?;
        if names.is_empty() { Err(FleetError::NoBackends) } else { Ok(names) }
    }

    /// The file servers that the configuration names.
    ///
    /// # Errors
    /// A number is none or stands twice, or an address is none.
    pub fn files(&self) -> Result<Vec<FileInstance>, FleetError> {
        let mut numbers = BTreeSet::new();
        for FileInstance { number, fleet, http } in &self.file_instances {
            let number = *number;
            if !(1..=FILES_NUMBER_MAX).contains(&number) || !numbers.insert(number) {
                return Err(FleetError::FilesNumber { number });
            }
            for address in [fleet, http] {
                roster(std::slice::from_ref(address))
                    .map_err(|source| FleetError::FilesAddress { number, source })?;
            }
        }
        Ok(self.file_instances.clone())
    }
}
