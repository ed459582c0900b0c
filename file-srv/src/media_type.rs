//! The media type of a file that is no image, from its content alone. What a client calls it
//! counts for nothing.

/// The type of whatever is not known to be harmless.
pub(crate) const OCTETS: &str = "application/octet-stream";
/// The type of plain text.
const TEXT: &str = "text/plain; charset=utf-8";
/// Types that a file may have beside plain text: players and viewers know them, and no browser
/// runs them. They are served as downloads from a sandbox all the same.
const HARMLESS: [&str; 16] = [
    "application/pdf",
    "application/zip",
    "audio/aac",
    "audio/m4a",
    "audio/mpeg",
    "audio/ogg",
    "audio/opus",
    "audio/x-flac",
    "audio/x-wav",
    "video/mp4",
    "video/mpeg",
    "video/quicktime",
    "video/webm",
    "video/x-m4v",
    "video/x-matroska",
    "video/x-msvideo",
];

/// The type of a file by its first bytes.
pub(crate) fn of(head: &[u8]) -> &'static str {
    match infer::get(head) {
        Some(known) => {
            HARMLESS.into_iter().find(|kind| *kind == known.mime_type()).unwrap_or(OCTETS)
        }
        None if is_plain_text(head) => TEXT,
        None => OCTETS,
    }
}

/// Whether the bytes are text that no browser would take for a page even if it sniffed.
fn is_plain_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // A character may be cut in two where the head ends.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let controls = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    let start = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t', '\u{c}']);
    !text.is_empty() && !text.contains(controls) && !start.starts_with('<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_programs_are_octets() {
        for head in [
            &b"<!DOCTYPE html><script>alert(1)</script>"[..],
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            b"\xef\xbb\xbf  <html>",
            b"<?xml version='1.0'?><svg/>",
            b"\x7fELF\x02\x01\x01",
            b"MZ\x90\x00",
            b"#!/bin/sh\nrm",
            b"text with a \x00 zero",
            b"\xff\xfe<\x00h\x00t\x00",
        ] {
            assert_eq!(of(head), OCTETS, "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn texts_and_documents_keep_their_type() {
        assert_eq!(of("заметка\nline".as_bytes()), TEXT);
        assert_eq!(of(&"я".as_bytes()[..1]), OCTETS);
        assert_eq!(of(&"aя".as_bytes()[..2]), TEXT);
        assert_eq!(of(b"%PDF-1.7\n"), "application/pdf");
    }
}
