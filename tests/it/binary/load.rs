//! The load client as an operator runs it, `load run`, against a process under test. It checks what
//! every member receives; a test here looks at what its report says beside that.

use std::path::PathBuf;

use serde_json::Value;
use tokio::process::Command;
use tokio::sync::{Mutex, MutexGuard};

use super::program::{Program, binary};

/// Limits of rates that one machine's load would cross: nothing else is unlike the shipped values.
const RATES: [&str; 6] = [
    "ROOM__MEMBER_POSTS",
    "ROOM__ROOM_POSTS",
    "PEERS__FRAMES",
    "ADDRESSES__CONNECTS",
    "ADDRESSES__POSTS",
    "ADDRESSES__ROOMS_CREATED",
];

/// What `load run` says of a run.
pub(super) struct Report(Value);

/// Two loads at once would measure each other: each test of a load holds this while it runs.
pub(super) async fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::const_new(());
    ONE.lock().await
}

/// The variables that raise all limits of rates.
pub(super) fn unlimited_rates() -> Vec<(String, String)> {
    let plenty = "{ burst: 1000000000, refillMs: 1 }".to_owned();
    let rates = RATES.map(|key| (format!("INSTANTCHAT__BACKEND__{key}"), plenty.clone()));
    rates.into()
}

/// Runs a scenario of these groups and of so many seconds; whatever is wrong fails.
pub(super) async fn run(program: &Program, seconds: u64, groups: &str) -> Report {
    let text = format!(
        "name: test\nlasts: {seconds}s\nsettles: 2s\ncatchesUp: 60s\ngroups:\n{groups}\
         thresholds: {{ refused: 0, disconnects: 0, restarts: 0 }}\n"
    );
    let folder = tempfile::tempdir().expect("a folder for the scenario");
    let scenario = folder.path().join("scenario.yml");
    std::fs::write(&scenario, text).expect("the scenario is written");
    run_file(program, &scenario).await
}

/// Runs the scenario of a file; whatever is wrong fails.
pub(super) async fn run_file(program: &Program, scenario: &std::path::Path) -> Report {
    let folder = tempfile::tempdir().expect("a folder for the report");
    let json = folder.path().join("report.json");
    let output = Command::new(load_binary())
        .arg("run")
        .arg(scenario)
        .args(["--target", &format!("ws://{}", program.public)])
        .arg("--json")
        .arg(&json)
        .kill_on_drop(true)
        .output()
        .await
        .expect("`load` stands beside INSTANTCHAT_BIN; `tests/run build` puts it there");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}{errors}", scenario.display());
    let report = std::fs::read(&json).expect("a report is written");
    Report(serde_json::from_slice(&report).expect("the report is JSON"))
}

fn load_binary() -> PathBuf {
    binary().with_file_name("load")
}

impl Report {
    /// A number that was counted.
    pub(super) fn count(&self, name: &str) -> u64 {
        self.0["counts"][name].as_u64().unwrap_or_else(|| panic!("no `{name}`: {}", self.0))
    }

    /// Milliseconds from post to sight, the 99th percentile, of all members.
    pub(super) fn delivery_p99(&self) -> f64 {
        p99(&self.0["latencies"]["delivery"])
    }

    /// The same of one group's members.
    pub(super) fn delivery_p99_of(&self, group: &str) -> f64 {
        let groups = self.0["groups"].as_array().expect("there are groups");
        let found = groups.iter().find(|of| of["name"] == group);
        p99(&found.unwrap_or_else(|| panic!("no group `{group}`"))["delivery"])
    }
}

fn p99(latencies: &Value) -> f64 {
    let all = latencies["ms"].as_array().expect("there are percentiles");
    let found = all.iter().find(|of| of[0] == 99.0).expect("the 99th is among them");
    found[1].as_f64().expect("it is a number")
}
