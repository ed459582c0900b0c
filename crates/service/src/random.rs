//! Random values of the operating system.

/// Random bytes.
///
/// # Panics
/// The operating system has no randomness to give, in which case no secret could be made.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A random number.
pub fn number() -> u64 {
    u64::from_le_bytes(bytes())
}
