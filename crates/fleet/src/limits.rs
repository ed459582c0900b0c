//! The bounds of calls between processes, each with its unit.

use std::time::Duration;

/// A whole call: connection, question and answer.
pub const CALL_MAX: Duration = Duration::from_secs(2);
/// Bytes of a question.
pub const REQUEST_BYTES_MAX: usize = 1 << 20;
/// Bytes of an answer to a status question, which may list all rooms of a backend.
pub const STATUS_BYTES_MAX: usize = 16 << 20;
/// Bytes of any other answer.
pub const ANSWER_BYTES_MAX: usize = 1 << 20;
/// Rooms in one answer to [`crate::Backend::rooms`].
pub const ROOMS_PAGE_MAX: u32 = 1_000;
/// Rooms in one [`crate::Release`].
pub const RELEASED_ROOMS_MAX: usize = 1_000;
/// Characters of a text for everybody.
pub const NOTICE_CHARS_MAX: usize = 400;
