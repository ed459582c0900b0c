//! What a caller concludes from an address that does not answer as it should.

use std::time::{Duration, Instant};

use fleet::CallError;
use fleet::limits::{CALL_MAX, DETAIL_CHARS_MAX};
use tokio::net::TcpListener;

use crate::callee::Callee;
use crate::liar::{Liar, Lie, Sealed, head};
use crate::{RUN, Served, caller, keys, strangers};

async fn deleted(address: &str) -> Result<bool, CallError> {
    caller().backend(address).delete(RUN, "tea".into()).await
}

#[expect(clippy::disallowed_methods, reason = "a test measures how long a call takes")]
fn now() -> Instant {
    Instant::now()
}

/// The call ends for want of time, and not much later than it should.
async fn times_out(address: &str) {
    let began = now();
    assert_eq!(deleted(address).await, Err(CallError::Timeout));
    let took = began.elapsed();
    assert!(took >= CALL_MAX && took < 5 * CALL_MAX, "{took:?}");
}

#[tokio::test]
async fn where_nothing_listens_the_call_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    assert_eq!(deleted(&address).await, Err(CallError::Refused));
}

#[tokio::test]
async fn a_reset_before_the_answer_is_told_from_a_refusal_and_from_a_close() {
    let resets = Liar::new(|_| Lie::Resets).await;
    assert_eq!(deleted(&resets.address()).await, Err(CallError::Reset));
    let closes = Liar::new(|_| Lie::Closes).await;
    let answer = deleted(&closes.address()).await;
    assert!(matches!(answer, Err(CallError::Bad(_))), "{answer:?}");
}

#[tokio::test]
async fn a_process_that_ends_between_two_calls_is_refused() {
    let callee = Callee::new();
    let served = Served::backend(&callee).await;
    let backend = caller().backend(&served.address());
    assert_eq!(backend.delete(RUN, "tea".into()).await, Ok(true));
    let lifecycle = served.lifecycle.clone();
    drop(served);
    assert!(lifecycle.finish(Duration::from_secs(20)).await);
    assert_eq!(backend.delete(RUN, "tea".into()).await, Err(CallError::Refused));
}

#[tokio::test]
async fn a_name_without_an_address_is_unresolved() {
    let answer = deleted("no-such-host.invalid:8112").await;
    assert_eq!(answer, Err(CallError::Unresolved));
}

#[tokio::test]
async fn what_is_no_address_is_bad() {
    for address in ["", ":", "a b:1", "[::1:8112", "host:99999"] {
        let answer = deleted(address).await;
        assert!(matches!(answer, Err(CallError::Bad(_))), "{address}: {answer:?}");
    }
}

#[tokio::test]
async fn silence_ends_the_call_in_time() {
    let hangs = Liar::new(|_| Lie::Hangs).await;
    times_out(&hangs.address()).await;
}

#[tokio::test]
async fn an_answer_that_trickles_ends_the_call_in_time() {
    let trickles = Liar::new(|nonce| {
        let body = vec![b' '; 1_000];
        let signature = Sealed::honest(nonce, 200, &body).sign(&keys());
        let mut pieces = vec![head(200, Some(signature), Some(body.len())).into_bytes()];
        pieces.extend(body.into_iter().map(|byte| vec![byte]));
        Lie::Says(pieces, Duration::from_millis(50))
    })
    .await;
    times_out(&trickles.address()).await;
}

#[tokio::test]
async fn a_callee_that_never_answers_ends_the_call_in_time() {
    let callee = Callee::hanging();
    let served = Served::backend(&callee).await;
    let began = now();
    let answer = caller().backend(&served.address()).delete(RUN, "tea".into()).await;
    let silent =
        matches!(answer, Err(CallError::Timeout | CallError::Rejected { status: 504, .. }));
    assert!(silent && began.elapsed() < 5 * CALL_MAX, "{answer:?}");
}

#[tokio::test]
async fn only_the_signed_answer_to_this_question_counts() {
    let honest =
        Liar::saying(200, b"true", |nonce| Some(Sealed::honest(nonce, 200, b"true").sign(&keys())))
            .await;
    assert_eq!(deleted(&honest.address()).await, Ok(true));
    let lies = [
        Liar::saying(200, b"true", |_| None).await,
        Liar::saying(200, b"true", |_| Some("nonsense".into())).await,
        Liar::saying(200, b"true", |nonce| {
            Some(Sealed::honest(nonce, 200, b"true").sign(&strangers()))
        })
        .await,
        // Of another question.
        Liar::saying(200, b"true", |_| {
            let nonce = protocol::wire::Id128([7; 16]);
            Some(Sealed::honest(nonce, 200, b"true").sign(&keys()))
        })
        .await,
        // Changed on its way.
        Liar::saying(200, b"true", |nonce| {
            Some(Sealed::honest(nonce, 200, b"false").sign(&keys()))
        })
        .await,
        Liar::saying(409, b"7", |nonce| Some(Sealed::honest(nonce, 200, b"7").sign(&keys()))).await,
        // A redirection is an unsigned answer, and is not followed.
        Liar::saying(307, b"", |_| None).await,
    ];
    for liar in lies {
        let answer = deleted(&liar.address()).await;
        assert!(matches!(answer, Err(CallError::Bad(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn a_signed_answer_that_is_no_json_or_of_another_type_is_bad() {
    for body in [&b"{"[..], b"", b"7", b"<html>"] {
        let liar =
            Liar::saying(200, body, |nonce| Some(Sealed::honest(nonce, 200, body).sign(&keys())))
                .await;
        let answer = deleted(&liar.address()).await;
        assert!(matches!(answer, Err(CallError::Bad(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn the_reason_of_a_refusal_is_kept_in_part() {
    let detail = "x".repeat(DETAIL_CHARS_MAX + 1);
    let failure = CallError::Rejected { status: 503, detail };
    let served = Served::backend(&Callee::failing(failure)).await;
    let kept = "x".repeat(DETAIL_CHARS_MAX);
    let answer = deleted(&served.address()).await;
    assert_eq!(answer, Err(CallError::Rejected { status: 503, detail: kept }));
}
