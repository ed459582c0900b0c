//! What the kernel counts: processor time and memory of a process, and what else ran meanwhile.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::Context;

/// The core of the servers. The clients have the other one.
pub(crate) const SERVER_CORE: u32 = 0;
/// Kernel ticks of `/proc/stat` in a second (USER_HZ, the same on every Linux).
const TICKS_PER_SECOND: u64 = 100;

/// The processor time that a process and all its threads have used.
pub(crate) fn cpu(pid: u32) -> anyhow::Result<Duration> {
    let mut nanos = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread may end while it is looked at.
        let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) else { continue };
        let first = text.split(' ').next().context("schedstat")?;
        nanos += first.parse::<u64>().context("schedstat")?;
    }
    Ok(Duration::from_nanos(nanos))
}

/// The resident memory of a process, in bytes.
pub(crate) fn resident(pid: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? << 10)
}

/// Watches what others use of the processor.
pub(crate) struct Others {
    began: Instant,
    busy: Duration,
}

impl Others {
    /// From now on.
    pub(crate) fn watch() -> anyhow::Result<Self> {
        Ok(Self { began: Instant::now(), busy: busy()? })
    }

    /// The part of one core that neither of these used, whose time was `ours`.
    pub(crate) fn share(&self, ours: Duration) -> anyhow::Result<f64> {
        let all = busy()?.saturating_sub(self.busy);
        Ok(all.saturating_sub(ours).as_secs_f64() / self.began.elapsed().as_secs_f64())
    }
}

/// The time in which the cores were not idle.
fn busy() -> anyhow::Result<Duration> {
    let stat = fs::read_to_string("/proc/stat")?;
    let line = stat.lines().next().context("/proc/stat")?;
    let fields: Vec<u64> =
        line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    // user, nice, system, then idle and iowait, then irq, softirq.
    let ticks: u64 = [0, 1, 2, 5, 6].iter().filter_map(|at| fields.get(*at)).sum();
    Ok(Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND))
}
