//! A file server on a free port, with a folder that vanishes, and what tests upload to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use file_srv::{FileServer, FilesConfig, FleetAnswers, Number, Reach, Surroundings};
use fleet::{CallError, Files};
use prometheus_client::registry::Registry;
use protocol::fleet::FileNotice;
use protocol::http::{GRANT_HEADER, Problem, Uploaded};
use protocol::token::{Grant, Keyring};
use protocol::wire::Id128;
use reqwest::multipart::{Form, Part};
use reqwest::{Response, StatusCode};
use service::clock::ManualClock;
use service::http::{ServeOptions, serve};
use service::{Clock, Lifecycle};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::bucket::Bucket;

/// Milliseconds since 1970 at which every test begins.
pub(crate) const START_MS: u64 = 1_800_000_000_000;
/// The room of the tests.
pub(crate) const ROOM: Id128 = Id128([7; 16]);

/// One file server. Dropped, it stops and its folder is gone.
pub(crate) struct TestServer {
    pub(crate) files: Arc<FileServer>,
    pub(crate) hand: ManualClock,
    pub(crate) folder: TempDir,
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
    registry: Arc<Registry>,
    clock: Clock,
    keys: Keyring,
    lifecycle: Lifecycle,
}

impl TestServer {
    /// A server as it is shipped.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A server whose configuration differs.
    pub(crate) async fn with(change: impl FnOnce(&mut FilesConfig)) -> Self {
        Self::in_folder(tempfile::tempdir().unwrap(), change).await
    }

    /// A server in a folder that another one had.
    pub(crate) async fn in_folder(folder: TempDir, change: impl FnOnce(&mut FilesConfig)) -> Self {
        Self::start(1, folder, change, Surroundings::default()).await
    }

    /// One of several, as it is shipped.
    pub(crate) async fn numbered(number: u8, folder: TempDir) -> Self {
        Self::start(number, folder, |_| {}, Surroundings::default()).await
    }

    /// One of several that share a bucket.
    pub(crate) async fn on_bucket(number: u8, bucket: &Bucket) -> Self {
        let around = Surroundings { bucket: Some(bucket.store()), ..Surroundings::default() };
        Self::start(number, tempfile::tempdir().unwrap(), |_| {}, around).await
    }

    /// A server that may fetch previews from these sockets.
    pub(crate) async fn that_reaches(
        sockets: &[SocketAddr],
        change: impl FnOnce(&mut FilesConfig),
    ) -> Self {
        let around = Surroundings { reach: Reach::default().and(sockets), bucket: None };
        Self::start(1, tempfile::tempdir().unwrap(), change, around).await
    }

    async fn start(
        number: u8,
        folder: TempDir,
        change: impl FnOnce(&mut FilesConfig),
        around: Surroundings,
    ) -> Self {
        let mut config = FilesConfig { data_dir: folder.path().into(), ..FilesConfig::default() };
        config.sweep.interval_ms = 10;
        change(&mut config);
        let keys = Keyring::new(b"the secret of the tests, 32 bytes", None).unwrap();
        let (clock, hand) = Clock::manual(START_MS);
        let lifecycle = Lifecycle::new();
        let mut registry = Registry::with_prefix("instantchat");
        let files = FileServer::amid(
            around,
            config,
            Number::try_from(number).unwrap(),
            keys.clone(),
            clock.clone(),
            lifecycle.clone(),
            &mut registry,
        )
        .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = files.router();
        lifecycle.spawn(serve(listener, router, ServeOptions::default(), lifecycle.clone()));
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let registry = Arc::new(registry);
        Self { files, hand, folder, http, url, registry, clock, keys, lifecycle }
    }

    /// Stops it, and hands its folder over.
    pub(crate) async fn stop(mut self) -> TempDir {
        assert!(self.lifecycle.finish(Duration::from_secs(5)).await);
        std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap())
    }

    /// Begins the soft stop.
    pub(crate) fn stopping(&self) {
        self.lifecycle.soft_stop();
    }

    /// A grant for a room.
    pub(crate) fn grant(&self, owner: Id128) -> String {
        self.grant_with(|grant| grant.owner = owner)
    }

    /// A grant that differs.
    pub(crate) fn grant_with(&self, change: impl FnOnce(&mut Grant)) -> String {
        let mut grant = Grant {
            owner: ROOM,
            session: Id128([9; 16]),
            bytes_max: u64::MAX,
            expires: self.clock.now() + 600_000,
        };
        change(&mut grant);
        grant.sign(&self.keys)
    }

    /// The keys.
    pub(crate) fn keys(&self) -> &Keyring {
        &self.keys
    }

    /// Uploads a file to the tests' room.
    pub(crate) async fn upload(&self, kind: &str, name: &str, content: Vec<u8>) -> Response {
        self.upload_to(ROOM, kind, name, content).await
    }

    /// Uploads a file to a room.
    pub(crate) async fn upload_to(
        &self,
        owner: Id128,
        kind: &str,
        name: &str,
        content: Vec<u8>,
    ) -> Response {
        let part = Part::bytes(content).file_name(name.to_owned());
        self.http
            .post(format!("{}/api/files?kind={kind}", self.url))
            .header(GRANT_HEADER, self.grant(owner))
            .multipart(Form::new().part("file", part))
            .send()
            .await
            .unwrap()
    }

    /// Uploads a file that is taken.
    pub(crate) async fn uploaded(&self, kind: &str, name: &str, content: Vec<u8>) -> Uploaded {
        let response = self.upload(kind, name, content).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(status, StatusCode::CREATED, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Reads a path.
    pub(crate) async fn get(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    /// Files in the folders of the store and of uploads under way.
    pub(crate) fn names(&self) -> Vec<String> {
        ["files", "incoming"]
            .iter()
            .flat_map(|folder| std::fs::read_dir(self.folder.path().join(folder)).unwrap())
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    /// The metrics, as Prometheus reads them.
    pub(crate) fn metrics(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).unwrap();
        text
    }

    /// Tells the server what an owner says.
    pub(crate) fn say(&self, notice: FileNotice) {
        self.files.notice(&notice);
    }

    /// The same by a call of the fleet.
    pub(crate) async fn call(&self, notices: Vec<FileNotice>) -> Result<(), CallError> {
        FleetAnswers::new(Arc::clone(&self.files), 0).notices(notices).await
    }

    /// Ends it as a crash does, and hands its folder over.
    pub(crate) async fn crash(mut self) -> TempDir {
        self.lifecycle.hard_stop();
        assert!(self.lifecycle.finish(Duration::from_secs(5)).await);
        std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap())
    }

    /// Waits until nobody can read a file.
    pub(crate) async fn gone(&self, path: &str) {
        for _ in 0..500 {
            if self.get(path).await.status() == StatusCode::NOT_FOUND {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{path} is still there");
    }

    /// Waits until the folders are empty.
    pub(crate) async fn emptied(&self) {
        eventually("the folders are empty", || self.names().is_empty()).await;
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.lifecycle.hard_stop();
    }
}

/// Waits for a condition.
pub(crate) async fn eventually(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not within 30 s: {what}");
}

/// The status and the code of a refusal.
pub(crate) async fn refusal(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let problem: Problem = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
    assert_eq!(problem.status, status);
    (status, problem.code.as_str().to_owned())
}
