//! Rooms as tasks: who they are, what they are asked, and what becomes of their effects.

mod batch;
mod beats;
mod canary;
mod fence;
mod handle;
mod ownership;
mod registry;
mod seats;
mod task;

pub(crate) use canary::Canary;
pub(crate) use handle::{Arrived, Command, Entered, Entering, Known, RoomHandle};
pub(crate) use ownership::{Beginning, Way};
pub(crate) use registry::Registry;
pub(crate) use seats::Delivered;
