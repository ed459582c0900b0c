//! Who may pass: the token itself in a header, or a session that was opened with it. Changes by
//! session carry the session's CSRF token and come from this very page.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Extension, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use service::http::{ClientAddress, Origins};

use super::door::Door;
use super::refusal::Refusal;
use super::sessions::{SESSION_MS, Session};

/// The header of the CSRF token.
const CSRF_HEADER: HeaderName = HeaderName::from_static("instantchat-csrf");
/// The cookie where the page came by plain HTTP, through a tunnel for example.
const COOKIE: &str = "instantchat-admin";
/// The cookie where it came by TLS.
const SECURE_COOKIE: &str = "__Host-instantchat-admin";

/// How a request came in.
#[derive(Clone, Debug)]
pub(super) enum Visitor {
    /// With the token.
    Token,
    /// With a session of this name.
    Browser(String, Session),
}

/// What the login form sends.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Login {
    token: String,
}

/// What the page learns of its session.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionView {
    csrf: String,
    expires: u64,
}

/// Lets a request pass, or not.
pub(super) async fn admit(
    State(door): State<Arc<Door>>,
    ClientAddress(address): ClientAddress,
    mut request: Request,
    next: Next,
) -> Response {
    if !door.has_token() {
        return Refusal::NoToken.into_response();
    }
    let admitted = match bearer(request.headers()) {
        Some(token) => door.judge(address, token).map(|()| Visitor::Token),
        None => by_session(&door, &request),
    };
    match admitted {
        Ok(visitor) => {
            request.extensions_mut().insert(visitor);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// `POST /api/admin/login`: the token for a cookie.
pub(super) async fn enter(
    State(door): State<Arc<Door>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    login: Result<Json<Login>, JsonRejection>,
) -> Result<Response, Refusal> {
    if !door.has_token() {
        return Err(Refusal::NoToken);
    }
    if !is_this_page(&headers) {
        return Err(Refusal::BadOrigin);
    }
    let Json(login) = login.map_err(|_| Refusal::BadRequest("a body {\"token\": …}".into()))?;
    door.judge(address, &login.token)?;
    let (name, session) = door.sessions.open(door.clock.now());
    tracing::info!(%address, action = "login", "admin");
    let cookie = cookie(&headers, &name, SESSION_MS / 1_000);
    Ok(([(header::SET_COOKIE, cookie)], Json(SessionView::of(session))).into_response())
}

/// `GET /api/admin/session`: the page was loaded anew.
pub(super) async fn session(Extension(visitor): Extension<Visitor>) -> Result<Response, Refusal> {
    match visitor {
        Visitor::Browser(_, session) => Ok(Json(SessionView::of(session)).into_response()),
        Visitor::Token => Err(Refusal::NotFound("a bearer of the token has no session")),
    }
}

/// `DELETE /api/admin/session`: the operator leaves.
pub(super) async fn leave(
    State(door): State<Arc<Door>>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
) -> Response {
    if let Visitor::Browser(name, _) = visitor {
        door.sessions.close(&name);
    }
    let gone = cookie(&headers, "", 0);
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response()
}

impl SessionView {
    fn of(session: Session) -> Self {
        Self { csrf: session.csrf, expires: session.expires }
    }
}

fn by_session(door: &Door, request: &Request) -> Result<Visitor, Refusal> {
    let headers = request.headers();
    let name = session_name(headers).ok_or(Refusal::Unauthorized)?;
    let session = door.sessions.get(name, door.clock.now()).ok_or(Refusal::Unauthorized)?;
    if !request.method().is_safe() {
        if !is_this_page(headers) {
            return Err(Refusal::BadOrigin);
        }
        let csrf = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok());
        if !csrf.is_some_and(|csrf| session.allows(csrf)) {
            return Err(Refusal::Csrf);
        }
    }
    Ok(Visitor::Browser(name.to_owned(), session))
}

/// Whether the page that asks was served from the address that it asks. Browsers tell the origin
/// with every change.
fn is_this_page(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) && Origins::default().allows(headers)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(str::trim)
}

/// The session that the cookie names; the one given under TLS counts first.
fn session_name(headers: &HeaderMap) -> Option<&str> {
    let value = |name: &str| {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs =
            lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
        pairs.find_map(|(key, value)| (key.trim() == name).then_some(value))
    };
    value(SECURE_COOKIE).or_else(|| value(COOKIE))
}

/// The `Set-Cookie` line. TLS ends before this process, if there is any, so the page's own origin
/// says whether there is.
fn cookie(headers: &HeaderMap, value: &str, seconds: u64) -> HeaderValue {
    let origin = headers.get(header::ORIGIN).map(HeaderValue::as_bytes);
    let secure = origin.is_some_and(|origin| origin.starts_with(b"https:"));
    let (name, flag) = if secure { (SECURE_COOKIE, "; Secure") } else { (COOKIE, "") };
    let text =
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{flag}");
    HeaderValue::try_from(text).expect("a session's name is base64url")
}
