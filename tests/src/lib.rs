//! Part of instantchat.
