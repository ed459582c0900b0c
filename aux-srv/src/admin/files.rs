//! The page's own files, inside the binary. Nothing comes from anywhere else.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::{HeaderName, HeaderValue, StatusCode, header};

use super::door::Door;
use crate::assets::Dist;

/// What the page may load: its own script and style, and nothing written into it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
/// Where there is no token, nobody gets a form to type one into.
const NO_TOKEN: &str = "This process was started without ADMIN_TOKEN, so there is no admin page.\n\
     Set it to 32 random characters or more and start again; see ADMIN.md.\n";

/// A file of the page: its path, its type, its content.
type File = (&'static str, &'static str, &'static str);

const FILES: [File; 10] = [
    ("/admin/", "text/html; charset=utf-8", include_str!("../../admin/index.html")),
    ("/admin/base.css", "text/css; charset=utf-8", include_str!("../../admin/base.css")),
    ("/admin/admin.css", "text/css; charset=utf-8", include_str!("../../admin/admin.css")),
    ("/admin/admin.js", "text/javascript; charset=utf-8", include_str!("../../admin/admin.js")),
    ("/admin/api.js", "text/javascript; charset=utf-8", include_str!("../../admin/api.js")),
    ("/admin/dom.js", "text/javascript; charset=utf-8", include_str!("../../admin/dom.js")),
    ("/admin/words.js", "text/javascript; charset=utf-8", include_str!("../../admin/words.js")),
    ("/admin/rooms.js", "text/javascript; charset=utf-8", include_str!("../../admin/rooms.js")),
    (
        "/admin/backends.js",
        "text/javascript; charset=utf-8",
        include_str!("../../admin/backends.js"),
    ),
    ("/admin/mark.svg", "image/svg+xml", include_str!("../../admin/mark.svg")),
];

/// The fonts of the chat, from the web app inside the binary: their paths here, and how their names
/// begin there. Without a web app the page has the system's.
const FONTS: [(&str, &str); 2] = [
    ("/admin/latin.woff2", "assets/commissioner-latin-wght-"),
    ("/admin/cyrillic.woff2", "assets/commissioner-cyrillic-wght-"),
];

/// The routes of the files.
pub(super) fn routes(door: &Arc<Door>) -> Router {
    let to_page = || async { Redirect::permanent("/admin/") };
    let router = Router::new().route("/", get(to_page)).route("/admin", get(to_page));
    let has_token = door.has_token();
    let router = FONTS.into_iter().fold(router, |router, (path, beginning)| {
        router.route(path, get(move || async move { font(beginning) }))
    });
    FILES.into_iter().fold(router, |router, file| {
        router.route(file.0, get(move || async move { answer(has_token, file) }))
    })
}

fn answer(has_token: bool, (_, media_type, content): File) -> Response {
    if !has_token {
        return (StatusCode::SERVICE_UNAVAILABLE, NO_TOKEN).into_response();
    }
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
    ];
    (headers, content).into_response()
}

fn font(beginning: &str) -> Response {
    let path = Dist::iter().find(|path| path.starts_with(beginning) && path.ends_with(".woff2"));
    let Some(file) = path.and_then(|path| Dist::get(&path)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [(header::CONTENT_TYPE, "font/woff2"), (header::CACHE_CONTROL, "max-age=86400")];
    (headers, file.data.into_owned()).into_response()
}
