//! Every key of a daemon's `app-config.yml` is explained by a comment above it. That
//! the file holds every key, at its default, is a test of the daemon.

use super::{Source, holds_everywhere, sources};

const DAEMONS: [&str; 4] = ["instantchat", "aux-srv", "backend", "file-srv"];

#[test]
fn every_daemon_has_a_configuration_to_read() {
    let all = sources();
    for daemon in DAEMONS {
        let path = format!("{daemon}/app-config.yml");
        assert!(all.iter().any(|source| source.path == path), "{path} is missing");
    }
}

#[test]
fn every_configuration_key_is_explained() {
    holds_everywhere(unexplained);
}

fn unexplained(source: &Source) -> Vec<String> {
    // What deployment ships is an excerpt, and says where all keys are.
    if !DAEMONS.iter().any(|daemon| source.path == format!("{daemon}/app-config.yml")) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut explained = false;
    for line in source.text.lines() {
        let trimmed = line.trim_start();
        if trimmed.starts_with('#') || trimmed.starts_with("- #") {
            explained = true;
        } else if let Some((key, rest)) = key(trimmed) {
            // What opens a group is explained by the keys in it.
            let opens = rest.trim().is_empty();
            if !explained && !opens && !rest.contains(" # ") {
                findings.push(format!("`{key}` has no comment"));
            }
            explained = false;
        }
    }
    findings
}

fn key(line: &str) -> Option<(&str, &str)> {
    let (key, rest) = line.split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric());
    is_key.then_some((key, rest))
}

#[test]
fn a_key_without_a_comment_is_found() {
    let text = "http:\n  # Host and port.\n  listen: 127.0.0.1:0\n  idleMs: 5\n\
                deadlineMs: 7 # From the first signal.\n- name: of a list\n";
    let findings = unexplained(&Source::new("backend/app-config.yml", text));
    assert_eq!(findings, ["`idleMs` has no comment"]);
}
