//! Whatever a client may get wrong: it is told, it loses nothing, and nobody else notices.

use protocol::ErrorCode;
use protocol::frame::{ClientFrame, VoteValue};

use crate::hearing::{closed, next_error};
use crate::raw::Raw;
use crate::server::{TestServer, named};

/// Whether a room still works for somebody else.
async fn healthy(server: &TestServer, room: &str) {
    let (mut other, joined) = server.member(room, "Bystander").await;
    assert_eq!(other.say("k", "still here").await.unwrap(), joined.seq + 1);
}

#[tokio::test]
async fn malformed_and_untimely_frames_are_told_and_the_connection_stays() {
    let server = TestServer::start().await;
    let mut ada = server.visit("tea").await;
    ada.send_text(r#"{"type":"typing"}"#).await.unwrap();
    assert_eq!(next_error(&mut ada).await, (None, ErrorCode::BadFrame));
    ada.send_text(r#"{"type":"grant","id":1}"#).await.unwrap();
    assert_eq!(next_error(&mut ada).await, (Some(1), ErrorCode::BadFrame));
    ada.join(named("Ada")).await.unwrap();
    let bad = [
        ("hello", None),
        (r#"{"type":"dance","id":7}"#, Some(7)),
        (r#"{"type":"post","id":8}"#, Some(8)),
        (r#"{"type":"join","id":9}"#, Some(9)),
        (r#"{"type":"post","id":10,"key":"a b","text":"x"}"#, Some(10)),
        (r#"{"type":"post","id":9007199254740992,"key":"k","text":"x"}"#, None),
    ];
    for (text, id) in bad {
        ada.send_text(text).await.unwrap();
        assert_eq!(next_error(&mut ada).await, (id, ErrorCode::BadFrame), "{text}");
    }
    assert_eq!(ada.say("k1", "fine").await.unwrap(), 1);
    healthy(&server, "tea").await;
}

#[tokio::test]
async fn ten_bad_frames_are_enough() {
    let server = TestServer::start().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    for _ in 0..10 {
        ada.send_text("[]").await.unwrap();
        assert_eq!(next_error(&mut ada).await, (None, ErrorCode::BadFrame));
    }
    assert_eq!(closed(&mut ada).await, (1008, "bad_frame".into()));
    healthy(&server, "tea").await;
}

#[tokio::test]
async fn frames_of_wrong_kinds_and_sizes_close_their_connection_alone() {
    let server = TestServer::start().await;
    let (mut binary, _) = server.member("tea", "Binary").await;
    binary.send_binary(vec![1, 2, 3]).await.unwrap();
    assert_eq!(closed(&mut binary).await.0, 1003);
    let (mut long, _) = server.member("tea", "Long").await;
    long.send_text("x".repeat((128 << 10) + 1)).await.unwrap();
    assert_eq!(next_error(&mut long).await, (None, ErrorCode::TooLong));
    assert_eq!(closed(&mut long).await.0, 1009);
    let mut broken = Raw::open(&server, "tea").await;
    broken.frame(0x81, &[0xC3, 0x28]).await;
    assert_eq!(broken.close_code().await, 1007);
    let mut reserved = Raw::open(&server, "tea").await;
    reserved.frame(0xC1, b"{}").await;
    assert_eq!(reserved.close_code().await, 1002);
    healthy(&server, "tea").await;
}

#[tokio::test]
async fn a_frame_at_the_limit_passes() {
    let server = TestServer::start().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    // Every character escaped: the longest text in the longest form that JSON has for it.
    let text = "\\ud83d\\ude00".repeat(10_000);
    let frame = format!(r#"{{"type":"post","key":"k","text":"{text}"}}"#);
    assert!((120_000..128 << 10).contains(&frame.len()));
    ada.send_text(frame).await.unwrap();
    assert_eq!(ada.say("k2", "after").await.unwrap(), 2);
}

#[tokio::test]
async fn what_does_not_exist_and_what_is_others_is_refused() {
    let server = TestServer::start().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let (mut bob, _) = server.member("tea", "Bob").await;
    let hers = ada.say("k1", "mine").await.unwrap();
    let his = bob.say("k1", "his").await.unwrap();
    let refused = |error: client::Error| error.code().unwrap();
    let missing = bob.edit(99, "x").await.unwrap_err();
    assert_eq!(refused(missing), ErrorCode::NotFound);
    let reply = client::Post { key: "k2".into(), text: "re".into(), ..Default::default() };
    let reply = client::Post { reply_to: Some(99), ..reply };
    assert_eq!(refused(bob.post(reply).await.unwrap_err()), ErrorCode::NotFound);
    assert_eq!(refused(bob.edit(hers, "x").await.unwrap_err()), ErrorCode::NotAuthor);
    assert_eq!(refused(bob.delete(hers).await.unwrap_err()), ErrorCode::NotAuthor);
    assert_eq!(refused(bob.vote(his, VoteValue::Up).await.unwrap_err()), ErrorCode::OwnVote);
    assert_eq!(refused(bob.describe("mine").await.unwrap_err()), ErrorCode::NotCreator);
    assert_eq!(refused(bob.rename("Ada").await.unwrap_err()), ErrorCode::NameTaken);
    assert_eq!(refused(bob.rename("a\u{202E}b").await.unwrap_err()), ErrorCode::BadMemberName);
    assert_eq!(refused(bob.say("k3", " \n ").await.unwrap_err()), ErrorCode::Empty);
    assert_eq!(refused(bob.say("k4", "a\u{7}b").await.unwrap_err()), ErrorCode::BadText);
    let long = "x".repeat(10_001);
    assert_eq!(refused(bob.say("k5", &long).await.unwrap_err()), ErrorCode::TooLong);
    assert_eq!(bob.say("k6", "fine").await.unwrap(), 3);
}

#[tokio::test]
async fn percent_signs_are_plain_text_in_names_and_messages() {
    let server = TestServer::start().await;
    let (mut ada, joined) = server.member("tea", "%61dmin%").await;
    assert_eq!(&*joined.you.name, "%61dmin%");
    let text = "100% a+b %E0%A4%A %00 <script>alert(1)</script>";
    ada.say("k1", text).await.unwrap();
    let (_, joined) = server.member("tea", "Bob").await;
    assert_eq!(&*joined.history[0].text, text);
}

#[tokio::test]
async fn names_of_rooms_are_normalised_once_and_bad_ones_refused_after_the_upgrade() {
    let server = TestServer::start().await;
    let (_ada, joined) = server.member("Green%20Tea", "Ada").await;
    assert_eq!(&*joined.room.name, "green-tea");
    let (_bob, joined) = server.member("green-tea", "Bob").await;
    assert_eq!(joined.online, 2);
    let cases = [
        ("ab", "bad_name"),
        ("%20abc%2F", "bad_name"),
        ("%00%00%00", "bad_name"),
        ("a%CC%81%CC%81%CC%81%CC%81%CC%81bc", "bad_name"),
        ("p%D0%B0ypal", "bad_name"),
        ("api", "reserved_name"),
        ("Metrics", "reserved_name"),
    ];
    for (name, reason) in cases {
        let mut client = server.visit(name).await;
        let (_, code) = next_error(&mut client).await;
        assert_eq!(code.as_str(), reason, "{name}");
        assert_eq!(closed(&mut client).await, (1008, reason.into()), "{name}");
    }
    let long = "x".repeat(101);
    let mut client = server.visit(&long).await;
    assert_eq!(closed(&mut client).await, (1008, "bad_name".into()));
}

#[tokio::test]
async fn a_segment_that_is_not_utf_8_is_a_bad_name() {
    let server = TestServer::start().await;
    let (mut raw, head) = Raw::request(&server, "/api/rooms/%FF%FE%FD/ws", "").await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert_eq!(raw.close_code().await, 1008);
}

#[tokio::test]
async fn requests_that_are_no_handshake_are_told_so_and_cost_no_room() {
    let server = TestServer::start().await;
    let (mut raw, head) =
        Raw::request(&server, "/api/rooms/tea/ws", "Sec-WebSocket-Key: again\r\n").await;
    assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
    assert!(head.contains("application/problem+json"), "{head}");
    assert!(raw.body().await.contains("\"bad_request\""));
    assert_eq!(server.rooms(), 0);
}

#[tokio::test]
async fn an_answer_without_an_id_comes_only_to_what_was_refused() {
    let server = TestServer::start().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    ada.send(&ClientFrame::Delete { id: None, message: 5 }).await.unwrap();
    assert_eq!(next_error(&mut ada).await, (None, ErrorCode::NotFound));
}
