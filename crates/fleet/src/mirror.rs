//! The JSON of `placement`'s types, which know nothing of JSON themselves.
//!
//! A list of rooms may hold every room of a backend, so a change is an array and not an object:
//! `["a-room", was, is]`, each of the two `null` or `[epoch, import]`.

use std::sync::Arc;

use placement::{
    Change, Changes, Held, Load, RouterId, RunId, StatusAnswer, StatusRequest, Verdict,
};
use serde::{Deserialize, Serialize};

/// As a list of tuples, which serde knows.
macro_rules! list {
    ($name:ident, $type:ty, $mirror:ty) => {
        pub(crate) mod $name {
            use super::*;
            use serde::{Deserializer, Serializer};

            pub(crate) fn serialize<S: Serializer>(
                list: &[$type],
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(list.iter().map(<$mirror>::from))
            }

            pub(crate) fn deserialize<'d, D: Deserializer<'d>>(
                deserializer: D,
            ) -> Result<Vec<$type>, D::Error> {
                let list = Vec::<$mirror>::deserialize(deserializer)?;
                Ok(list.into_iter().map(<$type>::from).collect())
            }
        }
    };
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "RunId")]
pub(crate) struct RunIdMirror(u64);

#[derive(Serialize, Deserialize)]
#[serde(remote = "RouterId")]
pub(crate) struct RouterIdMirror(u64);

#[derive(Serialize, Deserialize)]
#[serde(remote = "StatusRequest")]
pub(crate) struct StatusRequestMirror {
    #[serde(with = "RouterIdMirror")]
    router: RouterId,
    number: u64,
    #[serde(with = "confirmation")]
    confirms: Option<(RunId, u64)>,
    floor: u64,
    since: Option<u64>,
    #[serde(with = "verdicts")]
    verdicts: Vec<Verdict>,
    drain: bool,
    unix: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "StatusAnswer", rename_all = "camelCase")]
pub(crate) struct StatusAnswerMirror {
    #[serde(with = "RunIdMirror")]
    run: RunId,
    #[serde(with = "RouterIdMirror")]
    router: RouterId,
    number: u64,
    draining: bool,
    #[serde(with = "LoadMirror")]
    load: Load,
    lapsed: bool,
    epoch_max: u64,
    #[serde(with = "ChangesMirror")]
    rooms: Changes,
    unix: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Load", rename_all = "camelCase")]
pub(crate) struct LoadMirror {
    rooms: u64,
    rooms_max: u64,
    sockets: u64,
    sockets_max: u64,
    bytes: u64,
    bytes_max: u64,
    cpu: u64,
    cpu_max: u64,
    memory: u64,
    memory_max: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Changes")]
pub(crate) struct ChangesMirror {
    from: Option<u64>,
    to: u64,
    digest: u64,
    #[serde(with = "changes")]
    changes: Vec<Change>,
}

list!(changes, Change, ChangeMirror);
list!(verdicts, Verdict, VerdictMirror);

type HeldMirror = Option<(u64, bool)>;

#[derive(Serialize, Deserialize)]
pub(crate) struct ChangeMirror(Arc<str>, HeldMirror, HeldMirror);

impl From<&Change> for ChangeMirror {
    fn from(change: &Change) -> Self {
        let held = |held: Option<Held>| held.map(|held| (held.epoch, held.import));
        Self(Arc::clone(&change.room), held(change.was), held(change.is))
    }
}

impl From<ChangeMirror> for Change {
    fn from(ChangeMirror(room, was, is): ChangeMirror) -> Self {
        let held = |held: HeldMirror| held.map(|(epoch, import)| Held { epoch, import });
        Self { room, was: held(was), is: held(is) }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "camelCase")]
pub(crate) enum VerdictMirror {
    Drop { room: Arc<str>, epoch: u64 },
    Activate { room: Arc<str>, epoch: u64 },
}

impl From<&Verdict> for VerdictMirror {
    fn from(verdict: &Verdict) -> Self {
        match verdict.clone() {
            Verdict::Drop { room, epoch } => Self::Drop { room, epoch },
            Verdict::Activate { room, epoch } => Self::Activate { room, epoch },
        }
    }
}

impl From<VerdictMirror> for Verdict {
    fn from(verdict: VerdictMirror) -> Self {
        match verdict {
            VerdictMirror::Drop { room, epoch } => Self::Drop { room, epoch },
            VerdictMirror::Activate { room, epoch } => Self::Activate { room, epoch },
        }
    }
}

/// A run and a number.
mod confirmation {
    use super::*;
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        confirms: &Option<(RunId, u64)>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        confirms.map(|(run, number)| (run.0, number)).serialize(serializer)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(
        deserializer: D,
    ) -> Result<Option<(RunId, u64)>, D::Error> {
        let confirms = Option::<(u64, u64)>::deserialize(deserializer)?;
        Ok(confirms.map(|(run, number)| (RunId(run), number)))
    }
}
