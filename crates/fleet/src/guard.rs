//! Who may call: whoever signs with the fleet's secret, lately, and with a nonce that is new.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use protocol::token::Keyring;
use protocol::wire::Id128;
use serde::Serialize;
use service::Clock;

use crate::limits::{CALL_MAX, CLOCKS_APART_MAX_MS, NONCES_MAX, REQUEST_BYTES_MAX, WARN_EVERY_MS};
use crate::nonces::{Nonces, NotNew};
use crate::signature::{ANSWER_HEADER, QUESTION_HEADER, Question, Sealed, digest};

/// What a process accepts calls by. Clones share the memory of what was said before.
#[derive(Clone)]
pub struct Guard(Arc<Shared>);

struct Shared {
    keys: Keyring,
    clock: Clock,
    nonces: Nonces,
    /// When a call with a wrong secret was last written to the log.
    warned: AtomicU64,
}

/// Whether a question may be asked twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replay {
    /// It changes something.
    Refused,
    /// It only reads, so often that its nonces are not remembered: whoever could ask it again can
    /// read the first answer.
    Harmless,
}

/// Why a question is not answered.
pub(crate) struct Refusal {
    status: StatusCode,
    detail: String,
    /// The question's nonce, if its signature is the fleet's: the refusal is signed as well then.
    nonce: Option<Id128>,
}

impl Guard {
    /// A guard that has heard nothing yet.
    pub fn new(keys: Keyring, clock: Clock) -> Self {
        // A question may be signed by a clock ahead of ours and stays good until ours is as far
        // behind: twice the difference.
        let nonces = Nonces::new(NONCES_MAX, 2 * CLOCKS_APART_MAX_MS);
        Self(Arc::new(Shared { keys, clock, nonces, warned: AtomicU64::new(0) }))
    }

    /// The nonce of a request and its body. The signature is judged before the body is read.
    pub(crate) async fn admit(
        &self,
        request: Request,
        replay: Replay,
    ) -> Result<(Id128, Bytes), Refusal> {
        let question = self.signed(request.headers())?;
        let refused = |status, detail: &str| {
            Err(Refusal { status, detail: detail.into(), nonce: Some(question.nonce) })
        };
        if question.method != request.method().as_str() || question.path != request.uri().path() {
            return refused(StatusCode::UNAUTHORIZED, "signed for another path");
        }
        let apart = self.0.clock.unix().abs_diff(question.unix);
        if apart > CLOCKS_APART_MAX_MS {
            let detail = format!("signed {apart} ms away from this clock");
            return refused(StatusCode::UNAUTHORIZED, &detail);
        }
        let body = match body_of(request.into_body()).await {
            Ok(body) => body,
            Err((status, detail)) => return refused(status, detail),
        };
        if digest(&body) != question.digest {
            return refused(StatusCode::UNAUTHORIZED, "signed for another body");
        }
        if replay == Replay::Refused {
            match self.0.nonces.use_once(question.nonce, self.0.clock.mono()) {
                Ok(()) => {}
                Err(NotNew::Used) => return refused(StatusCode::UNAUTHORIZED, "said before"),
                Err(NotNew::Full) => {
                    return refused(StatusCode::TOO_MANY_REQUESTS, "too many calls");
                }
            }
        }
        Ok((question.nonce, body))
    }

    /// A signed answer.
    pub(crate) fn answer(
        &self,
        nonce: Id128,
        status: StatusCode,
        value: &impl Serialize,
    ) -> Response {
        let body = serde_json::to_vec(value).expect("an answer has string keys only");
        let sealed = Sealed { nonce, status: status.as_u16(), digest: digest(&body) };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let token = sealed.sign(&self.0.keys);
        if let Ok(token) = token.parse() {
            response.headers_mut().insert(ANSWER_HEADER, token);
        }
        response
    }

    /// A refusal, signed if the question was.
    pub(crate) fn refuse(&self, refusal: &Refusal) -> Response {
        match refusal.nonce {
            Some(nonce) => self.answer(nonce, refusal.status, &refusal.detail),
            None => {
                let mut response = Response::new(Body::from(refusal.detail.clone()));
                *response.status_mut() = refusal.status;
                response
            }
        }
    }

    fn signed(&self, headers: &HeaderMap) -> Result<Question, Refusal> {
        let mut tokens = headers.get_all(QUESTION_HEADER).iter();
        let (Some(token), None) = (tokens.next(), tokens.next()) else {
            return Err(unsigned("not signed".into()));
        };
        let token = token.to_str().unwrap_or_default();
        Question::verify(&self.0.keys, token).map_err(|error| {
            self.warn(&error.to_string());
            unsigned(error.to_string())
        })
    }

    /// Says, but not for every call, that somebody calls with another secret.
    fn warn(&self, error: &str) {
        let now = self.0.clock.now();
        let due = |last: u64| (now >= last.saturating_add(WARN_EVERY_MS)).then_some(now);
        if self.0.warned.try_update(Ordering::Relaxed, Ordering::Relaxed, due).is_ok() {
            tracing::warn!(error, "a call of another fleet, or with another secret, is refused");
        }
    }
}

impl Refusal {
    /// Of a question that the guard admitted.
    pub(crate) fn of(nonce: Id128, status: StatusCode, detail: String) -> Self {
        Self { status, detail, nonce: Some(nonce) }
    }
}

fn unsigned(detail: String) -> Refusal {
    Refusal { status: StatusCode::UNAUTHORIZED, detail, nonce: None }
}

async fn body_of(body: Body) -> Result<Bytes, (StatusCode, &'static str)> {
    match tokio::time::timeout(CALL_MAX, to_bytes(body, REQUEST_BYTES_MAX)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err((StatusCode::PAYLOAD_TOO_LARGE, "cut off, or larger than 1 MiB")),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "too slow")),
    }
}
