//! A WebSocket client that is allowed to break the rules: bytes go out as they are given.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::server::{PATIENCE, TestServer};

/// A connection and what came over it.
pub(crate) struct Raw {
    stream: TcpStream,
    got: Vec<u8>,
}

impl Raw {
    /// Sends a request for a room's door with further header lines, and reads the answer's head.
    pub(crate) async fn request(server: &TestServer, path: &str, headers: &str) -> (Self, String) {
        let stream = TcpStream::connect(server.address).await.unwrap();
        let mut raw = Self { stream, got: Vec::new() };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             {headers}\r\n",
            server.address
        );
        raw.stream.write_all(request.as_bytes()).await.unwrap();
        let head = raw.until(b"\r\n\r\n").await;
        (raw, String::from_utf8(head).unwrap())
    }

    /// A connection that was let in.
    pub(crate) async fn open(server: &TestServer, room: &str) -> Self {
        let (raw, head) = Self::request(server, &format!("/api/rooms/{room}/ws"), "").await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        raw
    }

    /// Sends one masked frame.
    pub(crate) async fn frame(&mut self, first: u8, payload: &[u8]) {
        let mut frame = vec![first];
        match u16::try_from(payload.len()) {
            Ok(length) if length < 126 => frame.push(0x80 | length as u8),
            Ok(length) => {
                frame.push(0x80 | 126);
                frame.extend(length.to_be_bytes());
            }
            Err(_) => {
                frame.push(0x80 | 127);
                frame.extend((payload.len() as u64).to_be_bytes());
            }
        }
        // A mask of zeros changes nothing.
        frame.extend([0; 4]);
        frame.extend(payload);
        self.stream.write_all(&frame).await.unwrap();
    }

    /// The body of an answer that is no upgrade, up to the end of its JSON.
    pub(crate) async fn body(&mut self) -> String {
        String::from_utf8(self.until(b"}").await).unwrap()
    }

    /// Reads up to the close frame, and gives its code.
    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            let mut header = [0; 2];
            self.exactly(&mut header).await;
            let length = match header[1] {
                126 => {
                    let mut length = [0; 2];
                    self.exactly(&mut length).await;
                    usize::from(u16::from_be_bytes(length))
                }
                127 => {
                    let mut length = [0; 8];
                    self.exactly(&mut length).await;
                    usize::try_from(u64::from_be_bytes(length)).unwrap()
                }
                length => usize::from(length),
            };
            let mut payload = vec![0; length];
            self.exactly(&mut payload).await;
            if header[0] == 0x88 {
                return u16::from_be_bytes([payload[0], payload[1]]);
            }
        }
    }

    async fn exactly(&mut self, into: &mut [u8]) {
        while self.got.len() < into.len() {
            self.more().await;
        }
        into.copy_from_slice(&self.got[..into.len()]);
        self.got.drain(..into.len());
    }

    async fn until(&mut self, end: &[u8]) -> Vec<u8> {
        loop {
            let found = self.got.windows(end.len()).position(|window| window == end);
            if let Some(at) = found {
                return self.got.drain(..at + end.len()).collect();
            }
            self.more().await;
        }
    }

    async fn more(&mut self) {
        let mut chunk = [0; 4_096];
        let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut chunk));
        let read = read.await.expect("bytes in time").unwrap();
        assert!(read > 0, "the connection ended after {:?}", String::from_utf8_lossy(&self.got));
        self.got.extend(&chunk[..read]);
    }
}
