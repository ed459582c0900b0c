//! Every name that a room may have leads to that room, however it looks like a path; every
//! other is refused with its code.

use client::Error;
use protocol::RoomName;
use protocol::frame::Join;
use tests::fleet::{Fleet, Options};
use tests::http::get;

const NAMES: [&str; 46] = [
    "tea",
    "чай",
    "Комната Для Чая",
    "部屋の名前",
    "ทดสอบ",
    "café-au-lait",
    "ＡＢＣ",
    "...",
    "....",
    "a..b",
    ".ab",
    "ab.",
    "~tea~",
    "[tea]",
    "(tea)",
    "tea,cake",
    "a@b",
    "$host",
    "!!!",
    "***",
    "-_-",
    "edge",
    "wss",
    "ticket",
    "rooms",
    "room",
    "problem",
    "unavailable",
    "unavailable.html",
    "unavailable.css",
    "nginx",
    "status",
    "fleet",
    "upload",
    "previews",
    "site",
    "01abc",
    "ws.ws",
    // Refused ones.
    "ws",
    "files",
    "assets",
    "api",
    "health",
    "a/b",
    "a\\b",
    "\u{1f375}\u{1f375}\u{1f375}",
];

#[tokio::test]
async fn every_name_leads_to_its_room_or_is_refused_with_its_code() {
    let fleet = Fleet::start(Options { backends: 2, file_servers: 1, ..Options::default() }).await;
    let longest = "x".repeat(100);
    for (name, visitor) in NAMES.into_iter().chain([longest.as_str()]).zip(1..) {
        let segment = encoded(name);
        // One address may not make as many rooms.
        let joined = fleet.member([127, 0, 6, visitor], &segment, Join::default()).await;
        let page = fleet.get(&format!("/{segment}")).await;
        match RoomName::parse(name) {
            Ok(legal) => {
                let (mut member, joined) = joined.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(*joined.room.name, *legal.as_str(), "{name}");
                member.say("k1", name).await.unwrap_or_else(|error| panic!("{name}: {error}"));
                let info = fleet.get(&format!("/api/rooms/{segment}")).await.json();
                assert_eq!(
                    (&info["exists"], &info["members"]),
                    (&true.into(), &1.into()),
                    "{name}"
                );
                assert_eq!(info["room"], legal.as_str());
                let expected = if legal.as_str() == name { 200 } else { 308 };
                assert_eq!(page.status, expected, "{name}: its page");
                if expected == 200 {
                    assert!(page.text().contains("/assets/"), "{name}: the app's page");
                }
            }
            Err(error) => {
                let code = match error {
                    protocol::NameError::Reserved => "reserved_name",
                    _ => "bad_name",
                };
                let Err(Error::Refused { code: got, .. }) = joined else {
                    panic!("{name} was not refused: {joined:?}");
                };
                assert_eq!(got.as_str(), code, "{name}");
                let info = fleet.get(&format!("/api/rooms/{segment}")).await;
                assert_eq!(
                    (info.status, info.json()["code"].as_str()),
                    (400, Some(code)),
                    "{name}"
                );
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_room_is_no_socket() {
    let fleet = Fleet::start(Options { backends: 1, file_servers: 1, ..Options::default() }).await;
    let upgrade = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
    ];
    for path in [
        "/api/rooms/../ws",
        "/api/rooms/%2e%2e/ws",
        "/api/rooms//ws",
        "/api/rooms/ws",
        "/api/ws",
        "/tea/ws",
        "/api/rooms/tea/ws/",
        "/api/rooms/tea/other",
        "/api/rooms/tea/ws/more",
        "/api/rooms/tea/%77s",
    ] {
        let answer = get(fleet.plain(), path, &upgrade).await;
        assert!((400..=503).contains(&answer.status), "{path}: {}", answer.status);
    }
}

/// Percent-encodes all but ASCII letters and digits.
fn encoded(name: &str) -> String {
    let bytes = name.bytes().map(|byte| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    bytes.collect()
}
