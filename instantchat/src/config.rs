//! The configuration of the one process: its listeners, and those of the three parts.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use service::http::{HttpLimits, ServeOptions, TrustedProxies};
use service::telemetry::LogConfig;
use service::traces::TracesConfig;

/// What an operator can set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Config {
    /// The public listener.
    pub http: Http,
    /// The listener of liveness, readiness and metrics.
    pub admin: Admin,
    /// The folder of uploaded files and of the secret.
    pub data_dir: PathBuf,
    /// Seconds that a stop may take.
    pub shutdown_wait_timeout_sec: u64,
    /// Networks whose word about client addresses counts.
    pub trusted_proxies: TrustedProxies,
    /// Origins beside the site's own whose pages may chat and upload.
    pub allowed_origins: Vec<String>,
    /// What is logged.
    pub log: LogConfig,
    /// Where traces of posts go, and how many.
    pub traces: TracesConfig,
    /// Pages, lookups and sessions.
    pub aux_srv: aux_srv::Config,
    /// Rooms.
    pub backend: backend::Config,
    /// Files and previews.
    pub file_srv: file_srv::FilesConfig,
}

/// The public listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Http {
    /// Its address.
    pub listen: SocketAddr,
    /// Its limits.
    pub limits: HttpLimits,
}

/// The admin listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Admin {
    /// Its address.
    pub listen: SocketAddr,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            http: Http::default(),
            admin: Admin::default(),
            data_dir: "./data".into(),
            shutdown_wait_timeout_sec: 10,
            trusted_proxies: TrustedProxies::default(),
            allowed_origins: Vec::new(),
            log: LogConfig::default(),
            traces: TracesConfig::default(),
            aux_srv: aux_srv::Config::default(),
            backend: backend::Config::default(),
            file_srv: file_srv::FilesConfig::default(),
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self { listen: ([127, 0, 0, 1], 8080).into(), limits: HttpLimits::default() }
    }
}

impl Default for Admin {
    fn default() -> Self {
        Self { listen: ([127, 0, 0, 1], 8081).into() }
    }
}

impl Config {
    /// The router's part, with what concerns all.
    pub(crate) fn aux_srv(&self) -> aux_srv::Config {
        let mut config = self.aux_srv.clone();
        config.allowed_origins.extend(self.allowed_origins.iter().cloned());
        config
    }

    /// The backend's part, with what concerns all.
    pub(crate) fn backend(&self) -> backend::Config {
        let mut config = self.backend.clone();
        config.allowed_origins.extend(self.allowed_origins.iter().cloned());
        config
    }

    /// The file server's part, with what concerns all. Its folder is the process's unless it has
    /// one of its own.
    pub(crate) fn file_srv(&self) -> file_srv::FilesConfig {
        let mut config = self.file_srv.clone();
        config.allowed_origins.extend(self.allowed_origins.iter().cloned());
        if config.data_dir == file_srv::FilesConfig::default().data_dir {
            config.data_dir.clone_from(&self.data_dir);
        }
        config
    }

    /// How the public listener serves.
    pub(crate) fn public(&self) -> ServeOptions {
        ServeOptions {
            limits: self.http.limits,
            trusted_proxies: self.trusted_proxies.clone(),
            ..ServeOptions::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_and_the_origins_concern_all() {
        let config = Config {
            data_dir: "/srv/chat".into(),
            allowed_origins: vec!["https://friend.example".into()],
            ..Config::default()
        };
        assert_eq!(config.file_srv().data_dir, config.data_dir);
        assert_eq!(config.file_srv().allowed_origins, config.allowed_origins);
        assert_eq!(config.backend().allowed_origins, config.allowed_origins);
    }

    #[test]
    fn every_key_is_explained_at_its_default() {
        let file = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/app-config.yml"));
        let loaded: Config = service::config::load(Some(file), "INSTANTCHAT", []).unwrap();
        assert_eq!(loaded, Config::default());
        let text = std::fs::read_to_string(file).unwrap();
        let all = serde_json::to_value(Config::default()).unwrap();
        explained(&all, &text, "");
    }

    fn explained(value: &serde_json::Value, text: &str, indent: &str) {
        for (key, below) in value.as_object().into_iter().flatten() {
            assert!(text.contains(&format!("\n{indent}{key}:")), "{key} is not explained");
            explained(below, text, &format!("{indent}  "));
        }
    }
}
