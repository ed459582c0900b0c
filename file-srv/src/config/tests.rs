//! The file that explains the configuration says what is true.

use super::*;

const FILE: &str = include_str!("../../app-config.yml");

#[test]
fn the_file_has_every_key_at_its_default() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app-config.yml");
    std::fs::write(&path, FILE).unwrap();
    let loaded: DaemonConfig = service::config::load(Some(&path), "FILE_SRV", []).unwrap();
    assert_eq!(loaded, DaemonConfig::default());
    let printed = service::config::print(&DaemonConfig::default()).unwrap();
    let keys = |text: &str| {
        text.lines()
            .filter(|line| !line.trim_start().starts_with(['#', '-']))
            .filter_map(|line| Some(line.split_once(':')?.0.to_owned()))
            .collect::<Vec<_>>()
    };
    let (mut written, mut known) = (keys(FILE), keys(&printed));
    written.sort();
    known.sort();
    assert_eq!(written, known);
}

#[test]
fn every_key_is_explained() {
    let lines: Vec<&str> = FILE.lines().collect();
    for (number, line) in lines.iter().enumerate().skip(1) {
        let is_key = !line.trim_start().starts_with('#') && line.contains(':');
        // The key of a section may be explained by the section's comment or its keys'.
        let is_section = line.ends_with(':');
        let explained = lines[number - 1].trim_start().starts_with('#');
        assert!(!is_key || is_section || explained, "line {}: {line}", number + 1);
    }
}
