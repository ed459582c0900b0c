//! Bad times at the edge: a friendly page for people, problem documents for programs, and
//! chats that go on meanwhile.

use protocol::frame::Join;
use tests::fleet::{Fleet, Options};
use tests::http::get;
use tests::waiting::{DEADLINE, until};

const HERE: [u8; 4] = [127, 0, 0, 1];

#[tokio::test]
async fn while_aux_srv_is_away_chats_go_on_and_visitors_get_a_page_that_tries_again() {
    let mut fleet =
        Fleet::start(Options { backends: 1, file_servers: 1, ..Options::default() }).await;
    let join = Join::default;
    let (mut ada, _) = fleet.member(HERE, "bad-times", join()).await.expect("Ada joins");
    let (mut ben, _) = fleet.member(HERE, "bad-times", join()).await.expect("Ben joins");
    fleet.aux().kill();

    ada.say("k1", "are you there").await.expect("a chat goes on");
    ben.say("k2", "yes").await.expect("a chat goes on");
    for path in ["/", "/bad-times", "/about", "/unavailable.html"] {
        let page = fleet.get(path).await;
        assert_eq!(page.status, 503, "{path}");
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        assert_eq!((page.header("retry-after"), page.header("cache-control")), ("5", "no-store"));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        let text = page.text();
        assert!(
            text.contains("The server does not answer.") && text.contains("Сервер не отвечает.")
        );
        let inline = ["<style", " style=", "<script>", " onclick=", " onload=", " onerror="];
        assert!(!inline.iter().any(|part| text.contains(part)), "{text}");
        for part in ["/assets/unavailable.css", "/assets/unavailable.js"] {
            assert!(text.contains(part), "{text}");
            let answer = fleet.get(part).await;
            assert_eq!(answer.status, 200, "{part}");
            assert_eq!(answer.header("cache-control"), "no-cache", "{part}");
        }
    }
    let upgrade = [("Connection", "Upgrade"), ("Upgrade", "websocket")];
    for (path, headers) in [
        ("/api/rooms/bad-times", &[][..]),
        ("/api/site", &[]),
        ("/api/rooms/bad-times/ws", &upgrade),
        ("/api/rooms/bad-times/ticket", &[]),
        ("/api/previews", &[]),
    ] {
        let answer = get(fleet.plain(), path, headers).await;
        assert_eq!(answer.status, 503, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
        assert_eq!(answer.json()["code"], "unavailable", "{path}");
        assert_eq!(answer.header("retry-after"), "2", "{path}");
    }

    fleet.start_again("aux-srv").await;
    let plain = fleet.plain();
    until("pages are back", async || get(plain, "/bad-times", &[]).await.status == 200).await;
    until("the room is found where it was", async || {
        let info = get(plain, "/api/rooms/bad-times", &[]).await;
        info.status == 200 && info.json()["members"] == 2
    })
    .await;
    let (mut eve, joined) = fleet.member(HERE, "bad-times", join()).await.expect("Eve joins");
    assert_eq!(joined.history.len(), 2, "the history is still there");
    eve.say("k3", "hello").await.expect("it is posted");
}

#[tokio::test]
async fn a_hanging_aux_srv_is_answered_for_in_time() {
    let mut fleet =
        Fleet::start(Options { backends: 1, file_servers: 1, ..Options::default() }).await;
    fleet.aux().signal("STOP");
    let plain = fleet.plain();
    // The test's own deadline is what a question may take, and a bit: see `exchange`.
    let asked = tokio::time::timeout(2 * DEADLINE, async {
        let head =
            "GET /api/rooms/a-room/ws HTTP/1.1\r\nHost: chat.test\r\nConnection: close\r\n\r\n";
        let mut stream = tokio::net::TcpStream::connect(plain).await.expect("it accepts");
        tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes()).await.expect("it reads");
        let mut answer = Vec::new();
        tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer).await.expect("it answers");
        String::from_utf8_lossy(&answer).into_owned()
    });
    let answer = asked.await.expect("an answer in time");
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("unavailable"), "{answer}");
    fleet.aux().signal("CONT");
    until("it goes on", async || get(plain, "/api/rooms/a-room", &[]).await.status == 200).await;
}
