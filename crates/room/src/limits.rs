//! The named limits of one room. Every list and every counter has one.

/// What a room may hold and how often it may be asked; the defaults are design values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
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
    /// Posts and edits of one member: at once, and per second.
    pub member_posts: Rate,
    /// Posts and edits of the room: at once, and per second.
    pub room_posts: Rate,
    /// Renames of one member: at once, and per minute.
    pub renames: Rate,
}

/// A token bucket: `burst` tokens at most, one more every `refill_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Tokens of a full bucket.
    pub burst: u32,
    /// Milliseconds until a token is back.
    pub refill_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            messages_max: 1_000,
            state_bytes_max: 8 << 20,
            trimmed_every: 50,
            resume_events_max: 4_000,
            resume_bytes_max: 2 << 20,
            resume_chunk_bytes_max: 64 << 10,
            members_max: 20_000,
            online_max: 10_000,
            voters_max: 20_000,
            text_chars_max: 10_000,
            name_chars_max: 80,
            description_chars_max: 400,
            page_max: 100,
            page_bytes_max: 192 << 10,
            joined_bytes_max: 240 << 10,
            members_page_max: 50,
            crowded_above: 200,
            uncrowded_below: 150,
            presence_every_ms: 250,
            crowded_presence_every_ms: 2_000,
            typing_every_ms: 1_000,
            typing_members_max: 3,
            expires_after_ms: 12 * 60 * 60 * 1_000,
            keys_all_ms: 2 * 60 * 1_000,
            keys_max: 16,
            name_freed_after_ms: 10 * 60 * 1_000,
            member_posts: Rate { burst: 10, refill_ms: 200 },
            room_posts: Rate { burst: 400, refill_ms: 5 },
            renames: Rate { burst: 2, refill_ms: 60_000 },
        }
    }
}
