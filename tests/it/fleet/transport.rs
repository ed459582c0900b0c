//! TLS, HTTP/2, names and port 80, asked by foreign clients: curl and openssl.

use std::process::{Command, Stdio};

use protocol::frame::Join;
use tempfile::TempDir;
use tests::fleet::{Edge, Fleet, HOST, Options};
use tests::http::{exchange, get};

use super::recorder::Recorder;

async fn edge() -> (Edge, Recorder, TempDir) {
    let aux = Recorder::start(Vec::new()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let edge = Edge::before(folder.path(), aux.address, &[aux.address], &[]).await;
    (edge, aux, folder)
}

/// What curl writes, with the authority of the test as the only one that it believes.
async fn curl(edge: &Edge, arguments: &[&str]) -> String {
    let resolve = format!("{HOST}:{}:127.0.0.1", edge.https().port());
    let mut command = tokio::process::Command::new("curl");
    command.args(["--silent", "--show-error", "--max-time", "10", "--resolve", &resolve]);
    command.arg("--cacert").arg(edge.authority()).args(arguments);
    let output = command.stdin(Stdio::null()).output().await.expect("curl runs");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[tokio::test]
async fn pages_come_by_http_2_over_tls_1_2_and_1_3() {
    let (edge, _aux, _folder) = edge().await;
    let url = format!("https://{HOST}:{}/a-room", edge.https().port());
    let format = "%{http_version} %{http_code} %{ssl_verify_result}";
    for flags in [
        &["--tls-max", "1.2", "--http2"][..],
        &["--tlsv1.3", "--http2"],
        &["--tlsv1.3", "--http2", "--head"],
    ] {
        let arguments = [flags, &["--output", "/dev/null", "--write-out", format, &url]].concat();
        assert_eq!(curl(&edge, &arguments).await, "2 200 0", "{flags:?}");
    }
    let old = ["--http1.1", "--output", "/dev/null", "--write-out", format, &url];
    assert_eq!(curl(&edge, &old).await, "1.1 200 0");
}

#[tokio::test]
async fn older_tls_is_refused_by_the_server() {
    let (edge, _aux, _folder) = edge().await;
    let address = edge.https().to_string();
    for (version, accepted) in [("-tls1", false), ("-tls1_1", false), ("-tls1_2", true)] {
        // The client must be willing, or its own refusal would be taken for the server's.
        let output = tokio::process::Command::new("openssl")
            .args(["s_client", "-connect", &address, "-servername", HOST, version])
            .args(["-cipher", "DEFAULT@SECLEVEL=0"])
            .stdin(Stdio::null())
            .output()
            .await
            .expect("openssl runs");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let refused = said.contains("alert protocol version");
        assert_eq!(refused, !accepted, "{version}: {said}");
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_used_without_a_reload() {
    let mut fleet =
        Fleet::start(Options { backends: 1, file_servers: 1, ..Options::default() }).await;
    let (mut ada, _) =
        fleet.member([127, 0, 0, 1], "renewal", Join::default()).await.expect("Ada joins");
    let before = (serial(&fleet), fleet.nginx().id());
    fleet.renew_certificate();
    let after = serial(&fleet);
    assert_ne!(before.0, after, "the old certificate is still shown");
    assert_eq!(fleet.nginx().id(), before.1);
    assert_eq!(fleet.get("/").await.status, 200, "a new connection believes the new one");
    ada.say("k1", "still here").await.expect("an old connection goes on");
}

/// The fingerprint of the certificate that nginx shows.
fn serial(fleet: &Fleet) -> String {
    let script = format!(
        "openssl s_client -connect {} -servername {HOST} < /dev/null 2> /dev/null \
         | openssl x509 -noout -fingerprint",
        fleet.https()
    );
    let output = Command::new("sh").args(["-c", &script]).output().expect("sh runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Fingerprint"), "no certificate: {said}");
    said
}

#[tokio::test]
async fn port_80_serves_health_and_challenges_and_redirects_the_rest() {
    let (edge, aux, folder) = edge().await;
    let challenge = folder.path().join("nginx/acme/.well-known/acme-challenge");
    std::fs::create_dir_all(&challenge).expect("a folder for challenges");
    std::fs::write(challenge.join("token-1"), "the-proof").expect("a challenge");
    let port = edge.https().port();
    let ask = async |path: &str, host: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        exchange(edge.http(), head.as_bytes()).await
    };
    for host in [HOST, "127.0.0.1", "anything.example"] {
        let health = ask("/health", host).await;
        assert_eq!((health.status, health.text().as_str()), (200, "ok\n"), "{host}");
    }
    let proof = ask("/.well-known/acme-challenge/token-1", HOST).await;
    assert_eq!((proof.status, proof.text().as_str()), (200, "the-proof"));
    for path in
        ["/.well-known/acme-challenge/none", "/.well-known/acme-challenge/../../runtime/nginx.conf"]
    {
        let answer = ask(path, HOST).await;
        assert!([404, 308].contains(&answer.status), "{path}: {}", answer.status);
    }
    for path in
        ["/", "/a-room", "/%D1%87%D0%B0%D0%B9?x=%2F&y", "/api/rooms/a-room/ws", "//evil.test/"]
    {
        let answer = ask(path, HOST).await;
        assert_eq!(answer.status, 308, "{path}");
        assert_eq!(answer.header("location"), format!("https://{HOST}:{port}{path}"));
    }
    assert!(aux.take().is_empty(), "nothing of port 80 is handed on");
}

#[tokio::test]
async fn unknown_names_open_no_door() {
    let (edge, aux, _folder) = edge().await;
    let unknown =
        ["evil.test", "chat.test.evil.test", "sub.chat.test", "10.0.0.1", "[::1]", "_", ""];
    for host in unknown {
        for (address, path) in [(edge.plain(), "/a-room"), (edge.http(), "/a-room")] {
            let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            let answer = exchange(address, head.as_bytes()).await;
            assert!([400, 421].contains(&answer.status), "{host:?}: {}", answer.status);
        }
    }
    assert!(aux.take().is_empty(), "it was handed on");
    for host in [HOST, "CHAT.test", "chat.test:1", "chat.test.", "localhost", "127.0.0.1:99"] {
        let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = exchange(edge.plain(), head.as_bytes()).await;
        assert_eq!(answer.status, 200, "{host}");
    }
    let port = edge.https().port();
    let names = aux.take().iter().map(|one| one.all("host").join(" ")).collect::<Vec<_>>();
    assert_eq!(names[0], format!("{HOST}:{port}"));
    assert!(names[..4].iter().all(|name| *name == names[0]), "one name for all: {names:?}");
    // By HTTP/2, where the name is another header.
    let url = format!("https://{HOST}:{port}/");
    let arguments = ["--http2", "--header", "Host: evil.test", "--write-out", "%{http_code}", &url];
    assert!(curl(&edge, &arguments).await.ends_with("421"));
    assert!(aux.take().is_empty(), "it was handed on");
}

#[tokio::test]
async fn protection_is_said_once() {
    let fleet = Fleet::start(Options { backends: 1, file_servers: 1, ..Options::default() }).await;
    let page = fleet.get("/").await;
    let text = page.text();
    let asset = text.split('"').find(|part| part.starts_with("/assets/") && part.ends_with(".js"));
    let asset = asset.expect("a script");
    for path in ["/", "/a-room", "/api/site", "/api/rooms/a-room", "/files/01x", asset] {
        let head = format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n");
        let answer = exchange(fleet.plain(), head.as_bytes()).await;
        for name in [
            "content-security-policy",
            "x-content-type-options",
            "x-frame-options",
            "referrer-policy",
            "cross-origin-resource-policy",
            "cache-control",
            "vary",
            "set-cookie",
            "strict-transport-security",
        ] {
            assert!(answer.count(name) <= 1, "{path}: {name} comes {} times", answer.count(name));
        }
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("server"), "nginx", "{path}: its version is nobody's business");
    }
    for encoding in ["br", "gzip", "identity"] {
        let answer = get(fleet.plain(), asset, &[("Accept-Encoding", encoding)]).await;
        assert_eq!(answer.status, 200, "{asset}");
        let cache = answer.header("cache-control");
        assert!(cache.contains("immutable") && cache.contains("31536000"), "{cache}");
        if encoding == "gzip" {
            assert_eq!(answer.header("content-encoding"), "gzip");
        }
    }
}
