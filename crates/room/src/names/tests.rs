//! Names that deceive, and names that must stay possible.

use super::{NameFault, SKELETON_BYTES_MAX, check, draw, is_reserved, skeleton};
use crate::names::Looks;

const CHARS_MAX: usize = 80;

fn checked(name: &str) -> Result<String, NameFault> {
    check(name, CHARS_MAX)
}

fn look_alike(one: &str, other: &str) -> bool {
    let other = Looks::of(other);
    Looks::of(one).iter().any(|look| other.iter().any(|its| its == look))
}

#[test]
fn ordinary_names_of_many_scripts_pass_unchanged() {
    for name in [
        "Ada",
        "Ada L.",
        "Ж",
        "Анна Петровна",
        "李小龍",
        "山田 太郎",
        "김민준",
        "Ζωή",
        "مریم",
        "नमिता",
        "สมชาย",
        "O'Neil",
        "d'Été",
        "user_17",
        "🦀",
        "☕ Pia",
        "❤\u{fe0f}",
        "%61dmin",
        "<b>",
    ] {
        assert_eq!(checked(name).as_deref(), Ok(name));
    }
}

#[test]
fn white_space_is_trimmed_and_collapsed() {
    assert_eq!(checked("  Ada \u{a0}\u{3000} Lovelace ").as_deref(), Ok("Ada Lovelace"));
    assert_eq!(checked(" \u{2003} "), Err(NameFault::Empty));
    assert_eq!(checked(""), Err(NameFault::Empty));
}

#[test]
fn names_are_composed() {
    assert_eq!(checked("Zoe\u{308}").as_deref(), Ok("Zo\u{eb}"));
}

#[test]
fn controls_formats_and_invisible_characters_are_refused() {
    for hidden in [
        '\0',
        '\n',
        '\t',
        '\u{7f}',
        '\u{85}', // controls
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{2060}',
        '\u{feff}',
        '\u{ad}', // zero width
        '\u{202a}',
        '\u{202e}',
        '\u{2066}',
        '\u{2069}',
        '\u{200e}',
        '\u{200f}',
        '\u{61c}', // bidi
        '\u{2028}',
        '\u{2029}',
        '\u{e000}',
        '\u{e0041}',
        '\u{378}', // separators, private, unassigned
        '\u{fe0f}',
        '\u{e0100}',
        '\u{180b}', // variation selectors
        '\u{115f}',
        '\u{1160}',
        '\u{3164}',
        '\u{ffa0}',
        '\u{34f}',
        '\u{17b4}',
        '\u{2800}', // blank
    ] {
        for name in [format!("A{hidden}da"), format!("{hidden}Ada"), format!("Ada{hidden}")] {
            assert_eq!(checked(&name), Err(NameFault::BadCharacter), "{:?}", hidden);
        }
    }
}

#[test]
fn marks_need_a_letter_and_do_not_pile_up() {
    assert_eq!(checked("\u{301}Ada"), Err(NameFault::BadCharacter));
    assert_eq!(checked("Ada \u{301}"), Err(NameFault::BadCharacter));
    assert!(checked("q\u{323}\u{331}\u{342}").is_ok());
    assert_eq!(checked("q\u{323}\u{331}\u{342}\u{311}"), Err(NameFault::BadCharacter));
}

#[test]
fn name_chars_max_counts_characters_after_composition() {
    assert!(checked(&"ж".repeat(80)).is_ok());
    assert_eq!(checked(&"ж".repeat(81)), Err(NameFault::TooLong));
    assert!(checked(&"e\u{301}".repeat(80)).is_ok());
    assert_eq!(checked(&"a ".repeat(100_000)), Err(NameFault::TooLong));
}

#[test]
fn skeleton_bytes_max_bounds_what_is_remembered_of_a_name() {
    let syllables = "한".repeat(80);
    assert!(skeleton(&syllables).len() <= SKELETON_BYTES_MAX && checked(&syllables).is_ok());
    assert!(skeleton(&"\u{fdfa}".repeat(80)).len() > SKELETON_BYTES_MAX);
    assert_eq!(checked(&"\u{fdfa}".repeat(80)), Err(NameFault::TooLong));
}

#[test]
fn case_width_and_look_alike_letters_make_no_difference() {
    for (one, other) in [
        ("Ada", "ADA"),
        ("Ada", "Аdа"),                      // Cyrillic А and а
        ("Ada", "\u{ff21}\u{ff44}\u{ff41}"), // full width
        ("Ada", "𝓐𝖽𝕒"),                      // mathematical letters
        ("Bob", "Вob"),                      // the Cyrillic capital В
        ("Tom", "ТОМ"),                      // Cyrillic capitals only
        ("bob", "b0b"),
        ("Straße", "STRASSE"),
        ("Ian", "lan"), // a small L for a capital I
        ("Σίσυφος", "σίσυφοσ"),
        ("pop", "рор"), // all Cyrillic
    ] {
        assert!(look_alike(one, other), "{one} and {other}");
        assert!(look_alike(other, one), "{other} and {one}");
    }
}

#[test]
fn different_names_stay_different() {
    for (one, other) in
        [("Ada", "Ida"), ("Lia", "Ila"), ("Anna", "Анна"), ("Tim", "Tom"), ("Jose", "José")]
    {
        assert!(!look_alike(one, other), "{one} and {other}");
    }
}

#[test]
fn reserved_names_and_their_look_alikes_are_refused() {
    for name in [
        "admin",
        "ADMIN",
        "Admin",
        "аdmin",
        "ａｄｍｉｎ",
        "ADMlN",
        "adm1n",
        "a.d.m.i.n",
        "ad min",
        "АDМIN",
        "Administrator",
        "moderator",
        "System",
        "instantchat",
        "lnstantchat",
        "MyInstantChat",
        "external-user",
        "external user",
        "server",
        "room",
        "r00m",
        "Rооm",
        "аdmіn",
    ] {
        assert_eq!(checked(name), Err(NameFault::Reserved), "{name}");
    }
}

#[test]
fn percent_escapes_are_text_and_equal_nothing_else() {
    assert!(!is_reserved("%61dmin"));
    assert!(!look_alike("%61dmin", "admin"));
}

#[test]
fn names_near_reserved_ones_are_possible() {
    for name in ["Adminton", "Roomi", "Serverin", "Systema", "Rooma"] {
        assert!(checked(name).is_ok(), "{name}");
    }
}

#[test]
fn friendly_names_are_valid_and_fixed_by_their_entropy() {
    for entropy in 0..2_000 {
        let name = draw(entropy, |_| true);
        assert_eq!(checked(&name).as_deref(), Ok(&*name));
        assert_eq!(draw(entropy, |_| true), name);
    }
}

#[test]
fn friendly_names_get_numbers_where_all_plain_ones_are_taken() {
    let name = draw(7, |name| name.ends_with(|c: char| c.is_ascii_digit()));
    assert_eq!(name.split(' ').count(), 3, "{name}");
    let name = draw(7, |name| name.ends_with(" 10003"));
    assert!(name.ends_with(" 10003"), "{name}");
}
