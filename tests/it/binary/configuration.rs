//! Configuration: what is in force can be read, secrets cannot, and mistakes are named.

use std::collections::BTreeSet;

use serde_yaml::Value;

use super::program::run;

#[test]
fn a_mistyped_key_is_named_with_the_nearest_one() {
    let error = refusal("# A comment.\ndataDir: here\nbackend:\n  rooms:\n    maxx: 1\n");
    assert!(error.contains("app-config.yml"), "the file is named: {error}");
    assert!(error.contains("backend.rooms.maxx"), "the key is named: {error}");
    assert!(error.contains("did you mean") && error.contains("max"), "{error}");
}

#[test]
fn a_value_of_a_wrong_type_is_named() {
    let error = refusal("shutdownWaitTimeoutSec: soon\n");
    assert!(error.contains("app-config.yml"), "the file is named: {error}");
    assert!(error.contains("shutdownWaitTimeoutSec"), "the key is named: {error}");
}

#[test]
fn a_collector_that_is_none_and_a_ratio_that_is_none_are_named() {
    for (traces, key) in
        [("endpoint: collector:4318", "traces.endpoint"), ("ratio: 1.5", "traces.ratio")]
    {
        let error = refusal(&format!("traces:\n  {traces}\n"));
        assert!(error.contains("app-config.yml") && error.contains(key), "{error}");
    }
}

#[test]
fn a_file_that_is_no_yaml_is_named_with_the_line() {
    let error = refusal("dataDir: here\nhttp: [\n");
    assert!(error.contains("app-config.yml") && error.contains("line"), "{error}");
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let output = run(&["--config", "no-such-file.yml", "--print-config"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(error.contains("no-such-file.yml"), "{error}");
}

/// What the binary says about a configuration that it must refuse.
fn refusal(config: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app-config.yml");
    std::fs::write(&path, config).expect("it is written");
    let output = run(&["--config", path.to_str().expect("a UTF-8 path"), "--print-config"]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "it was accepted");
    assert!(!error.contains("panicked"), "{error}");
    error
}

#[test]
fn every_key_in_force_is_explained_in_the_example() {
    let printed = printed_configuration();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../instantchat/app-config.yml");
    let example = std::fs::read_to_string(path).expect("the example is there");
    let example: Value = serde_yaml::from_str(&example).expect("the example is YAML");
    let (in_force, explained) = (keys(&printed), keys(&example));
    assert!(in_force.len() > 10, "{in_force:?}");
    let difference: Vec<_> = in_force.symmetric_difference(&explained).collect();
    assert!(difference.is_empty(), "{difference:?}");
}

#[test]
fn the_printed_configuration_holds_no_secret() {
    let secret = "a-secret-that-must-not-be-shown-0123456789";
    let output = std::process::Command::new(super::program::binary())
        .arg("--print-config")
        .env("FLEET_SECRET", secret)
        .output()
        .expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let all = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8_lossy(&all).contains(secret));
}

fn printed_configuration() -> Value {
    let output = run(&["--print-config"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_yaml::from_slice(&output.stdout).expect("it prints YAML")
}

/// Every key with its path, such as `backend.limits.roomsMax`.
fn keys(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![(String::new(), value)];
    while let Some((prefix, value)) = open.pop() {
        let Some(mapping) = value.as_mapping() else { continue };
        for (key, value) in mapping {
            let path = format!("{prefix}{}", key.as_str().unwrap_or("?"));
            open.push((format!("{path}."), value));
            found.insert(path);
        }
    }
    found
}
