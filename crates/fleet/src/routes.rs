//! The routes of a fleet listener: whatever implements a callee's trait answers over HTTP.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{MethodRouter, post};
use http::StatusCode;
use placement::RunId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::calls::{Answer, Aux, Backend, Files};
use crate::error::CallError;
use crate::guard::{Guard, Refusal, Replay};
use crate::limits::CALL_MAX;
use crate::paths;

/// The routes of a backend.
pub fn backend_routes(backend: Arc<dyn Backend>, guard: Guard) -> Router {
    let call = Call { callee: backend, guard };
    Router::new()
        .route(paths::STATUS, call.route(Replay::Refused, |backend, poll| backend.status(poll)))
        .route(paths::SUMMARY, call.route(Replay::Harmless, |backend, room| backend.summary(room)))
        .route(
            paths::ROOMS,
            call.route(Replay::Refused, |backend, (after, limit)| backend.rooms(after, limit)),
        )
        .route(
            paths::DELETE,
            call.route(Replay::Refused, |backend, (run, room)| backend.delete(RunId(run), room)),
        )
        .route(
            paths::ANNOUNCE,
            call.route(Replay::Refused, |backend, (run, text)| backend.announce(RunId(run), text)),
        )
}

/// The routes of the router.
pub fn aux_routes(aux: Arc<dyn Aux>, guard: Guard) -> Router {
    let call = Call { callee: aux, guard };
    Router::new()
        .route(paths::REPORT, call.route(Replay::Refused, |aux, report| aux.report(report)))
        .route(paths::RELEASE, call.route(Replay::Refused, |aux, release| aux.release(release)))
}

/// The routes of a file server.
pub fn files_routes(files: Arc<dyn Files>, guard: Guard) -> Router {
    let call = Call { callee: files, guard };
    Router::new()
        .route(paths::NOTICES, call.route(Replay::Refused, |files, list| files.notices(list)))
        .route(paths::FACTS, call.route(Replay::Refused, |files, ()| files.facts()))
}

/// Who answers, and to whom.
struct Call<C: ?Sized> {
    callee: Arc<C>,
    guard: Guard,
}

impl<C: ?Sized + Send + Sync + 'static> Call<C> {
    fn route<Q, A>(
        &self,
        replay: Replay,
        ask: for<'a> fn(&'a C, Q) -> Answer<'a, A>,
    ) -> MethodRouter
    where
        Q: DeserializeOwned + Send + 'static,
        A: Serialize + Send + Sync + 'static,
    {
        let (callee, guard) = (Arc::clone(&self.callee), self.guard.clone());
        post(async move |request: Request| answer(&*callee, &guard, replay, ask, request).await)
    }
}

async fn answer<C: ?Sized, Q: DeserializeOwned, A: Serialize>(
    callee: &C,
    guard: &Guard,
    replay: Replay,
    ask: for<'a> fn(&'a C, Q) -> Answer<'a, A>,
    request: Request,
) -> Response {
    let (nonce, body) = match guard.admit(request, replay).await {
        Ok(admitted) => admitted,
        Err(refusal) => return guard.refuse(&refusal),
    };
    let asked = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => {
            let detail = error.to_string();
            return guard.refuse(&Refusal::of(nonce, StatusCode::BAD_REQUEST, detail));
        }
    };
    match tokio::time::timeout(CALL_MAX, ask(callee, asked)).await {
        Ok(Ok(value)) => guard.answer(nonce, StatusCode::OK, &value),
        Ok(Err(CallError::Stale { newest })) => {
            guard.answer(nonce, StatusCode::CONFLICT, &newest.0)
        }
        Ok(Err(error)) => {
            let (status, detail) = refusal_of(error);
            guard.refuse(&Refusal::of(nonce, status, detail))
        }
        Err(_) => {
            let detail = "it takes too long".to_owned();
            guard.refuse(&Refusal::of(nonce, StatusCode::GATEWAY_TIMEOUT, detail))
        }
    }
}

/// What a callee's error is to its caller.
fn refusal_of(error: CallError) -> (StatusCode, String) {
    match error {
        CallError::Rejected { status, detail } => {
            let status = StatusCode::from_u16(status).ok().filter(|status| !status.is_success());
            (status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), detail)
        }
        CallError::Timeout => (StatusCode::GATEWAY_TIMEOUT, error.to_string()),
        error => (StatusCode::BAD_GATEWAY, error.to_string()),
    }
}
