//! What the process takes from its machine: processor, memory, and how late its timers are.

use std::collections::VecDeque;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::backend::Backend;

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Looks at timers between two at processor and memory.
const LOOKS_PER_MEASURE: u32 = 5;
/// Looks of which the latest timer counts: two seconds.
const LATE_LOOKS: usize = 20;
/// The part of what was measured now in what is told: a mean over some four seconds, so that
/// placement follows work and not its moments.
const NEW_PART: u64 = 8;

/// What was measured last.
#[derive(Debug)]
pub(crate) struct Meter {
    /// Thousandths of a core.
    cpu: AtomicU64,
    /// Bytes.
    memory: AtomicU64,
    late_ms: AtomicU64,
    cores: u64,
}

impl Meter {
    /// Nothing measured yet.
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
        Self { cpu: 0.into(), memory: resident().into(), late_ms: 0.into(), cores }
    }

    /// Processor time in thousandths of a core, a mean over the last seconds.
    pub(crate) fn cpu(&self) -> u64 {
        self.cpu.load(Ordering::Relaxed)
    }

    /// Processor time that the process may use.
    pub(crate) fn cpu_max(&self) -> u64 {
        self.cores * 1_000
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> u64 {
        self.memory.load(Ordering::Relaxed)
    }

    /// Milliseconds by which the latest timer of the last seconds was late.
    pub(crate) fn late_ms(&self) -> u64 {
        self.late_ms.load(Ordering::Relaxed)
    }

    /// Takes in what the process used within a time, both in nanoseconds.
    fn used(&self, cpu: u64, within: u64) {
        let part = cpu.saturating_mul(1_000) / within.max(1);
        let before = self.cpu();
        self.cpu.store(mean(before, part), Ordering::Relaxed);
    }
}

/// The new mean. It comes all the way down to what is measured.
fn mean(before: u64, new: u64) -> u64 {
    if new > before {
        before + (new - before).div_ceil(NEW_PART)
    } else {
        before - (before - new).div_ceil(NEW_PART)
    }
}

/// Measures until the process stops.
pub(crate) async fn measure(backend: Arc<Backend>) {
    let (meter, clock) = (&backend.meter, &backend.clock);
    let mut late = VecDeque::new();
    let (mut cpu, mut measured_at, mut looks) = (processor_time(), clock.seconds(), 0);
    loop {
        let slept_at = clock.seconds();
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = backend.lifecycle.soft_stopped() => return,
        }
        let now = clock.seconds();
        let seconds = (now - slept_at - LOOK_EVERY.as_secs_f64()).max(0.0);
        if late.len() == LATE_LOOKS {
            late.pop_front();
        }
        late.push_back((seconds * 1_000.0) as u64);
        meter.late_ms.store(late.iter().copied().max().unwrap_or(0), Ordering::Relaxed);
        looks += 1;
        if looks == LOOKS_PER_MEASURE {
            let used = processor_time().saturating_sub(cpu);
            meter.used(used, ((now - measured_at) * 1e9) as u64);
            meter.memory.store(resident(), Ordering::Relaxed);
            (cpu, measured_at, looks) = (cpu + used, now, 0);
        }
    }
}

/// Nanoseconds that all threads of the process have computed.
fn processor_time() -> u64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let parts = u64::try_from(time.tv_sec).ok().zip(u64::try_from(time.tv_nsec).ok());
    parts.map_or(0, |(seconds, nanoseconds)| seconds * 1_000_000_000 + nanoseconds)
}

/// Bytes of the process that are in memory; 0 where the system does not tell.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kib.map_or(0, |kib| kib << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_has_memory_and_takes_time() {
        assert!(resident() > 1 << 20);
        let before = processor_time();
        let mut sum = 0_u64;
        while processor_time() == before {
            sum = sum.wrapping_add(1);
        }
        assert!(processor_time() > before, "{sum}");
    }

    #[test]
    fn the_mean_reaches_what_stays() {
        let meter = Meter::new();
        for _ in 0..100 {
            meter.used(750_000_000, 500_000_000);
        }
        assert_eq!(meter.cpu(), 1_500);
        for _ in 0..100 {
            meter.used(0, 500_000_000);
        }
        assert_eq!(meter.cpu(), 0);
    }
}
