//! Tokens: what is signed comes back, and nothing else does.

mod expiry;
mod forgery;
mod rotation;

use super::*;
use crate::limits::PREVIEW_URL_CHARS_MAX;
use crate::wire::Id128;

const NOW: u64 = 1_795_251_600_000;
const SECRET: &[u8] = b"the present secret of this fleet";
const PREVIOUS: &[u8] = b"the secret that was there before";
const STRANGER: &[u8] = b"the secret of some other fleet !";

fn keys() -> Keyring {
    Keyring::new(SECRET, None).unwrap()
}

fn ticket() -> Ticket {
    Ticket {
        room: "комната".into(),
        run: u64::MAX,
        router: 1_795_251_600_000,
        epoch: 3,
        session: Id128([1; 16]),
        nonce: Id128([2; 16]),
        expires: NOW,
    }
}

fn grant() -> Grant {
    Grant { owner: Id128([3; 16]), session: Id128([1; 16]), bytes_max: 1 << 20, expires: NOW }
}

fn file() -> FileDescriptor {
    FileDescriptor {
        owner: Id128([3; 16]),
        id: "f".into(),
        name: "a \"b\".png".into(),
        media_type: "image/png".into(),
        size: 5,
        dimensions: Some((2, 3)),
        thumbnail: None,
        drawing: true,
        expires: NOW,
    }
}

fn preview() -> PreviewDescriptor {
    PreviewDescriptor {
        owner: Id128([3; 16]),
        id: "p".into(),
        url: "https://example.com/".into(),
        title: "Example".into(),
        description: "".into(),
        image: Some(ImageDescriptor { id: "i".into(), width: 1, height: 2 }),
        expires: NOW,
    }
}

fn keep() -> Keep {
    Keep {
        room: "tea".into(),
        incarnation: Id128([4; 16]),
        creator: [5; 16],
        proof: Some(Proof { salt: [6; 16], hash: [7; 32] }),
        expires: NOW,
    }
}

fn pass() -> Pass {
    Pass { ticket: ticket(), session: [5; 16], origin: Some("https://chat.example".into()) }
}

const NONCE: [u8; 12] = [9; 12];
const SESSION: Session = Session([8; 16]);

#[test]
fn what_is_signed_comes_back() {
    let keys = keys();
    assert_eq!(Session::verify(&keys, &SESSION.sign(&keys)), Ok(SESSION));
    assert_eq!(Ticket::verify(&keys, &ticket().sign(&keys), NOW), Ok(ticket()));
    assert_eq!(Grant::verify(&keys, &grant().sign(&keys), NOW), Ok(grant()));
    assert_eq!(FileDescriptor::verify(&keys, &file().sign(&keys), NOW), Ok(file()));
    assert_eq!(PreviewDescriptor::verify(&keys, &preview().sign(&keys), NOW), Ok(preview()));
}

#[test]
fn what_is_sealed_comes_back_and_cannot_be_read() {
    let keys = keys();
    for keep in [keep(), Keep { proof: None, ..keep() }] {
        let token = keep.seal(&keys, NONCE);
        assert!(Keep::open(&keys, &token, NOW) == Ok(keep));
        assert!(!token.contains("tea"));
    }
    let token = pass().seal(&keys, NONCE);
    assert!(Pass::open(&keys, &token, NOW) == Ok(pass()));
    assert!(!token.contains("chat.example"));
    // The same content under another nonce is another text.
    assert_ne!(keep().seal(&keys, NONCE), keep().seal(&keys, [10; 12]));
}

#[test]
fn tokens_fit_into_headers_and_cookies() {
    let keys = keys();
    let tokens = [
        SESSION.sign(&keys),
        ticket().sign(&keys),
        grant().sign(&keys),
        keep().seal(&keys, NONCE),
        pass().seal(&keys, NONCE),
    ];
    for token in tokens {
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)), "{token}");
        assert!(token.len() <= 1_024, "{}", token.len());
    }
    assert_eq!(SESSION.sign(&keys).len(), 6 + 1 + 22 + 1 + 43);
}

#[test]
fn the_largest_descriptors_are_within_the_limit() {
    let keys = keys();
    let wide = |chars| "\u{1f375}".repeat(chars).into();
    let preview = PreviewDescriptor {
        url: "u".repeat(PREVIEW_URL_CHARS_MAX).into(),
        title: wide(200),
        description: wide(400),
        ..preview()
    };
    assert_eq!(PreviewDescriptor::verify(&keys, &preview.sign(&keys), NOW), Ok(preview));
    let file = FileDescriptor { name: wide(200), ..file() };
    assert_eq!(FileDescriptor::verify(&keys, &file.sign(&keys), NOW), Ok(file));
    let room = wide(crate::RoomName::CHARS_MAX).to_string();
    let ticket = Ticket { room, ..ticket() };
    assert_eq!(Ticket::verify(&keys, &ticket.sign(&keys), NOW), Ok(ticket));
}

#[test]
fn no_secret_is_in_a_debug_text() {
    assert_eq!(format!("{SESSION:?}"), "Session(…)");
}
