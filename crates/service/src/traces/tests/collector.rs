//! A collector as an exporter may meet one.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use tokio::net::TcpListener;

use crate::Lifecycle;
use crate::http::{ServeOptions, serve};

/// What it was asked to take.
pub(super) type Request = ExportTraceServiceRequest;

/// What it does when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Takes,
    /// It does not listen.
    Away,
    Refuses,
    /// It never answers.
    Hangs,
}

pub(super) struct Collector {
    pub(super) url: String,
    address: SocketAddr,
    state: State,
}

#[derive(Clone)]
struct State(Arc<Mutex<(Mood, Vec<Request>)>>);

impl Collector {
    pub(super) async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = State(Arc::new(Mutex::new((mood, Vec::new()))));
        if mood != Mood::Away {
            state.serve(listener);
        }
        Self { url: format!("http://{address}"), address, state }
    }

    /// Changes its mood, and begins to listen if it did not.
    pub(super) async fn set(&self, mood: Mood) {
        let before = std::mem::replace(&mut self.state.0.lock().unwrap().0, mood);
        if before == Mood::Away {
            self.state.serve(TcpListener::bind(self.address).await.unwrap());
        }
    }

    /// What it took.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.state.0.lock().unwrap().1.clone()
    }

    /// How often it was asked.
    pub(super) fn asked(&self) -> usize {
        self.state.0.lock().unwrap().1.len()
    }
}

impl State {
    fn serve(&self, listener: TcpListener) {
        let state = self.clone();
        let take = move |headers: HeaderMap, body: Bytes| state.clone().take(headers, body);
        let routes = Router::new().route("/v1/traces", post(take));
        tokio::spawn(serve(listener, routes, ServeOptions::default(), Lifecycle::new()));
    }

    async fn take(self, headers: HeaderMap, body: Bytes) -> StatusCode {
        assert_eq!(headers["content-type"], "application/x-protobuf");
        let mood = {
            let mut state = self.0.lock().unwrap();
            state.1.push(Request::decode(body).unwrap());
            state.0
        };
        match mood {
            Mood::Takes => StatusCode::OK,
            Mood::Refuses | Mood::Away => StatusCode::BAD_REQUEST,
            Mood::Hangs => std::future::pending().await,
        }
    }
}
