//! The list of codes is whole, and every code has one spelling.

use ts_rs::{Config, TS};

use super::*;

#[test]
fn all_has_every_code_once() {
    let declared = ErrorCode::decl(&Config::new());
    assert_eq!(declared.matches('|').count() + 1, ErrorCode::ALL.len());
    for code in ErrorCode::ALL {
        let quoted = format!("\"{}\"", code.as_str());
        assert_eq!(declared.matches(&quoted).count(), 1, "{quoted}");
        assert_eq!(serde_json::to_string(&code).unwrap(), quoted);
    }
}

#[test]
fn a_code_fits_into_the_reason_of_a_close() {
    for code in ErrorCode::ALL {
        assert!(code.as_str().len() <= 123, "RFC 6455 §5.5 and §5.5.1");
    }
}
