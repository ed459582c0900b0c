//! The limits of one room, as the configuration says them.

use room::Limits;
use serde::{Deserialize, Serialize};
use service::rate::Rate;

/// What a room may hold and how often it may be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RoomConfig {
    /// Messages kept; the oldest go one by one.
    pub messages_max: usize,
    /// Bytes of all state of the room; the oldest messages go.
    pub state_bytes_max: usize,
    /// Trimmed messages between two `trimmed` events.
    pub trimmed_every: usize,
    /// Events kept for resume.
    pub resume_events_max: usize,
    /// Bytes of events kept for resume.
    pub resume_bytes_max: usize,
    /// Bytes of events in one effect of a long resume.
    pub resume_chunk_bytes_max: usize,
    /// Members remembered; the longest away without a kept message go.
    pub members_max: usize,
    /// Members online at once.
    pub online_max: usize,
    /// Voters of one message.
    pub voters_max: usize,
    /// Unicode scalar values of a text.
    pub text_chars_max: usize,
    /// Unicode scalar values of a member's name.
    pub name_chars_max: usize,
    /// Unicode scalar values of a description.
    pub description_chars_max: usize,
    /// Messages in `joined` or in one page of history.
    pub page_max: usize,
    /// Bytes of messages in `joined` or in one page of history, as a frame would hold them.
    pub page_bytes_max: usize,
    /// Bytes of members and messages together in `joined`, as a frame would hold them.
    pub joined_bytes_max: usize,
    /// Members in one answer to `members`, and in `joined` of a crowded room.
    pub members_page_max: usize,
    /// Members online above which presence is counts only.
    pub crowded_above: usize,
    /// Members online below which presence is names again.
    pub uncrowded_below: usize,
    /// Milliseconds between two presence changes of a room that is not crowded.
    pub presence_every_ms: u64,
    /// Milliseconds between two counts of a crowded room.
    pub crowded_presence_every_ms: u64,
    /// Milliseconds between two typing signs.
    pub typing_every_ms: u64,
    /// Members named in one typing sign.
    pub typing_members_max: usize,
    /// Milliseconds after the last use until the room expires.
    pub expires_after_ms: u64,
    /// Milliseconds for which every key of an accepted post is remembered.
    pub keys_all_ms: u64,
    /// Keys remembered per member after that.
    pub keys_max: usize,
    /// Milliseconds until a name that was given up is free to others.
    pub name_freed_after_ms: u64,
    /// Posts of one member: at once, and per second.
    pub member_posts: Rate,
    /// Posts of the room: at once, and per second.
    pub room_posts: Rate,
    /// Renames of one member: at once, and per minute.
    pub renames: Rate,
}

impl Default for RoomConfig {
    /// The defaults are the room's own.
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            messages_max: limits.messages_max,
            state_bytes_max: limits.state_bytes_max,
            trimmed_every: limits.trimmed_every,
            resume_events_max: limits.resume_events_max,
            resume_bytes_max: limits.resume_bytes_max,
            resume_chunk_bytes_max: limits.resume_chunk_bytes_max,
            members_max: limits.members_max,
            online_max: limits.online_max,
            voters_max: limits.voters_max,
            text_chars_max: limits.text_chars_max,
            name_chars_max: limits.name_chars_max,
            description_chars_max: limits.description_chars_max,
            page_max: limits.page_max,
            page_bytes_max: limits.page_bytes_max,
            joined_bytes_max: limits.joined_bytes_max,
            members_page_max: limits.members_page_max,
            crowded_above: limits.crowded_above,
            uncrowded_below: limits.uncrowded_below,
            presence_every_ms: limits.presence_every_ms,
            crowded_presence_every_ms: limits.crowded_presence_every_ms,
            typing_every_ms: limits.typing_every_ms,
            typing_members_max: limits.typing_members_max,
            expires_after_ms: limits.expires_after_ms,
            keys_all_ms: limits.keys_all_ms,
            keys_max: limits.keys_max,
            name_freed_after_ms: limits.name_freed_after_ms,
            member_posts: rate(limits.member_posts),
            room_posts: rate(limits.room_posts),
            renames: rate(limits.renames),
        }
    }
}

impl RoomConfig {
    /// The room's own type.
    pub fn limits(&self) -> Limits {
        Limits {
            messages_max: self.messages_max,
            state_bytes_max: self.state_bytes_max,
            trimmed_every: self.trimmed_every,
            resume_events_max: self.resume_events_max,
            resume_bytes_max: self.resume_bytes_max,
            resume_chunk_bytes_max: self.resume_chunk_bytes_max,
            members_max: self.members_max,
            online_max: self.online_max,
            voters_max: self.voters_max,
            text_chars_max: self.text_chars_max,
            name_chars_max: self.name_chars_max,
            description_chars_max: self.description_chars_max,
            page_max: self.page_max,
            page_bytes_max: self.page_bytes_max,
            joined_bytes_max: self.joined_bytes_max,
            members_page_max: self.members_page_max,
            crowded_above: self.crowded_above,
            uncrowded_below: self.uncrowded_below,
            presence_every_ms: self.presence_every_ms,
            crowded_presence_every_ms: self.crowded_presence_every_ms,
            typing_every_ms: self.typing_every_ms,
            typing_members_max: self.typing_members_max,
            expires_after_ms: self.expires_after_ms,
            keys_all_ms: self.keys_all_ms,
            keys_max: self.keys_max,
            name_freed_after_ms: self.name_freed_after_ms,
            member_posts: room_rate(self.member_posts),
            room_posts: room_rate(self.room_posts),
            renames: room_rate(self.renames),
        }
    }
}

fn rate(rate: room::Rate) -> Rate {
    Rate { burst: rate.burst, refill_ms: rate.refill_ms }
}

fn room_rate(rate: Rate) -> room::Rate {
    room::Rate { burst: rate.burst, refill_ms: rate.refill_ms }
}
