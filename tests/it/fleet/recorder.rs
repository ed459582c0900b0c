//! What stands behind nginx where a test wants to see what nginx hands on: it writes down
//! every request, and answers as it was told.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A server of HTTP/1.1 that records.
pub(super) struct Recorder {
    pub(super) address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// The headers of answers, by path.
type Answers = Vec<(&'static str, Vec<(&'static str, String)>)>;

/// One request as it came.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// The path and the query.
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
}

impl Request {
    /// Every value of a header, whose name is given in lower case.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let same = self.headers.iter().filter(|(known, _)| known == name);
        same.map(|(_, value)| value.as_str()).collect()
    }
}

impl Recorder {
    /// One that answers 200 with these headers, by path, and an empty body.
    pub(super) async fn start(answers: Answers) -> Self {
        Self::start_on([127, 0, 0, 1], answers).await
    }

    /// The same, on another address of loopback.
    pub(super) async fn start_on(ip: [u8; 4], answers: Answers) -> Self {
        let listener = TcpListener::bind((IpAddr::from(ip), 0)).await.expect("a port of loopback");
        let address = listener.local_addr().expect("its address");
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let (seen, answers) = (Arc::clone(&requests), Arc::new(answers));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&seen), Arc::clone(&answers)));
            }
        });
        Self { address, requests }
    }

    /// What has come so far, and is forgotten now.
    pub(super) fn take(&self) -> Vec<Request> {
        std::mem::take(&mut self.requests.lock().expect("no server panics"))
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Vec<Request>>>, answers: Arc<Answers>) {
    let mut open = Vec::new();
    loop {
        let Some(end) = open.windows(4).position(|four| four == b"\r\n\r\n") else {
            match stream.read_buf(&mut open).await {
                Ok(0) | Err(_) => return,
                Ok(_) => continue,
            }
        };
        let head = String::from_utf8_lossy(&open[..end]).into_owned();
        let request = parse(&head);
        let length = request.all("content-length").first().and_then(|text| text.parse().ok());
        let whole = end + 4 + length.unwrap_or(0);
        while open.len() < whole {
            if !matches!(stream.read_buf(&mut open).await, Ok(1..)) {
                return;
            }
        }
        open.drain(..whole);
        let path = request.target.split('?').next().unwrap_or_default().to_owned();
        let told = answers.iter().find(|(known, _)| *known == path);
        let mut answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n".to_owned();
        for (name, value) in told.map(|(_, headers)| headers.as_slice()).unwrap_or_default() {
            answer.push_str(&format!("{name}: {value}\r\n"));
        }
        seen.lock().expect("no server panics").push(request);
        if stream.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

fn parse(head: &str) -> Request {
    let mut lines = head.lines();
    let target = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().into();
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    Request { target, headers }
}
