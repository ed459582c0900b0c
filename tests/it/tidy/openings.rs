//! Every source file says in its first lines what it is for.

use super::{Source, holds_everywhere};

const WORDS_MIN: usize = 4;

#[test]
fn every_file_opens_with_what_it_is_for() {
    holds_everywhere(opening);
}

fn opening(source: &Source) -> Vec<String> {
    let text = source.text.trim_start_matches("#!/usr/bin/env bash\n");
    let said = match source.extension() {
        "rs" => text.strip_prefix("//!"),
        "ts" | "js" | "mjs" | "css" => comment(text),
        "svelte" => comment(after_script_tag(text)),
        "py" => text.strip_prefix("\"\"\"").or_else(|| text.strip_prefix('#')),
        "" if source.text.starts_with("#!") => text.strip_prefix('#'),
        _ => return Vec::new(),
    };
    let words = said.map_or(0, |said| {
        said.lines().take(3).flat_map(str::split_whitespace).filter(|word| word.len() > 1).count()
    });
    if words < WORDS_MIN {
        return vec!["does not open with a comment that says what it is for".to_owned()];
    }
    Vec::new()
}

fn comment(text: &str) -> Option<&str> {
    ["//", "/*", "<!--"].iter().find_map(|start| text.trim_start().strip_prefix(start))
}

/// A component may open inside its script, where editors show the comment.
fn after_script_tag(text: &str) -> &str {
    match text.strip_prefix("<script") {
        Some(tag) => tag.split_once('>').map_or(text, |(_, body)| body),
        None => text,
    }
}

#[test]
fn a_file_without_an_opening_is_found() {
    for (path, text) in [
        ("a/src/lib.rs", "use std::fmt;\n"),
        ("a/src/lib.rs", "//! Things.\n"),
        ("web/src/a.ts", "import { b } from './b';\n"),
        ("web/src/A.svelte", "<script lang=\"ts\">\n  let a = 1;\n</script>\n"),
        ("tests/a.py", "import os\n"),
    ] {
        assert_eq!(opening(&Source::new(path, text)).len(), 1, "{path}: {text}");
    }
    let good = "<script lang=\"ts\">\n  // One message of the conversation.\n</script>\n";
    assert!(opening(&Source::new("web/src/A.svelte", good)).is_empty());
}
