//! What the documents at the root promise to a newcomer is there.

use super::{read, repository};

const FIRST_SCREEN_LINES: usize = 60;

#[test]
fn the_readme_opens_with_a_picture_and_two_commands() {
    let findings = first_screen(&read("README.md"), &|path| repository().join(path).is_file());
    assert!(findings.is_empty(), "{findings:?}");
}

fn first_screen(readme: &str, exists: &dyn Fn(&str) -> bool) -> Vec<String> {
    let lines: Vec<&str> = readme.lines().take(FIRST_SCREEN_LINES).collect();
    let mut findings = Vec::new();
    if lines.first() != Some(&"# instantchat") {
        findings.push("the first line is not the name".to_owned());
    }
    let picture = lines.iter().find_map(|line| {
        let (_, rest) = line.split_once("](")?;
        line.trim_start().starts_with("![").then(|| rest.trim_end().trim_end_matches(')'))
    });
    match picture {
        None => findings.push("no picture on the first screen".to_owned()),
        Some(path) if !exists(path) => findings.push(format!("the picture {path} is not there")),
        Some(_) => {}
    }
    if !lines.iter().any(|line| line.trim().trim_start_matches("$ ").starts_with("make run")) {
        findings.push("`make run` is not on the first screen".to_owned());
    }
    findings
}

#[test]
fn a_readme_without_its_facts_is_found() {
    let bad = "# Instant Chat\n\n![The room](web/pictures/gone.png)\n\nSee the wiki.\n";
    assert_eq!(first_screen(bad, &|_| false).len(), 3);
    let good = "# instantchat\n\n![The room](web/pictures/room.png)\n\n    make run\n";
    assert!(first_screen(good, &|path| path == "web/pictures/room.png").is_empty());
}

#[test]
fn every_path_that_a_document_links_to_is_there() {
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let missing = dead_links(&read(document), &|path| repository().join(path).exists());
        assert!(missing.is_empty(), "{document} links to {missing:?}");
    }
}

fn dead_links(text: &str, exists: &dyn Fn(&str) -> bool) -> Vec<String> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .map(|target| target.split('#').next().unwrap_or(target))
        .filter(|path| !exists(path))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_dead_link_is_found() {
    let text = "[a](gone.md) [b](there.md#part) [c](https://example.org/x) [d](#here)";
    assert_eq!(dead_links(text, &|path| path == "there.md"), ["gone.md"]);
}

#[test]
fn the_changelog_knows_the_version() {
    let missing = unknown_version(&read("Cargo.toml"), &read("CHANGELOG.md"));
    assert_eq!(missing, None);
}

/// The version of the workspace, when the changelog has no section for it.
fn unknown_version(manifest: &str, changelog: &str) -> Option<String> {
    let version = manifest.lines().find_map(|line| line.strip_prefix("version = "));
    let version = version.map_or("", |quoted| quoted.trim_matches('"'));
    let known = changelog.lines().any(|line| line.starts_with(&format!("## [{version}]")));
    (!known).then(|| version.to_owned())
}

#[test]
fn a_version_without_a_changelog_is_found() {
    let manifest = "[workspace.package]\nversion = \"0.2.0\"\n";
    assert_eq!(unknown_version(manifest, "## [0.1.0]\n").as_deref(), Some("0.2.0"));
    assert_eq!(unknown_version(manifest, "## [0.2.0] - 2026-11-21\n"), None);
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let findings = unexplained_dependencies(&read("Cargo.toml"));
    assert!(findings.is_empty(), "{findings:?}");
}

/// Dependencies of the workspace before the first comment of their paragraph.
fn unexplained_dependencies(manifest: &str) -> Vec<String> {
    let section = manifest.split("[workspace.dependencies]\n").nth(1).unwrap_or_default();
    let mut findings = Vec::new();
    let mut explained = false;
    for line in section.lines().take_while(|line| !line.starts_with('[')) {
        match line.split_once(" =") {
            _ if line.starts_with('#') => explained = true,
            None if line.is_empty() => explained = false,
            Some((name, _)) if !explained => findings.push(name.to_owned()),
            _ => {}
        }
    }
    findings
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    let manifest =
        "[workspace.dependencies]\n# Errors.\nthiserror = \"2\"\n\nmystery = \"1\"\n\n[lints]\n";
    assert_eq!(unexplained_dependencies(manifest), ["mystery"]);
}
