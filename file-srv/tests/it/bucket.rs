//! An object store that speaks as much of S3 as the file server asks for, in memory, with a clock
//! of hours. It checks no signature: what is tested is who asks for what.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, Uri, header};
use object_store::aws::AmazonS3Builder;
use object_store::{ObjectStore, RetryConfig};
use tokio::net::TcpListener;
use tokio::sync::{OwnedRwLockWriteGuard, RwLock};

/// The objects by key, and the parts of those that come in parts.
#[derive(Default)]
pub(crate) struct Objects {
    whole: BTreeMap<String, Object>,
    hour: u8,
    refusing: bool,
    parts: BTreeMap<String, BTreeMap<u32, Bytes>>,
}

/// An object, and the hour in which it was written.
struct Object {
    content: Bytes,
    hour: u8,
}

impl Objects {
    fn put(&mut self, key: String, content: Bytes) {
        self.whole.insert(key, Object { content, hour: self.hour });
    }
}

/// What the bucket's answers need.
type Shared = (Arc<Mutex<Objects>>, Arc<RwLock<()>>);

/// A bucket called `bucket`.
pub(crate) struct Bucket {
    pub(crate) address: SocketAddr,
    objects: Arc<Mutex<Objects>>,
    lists: Arc<RwLock<()>>,
}

impl Bucket {
    /// An empty bucket.
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let objects = Arc::new(Mutex::new(Objects::default()));
        let lists = Arc::default();
        let router = Router::new()
            .fallback(answer)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state((Arc::clone(&objects), Arc::clone(&lists)));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, objects, lists }
    }

    /// The keys of the files in it, and of their records.
    pub(crate) fn keys(&self) -> Vec<String> {
        let objects = self.objects.lock().unwrap();
        objects.whole.keys().filter(|key| !key.contains("servers/")).cloned().collect()
    }

    /// A way to it.
    pub(crate) fn store(&self) -> Arc<dyn ObjectStore> {
        let store = AmazonS3Builder::new()
            .with_bucket_name("bucket")
            .with_endpoint(format!("http://{}", self.address))
            .with_allow_http(true)
            .with_access_key_id("key")
            .with_secret_access_key("secret")
            .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() })
            .build();
        Arc::new(store.unwrap())
    }

    /// Lets lists wait until the result is dropped.
    pub(crate) fn hold_lists(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.lists).try_write_owned().unwrap()
    }

    /// Lets hours pass.
    pub(crate) fn pass(&self, hours: u8) {
        self.objects.lock().unwrap().hour += hours;
    }

    /// Whether it refuses whatever would change it.
    pub(crate) fn refuse(&self, refusing: bool) {
        self.objects.lock().unwrap().refusing = refusing;
    }
}

async fn answer(
    State((objects, lists)): State<Shared>,
    method: Method,
    uri: Uri,
    RawQuery(query): RawQuery,
    headers: http::HeaderMap,
    body: Bytes,
) -> Response {
    let key = uri.path().trim_start_matches("/bucket").trim_start_matches('/').to_owned();
    let query = query.unwrap_or_default();
    if query.contains("list-type") {
        drop(lists.read().await);
    }
    let mut objects = objects.lock().unwrap();
    if objects.refusing && method != Method::GET {
        return StatusCode::FORBIDDEN.into_response();
    }
    let hour = objects.hour;
    let number = query.split('&').find_map(|pair| pair.strip_prefix("partNumber="));
    match (method, query.as_str()) {
        (Method::GET, query) if query.contains("list-type") => xml(listed(&objects, query)),
        (Method::GET | Method::HEAD, _) => read(&objects, &key, &headers),
        (Method::PUT, _) if number.is_some() => {
            let parts = objects.parts.entry(key).or_default();
            parts.insert(number.unwrap().parse().unwrap(), body);
            tagged(StatusCode::OK, Bytes::new(), hour)
        }
        (Method::PUT, _) => {
            objects.put(key, body);
            tagged(StatusCode::OK, Bytes::new(), hour)
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
            objects.put(key, whole.into());
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

fn listed(objects: &Objects, query: &str) -> String {
    let prefix = query.split('&').find_map(|pair| pair.strip_prefix("prefix="));
    let prefix = prefix.unwrap_or_default().replace("%2F", "/");
    let mut text = "<ListBucketResult><IsTruncated>false</IsTruncated>".to_owned();
    for (key, Object { content, hour }) in &objects.whole {
        if !key.starts_with(&prefix) {
            continue;
        }
        write!(
            text,
            "<Contents><Key>{key}</Key>\
             <LastModified>2026-01-01T{hour:02}:00:00.000Z</LastModified><ETag>\"tag\"</ETag><Size>{}</Size></Contents>",
            content.len()
        )
        .unwrap();
    }
    text + "</ListBucketResult>"
}

fn read(objects: &Objects, key: &str, headers: &http::HeaderMap) -> Response {
    let Some(Object { content, hour }) = objects.whole.get(key) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let range = headers.get(header::RANGE).map(|range| range.to_str().unwrap());
    let Some(range) = range.and_then(|range| range.strip_prefix("bytes=")) else {
        return tagged(StatusCode::OK, content.clone(), *hour);
    };
    let (first, last) = range.split_once('-').unwrap();
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    let mut response = tagged(StatusCode::PARTIAL_CONTENT, content.slice(first..=last), *hour);
    let of = format!("bytes {first}-{last}/{}", content.len());
    response.headers_mut().insert(header::CONTENT_RANGE, of.parse().unwrap());
    response
}

fn tagged(status: StatusCode, content: Bytes, hour: u8) -> Response {
    let modified = format!("Thu, 01 Jan 2026 {hour:02}:00:00 GMT");
    let headers = [(header::ETAG, "\"tag\"".to_owned()), (header::LAST_MODIFIED, modified)];
    (status, headers, content).into_response()
}

fn xml(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/xml")], text).into_response()
}
