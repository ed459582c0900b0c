//! Asks a process of this machine whether it is ready, for images that have no HTTP client. Not a
//! client for anything else: one request, one line of the answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long the process may take to accept, and again to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes of an answer: a status line, a few headers and a reason.
const ANSWER_BYTES_MAX: u64 = 8 << 10;

/// Why a process does not count as healthy.
#[derive(Debug, thiserror::Error)]
pub enum Unhealthy {
    /// Nothing answers at its admin listener.
    #[error("{address}: {source}")]
    Silent {
        /// The listener.
        address: SocketAddr,
        /// What went wrong.
        source: std::io::Error,
    },
    /// It answers that it is not ready.
    #[error("not ready: {0}")]
    NotReady(String),
}

/// Asks `/readyz` of the admin listener at `listen`, as the configuration has it.
///
/// # Errors
/// Nobody answers in time, or the answer is not 200.
pub fn ask(listen: SocketAddr) -> Result<(), Unhealthy> {
    let address = reachable(listen);
    let answer = answer(address).map_err(|source| Unhealthy::Silent { address, source })?;
    let status = answer.split_whitespace().nth(1).unwrap_or_default();
    if status == "200" {
        return Ok(());
    }
    let reason = answer.split_once("\r\n\r\n").map_or(status, |(_, body)| body.trim());
    Err(Unhealthy::NotReady(reason.to_owned()))
}

/// A listener on all addresses is on loopback too.
fn reachable(listen: SocketAddr) -> SocketAddr {
    match listen {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, v6.port()).into(),
        other => other,
    }
}

fn answer(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(
        format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes(),
    )?;
    let mut reader = BufReader::new(stream.take(ANSWER_BYTES_MAX));
    let mut text = String::new();
    while reader.read_line(&mut text)? > 0 {}
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// A listener that gives one answer.
    fn answering(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            while request.read_line(&mut line).unwrap() > 2 {
                line.clear();
            }
            stream.write_all(answer.as_bytes()).unwrap();
        });
        address
    }

    #[test]
    fn a_ready_process_is_healthy() {
        ask(answering("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nready\n")).unwrap();
    }

    #[test]
    fn a_process_that_is_not_ready_gives_its_reason() {
        let refused = ask(answering("HTTP/1.1 503 Service Unavailable\r\n\r\nstopping\n"));
        assert_eq!(refused.unwrap_err().to_string(), "not ready: stopping");
    }

    #[test]
    fn a_process_that_says_nothing_is_not_healthy() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        assert!(matches!(ask(address), Err(Unhealthy::Silent { .. })));
        drop(listener);
        assert!(matches!(ask(address), Err(Unhealthy::Silent { .. })));
    }

    #[test]
    fn a_listener_on_all_addresses_is_asked_on_loopback() {
        assert_eq!(reachable(([0, 0, 0, 0], 8101).into()), ([127, 0, 0, 1], 8101).into());
        assert_eq!(reachable("[::]:1".parse().unwrap()), "[::1]:1".parse().unwrap());
        assert_eq!(reachable(([10, 0, 0, 1], 8101).into()), ([10, 0, 0, 1], 8101).into());
    }
}
