//! The fleet as real processes behind a real nginx: what only that has. What one daemon can
//! prove alone is tested there.

mod bad_days;
mod bounds;
mod daemons;
mod direct;
mod encrypted;
mod lost_files;
mod names;
mod recorder;
mod rendering;
mod traces;
mod transport;
mod tricks;
mod unavailable;
mod uploads;
