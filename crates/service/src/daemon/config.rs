//! The part of the configuration that every daemon has.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::http::{HttpLimits, TrustedProxies};
use crate::telemetry::LogConfig;
use crate::tls::TlsConfig;

/// Listeners, logs and the end, of any daemon. Flattened into its configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcessConfig {
    /// The listener of browsers and of the edge.
    pub http: HttpConfig,
    /// The listener of operators.
    pub admin: AdminConfig,
    /// The listener of the other processes.
    pub fleet: FleetConfig,
    /// Whether nobody else can read or write on the network between the processes.
    pub fleet_network_is_private: bool,
    /// Networks whose word about client addresses counts.
    pub trusted_proxies: TrustedProxies,
    /// Seconds that a stop waits for what is under way.
    pub shutdown_wait_timeout_sec: u64,
    /// What is logged.
    pub log: LogConfig,
}

/// The listener of browsers and of the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HttpConfig {
    /// Its address.
    pub listen: SocketAddr,
    /// Its limits.
    pub limits: HttpLimits,
}

/// The listener of operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdminConfig {
    /// Its address.
    pub listen: SocketAddr,
}

/// The listener of the other processes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FleetConfig {
    /// Its address.
    pub listen: SocketAddr,
    /// The `host:port` under which the others reach it; empty for the listener's address.
    pub advertise: String,
    /// TLS, on this listener and on every call to others.
    pub tls: TlsConfig,
}

/// Why a process does not start with this configuration.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProcessError {
    /// Calls would be in the clear on a network.
    #[error(
        "fleet.listen: {0} is not loopback: set fleet.tls, or fleetNetworkIsPrivate: true where \
         nobody else can read or write on that network"
    )]
    NotPrivate(SocketAddr),
    /// The others could not reach it there.
    #[error("fleet.advertise: `{0}` is not `host:port`")]
    NotAnAddress(String),
    /// The others would be told an address that is none.
    #[error(
        "fleet.advertise: with fleet.listen {0}, which is every address of this machine, the others \
         must be told one: host:port"
    )]
    NoAddress(SocketAddr),
}

impl ProcessConfig {
    /// The defaults of a daemon with these three ports on loopback: `port` and the next two.
    pub fn at(port: u16) -> Self {
        let listen = |offset| SocketAddr::from(([127, 0, 0, 1], port + offset));
        Self {
            http: HttpConfig { listen: listen(0), limits: HttpLimits::default() },
            admin: AdminConfig { listen: listen(1) },
            fleet: FleetConfig {
                listen: listen(2),
                advertise: String::new(),
                tls: TlsConfig::default(),
            },
            fleet_network_is_private: false,
            trusted_proxies: TrustedProxies::default(),
            shutdown_wait_timeout_sec: 10,
            log: LogConfig::default(),
        }
    }

    /// Whether the fleet listener would be safe and can be found.
    ///
    /// # Errors
    /// It is plain on a network that is not known to be private, or the others are told no address.
    pub fn check(&self) -> Result<(), ProcessError> {
        let FleetConfig { listen, advertise, tls } = &self.fleet;
        let plain = *tls == TlsConfig::default();
        if plain && !listen.ip().is_loopback() && !self.fleet_network_is_private {
            return Err(ProcessError::NotPrivate(*listen));
        }
        let parts = advertise.rsplit_once(':');
        let names = |(host, port): (&str, &str)| {
            !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)
        };
        if !advertise.is_empty() && !parts.is_some_and(names) {
            return Err(ProcessError::NotAnAddress(advertise.clone()));
        }
        if advertise.is_empty() && listen.ip().is_unspecified() {
            return Err(ProcessError::NoAddress(*listen));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_fleet_listener_on_a_network_must_be_on_a_private_one() {
        let mut config = ProcessConfig::at(8_100);
        assert_eq!(config.check(), Ok(()));
        config.fleet.listen = "10.0.0.5:8102".parse().unwrap();
        assert!(matches!(config.check(), Err(ProcessError::NotPrivate(_))));
        config.fleet_network_is_private = true;
        assert_eq!(config.check(), Ok(()));
        config.fleet_network_is_private = false;
        config.fleet.tls.ca = "ca.pem".into();
        assert_eq!(config.check(), Ok(()));
        config.fleet.listen = "[::1]:8102".parse().unwrap();
        config.fleet.tls = TlsConfig::default();
        assert_eq!(config.check(), Ok(()));
    }

    #[test]
    fn whoever_listens_everywhere_says_where_it_is_found() {
        let mut config = ProcessConfig::at(8_100);
        config.fleet_network_is_private = true;
        for everywhere in ["0.0.0.0:8102", "[::]:8102"] {
            config.fleet.listen = everywhere.parse().unwrap();
            config.fleet.advertise = String::new();
            assert!(matches!(config.check(), Err(ProcessError::NoAddress(_))), "{everywhere}");
            config.fleet.advertise = "aux-srv:8102".into();
            assert_eq!(config.check(), Ok(()), "{everywhere}");
        }
    }

    #[test]
    fn what_is_advertised_is_a_host_and_a_port() {
        let mut config = ProcessConfig::at(8_100);
        for good in ["", "backend-1:8112", "10.0.0.5:8112", "[fd00::1]:8112"] {
            config.fleet.advertise = good.into();
            assert_eq!(config.check(), Ok(()), "{good}");
        }
        for bad in ["backend-1", ":8112", "backend-1:", "backend-1:0", "backend-1:99999"] {
            config.fleet.advertise = bad.into();
            assert_eq!(config.check(), Err(ProcessError::NotAnAddress(bad.into())));
        }
    }

    #[test]
    fn the_ports_follow_each_other() {
        let config = ProcessConfig::at(8_110);
        let ports = [config.http.listen, config.admin.listen, config.fleet.listen];
        assert_eq!(ports.map(|address| address.port()), [8_110, 8_111, 8_112]);
    }
}
