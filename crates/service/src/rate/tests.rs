//! Buckets and counts at their bounds.

use super::*;

const RATE: Rate = Rate { burst: 3, refill_ms: 100 };

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_bucket_gives_its_burst_then_one_token_each_refill() {
    let mut bucket = Bucket::full();
    for _ in 0..3 {
        assert_eq!(bucket.take(RATE, 1_000, 1), Ok(()));
    }
    assert_eq!(bucket.take(RATE, 1_000, 1), Err(100));
    assert_eq!(bucket.take(RATE, 1_099, 1), Err(1));
    assert_eq!(bucket.take(RATE, 1_100, 1), Ok(()));
    assert_eq!(bucket.take(RATE, 1_100, 1), Err(100));
    bucket.give_back(RATE, 1);
    assert_eq!(bucket.take(RATE, 1_100, 1), Ok(()));
}

#[test]
fn an_idle_bucket_holds_no_more_than_its_burst() {
    let mut bucket = Bucket::full();
    assert_eq!(bucket.take(RATE, 1_000_000, 3), Ok(()));
    assert!(bucket.take(RATE, 1_000_000, 1).is_err());
    assert!(bucket.take(RATE, 2_000_000, 4).is_err());
    assert!(bucket.is_full(1_000_300));
}

#[test]
fn addresses_do_not_share_but_the_lines_of_a_network_do() {
    let table = AddressBuckets::new(RATE, 100);
    assert_eq!(table.take(address("192.0.2.1"), 0, 3), Ok(()));
    assert!(table.take(address("::ffff:192.0.2.1"), 0, 1).is_err());
    assert_eq!(table.take(address("192.0.2.2"), 0, 3), Ok(()));
    assert_eq!(table.take(address("2001:db8::1"), 0, 3), Ok(()));
    assert!(table.take(address("2001:db8::2"), 0, 1).is_err());
}

#[test]
fn a_site_has_four_times_what_a_line_has() {
    let table = AddressBuckets::new(RATE, 100);
    for line in 0..4 {
        assert_eq!(table.take(address(&format!("2001:db8:0:{line}::1")), 0, 3), Ok(()));
    }
    let fifth = address("2001:db8:0:4::1");
    assert!(table.take(fifth, 0, 3).is_err());
    assert_eq!(table.take(address("2001:db8:1::1"), 0, 3), Ok(()), "another site is free");
    assert!(table.take(fifth, 0, 1).is_err());
}

#[test]
fn a_full_table_forgets_full_buckets_and_refuses_strangers() {
    let table = AddressBuckets::new(RATE, 2);
    assert_eq!(table.take(address("192.0.2.1"), 0, 1), Ok(()));
    assert_eq!(table.take(address("192.0.2.2"), 0, 1), Ok(()));
    assert!(table.take(address("192.0.2.3"), 0, 1).is_err());
    assert_eq!(table.take(address("192.0.2.1"), 0, 1), Ok(()), "the known ones go on");
    assert_eq!(table.take(address("192.0.2.3"), 10_000, 1), Ok(()), "idle ones are forgotten");
    assert!(table.len() <= 2);
}

#[test]
fn the_default_table_holds_a_hundred_thousand_addresses() {
    let table = AddressBuckets::new(RATE, ADDRESSES_MAX);
    for n in 0..ADDRESSES_MAX as u32 {
        assert_eq!(table.take(IpAddr::V4(n.into()), 0, 1), Ok(()));
    }
    assert!(table.take(address("203.0.113.1"), 0, 1).is_err());
    assert_eq!(table.len(), ADDRESSES_MAX);
}

#[test]
fn counts_end_with_what_they_count() {
    let counts = AddressCounts::new(2, 10);
    let first = counts.enter(address("192.0.2.1")).unwrap();
    let _second = counts.enter(address("192.0.2.1")).unwrap();
    assert!(counts.enter(address("192.0.2.1")).is_none());
    drop(first);
    assert!(counts.enter(address("192.0.2.1")).is_some());
}
