//! A whole run: in this process, or shared among several that are started for it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::part::Part;
use crate::progress::{Line, Progress};
use crate::scenario::Scenario;
use crate::target::Target;
use crate::time::now;
use crate::world::{Share, World};

/// From the order to begin to the begin, which all processes are to reach.
const LEAD_US: u64 = 300_000;
/// The same for each process that is started.
const LEAD_EACH_US: u64 = 100_000;
/// Between two looks at how it goes.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What a process that has a part says to the one that started it, a line each.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Word {
    /// How it goes.
    Progress(Progress),
    /// What came of it.
    Part(Box<Part>),
}

/// Why a run came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A process cannot be started or read.
    #[error("a process of the run: {0}")]
    Process(#[from] std::io::Error),
    /// A process ended without handing over its part.
    #[error("process {0} of the run ended without a result")]
    NoPart(u64),
    /// This process cannot have so many connections.
    #[error(
        "{wanted} connections need more open files than the {limit} that this process may have: \
         raise `ulimit -n`, or share the run among more processes"
    )]
    Descriptors {
        /// Files that are needed.
        wanted: u64,
        /// Files that may be.
        limit: u64,
    },
}

/// A run in this process alone.
///
/// # Errors
/// There are not enough file descriptors.
pub async fn alone(scenario: Scenario, target: Target, run: String) -> Result<Part, RunError> {
    let share = Share { run, start: now() + LEAD_US, index: 0, count: 1 };
    let mut line = Line::new(whole_sec(&scenario), scenario.members());
    let start = share.start;
    let part = part(scenario, target, share, |progress| {
        line.show(now().saturating_sub(start) / 1_000_000, progress);
    });
    let part = part.await;
    line.end();
    part
}

/// This process's part of a run.
///
/// # Errors
/// There are not enough file descriptors.
pub async fn part(
    scenario: Scenario,
    target: Target,
    share: Share,
    mut show: impl FnMut(&Progress),
) -> Result<Part, RunError> {
    make_room(scenario.members().div_ceil(share.count))?;
    let index = share.index;
    let world = World::new(scenario, target, &share);
    let mut looks = tokio::time::interval(LOOK_EVERY);
    {
        let mut running = std::pin::pin!(world.run(&share));
        loop {
            tokio::select! {
                () = &mut running => break,
                _ = looks.tick() => show(&progress(&world)),
            }
        }
    }
    show(&progress(&world));
    world.into_part().ok_or(RunError::NoPart(index))
}

/// A run shared among processes of the same program.
///
/// # Errors
/// One of them cannot be started, or fails.
pub async fn shared(
    path: &Path,
    scenario: &Scenario,
    target: &Target,
    run: &str,
    count: u64,
) -> Result<Part, RunError> {
    let start = now() + LEAD_US + LEAD_EACH_US * count;
    let program = std::env::current_exe()?;
    let (sender, states) = watch::channel(vec![Progress::default(); count as usize]);
    let sender = Arc::new(sender);
    let mut parts = tokio::task::JoinSet::new();
    for index in 0..count {
        let share = Share { run: run.to_owned(), start, index, count };
        let child = spawn(&program, path, target, &share)?;
        parts.spawn(listen(child, index, Arc::clone(&sender)));
    }
    drop(sender);
    let mut line = Line::new(whole_sec(scenario), scenario.members());
    let mut looks = tokio::time::interval(LOOK_EVERY);
    let mut whole: Option<Part> = None;
    while !parts.is_empty() {
        tokio::select! {
            Some(done) = parts.join_next() => {
                let part = done.map_err(std::io::Error::other)??;
                match &mut whole {
                    Some(whole) => whole.merge(part),
                    None => whole = Some(part),
                }
            }
            _ = looks.tick() => {
                let second = now().saturating_sub(start) / 1_000_000;
                line.show(second, &Progress::of(&states.borrow()));
            }
        }
    }
    line.end();
    whole.ok_or(RunError::NoPart(0))
}

fn spawn(program: &PathBuf, path: &Path, target: &Target, share: &Share) -> std::io::Result<Child> {
    Command::new(program)
        .arg("part")
        .arg(path)
        .args(["--address", &target.address.to_string(), "--authority", &target.authority])
        .args(["--run", &share.run, "--start", &share.start.to_string()])
        .args(target.peer.iter().flat_map(|peer| ["--dialect", peer.name]))
        .args(["--index", &share.index.to_string(), "--count", &share.count.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
}

/// Takes what a process says until it has handed over its part.
async fn listen(
    mut child: Child,
    index: u64,
    states: Arc<watch::Sender<Vec<Progress>>>,
) -> Result<Part, RunError> {
    let out = child.stdout.take().ok_or(RunError::NoPart(index))?;
    let mut lines = BufReader::new(out).lines();
    let mut part = None;
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line) {
            Ok(Word::Progress(progress)) => states.send_modify(|states| {
                if let Some(state) = states.get_mut(index as usize) {
                    *state = progress;
                }
            }),
            Ok(Word::Part(own)) => part = Some(*own),
            Err(_) => return Err(RunError::NoPart(index)),
        }
    }
    let _ = child.wait().await?;
    part.ok_or(RunError::NoPart(index))
}

fn progress(world: &World) -> Progress {
    let (members, counts, delivery_p99) = world.measures().progress();
    let troubles = counts.refused + counts.disconnects + counts.failed_connects;
    let (posts, deliveries) = (counts.posts, counts.deliveries);
    Progress { members, posts, deliveries, delivery_p99, troubles }
}

fn whole_sec(scenario: &Scenario) -> u64 {
    (scenario.lasts.micros() + scenario.settles.micros()).div_ceil(1_000_000)
}

/// Raises the limit of open files, as far as this process may.
fn make_room(members: u64) -> Result<(), RunError> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    // Beside the sockets: uploads, the terminal, the runtime's own.
    let wanted = members + members / 4 + 64;
    let limits = getrlimit(Resource::Nofile);
    if limits.current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    let limit = limits.maximum.unwrap_or(u64::MAX);
    let raised = Rlimit { current: Some(wanted.min(limit)), maximum: limits.maximum };
    if limit < wanted || setrlimit(Resource::Nofile, raised).is_err() {
        return Err(RunError::Descriptors { wanted, limit });
    }
    Ok(())
}
