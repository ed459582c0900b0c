//! An object store that speaks as much of S3 as the file server asks for, in memory. It checks
//! no signature: what is tested is who asks for what.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, Uri, header};
use tokio::net::TcpListener;

/// The objects by key, and the parts of those that come in parts.
#[derive(Default)]
pub(crate) struct Objects {
    whole: BTreeMap<String, Bytes>,
    parts: BTreeMap<String, BTreeMap<u32, Bytes>>,
}

/// A bucket called `bucket`.
pub(crate) struct Bucket {
    pub(crate) address: SocketAddr,
    objects: Arc<Mutex<Objects>>,
}

impl Bucket {
    /// An empty bucket.
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let objects = Arc::new(Mutex::new(Objects::default()));
        let router = Router::new()
            .fallback(answer)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(Arc::clone(&objects));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, objects }
    }

    /// The keys of its objects.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.objects.lock().unwrap().whole.keys().cloned().collect()
    }
}

async fn answer(
    State(objects): State<Arc<Mutex<Objects>>>,
    method: Method,
    uri: Uri,
    RawQuery(query): RawQuery,
    headers: http::HeaderMap,
    body: Bytes,
) -> Response {
    let key = uri.path().trim_start_matches("/bucket").trim_start_matches('/').to_owned();
    let query = query.unwrap_or_default();
    let mut objects = objects.lock().unwrap();
    let number = query.split('&').find_map(|pair| pair.strip_prefix("partNumber="));
    match (method, query.as_str()) {
        (Method::GET, query) if query.contains("list-type") => xml(listed(&objects)),
        (Method::GET | Method::HEAD, _) => read(&objects, &key, &headers),
        (Method::PUT, _) if number.is_some() => {
            let parts = objects.parts.entry(key).or_default();
            parts.insert(number.unwrap().parse().unwrap(), body);
            tagged(StatusCode::OK, Bytes::new())
        }
        (Method::PUT, _) => {
            objects.whole.insert(key, body);
            tagged(StatusCode::OK, Bytes::new())
        }
        (Method::POST, "delete") => {
            let body = String::from_utf8(body.to_vec()).unwrap();
            let keys = body.split("<Key>").skip(1).map(|part| part.split('<').next().unwrap());
            let deleted = keys.map(|key| {
                objects.whole.remove(key);
                format!("<Deleted><Key>{key}</Key></Deleted>")
            });
            xml(format!("<DeleteResult>{}</DeleteResult>", deleted.collect::<String>()))
        }
        (Method::POST, "uploads" | "uploads=") => xml(format!(
            "<InitiateMultipartUploadResult><Bucket>bucket</Bucket><Key>{key}</Key>\
             <UploadId>one</UploadId></InitiateMultipartUploadResult>"
        )),
        (Method::POST, _) => {
            let parts = objects.parts.remove(&key).unwrap_or_default();
            let whole: Vec<u8> = parts.into_values().flatten().collect();
            objects.whole.insert(key, whole.into());
            xml("<CompleteMultipartUploadResult><ETag>\"tag\"</ETag>\
                 </CompleteMultipartUploadResult>"
                .into())
        }
        (Method::DELETE, _) => {
            objects.whole.remove(&key);
            StatusCode::NO_CONTENT.into_response()
        }
        (method, query) => panic!("{method} {key}?{query}"),
    }
}

fn listed(objects: &Objects) -> String {
    let mut text = "<ListBucketResult><IsTruncated>false</IsTruncated>".to_owned();
    for (key, content) in &objects.whole {
        write!(
            text,
            "<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>\
             <ETag>\"tag\"</ETag><Size>{}</Size></Contents>",
            content.len()
        )
        .unwrap();
    }
    text + "</ListBucketResult>"
}

fn read(objects: &Objects, key: &str, headers: &http::HeaderMap) -> Response {
    let Some(content) = objects.whole.get(key) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let range = headers.get(header::RANGE).map(|range| range.to_str().unwrap());
    let Some(range) = range.and_then(|range| range.strip_prefix("bytes=")) else {
        return tagged(StatusCode::OK, content.clone());
    };
    let (first, last) = range.split_once('-').unwrap();
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    let mut response = tagged(StatusCode::PARTIAL_CONTENT, content.slice(first..=last));
    let of = format!("bytes {first}-{last}/{}", content.len());
    response.headers_mut().insert(header::CONTENT_RANGE, of.parse().unwrap());
    response
}

fn tagged(status: StatusCode, content: Bytes) -> Response {
    let modified = "Thu, 01 Jan 2026 00:00:00 GMT";
    (status, [(header::ETAG, "\"tag\""), (header::LAST_MODIFIED, modified)], content)
        .into_response()
}

fn xml(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/xml")], text).into_response()
}
