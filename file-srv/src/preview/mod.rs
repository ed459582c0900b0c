//! Link previews: fetched once, by the sender's side, and carried with the message.
//!
//! The pages that are fetched, and those who ask for them, are hostile: addresses are judged
//! before a connection is made to exactly those addresses, everything has a size and a time, and
//! whoever asks learns nothing but that there is no preview.

mod address;
mod fetch;
mod kept;
mod page;
mod reach;
mod refusal;
mod route;
mod turns;

use std::sync::Arc;
use std::time::Duration;

use http::header;
use percent_encoding::percent_decode_str;
use protocol::wire::Id128;
use reqwest::Response;
use service::Clock;
use service::rate::{ADDRESSES_MAX, AddressBuckets};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::Url;

use self::fetch::{Fetcher, Visit};
use self::kept::{Answer, Kept};
use self::page::PageReader;
pub use self::reach::Reach;
pub(crate) use self::refusal::Refusal;
pub(crate) use self::route::preview;
use self::turns::Turns;
use crate::config::{ImageConfig, PreviewConfig};
use crate::limits::{
    PAGE_BYTES_MAX, PAGE_PICTURE_BYTES_MAX, PREVIEW_SIDE_MAX, PREVIEW_SIDE_MIN, TITLE_CHARS_MAX,
    TURNS_MAX,
};
use crate::picture::{self, Encoded};
use crate::text;
use crate::workers::{WorkError, Workers};

/// Bytes of a page that are read in one go.
const SLICE_BYTES: usize = 16 << 10;

/// What previews need.
pub(crate) struct Previews {
    config: PreviewConfig,
    images: ImageConfig,
    reach: Arc<Reach>,
    /// None where there are no previews, or no certificates to trust.
    fetcher: Option<Fetcher>,
    kept: Kept<Preview>,
    places: Semaphore,
    addresses: AddressBuckets,
    sessions: Arc<Turns<(Id128, Id128)>>,
}

/// A preview that is nobody's yet.
#[derive(Debug)]
struct Preview {
    title: String,
    description: String,
    picture: Option<Encoded>,
}

impl Previews {
    /// No preview has been asked for.
    pub(crate) fn new(
        config: PreviewConfig,
        images: ImageConfig,
        reach: Reach,
        clock: Clock,
    ) -> Self {
        let reach = Arc::new(reach);
        let hosts = Turns::new(config.host_per_minute_max, config.host_under_way_max, TURNS_MAX);
        let fetcher = Fetcher::new(Arc::clone(&reach), hosts, clock)
            .inspect_err(|error| tracing::warn!(%error, "there are no link previews"))
            .ok();
        let at_once = config.under_way_max;
        Self {
            images,
            reach,
            fetcher: fetcher.filter(|_| config.enabled),
            kept: Kept::new(config.kept_ms, config.kept_max),
            places: Semaphore::new(at_once),
            addresses: AddressBuckets::new(config.address_rate, ADDRESSES_MAX),
            sessions: Turns::new(config.session_per_minute_max, at_once, TURNS_MAX),
            config,
        }
    }

    /// The preview of an address: the kept one, or one that is fetched now.
    async fn of(&self, url: &Url, now: u64, workers: &Workers) -> Answer<Preview> {
        let mut key = url.clone();
        key.set_fragment(None);
        self.kept.get(key.as_str(), now, self.fetch(&key, workers)).await
    }

    async fn fetch(&self, url: &Url, workers: &Workers) -> Answer<Preview> {
        let fetcher = self.fetcher.as_ref().ok_or(Refusal::Off)?;
        let _place = self.places.try_acquire().map_err(|_| Refusal::Busy)?;
        let timeout = Duration::from_millis(self.config.timeout_ms);
        // What a sleep would wake at is the time by which all must be over.
        let deadline = tokio::time::sleep(timeout).deadline();
        let fetch = self.fetch_by(fetcher.visit(), url, workers, deadline);
        let preview = tokio::time::timeout(timeout, fetch).await;
        preview.unwrap_or(Err(Refusal::Timeout)).map(Arc::new)
    }

    async fn fetch_by(
        &self,
        mut visit: Visit<'_>,
        url: &Url,
        workers: &Workers,
        deadline: Instant,
    ) -> Result<Preview, Refusal> {
        let (response, url) = visit.get(url.clone(), "text/html,image/*;q=0.5").await?;
        let media_type = media_type(&response).to_ascii_lowercase();
        if media_type.starts_with("image/") {
            let picture = self.picture(response, workers).await?;
            return Ok(Preview {
                title: name_of(&url),
                description: String::new(),
                picture: Some(picture),
            });
        }
        if !matches!(media_type.as_str(), "text/html" | "application/xhtml+xml") {
            return Err(Refusal::Type);
        }
        let page = read_head(response).await?;
        if page.title.is_empty() {
            return Err(Refusal::Untitled);
        }
        let found = page.picture.and_then(|picture| url.join(&picture).ok());
        let picture = match found {
            Some(found) => {
                // A page without its picture is better than none: half a second is left for it
                // to be told.
                let last = deadline.checked_sub(Duration::from_millis(500)).unwrap_or(deadline);
                let fetch = self.picture_at(visit, found, workers);
                tokio::time::timeout_at(last, fetch).await.ok().and_then(Result::ok)
            }
            None => None,
        };
        Ok(Preview { title: page.title, description: page.description, picture })
    }

    async fn picture_at(
        &self,
        mut visit: Visit<'_>,
        url: Url,
        workers: &Workers,
    ) -> Result<Encoded, Refusal> {
        let (response, _) = visit.get(url, "image/*").await?;
        self.picture(response, workers).await
    }

    async fn picture(&self, response: Response, workers: &Workers) -> Result<Encoded, Refusal> {
        if response.content_length().is_some_and(|length| length > PAGE_PICTURE_BYTES_MAX) {
            return Err(Refusal::Image);
        }
        let file = fetch::whole(response, PAGE_PICTURE_BYTES_MAX).await?;
        let limits = self.images;
        let work = move || picture::miniature(&file, &limits, PREVIEW_SIDE_MAX);
        let picture = workers.run(work).await.map_err(|error| match error {
            WorkError::Busy => Refusal::Busy,
            WorkError::Panicked => Refusal::Image,
        })?;
        let picture = picture.map_err(|_| Refusal::Image)?;
        if picture.width < PREVIEW_SIDE_MIN || picture.height < PREVIEW_SIDE_MIN {
            return Err(Refusal::Image);
        }
        Ok(picture)
    }
}

/// Reads until the head is over or the page is as long as it may be.
async fn read_head(mut response: Response) -> Result<page::Page, Refusal> {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut reader = PageReader::new(content_type);
    let mut left = PAGE_BYTES_MAX;
    while let Some(bytes) = fetch::chunk(&mut response).await? {
        let wanted = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let mut slices = bytes[..wanted].chunks(SLICE_BYTES);
        let is_over = slices.any(|slice| reader.read(slice));
        left -= wanted as u64;
        if is_over || left == 0 {
            break;
        }
    }
    Ok(reader.finish())
}

/// The media type of an answer, without its parameters.
fn media_type(response: &Response) -> &str {
    let value = response.headers().get(header::CONTENT_TYPE);
    let text = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim()
}

/// What an image is called: the last part of its path, or its host.
fn name_of(url: &Url) -> String {
    let last = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let name = text::line(&percent_decode_str(last).decode_utf8_lossy(), TITLE_CHARS_MAX);
    if name.is_empty() { url.host_str().unwrap_or_default().to_owned() } else { name }
}
