//! Numbers and words of the close codes.

use std::collections::HashSet;

use super::*;

#[test]
fn every_code_has_its_own_number_and_word() {
    let numbers: HashSet<u16> = CloseCode::ALL.map(CloseCode::as_u16).into();
    let words: HashSet<&str> = CloseCode::ALL.map(CloseCode::as_str).into();
    assert_eq!(numbers.len(), CloseCode::ALL.len());
    assert_eq!(words.len(), CloseCode::ALL.len());
}

#[test]
fn every_number_may_be_sent() {
    for code in CloseCode::ALL {
        let number = code.as_u16();
        // RFC 6455 §7.4: 1004 to 1006 and 1015 never stand in a frame.
        assert!(matches!(number, 1000..=1003 | 1007..=1014 | 4000..=4999), "{number}");
    }
}
