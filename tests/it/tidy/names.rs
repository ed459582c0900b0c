//! Names that say nothing are not used: no `util`, no `Manager`, no `process()`.

use super::{Source, holds_everywhere};

/// As the whole name of a file, a folder or a module. A process of the system is a thing, so
/// only a function cannot be called so.
const PLACES: [&str; 13] = [
    "util", "utils", "helper", "helpers", "manager", "common", "handler", "handlers", "data",
    "info", "misc", "do", "stuff",
];
/// As the last word of a type.
const TYPE_ENDINGS: [&str; 8] =
    ["Manager", "Helper", "Util", "Utils", "Handler", "Common", "Misc", "Factory"];
/// As the whole name of a function.
const FUNCTIONS: [&str; 4] = ["process", "handle_data", "do_it", "misc"];

#[test]
fn nothing_has_a_name_that_says_nothing() {
    holds_everywhere(names);
}

fn names(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    for part in source.path.split('/') {
        let name = part.split('.').next().unwrap_or(part).to_lowercase();
        if PLACES.contains(&name.as_str()) {
            findings.push(format!("the name `{part}` says nothing"));
        }
    }
    if !["rs", "ts", "svelte", "mjs"].contains(&source.extension()) {
        return findings;
    }
    for line in source.text.lines() {
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_').peekable();
        while let (Some(word), Some(name)) = (words.next(), words.peek()) {
            let bad = match word {
                "struct" | "enum" | "trait" | "class" | "interface" | "type" => {
                    TYPE_ENDINGS.iter().any(|ending| name.ends_with(ending))
                }
                "fn" | "function" => FUNCTIONS.contains(name),
                "mod" => PLACES.contains(name),
                _ => false,
            };
            if bad {
                findings.push(format!("`{word} {name}` says nothing"));
            }
        }
    }
    findings
}

#[test]
fn an_empty_name_is_found() {
    // In two parts, so that this file does not find itself.
    for (path, parts) in [
        ("crates/util/src/lib.rs", ["", ""]),
        ("web/src/helpers.ts", ["", ""]),
        ("a.rs", ["mod ", "common;"]),
        ("a.rs", ["pub struct ", "RoomManager {"]),
        ("a.ts", ["export class ", "SocketHandler {}"]),
        ("a.rs", ["    fn ", "process(&mut self) {"]),
    ] {
        assert_eq!(names(&Source::new(path, &parts.concat())).len(), 1, "{path}: {parts:?}");
    }
    assert!(names(&Source::new("crates/room/src/lib.rs", "pub struct Room;")).is_empty());
}
