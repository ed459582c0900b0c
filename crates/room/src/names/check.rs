//! What a member's name may hold.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_properties::{GeneralCategory, UnicodeEmoji, UnicodeGeneralCategory};

use super::reserved::is_reserved;
use super::skeleton::Looks;

/// Combining marks on one letter, after composition.
pub const MARKS_MAX: usize = 3;

/// Bytes of a name's skeleton. Some characters stand for a whole phrase (U+FDFA: 33 bytes), and
/// what the room remembers of a name must not depend on them. 80 Korean syllables take 720 bytes.
pub const SKELETON_BYTES_MAX: usize = 1_024;

/// What is wrong with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Nothing is left of it.
    #[error("the name is empty")]
    Empty,
    /// It has too many characters.
    #[error("the name is too long")]
    TooLong,
    /// It has a character that cannot be seen, or that reorders others.
    #[error("the name has a character that may not stand in a name")]
    BadCharacter,
    /// It is reserved, or looks like a name that is.
    #[error("the name is reserved")]
    Reserved,
}

/// The name in its normal form: NFC, trimmed, runs of white space collapsed to one space.
pub fn check(name: &str, chars_max: usize) -> Result<String, NameFault> {
    // Composition shortens a name at most to a third of its characters of four bytes each.
    if name.len() > chars_max.saturating_mul(4 * (1 + MARKS_MAX)) {
        return Err(NameFault::TooLong);
    }
    let spaced = name.chars().map(|c| if is_space(c) { ' ' } else { c });
    let composed: String = spaced.nfc().collect();
    let normal = composed.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if normal.is_empty() {
        return Err(NameFault::Empty);
    }
    if normal.chars().count() > chars_max {
        return Err(NameFault::TooLong);
    }
    check_characters(&normal)?;
    if Looks::of(&normal).iter().any(|look| look.len() > SKELETON_BYTES_MAX) {
        return Err(NameFault::TooLong);
    }
    if is_reserved(&normal) {
        return Err(NameFault::Reserved);
    }
    Ok(normal)
}

/// Each character must be seen, and in its place.
fn check_characters(name: &str) -> Result<(), NameFault> {
    let mut before = ' ';
    let mut marks = 0;
    for c in name.chars() {
        if is_presentation_selector(c) && before.is_emoji_char() && !before.is_ascii() {
            before = c;
            continue;
        }
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        let alone = marks > 0 && before == ' ';
        if !is_visible(c) || alone || marks > MARKS_MAX {
            return Err(NameFault::BadCharacter);
        }
        before = c;
    }
    Ok(())
}

/// The spaces that are one space in a name. Tabs and line ends are controls and not among them.
fn is_space(c: char) -> bool {
    c.general_category() == GeneralCategory::SpaceSeparator
}

/// Selects the look of the emoji before it.
fn is_presentation_selector(c: char) -> bool {
    matches!(c, '\u{FE0E}' | '\u{FE0F}')
}

/// Whether a character leaves ink, or is a plain space.
fn is_visible(c: char) -> bool {
    use GeneralCategory::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, Surrogate, Unassigned,
    };
    let unseen = matches!(
        c.general_category(),
        Control | Format | LineSeparator | ParagraphSeparator | PrivateUse | Surrogate | Unassigned
    );
    // A skeleton drops the default-ignorable characters: Hangul fillers, variation selectors and
    // others that are no format characters. The blank Braille cell and the null note head are
    // neither.
    let blank = matches!(c, '\u{2800}' | '\u{1D159}');
    !unseen && !blank && unicode_security::skeleton(c.encode_utf8(&mut [0; 4])).next().is_some()
}
