//! The admin listener: liveness, readiness, metrics. Never the public one.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use prometheus_client::registry::Registry;

use crate::lifecycle::Lifecycle;

/// The text format of metrics (OpenMetrics 1.0).
const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Whether the process can do its work; the error says what is in the way.
pub type ReadyCheck =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// What the listener tells.
#[derive(Clone)]
struct Admin {
    registry: Arc<Registry>,
    lifecycle: Lifecycle,
    ready: ReadyCheck,
}

/// The routes `/livez`, `/readyz` and `/metrics`.
pub fn router(registry: Arc<Registry>, lifecycle: Lifecycle, ready: ReadyCheck) -> Router {
    Router::new()
        .route("/livez", get(|| async { "live\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(Admin { registry, lifecycle, ready })
}

/// A process that stops is alive, but takes no new work.
async fn readyz(State(admin): State<Admin>) -> Response {
    if admin.lifecycle.stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    match (admin.ready)().await {
        Ok(()) => "ready\n".into_response(),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response(),
    }
}

async fn metrics(State(admin): State<Admin>) -> Response {
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &admin.registry) {
        Ok(()) => ([(header::CONTENT_TYPE, METRICS_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
