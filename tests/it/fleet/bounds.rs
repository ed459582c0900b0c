//! Soon to come here is bounds.
