//! What every process tells of itself: version, CPU, memory, threads, tasks, descriptors, and how
//! late its event loop is. Linux tells most of it, at the moment when somebody asks.

use std::fmt;
use std::fs;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use tokio::runtime::Handle;
use tokio::time::MissedTickBehavior;

use crate::clock::Clock;
use crate::descriptors;
use crate::lifecycle::Lifecycle;

/// How often the event loop is timed.
const TIMED_EVERY: Duration = Duration::from_millis(100);
/// Ticks of the kernel's clock in a second, as /proc counts them: USER_HZ, 100 on every machine
/// that Rust's standard library runs on with Linux.
const TICKS_PER_SEC: f64 = 100.0;
/// The fields of /proc/self/stat after the name in parentheses, counted from 0, that are the time
/// on a CPU in the process's own code and in the kernel.
const TIMES: [usize; 2] = [11, 12];

/// Registers the metrics of this process, and times its event loop until the soft stop.
pub fn register(registry: &mut Registry, version: &'static str, lifecycle: &Lifecycle) {
    registry.register("build", "The version", Info::new([("version", version)]));
    let started = Gauge::<u64, AtomicU64>::default();
    started.set(Clock::system().unix() / 1_000);
    registry.register("process_start_seconds", "When it started, since 1970", started);
    registry.register_collector(Box::new(FromProc));
    // From 0.5 ms, which the timer itself takes, to 4 s.
    let lag = Histogram::new(exponential_buckets(0.000_5, 2.0, 14));
    registry.register(
        "event_loop_lag_seconds",
        "How much later than asked for a timer of the process goes off",
        lag.clone(),
    );
    let own = lifecycle.clone();
    lifecycle.spawn(async move {
        tokio::select! {
            () = time_event_loop(&lag) => {}
            () = own.soft_stopped() => {}
        }
    });
}

async fn time_event_loop(lag: &Histogram) {
    let mut ticks = tokio::time::interval(TIMED_EVERY);
    // Every tick of a standstill is late, not its first alone: whoever waited through it would have
    // asked at any time of it.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    loop {
        let due = ticks.tick().await;
        lag.observe(due.elapsed().as_secs_f64());
    }
}

/// What /proc says of this process.
#[derive(Debug)]
struct FromProc;

impl Collector for FromProc {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        if let Some(seconds) = cpu_seconds(&stat) {
            let counter = ConstCounter::new(seconds);
            let help = "Time on a CPU, in the process's own code and in the kernel";
            let kind = counter.metric_type();
            counter.encode(encoder.encode_descriptor(
                "process_cpu_seconds",
                help,
                None,
                kind,
            )?)?;
        }
        let limit = u64::try_from(descriptors::soft_limit()).unwrap_or(u64::MAX);
        for (name, help, value) in [
            ("process_resident_bytes", "Memory in use", kilobytes(&status, "VmRSS:")),
            ("process_threads", "Threads", number(&status, "Threads:")),
            ("process_tasks", "Tasks of the event loop", tasks()),
            ("process_descriptors", "Descriptors open", descriptors::open()),
            ("process_descriptors_max", "Descriptors that may be open", Some(limit)),
        ] {
            // What the system does not tell is left out, rather than told as 0.
            let Some(value) = value else { continue };
            let gauge = ConstGauge::new(value.min(i64::MAX.unsigned_abs()).cast_signed());
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        Ok(())
    }
}

/// Every task of the runtime that is not at its end, of connections as of the process itself.
fn tasks() -> Option<u64> {
    let runtime = Handle::try_current().ok()?;
    u64::try_from(runtime.metrics().num_alive_tasks()).ok()
}

fn cpu_seconds(stat: &str) -> Option<f64> {
    // The name may hold spaces and parentheses.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    let [own, kernel] = TIMES.map(ticks);
    Some((own? + kernel?) as f64 / TICKS_PER_SEC)
}

fn kilobytes(status: &str, key: &str) -> Option<u64> {
    number(status, key)?.checked_mul(1_024)
}

fn number(status: &str, key: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests;
