//! The opening handshake (RFC 6455 §4.2): judges a request and makes the 101.
//! Origin, session and room are not its concern. No extension is accepted yet;
//! an accepted `permessage-deflate` would be one more field of [`Handshake`].

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    ALLOW, CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Version};
use sha1::{Digest, Sha1};

/// The subprotocol of this product; a client may leave it out.
pub const SUBPROTOCOL: &str = "instantchat.v1";

/// What the standard appends to the key before it is hashed.
const KEY_SUFFIX: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// A key is this many random bytes.
const KEY_BYTES: usize = 16;
/// The one version of the standard.
const VERSION: &str = "13";

/// A request that may be upgraded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    accept: HeaderValue,
    /// [`SUBPROTOCOL`], if the client offered it.
    pub subprotocol: Option<&'static str>,
}

/// Why a request cannot be upgraded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeRefused {
    /// The method is not GET.
    #[error("a WebSocket is opened with GET")]
    Method,
    /// The request is not HTTP/1.1.
    #[error("a WebSocket is opened over HTTP/1.1")]
    HttpVersion,
    /// `Upgrade: websocket` or `Connection: Upgrade` is missing.
    #[error("this address is a WebSocket: the request must ask for an upgrade")]
    NoUpgrade,
    /// `Sec-WebSocket-Version` is not 13.
    #[error("the WebSocket version must be 13")]
    WebSocketVersion,
    /// `Sec-WebSocket-Key` is not one value of 16 bytes in base64.
    #[error("the WebSocket key must be 16 bytes in base64")]
    Key,
}

/// Judges a request.
pub fn accept(request: &Parts) -> Result<Handshake, HandshakeRefused> {
    let headers = &request.headers;
    if request.method != Method::GET {
        return Err(HandshakeRefused::Method);
    }
    if request.version != Version::HTTP_11 {
        return Err(HandshakeRefused::HttpVersion);
    }
    if !has_token(headers, UPGRADE, "websocket") || !has_token(headers, CONNECTION, "upgrade") {
        return Err(HandshakeRefused::NoUpgrade);
    }
    if only(headers, SEC_WEBSOCKET_VERSION).is_none_or(|version| version != VERSION) {
        return Err(HandshakeRefused::WebSocketVersion);
    }
    let key = only(headers, SEC_WEBSOCKET_KEY).ok_or(HandshakeRefused::Key)?;
    if STANDARD.decode(key).map(|bytes| bytes.len()) != Ok(KEY_BYTES) {
        return Err(HandshakeRefused::Key);
    }
    let offered = tokens(headers, SEC_WEBSOCKET_PROTOCOL).any(|token| token == SUBPROTOCOL);
    Ok(Handshake { accept: accept_value(key), subprotocol: offered.then_some(SUBPROTOCOL) })
}

/// What follows a prefix in the first subprotocol offered that has it.
pub fn offered<'r>(request: &'r Parts, prefix: &str) -> Option<&'r str> {
    tokens(&request.headers, SEC_WEBSOCKET_PROTOCOL).find_map(|token| token.strip_prefix(prefix))
}

impl Handshake {
    /// The 101 that completes the handshake.
    pub fn response<B: Default>(&self) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, self.accept.clone());
        if let Some(subprotocol) = self.subprotocol {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(subprotocol));
        }
        response
    }
}

impl HandshakeRefused {
    /// The status of the answer.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::HttpVersion => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            Self::NoUpgrade | Self::WebSocketVersion => StatusCode::UPGRADE_REQUIRED,
            Self::Key => StatusCode::BAD_REQUEST,
        }
    }

    /// The headers that the status asks for; the body is the caller's.
    pub fn headers(self) -> HeaderMap {
        let fields: &[(HeaderName, &'static str)] = match self {
            Self::Method => &[(ALLOW, "GET")],
            Self::NoUpgrade => &[(UPGRADE, "websocket"), (CONNECTION, "Upgrade")],
            Self::WebSocketVersion => {
                &[(SEC_WEBSOCKET_VERSION, VERSION), (UPGRADE, "websocket"), (CONNECTION, "Upgrade")]
            }
            Self::HttpVersion | Self::Key => &[],
        };
        let field = |(name, value): &(HeaderName, &'static str)| {
            (name.clone(), HeaderValue::from_static(value))
        };
        fields.iter().map(field).collect()
    }
}

/// base64(SHA-1(key + suffix)), which proves nothing but that we speak WebSocket.
fn accept_value(key: &str) -> HeaderValue {
    let hash = Sha1::new().chain_update(key).chain_update(KEY_SUFFIX).finalize();
    HeaderValue::try_from(STANDARD.encode(hash)).expect("base64 is visible ASCII")
}

/// The value of a header that occurs once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().map(str::trim),
        _ => None,
    }
}

/// The elements of a comma-separated list, which may be spread over several
/// headers of the same name.
fn tokens(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

fn has_token(headers: &HeaderMap, name: HeaderName, wanted: &str) -> bool {
    tokens(headers, name).any(|token| token.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests;
