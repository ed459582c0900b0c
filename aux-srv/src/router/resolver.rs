//! The addresses behind host names, since the edge asks for addresses alone. Bounded by the fleet:
//! what does not belong to it any more is forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;

/// Milliseconds after which a name is looked up again; the address found before serves meanwhile.
const FRESH_MS: u64 = 10_000;
/// Milliseconds after which a name that was not found is looked up again.
const RETRY_MS: u64 = 1_000;
/// How long one name may take.
const LOOKUP_MAX: Duration = Duration::from_secs(5);
/// Names that are looked up at once.
const LOOKUPS_AT_ONCE: usize = 16;

/// What names stand for.
#[derive(Debug, Default)]
pub(crate) struct Resolver {
    names: Mutex<BTreeMap<String, Known>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    address: Option<IpAddr>,
    /// When it is looked up next.
    due_at: u64,
}

/// What a lookup has found.
#[derive(Debug)]
pub(crate) struct Found {
    host: String,
    addresses: Vec<IpAddr>,
}

impl Resolver {
    /// The address of a host, which may be one already.
    pub(crate) fn address(&self, host: &str) -> Option<IpAddr> {
        literal(host).or_else(|| self.names().get(host)?.address)
    }

    /// The address of `host:port`.
    pub(crate) fn socket(&self, address: &str) -> Option<SocketAddr> {
        let (host, port) = address.rsplit_once(':')?;
        Some(SocketAddr::new(self.address(host)?, port.parse().ok()?))
    }

    /// Begins to look up what of these hosts is due, and forgets all others.
    pub(crate) fn begin(&self, lookups: &mut JoinSet<Found>, hosts: &BTreeSet<String>, mono: u64) {
        let mut names = self.names();
        names.retain(|host, _| hosts.contains(host));
        for host in hosts.iter().filter(|host| literal(host).is_none()) {
            if lookups.len() >= LOOKUPS_AT_ONCE {
                return;
            }
            let known = names.entry(host.clone()).or_default();
            if known.due_at <= mono {
                // Until the answer is here, it is under way.
                known.due_at = u64::MAX;
                lookups.spawn(look_up(host.clone()));
            }
        }
    }

    /// Takes an answer.
    pub(crate) fn end(&self, found: &Found, mono: u64) {
        let Found { host, addresses } = found;
        let mut names = self.names();
        // It may have left the fleet meanwhile.
        let Some(known) = names.get_mut(host) else { return };
        let wait = if addresses.is_empty() { RETRY_MS } else { FRESH_MS };
        known.due_at = mono.saturating_add(wait);
        // An address that was found before and still is one of the name's stays.
        let stays = known.address.is_some_and(|address| addresses.contains(&address));
        if !stays && !addresses.is_empty() {
            known.address = addresses.iter().find(|ip| ip.is_ipv4()).or(addresses.first()).copied();
        }
    }

    fn names(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The host of `host:port`.
pub(crate) fn host_of(address: &str) -> String {
    address.rsplit_once(':').map_or(address, |(host, _)| host).to_owned()
}

/// The address that a host is, in brackets if it is one of IPv6.
fn literal(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    bare.unwrap_or(host).parse().ok()
}

async fn look_up(host: String) -> Found {
    let found = tokio::time::timeout(LOOKUP_MAX, tokio::net::lookup_host((host.as_str(), 0)));
    let addresses = match found.await {
        Ok(Ok(found)) => found.map(|socket| socket.ip().to_canonical()).collect(),
        Ok(Err(_)) | Err(_) => Vec::new(),
    };
    Found { host, addresses }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    async fn refresh(resolver: &Resolver, names: &[&str], mono: u64) -> usize {
        let mut lookups = JoinSet::new();
        resolver.begin(&mut lookups, &hosts(names), mono);
        let begun = lookups.len();
        while let Some(found) = lookups.join_next().await {
            resolver.end(&found.unwrap(), mono);
        }
        begun
    }

    #[tokio::test]
    async fn names_are_found_and_addresses_are_themselves() {
        let resolver = Resolver::default();
        assert_eq!(resolver.socket("[::1]:80").unwrap().to_string(), "[::1]:80");
        assert_eq!(resolver.socket("10.0.0.5:8110").unwrap().to_string(), "10.0.0.5:8110");
        assert_eq!(resolver.socket("localhost:8110"), None);
        refresh(&resolver, &["localhost", "10.0.0.5", "nowhere.invalid"], 0).await;
        assert!(resolver.socket("localhost:8110").unwrap().ip().is_loopback());
        assert_eq!(resolver.address("nowhere.invalid"), None);
        assert_eq!(resolver.names().len(), 2, "an address needs no place");
    }

    #[tokio::test]
    async fn a_name_is_looked_up_again_and_forgotten_with_its_backend() {
        let resolver = Resolver::default();
        let both = ["localhost", "nowhere.invalid"];
        assert_eq!(refresh(&resolver, &both, 0).await, 2);
        assert_eq!(refresh(&resolver, &both, RETRY_MS).await, 1);
        assert_eq!(refresh(&resolver, &both, FRESH_MS).await, 2);
        assert_eq!(refresh(&resolver, &[], 0).await, 0);
        assert_eq!(resolver.address("localhost"), None);
    }

    #[test]
    fn an_address_stays_as_long_as_it_is_one_of_the_names() {
        let resolver = Resolver::default();
        resolver.names().insert("pool".into(), Known::default());
        let find = |addresses: &[IpAddr]| {
            resolver.end(&Found { host: "pool".into(), addresses: addresses.to_vec() }, 0);
            resolver.address("pool")
        };
        let [first, second]: [IpAddr; 2] = [[10, 0, 0, 1].into(), [10, 0, 0, 2].into()];
        assert_eq!(find(&[first, second]), Some(first));
        assert_eq!(find(&[second, first]), Some(first));
        assert_eq!(find(&[]), Some(first), "the old address is better than none");
        assert_eq!(find(&[second]), Some(second));
    }
}
