//! The WebSocket below a client: the handshake, whole text messages, the end.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http::header::{AUTHORIZATION, ORIGIN, SEC_WEBSOCKET_PROTOCOL, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Request, Response, Uri};
use protocol::frame::ServerFrame;
use protocol::http::{SECURE_SESSION_COOKIE, SESSION_COOKIE};
use protocol::limits::SERVER_FRAME_BYTES_MAX;
use protocol::{CloseCode, SUBPROTOCOL};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::error::Error;
use crate::options::Options;

/// Bytes read at once: a swarm of clients has this many times its size.
const READ_BUFFER_BYTES: usize = 4 << 10;
/// The code that stands for an end without a close frame (RFC 6455 §7.1.5).
const CLOSED_WITHOUT_A_WORD: u16 = 1006;

#[derive(Debug)]
pub(crate) struct Socket {
    stream: Option<WebSocketStream<TcpStream>>,
    new_session: Option<String>,
    deadline: Duration,
}

impl Socket {
    pub(crate) async fn connect(url: &str, options: &Options) -> Result<Self, Error> {
        let uri: Uri = url.parse().map_err(|_| Error::BadUrl)?;
        if uri.scheme_str() != Some("ws") {
            return Err(Error::BadUrl);
        }
        let host = uri.host().ok_or(Error::BadUrl)?.trim_matches(['[', ']']);
        let address = (host, uri.port_u16().unwrap_or(80));
        let stream = tokio::time::timeout(options.deadline, TcpStream::connect(address))
            .await
            .map_err(|_| Error::Timeout("connection"))?
            .map_err(tungstenite::Error::Io)?;
        Self::open(stream, url, options).await
    }

    pub(crate) async fn open(
        stream: TcpStream,
        url: &str,
        options: &Options,
    ) -> Result<Self, Error> {
        stream.set_nodelay(true).map_err(tungstenite::Error::Io)?;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0)
            .max_message_size(Some(SERVER_FRAME_BYTES_MAX))
            .max_frame_size(Some(SERVER_FRAME_BYTES_MAX));
        let handshake = client_async_with_config(request(url, options)?, stream, Some(config));
        let (stream, response) = tokio::time::timeout(options.deadline, handshake)
            .await
            .map_err(|_| Error::Timeout("handshake"))?
            .map_err(refused)?;
        let new_session = new_session(response.headers());
        Ok(Self { stream: Some(stream), new_session, deadline: options.deadline })
    }

    /// The session that the server made in the handshake.
    pub(crate) fn new_session(&self) -> Option<&str> {
        self.new_session.as_deref()
    }

    pub(crate) async fn send_text(&mut self, text: String) -> Result<(), Error> {
        self.send(Message::text(text)).await
    }

    pub(crate) async fn send_binary(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        self.send(Message::binary(bytes)).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Error> {
        self.stream.as_mut().ok_or_else(ended)?.send(message).await.map_err(end_of)
    }

    /// The next frame. Pings are answered on the way.
    pub(crate) async fn frame(&mut self) -> Result<ServerFrame, Error> {
        let stream = self.stream.as_mut().ok_or_else(ended)?;
        let error = loop {
            match stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    return ServerFrame::decode(&text).map_err(Error::BadFrame);
                }
                Some(Ok(Message::Close(frame))) => {
                    // The farewell is answered by tungstenite, but sent by this flush only.
                    let _ = tokio::time::timeout(self.deadline, stream.flush()).await;
                    break closed(frame);
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => break end_of(error),
                None => break ended(),
            }
        };
        self.stream = None;
        Err(error)
    }

    pub(crate) async fn frame_in_time(&mut self) -> Result<ServerFrame, Error> {
        tokio::time::timeout(self.deadline, self.frame())
            .await
            .map_err(|_| Error::Timeout("frame"))?
    }

    pub(crate) async fn close(&mut self, code: CloseCode) -> Result<(), Error> {
        let Some(stream) = self.stream.as_mut() else { return Ok(()) };
        let frame = CloseFrame { code: code.as_u16().into(), reason: "".into() };
        let farewell = async {
            stream.close(Some(frame)).await.map_err(end_of)?;
            while let Some(Ok(message)) = stream.next().await {
                if message.is_close() {
                    break;
                }
            }
            Ok(())
        };
        tokio::time::timeout(self.deadline, farewell)
            .await
            .map_err(|_| Error::Timeout("farewell"))?
    }

    /// Resets the connection: what a vanished network looks like to the server.
    pub(crate) fn abort(&mut self) {
        if let Some(stream) = self.stream.take() {
            // Should it fail, the connection ends all the same, only more politely.
            let _ = stream.get_ref().set_zero_linger();
        }
    }
}

fn request(url: &str, options: &Options) -> Result<Request<()>, Error> {
    let mut request = url.into_client_request()?;
    let headers = request.headers_mut();
    headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    if let Some(session) = &options.session {
        headers.insert(AUTHORIZATION, value(&format!("Bearer {session}"))?);
    }
    if let Some(origin) = &options.origin {
        headers.insert(ORIGIN, value(origin)?);
    }
    headers.extend(options.headers.iter().cloned());
    Ok(request)
}

fn value(text: &str) -> Result<HeaderValue, Error> {
    text.parse().map_err(|error| tungstenite::Error::HttpFormat(http::Error::from(error)).into())
}

/// The session of a `Set-Cookie` header.
fn new_session(headers: &HeaderMap) -> Option<String> {
    headers.get_all(SET_COOKIE).iter().find_map(|cookie| {
        let (name, rest) = cookie.to_str().ok()?.split_once('=')?;
        let value = rest.split(';').next()?;
        [SESSION_COOKIE, SECURE_SESSION_COOKIE].contains(&name).then(|| value.into())
    })
}

fn refused(error: tungstenite::Error) -> Error {
    match error {
        tungstenite::Error::Http(response) => {
            let status = response.status().as_u16();
            Error::Handshake { status, problem: problem(&response).map(Box::new) }
        }
        other => other.into(),
    }
}

fn problem(response: &Response<Option<Vec<u8>>>) -> Option<protocol::http::Problem> {
    serde_json::from_slice(response.body().as_deref()?).ok()
}

fn closed(frame: Option<CloseFrame>) -> Error {
    match frame {
        Some(frame) => {
            Error::Closed { code: frame.code.into(), reason: frame.reason.as_str().into() }
        }
        None => ended(),
    }
}

fn end_of(error: tungstenite::Error) -> Error {
    match error {
        tungstenite::Error::ConnectionClosed
        | tungstenite::Error::AlreadyClosed
        | tungstenite::Error::Io(_)
        | tungstenite::Error::Protocol(
            tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => ended(),
        other => other.into(),
    }
}

fn ended() -> Error {
    Error::Closed { code: CLOSED_WITHOUT_A_WORD, reason: String::new() }
}
