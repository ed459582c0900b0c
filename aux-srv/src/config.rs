//! The configuration of aux-srv. `app-config.yml` beside the crate explains every key.

use serde::{Deserialize, Serialize};
use service::daemon::{Configuration, ProcessConfig};
use service::rate::{ADDRESSES_MAX, Rate};

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
    /// Names that no room may have, beside those that the site needs itself.
    pub forbidden_room_names: Vec<String>,
    /// Lookups of rooms, and connections to rooms that are new, per address.
    pub lookups: Rate,
    /// Addresses in the table of lookups.
    pub addresses_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            https: false,
            operator: String::new(),
            session_days: 365,
            forbidden_room_names: Vec::new(),
            lookups: Rate { burst: 200, refill_ms: 50 },
            addresses_max: ADDRESSES_MAX,
        }
    }
}

/// The process of its own: aux-srv and its listeners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DaemonConfig {
    /// Listeners, logs and the end. Unknown keys are found by `service::config`, since `flatten`
    /// finds none.
    #[serde(flatten)]
    pub process: ProcessConfig,
    /// The router.
    #[serde(flatten)]
    pub aux: Config,
}

impl Configuration for DaemonConfig {
    fn process(&self) -> &ProcessConfig {
        &self.process
    }
}

impl Default for DaemonConfig {
    fn default() -> Self {
        Self { process: ProcessConfig::at(8_100), aux: Config::default() }
    }
}
