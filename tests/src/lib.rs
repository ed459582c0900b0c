//! What tests of the whole product stand on: a fleet of real processes behind a real nginx, HTTP as
//! careless clients speak it, a search for what must not be written, and waiting for conditions.
//! The tests are in `it`.
#![forbid(unsafe_code)]

pub mod fleet;
pub mod http;
pub mod marker;
pub mod waiting;
