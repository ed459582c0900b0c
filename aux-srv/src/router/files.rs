//! The file servers: which of them answer, and what they tell.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fleet::limits::CALL_MAX;
use fleet::{CallError, FileFacts};
use placement::Now;
use protocol::http::FilesIn;
use serde::{Deserialize, Serialize};
use service::Lifecycle;
use tokio::task::JoinSet;

use super::metrics::RouterMetrics;
use super::view::{FilesView, Trouble};
use super::{FleetRouter, Reach};

/// Between two questions to a file server: uploads find one that has just started as soon as rooms
/// find a backend.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// Answers missed in a row after which it gets no uploads. One that refuses gets none at once.
const MISSED_MAX: u32 = 2;

/// A file server of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileInstance {
    /// The number that the ids of its files begin with, from 1 to 99.
    pub number: u8,
    /// Its fleet address.
    pub fleet: String,
    /// Its public listener, as the edge reaches it.
    pub http: String,
}

/// What pages tell about files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FilesTold {
    pub(crate) file_bytes_max: u64,
    pub(crate) drawing_bytes_max: u64,
    pub(crate) files_in: FilesIn,
}

/// The file servers of the fleet.
pub(crate) struct FileServers {
    servers: Vec<FileServer>,
    /// Whose turn it is.
    turn: AtomicUsize,
}

struct FileServer {
    instance: FileInstance,
    call: Arc<dyn fleet::Files>,
    standing: Mutex<Standing>,
}

#[derive(Debug)]
struct Standing {
    is_up: bool,
    since: u64,
    missed: u32,
    facts: Option<FileFacts>,
    trouble: Option<Trouble>,
}

impl FileServers {
    /// File servers that were not heard yet.
    pub(crate) fn new(instances: Vec<FileInstance>, reach: &dyn Reach, now: Now) -> Self {
        let server = |instance: FileInstance| FileServer {
            call: reach.files(&instance.fleet),
            standing: Mutex::new(Standing {
                is_up: false,
                since: now.unix,
                missed: 0,
                facts: None,
                trouble: None,
            }),
            instance,
        };
        Self { servers: instances.into_iter().map(server).collect(), turn: AtomicUsize::new(0) }
    }

    /// Where backends send notices.
    pub(crate) fn fleet_addresses(&self) -> Vec<String> {
        self.servers.iter().map(|server| server.instance.fleet.clone()).collect()
    }

    /// Where the edge sends uploads and reads.
    pub(crate) fn http_addresses(&self) -> impl Iterator<Item = &str> {
        self.servers.iter().map(|server| server.instance.http.as_str())
    }

    /// Brings the metrics up to date. A file server that never came up is counted as down.
    pub(crate) fn publish(&self, metrics: &RouterMetrics) {
        let up = self.servers.iter().filter(|server| server.standing().is_up).count();
        metrics.file_servers(up, self.servers.len() - up);
    }

    /// The public address of the file server whose turn it is, of those that answer.
    pub(crate) fn next(&self) -> Option<&str> {
        let up = |server: &&FileServer| server.standing().is_up;
        let count = self.servers.iter().filter(up).count();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed).checked_rem(count)?;
        let server = self.servers.iter().filter(up).nth(turn)?;
        Some(&server.instance.http)
    }

    /// What pages tell about files: the narrowest of what the file servers say, nothing where there
    /// are none.
    pub(crate) fn told(&self) -> FilesTold {
        let told = self.servers.iter().filter_map(|server| {
            let facts = server.standing().facts.clone()?;
            Some(FilesTold {
                file_bytes_max: facts.file_bytes_max,
                drawing_bytes_max: facts.drawing_bytes_max,
                files_in: facts.files_in,
            })
        });
        let narrowest = told.reduce(|one, other| FilesTold {
            file_bytes_max: one.file_bytes_max.min(other.file_bytes_max),
            drawing_bytes_max: one.drawing_bytes_max.min(other.drawing_bytes_max),
            files_in: one.files_in,
        });
        let none = FilesTold { file_bytes_max: 0, drawing_bytes_max: 0, files_in: FilesIn::Folder };
        narrowest.unwrap_or(none)
    }

    /// What an operator sees.
    pub(crate) fn views(&self) -> Vec<FilesView> {
        let view = |server: &FileServer| {
            let standing = server.standing();
            FilesView {
                number: server.instance.number,
                fleet: server.instance.fleet.clone(),
                http: server.instance.http.clone(),
                is_up: standing.is_up,
                since: standing.since,
                facts: standing.facts.clone(),
                trouble: standing.trouble.clone(),
            }
        };
        self.servers.iter().map(view).collect()
    }
}

impl FileServer {
    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, unix: u64, answer: Result<FileFacts, CallError>) {
        let own = self.instance.number;
        let mut standing = self.standing();
        match answer {
            Ok(facts) if facts.number == own => {
                standing.missed = 0;
                standing.trouble = None;
                standing.facts = Some(facts);
                standing.stands(own, true, unix);
            }
            // Reads are routed by the number: its files would not be found again.
            Ok(facts) => {
                standing.suffer(unix, format!("it says that its number is {}", facts.number));
                standing.stands(own, false, unix);
            }
            Err(error) => {
                standing.missed = standing.missed.saturating_add(1);
                standing.suffer(unix, error.to_string());
                if error.says_gone() || standing.missed >= MISSED_MAX {
                    standing.stands(own, false, unix);
                }
            }
        }
    }
}

impl Standing {
    fn stands(&mut self, number: u8, is_up: bool, unix: u64) {
        if self.is_up != is_up {
            let trouble = self.trouble.as_ref().map_or("", |trouble| &trouble.text);
            tracing::info!(number, is_up, trouble, "a file server stands otherwise");
            (self.is_up, self.since) = (is_up, unix);
        }
    }

    fn suffer(&mut self, unix: u64, text: String) {
        if self.trouble.as_ref().is_none_or(|trouble| trouble.text != text) {
            self.trouble = Some(Trouble { text, since: unix });
        }
    }
}

/// Asks until the soft stop.
pub(crate) async fn ask_all(router: Arc<FleetRouter>, lifecycle: Lifecycle) {
    let mut rounds = tokio::time::interval(ASK_EVERY);
    loop {
        tokio::select! {
            _ = rounds.tick() => {}
            () = lifecycle.soft_stopped() => return,
        }
        tokio::select! {
            () = ask_once(&router) => {}
            () = lifecycle.soft_stopped() => return,
        }
    }
}

/// One round; it ends when the slowest has answered, or its time is up.
async fn ask_once(router: &Arc<FleetRouter>) {
    let mut questions = JoinSet::new();
    for number in 0..router.files.servers.len() {
        questions.spawn(ask(Arc::clone(router), number));
    }
    questions.join_all().await;
    router.files.publish(&router.metrics);
}

async fn ask(router: Arc<FleetRouter>, number: usize) {
    let Some(server) = router.files.servers.get(number) else { return };
    let answer = match tokio::time::timeout(CALL_MAX, server.call.facts()).await {
        Ok(answer) => answer,
        Err(_) => Err(CallError::Timeout),
    };
    server.hear(router.clock.unix(), answer);
}

impl FleetRouter {
    /// One round of questions to the file servers, answered.
    pub(crate) async fn introduce_files(self: &Arc<Self>) {
        ask_once(self).await;
    }

    /// Where an upload or a preview goes.
    pub(crate) fn upload_door(&self) -> Option<std::net::SocketAddr> {
        self.resolver.socket(self.files.next()?)
    }

    /// What pages tell about files.
    pub(crate) fn files_told(&self) -> FilesTold {
        self.files.told()
    }
}
