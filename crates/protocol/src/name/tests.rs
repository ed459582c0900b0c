//! Names that mean the same room, names that are none, and properties of every text.

use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<String, NameError> {
    RoomName::parse(text).map(|name| name.as_str().to_owned())
}

#[track_caller]
fn check_same(name: &str, texts: &[&str]) {
    for text in texts {
        assert_eq!(parse(text).as_deref(), Ok(name), "{text:?} ({})", text.escape_unicode());
    }
}

#[track_caller]
fn check_refused(error: NameError, texts: &[&str]) {
    for text in texts {
        assert_eq!(parse(text), Err(error), "{text:?} ({})", text.escape_unicode());
    }
}

#[test]
fn case_and_white_space_do_not_matter() {
    check_same("abc-1", &["abc-1", "ABC-1", " ABC 1 ", "\tabc\n1\r", "abc \u{a0}\u{3000} 1"]);
    check_same("ольга", &["ОЛЬГА", "Ольга", "ольга"]);
}

#[test]
fn composed_and_decomposed_letters_are_the_same() {
    check_same("café", &["café", "cafe\u{301}", "CAFE\u{301}", "CAFÉ"]);
    check_same("ångström", &["A\u{30a}ngstro\u{308}m", "\u{212b}ngström"]);
    check_same("한글방", &["한글방", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}방"]);
    check_same("kelvin", &["\u{212a}elvin"]);
}

#[test]
fn letters_whose_lower_case_is_special() {
    check_same("istanbul", &["İSTANBUL", "I\u{307}stanbul", "istanbul"]);
    check_same("straße", &["straße", "STRAẞE"]);
    check_same("strasse", &["STRASSE"]);
    check_same("οδος", &["ΟΔΟΣ", "Οδος"]);
    check_same("džem", &["DŽEM"]);
}

#[test]
fn second_dots_go_all_at_once() {
    // Found by the fuzzer: one dot went per round, and the name did not mean itself.
    for dots in 0..20 {
        check_same("tati", &[&format!("tatİ{}", "\u{307}".repeat(dots))]);
    }
}

#[test]
fn full_width_forms_are_the_plain_ones() {
    check_same("abc-1!", &["ＡＢＣ　１！", "ａｂｃ－１！"]);
}

#[test]
fn names_of_every_script() {
    for name in [
        "room",
        "комната",
        "غرفة",
        "कमरा-२",
        "ห้องน้ำ",
        "חדר",
        "部屋の中",
        "二〇二六",
        "ㅋㅋㅋ",
        "བསྒྲུབས",
        "ይይይ",
        "người-việt",
        "日本語-no-heya",
        "방-korea",
        "台灣-taiwan-ㄅㄆ",
        "!@$*()_-,.~[]",
        "...",
        "123",
    ] {
        check_same(name, &[name]);
    }
}

#[test]
fn lengths_are_counted_after_normalisation() {
    let (a99, a100, a101) = ("a".repeat(99), "a".repeat(100), "a".repeat(101));
    check_same("abc", &["abc"]);
    check_same(&a100, &[&a100, &format!("  {a100}  ")]);
    check_same(&format!("{a99}é"), &[&format!("{a99}e\u{301}")]);
    check_refused(NameError::TooShort, &["", " ", "ab", "  ab  ", "e\u{301}e\u{301}"]);
    check_refused(NameError::TooLong, &[&a101, &" a".repeat(51), &"a".repeat(1 << 20)]);
}

#[test]
fn a_letter_has_three_marks_at_most() {
    check_same("ax\u{301}\u{302}\u{303}b", &["ax\u{301}\u{302}\u{303}b"]);
    let zalgo = format!("a{}bc", "\u{301}".repeat(50));
    check_refused(NameError::TooManyMarks, &["ax\u{301}\u{302}\u{303}\u{304}b", &zalgo]);
    check_refused(NameError::TooManyMarks, &["\u{301}abc", "abc-\u{301}", "abc1\u{301}"]);
    check_refused(NameError::TooManyMarks, &["\u{301}\u{302}\u{303}", "---\u{301}"]);
}

#[test]
fn characters_that_no_name_has() {
    check_refused(
        NameError::BadCharacter,
        &[
            "a/b", "a\\b", "a?b", "a#b", "a%b", "a%20b", "a&b", "a=b", "a+b", "a:b", "a;b", "a'b",
            "a\"b", "a<b>", "a|b", "a^b", "a`b", "a{b}", "a\0b", "a\u{1b}b", "a\u{7f}b",
        ],
    );
    // Signs in full width are signs all the same.
    check_refused(NameError::BadCharacter, &["a／b", "a％b", "a＃b"]);
    // Emoji, keycaps, circled and Roman numbers, fractions, superscripts.
    check_refused(NameError::BadCharacter, &["tea🍵", "🍵🍵🍵", "👩‍💻👩‍💻", "🅰🅱🅲", "🇩🇪🇩🇪"]);
    check_refused(NameError::BadCharacter, &["ⓐⓑⓒ", "room①", "roomⅧ", "room½", "room²"]);
    // Unassigned and private characters, and characters that are none.
    check_refused(
        NameError::BadCharacter,
        &["ab\u{378}", "ab\u{e000}", "ab\u{ffff}", "ab\u{10ffff}"],
    );
}

#[test]
fn nothing_invisible_is_in_a_name() {
    for invisible in [
        '\u{ad}',
        '\u{34f}',
        '\u{61c}',
        '\u{115f}',
        '\u{1160}',
        '\u{17b4}',
        '\u{180e}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{202a}',
        '\u{202e}',
        '\u{2060}',
        '\u{2066}',
        '\u{2069}',
        '\u{3164}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{ffa0}',
        '\u{fff9}',
        '\u{e0041}',
        '\u{e0100}',
    ] {
        check_refused(
            NameError::BadCharacter,
            &[&format!("ab{invisible}cd"), &format!("abc{invisible}")],
        );
    }
}

#[test]
fn plain_letters_in_another_style_are_refused() {
    check_refused(NameError::BadCharacter, &["𝐭𝐞𝐚", "ℝℝℝ", "ﬁsh", "𝟏𝟐𝟑"]);
}

#[test]
fn scripts_that_are_not_written_together() {
    check_refused(NameError::MixedScripts, &["pаypal", "roοm", "комнaта", "abcغرفة", "かな한글"]);
    check_refused(NameError::MixedScripts, &["react-भारत", "кафеcafé"]);
}

#[test]
fn the_site_keeps_its_own_paths() {
    check_refused(NameError::Reserved, RESERVED);
    check_refused(NameError::Reserved, &["ABOUT", " Api ", "Ａbout", "robots.TXT"]);
    check_same("abouts", &["abouts"]);
}

#[test]
fn every_reserved_name_is_in_its_normal_form() {
    for name in RESERVED {
        assert_eq!(normalise(name), *name);
    }
}

#[test]
fn a_path_of_dots_is_no_step_up() {
    // Three dots are a name for browsers too; one and two are steps, and too short.
    check_refused(NameError::TooShort, &[".", ".."]);
    check_refused(NameError::BadCharacter, &["../api", "..%2fapi", "%2e%2e", "./api", "a/../api"]);
}

proptest! {
    #[test]
    fn a_name_means_itself(text in any::<String>()) {
        idempotent(&text)?;
    }

    #[test]
    fn a_name_of_letters_and_marks_means_itself(text in "[\\p{L}\\p{M}\\p{Nd}\\p{Zs}!-~]{0,120}") {
        idempotent(&text)?;
    }

    #[test]
    fn a_name_does_not_depend_on_case_or_composition(text in "[\\p{L}\\p{Mn}]{3,20}") {
        if let Ok(name) = parse(&text) {
            prop_assert_eq!(parse(&text.nfd().collect::<String>()), Ok(name.clone()));
            prop_assert_eq!(parse(&format!("  {text}\t")), Ok(name));
        }
    }

    #[test]
    fn a_name_is_safe_in_a_path(text in "[ -~\\p{Cc}\\p{L}]{3,20}") {
        if let Ok(name) = parse(&text) {
            prop_assert!(!name.contains(['/', '\\', '?', '#', '%', '"', '<', '>']));
            prop_assert!(!name.contains(|c: char| c.is_control() || c.is_whitespace()));
        }
    }
}

fn idempotent(text: &str) -> Result<(), TestCaseError> {
    if let Ok(name) = parse(text) {
        prop_assert_eq!(parse(&name), Ok(name.clone()));
        let chars = name.chars().count();
        prop_assert!((RoomName::CHARS_MIN..=RoomName::CHARS_MAX).contains(&chars));
    }
    Ok(())
}

#[test]
fn a_name_of_any_one_letter_means_itself() {
    // Ideographs and Hangul syllables have neither case nor, three in a row, composition.
    let plain = ['\u{3400}'..='\u{9fff}', '\u{ac00}'..='\u{d7a3}', '\u{20000}'..='\u{3ffff}'];
    let letters = ('\0'..=char::MAX)
        .filter(|c| !plain.iter().any(|range| range.contains(c)))
        .filter(|c| characters::class(*c) != Class::Refused || c.is_alphanumeric());
    for c in letters {
        for text in [format!("{c}{c}{c}"), format!("aa{c}")] {
            if let Ok(name) = parse(&text) {
                assert_eq!(parse(&name).as_ref(), Ok(&name), "U+{:04X}", u32::from(c));
            }
        }
    }
}
