//! Which characters may stand in a room's name.

use std::ops::RangeInclusive;

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Characters beside letters and digits that a name may have.
const SIGNS: &str = "!@$*()_-,.~[]";

/// The digit zero of Chinese and Japanese, which Unicode counts as a letter-like number.
const IDEOGRAPHIC_ZERO: char = '〇';

/// Letters and marks that are drawn as nothing (Default_Ignorable_Code_Point of Unicode), so that
/// two names would look the same. What else is ignorable is neither letter nor mark.
const INVISIBLE: [RangeInclusive<char>; 8] = [
    '\u{34f}'..='\u{34f}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Letters and digits that are plain ones in another style: letter-like symbols, ligatures,
/// mathematical alphabets. Nobody types them, and they only make a name that looks like another.
const STYLED: [RangeInclusive<char>; 4] = [
    '\u{2100}'..='\u{214f}',
    '\u{fb00}'..='\u{fb06}',
    '\u{1d400}'..='\u{1d7ff}',
    '\u{1ee00}'..='\u{1eeff}',
];

/// What a character is in a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A letter of any script.
    Letter,
    /// A mark on a letter.
    Mark,
    /// A decimal digit of any script, or one of the allowed signs.
    DigitOrSign,
    /// Anything else: refused.
    Refused,
}

/// What the character is in a name.
pub(super) fn class(c: char) -> Class {
    if SIGNS.contains(c) {
        return Class::DigitOrSign;
    }
    if INVISIBLE.iter().chain(&STYLED).any(|range| range.contains(&c)) {
        return Class::Refused;
    }
    match c.general_category_group() {
        GeneralCategoryGroup::Letter => Class::Letter,
        GeneralCategoryGroup::Mark => Class::Mark,
        _ if c.general_category() == GeneralCategory::DecimalNumber => Class::DigitOrSign,
        _ if c == IDEOGRAPHIC_ZERO => Class::Letter,
        _ => Class::Refused,
    }
}

/// The ASCII character of which this is the full-width form that East Asian keyboards write.
pub(super) fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - 0xff01 + 0x21).expect("the range maps to ! to ~")
        }
        other => other,
    }
}
