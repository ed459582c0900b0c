//! What stands at an address instead of a backend.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Bytes of one piece of an endless answer.
const PIECE: usize = 64 << 10;

/// A listener that is no backend, for as long as its test lives.
pub(super) struct Pretender {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Pretender {
    /// It accepts, and says nothing.
    pub(super) async fn hanging() -> Self {
        Self::new(async |stream: TcpStream| {
            std::future::pending::<()>().await;
            drop(stream);
        })
        .await
    }

    /// It says this to everybody.
    pub(super) async fn saying(text: &'static str) -> Self {
        Self::new(async move |mut stream: TcpStream| {
            // Whoever has gone away hears nothing.
            let _ = stream.read(&mut [0; PIECE]).await;
            let _ = stream.write_all(text.as_bytes()).await;
        })
        .await
    }

    /// It never comes to the end of its answer.
    pub(super) async fn endless() -> Self {
        Self::new(async |mut stream: TcpStream| {
            let _ = stream.read(&mut [0; PIECE]).await;
            let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            let piece = [format!("{PIECE:x}\r\n").into_bytes(), vec![b'['; PIECE], b"\r\n".into()];
            let piece = piece.concat();
            let mut said = stream.write_all(head).await;
            while said.is_ok() {
                said = stream.write_all(&piece).await;
            }
        })
        .await
    }

    /// A backend behind a slow network: what comes is handed on after a while, both ways.
    pub(super) async fn relaying(to: SocketAddr, delay: Duration) -> Self {
        Self::new(move |stream: TcpStream| relay(stream, to, delay)).await
    }

    async fn new<F>(answer: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let answer = Arc::new(answer);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream));
            }
        });
        Self { address, accepting }
    }

    pub(super) fn address(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for Pretender {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// An address at which nobody listens.
pub(super) fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").to_string()
}

async fn relay(stream: TcpStream, to: SocketAddr, delay: Duration) {
    let Ok(server) = TcpStream::connect(to).await else { return };
    let (mut asked, mut heard) = stream.into_split();
    let (mut answered, mut told) = server.into_split();
    tokio::join!(slowly(&mut asked, &mut told, delay), slowly(&mut answered, &mut heard, delay));
}

async fn slowly(
    from: &mut (impl AsyncReadExt + Unpin),
    to: &mut (impl AsyncWriteExt + Unpin),
    delay: Duration,
) {
    let mut bytes = [0; PIECE];
    while let Ok(read) = from.read(&mut bytes).await
        && read > 0
    {
        tokio::time::sleep(delay).await;
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
