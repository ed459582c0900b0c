//! The operator's door: a page and a JSON API about the whole fleet, on the admin listener only.
//!
//! It shows rooms' names to whoever has the token, and to nobody else: no log line holds one.

mod actions;
mod door;
mod files;
mod fleet;
mod guard;
mod refusal;
mod rooms;
mod sessions;
mod shown;
mod token;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use service::Clock;
use service::http::security_headers;

use crate::server::AuxServer;
use door::Door;

pub use fleet::Fleet;
pub use token::{AdminToken, TOKEN_VARIABLE, WeakToken};

/// Bytes of the body of a request: a notice of four-byte characters, all of them escaped.
const BODY_BYTES_MAX: usize = 8 << 10;

impl AuxServer {
    /// The operator's door to this server's fleet: [`routes`].
    pub fn admin_router(self: &Arc<Self>, token: Option<AdminToken>) -> Router {
        routes(Arc::clone(self) as _, token, self.keys.key_id(), self.clock.clone())
    }
}

/// The routes of the page (`/admin/`) and of the API (`/api/admin/…`). Without a token they answer
/// that there is none. `key_id` is the public name of the key that the router signs with.
pub fn routes(
    fleet: Arc<dyn Fleet>,
    token: Option<AdminToken>,
    key_id: &str,
    clock: Clock,
) -> Router {
    let door = Arc::new(Door::new(fleet, token, key_id, clock));
    let behind = Router::new()
        .route("/fleet", get(actions::fleet))
        .route("/rooms", get(actions::rooms))
        .route("/rooms/{backend}/delete", post(actions::delete))
        .route("/backends/{name}/drain", post(actions::drain))
        .route("/backends/{name}/undrain", post(actions::undrain))
        .route("/notice", post(actions::notice))
        .route("/session", get(guard::session).delete(guard::leave))
        .fallback(refusal::no_such_path)
        .method_not_allowed_fallback(refusal::no_such_method)
        .layer(from_fn_with_state(Arc::clone(&door), guard::admit));
    let api = Router::new()
        .route("/login", post(guard::enter).fallback(refusal::no_such_method))
        .fallback_service(behind.with_state(Arc::clone(&door)))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn(refusal::keep_from_caches))
        .with_state(Arc::clone(&door));
    let routes = Router::new().merge(files::routes(&door)).nest("/api/admin", api);
    security_headers(routes)
}
