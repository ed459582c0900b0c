//! Peers of the benchmark, as far as a swarm sees them: one that passes on what it should, in every
//! dialect, and one that does not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use load_testing::dialect::{Dialect, Peer};
use load_testing::run;
use load_testing::scenario::Scenario;
use load_testing::target::Target;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Sender, channel};
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

const SCENARIO: &str = "\
name: Peers
lasts: 1500ms
settles: 300ms
catchesUp: 1s
groups:
  - { name: room, rooms: 2, members: 4, lurkers: 0.5, posts: { perSecond: 20, bytes: 100 } }
thresholds: { disconnects: 0, ackP99: 500ms }
";
/// The message that is not passed on as it should.
const FLAWED: usize = 10;
/// Messages that wait for one member.
const WAITING_MAX: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    None,
    /// The first member of a room does not get it.
    Drops,
    /// The first member gets it twice.
    Doubles,
    /// Nobody gets it.
    Swallows,
    /// The first member gets something else.
    Lies,
}

struct Room {
    members: Vec<Sender<Message>>,
    said: usize,
}

type Rooms = Arc<Mutex<HashMap<String, Room>>>;

async fn serve(dialect: Dialect, flaw: Flaw) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let rooms = Rooms::default();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(member(dialect, flaw, stream, Arc::clone(&rooms)));
        }
    });
    url
}

/// One connection: it enters a room by its path or its words, and its posts go to all who are there.
async fn member(dialect: Dialect, flaw: Flaw, stream: TcpStream, rooms: Rooms) -> Option<()> {
    let mut path = String::new();
    #[expect(clippy::result_large_err, reason = "tungstenite's callback is so")]
    let look = |request: &Request, response: Response| {
        path = request.uri().to_string();
        Ok(response)
    };
    let (mut out, mut words) = accept_hdr_async(stream, look).await.ok()?.split();
    let (sender, mut sent) = channel::<Message>(WAITING_MAX);
    tokio::spawn(async move {
        while let Some(message) = sent.recv().await {
            if out.send(message).await.is_err() {
                return;
            }
        }
    });
    if dialect == Dialect::Plain {
        enter(&rooms, &path, &sender);
    }
    while let Some(Ok(message)) = words.next().await {
        let text = String::from_utf8(message.into_data().to_vec()).unwrap();
        match dialect {
            Dialect::Plain => post(&rooms, &path, flaw, |text| Message::text(text), &text),
            Dialect::SocketIo if text == "40" => {
                enter(&rooms, &path, &sender);
                for packet in [r#"0{"sid":"a"}"#, r#"40{"sid":"b"}"#, "2", r#"42["joined"]"#] {
                    sender.try_send(Message::text(packet)).ok()?;
                }
            }
            Dialect::SocketIo if text == "3" => {}
            Dialect::SocketIo => {
                let text = text.strip_prefix(r#"42["post",""#)?.strip_suffix(r#""]"#)?;
                let packet = |text: &str| Message::text(format!(r#"42["post","{text}"]"#));
                post(&rooms, &path, flaw, packet, text);
            }
            Dialect::Nats => {
                if let Some(subject) = text.split("SUB ").nth(1) {
                    enter(&rooms, subject.split(' ').next()?, &sender);
                    sender.try_send(Message::binary("INFO {}\r\nPONG\r\nPING\r\n")).ok()?;
                } else if let Some(published) = text.strip_prefix("PUB ") {
                    let (head, text) = published.split_once("\r\n")?;
                    let (subject, text) = (head.split(' ').next()?, text.trim_end());
                    let line = |text: &str| {
                        Message::binary(format!("MSG {subject} 1 {}\r\n{text}\r\n", text.len()))
                    };
                    post(&rooms, subject, flaw, line, text);
                }
            }
        }
    }
    Some(())
}

fn enter(rooms: &Rooms, room: &str, sender: &Sender<Message>) {
    let mut rooms = rooms.lock().unwrap();
    let room = rooms.entry(room.into()).or_insert(Room { members: Vec::new(), said: 0 });
    room.members.push(sender.clone());
}

fn post(rooms: &Rooms, room: &str, flaw: Flaw, packet: impl Fn(&str) -> Message, text: &str) {
    let mut rooms = rooms.lock().unwrap();
    let room = rooms.get_mut(room).unwrap();
    room.said += 1;
    let flaw = if room.said == FLAWED { flaw } else { Flaw::None };
    for (index, member) in room.members.iter().enumerate() {
        let messages = match (flaw, index) {
            (Flaw::Swallows, _) | (Flaw::Drops, 0) => vec![],
            (Flaw::Doubles, 0) => vec![packet(text), packet(text)],
            (Flaw::Lies, 0) => vec![packet(&text.replace('.', ","))],
            _ => vec![packet(text)],
        };
        for message in messages {
            // Whoever has left hears nothing.
            let _ = member.try_send(message);
        }
    }
}

async fn kinds(peer: Peer, flaw: Flaw) -> (Vec<String>, u64, u64) {
    let url = serve(peer.dialect, flaw).await;
    let mut target = Target::find(&url, None).await.unwrap();
    target.peer = Some(peer);
    let scenario = Scenario::parse(SCENARIO, "peers.yml").unwrap();
    let part = run::alone(scenario, target, "test".into()).await.unwrap();
    let (measured, findings) = part.judge();
    let counts = measured.counts;
    assert_eq!((counts.failed_connects, counts.disconnects), (0, 0), "{findings:?}");
    (findings.counts.into_keys().collect(), counts.posts, counts.deliveries)
}

#[tokio::test]
async fn a_peer_that_passes_everything_on_is_found_right_in_every_dialect() {
    for peer in Peer::ALL {
        let (kinds, posts, deliveries) = kinds(peer, Flaw::None).await;
        assert_eq!(kinds, [""; 0], "{}", peer.name);
        assert!((50..=70).contains(&posts), "{}: {posts}", peer.name);
        assert_eq!(deliveries, 4 * posts, "{}", peer.name);
    }
}

#[tokio::test]
async fn what_a_peer_gets_wrong_is_found() {
    for (flaw, expected) in [
        (Flaw::Drops, vec!["lost"]),
        (Flaw::Doubles, vec!["doubled"]),
        (Flaw::Swallows, vec!["lost", "unanswered"]),
        (Flaw::Lies, vec!["disagreements"]),
    ] {
        let (kinds, ..) = kinds(Peer::ALL[4], flaw).await;
        assert_eq!(kinds, expected, "{flaw:?}");
    }
}
