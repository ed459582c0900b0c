//! Soon to come here is uploads.
