//! What the others are measured against: a bare broadcast, and the kernel alone.

pub(crate) mod broadcast;
pub(crate) mod physical;
