//! The bounds, partial writes, and what is kept and forgotten.

use super::*;

const LIMITS: OutboxLimits = OutboxLimits { frames_max: 1_000, bytes_max: 1024 * 1024 };

fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

/// Takes at most `pace` bytes a call, and `budget` in all.
fn flush(outbox: &mut Outbox, pace: usize, budget: usize, now_ms: u64) -> (Vec<u8>, Flushed) {
    let mut taken = Vec::new();
    let flushed = outbox.flush(now_ms, |slices| {
        let size = pace.min(budget - taken.len());
        if size == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let all: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
        let size = size.min(all.len());
        taken.extend_from_slice(&all[..size]);
        Ok(size)
    });
    (taken, flushed.unwrap())
}

#[test]
fn a_thousand_frames_fit_and_no_more() {
    let mut outbox = Outbox::new();
    for _ in 0..1_000 {
        outbox.admit("x".len(), LIMITS).unwrap();
        outbox.push(bytes("x"), 0, 0);
    }
    assert_eq!(outbox.admit("x".len(), LIMITS), Err(Refused::Full));
    flush(&mut outbox, 1, 1, 0);
    assert_eq!(outbox.admit("x".len(), LIMITS), Ok(()));
}

#[test]
fn a_mebibyte_fits_and_no_byte_more() {
    let mut outbox = Outbox::new();
    let most = Bytes::from(vec![0; 1024 * 1024]);
    let over = 1024 * 1024 + 1;
    assert_eq!(outbox.admit(over, LIMITS), Err(Refused::Full), "even when it is empty");
    assert_eq!(outbox.admit(most.len(), LIMITS), Ok(()));
    outbox.push(most, 0, 0);
    assert_eq!(outbox.admit("x".len(), LIMITS), Err(Refused::Full));
    // What is written makes room, though its entry still waits.
    flush(&mut outbox, 3, 3, 0);
    assert_eq!(outbox.admit("xyz".len(), LIMITS), Ok(()));
    assert_eq!(outbox.admit("wxyz".len(), LIMITS), Err(Refused::Full));
}

#[test]
fn partial_writes_lose_nothing() {
    let frames = ["one", "", "twenty-two", "3", "four"];
    let expected = frames.concat();
    for pace in 1..=expected.len() {
        for begun in 0..=3 {
            let mut outbox = Outbox::new();
            outbox.push(bytes(frames[0]), begun, 0);
            for frame in &frames[1..] {
                outbox.push(bytes(frame), 0, 0);
            }
            let (mut taken, flushed) = flush(&mut outbox, pace, 5, 0);
            assert_eq!((taken.len(), flushed), (5, Flushed::WouldBlock));
            assert_eq!(outbox.bytes(), expected.len() - begun - 5);
            let (rest, flushed) = flush(&mut outbox, pace, usize::MAX / 2, 0);
            taken.extend(rest);
            assert_eq!(flushed, Flushed::All);
            assert_eq!(taken, expected.as_bytes()[begun..], "pace {pace}, begun {begun}");
            assert!(outbox.is_empty());
        }
    }
}

#[test]
fn one_write_takes_up_to_64_entries() {
    let mut outbox = Outbox::new();
    for _ in 0..150 {
        outbox.push(bytes("ab"), 0, 0);
    }
    let mut calls = Vec::new();
    let write = |slices: &[IoSlice<'_>]| {
        calls.push(slices.len());
        Ok(slices.iter().map(|slice| slice.len()).sum())
    };
    assert_eq!(outbox.flush(0, write).unwrap(), Flushed::All);
    assert_eq!(calls, [64, 64, 22]);
}

#[test]
fn an_interrupted_write_is_repeated() {
    let mut outbox = Outbox::new();
    outbox.push(bytes("x"), 0, 0);
    let mut answers = vec![Ok(1), Err(io::ErrorKind::Interrupted.into())];
    let flushed = outbox.flush(0, |_| answers.pop().unwrap()).unwrap();
    assert_eq!(flushed, Flushed::All);
}

#[test]
fn an_emptied_outbox_gives_its_memory_back() {
    let mut outbox = Outbox::new();
    for _ in 0..500 {
        outbox.push(bytes("x"), 0, 0);
    }
    flush(&mut outbox, 100, 500, 0);
    assert_eq!(outbox.entries.capacity(), 0);
}

#[test]
fn a_stall_counts_from_the_last_progress() {
    let mut outbox = Outbox::new();
    assert_eq!(outbox.stalled_since_ms(), None);
    outbox.push(bytes("abc"), 0, 100);
    outbox.push(bytes("def"), 0, 200);
    assert_eq!(outbox.stalled_since_ms(), Some(100));
    flush(&mut outbox, 1, 0, 300);
    assert_eq!(outbox.stalled_since_ms(), Some(100), "nothing was taken");
    flush(&mut outbox, 1, 1, 400);
    assert_eq!(outbox.stalled_since_ms(), Some(400));
    flush(&mut outbox, 9, 9, 500);
    assert_eq!(outbox.stalled_since_ms(), None);
}

#[test]
fn forgetting_keeps_the_rest_of_what_was_begun() {
    let mut outbox = Outbox::new();
    outbox.push(bytes("begun"), 2, 0);
    outbox.push(bytes("forgotten"), 0, 0);
    outbox.forget_unbegun();
    outbox.push(bytes("|close"), 0, 0);
    assert_eq!(flush(&mut outbox, 99, 99, 0).0, b"gun|close");

    outbox.push(bytes("forgotten"), 0, 0);
    outbox.forget_unbegun();
    assert!(outbox.is_empty());
    assert_eq!(outbox.stalled_since_ms(), None);
}

#[test]
fn the_owner_is_told_once_until_it_is_empty_again() {
    let mut outbox = Outbox::new();
    assert!(!outbox.must_tell());
    for _ in 0..2 {
        outbox.push(bytes("ab"), 0, 0);
        assert!(outbox.must_tell());
        outbox.push(bytes("cd"), 0, 0);
        assert!(!outbox.must_tell());
        flush(&mut outbox, 9, 9, 0);
    }
}

#[test]
fn nothing_is_taken_after_closing_or_breaking() {
    let mut outbox = Outbox::new();
    outbox.push(bytes("waits"), 0, 0);
    outbox.close();
    assert_eq!(outbox.admit("x".len(), LIMITS), Err(Refused::Closed));
    assert_eq!(outbox.bytes(), 5, "what waits is still to be written");
    outbox.fail(io::ErrorKind::BrokenPipe);
    assert_eq!(outbox.admit("x".len(), LIMITS), Err(Refused::Closed));
    assert!(outbox.is_empty());
    assert_eq!(outbox.failure().map(|error| error.kind()), Some(io::ErrorKind::BrokenPipe));
    outbox.close();
    assert!(outbox.failure().is_some());
}
