//! All of instantchat in one process.

fn main() {}
