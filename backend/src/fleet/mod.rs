//! The backend as a member of its fleet: what it may do, what it tells, what it is asked.

mod calls;
pub(crate) mod meter;
mod notices;
pub(crate) mod releases;
pub(crate) mod reports;
pub(crate) mod standing;

pub(crate) use calls::Calls;
pub use notices::{FileNotices, Reach};
