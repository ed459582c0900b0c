//! Direct mode: sockets go to the backend's own node, by a pass, and nothing else does.

use protocol::frame::Join;
use tests::fleet::{Fleet, HOST, Mode, Options};
use tests::http::exchange;

const HERE: [u8; 4] = [127, 0, 0, 1];

#[tokio::test]
async fn people_meet_on_a_backends_own_node() {
    let options =
        Options { backends: 2, file_servers: 1, mode: Mode::Direct, ..Options::default() };
    let mut fleet = Fleet::start(options).await;
    let (mut ada, _) =
        fleet.direct_member(HERE, "direct-room", Join::default()).await.expect("Ada");
    let (mut ben, joined) =
        fleet.direct_member(HERE, "direct-room", Join::default()).await.expect("Ben");
    assert_eq!(joined.members.len(), 2, "one room for both");
    ada.say("k1", "hello").await.expect("it is posted");
    // The gateway is out of the way: chats go on without it.
    fleet.nginx().kill();
    ben.say("k2", "and without the gateway").await.expect("it is posted");
    fleet.start_again("nginx").await;
    // Old pages and clients that know no passes still come through the gateway.
    let (mut eve, joined) =
        fleet.member(HERE, "direct-room", Join::default()).await.expect("Eve joins");
    assert_eq!(joined.members.len(), 3);
    eve.say("k3", "by the gateway").await.expect("it is posted");
}

#[tokio::test]
async fn a_node_takes_sockets_with_a_pass_and_nothing_else() {
    let options =
        Options { backends: 1, file_servers: 1, mode: Mode::Direct, ..Options::default() };
    let fleet = Fleet::start(options).await;
    let door = fleet.direct_plain(1).await;
    let (name, _) = fleet.direct_host(1);
    let upgrade = "Connection: close, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    for (path, headers) in [
        ("/", ""),
        ("/a-room", ""),
        ("/api/rooms/a-room", ""),
        ("/api/rooms/a-room/ws", ""),
        ("/api/rooms/a-room/ticket", upgrade),
        ("/api/site", ""),
        ("/files/01abc", ""),
        ("/edge/room", ""),
        ("/livez", ""),
        ("/metrics", ""),
        ("/fleet/status", ""),
        ("/", upgrade),
        ("/api/rooms/a-room/ws/../../../../fleet/status", upgrade),
    ] {
        let head = format!("GET {path} HTTP/1.1\r\nHost: {name}\r\n{headers}X-A: b\r\n\r\n");
        let head =
            if headers.is_empty() { head.replace("X-A: b", "Connection: close") } else { head };
        let answer = exchange(door, head.as_bytes()).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
    }
    for host in [HOST, "evil.test", "b2.direct.test", "127.0.1.1"] {
        let head = format!("GET /api/rooms/a-room/ws HTTP/1.1\r\nHost: {host}\r\n{upgrade}\r\n");
        let answer = exchange(door, head.as_bytes()).await;
        assert_eq!(answer.status, 421, "{host}");
    }
    // Without a pass, whatever the client says of tickets.
    let head = format!(
        "GET /api/rooms/a-room/ws HTTP/1.1\r\nHost: {name}\r\n{upgrade}\
         instantchat-ticket: forged\r\ninstantchat-session: forged\r\n\r\n"
    );
    let answer = exchange(door, head.as_bytes()).await;
    assert!(
        answer.text().contains("bad_ticket") || answer.header("connection") == "close",
        "{} {}",
        answer.status,
        answer.text()
    );
}
