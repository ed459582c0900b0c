//! What the machine allows: descriptors and memory, where the configuration leaves it open.

use std::fs;

use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use crate::config::Config;

/// Descriptors that are left for files, listeners and connections between processes.
const DESCRIPTORS_KEPT: usize = 256;
/// The share of the process's memory that rooms may take, in percent.
const ROOMS_PERCENT: usize = 60;
/// What is assumed where the system does not tell.
const DESCRIPTORS_ASSUMED: usize = 1_024;
const MEMORY_ASSUMED: usize = 1 << 30;

/// The limits of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capacity {
    /// Connections at once.
    pub(crate) sockets: usize,
    /// Rooms at once.
    pub(crate) rooms: usize,
    /// Bytes of all rooms.
    pub(crate) room_bytes: usize,
    /// Bytes that wait for all peers together.
    pub(crate) outbox_bytes: usize,
    /// Bytes of the process.
    pub(crate) memory: usize,
}

impl Capacity {
    /// The configured limits; 0 means what the machine allows. Connections are never above the
    /// limit of descriptors.
    pub(crate) fn of(config: &Config) -> Self {
        let descriptors = descriptors().saturating_sub(DESCRIPTORS_KEPT).max(1);
        let sockets = match config.peers.sockets_max {
            0 => descriptors,
            max => max.min(descriptors),
        };
        let room_bytes = match config.rooms.bytes_max {
            0 => memory() / 100 * ROOMS_PERCENT,
            max => max,
        };
        Self {
            sockets,
            rooms: config.rooms.max,
            room_bytes,
            outbox_bytes: config.peers.outboxes_bytes_max,
            memory: memory(),
        }
    }

    /// Registers the limits, each beside what is counted against it.
    pub(crate) fn register(self, registry: &mut Registry) {
        for (name, help, max) in [
            ("peers_max", "Connections that may be open", self.sockets),
            ("rooms_max", "Rooms that may be owned", self.rooms),
            ("room_bytes_max", "Bytes that all rooms may take", self.room_bytes),
            (
                "outbox_bytes_max",
                "Bytes above which peers that are far behind are cut off",
                self.outbox_bytes,
            ),
        ] {
            registry.register(name, help, ConstGauge::new(i64::try_from(max).unwrap_or(i64::MAX)));
        }
    }
}

/// The soft limit of descriptors.
fn descriptors() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next());
    match soft {
        Some("unlimited") => usize::MAX,
        soft => soft.and_then(|soft| soft.parse().ok()).unwrap_or(DESCRIPTORS_ASSUMED),
    }
}

/// The memory of the machine, or of the control group if that is less.
fn memory() -> usize {
    let group = fs::read_to_string("/sys/fs/cgroup/memory.max").unwrap_or_default();
    let group = group.trim().parse::<usize>().ok();
    let machine = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let machine = machine
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<usize>().ok())
        .map(|kib| kib << 10);
    group.into_iter().chain(machine).min().unwrap_or(MEMORY_ASSUMED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_never_take_the_last_descriptors() {
        let mut config = Config::default();
        config.peers.sockets_max = usize::MAX;
        assert!(Capacity::of(&config).sockets <= descriptors() - DESCRIPTORS_KEPT);
        config.peers.sockets_max = 7;
        assert_eq!(Capacity::of(&config).sockets, 7);
    }

    #[test]
    fn rooms_take_a_share_of_the_memory_unless_told_otherwise() {
        let mut config = Config::default();
        let automatic = Capacity::of(&config).room_bytes;
        assert!(automatic > 1 << 26 && automatic < memory());
        config.rooms.bytes_max = 1 << 20;
        assert_eq!(Capacity::of(&config).room_bytes, 1 << 20);
    }
}
