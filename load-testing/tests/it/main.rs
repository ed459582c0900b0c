//! `load` against a server that does what it should, and against the same server with one flaw.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod faulty;
mod flaws;
mod peers;
mod program;
