//! Scenarios: what a load is made of, as a YAML file says it. Unknown keys and impossible numbers
//! are refused with their line.

mod check;
mod lines;
mod values;

#[cfg(test)]
mod tests;

use std::path::Path;

use serde::Deserialize;

pub use values::{Count, Frequency, Share, Span};

/// Bytes of a scenario's file.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// A scenario.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scenario {
    /// Its name, for the report.
    pub name: String,
    /// What it is like, for the report.
    #[serde(default)]
    pub about: String,
    /// The server: `ws://host:port`.
    #[serde(default = "default_target")]
    pub target: String,
    /// What the dice are thrown with: the same seed makes the same plan.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// From the first arrival to the last post.
    pub lasts: Span,
    /// For the last deliveries, before everybody leaves.
    #[serde(default = "default_settles")]
    pub settles: Span,
    /// How much longer whoever is behind by then, or waits for an answer, stays.
    #[serde(default = "default_catches_up")]
    pub catches_up: Span,
    /// Members that share one source address, where the target is on loopback.
    #[serde(default = "default_members_per_address")]
    pub members_per_address: Count<1_000>,
    /// Who comes and what they do.
    pub groups: Vec<Group>,
    /// What the measurements may not exceed.
    #[serde(default)]
    pub thresholds: Thresholds,
}

/// Rooms of one kind and their members.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// Its name: lower-case letters, digits and hyphens, since rooms are named after it.
    pub name: String,
    /// Rooms.
    #[serde(default = "one")]
    pub rooms: Count<100_000>,
    /// Members of each room.
    pub members: Count<100_000>,
    /// How the members come.
    #[serde(default)]
    pub arrive: Arrive,
    /// The part of them that only reads.
    #[serde(default)]
    pub lurkers: Share,
    /// What the others post.
    #[serde(default)]
    pub posts: Option<Posts>,
    /// Members who lose their connection and come back.
    #[serde(default)]
    pub reconnects: Option<Reconnects>,
    /// Members who stop reading now and then.
    #[serde(default)]
    pub slow_readers: Option<SlowReaders>,
    /// Members who leave for good, and others who take their places.
    #[serde(default)]
    pub churn: Option<Churn>,
    /// What the measurements of its own members may not exceed.
    #[serde(default)]
    pub thresholds: GroupThresholds,
}

/// How members come.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Arrive {
    /// When the first one comes.
    pub after: Span,
    /// From the first to the last.
    pub over: Span,
    /// How they are spread over that time.
    pub spread: Spread,
}

/// How moments are spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Spread {
    /// At equal distances.
    #[default]
    Evenly,
    /// As a Poisson process: by chance, the one not knowing of the other.
    Poisson,
}

/// What is posted in each room of a group.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Posts {
    /// Posts per second in each room, of all its speakers together.
    pub per_second: Frequency,
    /// How they are spread.
    #[serde(default)]
    pub spread: Spread,
    /// Bytes of a text.
    #[serde(default = "default_bytes")]
    pub bytes: Count<10_000>,
    /// The part of the posts that is edited a second later.
    #[serde(default)]
    pub edits: Share,
    /// The part of the posts that another speaker votes for.
    #[serde(default)]
    pub votes: Share,
    /// The part of the posts that carries a drawing.
    #[serde(default)]
    pub drawings: Share,
}

/// Members who lose their connection and come back.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reconnects {
    /// How often, of each member.
    pub per_minute: Frequency,
    /// How long they are away.
    #[serde(default)]
    pub away: Span,
    /// The part of them whose connection is reset; the others take leave.
    #[serde(default = "always")]
    pub resets: Share,
}

/// Members who stop reading now and then.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SlowReaders {
    /// The part of the members that is so, lurkers first.
    pub share: Share,
    /// For how long they stop.
    pub stops: Span,
    /// From the end of one stop to the next.
    pub every: Span,
}

/// Members who leave for good.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Churn {
    /// How long a member stays, on average.
    pub stays: Span,
}

/// What the measurements may not exceed. What is not named is not judged; losses, duplicates and
/// wrong answers always are.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Thresholds {
    /// From the moment that a post was due to its answer: the 99th percentile.
    pub ack_p99: Option<Span>,
    /// From the moment that a post was due to its sight by a member: the median.
    pub delivery_p50: Option<Span>,
    /// The same: the 99th percentile.
    pub delivery_p99: Option<Span>,
    /// The same: the slowest of all.
    pub delivery_max: Option<Span>,
    /// From the moment that a member was to come to its being in the room: the 99th percentile.
    pub join_p99: Option<Span>,
    /// Posts and other requests that were refused.
    pub refused: Option<u64>,
    /// Connections that ended although nobody wanted them to.
    pub disconnects: Option<u64>,
    /// Times that a room began anew, with its history gone.
    pub restarts: Option<u64>,
    /// The fewest deliveries.
    pub deliveries_at_least: Option<u64>,
}

/// What the measurements of one group may not exceed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GroupThresholds {
    /// As for all: to the answer, the 99th percentile.
    pub ack_p99: Option<Span>,
    /// As for all: to its sight, the 99th percentile.
    pub delivery_p99: Option<Span>,
}

/// Why a scenario is none.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// It cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Something in it is wrong.
    #[error("{path}:{line}: {text}")]
    Wrong {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What.
        text: String,
    },
}

impl Scenario {
    /// The scenario of a file.
    ///
    /// # Errors
    /// The file cannot be read, or something in it is wrong.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        let name = path.display().to_string();
        let unreadable = |source| ScenarioError::Unreadable { path: name.clone(), source };
        let length = std::fs::metadata(path).map_err(unreadable)?.len();
        if length > FILE_BYTES_MAX {
            return Err(unreadable(std::io::Error::other("a scenario has 1 MiB at most")));
        }
        Self::parse(&std::fs::read_to_string(path).map_err(unreadable)?, &name)
    }

    /// The scenario that a text says; `path` is named in errors.
    ///
    /// # Errors
    /// Something in it is wrong.
    pub fn parse(text: &str, path: &str) -> Result<Self, ScenarioError> {
        let wrong = |(line, text)| ScenarioError::Wrong { path: path.to_owned(), line, text };
        let scenario = lines::read::<Self>(text).map_err(wrong)?;
        match check::fault(&scenario) {
            Some((place, message)) => Err(wrong((lines::line_of(text, &place), message))),
            None => Ok(scenario),
        }
    }

    /// Where the target stands, for errors that only show when it is looked for.
    pub fn place_of_target(&self, path: &Path) -> String {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = lines::line_of(&text, &[lines::Step::Key("target".into())]);
        format!("{}:{line}", path.display())
    }

    /// Whether a peer of the benchmark can do what is asked: it takes posts and passes them on.
    ///
    /// # Errors
    /// It cannot; what, and in which line.
    pub fn suits_peers(&self, path: &Path) -> Result<(), ScenarioError> {
        let Some((place, text)) = check::beyond_peers(self) else { return Ok(()) };
        let source = std::fs::read_to_string(path).unwrap_or_default();
        let (path, line) = (path.display().to_string(), lines::line_of(&source, &place));
        Err(ScenarioError::Wrong { path, line, text })
    }

    /// Rooms, of all groups.
    pub fn rooms(&self) -> u64 {
        self.groups.iter().map(|group| u64::from(group.rooms.0)).sum()
    }

    /// Members at one time, of all groups.
    pub fn members(&self) -> u64 {
        self.groups.iter().map(Group::size).sum()
    }
}

impl Group {
    /// Members of all rooms.
    pub fn size(&self) -> u64 {
        u64::from(self.rooms.0) * u64::from(self.members.0)
    }

    /// Members of one room that post: all that are no lurkers, one at least where there is
    /// anything to post.
    pub fn speakers(&self) -> u32 {
        let all = f64::from(self.members.0);
        let speakers = (all * (1.0 - self.lurkers.0)).round() as u32;
        if self.posts.is_some() { speakers.max(1) } else { 0 }
    }

    /// When everybody has come.
    pub fn complete_at(&self) -> u64 {
        self.arrive.after.micros() + self.arrive.over.micros()
    }
}

fn default_target() -> String {
    "ws://127.0.0.1:8080".into()
}

fn default_seed() -> u64 {
    1
}

fn default_settles() -> Span {
    Span::ms(3_000)
}

fn default_catches_up() -> Span {
    Span::ms(30_000)
}

fn default_members_per_address() -> Count<1_000> {
    Count(10)
}

fn default_bytes() -> Count<10_000> {
    Count(128)
}

fn one() -> Count<100_000> {
    Count(1)
}

fn always() -> Share {
    Share(1.0)
}
