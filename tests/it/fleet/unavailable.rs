//! Soon to come here is unavailable.
