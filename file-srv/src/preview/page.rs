//! What a page says of itself, read while it streams, up to the end of its head.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use encoding_rs::Encoding;
use lol_html::send::{Element, ElementContentHandlers, HtmlRewriter, Settings};
use lol_html::{AsciiCompatibleEncoding, MemorySettings, Selector};

use crate::limits::{
    DESCRIPTION_CHARS_MAX, PAGE_MEMORY_BYTES_MAX, PAGE_TEXT_BYTES_MAX, TITLE_CHARS_MAX,
};
use crate::text;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// The title, one line; empty if there is none.
    pub(super) title: String,
    /// The description, one line; may be empty.
    pub(super) description: String,
    /// The address of its picture, as the page gives it.
    pub(super) picture: Option<String>,
}

/// It rewrites to nowhere: only its handlers count.
type Rewriter = HtmlRewriter<'static, fn(&[u8])>;

/// The reader of one page.
pub(super) struct PageReader {
    rewriter: Option<Rewriter>,
    head: Arc<Mutex<Head>>,
}

/// The first of everything that a head may say, undecoded.
#[derive(Default)]
struct Head {
    title: Option<String>,
    /// Whether the title that is open is the first one.
    in_title: bool,
    shared_title: Option<String>,
    description: Option<String>,
    shared_description: Option<String>,
    picture: Option<String>,
    ended: bool,
}

impl PageReader {
    /// A reader of a page with this content type. Without a known charset it is UTF-8, unless
    /// the page says otherwise.
    pub(super) fn new(content_type: &str) -> Self {
        let head = Arc::new(Mutex::new(Head::default()));
        let encoding = charset(content_type).unwrap_or_else(AsciiCompatibleEncoding::utf_8);
        let settings = Settings::new_send()
            .with_encoding(encoding)
            .with_adjust_charset_on_meta_tag(true)
            .with_strict(false)
            .with_memory_settings(
                MemorySettings::new().with_max_allowed_memory_usage(PAGE_MEMORY_BYTES_MAX),
            );
        let settings = rules(&head)
            .into_iter()
            .fold(settings, |settings, handler| settings.append_element_content_handler(handler));
        let ignore: fn(&[u8]) = |_| {};
        Self { rewriter: Some(HtmlRewriter::new(settings, ignore)), head }
    }

    /// Reads on, and tells whether the head is over. A page that the reader cannot follow is
    /// over too.
    pub(super) fn read(&mut self, bytes: &[u8]) -> bool {
        let Some(rewriter) = &mut self.rewriter else { return true };
        if rewriter.write(bytes).is_err() || self.head().ended {
            self.rewriter = None;
        }
        self.rewriter.is_none()
    }

    /// What was found.
    pub(super) fn finish(mut self) -> Page {
        if let Some(rewriter) = self.rewriter.take()
            && let Err(error) = rewriter.end()
        {
            tracing::debug!(%error, "a page ended badly");
        }
        let head = std::mem::take(&mut *self.head());
        let line = |first: Option<String>, second: Option<String>, chars_max| {
            [first, second]
                .into_iter()
                .flatten()
                .map(|raw| text::line(&decoded(&raw), chars_max))
                .find(|line| !line.is_empty())
                .unwrap_or_default()
        };
        Page {
            title: line(head.shared_title, head.title, TITLE_CHARS_MAX),
            description: line(head.shared_description, head.description, DESCRIPTION_CHARS_MAX),
            picture: head.picture.map(|raw| decoded(&raw).trim().to_owned()),
        }
    }

    fn head(&self) -> std::sync::MutexGuard<'_, Head> {
        self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Head {
    fn meta(&mut self, element: &Element<'_, '_>) {
        let named = ["property", "name"];
        let Some(name) = named.iter().find_map(|name| element.get_attribute(name)) else { return };
        let slot = match name.trim().to_ascii_lowercase().as_str() {
            "og:title" | "twitter:title" => &mut self.shared_title,
            "og:description" | "twitter:description" => &mut self.shared_description,
            "description" => &mut self.description,
            "og:image"
            | "og:image:url"
            | "og:image:secure_url"
            | "twitter:image"
            | "twitter:image:src" => &mut self.picture,
            _ => return,
        };
        let Some(content) = element.get_attribute("content") else { return };
        if slot.is_none() && !content.trim().is_empty() && content.len() <= PAGE_TEXT_BYTES_MAX {
            *slot = Some(content);
        }
    }

    fn title_text(&mut self, chunk: &str) {
        if !self.in_title {
            return;
        }
        let title = self.title.get_or_insert_default();
        if title.len() + chunk.len() <= PAGE_TEXT_BYTES_MAX {
            title.push_str(chunk);
        } else {
            self.in_title = false;
        }
    }
}

type Rule = (Cow<'static, Selector>, ElementContentHandlers<'static>);

fn rules(head: &Arc<Mutex<Head>>) -> [Rule; 4] {
    let with = |act: fn(&mut Head, &mut Element<'_, '_>)| {
        let head = Arc::clone(head);
        move |element: &mut Element<'_, '_>| {
            act(&mut head.lock().unwrap_or_else(PoisonError::into_inner), element);
            Ok(())
        }
    };
    let titles = Arc::clone(head);
    let title = ElementContentHandlers::default()
        .element(with(|head, _| head.in_title = head.title.is_none()))
        .text(move |chunk: &mut lol_html::html_content::TextChunk<'_>| {
            titles.lock().unwrap_or_else(PoisonError::into_inner).title_text(chunk.as_str());
            Ok(())
        });
    let ends = Arc::clone(head);
    let of_head =
        ElementContentHandlers::default().element(move |element: &mut Element<'_, '_>| {
            let ends = Arc::clone(&ends);
            element.on_end_tag(Box::new(move |_| {
                ends.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
                Ok(())
            }))
        });
    let body = ElementContentHandlers::default().element(with(|head, _| head.ended = true));
    let meta = ElementContentHandlers::default().element(with(|head, element| head.meta(element)));
    [("title", title), ("head", of_head), ("body", body), ("meta", meta)].map(|(name, handler)| {
        let selector = name.parse::<Selector>().expect("the name of an element is a selector");
        (Cow::Owned(selector), handler)
    })
}

/// A text with its character references decoded.
fn decoded(raw: &str) -> Cow<'_, str> {
    html_escape::decode_html_entities(raw)
}

/// The encoding that a content type names, if pages can be read in it as they stream.
fn charset(content_type: &str) -> Option<AsciiCompatibleEncoding> {
    let parameters = content_type.split(';').skip(1);
    let mut named = parameters.filter_map(|parameter| parameter.split_once('='));
    let (_, label) = named.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    let label = label.trim().trim_matches('"');
    AsciiCompatibleEncoding::new(Encoding::for_label(label.as_bytes())?)
}

#[cfg(test)]
mod tests;
