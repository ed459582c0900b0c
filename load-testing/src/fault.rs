//! What may not happen, whatever the load.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Fault {
    /// Events never came.
    Lost {
        /// The first.
        from: u64,
        /// The last.
        to: u64,
    },
    /// An event came twice.
    Doubled {
        /// Which.
        seq: u64,
    },
    /// An event came after later ones.
    OutOfOrder {
        /// Which.
        seq: u64,
        /// The newest that had come before it.
        after: u64,
    },
    /// Two members were told different things of one number.
    Disagreement {
        /// Which.
        seq: u64,
    },
    /// A post was answered with a number that holds something else, or that nobody saw.
    FalseAck {
        /// Which.
        seq: u64,
        /// Whether anything was seen under that number.
        seen: bool,
    },
    /// One post was made twice.
    PostedTwice {
        /// The first time.
        first: u64,
        /// The second.
        second: u64,
    },
    /// A request was never answered.
    Unanswered {
        /// How many of this member.
        count: u64,
    },
    /// A gap covers what was there, or what cannot be.
    FalseGap {
        /// The first number that is said to be gone.
        from: u64,
        /// The last.
        to: u64,
        /// What the member held.
        held: u64,
        /// The newest event that it was told of.
        told: u64,
    },
    /// A message was missed and no gap says so.
    Untold {
        /// Which.
        seq: u64,
    },
    /// A message that is said to be gone was delivered with the same answer.
    NotGone {
        /// Which.
        seq: u64,
    },
    /// The room began anew and nobody said so.
    SilentRestart,
    /// The room has fewer events than before and nobody said so.
    WentBack {
        /// What the member held.
        held: u64,
        /// What it was told.
        told: u64,
    },
    /// The server broke the protocol.
    Protocol {
        /// How.
        text: String,
    },
}

/// A fault and who saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The room.
    pub room: String,
    /// The member, where it is one's.
    pub member: Option<String>,
    /// What.
    pub fault: Fault,
}

impl Fault {
    /// Its kind, as the report counts it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Lost { .. } => "lost",
            Self::Doubled { .. } => "doubled",
            Self::OutOfOrder { .. } => "out of order",
            Self::Disagreement { .. } => "disagreements",
            Self::FalseAck { .. } => "false answers",
            Self::PostedTwice { .. } => "posted twice",
            Self::Unanswered { .. } => "unanswered",
            Self::FalseGap { .. } | Self::NotGone { .. } => "false gaps",
            Self::Untold { .. } => "missed without a word",
            Self::SilentRestart | Self::WentBack { .. } => "silent restarts",
            Self::Protocol { .. } => "protocol",
        }
    }

    /// How many things it stands for.
    pub fn weight(&self) -> u64 {
        match self {
            Self::Lost { from, to } => to - from + 1,
            Self::Unanswered { count } => *count,
            _ => 1,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost { from, to } if from == to => write!(f, "event {from} never came"),
            Self::Lost { from, to } => write!(f, "events {from} to {to} never came"),
            Self::Doubled { seq } => write!(f, "event {seq} came twice"),
            Self::OutOfOrder { seq, after } => write!(f, "event {seq} came after {after}"),
            Self::Disagreement { seq } => write!(f, "event {seq} is not the same for all"),
            Self::FalseAck { seq, seen: true } => {
                write!(f, "a post was answered with {seq}, which is another event")
            }
            Self::FalseAck { seq, seen: false } => {
                write!(f, "a post was answered with {seq}, which nobody was sent")
            }
            Self::PostedTwice { first, second } => {
                write!(f, "one post became the events {first} and {second}")
            }
            Self::Unanswered { count } => write!(f, "{count} posts were never answered"),
            Self::FalseGap { from, to, held, told } => {
                write!(f, "a gap of {from} to {to}, where {held} was held and {told} is the newest")
            }
            Self::Untold { seq } => write!(f, "message {seq} was missed, and no gap says so"),
            Self::NotGone { seq } => write!(f, "message {seq} is in a gap and came all the same"),
            Self::SilentRestart => write!(f, "the room began anew without saying so"),
            Self::WentBack { held, told } => {
                write!(f, "{held} was held, {told} is said to be the newest, and no gap says why")
            }
            Self::Protocol { text } => write!(f, "{text}"),
        }
    }
}
