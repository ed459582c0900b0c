//! The admin listener: liveness, readiness, metrics. Never the public one.

mod readiness;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use prometheus_client::registry::Registry;

use crate::lifecycle::Lifecycle;
use readiness::Readiness;

pub use readiness::ReadyCheck;

/// The text format of metrics (OpenMetrics 1.0).
const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the listener tells.
#[derive(Clone)]
struct Admin {
    registry: Arc<Registry>,
    readiness: Readiness,
}

/// The routes `/livez`, `/readyz` and `/metrics`. The registry is complete but for the metric that
/// tells what `/readyz` does; it is kept up to date until the soft stop.
pub fn router(mut registry: Registry, lifecycle: Lifecycle, ready: ReadyCheck) -> Router {
    let readiness = Readiness::watch(&mut registry, lifecycle, ready);
    Router::new()
        .route("/livez", get(|| async { "live\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(Admin { registry: Arc::new(registry), readiness })
}

async fn readyz(State(admin): State<Admin>) -> Response {
    match admin.readiness.ask().await {
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
