//! A new secret signs; the one before it still verifies; the one before that does not.

use super::*;

fn rotated() -> Keyring {
    Keyring::new(SECRET, Some(PREVIOUS)).unwrap()
}

fn before() -> Keyring {
    Keyring::new(PREVIOUS, None).unwrap()
}

#[test]
fn tokens_of_the_previous_secret_are_still_good() {
    let (old, new) = (before(), rotated());
    assert_eq!(Session::verify(&new, &SESSION.sign(&old)), Ok(SESSION));
    assert_eq!(Ticket::verify(&new, &ticket().sign(&old), NOW), Ok(ticket()));
    assert!(Keep::open(&new, &keep().seal(&old, NONCE), NOW) == Ok(keep()));
}

#[test]
fn new_tokens_are_of_the_present_secret() {
    let (old, new) = (before(), rotated());
    assert_ne!(old.key_id(), new.key_id());
    assert_eq!(new.key_id(), keys().key_id());
    assert_eq!(Session::verify(&keys(), &SESSION.sign(&new)), Ok(SESSION));
    assert_eq!(Session::verify(&old, &SESSION.sign(&new)), Err(TokenError::Malformed));
    assert!(Keep::open(&old, &keep().seal(&new, NONCE), NOW).is_err());
}

#[test]
fn a_secret_that_was_dropped_is_forgotten() {
    assert_eq!(Session::verify(&keys(), &SESSION.sign(&before())), Err(TokenError::Malformed));
}

#[test]
fn a_session_matches_its_hash_of_either_secret() {
    let (old, new) = (before(), rotated());
    let (old_hash, new_hash) = (SESSION.hash(&old), SESSION.hash(&new));
    assert_ne!(old_hash, new_hash);
    assert!(SESSION.matches(&new, old_hash) && SESSION.matches(&new, new_hash));
    assert!(!SESSION.matches(&keys(), old_hash));
    assert!(!Session([0; 16]).matches(&new, new_hash));
    assert_ne!(new_hash.0, SESSION.0, "the hash says nothing of the session");
}

#[test]
fn a_short_secret_is_no_secret() {
    let short = &SECRET[..Keyring::SECRET_BYTES_MIN - 1];
    assert_eq!(Keyring::new(short, None).err(), Some(WeakSecret));
    assert_eq!(Keyring::new(SECRET, Some(short)).err(), Some(WeakSecret));
    assert!(Keyring::new(&SECRET[..Keyring::SECRET_BYTES_MIN], Some(PREVIOUS)).is_ok());
}
