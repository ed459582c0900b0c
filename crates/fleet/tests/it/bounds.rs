//! Each bound of a call is crossed once.

use std::time::Duration;

use fleet::CallError;
use fleet::limits::{ANSWER_BYTES_MAX, CALL_MAX, REQUEST_BYTES_MAX, STATUS_BYTES_MAX};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::callee::{Callee, question};
use crate::liar::{Liar, Lie, Sealed, head};
use crate::{RUN, Served, caller, keys};

#[tokio::test]
async fn a_question_is_as_large_as_it_may_be_and_no_larger() {
    let callee = Callee::new();
    let served = Served::backend(&callee).await;
    let backend = caller().backend(&served.address());
    let largest = "x".repeat(REQUEST_BYTES_MAX - r#"[3,""]"#.len());
    assert_eq!(backend.delete(RUN, largest.as_str().into()).await, Ok(true));
    let answer = backend.delete(RUN, format!("{largest}x").into()).await;
    assert!(matches!(answer, Err(CallError::Bad(_))), "{answer:?}");
    assert_eq!(callee.heard().len(), 1);
}

/// An answer of so many bytes, with its length said before or not.
async fn of_bytes(bytes: usize, says_length: bool) -> Liar {
    Liar::new(move |nonce| {
        let mut body = vec![b' '; bytes];
        body[..4].copy_from_slice(b"true");
        let signature = Sealed::honest(nonce, 200, &body).sign(&keys());
        let length = says_length.then_some(bytes);
        let said = [head(200, Some(signature), length).into_bytes(), body].concat();
        Lie::Says(vec![said], Duration::ZERO)
    })
    .await
}

#[tokio::test]
async fn an_answer_is_as_large_as_it_may_be_and_no_larger() {
    for says_length in [true, false] {
        let liar = of_bytes(ANSWER_BYTES_MAX, says_length).await;
        assert_eq!(caller().backend(&liar.address()).delete(RUN, "tea".into()).await, Ok(true));
        let liar = of_bytes(ANSWER_BYTES_MAX + 1, says_length).await;
        let answer = caller().backend(&liar.address()).delete(RUN, "tea".into()).await;
        let Err(CallError::Bad(why)) = answer else { panic!("{answer:?}") };
        assert!(why.contains("larger"), "{why}");
    }
}

#[tokio::test]
async fn a_list_of_rooms_may_be_larger_and_is_bounded_too() {
    // It is read, and found to be no list.
    let liar = of_bytes(ANSWER_BYTES_MAX + 1, false).await;
    let answer = caller().backend(&liar.address()).status(question()).await;
    let Err(CallError::Bad(why)) = answer else { panic!("{answer:?}") };
    assert!(why.contains("expected"), "{why}");
    let liar = Liar::new(|nonce| {
        let signature = Sealed::honest(nonce, 200, b"").sign(&keys());
        let head = head(200, Some(signature), Some(STATUS_BYTES_MAX + 1));
        Lie::Says(vec![head.into_bytes()], CALL_MAX)
    })
    .await;
    let answer = caller().backend(&liar.address()).status(question()).await;
    let Err(CallError::Bad(why)) = answer else { panic!("{answer:?}") };
    assert!(why.contains("larger"), "{why}");
}

#[tokio::test]
async fn an_unsigned_question_is_refused_before_its_body_is_read() {
    let served = Served::backend(&Callee::new()).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let head = format!(
        "POST /fleet/status HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
        REQUEST_BYTES_MAX
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    let read = stream.read_exact(&mut answer);
    tokio::time::timeout(10 * CALL_MAX, read).await.expect("it waits for the body").unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
}
