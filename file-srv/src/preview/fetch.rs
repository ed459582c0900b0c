//! Requests to sites: each hop judged, every byte counted.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::header;
use reqwest::{Client, Response};
use service::Clock;
use url::Url;

use super::reach::{NotPublic, Reach, Resolver};
use super::refusal::Refusal;
use super::turns::{Turn, Turns};
use crate::limits::REDIRECTS_MAX;

/// What sites are told that we are.
const USER_AGENT: &str = concat!("instantchat/", env!("CARGO_PKG_VERSION"), " (link preview)");

/// The one that makes requests.
pub(super) struct Fetcher {
    client: Client,
    reach: Arc<Reach>,
    hosts: Arc<Turns<String>>,
    clock: Clock,
}

/// The requests of one preview. It is one visit for a host, however many they are.
pub(super) struct Visit<'f> {
    fetcher: &'f Fetcher,
    turns: HashMap<String, Turn<String>>,
}

impl Fetcher {
    /// A client without proxies, cookies, decompression or redirects of its own. A connection
    /// serves one request, so that each is resolved and judged.
    pub(super) fn new(
        reach: Arc<Reach>,
        hosts: Arc<Turns<String>>,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .no_proxy()
            .referer(false)
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(Resolver(Arc::clone(&reach))))
            .pool_max_idle_per_host(0)
            .http1_only()
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .build()?;
        Ok(Self { client, reach, hosts, clock })
    }

    /// A visit that has not begun.
    pub(super) fn visit(&self) -> Visit<'_> {
        Visit { fetcher: self, turns: HashMap::new() }
    }
}

impl Visit<'_> {
    /// The answer to a GET, and the address that gave it after redirects.
    pub(super) async fn get(&mut self, url: Url, accept: &str) -> Result<(Response, Url), Refusal> {
        let mut url = url;
        for _ in 0..=REDIRECTS_MAX {
            let response = self.get_once(&url, accept).await?;
            if !response.status().is_redirection() {
                let encoding = response.headers().get(header::CONTENT_ENCODING);
                let is_plain = encoding.is_none_or(|encoding| encoding == "identity");
                return match (response.status().is_success(), is_plain) {
                    (true, true) => Ok((response, url)),
                    (false, _) => Err(Refusal::Status),
                    (_, false) => Err(Refusal::Type),
                };
            }
            let location = response.headers().get(header::LOCATION);
            let next = location.and_then(|location| location.to_str().ok());
            url = next.and_then(|next| url.join(next).ok()).ok_or(Refusal::Status)?;
        }
        Err(Refusal::Redirects)
    }

    async fn get_once(&mut self, url: &Url, accept: &str) -> Result<Response, Refusal> {
        self.fetcher.reach.check(url)?;
        let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_owned();
        if !self.turns.contains_key(&host) {
            let now = self.fetcher.clock.now();
            let turn = self.fetcher.hosts.enter(host.clone(), now);
            self.turns.insert(host, turn.map_err(|_| Refusal::HostBusy)?);
        }
        let request = self
            .fetcher
            .client
            .get(url.clone())
            .header(header::ACCEPT, accept)
            .header(header::ACCEPT_ENCODING, "identity");
        request.send().await.map_err(|error| {
            if is_not_public(&error) { Refusal::Address } else { Refusal::Unreachable }
        })
    }
}

/// The next bytes of an answer.
pub(super) async fn chunk(response: &mut Response) -> Result<Option<Bytes>, Refusal> {
    response.chunk().await.map_err(|_| Refusal::Unreachable)
}

/// The whole of an answer, unless it is larger than it may be.
pub(super) async fn whole(mut response: Response, bytes_max: u64) -> Result<Bytes, Refusal> {
    let mut content = BytesMut::new();
    while let Some(bytes) = chunk(&mut response).await? {
        if (content.len() + bytes.len()) as u64 > bytes_max {
            return Err(Refusal::Image);
        }
        content.extend_from_slice(&bytes);
    }
    Ok(content.freeze())
}

fn is_not_public(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(error) = source {
        if error.is::<NotPublic>() {
            return true;
        }
        source = error.source();
    }
    false
}
