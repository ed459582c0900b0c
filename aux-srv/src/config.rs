//! The configuration of aux-srv. `app-config.yml` beside the crate explains every key.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use service::http::{HttpLimits, TrustedProxies};
use service::rate::{ADDRESSES_MAX, Rate};
use service::telemetry::LogConfig;

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
    /// The public listener.
    pub http: HttpConfig,
    /// The listener of `/livez`, `/readyz` and `/metrics`.
    pub admin: AdminConfig,
    /// Networks whose word about client addresses counts.
    pub trusted_proxies: TrustedProxies,
    /// Seconds that a stop waits for what is under way.
    pub shutdown_wait_timeout_sec: u64,
    /// What is logged.
    pub log: LogConfig,
    /// The router. Unknown keys are found by `service::config`, since `flatten` finds none.
    #[serde(flatten)]
    pub aux: Config,
}

/// The public listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct HttpConfig {
    /// Its address.
    pub listen: SocketAddr,
    /// Its limits.
    pub limits: HttpLimits,
}

/// The admin listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AdminConfig {
    /// Its address.
    pub listen: SocketAddr,
}

impl Default for DaemonConfig {
    fn default() -> Self {
        Self {
            http: HttpConfig::default(),
            admin: AdminConfig::default(),
            trusted_proxies: TrustedProxies::default(),
            shutdown_wait_timeout_sec: 10,
            log: LogConfig::default(),
            aux: Config::default(),
        }
    }
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self { listen: ([127, 0, 0, 1], 8_082).into(), limits: HttpLimits::default() }
    }
}

impl Default for AdminConfig {
    fn default() -> Self {
        Self { listen: ([127, 0, 0, 1], 8_083).into() }
    }
}
