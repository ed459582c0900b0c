//! Names of members: what they may hold, which look alike, whose they are, and friendly ones.

mod check;
mod friendly;
mod register;
mod reserved;
mod skeleton;

pub use check::{MARKS_MAX, NameFault, SKELETON_BYTES_MAX, check};
pub use reserved::is_reserved;
pub use skeleton::skeleton;

pub(crate) use friendly::draw;
pub(crate) use register::{Owner, Register};
pub(crate) use skeleton::{Looks, fold};

#[cfg(test)]
mod tests;
