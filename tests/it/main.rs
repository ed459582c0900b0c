//! What spans the whole product: the shape of its sources (`tidy`) and the shipped
//! program as a process (`binary`), and the fleet behind its edge (`fleet`). What one crate can
//! prove alone is tested there.

mod binary;
mod fleet;
mod tidy;
