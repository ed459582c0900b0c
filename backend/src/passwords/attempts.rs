//! Wrong passwords for one room, by address, and by all addresses that never entered it.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use service::rate::{AddressBuckets, Bucket};

use crate::config::PasswordsConfig;

/// Addresses remembered per room: those that tried, and those that entered.
const ADDRESSES_MAX: usize = 1_024;

/// The attempts at one room. A room that nobody tried holds no memory for them.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<Option<Box<Tried>>>);

#[derive(Debug)]
struct Tried {
    by_address: AddressBuckets,
    strangers: Bucket,
    entered: HashSet<IpAddr>,
}

impl Attempts {
    /// Takes the right to one wrong password, before it is known to be one.
    pub(crate) fn begin(
        &self,
        address: IpAddr,
        now: u64,
        limits: &PasswordsConfig,
    ) -> Result<(), u64> {
        self.with(limits, |tried| {
            tried.by_address.take(address, now, 1)?;
            if tried.entered.contains(&line(address)) {
                return Ok(());
            }
            tried.strangers.take(limits.wrong_per_room, now, 1).inspect_err(|_| {
                tried.by_address.give_back(address, 1);
            })
        })
    }

    /// The password was right: it costs nothing, and the address is no stranger any more.
    pub(crate) fn was_right(&self, address: IpAddr, limits: &PasswordsConfig) {
        self.with(limits, |tried| {
            tried.by_address.give_back(address, 1);
            if !tried.entered.contains(&line(address)) {
                tried.strangers.give_back(limits.wrong_per_room, 1);
                if tried.entered.len() < ADDRESSES_MAX {
                    tried.entered.insert(line(address));
                }
            }
        });
    }

    fn with<R>(&self, limits: &PasswordsConfig, change: impl FnOnce(&mut Tried) -> R) -> R {
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(tried.get_or_insert_with(|| {
            Box::new(Tried {
                by_address: AddressBuckets::new(limits.wrong_per_address_and_room, ADDRESSES_MAX),
                strangers: Bucket::full(),
                entered: HashSet::new(),
            })
        }))
    }
}

/// What counts as one address: IPv4 as it is, IPv6 by its /64.
fn line(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, n])
    }

    #[test]
    fn an_address_has_five_wrong_passwords_a_minute_for_a_room() {
        let (attempts, limits) = (Attempts::default(), PasswordsConfig::default());
        for _ in 0..5 {
            assert_eq!(attempts.begin(address(1), 0, &limits), Ok(()));
        }
        assert_eq!(attempts.begin(address(1), 0, &limits), Err(12_000));
        assert_eq!(attempts.begin(address(1), 12_000, &limits), Ok(()));
    }

    #[test]
    fn strangers_share_sixty_a_minute_and_do_not_lock_out_who_entered() {
        let (attempts, limits) = (Attempts::default(), PasswordsConfig::default());
        assert_eq!(attempts.begin(address(1), 0, &limits), Ok(()));
        attempts.was_right(address(1), &limits);
        for n in 0..60 {
            assert_eq!(attempts.begin(address(10 + n / 5), 0, &limits), Ok(()), "{n}");
        }
        assert!(attempts.begin(address(99), 0, &limits).is_err());
        assert_eq!(attempts.begin(address(1), 0, &limits), Ok(()));
    }

    #[test]
    fn right_passwords_cost_nothing() {
        let (attempts, limits) = (Attempts::default(), PasswordsConfig::default());
        for _ in 0..100 {
            assert_eq!(attempts.begin(address(1), 0, &limits), Ok(()));
            attempts.was_right(address(1), &limits);
        }
    }
}
