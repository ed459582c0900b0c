//! Calls between processes over real sockets: every answer of an honest process, and every way in
//! which a process or whoever pretends to be one can fail.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bounds;
mod callee;
mod encrypted;
mod failures;
mod liar;
mod round_trip;
mod strangers;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use fleet::{Caller, Guard, backend_routes};
use placement::RunId;
use protocol::token::Keyring;
use service::http::{ServeOptions, serve};
use service::tls::Tls;
use service::{Clock, Lifecycle};
use tokio::net::TcpListener;

use callee::Callee;

/// The run that is called.
const RUN: RunId = RunId(3);

/// The keys of the fleet of these tests.
fn keys() -> Keyring {
    Keyring::new(b"the secret of a fleet that calls", None).unwrap()
}

/// The keys of another fleet.
fn strangers() -> Keyring {
    Keyring::new(b"the secret of quite another fleet", None).unwrap()
}

fn caller() -> Caller {
    Caller::new(keys(), Clock::system(), None).unwrap()
}

/// A fleet listener that lives as long as its test.
struct Served {
    address: SocketAddr,
    lifecycle: Lifecycle,
}

impl Served {
    async fn new(routes: Router, tls: Option<&Tls>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let tls = tls.map(|tls| Arc::clone(&tls.server));
        let options = ServeOptions { tls, ..ServeOptions::default() };
        let lifecycle = Lifecycle::new();
        lifecycle.spawn(serve(listener, routes, options, lifecycle.clone()));
        Self { address, lifecycle }
    }

    /// A backend that is this callee.
    async fn backend(callee: &Arc<Callee>) -> Self {
        let guard = Guard::new(keys(), Clock::system());
        Self::new(backend_routes(callee.clone(), guard), None).await
    }

    fn address(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.lifecycle.hard_stop();
    }
}
