//! The limits that belong to the wire itself, each with its unit.

/// Bytes of one client frame: 10,000 characters, fully escaped, and the envelope.
pub const CLIENT_FRAME_BYTES_MAX: usize = 128 << 10;
/// Bytes of one server frame.
pub const SERVER_FRAME_BYTES_MAX: usize = 256 << 10;
/// Bytes of messages in one `joined` or `history` frame.
pub const HISTORY_BYTES_MAX: usize = 192 << 10;
/// JSON values of one client frame, those of unknown fields too.
pub const FRAME_VALUES_MAX: usize = 64;
/// The largest number in a frame, of an `id` too: 2^53−1, the largest that JSON carries safely.
pub const INTEGER_MAX: u64 = (1 << 53) - 1;
/// Bytes of any token; longer ones are refused before they are decoded.
pub const TOKEN_BYTES_MAX: usize = 8 << 10;
/// Milliseconds for which a ticket is valid.
pub const TICKET_MS: u64 = 60_000;
/// Milliseconds by which clocks may differ when a ticket is judged.
pub const TICKET_LEEWAY_MS: u64 = 10_000;
/// Milliseconds for which a grant is valid.
pub const GRANT_MS: u64 = 10 * 60_000;
/// Milliseconds for which the descriptor of an upload or a preview may be posted.
pub const DESCRIPTOR_MS: u64 = 10 * 60_000;
/// Milliseconds for which a `keep` restores a room: far longer than an idle room lives, since a page
/// that stays connected is given none anew.
pub const KEEP_MS: u64 = 30 * 24 * 60 * 60_000;
/// Characters of a room password.
pub const PASSWORD_CHARS_MAX: usize = 200;
/// Characters of the address in a request for a preview.
pub const PREVIEW_URL_CHARS_MAX: usize = 2_000;
/// Malformed frames of one connection before it is closed.
pub const BAD_FRAMES_MAX: u32 = 10;
/// Milliseconds between two heartbeats of the server.
pub const HEARTBEAT_MS: u64 = 25_000;
/// Milliseconds of silence after which a peer is closed.
pub const IDLE_MS: u64 = 60_000;
/// Milliseconds until the first frame must have come.
pub const FIRST_FRAME_MS: u64 = 10_000;
