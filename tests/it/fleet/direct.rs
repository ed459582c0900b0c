//! Soon to come here is direct.
