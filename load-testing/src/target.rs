//! Whom the load is for. Nothing but this machine, unless the host is named a second time: a load on
//! somebody else's server is an attack.

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};

use crate::dialect::Peer;

/// How long the first look at the target may take.
const LOOK_MAX: Duration = Duration::from_secs(5);

/// The server under load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `host:port`, as addresses of rooms and the `Host` header have it.
    pub authority: String,
    /// Where it is.
    pub address: SocketAddr,
    /// Who it is, if not this product.
    pub peer: Option<Peer>,
}

/// Host and port of `ws://host:port`.
///
/// # Errors
/// It is no such address; why.
pub fn parse(text: &str) -> Result<(String, u16), String> {
    let wrong = || format!("`{text}` is not a target like ws://127.0.0.1:8080");
    if text.starts_with("wss:") || text.starts_with("https:") {
        return Err("TLS is the edge's: aim behind it, at a ws:// address".into());
    }
    let rest = text.strip_prefix("ws://").ok_or_else(wrong)?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-._:[]".contains(letter);
    if rest.is_empty() || !rest.chars().all(is_plain) {
        return Err(wrong());
    }
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port))
            if !host.contains(':') || host.starts_with('[') && host.ends_with(']') =>
        {
            (host, port.parse().map_err(|_| wrong())?)
        }
        Some(_) if !rest.starts_with('[') => return Err(wrong()),
        _ => (rest, 80),
    };
    let host = host.trim_matches(['[', ']']);
    if host.is_empty() || port == 0 {
        return Err(wrong());
    }
    Ok((host.to_owned(), port))
}

impl Target {
    /// Finds the target and sees that it listens. `allowed` is the one host beside loopback.
    ///
    /// # Errors
    /// It is somebody else's, is not found, or does not listen; why.
    pub async fn find(text: &str, allowed: Option<&str>) -> Result<Self, String> {
        let (host, port) = parse(text)?;
        let found = tokio::net::lookup_host((host.as_str(), port));
        let mut addresses = timeout(LOOK_MAX, found)
            .await
            .map_err(|_| format!("`{host}` is not found in time"))?
            .map_err(|error| format!("`{host}` is not found: {error}"))?;
        let address = addresses.next().ok_or_else(|| format!("`{host}` has no address"))?;
        if !is_own(address.ip()) && allowed != Some(host.as_str()) {
            return Err(format!(
                "`{host}` is not this machine. If the server is yours, say so: --allow-host {host}"
            ));
        }
        let listening = timeout(LOOK_MAX, TcpStream::connect(address)).await;
        listening
            .map_err(|_| format!("{address} does not answer"))?
            .map_err(|error| format!("nothing listens on {address}: {error}"))?;
        let authority = text.trim_start_matches("ws://").trim_end_matches('/').to_owned();
        Ok(Self { authority, address, peer: None })
    }

    /// The address of a room.
    pub fn room(&self, name: &str) -> String {
        format!("ws://{}/api/rooms/{name}/ws", self.authority)
    }

    /// Whether connections to it may come from any address of 127.0.0.0/8.
    pub fn is_loopback_v4(&self) -> bool {
        matches!(self.address.ip(), IpAddr::V4(ip) if ip.is_loopback())
    }
}

fn is_own(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_plain_hosts_with_a_port() {
        for (text, host, port) in [
            ("ws://127.0.0.1:8080", "127.0.0.1", 8080),
            ("ws://[::1]:8080/", "::1", 8080),
            ("ws://localhost", "localhost", 80),
        ] {
            assert_eq!(parse(text), Ok((host.to_owned(), port)), "{text}");
        }
        for text in [
            "",
            "8080",
            "http://x",
            "wss://x",
            "ws://",
            "ws://x:0",
            "ws://x:99999",
            "ws://u@x",
            "ws://x/y",
            "ws://::1",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn only_this_machine_is_loaded_unless_the_host_is_named_again() {
        let refused = Target::find("ws://192.0.2.1:80", None).await.unwrap_err();
        assert!(refused.contains("--allow-host 192.0.2.1"), "{refused}");
        let refused = Target::find("ws://192.0.2.1:80", Some("192.0.2.2")).await.unwrap_err();
        assert!(refused.contains("--allow-host 192.0.2.1"), "{refused}");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(Target::find(&format!("ws://127.0.0.1:{port}"), None).await.is_ok());
        drop(listener);
        let refused = Target::find(&format!("ws://127.0.0.1:{port}"), None).await.unwrap_err();
        assert!(refused.contains("nothing listens"), "{refused}");
    }
}
