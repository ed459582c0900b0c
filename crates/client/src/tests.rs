//! The client against a scripted server.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use protocol::ErrorCode;
use protocol::frame::{Event, EventKind, Join, Joined, Room, ServerFrame, You};
use protocol::wire::{Id128, Member, Timestamp};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use super::*;

struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

/// The server's end of one connection, and the bearer token that it came with.
struct Visitor {
    socket: WebSocketStream<TcpStream>,
    bearer: Option<String>,
}

impl Server {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { listener, address }
    }

    fn url(&self) -> String {
        format!("ws://{}/api/rooms/tea/ws", self.address)
    }

    #[expect(clippy::result_large_err, reason = "the callback's type is tungstenite's")]
    async fn accept(&self) -> Visitor {
        let (stream, _) = self.listener.accept().await.unwrap();
        let mut bearer = None;
        let callback = |request: &Request, mut response: Response| {
            let header = |name| request.headers().get(name).map(|v| v.to_str().unwrap().to_owned());
            bearer = header("authorization");
            response.headers_mut().insert("set-cookie", "session=s1; HttpOnly".parse().unwrap());
            let subprotocol = header("sec-websocket-protocol").unwrap();
            response.headers_mut().insert("sec-websocket-protocol", subprotocol.parse().unwrap());
            Ok::<_, ErrorResponse>(response)
        };
        let socket = accept_hdr_async(stream, callback).await.unwrap();
        Visitor { socket, bearer }
    }

    async fn both(&self) -> (Client, Visitor) {
        let url = self.url();
        let (client, visitor) =
            tokio::join!(Client::connect(&url, Options::default()), self.accept());
        (client.unwrap(), visitor)
    }

    /// A client that has joined, holding events up to `seq`.
    async fn joined(&self, seq: u64) -> (Client, Visitor) {
        let (mut client, mut visitor) = self.both().await;
        visitor.send(ServerFrame::Joined(Box::new(joined(seq)))).await;
        client.join(Join::default()).await.unwrap();
        visitor.receive().await;
        (client, visitor)
    }
}

impl Visitor {
    async fn send(&mut self, frame: ServerFrame) {
        let mut buffer = Vec::new();
        frame.encode(&mut buffer);
        self.socket.send(Message::text(String::from_utf8(buffer).unwrap())).await.unwrap();
    }

    async fn receive(&mut self) -> ClientFrame {
        let message = self.socket.next().await.unwrap().unwrap();
        ClientFrame::decode(message.to_text().unwrap()).unwrap()
    }

    async fn close(&mut self, code: u16, reason: &'static str) {
        let frame = CloseFrame { code: code.into(), reason: reason.into() };
        self.socket.close(Some(frame)).await.unwrap();
    }
}

fn joined(seq: u64) -> Joined {
    Joined {
        room: Room {
            name: "tea".into(),
            description: "".into(),
            protected: false,
            created_at: Timestamp(0),
            creator: Some(Member(1)),
            kept: 0,
            kept_max: 1_000,
            expires_after_ms: 1,
        },
        you: You { member: Member(1), name: "Ada".into(), creator: true },
        incarnation: Id128([7; 16]),
        epoch: 3,
        seq,
        members: Vec::new(),
        online: 1,
        crowded: false,
        history: Vec::new(),
        more: false,
        resumed: false,
        gap: None,
        keep: format!("keep{seq}"),
    }
}

fn event(seq: u64) -> ServerFrame {
    let event = EventKind::Described { text: "x".into() };
    let by = Some(Member(1));
    ServerFrame::Event(Event { seq, at: Timestamp(0), by, name: "Ada".into(), event })
}

fn ok(id: u64, seq: u64) -> ServerFrame {
    ServerFrame::Ok { id: Some(id), seq: Some(seq) }
}

#[tokio::test]
async fn what_comes_before_an_answer_waits_for_receive() {
    let server = Server::new().await;
    let (mut client, mut visitor) = server.joined(4).await;
    for frame in [event(5), ok(99, 1), event(6), ok(1, 6)] {
        visitor.send(frame).await;
    }
    assert_eq!(client.say("k", "hello").await.unwrap(), 6);
    let sent = visitor.receive().await;
    assert!(matches!(sent, ClientFrame::Post { id: Some(1), text, .. } if text == "hello"));
    assert_eq!(client.cursor().unwrap().seq, 4, "not received yet");
    for expected in [event(5), ok(99, 1), event(6)] {
        assert_eq!(client.receive().await.unwrap(), expected);
    }
    assert_eq!(client.cursor().unwrap().seq, 6);
}

#[tokio::test]
async fn a_refused_join_tells_the_code() {
    let server = Server::new().await;
    let (mut client, mut visitor) = server.both().await;
    let (code, detail) = (ErrorCode::WrongPassword, "no".to_owned());
    visitor.send(ServerFrame::Error { id: None, code, detail, retry_after_ms: None }).await;
    visitor.close(1008, "wrong_password").await;
    let error = client.join(Join::default()).await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::WrongPassword));
    let error = client.receive().await.unwrap_err();
    assert_eq!(error.close_code(), Some(1008));
}

#[tokio::test]
async fn a_refused_request_leaves_the_connection() {
    let server = Server::new().await;
    let (mut client, mut visitor) = server.joined(4).await;
    let (code, detail) = (ErrorCode::NotFound, String::new());
    visitor.send(ServerFrame::Error { id: Some(1), code, detail, retry_after_ms: Some(5) }).await;
    visitor.send(ok(2, 5)).await;
    let error = client.delete(9).await.unwrap_err();
    assert!(matches!(error, Error::Refused { retry_after_ms: Some(5), .. }));
    assert_eq!(client.delete(3).await.unwrap(), Some(5));
}

#[tokio::test]
async fn a_reconnect_resumes_after_what_was_received() {
    let server = Server::new().await;
    let (mut client, mut visitor) = server.joined(4).await;
    for frame in [event(5), event(6), ok(1, 6)] {
        visitor.send(frame).await;
    }
    client.say("k", "hello").await.unwrap();
    client.receive().await.unwrap();
    client.abort();

    let answer = async {
        let mut visitor = server.accept().await;
        let ClientFrame::Join(join) = visitor.receive().await else { panic!("no join") };
        let resumed = Joined { resumed: true, epoch: 4, ..joined(7) };
        visitor.send(ServerFrame::Joined(Box::new(resumed))).await;
        visitor.send(event(6)).await;
        visitor.send(event(7)).await;
        (visitor, join)
    };
    let (back, (visitor, join)) = tokio::join!(client.reconnect(), answer);
    assert!(back.unwrap().resumed);
    assert_eq!(visitor.bearer.as_deref(), Some("Bearer s1"), "the same session");
    let resume = join.resume.unwrap();
    assert_eq!((resume.epoch, resume.seq, resume.keep.as_deref()), (3, 5, Some("keep4")));
    assert_eq!(client.receive().await.unwrap(), event(6));
    assert_eq!(client.receive().await.unwrap(), event(7));
    assert_eq!(client.cursor().unwrap().epoch, 4);
}

#[tokio::test]
async fn a_skipped_event_is_an_error() {
    let server = Server::new().await;
    let (mut client, mut visitor) = server.joined(4).await;
    visitor.send(event(6)).await;
    let error = client.receive().await.unwrap_err();
    assert!(matches!(error, Error::OutOfOrder { expected: 5, got: 6 }));
}

#[tokio::test]
async fn whoever_judges_the_order_gets_every_event_as_it_came() {
    let server = Server::new().await;
    let options = Options { keeps_order: false, ..Options::default() };
    let url = server.url();
    let (client, visitor) = tokio::join!(Client::connect(&url, options), server.accept());
    let (mut client, mut visitor) = (client.unwrap(), visitor);
    visitor.send(ServerFrame::Joined(Box::new(joined(4)))).await;
    client.join(Join::default()).await.unwrap();
    for seq in [6, 5, 5] {
        visitor.send(event(seq)).await;
    }
    for seq in [6, 5, 5] {
        assert_eq!(client.receive().await.unwrap(), event(seq));
    }
    assert_eq!(client.cursor().unwrap().seq, 6);
}

#[tokio::test]
async fn a_close_is_reported_and_answered() {
    let server = Server::new().await;
    let (mut client, mut visitor) = server.joined(4).await;
    visitor.close(4002, "replaced").await;
    let error = client.receive().await.unwrap_err();
    assert!(matches!(error, Error::Closed { code: 4002, reason } if reason == "replaced"));
    assert!(matches!(visitor.socket.next().await, Some(Ok(Message::Close(_)))));
    assert!(visitor.socket.next().await.is_none(), "a farewell on both sides");
    assert_eq!(client.typing().await.unwrap_err().close_code(), Some(1006));
}

#[tokio::test]
async fn an_abort_resets_the_connection() {
    let server = Server::new().await;
    let (mut client, mut visitor) = server.joined(4).await;
    client.abort();
    let end = visitor.socket.next().await.unwrap();
    assert!(matches!(end, Err(WsError::Io(_) | WsError::Protocol(_))), "{end:?}");
    assert_eq!(client.receive().await.unwrap_err().close_code(), Some(1006));
}

#[tokio::test]
async fn a_farewell_ends_normally() {
    let server = Server::new().await;
    let (client, mut visitor) = server.joined(4).await;
    let read = async {
        let message = visitor.socket.next().await.unwrap().unwrap();
        while visitor.socket.next().await.is_some() {}
        message
    };
    let (closed, message) = tokio::join!(client.close(), read);
    closed.unwrap();
    assert!(matches!(message, Message::Close(Some(frame)) if u16::from(frame.code) == 1000));
}

#[tokio::test]
async fn frames_that_nobody_receives_are_bounded() {
    let server = Server::new().await;
    let (mut client, mut visitor) = server.joined(0).await;
    let flood = async {
        for seq in 1..=(INBOX_FRAMES_MAX as u64 + 1) {
            visitor.send(event(seq)).await;
        }
    };
    let (answer, ()) = tokio::join!(client.say("k", "hello"), flood);
    assert!(matches!(answer, Err(Error::InboxFull)));
}

#[tokio::test]
async fn a_silent_server_ends_a_request_at_the_deadline() {
    let server = Server::new().await;
    let options = Options { deadline: Duration::from_millis(50), ..Options::default() };
    let url = server.url();
    let (client, _visitor) = tokio::join!(Client::connect(&url, options), server.accept());
    let error = client.unwrap().say("k", "hello").await.unwrap_err();
    assert!(matches!(error, Error::Timeout("answer")));
}

#[tokio::test]
async fn a_refused_handshake_tells_the_problem() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = Server::new().await;
    let answer = async {
        let (mut stream, _) = server.listener.accept().await.unwrap();
        let mut buffer = [0; 2_048];
        let _ = stream.read(&mut buffer).await.unwrap();
        let body = r#"{"type":"about:blank","title":"Forbidden","status":403,"detail":"d","code":"bad_origin"}"#;
        let head = format!("HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all((head + body).as_bytes()).await.unwrap();
    };
    let url = server.url();
    let (result, ()) = tokio::join!(Client::connect(&url, Options::default()), answer);
    let error = result.unwrap_err();
    assert!(matches!(error, Error::Handshake { status: 403, .. }));
    assert_eq!(error.code(), Some(ErrorCode::BadOrigin));
}

#[tokio::test]
async fn an_address_that_is_no_web_socket_is_refused() {
    for url in ["", "tea", "/api/rooms/tea/ws", "wss://localhost/", "http://localhost/"] {
        let error = Client::connect(url, Options::default()).await.unwrap_err();
        assert!(matches!(error, Error::BadUrl), "{url}: {error}");
    }
}
