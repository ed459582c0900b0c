//! Calls over HTTP: signed, bounded in time and size, on connections that are kept.

use std::sync::Arc;

use bytes::BytesMut;
use protocol::token::Keyring;
use protocol::wire::Id128;
use reqwest::header::CONTENT_LENGTH;
use reqwest::{Client, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use service::tls::Tls;
use service::{Clock, random, tls};
use tokio_rustls::rustls::RootCertStore;

use crate::calls::{Aux, Backend, Files};
use crate::error::{CallError, broken};
use crate::limits::{
    CALL_MAX, DETAIL_CHARS_MAX, IDLE_CONNECTION_MAX, IDLE_CONNECTIONS_MAX, PROBE_AFTER,
    REQUEST_BYTES_MAX,
};
use crate::remote::Remote;
use crate::signature::{ANSWER_HEADER, QUESTION_HEADER, Question, Sealed, digest};

/// Why a process cannot call others.
#[derive(Debug, thiserror::Error)]
pub enum CallerError {
    /// There is no TLS as it should be.
    #[error("no TLS for calls: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
    /// There is no HTTP client as it should be.
    #[error("no HTTP client for calls: {0}")]
    Client(#[from] reqwest::Error),
}

/// One process's calls to the others. Clones share the connections.
#[derive(Clone)]
pub struct Caller(Arc<Shared>);

struct Shared {
    keys: Keyring,
    clock: Clock,
    client: Client,
    scheme: &'static str,
}

impl Caller {
    /// Calls signed with these keys. With TLS, every call is by TLS, and only those are believed whom
    /// the fleet's authority has certified.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(keys: Keyring, clock: Clock, tls: Option<&Tls>) -> Result<Self, CallerError> {
        let client_tls = match tls {
            Some(tls) => (*tls.client).clone(),
            None => tls::client(RootCertStore::empty())?,
        };
        let client = Client::builder()
            .tls_backend_preconfigured(client_tls)
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .pool_idle_timeout(IDLE_CONNECTION_MAX)
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .tcp_keepalive(PROBE_AFTER)
            .build()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        Ok(Self(Arc::new(Shared { keys, clock, client, scheme })))
    }

    /// The backend at a fleet address.
    pub fn backend(&self, address: &str) -> Arc<dyn Backend> {
        Arc::new(Remote::new(self.clone(), address))
    }

    /// The router at a fleet address.
    pub fn aux(&self, address: &str) -> Arc<dyn Aux> {
        Arc::new(Remote::new(self.clone(), address))
    }

    /// The file server at a fleet address.
    pub fn files(&self, address: &str) -> Arc<dyn Files> {
        Arc::new(Remote::new(self.clone(), address))
    }

    /// Asks, and takes an answer of so many bytes.
    pub(crate) async fn call<A: DeserializeOwned>(
        &self,
        address: &str,
        path: &str,
        question: &impl Serialize,
        answer_bytes_max: usize,
    ) -> Result<A, CallError> {
        let body = serde_json::to_vec(question).map_err(|error| bad(error.to_string()))?;
        let asked = tokio::time::timeout(CALL_MAX, self.ask(address, path, body, answer_bytes_max));
        let (status, body) = asked.await.unwrap_or(Err(CallError::Timeout))?;
        match status {
            StatusCode::OK => serde_json::from_slice(&body).map_err(|error| bad(error.to_string())),
            StatusCode::CONFLICT => {
                let newest = serde_json::from_slice(&body);
                let newest = newest.map_err(|error| bad(error.to_string()))?;
                Err(CallError::Stale { newest: placement::RouterId(newest) })
            }
            status => {
                let detail: String = serde_json::from_slice(&body).unwrap_or_default();
                let detail = detail.chars().take(DETAIL_CHARS_MAX).collect();
                Err(CallError::Rejected { status: status.as_u16(), detail })
            }
        }
    }

    /// The status and the body of an answer that is of this fleet and to this question.
    async fn ask(
        &self,
        address: &str,
        path: &str,
        body: Vec<u8>,
        answer_bytes_max: usize,
    ) -> Result<(StatusCode, BytesMut), CallError> {
        if body.len() > REQUEST_BYTES_MAX {
            return Err(bad(format!("the question is larger than {REQUEST_BYTES_MAX} bytes")));
        }
        let Shared { keys, clock, client, scheme } = &*self.0;
        let nonce = Id128(random::bytes());
        let question = Question {
            method: "POST".into(),
            path: path.into(),
            digest: digest(&body),
            unix: clock.unix(),
            nonce,
        };
        let url = Url::parse(&format!("{scheme}://{address}{path}")).ok();
        // An address that is none makes a host of the path, or a path of itself.
        let url = url.filter(|url| url.path() == path);
        let request = client
            .post(url.ok_or_else(|| bad(format!("`{address}` is not host:port")))?)
            .header(QUESTION_HEADER, question.sign(keys))
            .body(body);
        let response = request.send().await.map_err(|error| broken(&error))?;
        let status = response.status();
        let token = response.headers().get(ANSWER_HEADER).and_then(|token| token.to_str().ok());
        let Some(sealed) = token.map(|token| Sealed::verify(keys, token)) else {
            return Err(bad(format!("an unsigned answer with status {}", status.as_u16())));
        };
        let sealed = sealed.map_err(|error| bad(format!("the answer's signature: {error}")))?;
        let body = body_of(response, answer_bytes_max).await?;
        if sealed != (Sealed { nonce, status: status.as_u16(), digest: digest(&body) }) {
            return Err(bad("an answer to another question, or changed on its way".into()));
        }
        Ok((status, body))
    }
}

async fn body_of(mut response: Response, bytes_max: usize) -> Result<BytesMut, CallError> {
    let too_large = || bad(format!("the answer is larger than {bytes_max} bytes"));
    let announced = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let announced = announced.and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > bytes_max) {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        if body.len() + chunk.len() > bytes_max {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn bad(what: String) -> CallError {
    CallError::Bad(what)
}
