//! Where previews may go: judged for every address, and the connection goes to the address that
//! was judged.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::address::is_public;
use super::refusal::Refusal;

/// The ports of the web.
const PORTS: [u16; 2] = [80, 443];

/// Which addresses previews may be fetched from: public ones, without those of the fleet.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    refused: Vec<IpNet>,
    also: Vec<SocketAddr>,
}

/// A name stands for an address that may not be reached, or for none.
#[derive(Debug, thiserror::Error)]
#[error("the name does not stand for public addresses")]
pub(super) struct NotPublic;

impl Reach {
    /// Public addresses, without these networks.
    pub fn public(refused: Vec<IpNet>) -> Self {
        Self { refused, also: Vec::new() }
    }

    /// These sockets as well, though they are not public. For tests, whose servers are on
    /// loopback: no configuration leads here.
    #[must_use]
    pub fn and(mut self, sockets: &[SocketAddr]) -> Self {
        self.also.extend_from_slice(sockets);
        self
    }

    /// Whether an address can be previewed by its form: of the web, at a port of the web,
    /// without a user's name.
    pub(super) fn is_of_web(&self, url: &Url) -> bool {
        let port = url.port_or_known_default();
        let port_is_open = port.is_some_and(|port| {
            PORTS.contains(&port) || self.also.iter().any(|socket| socket.port() == port)
        });
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|host| !host.is_empty())
            && port_is_open
            && url.username().is_empty()
            && url.password().is_none()
    }

    /// Whether a request may be made, as far as that is known before the name is resolved. The
    /// client connects to a literal address without asking a resolver.
    pub(super) fn check(&self, url: &Url) -> Result<(), Refusal> {
        let literal = match url.host() {
            Some(Host::Ipv4(v4)) => Some(IpAddr::V4(v4)),
            Some(Host::Ipv6(v6)) => Some(IpAddr::V6(v6)),
            _ => None,
        };
        let is_open = literal.is_none_or(|address| self.is_open(address));
        if self.is_of_web(url) && is_open { Ok(()) } else { Err(Refusal::Address) }
    }

    fn is_open(&self, address: IpAddr) -> bool {
        if self.also.iter().any(|socket| socket.ip() == address) {
            return true;
        }
        is_public(address) && !self.refused.iter().any(|net| net.contains(&address))
    }

    /// The addresses of a name, if every one of them may be reached: one that may not be is a
    /// sign of an attack, not of a site.
    async fn addresses(&self, name: &str) -> Result<Vec<SocketAddr>, Box<dyn Error + Send + Sync>> {
        let found: Vec<SocketAddr> = tokio::net::lookup_host((name, 0)).await?.collect();
        if found.is_empty() || !found.iter().all(|socket| self.is_open(socket.ip())) {
            return Err(Box::new(NotPublic));
        }
        Ok(found)
    }
}

/// The resolver of the client that fetches. It is asked once a connection.
pub(super) struct Resolver(pub(super) Arc<Reach>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = Arc::clone(&self.0);
        Box::pin(async move {
            let found = reach.addresses(name.as_str()).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reach: &Reach, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| reach.check(&url).is_ok())
    }

    #[test]
    fn every_notation_of_an_address_is_the_address() {
        let reach = Reach::public(Vec::new());
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://0x7f000001/",
            "http://127.1/",
            "http://１２７.０.０.１/",
            "http://127。0。0。1/",
            "http://%31%32%37.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[64:ff9b::127.0.0.1]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://0/",
        ] {
            assert!(!check(&reach, url), "{url}");
        }
        assert!(check(&reach, "https://1.1.1.1/"));
        assert!(check(&reach, "http://example.com:443/"));
    }

    #[test]
    fn other_schemes_ports_and_users_are_not_of_the_web() {
        let reach = Reach::public(Vec::new());
        for url in [
            "ftp://example.com/",
            "file:///etc/passwd",
            "gopher://example.com/",
            "data:text/html,x",
            "javascript:alert(1)",
            "http://example.com:22/",
            "http://example.com:8080/",
            "http://user@example.com/",
            "http://user:password@example.com/",
            "http://:@127.0.0.1/",
        ] {
            assert!(!check(&reach, url), "{url}");
        }
    }

    #[test]
    fn the_fleet_is_refused_though_it_is_public() {
        let reach = Reach::public(vec!["198.41.0.0/24".parse().unwrap()]);
        assert!(!check(&reach, "http://198.41.0.4/"));
        assert!(check(&reach, "http://198.41.1.4/"));
    }

    #[tokio::test]
    async fn a_name_of_loopback_is_refused() {
        let reach = Reach::public(Vec::new());
        let error = reach.addresses("localhost").await.unwrap_err();
        assert!(error.is::<NotPublic>(), "{error}");
    }
}
