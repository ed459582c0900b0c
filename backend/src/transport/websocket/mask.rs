//! Masking of client frames (RFC 6455 §5.3), eight bytes at a time.

/// Applies `mask` to `payload`, whose first byte is the `offset`th of its
/// frame. The compiler makes vector instructions of the loop.
pub(super) fn apply(payload: &mut [u8], mask: [u8; 4], offset: usize) {
    let m = [0, 1, 2, 3].map(|i| mask[(offset + i) % 4]);
    let key = u64::from_ne_bytes([m[0], m[1], m[2], m[3], m[0], m[1], m[2], m[3]]);
    let (words, rest) = payload.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ key).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(key.to_ne_bytes()) {
        *byte ^= key;
    }
}
