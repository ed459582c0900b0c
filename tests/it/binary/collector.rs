//! A collector of traces that takes what an exporter posts, or never answers, and keeps it all.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const TAKEN: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// What an exporter sent.
#[derive(Clone)]
pub(super) struct Posted {
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

pub(super) struct Collector {
    address: SocketAddr,
    kept: Arc<Kept>,
}

#[derive(Default)]
struct Kept {
    answers: bool,
    connections: AtomicUsize,
    posted: Mutex<Vec<Posted>>,
}

impl Collector {
    /// One that answers, or one that does not.
    pub(super) async fn start(answers: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let kept = Arc::new(Kept { answers, ..Kept::default() });
        let own = Arc::clone(&kept);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                own.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(Arc::clone(&own).serve(stream));
            }
        });
        Self { address, kept }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn connections(&self) -> usize {
        self.kept.connections.load(Ordering::SeqCst)
    }

    pub(super) fn posted(&self) -> Vec<Posted> {
        self.kept.posted.lock().expect("nobody panics").clone()
    }

    /// All spans that came, decoded.
    pub(super) fn spans(&self) -> Vec<Span> {
        let decoded = |posted: &Posted| {
            ExportTraceServiceRequest::decode(&*posted.body).expect("it is of OTLP").resource_spans
        };
        let resources: Vec<_> = self.posted().iter().flat_map(decoded).collect();
        let scopes = resources.into_iter().flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }
}

impl Kept {
    /// Takes one request after the other.
    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let mut raw = Vec::new();
        while stream.read_buf(&mut raw).await.is_ok_and(|read| read > 0) {
            let Some((posted, whole)) = whole(&raw) else { continue };
            raw.drain(..whole);
            self.posted.lock().expect("nobody panics").push(posted);
            if !self.answers {
                std::future::pending::<()>().await;
            }
            if stream.write_all(TAKEN).await.is_err() {
                return;
            }
        }
    }
}

/// The first request, if all of it is there, and its length.
fn whole(raw: &[u8]) -> Option<(Posted, usize)> {
    let split = raw.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&raw[..split]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
    let end = split + length.trim().parse::<usize>().ok()?;
    let body = raw.get(split..end)?.to_vec();
    Some((Posted { head, body }, end))
}
