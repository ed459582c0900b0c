//! How many descriptors the process may have.

use std::fs;

/// Descriptors that are left for files, listeners and connections between processes.
const KEPT: usize = 256;
/// What is assumed where the system does not tell.
const ASSUMED: usize = 1_024;

/// How many connections there may be: the soft limit of descriptors, less what else needs some.
pub(crate) fn for_connections() -> usize {
    // No semaphore has more places.
    soft_limit().saturating_sub(KEPT).clamp(1, tokio::sync::Semaphore::MAX_PERMITS)
}

/// How many descriptors the process may have.
pub(crate) fn soft_limit() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    match line.and_then(|line| line.split_whitespace().next()) {
        Some("unlimited") => usize::MAX,
        soft => soft.and_then(|soft| soft.parse().ok()).unwrap_or(ASSUMED),
    }
}

/// How many descriptors the process has.
pub(crate) fn open() -> Option<u64> {
    const FOLDER: &str = "/proc/self/fd";
    // Linux 6.2 and later tell the number as the folder's size; before, they are counted.
    let told = fs::metadata(FOLDER).ok()?.len();
    if told > 0 { Some(told) } else { Some(fs::read_dir(FOLDER).ok()?.count() as u64) }
}
