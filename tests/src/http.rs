//! HTTP/1.1 as a hostile or careless client speaks it: paths and headers go out as they
//! are written, and bodies come back as they were sent.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::waiting::DEADLINE;

/// An answer, with its body still encoded.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// Its body, of which chunks are put together.
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header, whose name is given in lower case; empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// How often a header comes, whose name is given in lower case.
    pub fn count(&self, name: &str) -> usize {
        self.headers.iter().filter(|(known, _)| known == name).count()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// It is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }
}

/// Asks with GET, on a connection of its own.
///
/// # Panics
/// There is no answer in time.
pub async fn get(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    exchange(address, format!("{head}\r\n").as_bytes()).await
}

/// Whether GET is answered with 200: by nobody yet, or by somebody who hangs up, it is not.
pub async fn is_well(address: SocketAddr, path: &str) -> bool {
    let asked = async {
        let mut stream = TcpStream::connect(address).await?;
        let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    let answer = tokio::time::timeout(DEADLINE, asked).await;
    answer.is_ok_and(|answer| answer.is_ok_and(|raw| raw.starts_with(b"HTTP/1.1 200")))
}

/// Sends `request` as it is, and reads the answer until the server closes.
///
/// # Panics
/// There is no answer in time, or it is none of HTTP/1.1.
pub async fn exchange(address: SocketAddr, request: &[u8]) -> Answer {
    let conversation = async {
        let mut stream = TcpStream::connect(address).await.expect("the server accepts");
        stream.write_all(request).await.expect("the server reads");
        stream
    };
    answer(tokio::time::timeout(DEADLINE, conversation).await.expect("it is read in time")).await
}

/// Reads the answer on a connection until the server closes.
///
/// # Panics
/// There is no answer in time, or it is none of HTTP/1.1.
pub async fn answer(mut stream: TcpStream) -> Answer {
    let mut raw = Vec::new();
    let reading = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut raw));
    // Whoever is refused before the end of the request may be hung up on after the answer.
    let ended = reading.await.expect("an answer in time");
    assert!(ended.is_ok() || !raw.is_empty(), "no answer: {ended:?}");
    parse(&raw)
}

fn parse(raw: &[u8]) -> Answer {
    let split = raw.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
    let head = String::from_utf8_lossy(&raw[..split]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let chunked =
        headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let rest = &raw[split + 4..];
    let body = if chunked { joined(rest) } else { rest.to_vec() };
    Answer { status: status.parse().expect("a numeric status"), headers, body }
}

/// The chunks of a chunked body, put together.
fn joined(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).ok();
        let size = size.and_then(|hex| usize::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0);
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
    body
}
