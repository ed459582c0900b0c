//! The operator's door before a fleet that only remembers what it was asked.

mod actions;
mod entrance;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use fleet::{Announced, Answer, CallError, Poll, PollAnswer, RoomRow, RoomSummary};
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use placement::{BackendName, Load, Phase, RunId};
use serde_json::Value;
use service::Clock;
use service::clock::ManualClock;
use tower::ServiceExt;

use super::{AdminToken, Fleet, routes};
use crate::router::{BackendView, Drain, DrainError, FleetView, Why};

const TOKEN: &str = "the token of the tests, long enough to be one";
const START: u64 = 1_000_000;

/// A fleet of two backends that are up and of one that is down.
#[derive(Default)]
struct Fake {
    drained: Mutex<Vec<BackendName>>,
    /// What backends were asked to do.
    done: Arc<Mutex<Vec<String>>>,
    rooms: Vec<RoomRow>,
}

/// One of its backends.
struct FakeBackend {
    name: String,
    done: Arc<Mutex<Vec<String>>>,
    rooms: Vec<RoomRow>,
}

impl Fleet for Fake {
    fn view(&self) -> FleetView {
        let backends = [("b1:1", Phase::Up), ("b2:1", Phase::Up), ("b3:1", Phase::Down)];
        FleetView {
            backends: backends.map(|(name, phase)| self.backend_view(name, phase)).into(),
            files: Vec::new(),
            roster_problem: None,
            disk_problem: None,
            is_superseded: false,
            is_settled: true,
            rooms_known: 31,
            conflicts: 0,
        }
    }

    fn backend(&self, name: &BackendName) -> Option<Arc<dyn fleet::Backend>> {
        let name = name.as_str();
        ["b1:1", "b2:1", "b3:1"].contains(&name).then(|| {
            let rooms = if name == "b1:1" { self.rooms.clone() } else { Vec::new() };
            let done = Arc::clone(&self.done);
            Arc::new(FakeBackend { name: name.to_owned(), done, rooms }) as _
        })
    }

    fn drain(&self, name: &BackendName, drain: bool) -> Result<(), DrainError> {
        self.backend(name).ok_or(DrainError::Unknown)?;
        let mut drained = self.drained.lock().unwrap();
        drained.retain(|known| known != name);
        if drain {
            drained.push(name.clone());
        }
        Ok(())
    }
}

impl Fake {
    fn backend_view(&self, name: &str, phase: Phase) -> BackendView {
        let name = BackendName::new(name);
        let is_drained = self.drained.lock().unwrap().contains(&name);
        BackendView {
            name,
            display_name: String::new(),
            phase,
            since: START,
            is_listed: true,
            drain: if is_drained { Drain::Draining(Why::Asked) } else { Drain::No },
            load: Load { rooms: 31, rooms_max: 100, ..Load::default() },
            projected: None,
            members: 210,
            version: "0.1.0".into(),
            key_id: "key".into(),
            started: None,
            clock_difference_ms: None,
            is_clock_off: false,
            lag_ms: 0,
            run: Some(RunId(7)),
            direct_host: String::new(),
            admin_port: 0,
            twin_of: None,
            trouble: None,
        }
    }
}

impl fleet::Backend for FakeBackend {
    fn status(&self, _: Poll) -> Answer<'_, PollAnswer> {
        Box::pin(async { Err(CallError::Timeout) })
    }

    fn summary(&self, _: Arc<str>) -> Answer<'_, Option<RoomSummary>> {
        Box::pin(async { Ok(None) })
    }

    fn rooms(&self, after: Option<Arc<str>>, limit: u32) -> Answer<'_, Vec<RoomRow>> {
        Box::pin(async move {
            let later =
                self.rooms.iter().filter(|row| after.as_ref().is_none_or(|a| row.room > *a));
            Ok(later.take(limit as usize).cloned().collect())
        })
    }

    fn delete(&self, run: RunId, room: Arc<str>) -> Answer<'_, bool> {
        self.done.lock().unwrap().push(format!("run {} of {} deletes {room}", run.0, self.name));
        Box::pin(async move { Ok(self.rooms.iter().any(|row| row.room == room)) })
    }

    fn announce(&self, run: RunId, text: Arc<str>) -> Answer<'_, Announced> {
        self.done.lock().unwrap().push(format!("run {} of {} says {text}", run.0, self.name));
        let answer = match self.name.as_str() {
            "b1:1" => Ok(Announced { rooms: 3, peers: 40 }),
            _ => Err(CallError::Timeout),
        };
        Box::pin(async move { answer })
    }
}

fn row(name: &str) -> RoomRow {
    RoomRow {
        room: name.into(),
        epoch: 1,
        created: START,
        members: 2,
        messages: 3,
        bytes: 4,
        protected: false,
    }
}

/// The door, the fleet behind it, and the hand on its clock.
struct Site {
    router: Router,
    fleet: Arc<Fake>,
    hand: ManualClock,
}

impl Site {
    fn new() -> Self {
        Self::with(Fake { rooms: vec![row("garden"), row("marker-room")], ..Fake::default() })
    }

    fn with(fleet: Fake) -> Self {
        let (clock, hand) = Clock::manual(START);
        let fleet = Arc::new(fleet);
        let token = Some(AdminToken::new(TOKEN).unwrap());
        Self { router: routes(Arc::clone(&fleet) as _, token, "key", clock), fleet, hand }
    }

    async fn ask(&self, request: Asking) -> (StatusCode, Value, Response) {
        let mut builder = Request::builder().method(request.method).uri(request.path);
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        let body = builder.body(Body::from(request.body)).unwrap();
        let response = self.router.clone().oneshot(body).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        (parts.status, json, Response::from_parts(parts, Body::empty()))
    }

    /// What the login form does: the cookie and the CSRF token.
    async fn log_in(&self) -> (String, String) {
        let login =
            Asking::post("/api/admin/login").origin().json(&format!(r#"{{"token":"{TOKEN}"}}"#));
        let (status, json, response) = self.ask(login).await;
        assert_eq!(status, StatusCode::OK, "{json}");
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        let pair = cookie.split(';').next().unwrap().to_owned();
        (pair, json["csrf"].as_str().unwrap().to_owned())
    }
}

/// A request in the making.
struct Asking {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Asking {
    fn new(method: Method, path: &str) -> Self {
        let headers = vec![("host", "admin.example:8101".to_owned())];
        Self { method, path: path.to_owned(), headers, body: String::new() }
    }

    fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    fn post(path: &str) -> Self {
        Self::new(Method::POST, path)
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn origin(self) -> Self {
        self.header("origin", "http://admin.example:8101")
    }

    fn token(self) -> Self {
        self.header("authorization", &format!("Bearer {TOKEN}"))
    }

    fn json(mut self, body: &str) -> Self {
        self.body = body.to_owned();
        self.header("content-type", "application/json")
    }
}
