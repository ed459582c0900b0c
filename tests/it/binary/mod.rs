//! The shipped `instantchat` as a process: what only a process has, such as signals, files
//! and memory. `tests/run` builds it and names it in `INSTANTCHAT_BIN`.

mod collector;
mod configuration;
mod hostile;
mod load;
mod neighbours;
mod pages;
mod privacy;
mod program;
mod scenarios;
mod slow_readers;
mod soak;
mod starting;
mod stopping;
mod storm;
mod tracing;

use tests::http;
use tests::waiting::{DEADLINE, until};
