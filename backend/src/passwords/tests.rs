//! Hashes, and what happens when too many wait.

use super::*;

#[tokio::test]
async fn a_password_has_one_hash_per_salt() {
    let hasher = Hasher::new(64, Gauge::default());
    let first = hasher.hash("secret", [1; 16]).await.unwrap();
    assert_eq!(hasher.hash("secret", [1; 16]).await.unwrap(), first);
    assert_ne!(hasher.hash("secret", [2; 16]).await.unwrap().hash, first.hash);
    assert_ne!(hasher.hash("Secret", [1; 16]).await.unwrap().hash, first.hash);
    let long = "x".repeat(100);
    let longer = format!("{long}y");
    assert_ne!(
        hasher.hash(&long, [1; 16]).await.unwrap(),
        hasher.hash(&longer, [1; 16]).await.unwrap(),
        "nothing is cut off"
    );
}

#[tokio::test]
async fn no_more_than_the_limit_wait() {
    let waiting = Gauge::default();
    let hasher = Hasher::new(64, waiting.clone());
    let all = futures_util::future::join_all((0..80).map(|_| hasher.hash("secret", [1; 16]))).await;
    let refused = all.iter().filter(|hash| hash.is_err()).count();
    // One or more are taken off the queue while the others come.
    assert!((1..=16).contains(&refused), "{refused} refused");
    assert!(all.iter().flatten().all(|hash| hash.salt == [1; 16]));
    assert_eq!(waiting.get(), 0);
}
