//! What clients of the tests hear: events in their order, errors, closes.

use client::{Client, Error};
use protocol::ErrorCode;
use protocol::frame::{Event, EventKind, ServerFrame};

use crate::server::PATIENCE;

/// The next frame that is not about presence or a heartbeat.
pub(crate) async fn next(client: &mut Client) -> Result<ServerFrame, Error> {
    loop {
        let frame = tokio::time::timeout(PATIENCE, client.receive()).await.expect("a frame");
        match frame? {
            ServerFrame::Presence { .. } | ServerFrame::Heartbeat { .. } => {}
            frame => return Ok(frame),
        }
    }
}

/// The next event.
pub(crate) async fn next_event(client: &mut Client) -> Event {
    loop {
        if let ServerFrame::Event(event) = next(client).await.unwrap() {
            return event;
        }
    }
}

/// Events up to one of that number.
pub(crate) async fn events_until(client: &mut Client, seq: u64) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    while events.last().is_none_or(|event| event.seq < seq) {
        events.push(next_event(client).await);
    }
    events
}

/// The text of a posted message.
pub(crate) fn text_of(event: &Event) -> &str {
    match &event.event {
        EventKind::Posted { text, .. } => text,
        other => panic!("not a post: {other:?}"),
    }
}

/// The next error, and the request that it answers.
pub(crate) async fn next_error(client: &mut Client) -> (Option<u64>, ErrorCode) {
    loop {
        if let ServerFrame::Error { id, code, .. } = next(client).await.unwrap() {
            return (id, code);
        }
    }
}

/// The close code and reason, whatever comes before.
pub(crate) async fn closed(client: &mut Client) -> (u16, String) {
    loop {
        match next(client).await {
            Ok(_) => {}
            Err(Error::Closed { code, reason }) => return (code, reason),
            Err(other) => panic!("not closed: {other}"),
        }
    }
}
