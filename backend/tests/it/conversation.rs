//! What a room is for: what one says, the others hear.

use protocol::frame::{EventKind, ServerFrame};

use crate::server::TestServer;

#[tokio::test]
async fn two_sockets_exchange_a_post_through_ticket_room_and_socket() {
    let server = TestServer::start().await;
    let (mut ada, joined) = server.member("tea", "Ada").await;
    assert!(joined.you.creator);
    let (mut bob, joined) = server.member("tea", "Bob").await;
    assert!(!joined.you.creator);
    assert_eq!(joined.members.len(), 2);
    assert_eq!(ada.say("k1", "hello").await.unwrap(), 1);
    let event = loop {
        if let ServerFrame::Event(event) = bob.receive().await.unwrap() {
            break event;
        }
    };
    assert_eq!((event.seq, &*event.name), (1, "Ada"));
    assert!(matches!(event.event, EventKind::Posted { text, .. } if &*text == "hello"));
    assert_eq!(bob.say("k1", "hello yourself").await.unwrap(), 2);
    assert_eq!(server.metric("events_total{kind=\"posted\"}"), 2.0);
    assert_eq!(server.metric("members"), 2.0);
}
