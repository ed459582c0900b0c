//! Direct mode: browsers open their WebSockets on backends' own hosts, all under one wildcard name.

use http::HeaderValue;
use service::http::CONTENT_SECURITY_POLICY;

/// The wildcard name: `direct.example` stands for `*.direct.example`, on one port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DirectDomain {
    domain: String,
    /// None is the port of https.
    port: Option<u16>,
}

/// Why a domain is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("directDomain: `{text}` is not a domain like `direct.example` or `direct.example:8443`")]
pub struct BadDomain {
    text: String,
}

impl DirectDomain {
    /// The domain that a configuration names; none without direct mode.
    ///
    /// # Errors
    /// The text is no domain.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, BadDomain> {
        if text.is_empty() {
            return Ok(None);
        }
        let bad = || BadDomain { text: text.to_owned() };
        let (domain, port) = split(text).ok_or_else(bad)?;
        // A name that ends in a number would be an address.
        let last = domain.rsplit('.').next().unwrap_or_default();
        if !domain.contains('.') || last.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad());
        }
        Ok(Some(Self { domain, port }))
    }

    /// The host, with its port, that a backend says to be reached at, if it is under the domain.
    pub(crate) fn host(&self, said: &str) -> Option<String> {
        let (host, port) = split(said)?;
        let is_under = host.strip_suffix(&self.domain).is_some_and(|label| label.ends_with('.'));
        if !is_under || port.is_some() && port != self.port {
            return None;
        }
        Some(self.port.map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
    }

    /// What pages may load: what they always may, and sockets to all backends.
    pub(crate) fn policy(&self) -> Option<HeaderValue> {
        const OWN: &str = "connect-src 'self'";
        let port = self.port.map_or_else(String::new, |port| format!(":{port}"));
        let both = format!("{OWN} wss://*.{}{port}", self.domain);
        HeaderValue::try_from(CONTENT_SECURITY_POLICY.replace(OWN, &both)).ok()
    }
}

/// A host name in lower case, and the port if there is one that is not https's.
fn split(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok().filter(|port| *port > 0)?)),
        None => (text, None),
    };
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(is_inner);
    let is_good = host.len() <= 253 && host.split('.').all(is_label);
    is_good.then(|| (host.to_ascii_lowercase(), port.filter(|port| *port != 443)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(text: &str) -> DirectDomain {
        DirectDomain::parse(text).unwrap().unwrap()
    }

    #[test]
    fn only_hosts_under_the_domain_are_taken() {
        let plain = domain("Direct.Example");
        for (said, taken) in [
            ("b1.direct.example", Some("b1.direct.example")),
            ("B1.direct.example:443", Some("b1.direct.example")),
            ("b1.direct.example:8443", None),
            ("direct.example", None),
            ("evildirect.example", None),
            ("b1.direct.example.evil.example", None),
            ("evil.example/b1.direct.example", None),
            ("evil.example#.direct.example", None),
            ("user@b1.direct.example", None),
            ("", None),
        ] {
            assert_eq!(plain.host(said).as_deref(), taken, "{said}");
        }
        let with_port = domain("direct.test:8443");
        assert_eq!(with_port.host("b1.direct.test").as_deref(), Some("b1.direct.test:8443"));
        assert_eq!(with_port.host("b1.direct.test:8443").as_deref(), Some("b1.direct.test:8443"));
        assert_eq!(with_port.host("b1.direct.test:9443"), None);
    }

    #[test]
    fn the_policy_names_the_wildcard_with_its_port() {
        for (text, source) in [
            ("direct.example", "connect-src 'self' wss://*.direct.example;"),
            ("direct.test:8443", "connect-src 'self' wss://*.direct.test:8443;"),
        ] {
            let policy = domain(text).policy().unwrap();
            assert!(policy.to_str().unwrap().contains(source), "{policy:?}");
        }
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        assert_eq!(DirectDomain::parse(""), Ok(None));
        for text in ["example", "10.0.0.5", "*.direct.example", "https://direct.example", "a.b:0"] {
            assert!(DirectDomain::parse(text).is_err(), "{text}");
        }
    }
}
