//! Where the metrics of the fleet are: `GET /discovery` on the admin listener, for Prometheus
//! (`http_sd_configs`). A backend is watched as soon as it has answered the router once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use http::uri::Authority;
use http::{HeaderMap, header};
use serde::Serialize;

use crate::router::{FleetView, host_of};
use crate::server::AuxServer;

/// Processes whose metrics are gathered in one way.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct TargetGroup {
    targets: Vec<String>,
    labels: BTreeMap<&'static str, String>,
}

/// The route. `own` is the admin listener's address as others reach it.
pub fn routes(aux: Arc<AuxServer>, own: String) -> Router {
    let answer = async move || Json(groups(&aux.fleet_view(), &own));
    Router::new().route("/discovery", get(answer))
}

/// The route where the whole fleet is this process: it is where it was asked, or else where it
/// listens.
pub fn routes_of_one_process(listening: SocketAddr) -> Router {
    let answer = async move |headers: HeaderMap| Json([one_process(&headers, listening)]);
    Router::new().route("/discovery", get(answer))
}

fn one_process(headers: &HeaderMap, listening: SocketAddr) -> TargetGroup {
    let asked = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let asked = asked.and_then(|host| host.parse::<Authority>().ok());
    let target = asked.map_or_else(|| listening.to_string(), |host| host.to_string());
    group("instantchat", "instantchat".into(), target)
}

/// The host under which others reach this process, with its admin listener's port.
pub fn admin_address(advertised: &str, admin_port: u16) -> String {
    format!("{}:{admin_port}", host_of(advertised))
}

/// Everybody whose admin port is known. Who is down stays, so that its absence is seen.
fn groups(view: &FleetView, own: &str) -> Vec<TargetGroup> {
    let aux = group("aux-srv", "aux-srv".into(), own.to_owned());
    let backends = view.backends.iter().filter_map(|backend| {
        // A second name of one process would count it twice.
        let is_met = backend.admin_port > 0 && backend.twin_of.is_none();
        let address = backend.name.as_str();
        let shown = Some(&backend.display_name).filter(|name| !name.is_empty());
        let name = shown.map_or(address, String::as_str).to_owned();
        is_met.then(|| group("backend", name, admin_address(address, backend.admin_port)))
    });
    let files = view.files.iter().filter_map(|files| {
        let port = files.facts.as_ref()?.admin_port;
        let name = format!("file-srv-{:02}", files.number);
        Some(group("file-srv", name, admin_address(&files.fleet, port)))
    });
    std::iter::once(aux).chain(backends).chain(files).collect()
}

fn group(process: &str, name: String, target: String) -> TargetGroup {
    TargetGroup {
        targets: vec![target],
        labels: BTreeMap::from([("process", process.to_owned()), ("name", name)]),
    }
}

#[cfg(test)]
mod tests;
