//! The servers that share a bucket: each leaves a sign of life there, and keeps the files of one
//! that has left none for two hours.
//!
//! All of them hear what all owners say, so that each can judge. Yet while a server lives, its
//! files are its own business: what one has not heard another may have.

use std::collections::BTreeSet;

use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStoreExt, PutPayload};

use super::{Store, StoreError};
use crate::id::Number;
use crate::limits::{LIFE_SIGN_MS, LIFELESS_MS};

/// The folder of the signs of life inside the bucket.
const FOLDER: &str = "servers";

/// What is known of the others.
#[derive(Default)]
pub(crate) struct Neighbours {
    /// When the last sign was left, in milliseconds since 1970.
    signed: Option<u64>,
    /// The numbers whose files are kept here too.
    inherited: BTreeSet<Number>,
}

impl Store {
    /// Leaves a sign of life when it is time, and takes over the files of those that left none.
    pub(crate) async fn watch_neighbours(&self) {
        let now = self.clock.now();
        let signed = self.neighbours().signed;
        let is_due = signed.is_none_or(|signed| now.saturating_sub(signed) >= LIFE_SIGN_MS);
        if !self.shared || !is_due {
            return;
        }
        match self.watch_now().await {
            Ok(()) => self.neighbours().signed = Some(now),
            Err(error) => tracing::warn!(%error, "the others of the bucket are not known"),
        }
    }

    async fn watch_now(&self) -> Result<(), StoreError> {
        let own = Path::from_iter([FOLDER, &self.number.to_string()]);
        self.objects.put(&own, PutPayload::from_static(b"alive")).await?;
        let folder = Path::from(FOLDER);
        let signs: Vec<ObjectMeta> = self.objects.list(Some(&folder)).try_collect().await?;
        let lifeless = lifeless(&signs, self.number);
        let fresh: BTreeSet<Number> =
            lifeless.difference(&self.neighbours().inherited).copied().collect();
        if !fresh.is_empty() {
            tracing::warn!(servers = ?fresh, "their files are kept in order here");
            self.adopt_of(|number| number.is_some_and(|number| fresh.contains(&number))).await?;
        }
        self.neighbours().inherited = lifeless;
        Ok(())
    }
}

/// The numbers whose sign is too old, by the bucket's clock alone.
fn lifeless(signs: &[ObjectMeta], own: Number) -> BTreeSet<Number> {
    let number = |sign: &ObjectMeta| {
        let number = sign.location.filename()?.parse::<u8>().ok()?;
        Number::try_from(number).ok()
    };
    let signed_ms = |sign: &ObjectMeta| sign.last_modified.timestamp_millis();
    let now = signs.iter().find(|sign| number(sign) == Some(own)).map(signed_ms);
    let last = now.unwrap_or(i64::MIN).saturating_sub_unsigned(LIFELESS_MS);
    signs.iter().filter(|sign| signed_ms(sign) < last).filter_map(number).collect()
}
