//! A message as it is now, and what it carries.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::client::VoteValue;
use crate::wire::{Member, Timestamp};

/// A message as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Its name: the `seq` of the event that posted it.
    pub seq: u64,
    /// When it was posted.
    pub at: Timestamp,
    /// Its author.
    pub by: Member,
    /// The author's present name.
    pub name: Arc<str>,
    /// Its present text; empty when deleted.
    pub text: Arc<str>,
    /// The message that it answers.
    pub reply_to: Option<u64>,
    /// Its file.
    pub file: Option<File>,
    /// Its preview.
    pub preview: Option<Preview>,
    /// Votes for it.
    pub up: u32,
    /// Votes against it.
    pub down: u32,
    /// Your vote.
    pub mine: VoteValue,
    /// The `seq` of its last change.
    pub rev: u64,
    /// When its text was last replaced.
    pub edited_at: Option<Timestamp>,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// Its id.
    pub id: Arc<str>,
    /// Where it is read: a path of this site.
    pub url: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its media type.
    #[serde(rename = "type")]
    pub media_type: Arc<str>,
    /// Its size in bytes.
    pub size: u64,
    /// Width in pixels, of an image.
    pub width: Option<u32>,
    /// Height in pixels, of an image.
    pub height: Option<u32>,
    /// Where its thumbnail is read, of an image.
    pub thumbnail: Option<Arc<str>>,
    /// Whether it was drawn in the room.
    pub drawing: bool,
}

/// A link preview of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// Its id.
    pub id: Arc<str>,
    /// The address that was previewed.
    pub url: Arc<str>,
    /// The page's title.
    pub title: Arc<str>,
    /// The page's description; may be empty.
    pub description: Arc<str>,
    /// Its picture.
    pub image: Option<Image>,
}

/// A picture of a preview, on this site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Image {
    /// Where it is read: a path of this site.
    pub url: Arc<str>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}
