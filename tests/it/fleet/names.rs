//! Soon to come here is names.
