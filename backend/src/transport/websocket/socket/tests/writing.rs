//! The outbox: straight to the kernel, or through the peer's own task.

use std::sync::Arc;

use super::*;

#[tokio::test]
async fn a_frame_goes_to_the_kernel_at_once() {
    let (socket, mut client) = pair(LIMITS, None).await;
    let frame = frame::text("hello");
    assert_eq!(socket.push_and_flush(&frame, 0), Ok(Flushed::All));
    assert!(socket.is_empty() && socket.stalled_since_ms().is_none());
    let mut received = vec![0; frame.len()];
    within(client.read_exact(&mut received)).await.unwrap();
    assert_eq!(received, frame);
}

#[tokio::test]
async fn several_frames_go_with_one_flush() {
    let (socket, mut client) = pair(LIMITS, None).await;
    let frames = ["a", "b", "c"].map(frame::text);
    for frame in &frames {
        socket.push(frame.clone(), 0).unwrap();
    }
    assert_eq!(socket.bytes_queued(), 9);
    assert_eq!(socket.flush_now(0), Ok(Flushed::All));
    let mut received = vec![0; 9];
    within(client.read_exact(&mut received)).await.unwrap();
    assert_eq!(received, frames.concat());
}

#[tokio::test]
async fn what_a_borrowed_buffer_held_is_kept_when_the_kernel_is_full() {
    let (socket, mut client) = pair(LIMITS, Some(TINY_BUFFER_BYTES)).await;
    let mut expected = Vec::new();
    let mut buffer = vec![0; 5_000];
    for number in 0..=u8::MAX {
        buffer.fill(number);
        expected.extend_from_slice(&buffer);
        if socket.copy_and_flush(&buffer, 0).unwrap() == Flushed::WouldBlock {
            break;
        }
    }
    // The buffer is another's now, and the frame was begun.
    buffer.fill(0);
    assert!(!socket.is_empty());
    let mut received = vec![0; expected.len()];
    let (drained, read) =
        within(async { tokio::join!(socket.drained(1, || 0), client.read_exact(&mut received)) })
            .await;
    drained.unwrap();
    read.unwrap();
    assert_eq!(received, expected);
}

#[tokio::test]
async fn a_slow_reader_fills_its_outbox_to_the_bounds() {
    let (socket, _client) = pair(LIMITS, Some(TINY_BUFFER_BYTES)).await;
    let frame = frame::binary(&[7; 1_000]);
    fill(&socket, &frame);
    while socket.push_and_flush(&frame, 0).is_ok() {}
    assert_eq!(socket.push_and_flush(&frame, 0), Err(Refused::Full));
    assert_eq!(socket.push(frame.clone(), 0), Err(Refused::Full));
    let queued = socket.bytes_queued();
    assert!(queued <= 1_000 * frame.len() && queued > 998 * frame.len(), "{queued} bytes");

    let (socket, _client) = pair(LIMITS, Some(TINY_BUFFER_BYTES)).await;
    let large = frame::binary(&[7; 100_000]);
    fill(&socket, &large);
    while socket.push_and_flush(&large, 0).is_ok() {}
    let queued = socket.bytes_queued();
    assert!((900_000..=1024 * 1024).contains(&queued), "{queued} bytes");
}

#[tokio::test]
async fn the_owner_writes_what_others_could_not() {
    let (socket, mut client) = pair(LIMITS, Some(TINY_BUFFER_BYTES)).await;
    let socket = Arc::new(socket);
    let owner = tokio::spawn({
        let socket = Arc::clone(&socket);
        async move { socket.drive_outbox(|| 0).await }
    });
    let reading = tokio::spawn(async move {
        let mut received = Vec::new();
        // Slow, because of its small bites of a small buffer.
        let mut bite = [0; 777];
        loop {
            match client.read(&mut bite).await.unwrap() {
                0 => return received,
                n => received.extend_from_slice(&bite[..n]),
            }
        }
    });
    let mut expected = Vec::new();
    for i in 0..2_000 {
        let text = format!("{i} {}", "x".repeat(i % 300));
        let frame = frame::text(&text);
        // Another room's task would cut a reader that is this slow.
        within(async {
            while socket.push_and_flush(&frame, 0) == Err(Refused::Full) {
                tokio::task::yield_now().await;
            }
        })
        .await;
        expected.push(Message::text(text));
    }
    socket.close(frame::close_without_code(), 0);
    within(owner).await.unwrap().unwrap();
    within(socket.finish(PATIENCE, || 0)).await.unwrap();
    expected.push(Message::Close(None));
    assert_eq!(messages(within(reading).await.unwrap()), expected);
}

#[tokio::test]
async fn a_blocked_write_wakes_an_owner_that_slept() {
    let (socket, mut client) = pair(LIMITS, Some(TINY_BUFFER_BYTES)).await;
    let owner = socket.drive_outbox(|| 0);
    tokio::pin!(owner);
    let frame = frame::binary(&[7; 50_000]);
    let pushed_and_flushed = || fill(&socket, &frame);
    let pushed_then_flushed = || {
        (0..20).for_each(|_| socket.push(frame.clone(), 0).unwrap());
        assert_eq!(socket.flush_now(0), Ok(Flushed::WouldBlock));
        20
    };
    let ways: [&dyn Fn() -> usize; 2] = [&pushed_and_flushed, &pushed_then_flushed];
    for push in ways {
        assert!(ready_now(&mut owner).await.is_none(), "there is nothing to write yet");
        let mut received = vec![0; push() * frame.len()];
        within(async {
            tokio::select! {
                read = client.read_exact(&mut received) => assert_eq!(read.unwrap(), received.len()),
                ended = &mut owner => panic!("the owner ended with {ended:?}"),
            }
        })
        .await;
        assert!(socket.is_empty());
    }
}

#[tokio::test]
async fn a_resume_is_paced_by_the_reader() {
    let (socket, mut client) = pair(LIMITS, Some(TINY_BUFFER_BYTES)).await;
    let frame = frame::binary(&[7; 50_000]);
    fill(&socket, &frame);
    socket.push(frame.clone(), 0).unwrap();
    let waiting = socket.bytes_queued();
    {
        let drained = socket.drained(10_000, || 5);
        tokio::pin!(drained);
        // The client takes one piece after the other; until it did, there is no end.
        let mut piece = [0; 1_000];
        let mut taken = 0;
        while taken < waiting - 10_000 {
            tokio::select! {
                biased;
                read = client.read(&mut piece) => taken += read.unwrap(),
                ended = &mut drained => {
                    ended.unwrap();
                    break;
                }
            }
        }
        within(async {
            tokio::select! {
                ended = &mut drained => ended.unwrap(),
                () = async { while client.read(&mut piece).await.unwrap() > 0 {} } => {}
            }
        })
        .await;
    }
    assert!(socket.bytes_queued() < 10_000);
}

#[tokio::test]
async fn a_stall_is_dated() {
    let (socket, _client) = pair(LIMITS, Some(TINY_BUFFER_BYTES)).await;
    fill(&socket, &frame::binary(&[7; 100_000]));
    let since = |now| {
        socket.push(frame::text("more"), now).unwrap();
        socket.flush_now(now).unwrap();
        socket.stalled_since_ms()
    };
    let first = since(1_000);
    assert_eq!(since(9_000), first, "nothing was taken since");
}

#[tokio::test]
async fn a_reset_connection_takes_nothing_more() {
    let (socket, client) = pair(LIMITS, None).await;
    client.set_zero_linger().unwrap();
    drop(client);
    let frame = frame::text("anybody?");
    within(async {
        while socket.push_and_flush(&frame, 0) != Err(Refused::Closed) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(within(socket.drive_outbox(|| 0)).await.is_err());
    assert!(within(socket.drained(1, || 0)).await.is_err());
    assert!(socket.is_empty());
}
