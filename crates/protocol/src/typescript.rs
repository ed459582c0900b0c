//! The web app's types, made from the Rust types. A test fails when the file has drifted;
//! `UPDATE_GENERATED=1 cargo test -p protocol typescript` rewrites it.

mod layout;

use std::fmt::Write;
use std::path::Path;

use ts_rs::{Config, TS};

use crate::close::CloseCode;
use crate::error_code::ErrorCode;
use crate::frame::*;
use crate::http::*;
use crate::name::RoomName;
use crate::wire::*;
use crate::{SUBPROTOCOL, TICKET_SUBPROTOCOL_PREFIX, limits};

const HEADER: &str = "\
// Generated from crates/protocol; do not edit.
// `UPDATE_GENERATED=1 cargo test -p protocol typescript` writes it anew.
";

#[test]
fn the_web_app_has_the_types_of_this_crate() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/lib/protocol.gen.ts");
    let expected = format!("{HEADER}{}{}{}", types(), close_codes(), constants());
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &expected).unwrap();
    }
    let present = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        present == expected,
        "web/src/lib/protocol.gen.ts has drifted; \
         run UPDATE_GENERATED=1 cargo test -p protocol typescript"
    );
}

/// The types, in the order in which a reader wants them.
fn types() -> String {
    let config = Config::new().with_large_int("number");
    let mut out = String::new();
    macro_rules! declare {
        ($($type:ty),* $(,)?) => {$(
            let docs = layout::comments(&<$type as TS>::docs().unwrap_or_default());
            let declaration = layout::declaration(&<$type as TS>::decl(&config));
            write!(out, "\n{docs}export {declaration}\n").unwrap();
        )*};
    }
    declare!(Member, Timestamp, Id128);
    declare!(ClientFrame, Join, Resume, VoteValue);
    declare!(ServerFrame, Joined, Room, You, MemberState, Gap, GapReason);
    declare!(Event, EventKind, Message, File, Preview, Image);
    declare!(ErrorCode);
    declare!(
        RoomInfo,
        TicketAnswer,
        Uploaded,
        PreviewRequest,
        Previewed,
        SiteInfo,
        FilesIn,
        Problem
    );
    out
}

fn close_codes() -> String {
    let source = include_str!("close.rs");
    let mut out = String::from("\n/** Why a connection ends. */\nexport const CloseCode = {\n");
    for code in CloseCode::ALL {
        let docs = docs_of(source, &format!("    {code:?},"));
        let mut name = format!("{code:?}");
        name[..1].make_ascii_lowercase();
        writeln!(out, "  /** {docs} */\n  {name}: {},", code.as_u16()).unwrap();
    }
    out + "} as const;\n"
}

fn constants() -> String {
    let mut out = String::new();
    let source = include_str!("limits.rs");
    let mut count = 0;
    macro_rules! export {
        ($($name:ident),* $(,)?) => {$(
            let docs = docs_of(source, concat!("pub const ", stringify!($name), ":"));
            let name = stringify!($name);
            write!(out, "\n/** {docs} */\nexport const {name} = {};\n", limits::$name).unwrap();
            count += 1;
        )*};
    }
    export!(CLIENT_FRAME_BYTES_MAX, SERVER_FRAME_BYTES_MAX, HISTORY_BYTES_MAX);
    export!(FRAME_VALUES_MAX, INTEGER_MAX);
    export!(TOKEN_BYTES_MAX, TICKET_MS, TICKET_LEEWAY_MS, GRANT_MS, DESCRIPTOR_MS, KEEP_MS);
    export!(PASSWORD_CHARS_MAX, PREVIEW_URL_CHARS_MAX, BAD_FRAMES_MAX);
    export!(HEARTBEAT_MS, IDLE_MS, FIRST_FRAME_MS);
    assert_eq!(count, source.matches("pub const ").count(), "a limit is missing here");

    let (min, max) = (RoomName::CHARS_MIN, RoomName::CHARS_MAX);
    write!(
        out,
        "
/** The fewest and the most characters of a room's name in its normal form. */
export const ROOM_NAME_CHARS_MIN = {min};
export const ROOM_NAME_CHARS_MAX = {max};

/** The WebSocket subprotocol of version 1. */
export const SUBPROTOCOL = {SUBPROTOCOL:?};

/** What a ticket begins with where it is a second subprotocol. */
export const TICKET_SUBPROTOCOL_PREFIX = {TICKET_SUBPROTOCOL_PREFIX:?};

/** The header that carries a grant with an upload or a preview. */
export const GRANT_HEADER = {GRANT_HEADER:?};
"
    )
    .unwrap();
    out
}

/// The documentation of an item, on one line.
fn docs_of(source: &str, item: &str) -> String {
    let lines: Vec<&str> = source.lines().collect();
    let at = lines.iter().position(|line| line.starts_with(item)).expect("the item exists");
    let is_doc = |line: &&&str| line.trim_start().starts_with("/// ");
    let mut docs: Vec<&str> = lines[..at].iter().rev().take_while(is_doc).copied().collect();
    docs.reverse();
    docs.iter().map(|line| line.trim().trim_start_matches("/// ")).collect::<Vec<_>>().join(" ")
}
