//! The bounds of calls between processes, each with its unit.

use std::time::Duration;

/// A whole call: connection, question and answer.
pub const CALL_MAX: Duration = Duration::from_secs(2);
/// Bytes of a question.
pub const REQUEST_BYTES_MAX: usize = 1 << 20;
/// Rooms of one backend: a router that has just started must hear of all of them in one answer.
pub const BACKEND_ROOMS_MAX: usize = 100_000;
/// Bytes of a room in that answer: a name of 100 characters, the epochs before and after.
const LISTED_ROOM_BYTES_MAX: usize = 480;
/// Bytes of an answer to a status question.
pub const STATUS_BYTES_MAX: usize = BACKEND_ROOMS_MAX * LISTED_ROOM_BYTES_MAX + ANSWER_BYTES_MAX;
/// Bytes of any other answer.
pub const ANSWER_BYTES_MAX: usize = 1 << 20;
/// Rooms in one answer to [`crate::Backend::rooms`].
pub const ROOMS_PAGE_MAX: u32 = 1_000;
/// Rooms in one [`crate::Release`].
pub const RELEASED_ROOMS_MAX: usize = 1_000;
/// Characters of a text for everybody.
pub const NOTICE_CHARS_MAX: usize = 400;
/// Milliseconds by which a caller's clock may differ from the callee's.
pub const CLOCKS_APART_MAX_MS: u64 = 120_000;
/// Nonces of calls that are remembered: 400 calls a second for as long as each could be repeated.
pub const NONCES_MAX: usize = 100_000;
/// Connections to one process that wait for a further call.
pub const IDLE_CONNECTIONS_MAX: usize = 8;
/// How long they wait: half of what a listener gives them, so that it is the caller who ends them.
pub const IDLE_CONNECTION_MAX: Duration = Duration::from_secs(5);
/// How long a connection may be still until the kernel probes whether the other end is there.
pub const PROBE_AFTER: Duration = Duration::from_secs(15);
/// Characters of a refusal's reason that a caller keeps.
pub const DETAIL_CHARS_MAX: usize = 400;
/// Milliseconds between two log lines about calls with another secret.
pub const WARN_EVERY_MS: u64 = 60_000;

#[cfg(test)]
mod tests {
    use placement::{Change, Held};
    use protocol::RoomName;

    use super::*;
    use crate::mirror::ChangeMirror;

    #[test]
    fn a_backend_full_of_rooms_with_the_longest_names_can_list_them() {
        let room = "\u{20000}".repeat(RoomName::CHARS_MAX);
        assert!(RoomName::parse(&room).is_ok(), "the longest name in bytes");
        let held = Some(Held { epoch: u64::MAX, import: false });
        let change = Change { room: room.into(), was: held, is: held };
        let listed = serde_json::to_vec(&ChangeMirror::from(&change)).unwrap();
        // A comma follows.
        assert!(listed.len() < LISTED_ROOM_BYTES_MAX, "{}", listed.len());
    }
}
