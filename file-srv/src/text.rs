//! Texts that others wrote and that we show: names of files, titles and descriptions of pages.

/// Whether a character may be shown: no control, no line separator, nothing that changes the
/// direction of a text or is invisible on purpose.
pub(crate) fn is_shown(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}'
            | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// One line: white space joined, characters that are not shown removed, `chars_max` characters
/// at most, the last of them an ellipsis where something was cut off.
pub(crate) fn line(text: &str, chars_max: usize) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let mut word = word.chars().filter(|c| is_shown(*c)).peekable();
        if word.peek().is_some() && !line.is_empty() {
            line.push(' ');
        }
        line.extend(word);
    }
    if line.chars().count() <= chars_max {
        return line;
    }
    let mut cut: String = line.chars().take(chars_max - 1).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_joined_and_overrides_are_removed() {
        assert_eq!(line("  a\n\tb \u{202e} c\u{0}d ", 20), "a b c d");
        assert_eq!(line("\u{200b}\u{2066}", 20), "");
    }

    #[test]
    fn a_long_text_is_cut_with_an_ellipsis() {
        assert_eq!(line("один два три", 8), "один дв…");
        assert_eq!(line("one two three", 5), "one…");
        assert_eq!(line("exact", 5), "exact");
    }
}
