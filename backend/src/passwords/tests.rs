//! Hashes, and what happens when too many wait.

use std::net::Ipv4Addr;

use super::*;

fn address(n: u8) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, n).into()
}

fn hasher(waiting: Gauge) -> Hasher {
    Hasher::new(&PasswordsConfig::default(), waiting)
}

#[tokio::test]
async fn a_password_has_one_hash_per_salt() {
    let hasher = hasher(Gauge::default());
    let first = hasher.hash(address(1), "secret", [1; 16]).await.unwrap();
    assert_eq!(hasher.hash(address(1), "secret", [1; 16]).await.unwrap(), first);
    assert_ne!(hasher.hash(address(1), "secret", [2; 16]).await.unwrap().hash, first.hash);
    assert_ne!(hasher.hash(address(1), "Secret", [1; 16]).await.unwrap().hash, first.hash);
    let long = "x".repeat(100);
    let longer = format!("{long}y");
    assert_ne!(
        hasher.hash(address(1), &long, [1; 16]).await.unwrap(),
        hasher.hash(address(1), &longer, [1; 16]).await.unwrap(),
        "nothing is cut off"
    );
}

#[tokio::test]
async fn no_more_than_the_limit_wait() {
    let waiting = Gauge::default();
    let hasher = hasher(waiting.clone());
    let hashes = (0..80).map(|n| hasher.hash(address(n), "secret", [1; 16]));
    let all = futures_util::future::join_all(hashes).await;
    let refused = all.iter().filter(|hash| hash.is_err()).count();
    // One or more are taken off the queue while the others come.
    assert!((1..=16).contains(&refused), "{refused} refused");
    assert!(all.iter().flatten().all(|hash| hash.salt == [1; 16]));
    assert_eq!(waiting.get(), 0);
}

#[tokio::test]
async fn one_address_does_not_fill_the_queue() {
    let hasher = hasher(Gauge::default());
    let hashes = (0..20).map(|_| hasher.hash(address(1), "secret", [1; 16]));
    let all = futures_util::future::join_all(hashes).await;
    assert_eq!(all.iter().flatten().count(), 4, "as many of one address wait at once");
    hasher.hash(address(1), "secret", [1; 16]).await.unwrap();
}
