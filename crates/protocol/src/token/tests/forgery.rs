//! Tokens that were changed, cut, made by a stranger, or made for something else.

use proptest::prelude::*;

use super::*;
use crate::limits::TOKEN_BYTES_MAX;

/// Whether each kind of token is what the text is taken for.
fn taken_for(keys: &Keyring, token: &str) -> [bool; 6] {
    [
        Session::verify(keys, token).is_ok(),
        Ticket::verify(keys, token, NOW).is_ok(),
        Grant::verify(keys, token, NOW).is_ok(),
        FileDescriptor::verify(keys, token, NOW).is_ok(),
        PreviewDescriptor::verify(keys, token, NOW).is_ok(),
        Keep::open(keys, token, NOW).is_ok(),
    ]
}

fn all(keys: &Keyring) -> [String; 6] {
    [
        SESSION.sign(keys),
        ticket().sign(keys),
        grant().sign(keys),
        file().sign(keys),
        preview().sign(keys),
        keep().seal(keys, NONCE),
    ]
}

#[test]
fn a_token_serves_its_own_purpose_only() {
    let keys = keys();
    for (kind, token) in all(&keys).iter().enumerate() {
        let taken = taken_for(&keys, token);
        for (other, taken) in taken.into_iter().enumerate() {
            assert_eq!(taken, kind == other, "token {kind} as {other}");
        }
    }
}

#[test]
fn a_payload_of_another_purpose_is_not_enough() {
    // The same bytes, signed for one purpose, are not signed for any other.
    let keys = keys();
    let purposes =
        [Purpose::Session, Purpose::Ticket, Purpose::Grant, Purpose::File, Purpose::Preview];
    for signed in purposes {
        let token = keys.sign_bytes(signed, b"payload");
        for asked in purposes {
            let expected =
                if asked == signed { Ok(b"payload".to_vec()) } else { Err(TokenError::Forged) };
            assert_eq!(keys.verify_bytes(asked, &token), expected);
        }
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let keys = keys();
    for token in all(&keys) {
        for at in 0..token.len() {
            for bit in 0..8 {
                let mut bytes = token.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                if let Ok(text) = String::from_utf8(bytes) {
                    assert_eq!(
                        taken_for(&keys, &text),
                        [false; 6],
                        "bit {bit} of byte {at}: {text}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_other_last_character_is_noticed() {
    // The last character of a part carries bits that decoding drops: they must be zero.
    let keys = keys();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. ";
    for token in all(&keys) {
        let parts: Vec<&str> = token.split('.').collect();
        for part in 0..parts.len() {
            for c in alphabet.chars().filter(|c| !parts[part].ends_with(*c)) {
                let mut changed: Vec<String> = parts.iter().map(ToString::to_string).collect();
                changed[part].pop();
                changed[part].push(c);
                assert_eq!(taken_for(&keys, &changed.join(".")), [false; 6]);
            }
        }
    }
}

#[test]
fn a_token_that_is_cut_or_longer_is_refused() {
    let keys = keys();
    for token in all(&keys) {
        for end in 0..token.len() {
            assert_eq!(taken_for(&keys, &token[..end]), [false; 6]);
        }
        for longer in [
            format!("{token}A"),
            format!("{token}="),
            format!("{token}."),
            format!("{token}.A"),
            format!(" {token}"),
            format!("{token}\n"),
            format!(".{token}"),
        ] {
            assert_eq!(taken_for(&keys, &longer), [false; 6], "{longer}");
        }
    }
}

#[test]
fn a_stranger_signs_nothing_here() {
    let stranger = Keyring::new(STRANGER, None).unwrap();
    for token in all(&stranger) {
        assert_eq!(taken_for(&keys(), &token), [false; 6]);
        // Nor under our key's public name.
        let (_, rest) = token.split_once('.').unwrap();
        let renamed = format!("{}.{rest}", keys().key_id());
        assert_eq!(taken_for(&keys(), &renamed), [false; 6]);
    }
}

#[test]
fn texts_that_are_no_token() {
    let keys = keys();
    let id = keys.key_id();
    let long = format!("{id}.{}.A", "A".repeat(TOKEN_BYTES_MAX));
    for text in ["", ".", "..", "...", "a.b.c", &format!("{id}.."), &format!("{id}.é.é"), &long] {
        assert_eq!(taken_for(&keys, text), [false; 6], "{text}");
    }
    assert_eq!(Session::verify(&keys, &long), Err(TokenError::Malformed));
    assert_eq!(Session::verify(&keys, &format!("{id}..")), Err(TokenError::Forged));
}

#[test]
fn a_token_is_as_large_as_the_limit_and_no_larger() {
    let keys = keys();
    // Three bytes are four characters; the rest of the token is 51.
    let largest = vec![0; (TOKEN_BYTES_MAX - 51) / 4 * 3];
    let token = keys.sign_bytes(Purpose::File, &largest);
    assert!(token.len() <= TOKEN_BYTES_MAX && token.len() > TOKEN_BYTES_MAX - 4);
    assert_eq!(keys.verify_bytes(Purpose::File, &token), Ok(largest.clone()));
    let larger = [&largest[..], &[0; 3]].concat();
    let token = keys.sign_bytes(Purpose::File, &larger);
    assert_eq!(keys.verify_bytes(Purpose::File, &token), Err(TokenError::Malformed));
}

#[test]
fn signed_bytes_that_mean_nothing_are_malformed() {
    let keys = keys();
    for payload in [&b""[..], b"{}", b"null", b"\xff", &[0; 15], &[0; 17]] {
        let session = keys.sign_bytes(Purpose::Session, payload);
        assert_eq!(Session::verify(&keys, &session), Err(TokenError::Malformed));
        let ticket = keys.sign_bytes(Purpose::Ticket, payload);
        assert_eq!(Ticket::verify(&keys, &ticket, NOW), Err(TokenError::Malformed));
    }
}

proptest! {
    #[test]
    fn any_text_is_refused(text in any::<String>()) {
        prop_assert_eq!(taken_for(&keys(), &text), [false; 6]);
    }

    #[test]
    fn any_parts_under_our_name_are_refused(a in "[A-Za-z0-9_-]{0,80}", b in "[A-Za-z0-9_-]{0,80}") {
        let text = format!("{}.{a}.{b}", keys().key_id());
        prop_assert_eq!(taken_for(&keys(), &text), [false; 6]);
    }

    #[test]
    fn any_bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let token = keys().sign_bytes(Purpose::Session, &bytes);
        prop_assert_eq!(keys().verify_bytes(Purpose::Session, &token), Ok(bytes));
    }
}
