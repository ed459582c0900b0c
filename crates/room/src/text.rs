//! What a text may hold. Texts are stored exactly as they were written.

use crate::effect::Refusal;

/// Refuses a text that is too long, or has controls other than line feed and tab.
pub(crate) fn check(text: &str, chars_max: usize) -> Result<(), Refusal> {
    // A scalar value takes at most four bytes: a huge text is refused without being read.
    if text.len() > chars_max.saturating_mul(4) || text.chars().count() > chars_max {
        return Err(Refusal::TooLong);
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(Refusal::BadText);
    }
    Ok(())
}

/// Whether there is nothing to read in a text.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}
