//! Names of files: what a client may call a file, and how a download says it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::limits::NAME_CHARS_MAX;
use crate::text;

/// The name of a file that has none.
const UNNAMED: &str = "file";
/// The longest ending that survives the shortening of a name, with its dot.
const ENDING_CHARS_MAX: usize = 16;
/// What stands as it is in the extended form of a parameter (RFC 5987, `attr-char`).
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// A name that is safe to show and to save under: no folder, no control or direction characters,
/// no leading dot, 200 characters at most, its ending kept.
pub(crate) fn sanitise(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| text::is_shown(*c)).collect();
    let name = shown.trim().trim_start_matches('.').trim_end_matches(['.', ' ']).trim_start();
    if name.is_empty() {
        return UNNAMED.to_owned();
    }
    let chars = name.chars().count();
    if chars <= NAME_CHARS_MAX {
        return name.to_owned();
    }
    let ending = name
        .rfind('.')
        .map(|dot| &name[dot..])
        .filter(|ending| ending.chars().count() <= ENDING_CHARS_MAX)
        .unwrap_or_default();
    let kept = NAME_CHARS_MAX - ending.chars().count();
    name.chars().take(kept).chain(ending.chars()).collect()
}

/// The name with the ending of what the file became. An ending of an image is replaced, any
/// other is a part of the name.
pub(crate) fn with_ending(name: &str, ending: &str) -> String {
    const OF_IMAGES: [&str; 6] = ["png", "jpg", "jpeg", "gif", "webp", "jfif"];
    let stem = match name.rsplit_once('.') {
        Some((_, old)) if same_ending(old, ending) => return name.to_owned(),
        Some((stem, old)) if OF_IMAGES.contains(&old.to_ascii_lowercase().as_str()) => stem,
        _ => name,
    };
    let kept = NAME_CHARS_MAX - ending.len() - 1;
    let stem: String = stem.chars().take(kept).collect();
    format!("{stem}.{ending}")
}

fn same_ending(old: &str, ending: &str) -> bool {
    let old = old.to_ascii_lowercase();
    old == ending || (ending == "jpg" && (old == "jpeg" || old == "jfif"))
}

/// The value of `Content-Disposition` (RFC 6266): the name in ASCII for old clients, and in full.
pub(crate) fn disposition(inline: bool, name: &str) -> String {
    let kind = if inline { "inline" } else { "attachment" };
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' | ';' => '_',
            ' '..='~' => c,
            _ => '_',
        })
        .collect();
    let full = utf8_percent_encode(name, ATTRIBUTE);
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests;
