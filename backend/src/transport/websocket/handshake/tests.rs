//! Every refusal, and what is accepted.

use http::{Request, StatusCode};

use super::*;

/// The example of RFC 6455 §1.3.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

fn good() -> http::request::Builder {
    Request::get("/api/rooms/tea/ws")
        .header("Upgrade", "websocket")
        .header("Connection", "Upgrade")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", KEY)
}

/// [`good`] without one of its headers.
fn without(name: &str) -> http::request::Builder {
    let mut builder = good();
    builder.headers_mut().expect("the request is well-formed").remove(name);
    builder
}

fn judge(builder: http::request::Builder) -> Result<Handshake, HandshakeRefused> {
    accept(&builder.body(()).unwrap().into_parts().0)
}

#[test]
fn the_example_of_the_standard_is_answered_as_there() {
    let response: Response<()> = judge(good()).unwrap().response();
    assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
    assert_eq!(response.headers()[UPGRADE], "websocket");
    assert_eq!(response.headers()[CONNECTION], "Upgrade");
    assert_eq!(response.headers()[SEC_WEBSOCKET_ACCEPT], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert!(!response.headers().contains_key(SEC_WEBSOCKET_PROTOCOL));
}

#[test]
fn tokens_are_found_in_lists_in_any_case() {
    let request = without("connection")
        .header("Connection", "keep-alive, UPGRADE")
        .header("Upgrade", "h2c , WebSocket");
    assert!(judge(request).is_ok());
    let request =
        without("connection").header("Connection", "close").header("Connection", "upgrade");
    assert!(judge(request).is_ok());
}

#[test]
fn our_subprotocol_is_chosen_and_no_other() {
    let chosen =
        |offer: &str| judge(good().header("Sec-WebSocket-Protocol", offer)).unwrap().subprotocol;
    assert_eq!(chosen("instantchat.v1"), Some("instantchat.v1"));
    assert_eq!(chosen("chat, instantchat.v1,ticket.abc"), Some("instantchat.v1"));
    assert_eq!(chosen("chat, instantchat.v2"), None);
    assert_eq!(chosen("Instantchat.V1"), None);
    let both = good()
        .header("Sec-WebSocket-Protocol", "ticket.abc")
        .header("Sec-WebSocket-Protocol", "instantchat.v1");
    let response: Response<()> = judge(both).unwrap().response();
    assert_eq!(response.headers()[SEC_WEBSOCKET_PROTOCOL], "instantchat.v1");
}

#[test]
fn other_methods_and_versions_of_http_are_refused() {
    let refused = judge(good().method("POST")).unwrap_err();
    assert_eq!((refused, refused.status().as_u16()), (HandshakeRefused::Method, 405));
    assert_eq!(refused.headers()[ALLOW], "GET");
    for version in [Version::HTTP_10, Version::HTTP_2] {
        let refused = judge(good().version(version)).unwrap_err();
        assert_eq!((refused, refused.status().as_u16()), (HandshakeRefused::HttpVersion, 505));
    }
}

#[test]
fn a_plain_request_is_told_to_upgrade() {
    for name in ["upgrade", "connection"] {
        let refused = judge(without(name)).unwrap_err();
        assert_eq!((refused, refused.status().as_u16()), (HandshakeRefused::NoUpgrade, 426));
        assert_eq!(refused.headers()[UPGRADE], "websocket");
    }
    let request = without("connection").header("Connection", "upgrade-insecure");
    assert_eq!(judge(request), Err(HandshakeRefused::NoUpgrade));
}

#[test]
fn another_version_of_websocket_is_told_ours() {
    let name = "sec-websocket-version";
    let versions = [
        without(name),
        without(name).header(name, "8"),
        without(name).header(name, "13, 8"),
        good().header(name, "13"),
    ];
    for request in versions {
        let refused = judge(request).unwrap_err();
        assert_eq!((refused, refused.status().as_u16()), (HandshakeRefused::WebSocketVersion, 426));
        assert_eq!(refused.headers()[SEC_WEBSOCKET_VERSION], "13");
    }
}

#[test]
fn a_key_is_sixteen_bytes_in_base64_once() {
    let name = "sec-websocket-key";
    let keys = [
        without(name),
        without(name).header(name, ""),
        without(name).header(name, "not base64!"),
        without(name).header(name, STANDARD.encode([7; 15])),
        without(name).header(name, STANDARD.encode([7; 17])),
        without(name).header(name, b"\xff\xfe".as_slice()),
        good().header(name, KEY),
    ];
    for request in keys {
        let refused = judge(request).unwrap_err();
        assert_eq!((refused, refused.status().as_u16()), (HandshakeRefused::Key, 400));
    }
}
