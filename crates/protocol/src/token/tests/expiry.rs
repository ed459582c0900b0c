//! When a token's time is over, to the millisecond.

use super::*;
use crate::limits::TICKET_LEEWAY_MS;

#[test]
fn tickets_and_grants_allow_for_clocks_that_differ() {
    let keys = keys();
    let (ticket, grant) = (ticket().sign(&keys), grant().sign(&keys));
    let last = NOW + TICKET_LEEWAY_MS;
    for now in [0, NOW, last] {
        assert!(Ticket::verify(&keys, &ticket, now).is_ok());
        assert!(Grant::verify(&keys, &grant, now).is_ok());
    }
    for now in [last + 1, u64::MAX] {
        assert_eq!(Ticket::verify(&keys, &ticket, now), Err(TokenError::Expired));
        assert_eq!(Grant::verify(&keys, &grant, now), Err(TokenError::Expired));
    }
}

#[test]
fn descriptors_and_keeps_end_when_they_say() {
    let keys = keys();
    let (file, preview) = (file().sign(&keys), preview().sign(&keys));
    let keep = keep().seal(&keys, NONCE);
    assert!(FileDescriptor::verify(&keys, &file, NOW).is_ok());
    assert!(PreviewDescriptor::verify(&keys, &preview, NOW).is_ok());
    assert!(Keep::open(&keys, &keep, NOW).is_ok());
    let late = NOW + 1;
    assert_eq!(FileDescriptor::verify(&keys, &file, late), Err(TokenError::Expired));
    assert_eq!(PreviewDescriptor::verify(&keys, &preview, late), Err(TokenError::Expired));
    assert!(Keep::open(&keys, &keep, late).err() == Some(TokenError::Expired));
}

#[test]
fn a_token_of_the_end_of_time_does_not_overflow() {
    let keys = keys();
    let ticket = Ticket { expires: u64::MAX, ..ticket() };
    assert_eq!(Ticket::verify(&keys, &ticket.sign(&keys), u64::MAX), Ok(ticket));
}

#[test]
fn a_forged_token_is_never_called_expired() {
    let keys = keys();
    let token = ticket().sign(&Keyring::new(STRANGER, None).unwrap());
    assert_eq!(Ticket::verify(&keys, &token, u64::MAX), Err(TokenError::Malformed));
}
