//! Headers at every boundary of length, batches, and what control frames cut.

use super::*;

/// Header bytes, then the length that they announce.
fn expected_header(first: u8, length: usize) -> Vec<u8> {
    match length {
        0..=125 => vec![first, length as u8],
        126..=65_535 => [&[first, 126][..], &(length as u16).to_be_bytes()].concat(),
        _ => [&[first, 127][..], &(length as u64).to_be_bytes()].concat(),
    }
}

#[test]
fn lengths_take_the_fewest_bytes() {
    for length in [0, 1, 125, 126, 127, 65_535, 65_536, 65_537] {
        let payload = "x".repeat(length);
        let expected = [expected_header(0x81, length), payload.clone().into_bytes()].concat();
        assert_eq!(text(&payload), expected, "text of {length}");
        let expected = [expected_header(0x82, length), payload.clone().into_bytes()].concat();
        assert_eq!(binary(payload.as_bytes()), expected, "binary of {length}");
    }
}

#[test]
fn a_batch_is_its_frames_in_a_row() {
    let mut batch = b"before".to_vec();
    let mut expected = batch.clone();
    for length in [0, 65_536, 125, 126, 65_535, 7] {
        let payload = "y".repeat(length);
        let written = append_text(&mut batch, |out| {
            out.extend_from_slice(payload.as_bytes());
            length
        });
        assert_eq!(written, length);
        expected.extend_from_slice(&text(&payload));
        assert_eq!(batch, expected, "after a text of {length}");
    }
}

#[test]
fn a_close_reason_is_cut_before_a_character() {
    assert_eq!(close(1008, "room_full"), b"\x88\x0b\x03\xf0room_full"[..]);
    assert_eq!(close(1000, ""), [0x88, 2, 0x03, 0xE8][..]);
    assert_eq!(close(1000, &"z".repeat(123)).len(), 2 + 125);
    assert_eq!(close(1000, &"z".repeat(124)).len(), 2 + 125);
    // 61 characters of two bytes are 122 bytes; the next would be cut in half.
    let frame = close(1000, &"é".repeat(62));
    assert_eq!((frame.len(), frame[1]), (2 + 2 + 122, 124));
    assert_eq!(&frame[4..], "é".repeat(61).as_bytes());
    assert_eq!(close_without_code(), [0x88, 0][..]);
}

#[test]
fn pings_and_pongs_carry_at_most_125_bytes() {
    assert_eq!(ping(b"a"), [0x89, 1, b'a'][..]);
    assert_eq!(pong(b""), [0x8A, 0][..]);
    assert_eq!(ping(&[0; 126]).len(), 2 + 125);
}
