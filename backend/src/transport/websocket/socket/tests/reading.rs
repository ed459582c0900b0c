//! The reader: whatever way the bytes come, and after whatever was cancelled.

use super::*;
use crate::transport::websocket::{Incoming, Limits, ProtocolError, ReadError, Reader};

fn reader(leftover: &[u8]) -> Reader {
    Reader::new(Limits { message_bytes_max: 200_000 }, Bytes::copy_from_slice(leftover))
}

/// What tungstenite sends as a client.
fn client_bytes(messages: impl IntoIterator<Item = Message>) -> Vec<u8> {
    let wire = std::io::Cursor::new(Vec::new());
    let mut client = WebSocket::from_raw_socket(wire, Role::Client, None);
    for message in messages {
        client.send(message).unwrap();
    }
    client.get_ref().get_ref().clone()
}

#[tokio::test]
async fn many_messages_of_one_read_come_one_by_one() {
    let (socket, mut client) = pair(LIMITS, None).await;
    let mut reader = reader(b"");
    let bytes = client_bytes((0..500).map(|i| Message::text(format!("message {i}"))));
    client.write_all(&bytes).await.unwrap();
    for i in 0..500 {
        let read = within(reader.next(&socket)).await.unwrap();
        assert_eq!(read, Some(Incoming::Text(format!("message {i}"))));
    }
    drop(client);
    assert_eq!(within(reader.next(&socket)).await.unwrap(), None);
}

#[tokio::test]
async fn bytes_that_came_with_the_handshake_come_first() {
    let (socket, mut client) = pair(LIMITS, None).await;
    let bytes = client_bytes(["first", "second"].map(Message::text));
    let (early, late) = bytes.split_at(bytes.len() / 2 + 3);
    let mut reader = reader(early);
    let read = within(reader.next(&socket)).await.unwrap();
    assert_eq!(read, Some(Incoming::Text("first".into())));
    client.write_all(late).await.unwrap();
    let read = within(reader.next(&socket)).await.unwrap();
    assert_eq!(read, Some(Incoming::Text("second".into())));
}

#[tokio::test]
async fn cancelled_reads_lose_nothing() {
    let (socket, mut client) = pair(LIMITS, None).await;
    let expected: Vec<_> = (0..40).map(|i| format!("{i} ").repeat(1 + i * 150)).collect();
    let bytes = client_bytes(expected.iter().map(Message::text));
    let writing = tokio::spawn(async move {
        for piece in bytes.chunks(1_234) {
            client.write_all(piece).await.unwrap();
            tokio::task::yield_now().await;
        }
        client
    });
    let mut reader = reader(b"");
    let mut received = Vec::new();
    within(async {
        while received.len() < expected.len() {
            tokio::select! {
                biased;
                () = tokio::task::yield_now() => {}
                read = reader.next(&socket) => received.push(read.unwrap().unwrap()),
            }
            if let Some(read) = try_next(&mut reader, &socket).await {
                received.push(read);
            }
        }
    })
    .await;
    let expected: Vec<_> = expected.into_iter().map(Incoming::Text).collect();
    assert!(received == expected, "a message was lost or changed");
    within(writing).await.unwrap();
}

/// A read that is dropped when it has to wait.
async fn try_next(reader: &mut Reader, socket: &Socket) -> Option<Incoming> {
    tokio::select! {
        biased;
        read = reader.next(socket) => Some(read.unwrap().unwrap()),
        () = tokio::task::yield_now() => None,
    }
}

#[tokio::test]
async fn a_close_frame_is_the_last_message() {
    let (socket, mut client) = pair(LIMITS, None).await;
    let mut reader = reader(b"");
    client.write_all(&client_bytes([Message::Close(None)])).await.unwrap();
    client.write_all(b"whatever follows").await.unwrap();
    client.shutdown().await.unwrap();
    let read = within(reader.next(&socket)).await.unwrap();
    assert_eq!(read, Some(Incoming::Close { code: None, reason: String::new() }));
    assert_eq!(within(reader.next(&socket)).await.unwrap(), None);
}

#[tokio::test]
async fn a_violation_is_told_with_its_kind() {
    let (socket, mut client) = pair(LIMITS, None).await;
    let mut reader = reader(b"");
    client.write_all(&[0x81, 0x02, b'h', b'i']).await.unwrap();
    let error = within(reader.next(&socket)).await.unwrap_err();
    assert!(matches!(error, ReadError::Protocol(ProtocolError::NotMasked)), "{error}");
}

#[tokio::test]
async fn a_reset_is_an_error() {
    let (socket, client) = pair(LIMITS, None).await;
    client.set_zero_linger().unwrap();
    drop(client);
    let error = within(reader(b"").next(&socket)).await.unwrap_err();
    assert!(matches!(error, ReadError::Io(_)), "{error}");
}

#[tokio::test]
async fn a_message_of_many_fragments_leaves_the_thread_to_others() {
    use std::io::Write;
    const BYTES: usize = 100 << 20;
    let (socket, client) = pair(LIMITS, None).await;
    let mut client = client.into_std().unwrap();
    client.set_nonblocking(false).unwrap();
    let writing = std::thread::spawn(move || {
        // The beginning of a text, and then nothing of it, again and again.
        let (text, nothing) = ([0x01, 0x80, 0, 0, 0, 0], [0x00, 0x80, 0, 0, 0, 0].repeat(100_000));
        let mut written = client.write_all(&text);
        for _ in 0..BYTES / nothing.len() {
            written = written.and_then(|()| client.write_all(&nothing));
        }
    });
    // So large that neither its bytes nor its fragments come to an end here.
    let mut reader = Reader::new(Limits { message_bytes_max: 1 << 30 }, Bytes::new());
    let others = async {
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        read = reader.next(&socket) => panic!("it was read to its end: {read:?}"),
        () = others => {}
    }
    drop(socket);
    writing.join().unwrap();
}
