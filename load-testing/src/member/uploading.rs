//! Drawings: uploaded beside the connection, as a browser does.

use client::Error;
use protocol::http::{GRANT_HEADER, Uploaded};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinError;
use tokio::time::{Duration, timeout};

use super::{Drawing, MemberLife};
use crate::fault::Fault;
use crate::target::Target;

/// The drawing, of 320 by 200.
const PNG: &[u8] = include_bytes!("../drawing.png");
/// What no drawing contains.
const BOUNDARY: &str = "----load-testing-7d1f9c";
/// How long an upload may take.
const UPLOAD_MAX: Duration = Duration::from_secs(20);
/// Bytes of an answer.
const ANSWER_BYTES_MAX: u64 = 64 << 10;

impl MemberLife {
    /// Uploads the drawing of the first post that wants one.
    pub(super) fn upload(&mut self, grant: &str) {
        let wanted = self.pending.iter().find(|post| post.drawing == Drawing::Wanted);
        let (Some(post), Some(client)) = (wanted, &self.client) else { return };
        let request = request(&self.world.target, grant, client.session().unwrap_or_default());
        let (target, key) = (self.world.target.clone(), post.key.clone());
        self.uploads.spawn(async move {
            let answer = timeout(UPLOAD_MAX, send(target, request)).await;
            (key, answer.unwrap_or_else(|_| Err("upload_timeout".into())))
        });
    }

    /// An upload has ended: its post goes, or is not made.
    pub(super) async fn uploaded(
        &mut self,
        done: Result<(String, Result<String, String>), JoinError>,
    ) -> Result<(), Error> {
        let (key, answer) = match done {
            Ok(done) => done,
            Err(error) => {
                self.fault(Fault::Protocol { text: format!("an upload broke off: {error}") });
                return Ok(());
            }
        };
        let Some(index) = self.pending.iter().position(|post| post.key == key) else {
            return Ok(());
        };
        match answer {
            Ok(descriptor) => {
                if let Some(post) = self.pending.get_mut(index) {
                    post.drawing = Drawing::Uploaded(descriptor);
                }
                self.send_post(index).await
            }
            Err(code) => {
                self.pending.remove(index);
                self.note_refusal(&code);
                Ok(())
            }
        }
    }

    /// Gives up the first post that wants a drawing.
    pub(super) fn forget_drawing(&mut self) {
        let wanted = self.pending.iter().position(|post| post.drawing == Drawing::Wanted);
        if let Some(index) = wanted {
            self.pending.remove(index);
        }
    }
}

fn request(target: &Target, grant: &str, session: &str) -> Vec<u8> {
    let opening = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"drawing.png\"\r\n\
         Content-Type: image/png\r\n\r\n"
    );
    let closing = format!("\r\n--{BOUNDARY}--\r\n");
    let length = opening.len() + PNG.len() + closing.len();
    let head = format!(
        "POST /api/files?kind=drawing HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
         Authorization: Bearer {session}\r\n{GRANT_HEADER}: {grant}\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n\r\n",
        target.authority
    );
    [head.as_bytes(), opening.as_bytes(), PNG, closing.as_bytes()].concat()
}

/// The descriptor of the upload, or the code of its refusal.
async fn send(target: Target, request: Vec<u8>) -> Result<String, String> {
    let broken = |_| "upload_failed".to_owned();
    let mut stream = TcpStream::connect(target.address).await.map_err(broken)?;
    stream.write_all(&request).await.map_err(broken)?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await.map_err(broken)?;
    let text = String::from_utf8_lossy(&answer);
    let json = text.find('{').zip(text.rfind('}')).and_then(|(from, to)| text.get(from..=to));
    let body: serde_json::Value =
        json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    if let Ok(uploaded) = serde_json::from_value::<Uploaded>(body.clone()) {
        return Ok(uploaded.descriptor);
    }
    Err(body.get("code").and_then(|code| code.as_str()).unwrap_or("upload_failed").to_owned())
}
