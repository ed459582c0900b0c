//! The web app inside the binary: every file with its compressed forms and its ETag.

use std::collections::HashMap;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;

/// The folder of names that carry a hash of their content.
const HASHED: &str = "assets/";
/// The single page.
pub(crate) const INDEX: &str = "index.html";
/// What tells a page that each of its connections needs a ticket first.
const DIRECT_MARK: &str = r#"<meta name="instantchat-direct" content="1">"#;
/// For names that carry a hash: the content never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// For other names: ask every time, by ETag.
const ASK: &str = "no-cache";

/// What the build of the web app left. It may be missing while the code is compiled, as in
/// checks, but no server starts without it.
#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
pub(crate) struct Dist;

/// The files of the web app.
#[derive(Debug)]
pub(crate) struct Assets {
    files: HashMap<String, Asset>,
    build: String,
}

#[derive(Clone, Debug)]
struct Asset {
    media_type: &'static str,
    plain: Form,
    gzip: Option<Form>,
    brotli: Option<Form>,
}

/// One form of a file.
#[derive(Clone, Debug)]
struct Form {
    content: Bytes,
    etag: HeaderValue,
}

impl Assets {
    /// The files of the build; none without an `index.html`. In direct mode the page says so.
    pub(crate) fn load(direct: bool) -> Option<Self> {
        let mut files: HashMap<_, _> = Dist::iter()
            .filter(|path| !path.ends_with(".br") && !path.ends_with(".gz"))
            .filter_map(|path| Some((path.to_string(), Asset::load(&path)?)))
            .collect();
        let build = files.get("build.json").and_then(|file| {
            let json: serde_json::Value = serde_json::from_slice(&file.plain.content).ok()?;
            Some(json.get("build")?.as_str()?.to_owned())
        })?;
        let page = files.get_mut(INDEX)?;
        if direct {
            *page = page.marked()?;
        }
        Some(Self { files, build })
    }

    /// The build that pages compare with their own.
    pub(crate) fn build(&self) -> &str {
        &self.build
    }

    /// The answer to a request for a file, if there is one.
    pub(crate) fn answer(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let asset = self.files.get(path)?;
        let caching = if path.starts_with(HASHED) { FOR_EVER } else { ASK };
        Some(asset.answer(caching, headers))
    }
}

impl Asset {
    /// The page with the mark of direct mode. Its compressed forms would not have it.
    fn marked(&self) -> Option<Self> {
        let text = std::str::from_utf8(&self.plain.content).ok()?;
        let marked = text.replacen("<head>", &format!("<head>{DIRECT_MARK}"), 1);
        let etag = self.plain.etag.to_str().ok()?.trim_matches('"').to_owned();
        let plain = Form {
            content: Bytes::from(marked),
            etag: HeaderValue::try_from(format!("\"{etag}-direct\"")).ok()?,
        };
        Some(Self { media_type: self.media_type, plain, gzip: None, brotli: None })
    }

    fn load(path: &str) -> Option<Self> {
        Some(Self {
            media_type: media_type(path),
            plain: Form::load(path)?,
            gzip: Form::load(&format!("{path}.gz")),
            brotli: Form::load(&format!("{path}.br")),
        })
    }

    fn answer(&self, caching: &'static str, headers: &HeaderMap) -> Response {
        let (form, encoding) = self.form(headers);
        let known =
            headers.get(header::IF_NONE_MATCH).is_some_and(|tags| matches(tags, &form.etag));
        let (status, body) = if known {
            (StatusCode::NOT_MODIFIED, Body::empty())
        } else {
            (StatusCode::OK, Body::from(form.content.clone()))
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let answer = response.headers_mut();
        answer.insert(header::ETAG, form.etag.clone());
        answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        if let Some(encoding) = encoding {
            answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }

    /// The smallest form that the client takes.
    fn form(&self, headers: &HeaderMap) -> (&Form, Option<&'static str>) {
        let forms = [(&self.brotli, "br"), (&self.gzip, "gzip")];
        let taken = forms
            .into_iter()
            .filter_map(|(form, name)| Some((form.as_ref()?, name)))
            .find(|(_, name)| accepts(headers, name));
        taken.map_or((&self.plain, None), |(form, name)| (form, Some(name)))
    }
}

impl Form {
    fn load(path: &str) -> Option<Self> {
        let file = Dist::get(path)?;
        let hash = file.metadata.sha256_hash();
        let hex: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        let content = match file.data {
            std::borrow::Cow::Borrowed(content) => Bytes::from_static(content),
            std::borrow::Cow::Owned(content) => Bytes::from(content),
        };
        Some(Self { content, etag: HeaderValue::try_from(format!("\"{hex}\"")).ok()? })
    }
}

/// Whether the client takes an encoding: it is named, and not with a weight of zero.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|item| {
            let mut parts = item.split(';').map(str::trim);
            parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding))
                && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
}

/// Whether one of the tags is this one, weakly compared (RFC 9110 §13.1.2).
fn matches(tags: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(tags), Ok(etag)) = (tags.to_str(), etag.to_str()) else { return false };
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    fn asset() -> Asset {
        let form = |content: &'static str, etag| Form {
            content: Bytes::from_static(content.as_bytes()),
            etag: HeaderValue::from_static(etag),
        };
        Asset {
            media_type: "text/plain",
            plain: form("plain", "\"p\""),
            gzip: Some(form("gzip", "\"g\"")),
            brotli: Some(form("brotli", "\"b\"")),
        }
    }

    #[test]
    fn the_smallest_form_that_the_client_takes_is_sent() {
        for (accepted, encoding) in [
            ("gzip, deflate, br", Some("br")),
            ("gzip;q=1.0, br;q=0", Some("gzip")),
            ("identity", None),
            ("brotli", None),
        ] {
            let headers = asking(header::ACCEPT_ENCODING, accepted);
            assert_eq!(asset().form(&headers).1, encoding, "{accepted}");
        }
        assert_eq!(asset().form(&HeaderMap::new()).1, None);
    }

    #[test]
    fn a_known_form_is_not_sent_again() {
        let headers = asking(header::IF_NONE_MATCH, "\"x\", W/\"p\"");
        assert_eq!(asset().answer(ASK, &headers).status(), StatusCode::NOT_MODIFIED);
        let headers = asking(header::IF_NONE_MATCH, "\"g\"");
        assert_eq!(asset().answer(ASK, &headers).status(), StatusCode::OK);
    }
}
