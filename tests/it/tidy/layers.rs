//! The layers of ARCHITECTURE.md, over `cargo metadata`: a crate uses only what is
//! written here, and the pure crates nothing that waits, reads a clock or rolls dice.

use std::process::Command;

use serde_json::Value;

/// Each crate with the crates of ours that it may use, from the bottom to the top.
const MAY_USE: [(&str, &[&str]); 14] = [
    ("room", &[]),
    ("placement", &[]),
    ("protocol", &[]),
    ("service", &["protocol"]),
    ("fleet", &["placement", "protocol", "service"]),
    ("client", &["protocol"]),
    ("sim", &["room", "placement"]),
    ("aux-srv", &["placement", "protocol", "service", "fleet", "client"]),
    ("backend", &["room", "placement", "protocol", "service", "fleet", "client"]),
    ("file-srv", &["protocol", "service", "fleet", "client"]),
    (
        "instantchat",
        &[
            "aux-srv",
            "backend",
            "file-srv",
            "protocol",
            "service",
            "fleet",
            "client",
            "room",
            "placement",
        ],
    ),
    ("bench", &["load-testing"]),
    ("load-testing", &["client", "protocol"]),
    ("tests", &["client", "placement", "protocol", "service", "fleet"]),
];
/// What only the tests of a crate may use beside that: PROTOCOL.md tells the defaults of a room.
const TESTS_MAY_USE: [(&str, &str); 1] = [("protocol", "room")];
const PURE: [&str; 3] = ["room", "placement", "sim"];
const NOT_IN_PURE: [&str; 12] = [
    "serde",
    "serde_json",
    "tokio",
    "futures-util",
    "hyper",
    "axum",
    "tracing",
    "getrandom",
    "rand",
    "time",
    "chrono",
    "log",
];
/// `protocol` encodes; it does not wait.
const NOT_IN_PROTOCOL: [&str; 6] =
    ["tokio", "futures-util", "hyper", "axum", "reqwest", "getrandom"];

#[test]
fn every_crate_uses_only_the_layers_below_it() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--locked"])
        .current_dir(super::repository())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let findings = layers(&metadata);
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

fn layers(metadata: &Value) -> Vec<String> {
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, may_use)) = MAY_USE.iter().find(|(known, _)| *known == name) else {
            findings.push(format!("{name} has no layer: write it into {}", file!()));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let used = dependency["name"].as_str().unwrap_or_default();
            let shipped = dependency["kind"].as_str() != Some("dev");
            let allowed =
                may_use.contains(&used) || !shipped && TESTS_MAY_USE.contains(&(name, used));
            if dependency["path"].is_string() && !allowed {
                findings.push(format!("{name} uses {used}, which is not below it"));
            }
            // Tests of a pure crate may do what the crate may not.
            let impure = PURE.contains(&name) && NOT_IN_PURE.contains(&used)
                || name == "protocol" && NOT_IN_PROTOCOL.contains(&used);
            if shipped && impure {
                findings.push(format!("{name} is pure and uses {used}"));
            }
        }
    }
    findings
}

#[test]
fn a_use_of_an_upper_layer_is_found() {
    let bad = serde_json::json!({"packages": [
        {"name": "room", "dependencies": [
            {"name": "protocol", "path": "crates/protocol", "kind": null},
            {"name": "tokio", "kind": null},
            {"name": "tokio", "kind": "dev"},
        ]},
        {"name": "aux-srv", "dependencies": [{"name": "backend", "path": "backend", "kind": null}]},
        {"name": "novelty", "dependencies": []},
    ]});
    assert_eq!(layers(&bad).len(), 4, "{:?}", layers(&bad));
}
