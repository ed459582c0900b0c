//! The scenarios that are shipped, against a process with its shipped limits: the small one always,
//! all of them in the nightly run.

use std::path::{Path, PathBuf};

use super::load;
use super::program::Program;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../load-testing/scenarios")
}

#[tokio::test]
async fn what_the_scenarios_expect_of_a_process_holds() {
    let _quiet = load::alone().await;
    let every = std::env::var_os("EVERY_SCENARIO").is_some();
    let mut run = 0;
    for file in std::fs::read_dir(folder()).expect("the scenarios are there") {
        let path = file.expect("an entry").path();
        if !every && !path.ends_with("smoke.yml") {
            continue;
        }
        let program = Program::start().await;
        let report = load::run_file(&program, &path).await;
        let p99 = report.delivery_p99();
        println!("{}: {} deliveries, 99 % in {p99} ms", path.display(), report.count("deliveries"));
        run += 1;
    }
    assert!(run > 0, "no scenario was run");
}
