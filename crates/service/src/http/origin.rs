//! Which pages may open sockets and upload: this site's, and those that the operator allows.

use http::{HeaderMap, Uri, header};

/// The origins that are allowed.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    allowed: Vec<String>,
}

impl Origins {
    /// The site itself, and exactly these beside it (`https://chat.example`, without a slash at
    /// the end).
    pub fn new(allowed: &[String]) -> Self {
        Self { allowed: allowed.to_vec() }
    }

    /// Whether a request may act. One without an Origin is no browser's; a browser's must be of
    /// the address that it was served from, or listed.
    pub fn allows(&self, headers: &HeaderMap) -> bool {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let Some(origin) = origins.next() else { return true };
        let (Ok(origin), None) = (origin.to_str(), origins.next()) else { return false };
        self.allowed.iter().any(|allowed| allowed == origin) || same_host(origin, headers)
    }
}

/// Whether the origin's host and port are those of the request. TLS ends at the edge, so the
/// scheme says nothing here, but only http and https are pages'.
fn same_host(origin: &str, headers: &HeaderMap) -> bool {
    let Ok(uri) = origin.parse::<Uri>() else { return false };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return false };
    let default_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return false,
    };
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let host = host.strip_suffix(default_port).unwrap_or(host);
    authority.as_str().eq_ignore_ascii_case(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    #[test]
    fn the_site_itself_and_clients_without_origin_are_allowed() {
        let origins = Origins::default();
        assert!(origins.allows(&request("chat.example", None)));
        assert!(origins.allows(&request("chat.example", Some("https://chat.example"))));
        assert!(origins.allows(&request("localhost:8080", Some("http://localhost:8080"))));
        assert!(origins.allows(&request("chat.example:443", Some("https://chat.example"))));
    }

    #[test]
    fn other_sites_and_tricks_are_refused() {
        let origins = Origins::new(&["https://friend.example".to_owned()]);
        for origin in [
            "https://evil.example",
            "https://chat.example.evil.example",
            "https://chat.example:8443",
            "https://friend.example/",
            "https://friend.example.evil.example",
            "ftp://chat.example",
            "null",
            "",
        ] {
            assert!(!origins.allows(&request("chat.example", Some(origin))), "{origin}");
        }
        assert!(origins.allows(&request("chat.example", Some("https://friend.example"))));
    }

    #[test]
    fn two_origins_are_refused() {
        let mut headers = request("chat.example", Some("https://chat.example"));
        headers.append(header::ORIGIN, "https://chat.example".parse().unwrap());
        assert!(!Origins::default().allows(&headers));
    }
}
