//! Looks for a marker that must not have been written anywhere: a room's name, a text.

use std::path::Path;

/// Whether a text has the marker in it, in any case.
pub fn contains(text: &[u8], marker: &str) -> bool {
    let marker = marker.to_lowercase();
    text.to_ascii_lowercase().windows(marker.len()).any(|window| window == marker.as_bytes())
}

/// Everything below `folder` whose path or content holds the marker, in any case.
///
/// # Panics
/// Something cannot be read.
pub fn files_with(folder: &Path, marker: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("it can be listed");
            open.extend(entries.map(|entry| entry.expect("an entry").path()));
        }
        let content =
            if path.is_file() { std::fs::read(&path).expect("it is ours") } else { Vec::new() };
        let below = path.strip_prefix(folder).expect("it is below").display().to_string();
        if contains(&content, marker) || contains(below.as_bytes(), marker) {
            found.push(below);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_would_be_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = folder.path().join("a/b");
        std::fs::create_dir_all(&below).expect("it is made");
        std::fs::write(below.join("log"), "x MARKER text WQ7X y").expect("it is written");
        assert_eq!(files_with(folder.path(), "wq7x").len(), 1);
        std::fs::rename(&below, folder.path().join("a/wq7x")).expect("it is renamed");
        assert_eq!(files_with(folder.path(), "wq7x").len(), 2, "names of files count too");
    }
}
