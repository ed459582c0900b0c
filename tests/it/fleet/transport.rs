//! Soon to come here is transport.
