//! What a room is for: what one says, the others hear.

use protocol::frame::{ClientFrame, EventKind, ServerFrame};

use crate::server::TestServer;

#[tokio::test]
async fn answers_come_in_the_order_of_the_requests() {
    let server = TestServer::start().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let requests = [
        ClientFrame::Members { id: Some(1), prefix: String::new() },
        ClientFrame::Grant { id: Some(2) },
        ClientFrame::Describe { id: Some(3), text: "all about tea".into() },
        ClientFrame::Post {
            id: Some(4),
            key: "k".into(),
            text: "forged".into(),
            reply_to: None,
            file: Some("nonsense".into()),
            preview: None,
        },
        ClientFrame::Join(protocol::frame::Join { id: Some(5), ..Default::default() }),
        ClientFrame::History { id: Some(6), before: None, limit: Some(1) },
    ];
    for request in &requests {
        ada.send(request).await.unwrap();
    }
    let mut answered = Vec::new();
    while answered.len() < requests.len() {
        answered.extend(ada.receive().await.unwrap().id());
    }
    assert_eq!(answered, [1, 2, 3, 4, 5, 6]);
}

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
