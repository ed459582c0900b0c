//! What the API shows, and that what it does reaches the backend that is meant.

use std::io::Write;

use tracing_subscriber::fmt::MakeWriter;

use super::*;

#[tokio::test]
async fn the_fleet_is_shown_as_it_stands() {
    let site = Site::new();
    let (_, json, _) = site.ask(Asking::get("/api/admin/fleet").token()).await;
    assert_eq!(json["now"], START);
    assert_eq!(json["keyId"], "key");
    assert_eq!(json["roomsKnown"], 31);
    let backends = json["backends"].as_array().unwrap();
    assert_eq!(backends.len(), 3);
    assert_eq!(backends[2]["phase"], "down");
    assert_eq!(backends[0]["load"]["rooms"], serde_json::json!({"used": 31, "max": 100}));
    assert!(!json.to_string().contains("garden"), "rooms are named in their list alone");
}

#[tokio::test]
async fn a_drain_says_what_stopping_would_cost_and_is_taken_back() {
    let site = Site::new();
    let (_, json, _) = site.ask(Asking::post("/api/admin/backends/b2%3A1/drain").token()).await;
    let expected = serde_json::json!({
        "draining": true, "drained": false, "rooms": 31, "members": 210,
    });
    assert_eq!(json, expected);
    let (_, fleet, _) = site.ask(Asking::get("/api/admin/fleet").token()).await;
    assert_eq!(fleet["backends"][1]["draining"], "asked");
    let (_, json, _) = site.ask(Asking::post("/api/admin/backends/b2:1/undrain").token()).await;
    assert_eq!(json["draining"], false);
}

#[tokio::test]
async fn a_room_is_deleted_where_it_lives() {
    let site = Site::new();
    let delete = |backend: &str, body: &str| {
        Asking::post(&format!("/api/admin/rooms/{backend}/delete")).token().json(body)
    };
    let (status, json, _) = site.ask(delete("b1:1", r#"{"room":" Garden "}"#)).await;
    assert_eq!((status, &json["deleted"]), (StatusCode::OK, &Value::Bool(true)));
    assert_eq!(*site.fleet.done.lock().unwrap(), ["run 7 of b1:1 deletes garden"]);
    for (backend, body, status) in [
        ("b2:1", r#"{"room":"garden"}"#, StatusCode::NOT_FOUND),
        ("b9:1", r#"{"room":"garden"}"#, StatusCode::NOT_FOUND),
        ("b1:1", r#"{"room":"a/b"}"#, StatusCode::BAD_REQUEST),
        ("b1:1", r#"{"room":"garden","more":1}"#, StatusCode::BAD_REQUEST),
        ("b1:1", "", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(site.ask(delete(backend, body)).await.0, status, "{backend} {body}");
    }
}

#[tokio::test]
async fn a_notice_reaches_every_backend_that_is_up_and_says_which_were_not_reached() {
    let site = Site::new();
    let notice = Asking::post("/api/admin/notice").token().json(r#"{"text":" soon "}"#);
    let (status, json, _) = site.ask(notice).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&json["rooms"], &json["peers"]), (&3.into(), &40.into()));
    assert_eq!(json["missing"][0]["backend"], "b2:1");
    let mut done = site.fleet.done.lock().unwrap().clone();
    done.sort();
    assert_eq!(done, ["run 7 of b1:1 says soon", "run 7 of b2:1 says soon"]);
}

#[tokio::test]
async fn notices_that_nobody_could_read_are_refused() {
    let site = Site::new();
    for text in ["", "  ", &"x".repeat(401), "bell \u{7}"] {
        let body = serde_json::json!({ "text": text }).to_string();
        let (status, json, _) =
            site.ask(Asking::post("/api/admin/notice").token().json(&body)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{text:?} {json}");
    }
    let longest = serde_json::json!({ "text": "я".repeat(400) }).to_string();
    let (status, ..) = site.ask(Asking::post("/api/admin/notice").token().json(&longest)).await;
    assert_eq!(status, StatusCode::OK);
    let huge = serde_json::json!({ "text": "x".repeat(20_000) }).to_string();
    let (status, ..) = site.ask(Asking::post("/api/admin/notice").token().json(&huge)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn questions_that_make_no_sense_are_problems() {
    let site = Site::new();
    for (path, status) in [
        ("/api/admin/rooms?sort=colour", StatusCode::BAD_REQUEST),
        ("/api/admin/rooms?limit=-1", StatusCode::BAD_REQUEST),
        ("/api/admin/rooms?page=2", StatusCode::BAD_REQUEST),
        ("/api/admin/rooms?backend=b9:1", StatusCode::NOT_FOUND),
        ("/api/admin/nothing", StatusCode::NOT_FOUND),
        ("/api/admin/backends/b1:1/drain", StatusCode::METHOD_NOT_ALLOWED),
        ("/api/admin/login", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let (got, json, response) = site.ask(Asking::get(path).token()).await;
        assert_eq!(got, status, "{path} {json}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    }
}

/// Keeps log lines.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_log_says_who_did_what_and_names_no_room_and_no_text() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(lines.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let site = Site::new();
    let done = [
        Asking::get("/api/admin/rooms?filter=marker-room").token(),
        Asking::post("/api/admin/rooms/b1:1/delete").token().json(r#"{"room":"marker-room"}"#),
        Asking::post("/api/admin/rooms/b2:1/delete").token().json(r#"{"room":"marker-room"}"#),
        Asking::post("/api/admin/notice").token().json(r#"{"text":"marker-room"}"#),
        Asking::post("/api/admin/backends/b1:1/drain").token(),
        Asking::get("/api/admin/fleet").header("authorization", "Bearer marker-room"),
    ];
    for request in done {
        site.ask(request).await;
    }
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    for part in ["delete a room", "notice", "drain", "a wrong admin token", "0.0.0.0", "b1:1"] {
        assert!(log.contains(part), "{part} is missing in {log}");
    }
    assert!(!log.contains("marker-room") && !log.contains(TOKEN), "{log}");
}
