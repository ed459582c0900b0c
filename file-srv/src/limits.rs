//! The limits that no operator changes, each with its unit. What an operator may change is in
//! `config`.

/// Bytes of a multipart body beside the file: boundaries and the headers of the part.
pub const ENVELOPE_BYTES_MAX: u64 = 64 << 10;
/// Bytes of the headers of the part.
pub const PART_HEADER_BYTES_MAX: usize = 8 << 10;
/// Bytes of a multipart boundary (RFC 2046).
pub const BOUNDARY_BYTES_MAX: usize = 70;
/// Bytes at the start of a file that tell its type.
pub const HEAD_BYTES: usize = 8 << 10;
/// Milliseconds for which the rest of a refused upload is read and thrown away, so that a
/// browser, which listens only after it has spoken, hears the reason.
pub const DRAIN_MS: u64 = 5_000;
/// The same for an upload that a stop has refused.
pub const STOP_DRAIN_MS: u64 = 1_000;
/// Characters of a file's name.
pub const NAME_CHARS_MAX: usize = 200;
/// Bytes of a part that is written to the object store at once. S3 takes none below 5 MiB.
pub const STORE_PART_BYTES: usize = 5 << 20;
/// Files that are written to the object store at once; the others wait.
pub const STORE_WRITES_MAX: usize = 8;
/// Bytes of a file's record.
pub const RECORD_BYTES_MAX: u64 = 16 << 10;
/// Records that are read at once at the start.
pub const RECORD_READS_MAX: usize = 16;
/// Milliseconds after which an object without a record is no upload under way of another
/// process that shares the store.
pub const STRAY_MS: u64 = 60 * 60_000;
/// Records that are written, and files that are deleted, at once.
pub const STORE_CHANGES_MAX: usize = 16;
/// Milliseconds within which notices are answered: less than the 2 s that a caller waits.
pub const NOTICES_MS: u64 = 1_500;
/// Records of other servers' files that are remembered.
pub const FOREIGN_RECORDS_MAX: usize = 4_096;
/// Milliseconds for which such a record is believed.
pub const FOREIGN_RECORD_MS: u64 = 60_000;
/// Released files of other servers, and ended rooms, that are remembered, each.
pub const FOREIGN_GONE_MAX: usize = 65_536;
/// Milliseconds between two signs of life of a server that shares a bucket.
pub const LIFE_SIGN_MS: u64 = 10 * 60_000;
/// Milliseconds without a sign of life after which others keep a server's files in order: more
/// than a night's repair takes would keep the files of ended rooms, less than two signs would
/// judge too early.
pub const LIFELESS_MS: u64 = 2 * 60 * 60_000;
/// Pixels of a thumbnail's width: twice the widest box in which a page shows one.
pub const THUMBNAIL_WIDTH: u32 = 800;
/// Pixels of a thumbnail's height.
pub const THUMBNAIL_HEIGHT: u32 = 640;
/// Pixels of the longer side of an image that had to be made smaller to fit into its bytes.
pub const REDUCED_SIDE: u32 = 2_560;
/// Frames of an animation.
pub const FRAMES_MAX: u32 = 1_000;
/// Pixels of all frames of an animation together.
pub const FRAME_PIXELS_MAX: u64 = 150_000_000;
/// Bytes of a request for a preview.
pub const PREVIEW_REQUEST_BYTES_MAX: usize = 16 << 10;
/// Bytes of a page that are read for its head.
pub const PAGE_BYTES_MAX: u64 = 512 << 10;
/// Bytes that the reader of pages may hold back, as for a tag that does not end.
pub const PAGE_MEMORY_BYTES_MAX: usize = 1 << 20;
/// Bytes of one attribute or title that are kept of a page.
pub const PAGE_TEXT_BYTES_MAX: usize = 8 << 10;
/// Bytes of a page's picture.
pub const PAGE_PICTURE_BYTES_MAX: u64 = 5 << 20;
/// Redirects that are followed.
pub const REDIRECTS_MAX: usize = 3;
/// Characters of a title.
pub const TITLE_CHARS_MAX: usize = 200;
/// Characters of a description.
pub const DESCRIPTION_CHARS_MAX: usize = 400;
/// Pixels of a preview's picture, in width and in height.
pub const PREVIEW_SIDE_MAX: u32 = 400;
/// Pixels below which a picture shows nothing: what counts visitors is one pixel large.
pub const PREVIEW_SIDE_MIN: u32 = 16;
/// Bytes of a preview's picture once it is written anew.
pub const PREVIEW_BYTES_MAX: u64 = 192 << 10;
/// Milliseconds for which a refusal is kept, at most: a site may have been down.
pub const REFUSAL_KEPT_MS: u64 = 60_000;
/// Hosts, or sessions, whose requests of the last minute are remembered.
pub const TURNS_MAX: usize = 20_000;
