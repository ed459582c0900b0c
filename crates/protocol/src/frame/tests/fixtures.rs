//! Every frame and its exact JSON, both ways.

use super::super::*;
use crate::error_code::ErrorCode;
use crate::wire::{Id128, Member, Timestamp};

const AT: Timestamp = Timestamp(1_795_251_600_000);

#[track_caller]
fn check_client(json: &str, frame: ClientFrame) {
    assert_eq!(frame.encode(), json);
    assert_eq!(ClientFrame::decode(json), Ok(frame));
}

#[track_caller]
fn check_server(json: &str, frame: ServerFrame) {
    let mut buffer = b"before".to_vec();
    frame.encode(&mut buffer);
    assert_eq!(std::str::from_utf8(&buffer).unwrap(), format!("before{json}"));
    assert_eq!(ServerFrame::decode(json).unwrap(), frame);
}

pub(super) fn client_frames() -> Vec<(&'static str, ClientFrame)> {
    let resume =
        Resume { incarnation: Id128([1; 16]), epoch: 3, seq: 41, keep: Some("kid.n.s".into()) };
    let join = Join {
        id: Some(0),
        name: Some("Ada".into()),
        password: Some("p".into()),
        resume: Some(resume),
    };
    let (id, text) = (Some(1), String::from("hello"));
    vec![
        (r#"{"type":"join"}"#, ClientFrame::Join(Join::default())),
        (
            r#"{"type":"join","id":0,"name":"Ada","password":"p","resume":{"incarnation":"AQEBAQEBAQEBAQEBAQEBAQ","epoch":3,"seq":41,"keep":"kid.n.s"}}"#,
            ClientFrame::Join(join),
        ),
        (
            r#"{"type":"post","key":"9f2c","text":"hello"}"#,
            ClientFrame::Post {
                id: None,
                key: "9f2c".into(),
                text: text.clone(),
                reply_to: None,
                file: None,
                preview: None,
            },
        ),
        (
            r#"{"type":"post","id":1,"key":"9f2c","text":"hello","replyTo":40,"file":"f","preview":"p"}"#,
            ClientFrame::Post {
                id,
                key: "9f2c".into(),
                text: text.clone(),
                reply_to: Some(40),
                file: Some("f".into()),
                preview: Some("p".into()),
            },
        ),
        (
            r#"{"type":"edit","id":1,"message":41,"text":"hello"}"#,
            ClientFrame::Edit { id, message: 41, text: text.clone() },
        ),
        (r#"{"type":"delete","id":1,"message":41}"#, ClientFrame::Delete { id, message: 41 }),
        (
            r#"{"type":"vote","id":1,"message":40,"value":"up"}"#,
            ClientFrame::Vote { id, message: 40, value: VoteValue::Up },
        ),
        (
            r#"{"type":"vote","message":40,"value":"down"}"#,
            ClientFrame::Vote { id: None, message: 40, value: VoteValue::Down },
        ),
        (
            r#"{"type":"vote","message":40,"value":"none"}"#,
            ClientFrame::Vote { id: None, message: 40, value: VoteValue::None },
        ),
        (
            r#"{"type":"rename","id":1,"name":"Ada L."}"#,
            ClientFrame::Rename { id, name: "Ada L.".into() },
        ),
        (r#"{"type":"describe","id":1,"text":"hello"}"#, ClientFrame::Describe { id, text }),
        (r#"{"type":"typing"}"#, ClientFrame::Typing {}),
        (
            r#"{"type":"history","id":1,"before":41,"limit":100}"#,
            ClientFrame::History { id, before: Some(41), limit: Some(100) },
        ),
        (r#"{"type":"history"}"#, ClientFrame::History { id: None, before: None, limit: None }),
        (r#"{"type":"grant","id":1}"#, ClientFrame::Grant { id }),
        (
            r#"{"type":"members","id":1,"prefix":"an"}"#,
            ClientFrame::Members { id, prefix: "an".into() },
        ),
    ]
}

#[test]
fn client_frames_stand_as_they_are_specified() {
    for (json, frame) in client_frames() {
        check_client(json, frame);
    }
}

#[test]
fn every_answer_finds_its_request() {
    for (_, frame) in client_frames() {
        let answered = !matches!(frame, ClientFrame::Typing {});
        assert_eq!(frame.with_id(7).id(), answered.then_some(7));
    }
}

#[test]
fn what_may_be_left_out_may_be_null() {
    for (json, frame) in [
        (
            r#"{"type":"join","id":null,"name":null,"password":null,"resume":null}"#,
            ClientFrame::Join(Join::default()),
        ),
        (
            r#"{"type":"history","id":null,"before":null,"limit":null}"#,
            ClientFrame::History { id: None, before: None, limit: None },
        ),
        (r#"{"type":"members"}"#, ClientFrame::Members { id: None, prefix: String::new() }),
        (r#"{"future":[1,{"a":"b"}],"type":"grant"}"#, ClientFrame::Grant { id: None }),
    ] {
        assert_eq!(ClientFrame::decode(json), Ok(frame), "{json}");
    }
}

fn ada() -> MemberState {
    MemberState {
        member: Member(7),
        name: "Ada".into(),
        online: true,
        creator: true,
        last_post_at: Some(AT),
    }
}

const ADA: &str = r#"{"member":"m7","name":"Ada","online":true,"creator":true,"lastPostAt":"2026-11-21T09:00:00.000Z"}"#;

fn file() -> File {
    File {
        id: "f1".into(),
        url: "/files/f1".into(),
        name: "a.png".into(),
        media_type: "image/png".into(),
        size: 1_234,
        width: Some(4),
        height: Some(3),
        thumbnail: Some("/files/t1".into()),
        drawing: true,
    }
}

const FILE: &str = r#"{"id":"f1","url":"/files/f1","name":"a.png","type":"image/png","size":1234,"width":4,"height":3,"thumbnail":"/files/t1","drawing":true}"#;

fn preview() -> Preview {
    Preview {
        id: "p1".into(),
        url: "https://example.com/".into(),
        title: "Example".into(),
        description: "".into(),
        image: Some(Image { url: "/files/i1".into(), width: 2, height: 1 }),
    }
}

const PREVIEW: &str = r#"{"id":"p1","url":"https://example.com/","title":"Example","description":"","image":{"url":"/files/i1","width":2,"height":1}}"#;

fn message() -> Message {
    Message {
        seq: 41,
        at: AT,
        by: Member(7),
        name: "Ada".into(),
        text: "hello".into(),
        reply_to: Some(40),
        file: Some(file()),
        preview: Some(preview()),
        up: 2,
        down: 1,
        mine: VoteValue::Up,
        rev: 44,
        edited_at: Some(AT),
        deleted: false,
    }
}

fn message_json() -> String {
    format!(
        r#"{{"seq":41,"at":"2026-11-21T09:00:00.000Z","by":"m7","name":"Ada","text":"hello","replyTo":40,"file":{FILE},"preview":{PREVIEW},"up":2,"down":1,"mine":"up","rev":44,"editedAt":"2026-11-21T09:00:00.000Z","deleted":false}}"#
    )
}

#[test]
fn joined_stands_as_it_is_specified() {
    let joined = Joined {
        room: Room {
            name: "tea".into(),
            description: "".into(),
            protected: true,
            created_at: AT,
            creator: Some(Member(7)),
            kept: 1,
            kept_max: 1_000,
            expires_after_ms: 43_200_000,
        },
        you: You { member: Member(7), name: "Ada".into(), creator: true },
        incarnation: Id128([1; 16]),
        epoch: 3,
        seq: 44,
        members: vec![ada()],
        online: 1,
        crowded: false,
        history: vec![message()],
        more: true,
        resumed: false,
        gap: Some(Gap { from: Some(2), to: Some(9), reason: GapReason::Trimmed }),
        keep: "kid.n.s".into(),
    };
    let room = r#"{"name":"tea","description":"","protected":true,"createdAt":"2026-11-21T09:00:00.000Z","creator":"m7","kept":1,"keptMax":1000,"expiresAfterMs":43200000}"#;
    let message = message_json();
    let json = format!(
        r#"{{"type":"joined","room":{room},"you":{{"member":"m7","name":"Ada","creator":true}},"incarnation":"AQEBAQEBAQEBAQEBAQEBAQ","epoch":3,"seq":44,"members":[{ADA}],"online":1,"crowded":false,"history":[{message}],"more":true,"resumed":false,"gap":{{"from":2,"to":9,"reason":"trimmed"}},"keep":"kid.n.s"}}"#
    );
    check_server(&json, ServerFrame::Joined(Box::new(joined.clone())));

    let restarted = Gap { from: None, to: None, reason: GapReason::Restarted };
    for (gap, text) in [
        (Some(restarted), r#""gap":{"from":null,"to":null,"reason":"restarted"}"#),
        (None, r#""gap":null"#),
    ] {
        let json = json.replace(r#""gap":{"from":2,"to":9,"reason":"trimmed"}"#, text);
        let joined = Joined { gap, ..joined.clone() };
        check_server(&json, ServerFrame::Joined(Box::new(joined)));
    }
}

#[test]
fn events_stand_as_they_are_specified() {
    let (m7, text) = (Some(Member(7)), std::sync::Arc::<str>::from("hello"));
    let posted = |file, preview, reply_to| EventKind::Posted {
        key: "9f2c".into(),
        text: text.clone(),
        reply_to,
        file,
        preview,
    };
    let events = [
        (
            m7,
            r#"{"kind":"posted","key":"9f2c","text":"hello","replyTo":null,"file":null,"preview":null}"#.to_owned(),
            posted(None, None, None),
        ),
        (
            m7,
            format!(
                r#"{{"kind":"posted","key":"9f2c","text":"hello","replyTo":40,"file":{FILE},"preview":{PREVIEW}}}"#
            ),
            posted(Some(file()), Some(preview()), Some(40)),
        ),
        (
            m7,
            r#"{"kind":"edited","message":41,"text":"hello"}"#.into(),
            EventKind::Edited { message: 41, text: text.clone() },
        ),
        (m7, r#"{"kind":"deleted","message":41}"#.into(), EventKind::Deleted { message: 41 }),
        (
            None,
            r#"{"kind":"voted","message":41,"up":2,"down":1}"#.into(),
            EventKind::Voted { message: 41, up: 2, down: 1 },
        ),
        (
            m7,
            r#"{"kind":"renamed","member":"m7","name":"Ada L."}"#.into(),
            EventKind::Renamed { member: Member(7), name: "Ada L.".into() },
        ),
        (m7, r#"{"kind":"described","text":"hello"}"#.into(), EventKind::Described { text }),
        (None, r#"{"kind":"trimmed","before":51}"#.into(), EventKind::Trimmed { before: 51 }),
    ];
    for (by, kind, event) in events {
        let name = if by.is_some() { "Ada" } else { "" };
        let by_json = by.map_or("null".to_owned(), |by| format!("\"{by}\""));
        let json = format!(
            r#"{{"type":"event","seq":42,"at":"2026-11-21T09:00:00.000Z","by":{by_json},"name":"{name}","event":{kind}}}"#
        );
        check_server(
            &json,
            ServerFrame::Event(Event { seq: 42, at: AT, by, name: name.into(), event }),
        );
    }
}

#[test]
fn answers_stand_as_they_are_specified() {
    check_server(
        &format!(r#"{{"type":"history","id":7,"messages":[{}],"more":false}}"#, message_json()),
        ServerFrame::History { id: Some(7), messages: vec![message()], more: false },
    );
    check_server(
        r#"{"type":"grant","id":8,"grant":"kid.b.s"}"#,
        ServerFrame::Grant { id: Some(8), grant: "kid.b.s".into() },
    );
    check_server(
        &format!(r#"{{"type":"members","id":9,"members":[{ADA}]}}"#),
        ServerFrame::Members { id: Some(9), members: vec![ada()] },
    );
    check_server(
        r#"{"type":"ok","id":1,"seq":42}"#,
        ServerFrame::Ok { id: Some(1), seq: Some(42) },
    );
    check_server(r#"{"type":"ok","id":1,"seq":null}"#, ServerFrame::Ok { id: Some(1), seq: None });
    let (code, detail) = (ErrorCode::NotAuthor, String::from("why"));
    check_server(
        r#"{"type":"error","id":null,"code":"not_author","detail":"why","retryAfterMs":250}"#,
        ServerFrame::Error { id: None, code, detail, retry_after_ms: Some(250) },
    );
}

#[test]
fn signs_of_life_stand_as_they_are_specified() {
    check_server(
        &format!(
            r#"{{"type":"presence","joined":[{ADA}],"left":["m3"],"online":17,"snapshot":false,"crowded":false}}"#
        ),
        ServerFrame::Presence {
            joined: vec![ada()],
            left: vec![Member(3)],
            online: 17,
            snapshot: false,
            crowded: false,
        },
    );
    check_server(
        r#"{"type":"heartbeat","epoch":3,"seq":42}"#,
        ServerFrame::Heartbeat { epoch: 3, seq: 42 },
    );
    check_server(
        r#"{"type":"typing","members":["m3","m4"]}"#,
        ServerFrame::Typing { members: vec![Member(3), Member(4)] },
    );
    check_server(
        r#"{"type":"notice","text":"Restarting in a minute."}"#,
        ServerFrame::Notice { text: "Restarting in a minute.".into() },
    );
    check_server(
        r#"{"type":"moving","retryAfterMs":180}"#,
        ServerFrame::Moving { retry_after_ms: 180 },
    );
}

#[test]
fn a_text_arrives_as_it_was_written() {
    for text in
        ["\0\u{1}\u{7f}", "\u{202e}abc", "%41%zz", "</script>", "e\u{301} ≠ é", "👩‍💻\u{fffd}"]
    {
        let frame = ClientFrame::Describe { id: None, text: text.into() };
        assert_eq!(ClientFrame::decode(&frame.encode()), Ok(frame));
    }
}
