//! Questions that are not of this fleet, not new, or not what was signed.

use std::sync::Arc;

use fleet::{Guard, backend_routes};
use protocol::token::{Keyring, Purpose};
use protocol::wire::Id128;
use serde_json::json;
use service::Clock;
use service::clock::ManualClock;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::callee::Callee;
use crate::{Served, keys, strangers};

const NOW_MS: u64 = 1_800_000_000_000;
const DELETE: &str = "/fleet/rooms/delete";
const BODY: &[u8] = b"[3,\"tea\"]";

/// A question as whoever writes it likes it.
struct Question {
    keys: Keyring,
    purpose: Purpose,
    method: &'static str,
    path: &'static str,
    body: &'static [u8],
    unix: u64,
    nonce: Id128,
}

impl Question {
    fn good() -> Self {
        Self {
            keys: keys(),
            purpose: Purpose::Fleet,
            method: "POST",
            path: DELETE,
            body: BODY,
            unix: NOW_MS,
            nonce: Id128(service::random::bytes()),
        }
    }

    fn sign(&self) -> String {
        let digest = Id256(Sha256::digest(self.body).into());
        let signed = json!({
            "method": self.method,
            "path": self.path,
            "digest": digest.text(),
            "unix": self.unix,
            "nonce": self.nonce,
        });
        self.keys.sign(self.purpose, &signed)
    }
}

struct Id256([u8; 32]);

impl Id256 {
    fn text(&self) -> serde_json::Value {
        let mut bytes = Vec::new();
        protocol::wire::bytes64::serialize(&self.0, &mut serde_json::Serializer::new(&mut bytes))
            .unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }
}

/// A backend whose clock a test moves.
async fn backend() -> (Arc<Callee>, Served, ManualClock) {
    let callee = Callee::new();
    let (clock, hand) = Clock::manual(NOW_MS);
    let routes = backend_routes(callee.clone(), Guard::new(keys(), clock));
    (callee, Served::new(routes, None).await, hand)
}

/// The status line and the body of the answer to `POST path` with these headers.
async fn said(served: &Served, path: &str, tokens: &[String], body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let mut head = format!("POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
    for token in tokens {
        head.push_str(&format!("instantchat-fleet: {token}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

#[tokio::test]
async fn only_what_was_signed_for_this_is_done() {
    let (callee, served, _hand) = backend().await;
    let good = Question::good();
    let mut tampered = good.sign();
    tampered.replace_range(20..21, if &tampered[20..21] == "A" { "B" } else { "A" });
    let cases: [(&str, Vec<String>, &[u8]); 10] = [
        ("no signature", vec![], BODY),
        ("two signatures", vec![Question::good().sign(), Question::good().sign()], BODY),
        ("nonsense", vec!["nonsense".into()], BODY),
        ("tampered", vec![tampered], BODY),
        ("of another fleet", vec![Question { keys: strangers(), ..Question::good() }.sign()], BODY),
        (
            "an answer",
            vec![Question { purpose: Purpose::FleetAnswer, ..Question::good() }.sign()],
            BODY,
        ),
        ("a ticket", vec![Question { purpose: Purpose::Ticket, ..Question::good() }.sign()], BODY),
        ("another path", vec![Question { path: "/fleet/status", ..Question::good() }.sign()], BODY),
        ("another method", vec![Question { method: "GET", ..Question::good() }.sign()], BODY),
        ("another body", vec![Question::good().sign()], b"\"any\""),
    ];
    for (what, tokens, body) in cases {
        assert_eq!(said(&served, DELETE, &tokens, body).await.0, 401, "{what}");
    }
    assert!(callee.heard().is_empty());
    assert_eq!(said(&served, DELETE, &[good.sign()], BODY).await, (200, "true".into()));
}

#[tokio::test]
async fn what_was_said_before_is_not_done_again() {
    let (callee, served, hand) = backend().await;
    let token = Question::good().sign();
    assert_eq!(said(&served, DELETE, std::slice::from_ref(&token), BODY).await.0, 200);
    let again = said(&served, DELETE, std::slice::from_ref(&token), BODY).await;
    assert_eq!(again, (401, "\"said before\"".into()));
    // As long as its time is good, and afterwards for its time.
    hand.advance(fleet::limits::CLOCKS_APART_MAX_MS);
    assert_eq!(said(&served, DELETE, std::slice::from_ref(&token), BODY).await.0, 401);
    hand.advance(10 * fleet::limits::CLOCKS_APART_MAX_MS);
    assert_eq!(said(&served, DELETE, &[token], BODY).await.0, 401);
    assert_eq!(callee.heard(), ["run 3 deletes tea"]);
}

#[tokio::test]
async fn a_clock_may_be_two_minutes_off_and_no_more() {
    let (_callee, served, _hand) = backend().await;
    let apart = fleet::limits::CLOCKS_APART_MAX_MS;
    for (unix, status) in [
        (NOW_MS - apart - 1, 401),
        (NOW_MS - apart, 200),
        (NOW_MS + apart, 200),
        (NOW_MS + apart + 1, 401),
    ] {
        let token = Question { unix, ..Question::good() }.sign();
        let (answered, body) = said(&served, DELETE, &[token], BODY).await;
        assert_eq!(answered, status, "{body}");
    }
}

#[tokio::test]
async fn a_question_that_only_reads_takes_no_place_in_the_memory() {
    let (callee, served, _hand) = backend().await;
    let (path, body) = ("/fleet/rooms/summary", &b"\"tea\""[..]);
    let token = Question { path, body, ..Question::good() }.sign();
    for _ in 0..2 {
        let tokens = std::slice::from_ref(&token);
        assert_eq!(said(&served, path, tokens, body).await.0, 200);
    }
    assert_eq!(callee.heard().len(), 2);
}

#[tokio::test]
async fn a_question_that_is_no_json_or_not_this_call_s_is_refused() {
    let (callee, served, _hand) = backend().await;
    for body in [&b"{"[..], b"", b"7", b"[\"tea\"]"] {
        let token = Question { body, ..Question::good() }.sign();
        assert_eq!(said(&served, DELETE, &[token], body).await.0, 400);
    }
    let (status, _) = said(&served, "/fleet/nothing", &[], BODY).await;
    assert_eq!(status, 404);
    assert!(callee.heard().is_empty());
}
