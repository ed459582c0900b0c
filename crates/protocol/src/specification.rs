//! PROTOCOL.md is in step with the code: whatever is on the wire is in the document, and every
//! example in the document decodes.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::close::CloseCode;
use crate::error_code::ErrorCode;
use crate::frame::{ClientFrame, ServerFrame};
use crate::http::{PreviewRequest, Previewed, Problem, RoomInfo, SiteInfo, TicketAnswer, Uploaded};
use crate::name::RESERVED;
use crate::{SUBPROTOCOL, limits};

const DOCUMENT: &str = include_str!("../PROTOCOL.md");
const TYPES: &str = include_str!("../../../web/src/lib/protocol.gen.ts");

/// A fenced block: what it holds, and its lines.
struct Block {
    kind: &'static str,
    lines: Vec<&'static str>,
}

fn blocks() -> Vec<Block> {
    let parts: Vec<&str> = DOCUMENT.split("\n```").collect();
    let fenced = parts.iter().skip(1).step_by(2);
    fenced
        .map(|part| {
            let (kind, body) = part.split_once('\n').unwrap();
            Block { kind, lines: body.lines().collect() }
        })
        .collect()
}

/// The example decodes, and says all that the code says and nothing else.
#[track_caller]
fn check_client(line: &str) -> String {
    let frame = ClientFrame::decode(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    check_equal(line, &frame.encode())
}

#[track_caller]
fn check_server(line: &str) -> String {
    let frame = ServerFrame::decode(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let mut buffer = Vec::new();
    frame.encode(&mut buffer);
    check_equal(line, std::str::from_utf8(&buffer).unwrap())
}

#[track_caller]
fn check_body<T: DeserializeOwned + Serialize>(line: &str) -> String {
    let body: T = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    check_equal(line, &serde_json::to_string(&body).unwrap())
}

/// The tag of the frame, after both texts were found to be the same JSON.
#[track_caller]
fn check_equal(line: &str, written: &str) -> String {
    let value: Value = serde_json::from_str(line).unwrap();
    assert_eq!(value, serde_json::from_str::<Value>(written).unwrap());
    let kind = value.pointer("/event/kind").and_then(Value::as_str).unwrap_or_default();
    format!("{} {kind}", value["type"].as_str().unwrap_or_default()).trim_end().to_owned()
}

fn check_example(kind: &str, line: &str) -> String {
    let shown = match kind {
        "json client" => check_client(line),
        "json server" => check_server(line),
        "transcript" => match line.split_at(2) {
            ("> ", frame) => check_client(frame),
            ("< ", frame) => check_server(frame),
            _ => panic!("neither sent nor received: {line}"),
        },
        "json RoomInfo" => check_body::<RoomInfo>(line),
        "json TicketAnswer" => check_body::<TicketAnswer>(line),
        "json SiteInfo" => check_body::<SiteInfo>(line),
        "json Problem" => check_body::<Problem>(line),
        "json Uploaded" => check_body::<Uploaded>(line),
        "json PreviewRequest" => check_body::<PreviewRequest>(line),
        "json Previewed" => check_body::<Previewed>(line),
        other => panic!("a block of an unknown kind: {other}"),
    };
    let side = if kind == "json client" || line.starts_with("> ") { "client" } else { "server" };
    format!("{side} {shown}")
}

#[test]
fn every_example_decodes_and_every_frame_has_one() {
    let mut shown = BTreeSet::new();
    for block in blocks() {
        for line in block.lines {
            shown.insert(check_example(block.kind, line));
        }
    }
    let of = |union: &str, tag: &str| -> Vec<String> {
        let start = TYPES.find(&format!("export type {union} =")).unwrap();
        let declaration = TYPES[start..].split("\n\n").next().unwrap();
        let opening = format!("{tag}: \"");
        let tags = declaration.split(opening.as_str()).skip(1);
        tags.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let client = of("ClientFrame", "type").into_iter().map(|tag| format!("client {tag}"));
    let server = of("ServerFrame", "type").into_iter().map(|tag| format!("server {tag}"));
    let events = of("EventKind", "kind").into_iter().map(|kind| format!("server event {kind}"));
    let all: Vec<String> =
        client.chain(server.filter(|frame| frame != "server event")).chain(events).collect();
    assert!(all.len() > 25, "{all:?}");
    for frame in all {
        assert!(shown.contains(&frame), "no example of {frame} in {shown:?}");
    }
}

/// Whether the document has the word in code, or in an example.
fn is_named(word: &str) -> bool {
    let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    DOCUMENT.match_indices(word).any(|(at, _)| {
        let before = DOCUMENT[..at].chars().next_back();
        let after = DOCUMENT[at + word.len()..].chars().next();
        boundary(before) && boundary(after)
    })
}

#[test]
fn every_field_and_every_word_of_the_wire_is_named() {
    let (frames, _) = TYPES.split_once("export const CloseCode").unwrap();
    let fields = frames.lines().filter_map(|line| {
        let (name, _) = line.trim().split_once(": ")?;
        let name = name.trim_end_matches('?');
        name.chars().all(char::is_alphanumeric).then_some(name)
    });
    let words = frames.lines().flat_map(|line| line.split('"').skip(1).step_by(2));
    let all: BTreeSet<&str> = fields.chain(words).filter(|word| !word.is_empty()).collect();
    assert!(all.len() > 100, "{all:?}");
    for word in all {
        assert!(is_named(word), "{word} is not in PROTOCOL.md");
    }
}

/// The rows of the tables, as their cells.
fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    let lines = DOCUMENT.lines().filter(|line| line.starts_with('|'));
    lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
}

#[test]
fn every_error_code_has_its_row() {
    for code in ErrorCode::ALL {
        let cell = format!("`{}`", code.as_str());
        assert_eq!(rows().filter(|row| row.len() == 2 && row[0] == cell).count(), 1, "{cell}");
    }
    let listed = rows().filter(|row| row.len() == 2 && row[0].starts_with('`')).count();
    assert_eq!(listed, ErrorCode::ALL.len());
}

#[test]
fn every_close_code_has_its_row() {
    for code in CloseCode::ALL {
        let (number, word) = (code.as_u16().to_string(), format!("`{}`", code.as_str()));
        let row =
            rows().find(|row| row[0] == number).unwrap_or_else(|| panic!("no row of {number}"));
        assert!(row[1] == word || code == CloseCode::Policy, "{number}: {} {word}", row[1]);
    }
}

/// A number as the document writes it: 131,072.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap())
        .collect();
    groups.join(",")
}

#[test]
fn every_limit_has_its_row() {
    let values: Vec<&str> = rows().filter(|row| row.len() == 3).map(|row| row[1]).collect();
    #[track_caller]
    fn check(values: &[&str], number: u64, unit: &str) {
        let text = format!("{}{unit}", grouped(number));
        assert!(values.iter().any(|value| value.contains(&text)), "no row of {text}");
    }
    let bytes = [
        limits::CLIENT_FRAME_BYTES_MAX,
        limits::SERVER_FRAME_BYTES_MAX,
        limits::HISTORY_BYTES_MAX,
        limits::TOKEN_BYTES_MAX,
    ];
    for number in bytes {
        check(&values, number as u64, " bytes");
    }
    let ms = [
        limits::TICKET_MS,
        limits::TICKET_LEEWAY_MS,
        limits::GRANT_MS,
        limits::DESCRIPTOR_MS,
        limits::KEEP_MS,
        limits::HEARTBEAT_MS,
        limits::IDLE_MS,
        limits::FIRST_FRAME_MS,
    ];
    for number in ms {
        check(&values, number, " ms");
    }
    for number in
        [limits::PASSWORD_CHARS_MAX, limits::PREVIEW_URL_CHARS_MAX, crate::RoomName::CHARS_MAX]
    {
        check(&values, number as u64, " characters");
    }
    check(&values, limits::INTEGER_MAX, "");
    check(&values, limits::FRAME_VALUES_MAX as u64, "");
    check(&values, limits::BAD_FRAMES_MAX.into(), "");
    let count = bytes.len() + ms.len() + 2 + 3;
    let source = include_str!("limits.rs").matches("pub const ").count();
    assert_eq!(count, source, "a limit is not checked here");
}

#[test]
fn the_defaults_of_a_room_are_told() {
    let room = room::Limits::default();
    let tables: String =
        rows().filter(|row| row.len() == 3).map(|row| row.join("|") + "\n").collect();
    for text in [
        format!("|1 to {} characters|", room.name_chars_max),
        format!("|{} characters|`too_long`", room.description_chars_max),
        format!("|{} characters|", grouped(room.text_chars_max as u64)),
        format!("bytes, {} messages*|`more`", room.page_max),
        format!("online per room*|{}|", grouped(room.online_max as u64)),
        format!("remembered per room*|{}|", grouped(room.members_max as u64)),
        format!("voters per message*|{}|", grouped(room.voters_max as u64)),
        format!("kept per room*|{}, within", grouped(room.messages_max as u64)),
        format!("`trimmed` once per {}", room.trimmed_every),
        format!("for resume*|{}, within", grouped(room.resume_events_max as u64)),
        format!("|{} h|it ends", room.expires_after_ms / 3_600_000),
        format!(
            "member*|{} at once, {} a second",
            room.member_posts.burst,
            1_000 / room.member_posts.refill_ms
        ),
        format!(
            "room*|{} at once, {} a second",
            room.room_posts.burst,
            1_000 / room.room_posts.refill_ms
        ),
        format!(
            "member*|{} at once, {} a minute",
            room.renames.burst,
            60_000 / room.renames.refill_ms
        ),
    ] {
        assert!(tables.contains(&text), "{text}");
    }
    for text in [
        format!("at most every {} ms", room.presence_every_ms),
        format!("told, every {} seconds", room.crowded_presence_every_ms / 1_000),
        format!("Above {} members", room.crowded_above),
        format!("Below {} it", room.uncrowded_below),
        format!("last {} minutes", room.keys_all_ms / 60_000),
        format!("newest {} of each", room.keys_max),
        format!("after {} minutes", room.name_freed_after_ms / 60_000),
        format!("up to {} members whose", room.members_page_max),
    ] {
        assert!(words().contains(&text), "{text}");
    }
}

/// The document with its lines joined.
fn words() -> String {
    DOCUMENT.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_reserved_name_is_listed() {
    let (_, rest) = DOCUMENT.split_once("needs for itself are reserved:").unwrap();
    let (listed, _) = rest.split_once("operator may forbid").unwrap();
    let listed: BTreeSet<&str> = listed.split('`').skip(1).step_by(2).collect();
    assert_eq!(listed, RESERVED.iter().copied().collect());
}

#[test]
fn the_subprotocol_and_the_headers_are_named() {
    for word in [SUBPROTOCOL, "session", "__Host-session", "Instantchat-Grant"] {
        assert!(is_named(word), "{word}");
    }
    assert_eq!(crate::http::GRANT_HEADER, "Instantchat-Grant".to_lowercase());
}
