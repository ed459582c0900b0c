//! A file is one idea: at most 500 lines, tests inside it not counted.
//! What a program wrote (`.gen.ts`) is not read as one.

use super::{Source, holds_everywhere};

const LINES_MAX: usize = 500;

#[test]
fn no_file_is_too_long() {
    holds_everywhere(size);
}

fn size(source: &Source) -> Vec<String> {
    let counted = ["rs", "ts", "svelte", "mjs", "js", "css", "py"].contains(&source.extension());
    let generated = source.path.ends_with(".gen.ts");
    let text = source.text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().count();
    if counted && !generated && lines > LINES_MAX {
        return vec![format!("has {lines} lines, and {LINES_MAX} is the most")];
    }
    Vec::new()
}

#[test]
fn a_long_file_is_found_and_its_tests_are_not_counted() {
    let long = "//! Long.\n".repeat(LINES_MAX + 1);
    assert_eq!(size(&Source::new("a.rs", &long)).len(), 1);
    let short = "//! Short.\n".repeat(LINES_MAX - 2);
    let with_tests = format!("{short}\n#[cfg(test)]\nmod tests {{\n{long}}}\n");
    assert!(size(&Source::new("a.rs", &with_tests)).is_empty());
}
