//! No text that the fleet did not sign is taken for a token, and verifying survives any.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use protocol::token::{
    FileDescriptor, Grant, Keep, Keyring, PreviewDescriptor, Purpose, Session, Ticket,
};

static KEYS: LazyLock<Keyring> = LazyLock::new(|| {
    Keyring::new(b"a secret that the fuzzer does not know", None).expect("it is long enough")
});

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    // With the public name of the key a text comes further.
    let named = format!("{}.{text}", KEYS.key_id());
    for token in [&*text, &named] {
        assert!(Session::verify(&KEYS, token).is_err());
        assert!(Ticket::verify(&KEYS, token, 0).is_err());
        assert!(Grant::verify(&KEYS, token, 0).is_err());
        assert!(FileDescriptor::verify(&KEYS, token, 0).is_err());
        assert!(PreviewDescriptor::verify(&KEYS, token, 0).is_err());
        assert!(Keep::open(&KEYS, token, 0).is_err());
    }
    // What is signed may hold anything, and reading it survives that too.
    let signed = KEYS.sign_bytes(Purpose::Ticket, data);
    let _ = Ticket::verify(&KEYS, &signed, 0);
    let signed = KEYS.sign_bytes(Purpose::File, data);
    let _ = FileDescriptor::verify(&KEYS, &signed, 0);
});
