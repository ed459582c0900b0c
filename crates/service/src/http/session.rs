//! Sessions in requests and answers.

use http::{HeaderMap, HeaderValue, header};
use protocol::http::{SECURE_SESSION_COOKIE, SESSION_COOKIE};
use protocol::token::{Keyring, Session};

/// The session of a request: a bearer token of a client that is no browser, or the cookie. One
/// that does not verify counts as none. What was given under TLS is no value of the plain cookie,
/// which others can set.
pub fn session_of(headers: &HeaderMap, keys: &Keyring) -> Option<Session> {
    if let Some(token) = bearer(headers) {
        let secure = Session::verify_secure(keys, token);
        return secure.or_else(|_| Session::verify(keys, token)).ok();
    }
    if let Some(token) = cookie(headers, SECURE_SESSION_COOKIE) {
        return Session::verify_secure(keys, token).ok();
    }
    cookie(headers, SESSION_COOKIE).and_then(|token| Session::verify(keys, token).ok())
}

/// The `Set-Cookie` value of a session; `secure` under TLS, where the name says so too.
pub fn session_cookie(session: &Session, keys: &Keyring, secure: bool, days: u32) -> HeaderValue {
    let (name, flag, token) = if secure {
        (SECURE_SESSION_COOKIE, "; Secure", session.sign_secure(keys))
    } else {
        (SESSION_COOKIE, "", session.sign(keys))
    };
    let seconds = u64::from(days) * 24 * 60 * 60;
    let text = format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{flag}");
    HeaderValue::try_from(text).expect("a token is base64url and dots")
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keyring {
        Keyring::new(b"a secret of thirty-two bytes or so", None).unwrap()
    }

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn a_cookie_that_was_set_is_the_session_again() {
        let session = Session([7; 16]);
        for secure in [false, true] {
            let set = session_cookie(&session, &keys(), secure, 30);
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let request = headers(header::COOKIE, &format!("theme=dark; {pair}"));
            assert_eq!(session_of(&request, &keys()), Some(session));
        }
    }

    #[test]
    fn a_bearer_token_serves_clients_without_cookies() {
        let token = Session([7; 16]).sign(&keys());
        let request = headers(header::AUTHORIZATION, &format!("Bearer {token}"));
        assert_eq!(session_of(&request, &keys()), Some(Session([7; 16])));
    }

    #[test]
    fn a_session_that_was_given_under_tls_is_none_in_the_plain_cookie() {
        let set = session_cookie(&Session([7; 16]), &keys(), true, 30);
        let set = set.to_str().unwrap();
        let token = set.split(['=', ';']).nth(1).unwrap();
        let planted = headers(header::COOKIE, &format!("session={token}"));
        assert_eq!(session_of(&planted, &keys()), None);
        let bearer = headers(header::AUTHORIZATION, &format!("Bearer {token}"));
        assert_eq!(session_of(&bearer, &keys()), Some(Session([7; 16])));
        let plain = Session([8; 16]).sign(&keys());
        let planted = headers(header::COOKIE, &format!("__Host-session={plain}"));
        assert_eq!(session_of(&planted, &keys()), None);
    }

    #[test]
    fn what_does_not_verify_counts_as_none() {
        let other = Keyring::new(b"another secret of thirty-two bytes", None).unwrap();
        let token = Session([7; 16]).sign(&other);
        let request = headers(header::COOKIE, &format!("session={token}"));
        assert_eq!(session_of(&request, &keys()), None);
        assert_eq!(session_of(&headers(header::COOKIE, "session=made-up"), &keys()), None);
    }

    #[test]
    fn a_secure_cookie_has_the_host_prefix() {
        let set = session_cookie(&Session([7; 16]), &keys(), true, 1);
        let text = set.to_str().unwrap();
        assert!(text.starts_with("__Host-session=") && text.ends_with("; Secure"), "{text}");
    }
}
