//! The style guide as tests. Every rule is a function from a file's path and text to
//! its findings, so that each can also be shown to fail on a bad fixture.

mod configuration;
mod documents;
mod layers;
mod leftovers;
mod names;
mod openings;
mod places;
mod sizes;

use std::path::{Path, PathBuf};
use std::process::Command;

/// One file of the repository, as text.
struct Source {
    /// Relative to the repository, with `/`.
    path: String,
    text: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the repository").into()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path))
        .unwrap_or_else(|error| panic!("{path} cannot be read: {error}"))
}

/// All text files that are tracked, or would be if one added them now.
fn sources() -> Vec<Source> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(repository())
        .output()
        .expect("git lists the files of the repository");
    assert!(output.status.success(), "git ls-files failed");
    let listed = String::from_utf8(output.stdout).expect("file names are UTF-8");
    let found: Vec<Source> = listed
        .split_terminator('\0')
        .filter_map(|path| {
            // Pictures and fonts are not text; a file removed but not yet staged is gone.
            let text = std::fs::read_to_string(repository().join(path)).ok()?;
            Some(Source { path: path.to_owned(), text })
        })
        .collect();
    assert!(
        found.len() > 50,
        "only {} files found: the tidy tests would prove nothing",
        found.len()
    );
    found
}

/// Fails with everything that `rule` finds in the repository.
fn holds_everywhere(rule: impl Fn(&Source) -> Vec<String>) {
    let findings: Vec<String> = sources()
        .iter()
        .flat_map(|source| rule(source).into_iter().map(|what| format!("{}: {what}", source.path)))
        .collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}
