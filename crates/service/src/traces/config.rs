//! Where traces go, and how many: values that are wrong are refused where they are read, so that
//! the error names the key.

use reqwest::Url;
use serde::{Deserialize, Serialize};

/// What is appended to an endpoint (the specification of OTLP/HTTP).
const PATH: &str = "/v1/traces";

/// Where traces go, and how many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TracesConfig {
    /// The collector; none for no traces.
    pub endpoint: Endpoint,
    /// How much of what could be traced is.
    pub ratio: Ratio,
}

/// The address of a collector that speaks OTLP over HTTP, without the path of a signal; or none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Endpoint(String);

/// A part of the whole, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Ratio(f64);

/// Why a value is not accepted. It does not repeat the value, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTraces {
    /// It is no URL of a collector.
    #[error("not the URL of a collector, as http://collector:4318")]
    NotAUrl,
    /// It holds a secret, which configuration must not.
    #[error("a password does not belong here: OTEL_EXPORTER_OTLP_HEADERS may hold one")]
    Credentials,
    /// It holds what is appended to it.
    #[error("without /v1/traces, which is appended")]
    Path,
    /// It is no part of a whole.
    #[error("not a number from 0 to 1")]
    NotARatio,
}

impl Endpoint {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where traces are posted.
    pub(super) fn traces(&self) -> String {
        format!("{}{PATH}", self.0.trim_end_matches('/'))
    }

    /// Whether the way to the collector is encrypted.
    pub(super) fn is_encrypted(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| url.scheme() == "https")
    }
}

impl TryFrom<String> for Endpoint {
    type Error = InvalidTraces;

    fn try_from(text: String) -> Result<Self, InvalidTraces> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let url = Url::parse(&text).map_err(|_| InvalidTraces::NotAUrl)?;
        let has_host = url.host_str().is_some_and(|host| !host.is_empty());
        let is_http = ["http", "https"].contains(&url.scheme()) && has_host;
        if !is_http || url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidTraces::NotAUrl);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidTraces::Credentials);
        }
        if url.path().trim_end_matches('/').ends_with(PATH) {
            return Err(InvalidTraces::Path);
        }
        Ok(Self(text))
    }
}

impl From<Endpoint> for String {
    fn from(endpoint: Endpoint) -> Self {
        endpoint.0
    }
}

impl TryFrom<f64> for Ratio {
    type Error = InvalidTraces;

    fn try_from(ratio: f64) -> Result<Self, InvalidTraces> {
        if (0.0..=1.0).contains(&ratio) { Ok(Self(ratio)) } else { Err(InvalidTraces::NotARatio) }
    }
}

impl From<Ratio> for f64 {
    fn from(ratio: Ratio) -> Self {
        ratio.0
    }
}

/// What is not a number is no ratio either.
impl Eq for Ratio {}

impl Default for Ratio {
    /// One in a hundred.
    fn default() -> Self {
        Self(0.01)
    }
}
