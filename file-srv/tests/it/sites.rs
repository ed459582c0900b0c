//! Sites that tests link to: on loopback, at an address that the server may reach.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, StatusCode, header};
use protocol::http::GRANT_HEADER;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::fixture::{ROOM, TestServer};

/// What a site answers to a path.
#[derive(Clone)]
pub(crate) enum Answer {
    /// A body of a type.
    Body(&'static str, Vec<u8>),
    /// A redirect.
    To(String),
    /// A status without a body.
    Status(StatusCode),
    /// A page, with one more header.
    With(&'static str, &'static str, Vec<u8>),
    /// A body that begins like this and goes on with this for ever.
    Endless(&'static str, Vec<u8>, Vec<u8>),
    /// A page that comes byte by byte, for ever.
    Crawling,
    /// Nothing, for ever.
    Silent,
}

/// A site. Dropped, it is gone.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    answers: HashMap<String, Answer>,
    requests: Vec<(String, HeaderMap)>,
}

impl Site {
    /// A site at 127.0.0.2, where no name of loopback leads.
    pub(crate) async fn new() -> Self {
        Self::at("127.0.0.2:0").await
    }

    /// A site at an address.
    pub(crate) async fn at(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(Seen::default()));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&state));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, state, task }
    }

    /// What it answers to a path.
    pub(crate) fn answers(&self, path: &str, answer: Answer) -> String {
        self.state.lock().unwrap().answers.insert(path.into(), answer);
        self.url(path)
    }

    /// A page at a path.
    pub(crate) fn page(&self, path: &str, html: &str) -> String {
        self.answers(path, Answer::Body("text/html", html.into()))
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The paths that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().requests.iter().map(|(path, _)| path.clone()).collect()
    }

    /// The headers of the first request.
    pub(crate) fn first_headers(&self) -> HeaderMap {
        self.state.lock().unwrap().requests[0].1.clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(state): State<Arc<Mutex<Seen>>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let answer = {
        let mut seen = state.lock().unwrap();
        seen.requests.push((path.clone(), request.headers().clone()));
        seen.answers.get(&path).cloned()
    };
    match answer {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(Answer::Status(status)) => status.into_response(),
        Some(Answer::Body(kind, body)) => ([(header::CONTENT_TYPE, kind)], body).into_response(),
        Some(Answer::To(location)) => {
            (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
        }
        Some(Answer::With(name, value, body)) => {
            ([(header::CONTENT_TYPE.as_str(), "text/html"), (name, value)], body).into_response()
        }
        Some(Answer::Endless(kind, begin, more)) => {
            let more = stream::repeat(Bytes::from(more));
            let chunks = stream::StreamExt::chain(stream::iter([Bytes::from(begin)]), more);
            let body = Body::from_stream(stream::StreamExt::map(chunks, Ok::<_, std::io::Error>));
            ([(header::CONTENT_TYPE, kind)], body).into_response()
        }
        Some(Answer::Crawling) => {
            let bytes = stream::unfold((), |()| async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Some((Ok::<_, std::io::Error>(Bytes::from_static(b"<")), ()))
            });
            ([(header::CONTENT_TYPE, "text/html")], Body::from_stream(bytes)).into_response()
        }
        Some(Answer::Silent) => std::future::pending().await,
    }
}

/// A server that reaches a site, and answers refusals at once.
pub(crate) async fn reaching(site: &Site) -> TestServer {
    TestServer::that_reaches(&[site.address], |config| config.previews.refusal_ms_min = 0).await
}

impl TestServer {
    /// Asks for a preview, for the tests' room.
    pub(crate) async fn preview(&self, url: &str) -> reqwest::Response {
        self.preview_as(&self.grant(ROOM), url).await
    }

    /// Asks for a preview with a grant.
    pub(crate) async fn preview_as(&self, grant: &str, url: &str) -> reqwest::Response {
        let body = serde_json::json!({ "url": url }).to_string();
        self.http
            .post(format!("{}/api/previews", self.url))
            .header(GRANT_HEADER, grant)
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// Asks for a preview that there is.
    pub(crate) async fn previewed(&self, url: &str) -> protocol::http::Previewed {
        let response = self.preview(url).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(status, 201, "{url}: {text}\n{}", self.metrics());
        serde_json::from_str(&text).unwrap()
    }
}
