//! Nothing unfinished and nothing silenced is left in the sources.

use super::{Source, holds_everywhere};

/// Written in two parts, so that this file does not find itself.
const MARKS: [(&str, &str); 4] = [("TO", "DO"), ("FIX", "ME"), ("XX", "X:"), ("HA", "CK:")];
const RUST: [(&str, &str, &str); 5] = [
    ("#[al", "low(", "say `#[expect(lint, reason = …)]`"),
    ("#![al", "low(", "say `#![expect(lint, reason = …)]`"),
    ("#[ig", "nore", "a test runs, or looks at the environment"),
    ("todo", "!(", "is unfinished"),
    ("unimple", "mented!(", "is unfinished"),
];
const SCRIPT: [(&str, &str, &str); 6] = [
    ("test.sk", "ip(", "a test runs"),
    ("test.on", "ly(", "all tests run"),
    ("describe.sk", "ip(", "a test runs"),
    ("describe.on", "ly(", "all tests run"),
    ("@ts-ig", "nore", "say `@ts-expect-error`, and why"),
    ("{@ht", "ml", "texts are rendered as text"),
];

#[test]
fn nothing_unfinished_or_silenced_is_left() {
    holds_everywhere(leftovers);
}

fn leftovers(source: &Source) -> Vec<String> {
    let rules: &[(&str, &str, &str)] = match source.extension() {
        "rs" => &RUST,
        "ts" | "svelte" | "mjs" | "js" => &SCRIPT,
        "py" | "yml" | "toml" | "css" | "" => &[],
        _ => return Vec::new(),
    };
    let mut findings = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        let number = number + 1;
        for (start, end) in MARKS {
            if line.contains(&format!("{start}{end}")) {
                findings.push(format!("line {number}: {start}{end}"));
            }
        }
        for (start, end, why) in rules {
            if line.contains(&format!("{start}{end}")) {
                findings.push(format!("line {number}: `{start}{end}`: {why}"));
            }
        }
    }
    findings
}

#[test]
fn a_leftover_is_found() {
    for (path, parts) in [
        ("a.rs", ["// TO", "DO: later"]),
        ("a.svelte", ["<!-- FIX", "ME -->"]),
        ("a.rs", ["#[al", "low(dead_code)]"]),
        ("a.rs", ["    #[ig", "nore]"]),
        ("a.test.ts", ["test.sk", "ip('x', () => {})"]),
        ("A.svelte", ["{@ht", "ml text}"]),
    ] {
        assert_eq!(leftovers(&Source::new(path, &parts.concat())).len(), 1, "{path}: {parts:?}");
    }
}
