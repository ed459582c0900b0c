//! The last frame: after what waits, or instead of it, and always readable.

use super::*;

#[tokio::test]
async fn closing_says_what_waits_first_and_nothing_after() {
    let (socket, mut client) = pair(LIMITS, None).await;
    socket.push(frame::text("last words"), 0).unwrap();
    socket.close(frame::close(1001, "going away"), 0);
    assert_eq!(socket.push_and_flush(&frame::text("too late"), 0), Err(Refused::Closed));
    assert_eq!(socket.push(frame::text("too late"), 0), Err(Refused::Closed));
    // A second reason does not follow the first.
    socket.close(frame::close(1008, "other"), 0);
    within(socket.drive_outbox(|| 0)).await.unwrap();

    let read = async {
        let mut received = Vec::new();
        client.read_to_end(&mut received).await.unwrap();
        drop(client);
        received
    };
    let (finished, received) =
        within(async { tokio::join!(socket.finish(PATIENCE, || 0), read) }).await;
    finished.unwrap();
    let expected = [frame::text("last words"), frame::close(1001, "going away")].concat();
    assert_eq!(received, expected);
}

#[tokio::test]
async fn a_slow_reader_is_cut_with_a_reason_that_it_can_read() {
    let (socket, mut client) = pair(LIMITS, Some(TINY_BUFFER_BYTES)).await;
    let text = "x".repeat(5_000);
    let frame = frame::text(&text);
    fill(&socket, &frame);
    while socket.push_and_flush(&frame, 0).is_ok() {}
    socket.cut(frame::close(4001, "slow reader"), 0);
    assert!(socket.bytes_queued() <= frame.len() + 17, "what waited is forgotten");

    let read = async {
        let mut received = Vec::new();
        client.read_to_end(&mut received).await.unwrap();
        drop(client);
        received
    };
    let (finished, received) =
        within(async { tokio::join!(socket.finish(PATIENCE, || 0), read) }).await;
    finished.unwrap();
    let mut messages = messages(received);
    let Some(Message::Close(Some(close))) = messages.pop() else {
        panic!("no close frame after {} messages", messages.len());
    };
    assert_eq!((u16::from(close.code), close.reason.as_str()), (4001, "slow reader"));
    assert!(messages.iter().all(|message| *message == Message::text(text.as_str())));
}

#[tokio::test]
async fn the_owner_of_a_stalled_socket_learns_that_it_was_closed() {
    let (socket, _client) = pair(LIMITS, Some(TINY_BUFFER_BYTES)).await;
    fill(&socket, &frame::binary(&[7; 100_000]));
    let owner = socket.drive_outbox(|| 0);
    tokio::pin!(owner);
    // It waits for the stalled client first.
    assert!(ready_now(&mut owner).await.is_none());
    socket.close(frame::close(4002, "replaced"), 0);
    within(owner).await.unwrap();
}

#[tokio::test]
async fn a_client_that_is_still_sending_can_read_the_reason() {
    let (socket, mut client) = pair(LIMITS, None).await;
    socket.close(frame::close(1009, "message too big"), 0);
    let talk = async {
        // Without reading, closing would answer this with a reset.
        client.write_all(&vec![0; 4 * 1024 * 1024]).await.unwrap();
        client.shutdown().await.unwrap();
        let mut received = Vec::new();
        client.read_to_end(&mut received).await.unwrap();
        received
    };
    let (finished, received) =
        within(async { tokio::join!(socket.finish(PATIENCE, || 0), talk) }).await;
    finished.unwrap();
    assert_eq!(received, frame::close(1009, "message too big"));
}

#[tokio::test]
async fn a_client_that_never_closes_is_left_at_the_deadline() {
    let (socket, _client) = pair(LIMITS, None).await;
    socket.close(frame::close(1001, ""), 0);
    let finished = within(socket.finish(Duration::from_millis(20), || 0)).await;
    assert_eq!(finished.unwrap_err().kind(), io::ErrorKind::TimedOut);
}
