//! The owner of rooms: each one a task, entered through the doors of `transport`.

pub mod transport;
