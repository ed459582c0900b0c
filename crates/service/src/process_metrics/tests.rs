//! The process tells of itself what the system sees.

use std::fs::File;
use std::time::Instant;

use super::*;

fn told(registry: &Registry, name: &str) -> f64 {
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, registry).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
    line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().unwrap()
}

#[test]
fn the_fields_of_proc_are_those_meant() {
    let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 9 0 0 0 150 50 3 4 20 0 1 0 100 5 6";
    assert_eq!(cpu_seconds(stat), Some(2.0));
    assert_eq!(cpu_seconds("7 (a) S 1"), None);
    let status = "Name:\ta\nVmRSS:\t   20 kB\nThreads:\t3\n";
    assert_eq!(kilobytes(status, "VmRSS:"), Some(20_480));
    assert_eq!(number(status, "Threads:"), Some(3));
    assert_eq!(number(status, "VmSwap:"), None);
}

#[tokio::test]
async fn a_process_tells_of_its_memory_its_descriptors_and_its_cpu() {
    let mut registry = Registry::with_prefix("instantchat");
    let lifecycle = Lifecycle::new();
    register(&mut registry, "1.2.3", &lifecycle);
    assert!(told(&registry, "instantchat_process_resident_bytes") > 1e6);
    assert!(told(&registry, "instantchat_process_threads") >= 1.0);
    assert!(told(&registry, "instantchat_process_start_seconds") > 1.7e9);
    let before = told(&registry, "instantchat_process_descriptors");
    let files: Vec<File> = (0..50).map(|_| File::open("/proc/self/stat").unwrap()).collect();
    let after = told(&registry, "instantchat_process_descriptors");
    // Other tests open and close some meanwhile.
    assert!(after > before + 20.0, "{before} {after}, {} files", files.len());
    assert!(told(&registry, "instantchat_process_descriptors_max") >= after);
    assert!(told(&registry, "instantchat_build_info{version=\"1.2.3\"}") == 1.0);
    let used = told(&registry, "instantchat_process_cpu_seconds_total");
    while told(&registry, "instantchat_process_cpu_seconds_total") < used + 0.05 {}
    lifecycle.hard_stop();
}

#[tokio::test]
async fn a_process_tells_of_the_tasks_that_live() {
    let mut registry = Registry::with_prefix("instantchat");
    let lifecycle = Lifecycle::new();
    register(&mut registry, "1.2.3", &lifecycle);
    let tasks = || told(&registry, "instantchat_process_tasks");
    let (before, own) = (tasks(), lifecycle.clone());
    lifecycle.spawn(async move { own.soft_stopped().await });
    assert_eq!(tasks(), before + 1.0);
    assert!(lifecycle.finish(Duration::from_secs(5)).await);
    assert_eq!(tasks(), 0.0);
}

#[tokio::test]
async fn a_blocked_event_loop_is_late() {
    let mut registry = Registry::with_prefix("instantchat");
    let lifecycle = Lifecycle::new();
    register(&mut registry, "1.2.3", &lifecycle);
    let count = "instantchat_event_loop_lag_seconds_count";
    while told(&registry, count) < 2.0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    #[expect(clippy::disallowed_methods, reason = "the thread is blocked by the system's time")]
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(400) {}
    let before = told(&registry, count);
    while told(&registry, count) < before + 1.0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let late = told(&registry, "instantchat_event_loop_lag_seconds_sum");
    assert!(late > 0.2, "{late}");
    lifecycle.hard_stop();
}

#[tokio::test]
async fn every_tick_of_a_standstill_is_late() {
    let mut registry = Registry::with_prefix("instantchat");
    let lifecycle = Lifecycle::new();
    register(&mut registry, "1.2.3", &lifecycle);
    let lag = |what| told(&registry, &format!("instantchat_event_loop_lag_seconds_{what}"));
    let until = async |count: f64| {
        while lag("count") < count {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    until(2.0).await;
    let (before, late_before) = (lag("count"), lag("sum"));
    #[expect(clippy::disallowed_methods, reason = "the thread is blocked by the system's time")]
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {}
    // Of the ten that were due, the first was late by almost a second, and the last by a tenth.
    until(before + 9.0).await;
    let late = lag("sum") - late_before;
    assert!(late > 4.0, "{late} s of {} ticks", lag("count") - before);
    lifecycle.hard_stop();
}
