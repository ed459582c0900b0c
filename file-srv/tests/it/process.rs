//! The process itself, with its configuration from the environment, and several of them on one
//! bucket.

use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fleet::Caller;
use protocol::fleet::FileNotice;
use protocol::http::{GRANT_HEADER, Uploaded};
use protocol::token::{Grant, Keyring};
use protocol::wire::Id128;
use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use service::Clock;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::bucket::Bucket;
use crate::images;

const SECRET: &str = "the secret of a fleet of processes";

/// One process. Dropped, it is killed.
struct Process {
    child: Child,
    public: String,
    admin: String,
    /// The address of its fleet listener.
    fleet: String,
}

fn command(data: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_file-srv"));
    command
        .env_clear()
        .env("FILE_SRV__HTTP__LISTEN", "127.0.0.1:0")
        .env("FILE_SRV__ADMIN__LISTEN", "127.0.0.1:0")
        .env("FILE_SRV__FLEET__LISTEN", "127.0.0.1:0")
        .env("FILE_SRV__FILES__DATA_DIR", data)
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}

impl Process {
    /// Waits until it is ready.
    async fn start(mut command: Command) -> Self {
        let mut child = command.env("FLEET_SECRET", SECRET).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap()
            && line != "ready"
        {
            said.push(line);
        }
        let at = |listener: &str| {
            let mut said = said.iter();
            let address = said.find_map(|line| line.strip_prefix(listener)?.strip_prefix(' '));
            address.unwrap_or_else(|| panic!("no {listener} in {said:?}")).to_owned()
        };
        let (public, admin) = (format!("http://{}", at("http")), format!("http://{}", at("admin")));
        Self { child, public, admin, fleet: at("fleet") }
    }

    async fn on_bucket(number: &str, bucket: &Bucket, data: &std::path::Path) -> Self {
        let mut command = command(data);
        command
            .env("FILE_SRV__NUMBER", number)
            .env("FILE_SRV__FILES__S3__BUCKET", "bucket")
            .env("FILE_SRV__FILES__S3__ENDPOINT", format!("http://{}", bucket.address))
            .env("FILE_SRV__FILES__S3__PREFIX", "chat")
            .env("AWS_ACCESS_KEY_ID", "key")
            .env("AWS_SECRET_ACCESS_KEY", "secret");
        Self::start(command).await
    }

    async fn get(&self, path: &str) -> (StatusCode, Vec<u8>) {
        let response = client().get(format!("{}{path}", self.public)).send().await.unwrap();
        (response.status(), response.bytes().await.unwrap().into())
    }

    async fn upload(&self, name: &str, content: Vec<u8>) -> Uploaded {
        #[expect(clippy::disallowed_methods, reason = "the process has the system's clock")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
        let (owner, session) = (Id128([7; 16]), Id128([9; 16]));
        let grant = Grant { owner, session, bytes_max: 25 << 20, expires: now + 60_000 };
        let grant = grant.sign(&Keyring::new(SECRET.as_bytes(), None).unwrap());
        let form = Form::new().part("file", Part::bytes(content).file_name(name.to_owned()));
        let response = client()
            .post(format!("{}/api/files?kind=file", self.public))
            .header(GRANT_HEADER, grant)
            .multipart(form)
            .send()
            .await
            .unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, StatusCode::CREATED, "{text}");
        serde_json::from_str(&text).unwrap()
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

#[tokio::test]
async fn a_process_serves_is_ready_and_stops_at_a_signal() {
    let data = tempfile::tempdir().unwrap();
    let mut process = Process::start(command(data.path())).await;
    let uploaded = process.upload("a.txt", b"hello".to_vec()).await;
    assert_eq!(process.get(&uploaded.file.url).await, (StatusCode::OK, b"hello".to_vec()));
    let ready = client().get(format!("{}/readyz", process.admin)).send().await.unwrap();
    assert_eq!(ready.status(), StatusCode::OK);
    let id = process.child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    let ended = tokio::time::timeout(Duration::from_secs(10), process.child.wait()).await;
    assert!(ended.unwrap().unwrap().success());
}

#[tokio::test]
async fn notices_come_signed_and_no_other_way() {
    let data = tempfile::tempdir().unwrap();
    let process = Process::start(command(data.path())).await;
    let uploaded = process.upload("a.txt", b"hello".to_vec()).await;
    let ended = vec![FileNotice::Ended { owner: Id128([7; 16]) }];
    for address in [&process.fleet, process.public.trim_start_matches("http://")] {
        let url = format!("http://{address}/fleet/notices");
        let answer = client().post(url).json(&ended).send().await.unwrap();
        assert!(matches!(answer.status().as_u16(), 401 | 404), "{}", answer.status());
    }
    let caller = |secret: &str| {
        let keys = Keyring::new(secret.as_bytes(), None).unwrap();
        Caller::new(keys, Clock::system(), None).unwrap().files(&process.fleet)
    };
    let stranger = caller("the secret of another fleet, of 32 or so");
    assert!(stranger.notices(ended.clone()).await.is_err());
    assert_eq!(process.get(&uploaded.file.url).await.0, StatusCode::OK);
    let owner = caller(SECRET);
    let facts = owner.facts().await.unwrap();
    assert_eq!((facts.number, facts.file_bytes_max), (1, 25 << 20));
    assert!(process.admin.ends_with(&format!(":{}", facts.admin_port)));
    owner.notices(ended).await.unwrap();
    assert_eq!(process.get(&uploaded.file.url).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_a_secret_no_process_starts() {
    let data = tempfile::tempdir().unwrap();
    for secret in ["", "short", "change-me-change-me-change-me-change-me"] {
        let output = command(data.path()).env("FLEET_SECRET", secret).output().await.unwrap();
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("FLEET_SECRET"));
    }
}

#[tokio::test]
async fn processes_that_share_a_bucket_serve_each_other_s_files() {
    let (bucket, data) = (Bucket::new().await, tempfile::tempdir().unwrap());
    let first = Process::on_bucket("1", &bucket, &data.path().join("1")).await;
    let second = Process::on_bucket("2", &bucket, &data.path().join("2")).await;
    let image = first.upload("a.png", images::png(900, 9)).await;
    // Larger than one part of an upload in parts.
    let large: Vec<u8> = (0..12_000_000_u32).map(|at| at as u8).collect();
    let large_file = second.upload("large", large.clone()).await;
    assert_eq!(bucket.keys().len(), 6);
    assert!(bucket.keys().iter().all(|key| key.starts_with("chat/")), "{:?}", bucket.keys());
    assert_eq!(first.get(&large_file.file.url).await, (StatusCode::OK, large));
    for url in [&image.file.url, image.file.thumbnail.as_ref().unwrap()] {
        let (status, bytes) = second.get(url).await;
        assert!(status == StatusCode::OK && image::load_from_memory(&bytes).is_ok());
    }
    assert_eq!(second.get("/files/01AAAAAAAAAAAAAAAAAAAAAA").await.0, StatusCode::NOT_FOUND);
    let ready = client().get(format!("{}/readyz", first.admin)).send().await.unwrap();
    assert_eq!(ready.text().await.unwrap(), "ready\n");

    drop(first);
    let restarted = Process::on_bucket("1", &bucket, &data.path().join("1")).await;
    assert_eq!(restarted.get(&image.file.url).await.0, StatusCode::OK);
}
