//! No file names a place of one machine, or the host of a package registry: the
//! project builds wherever it is cloned.

use super::{Source, holds_everywhere};

/// In two parts, so that this file does not find itself.
const HOSTS: [(&str, &str); 6] = [
    ("registry.npm", "js.org"),
    ("deb.deb", "ian.org"),
    ("py", "pi.org/simple"),
    ("files.python", "hosted.org"),
    ("static.cra", "tes.io"),
    ("index.cra", "tes.io"),
];
const FOLDERS: [(&str, &str); 4] =
    [("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/"), ("/Us", "ers/")];

#[test]
fn no_file_knows_one_machine() {
    holds_everywhere(places);
}

fn places(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        let number = number + 1;
        for (start, end) in HOSTS {
            if line.contains(&format!("{start}{end}")) {
                findings.push(format!("line {number}: the registry {start}{end}"));
            }
        }
        for (start, end) in FOLDERS {
            let folder = format!("{start}{end}");
            let begins_a_path = |at: usize| {
                !line[..at].ends_with(|c: char| c.is_alphanumeric() || "_.-~/}$)*".contains(c))
            };
            if line.match_indices(&folder).any(|(at, _)| begins_a_path(at)) {
                findings.push(format!("line {number}: the folder {folder}"));
            }
        }
    }
    findings
}

#[test]
fn a_place_of_one_machine_is_found() {
    for parts in [
        ["path = \"/wo", "rk/main\""],
        ["cd /ro", "ot/project"],
        ["\"resolved\": \"https://registry.npm", "js.org/a\""],
    ] {
        assert_eq!(places(&Source::new("a.toml", &parts.concat())).len(), 1, "{parts:?}");
    }
    assert!(places(&Source::new("a.sh", &["tests/wo", "rk/a"].concat())).is_empty());
}
