//! Soon to come here is traces.
