//! Something at an address that is no honest process: it says what a test makes it say.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use protocol::token::{Keyring, Purpose};
use protocol::wire::{Id128, bytes64};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::keys;

/// What it does with a connection once it has the question.
pub(crate) enum Lie {
    /// It says this, piece by piece with this long between two.
    Says(Vec<Vec<u8>>, Duration),
    /// It says nothing.
    Hangs,
    /// It closes.
    Closes,
    /// It resets the connection.
    Resets,
}

/// What is signed of an answer.
#[derive(Serialize)]
pub(crate) struct Sealed {
    pub(crate) nonce: Id128,
    pub(crate) status: u16,
    #[serde(with = "bytes64")]
    pub(crate) digest: [u8; 32],
}

impl Sealed {
    /// As an honest process signs its answer.
    pub(crate) fn honest(nonce: Id128, status: u16, body: &[u8]) -> Self {
        Self { nonce, status, digest: Sha256::digest(body).into() }
    }

    pub(crate) fn sign(&self, keys: &Keyring) -> String {
        keys.sign(Purpose::FleetAnswer, self)
    }
}

/// What a test makes of a question's nonce.
type Make = dyn Fn(Id128) -> Lie + Send + Sync;

/// A liar that listens as long as its test lives.
pub(crate) struct Liar {
    pub(crate) address: SocketAddr,
    listening: JoinHandle<()>,
}

impl Liar {
    pub(crate) async fn new(lie: impl Fn(Id128) -> Lie + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let lie: Arc<Make> = Arc::new(lie);
        let listening = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(answer(stream, Arc::clone(&lie)));
            }
        });
        Self { address, listening }
    }

    /// It answers once with this status, this signature if any, and this body.
    pub(crate) async fn saying(
        status: u16,
        body: &'static [u8],
        signature: impl Fn(Id128) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self::new(move |nonce| {
            let said = [head(status, signature(nonce), Some(body.len())).into_bytes(), body.into()];
            Lie::Says(vec![said.concat()], Duration::ZERO)
        })
        .await
    }

    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// The head of an answer; without a length the answer ends with the connection.
pub(crate) fn head(status: u16, signature: Option<String>, length: Option<usize>) -> String {
    let mut head = format!("HTTP/1.1 {status} Whatever\r\nConnection: close\r\n");
    if let Some(signature) = signature {
        head.push_str(&format!("instantchat-fleet-answer: {signature}\r\n"));
    }
    if let Some(length) = length {
        head.push_str(&format!("Content-Length: {length}\r\n"));
    }
    head + "\r\n"
}

async fn answer(mut stream: TcpStream, lie: Arc<Make>) {
    let Some(nonce) = nonce(&mut stream).await else { return };
    match lie(nonce) {
        Lie::Says(pieces, pause) => {
            for piece in pieces {
                // The caller may have heard enough.
                if stream.write_all(&piece).await.is_err() {
                    return;
                }
                tokio::time::sleep(pause).await;
            }
        }
        Lie::Hangs => std::future::pending().await,
        Lie::Closes => {}
        Lie::Resets => stream.set_zero_linger().unwrap(),
    }
}

/// Reads the question, and the nonce in its signature.
async fn nonce(stream: &mut TcpStream) -> Option<Id128> {
    #[derive(Deserialize)]
    struct Question {
        nonce: Id128,
    }
    let mut read = Vec::new();
    let end = loop {
        if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
            return None;
        }
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8(read[..end].to_vec()).unwrap();
    let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    let length: usize = value("content-length: ").parse().unwrap();
    while read.len() < end + 4 + length {
        stream.read_buf(&mut read).await.ok()?;
    }
    let token = value("instantchat-fleet: ");
    Some(keys().verify::<Question>(Purpose::Fleet, token).unwrap().nonce)
}
