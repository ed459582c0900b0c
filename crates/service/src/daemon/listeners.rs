//! The three listeners of a daemon: bound before its work begins, so that a taken address ends it at
//! once, and served until their time is over.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;

use super::config::ProcessConfig;
use super::{Process, Routes};
use crate::http::{ServeOptions, serve};
use crate::{Lifecycle, admin};

/// How long the listeners that outlast the work wait for a last answer to be taken.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// The bound listeners.
pub(super) struct Listeners {
    pub(super) http: TcpListener,
    pub(super) admin: TcpListener,
    pub(super) fleet: TcpListener,
}

/// The listeners that outlast the work: as long as a backend has rooms to end, the router must not
/// find its address closed and take it for dead, and a process that stops says so when asked.
pub(super) struct Last(Lifecycle);

impl Listeners {
    /// Binds all.
    pub(super) async fn bind(config: &ProcessConfig) -> anyhow::Result<Self> {
        Ok(Self {
            http: bound("http.listen", config.http.listen).await?,
            admin: bound("admin.listen", config.admin.listen).await?,
            fleet: bound("fleet.listen", config.fleet.listen).await?,
        })
    }

    /// Where the others reach the fleet listener.
    pub(super) fn advertised(&self, config: &ProcessConfig) -> std::io::Result<String> {
        let advertised = &config.fleet.advertise;
        if advertised.is_empty() {
            return Ok(self.fleet.local_addr()?.to_string());
        }
        Ok(advertised.clone())
    }

    /// Serves all: the public one until the soft stop, the others until [`Last::end`].
    pub(super) fn serve(self, config: ProcessConfig, process: Process, routes: Routes) -> Last {
        let Process { lifecycle, registry, tls, .. } = process;
        let watch = admin::router(registry, lifecycle.clone(), routes.ready);
        let last = Lifecycle::new();
        let public = ServeOptions {
            limits: config.http.limits,
            trusted_proxies: config.trusted_proxies,
            tls: None,
        };
        let inner = ServeOptions { tls: tls.map(|tls| tls.server), ..ServeOptions::default() };
        let admin = ServeOptions::default();
        lifecycle.spawn(serve(self.http, routes.http, public, lifecycle.clone()));
        last.spawn(serve(self.admin, watch.merge(routes.admin), admin, last.clone()));
        last.spawn(serve(self.fleet, or_not_found(routes.fleet), inner, last.clone()));
        Last(last)
    }
}

impl Last {
    /// Ends them.
    pub(super) async fn end(self) {
        self.0.finish(LAST_ANSWERS).await;
    }
}

/// Nothing but calls is answered on the fleet listener.
fn or_not_found(routes: Router) -> Router {
    routes.fallback(async || http::StatusCode::NOT_FOUND)
}

async fn bound(key: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.with_context(|| format!("{key}: cannot listen on {address}"))
}
