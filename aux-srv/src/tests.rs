//! The routes, with a backend that is a table. They need the built web app (`make web`).

mod cast;

use std::sync::Arc;

use ::fleet::{Release, ReleasedRoom, RoomSummary};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::get;
use http::{Method, StatusCode, header};
use http_body_util::BodyExt;
use protocol::RoomName;
use protocol::http::{Problem, RoomInfo, SESSION_HEADER, SiteInfo, TICKET_HEADER};
use protocol::token::{Session, Ticket};
use service::rate::Rate;
use tower::ServiceExt;

use crate::{Config, DaemonConfig};
use cast::{Backends, NOW, RUN, keys, name, plain, server};

async fn ask(router: Router, path: &str) -> Response {
    let request = Request::builder().uri(path).header(header::HOST, "chat.example");
    router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn body<T: serde::de::DeserializeOwned>(response: Response) -> T {
    serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

#[tokio::test]
async fn asking_about_a_room_creates_nothing() {
    let aux = plain().await;
    for _ in 0..2 {
        let info: RoomInfo = body(ask(aux.router(), "/api/rooms/%20ABC%201%20").await).await;
        assert_eq!(info.room, "abc-1");
        assert!(!info.exists && info.suggestions.is_empty());
        assert_eq!(info.url, "ws://chat.example/api/rooms/abc-1/ws");
    }
}

#[tokio::test]
async fn a_taken_name_comes_with_four_free_ones() {
    let backends = Arc::new(Backends::default());
    let aux = server(Config::default(), &backends).await;
    let room = RoomSummary { protected: true, members: 4 };
    for taken in ["hike", "hike-3"] {
        aux.fleet.route(&name(taken)).unwrap();
        backends.rooms.lock().unwrap().insert(taken.into(), room);
    }
    let info: RoomInfo = body(ask(aux.router(), "/api/rooms/hike").await).await;
    assert!(info.exists && info.protected);
    assert_eq!(info.members, 4);
    assert_eq!(info.suggestions, ["hike-2", "hike-4", "hike-5", "hike-6"]);
}

#[tokio::test]
async fn suggestions_for_the_longest_name_are_names() {
    let backends = Arc::new(Backends::default());
    let aux = server(Config::default(), &backends).await;
    let name = name(&"x".repeat(100));
    aux.fleet.route(&name).unwrap();
    let room = RoomSummary { protected: false, members: 1 };
    backends.rooms.lock().unwrap().insert(name.to_string(), room);
    let info: RoomInfo = body(ask(aux.router(), &format!("/api/rooms/{name}")).await).await;
    assert_eq!(info.suggestions.len(), 4);
    assert!(info.suggestions.iter().all(|free| RoomName::parse(free).is_ok()));
}

#[tokio::test]
async fn names_that_do_not_work_are_refused_with_a_code() {
    let config = Config { forbidden_room_names: vec!["Our-Room".into()], ..Config::default() };
    let aux = server(config, &Arc::default()).await;
    for (segment, code) in [
        ("ab", "bad_name"),
        ("a%2Fb%2Fc", "bad_name"),
        ("%FF%FE%FD", "bad_name"),
        ("%0d%0aabc", "bad_name"),
        ("metrics", "reserved_name"),
        ("our-room", "reserved_name"),
        ("p%D0%B0ypal", "bad_name"),
    ] {
        let response = ask(aux.router(), &format!("/api/rooms/{segment}")).await;
        // White space around a name is not part of it, so the line break leaves a good name.
        if segment == "%0d%0aabc" {
            assert_eq!(response.status(), StatusCode::OK);
            continue;
        }
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{segment}");
        let problem: Problem = body(response).await;
        assert_eq!(problem.code.as_str(), code, "{segment}");
    }
}

#[tokio::test]
async fn lookups_of_one_address_are_limited() {
    let aux = plain().await;
    let burst = Config::default().lookups.burst;
    for _ in 0..burst {
        assert_eq!(ask(aux.router(), "/api/rooms/abc").await.status(), StatusCode::OK);
    }
    let refused = ask(aux.router(), "/api/rooms/abc").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key(header::RETRY_AFTER));
}

#[tokio::test]
async fn a_first_answer_gives_a_session_and_a_second_does_not() {
    let aux = plain().await;
    for path in ["/", "/about", "/abc", "/api/rooms/abc", "/api/site"] {
        let first = ask(aux.router(), path).await;
        let cookie = first.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        let pair = cookie.split(';').next().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
        let request = Request::builder().uri(path).header(header::COOKIE, &pair);
        let second = aux.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert!(!second.headers().contains_key(header::SET_COOKIE), "{path}");
        let altered = Request::builder().uri(path).header(header::COOKIE, format!("{pair}x"));
        let third = aux.router().oneshot(altered.body(Body::empty()).unwrap()).await.unwrap();
        assert!(third.headers().contains_key(header::SET_COOKIE), "forged on {path}");
    }
}

#[tokio::test]
async fn a_room_has_one_address() {
    let aux = plain().await;
    let response = ask(aux.router(), "/Saturday%20Ridge").await;
    assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(response.headers()[header::LOCATION], "/saturday-ridge");
    let response = ask(aux.router(), "/%D0%91%D0%B5%D1%80%D1%91%D0%B7%D0%B0").await;
    assert_eq!(response.headers()[header::LOCATION], "/%D0%B1%D0%B5%D1%80%D1%91%D0%B7%D0%B0");
    assert_eq!(ask(aux.router(), "/saturday-ridge").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn every_path_is_a_page_and_only_rooms_are_found() {
    let aux = plain().await;
    for (path, status) in [
        ("/", StatusCode::OK),
        ("/about", StatusCode::OK),
        ("/abc", StatusCode::OK),
        ("/ab", StatusCode::NOT_FOUND),
        ("/%ZZ", StatusCode::NOT_FOUND),
        ("/%FF", StatusCode::NOT_FOUND),
        ("/..%2f..%2fetc%2fpasswd", StatusCode::NOT_FOUND),
        ("/a/b", StatusCode::NOT_FOUND),
        ("//evil.example", StatusCode::NOT_FOUND),
        ("/index.html", StatusCode::NOT_FOUND),
        ("/metrics", StatusCode::NOT_FOUND),
    ] {
        let response = ask(aux.router(), path).await;
        let page = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        // `//evil.example` is the room `evil.example`: its redirect, if any, stays on this site.
        if path == "//evil.example" {
            assert!(response.headers().get(header::LOCATION).is_none());
            continue;
        }
        assert_eq!(response.status(), status, "{path}");
        assert!(page.starts_with("text/html"), "{path}");
    }
}

#[tokio::test]
async fn pages_do_not_take_posts() {
    let request = Request::builder().method(Method::POST).uri("/abc").body(Body::empty()).unwrap();
    let response = plain().await.router().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn the_site_tells_its_build_and_its_limits() {
    let site: SiteInfo = body(ask(plain().await.router(), "/api/site").await).await;
    assert_eq!((site.messages_max, site.file_bytes_max), (1_000, 25));
    assert!(!site.build.is_empty());
}

/// A backend that answers with what it was handed.
fn echo() -> Router {
    let answer = |request: Request| async move {
        let value = |name| {
            let value = request.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or("").to_owned()
        };
        axum::Json([value(TICKET_HEADER), value(SESSION_HEADER)])
    };
    Router::new().route("/api/rooms/{room}/ws", get(answer))
}

#[tokio::test]
async fn room_traffic_carries_a_ticket_for_the_rooms_owner() {
    let aux = plain().await;
    let response = ask(aux.before(echo()), "/api/rooms/ABC/ws").await;
    assert!(response.headers().contains_key(header::SET_COOKIE));
    let [ticket, session]: [String; 2] = body(response).await;
    let ticket = Ticket::verify(&keys(), &ticket, NOW).unwrap();
    let session = Session::verify(&keys(), &session).unwrap();
    assert_eq!(ticket.room, "abc");
    assert!(session.matches(&keys(), ticket.session));
    let [again, _]: [String; 2] = body(ask(aux.before(echo()), "/api/rooms/abc/ws").await).await;
    let again = Ticket::verify(&keys(), &again, 1_000_000).unwrap();
    assert_eq!(again.epoch, ticket.epoch, "one owner, one term");
    assert_ne!(again.nonce, ticket.nonce);
}

#[tokio::test]
async fn an_address_places_only_so_many_rooms_that_nobody_enters() {
    let places = Rate { burst: 3, refill_ms: 1_000 };
    let aux = server(Config { places, ..Config::default() }, &Arc::default()).await;
    for n in 0..3 {
        let response = ask(aux.before(echo()), &format!("/api/rooms/room-{n}/ws")).await;
        assert_eq!(response.status(), StatusCode::OK, "{n}");
    }
    let refused = ask(aux.before(echo()), "/api/rooms/one-more/ws").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(!aux.fleet.has(&name("one-more")));
    let placed = ask(aux.before(echo()), "/api/rooms/room-0/ws").await;
    assert_eq!(placed.status(), StatusCode::OK, "a room that is placed costs nothing");
}

#[tokio::test]
async fn no_shared_cache_keeps_a_session() {
    for path in ["/", "/room", "/ROOM", "/a/b", "/api/site", "/api/rooms/room"] {
        let response = ask(plain().await.router(), path).await;
        assert!(response.headers().contains_key(header::SET_COOKIE), "{path}");
        let caching = response.headers()[header::CACHE_CONTROL].to_str().unwrap();
        assert!(caching.contains("private") || caching.contains("no-store"), "{path}: {caching}");
    }
}

#[tokio::test]
async fn what_a_client_says_in_the_fleets_headers_is_dropped() {
    let session = Session([9; 16]).sign(&keys());
    let request = Request::builder()
        .uri("/api/rooms/abc/ws")
        .header(TICKET_HEADER, "forged")
        .header(SESSION_HEADER, &session)
        .body(Body::empty())
        .unwrap();
    let response = plain().await.before(echo()).oneshot(request).await.unwrap();
    let [ticket, given]: [String; 2] = body(response).await;
    assert!(Ticket::verify(&keys(), &ticket, 1_000_000).is_ok());
    assert_ne!(Session::verify(&keys(), &given).unwrap(), Session([9; 16]));
}

#[tokio::test]
async fn a_full_fleet_and_bad_names_are_refused() {
    let full = Arc::new(Backends { full: true, ..Backends::default() });
    let aux = server(Config::default(), &full).await;
    let problem: Problem = body(ask(aux.before(echo()), "/api/rooms/abc/ws").await).await;
    assert_eq!(problem.code.as_str(), "unavailable");
    for (segment, code) in [("ab", "bad_name"), ("about", "reserved_name")] {
        let response = ask(aux.before(echo()), &format!("/api/rooms/{segment}/ws")).await;
        let problem: Problem = body(response).await;
        assert_eq!(problem.code.as_str(), code);
    }
}

#[tokio::test]
async fn a_released_room_is_placed_anew_with_a_higher_epoch() {
    let aux = plain().await;
    let first = aux.fleet.route(&name("abc")).unwrap().placement.owner;
    let released = ReleasedRoom { room: "abc".into(), epoch: first.epoch };
    aux.calls().release(Release { run: RUN, rooms: vec![released] }).await.unwrap();
    assert!(aux.fleet.route(&name("abc")).unwrap().placement.owner.epoch > first.epoch);
}

#[tokio::test]
async fn a_place_that_nobody_takes_is_forgotten_after_two_minutes() {
    let aux = plain().await;
    aux.fleet.route(&name("abc")).unwrap();
    aux.hand.advance(2 * 60 * 1_000);
    aux.fleet.sweep_now();
    assert_eq!(aux.fleet_view().rooms_known, 1);
    aux.hand.advance(1);
    aux.fleet.sweep_now();
    assert_eq!(aux.fleet_view().rooms_known, 0);
}

#[test]
fn every_key_of_the_configuration_is_explained_at_its_default() {
    let file = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/app-config.yml"));
    let loaded: DaemonConfig = service::config::load(Some(file), "AUX_SRV", []).unwrap();
    assert_eq!(loaded, DaemonConfig::default());
    let text = std::fs::read_to_string(file).unwrap();
    let keys = serde_json::to_value(DaemonConfig::default()).unwrap();
    for key in keys.as_object().unwrap().keys() {
        assert!(text.contains(&format!("\n{key}:")), "{key} is not in app-config.yml");
    }
}
