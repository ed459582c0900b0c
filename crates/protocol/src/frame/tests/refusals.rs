//! Texts that are no frame: each is refused with words of ours and, where it has one, its `id`.

use super::super::*;
use crate::limits::{CLIENT_FRAME_BYTES_MAX, FRAME_VALUES_MAX, INTEGER_MAX};

#[track_caller]
fn check(texts: &[&str], id: Option<u64>, detail: &'static str) {
    for text in texts {
        assert_eq!(ClientFrame::decode(text), Err(BadFrame { id, detail }), "{text}");
    }
}

const DATA: &str = "unknown type, or a field is missing or of a wrong type";
const SYNTAX: &str = "not JSON";
const EOF: &str = "the JSON ends too early";
const NUMBER: &str = "a number is larger than 2^53-1";

#[test]
fn texts_that_are_not_json() {
    check(&["", " ", "{", r#"{"type":"#, r#"{"type":"typing""#, r#"""#], None, EOF);
    check(&["hello", "{]", "{'type':'typing'}", r#"{"type":"typing",}"#], None, SYNTAX);
    check(&[r#"{"type":"typing"}{}"#, r#"{"type":"typing"} x"#, "\u{feff}{}"], None, SYNTAX);
    check(&["{\"type\":\"typing\"}\0", "\0", "NaN", r#"{"type":"typing","id":+1}"#], None, SYNTAX);
}

#[test]
fn json_that_is_no_frame() {
    check(&["null", "true", "1", "\"join\"", "[]", "{}", "\n\t []"], None, DATA);
    check(&[r#"{"type":null}"#, r#"{"type":1}"#, r#"{"type":["join"]}"#], None, DATA);
    check(&[r#"{"type":""}"#, r#"{"type":"Join"}"#, r#"{"type":"joined"}"#], None, DATA);
    check(
        &[r#"["typing"]"#, r#"["typing",{}]"#, r#"["grant",5]"#, r#"["grant",{"id":5}]"#],
        None,
        DATA,
    );
    check(&[r#"{"Type":"join"}"#, r#"{"kind":"join"}"#], None, DATA);
}

#[test]
fn a_refused_frame_keeps_its_id() {
    check(
        &[r#"{"type":"dance","id":5}"#, r#"{"id":5}"#, r#"{"id":5,"type":"post"}"#],
        Some(5),
        DATA,
    );
    check(&[r#"{"type":"vote","id":5,"message":1,"value":"maybe"}"#], Some(5), DATA);
    let no_id = [
        r#"{"type":"dance","id":-1}"#,
        r#"{"type":"dance","id":1.5}"#,
        r#"{"type":"dance","id":"5"}"#,
        r#"{"type":"dance","id":1e3}"#,
        r#"{"type":"dance","id":9007199254740992}"#,
        r#"{"type":"dance","id":99999999999999999999999999999999}"#,
    ];
    check(&no_id, None, DATA);
}

#[test]
fn fields_of_a_wrong_type() {
    for text in [
        r#"{"type":"post","key":1,"text":"x"}"#,
        r#"{"type":"post","key":"k","text":null}"#,
        r#"{"type":"post","key":"k","text":["x"]}"#,
        r#"{"type":"post","text":"no key"}"#,
        r#"{"type":"post","key":"k","text":"x","replyTo":"41"}"#,
        r#"{"type":"edit","message":-1,"text":"x"}"#,
        r#"{"type":"edit","message":41.0,"text":"x"}"#,
        r#"{"type":"delete"}"#,
        r#"{"type":"delete","message":null}"#,
        r#"{"type":"history","limit":-1}"#,
        r#"{"type":"history","limit":4294967296}"#,
        r#"{"type":"join","resume":{}}"#,
        r#"{"type":"join","resume":{"incarnation":"short","epoch":1,"seq":1}}"#,
        r#"{"type":"join","resume":[1,2,3]}"#,
        r#"{"type":"rename"}"#,
        r#"{"type":"members","prefix":null}"#,
    ] {
        check(&[text], None, DATA);
    }
}

#[test]
fn a_field_that_comes_twice() {
    check(&[r#"{"type":"typing","type":"typing"}"#], None, DATA);
    check(&[r#"{"type":"describe","text":"a","text":"b"}"#], None, DATA);
    check(&[r#"{"type":"grant","id":1,"id":2}"#], None, DATA);
}

#[test]
fn halves_of_surrogate_pairs() {
    for half in [r"\ud800", r"\udc00", r"\ud800\ud800", r"\ud800x", r"\ud800\u0041"] {
        check(&[&format!(r#"{{"type":"describe","text":"{half}"}}"#)], None, SYNTAX);
    }
    let whole = r#"{"type":"describe","text":"\ud83c\udf75"}"#;
    let frame = ClientFrame::Describe { id: None, text: "🍵".into() };
    assert_eq!(ClientFrame::decode(whole), Ok(frame));
}

#[test]
fn numbers_above_what_json_carries_safely() {
    let frames = |n: u64| {
        let resume = |epoch, seq| {
            format!(
                r#"{{"type":"join","id":6,"resume":{{"incarnation":"AQEBAQEBAQEBAQEBAQEBAQ","epoch":{epoch},"seq":{seq}}}}}"#
            )
        };
        [
            resume(n, 1),
            resume(1, n),
            format!(r#"{{"type":"post","id":6,"key":"k","replyTo":{n}}}"#),
            format!(r#"{{"type":"edit","id":6,"message":{n},"text":"x"}}"#),
            format!(r#"{{"type":"delete","id":6,"message":{n}}}"#),
            format!(r#"{{"type":"vote","id":6,"message":{n},"value":"up"}}"#),
            format!(r#"{{"type":"history","id":6,"before":{n}}}"#),
        ]
    };
    for text in frames(INTEGER_MAX) {
        assert!(ClientFrame::decode(&text).is_ok(), "{text}");
    }
    for text in frames(INTEGER_MAX + 1).iter().chain(&frames(u64::MAX)) {
        check(&[text], Some(6), NUMBER);
    }
    let with_id = |id: u64| format!(r#"{{"type":"grant","id":{id}}}"#);
    assert_eq!(ClientFrame::decode(&with_id(INTEGER_MAX)).unwrap().id(), Some(INTEGER_MAX));
    check(&[&with_id(INTEGER_MAX + 1), &with_id(u64::MAX)], None, NUMBER);
    check(&[r#"{"type":"grant","id":18446744073709551616}"#], None, DATA);
}

#[test]
fn nesting_is_refused_at_any_depth() {
    for depth in [10, FRAME_VALUES_MAX, 127, 128, 1_000, CLIENT_FRAME_BYTES_MAX / 2] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        assert!(ClientFrame::decode(&format!("{open}{close}")).is_err());
        assert!(ClientFrame::decode(&open).is_err());
        let objects = r#"{"type":"#.repeat(depth / 4);
        assert!(ClientFrame::decode(&objects).is_err());
        // Within the number of values an unknown field may hold anything.
        let known = format!(r#"{{"type":"typing","x":{open}{close}}}"#);
        assert_eq!(ClientFrame::decode(&known).is_ok(), depth < FRAME_VALUES_MAX, "{depth}");
    }
}

#[test]
fn more_values_than_any_frame_has() {
    // The frame itself is a value, and so is its id.
    let frame = |values: usize| {
        let numbers = vec!["0"; values - 3].join(",");
        format!(r#"{{"type":"grant","id":5,"x":[{numbers}]}}"#)
    };
    assert!(ClientFrame::decode(&frame(FRAME_VALUES_MAX)).is_ok());
    check(
        &[&frame(FRAME_VALUES_MAX + 1), &frame(10_000)],
        Some(5),
        "the frame has too many values",
    );
    let text = r#"\"[{,\\"#.repeat(1_000);
    let frame = ClientFrame::decode(&format!(r#"{{"type":"describe","text":"{text}"}}"#)).unwrap();
    let expected = r#""[{,\"#.repeat(1_000);
    assert_eq!(frame, ClientFrame::Describe { id: None, text: expected });
}

#[test]
fn a_refusal_repeats_nothing_of_the_clients() {
    for text in [r#"{"type":"secret"}"#, "secret", r#"{"type":"vote","value":"secret"}"#] {
        let refusal = ClientFrame::decode(text).unwrap_err();
        assert!(!refusal.to_string().contains("secret"));
        assert!(!format!("{refusal:?}").contains("secret"));
    }
}
