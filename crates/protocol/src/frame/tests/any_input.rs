//! Decoding survives any bytes, and what it accepts means the same when it is written again.

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::*;
use super::fixtures::client_frames;

/// Decodes, and checks what can be checked of any text.
fn survive(text: &str) -> Result<(), TestCaseError> {
    if let Ok(frame) = ClientFrame::decode(text) {
        prop_assert_eq!(ClientFrame::decode(&frame.encode()), Ok(frame));
    }
    if let Ok(frame) = ServerFrame::decode(text) {
        let mut buffer = Vec::new();
        frame.encode(&mut buffer);
        let again = ServerFrame::decode(std::str::from_utf8(&buffer).unwrap());
        prop_assert_eq!(again.unwrap(), frame);
    }
    Ok(())
}

/// One change of a text's bytes.
#[derive(Clone, Debug)]
enum Change {
    Replace(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index),
    Repeat(Index, Index),
    Cut(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let snippet = prop::sample::select(vec![
        "\"",
        "\\",
        "\\ud800",
        "\\u0000",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "null",
        "1e999",
        "-0",
        "\0",
        "18446744073709551616",
        "\"type\":\"join\",",
        "\"id\":1,",
        "\u{feff}",
    ]);
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (any::<Index>(), snippet).prop_map(|(at, s)| Change::Insert(at, s.into())),
        any::<Index>().prop_map(Change::Remove),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Repeat(from, to)),
        any::<Index>().prop_map(Change::Cut),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let place = |index: &Index, bytes: &[u8]| index.index(bytes.len().max(1)).min(bytes.len());
    match change {
        Change::Replace(at, byte) => {
            let at = place(at, bytes);
            if let Some(place) = bytes.get_mut(at) {
                *place = *byte;
            }
        }
        Change::Insert(at, snippet) => {
            let at = place(at, bytes);
            bytes.splice(at..at, snippet.iter().copied());
        }
        Change::Remove(at) => {
            let at = place(at, bytes);
            bytes.drain(at..bytes.len().min(at + 1));
        }
        Change::Repeat(from, to) => {
            let (a, b) = (place(from, bytes), place(to, bytes));
            let part = bytes[a.min(b)..a.max(b)].to_vec();
            bytes.splice(a..a, part);
        }
        Change::Cut(at) => bytes.truncate(place(at, bytes)),
    }
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        survive(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn any_text(text in any::<String>()) {
        survive(&text)?;
    }

    #[test]
    fn any_json_like_text(text in r#"[{}\[\]":,\\a-z0-9 ."-]{0,60}"#) {
        survive(&text)?;
        survive(&format!(r#"{{"type":"post",{text}}}"#))?;
    }

    #[test]
    fn valid_frames_with_changes(
        at in any::<Index>(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let frames = client_frames();
        let mut bytes = at.get(&frames).0.as_bytes().to_vec();
        for change in &changes {
            apply(&mut bytes, change);
        }
        survive(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn any_post(
        id in prop::option::of(0..1_u64 << 53),
        key in any::<String>(),
        text in any::<String>(),
        reply_to in prop::option::of(0..1_u64 << 53),
        file in prop::option::of(any::<String>()),
        preview in prop::option::of(any::<String>()),
    ) {
        let frame = ClientFrame::Post { id, key, text, reply_to, file, preview };
        prop_assert_eq!(ClientFrame::decode(&frame.encode()), Ok(frame));
    }
}
