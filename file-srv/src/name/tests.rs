//! Hostile names become harmless ones.

use super::*;

#[test]
fn folders_are_cut_off() {
    assert_eq!(sanitise("../../etc/passwd"), "passwd");
    assert_eq!(sanitise(r"C:\Users\ada\ridge.png"), "ridge.png");
    assert_eq!(sanitise("a/b/"), "file");
    assert_eq!(sanitise(".."), "file");
    assert_eq!(sanitise("...htaccess"), "htaccess");
    assert_eq!(sanitise(""), "file");
}

#[test]
fn controls_and_overrides_are_removed() {
    assert_eq!(sanitise("in\r\nvoice\0.pdf"), "invoice.pdf");
    assert_eq!(sanitise("photo\u{202e}gnp.exe"), "photognp.exe");
    assert_eq!(sanitise("\u{2066}\u{200f}\u{feff}a"), "a");
}

#[test]
fn percent_signs_stay_as_they_are() {
    assert_eq!(sanitise("100%.txt"), "100%.txt");
    assert_eq!(sanitise("%61dmin.txt"), "%61dmin.txt");
}

#[test]
fn a_long_name_keeps_its_ending() {
    let name = sanitise(&format!("{}.tar.gz", "я".repeat(500)));
    assert_eq!(name.chars().count(), NAME_CHARS_MAX);
    assert!(name.ends_with("я.gz"), "{name}");
    let name = sanitise(&format!("a.{}", "b".repeat(500)));
    assert_eq!(name.chars().count(), NAME_CHARS_MAX);
}

#[test]
fn an_image_has_the_ending_of_what_it_became() {
    assert_eq!(with_ending("ridge.webp", "jpg"), "ridge.jpg");
    assert_eq!(with_ending("ridge.JPEG", "jpg"), "ridge.JPEG");
    assert_eq!(with_ending("ridge", "png"), "ridge.png");
    assert_eq!(with_ending("ridge.exe", "png"), "ridge.exe.png");
    let long = with_ending(&"a".repeat(NAME_CHARS_MAX), "png");
    assert_eq!(long.chars().count(), NAME_CHARS_MAX);
}

#[test]
fn a_disposition_says_the_name_twice() {
    assert_eq!(
        disposition(false, "a \"b\".txt"),
        "attachment; filename=\"a _b_.txt\"; filename*=UTF-8''a%20%22b%22.txt"
    );
    assert_eq!(
        disposition(true, "хребет.png"),
        "inline; filename=\"______.png\"; filename*=UTF-8''%D1%85%D1%80%D0%B5%D0%B1%D0%B5%D1%82.png"
    );
}
