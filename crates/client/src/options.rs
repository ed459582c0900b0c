//! How a client connects.

use std::time::Duration;

use http::{HeaderName, HeaderValue};

/// How a client connects. The default is a new visitor that is no browser.
#[derive(Clone, Debug)]
pub struct Options {
    /// The session to be, sent as a bearer token; without it the server makes one.
    pub session: Option<String>,
    /// The `Origin` of a browser's page.
    pub origin: Option<String>,
    /// Further headers, such as `X-Forwarded-For` behind a trusted proxy.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// How long a connection, an answer or a farewell may take.
    pub deadline: Duration,
    /// Whether an event out of order is an error. Whoever judges the order itself wants every frame
    /// as it came.
    pub keeps_order: bool,
}

impl Options {
    /// The default deadline.
    pub const DEADLINE: Duration = Duration::from_secs(10);
}

impl Default for Options {
    fn default() -> Self {
        Self {
            session: None,
            origin: None,
            headers: Vec::new(),
            deadline: Self::DEADLINE,
            keeps_order: true,
        }
    }
}
