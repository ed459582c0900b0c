//! What the file server answers to the other processes of its fleet.

use std::sync::Arc;
use std::time::Duration;

use fleet::{Answer, CallError, FileFacts, Files};
use http::StatusCode;
use protocol::fleet::FileNotice;
use tokio::time::{Instant, timeout_at};

use crate::limits::NOTICES_MS;
use crate::server::FileServer;

/// A file server, as the others of its fleet see it.
pub struct FleetAnswers {
    server: Arc<FileServer>,
    admin_port: u16,
}

impl FleetAnswers {
    /// The answers of a server whose admin listener has this port.
    pub fn new(server: Arc<FileServer>, admin_port: u16) -> Self {
        Self { server, admin_port }
    }
}

impl Files for FleetAnswers {
    fn notices(&self, notices: Vec<FileNotice>) -> Answer<'_, ()> {
        Box::pin(heard(&self.server, notices))
    }

    fn facts(&self) -> Answer<'_, FileFacts> {
        let (server, facts) = (&self.server, self.server.facts());
        let facts = FileFacts {
            number: server.number.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            key_id: server.keys.key_id().into(),
            file_bytes_max: facts.file_bytes_max,
            drawing_bytes_max: facts.drawing_bytes_max,
            files_in: facts.files_in,
            admin_port: self.admin_port,
        };
        Box::pin(std::future::ready(Ok(facts)))
    }
}

/// Takes notices and answers when they outlive this process. Whoever hears no answer says them
/// again, which changes nothing.
async fn heard(server: &FileServer, notices: Vec<FileNotice>) -> Result<(), CallError> {
    let by = Instant::now() + Duration::from_millis(NOTICES_MS);
    // A notice of a file that is not known yet would be lost.
    let adopted = timeout_at(by, server.store.adopted()).await;
    adopted.map_err(|_| later("the files are still being read"))?;
    notices.iter().for_each(|notice| server.notice(notice));
    match timeout_at(by, server.store.write_changed()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(%error, "a record could not be written");
            return Err(later("a record could not be written"));
        }
        Err(_) => return Err(later("the records are still being written")),
    }
    // Nobody can read a doomed file; one that the store does not delete now, it deletes later.
    let _ = timeout_at(by, server.store.delete_doomed()).await;
    Ok(())
}

fn later(detail: &str) -> CallError {
    let status = StatusCode::SERVICE_UNAVAILABLE.as_u16();
    CallError::Rejected { status, detail: detail.to_owned() }
}
