//! Ports that nobody uses, for listeners that must come back where they were.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ports that systems give to outgoing connections, so that none of those takes
/// one while its owner is down.
const FIRST: u16 = 12_000;
const LAST: u16 = 31_999;

/// Where the next search begins; zero before the first.
static NEXT: AtomicU16 = AtomicU16::new(0);

/// This many ports of loopback that nobody listens on. Several test programs may search at
/// once: each begins somewhere else.
pub(super) fn free(count: usize) -> Vec<u16> {
    let span = LAST - FIRST;
    let somewhere = FIRST + (std::process::id() as u16).wrapping_mul(7_919) % span;
    let _ = NEXT.compare_exchange(0, somewhere, Ordering::Relaxed, Ordering::Relaxed);
    let mut found = Vec::new();
    for _ in 0..span {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        if port >= LAST {
            NEXT.store(FIRST, Ordering::Relaxed);
        }
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            found.push(port);
        }
        if found.len() == count {
            return found;
        }
    }
    panic!("fewer than {count} free ports");
}
