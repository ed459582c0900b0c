//! What the processes of a fleet tell each other.

use serde::{Deserialize, Serialize};

use crate::wire::Id128;

/// What the owner of rooms tells the file server. Rooms are known to it by an owner id alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FileNotice {
    /// These rooms are alive; said every 10 minutes.
    Renewed {
        /// Their ids.
        owners: Vec<Id128>,
    },
    /// A message carries these files now.
    Attached {
        /// The room.
        owner: Id128,
        /// The files, thumbnails and pictures.
        files: Vec<String>,
    },
    /// No message carries these files any more.
    Released {
        /// The room.
        owner: Id128,
        /// The files, thumbnails and pictures.
        files: Vec<String>,
    },
    /// The room is over.
    Ended {
        /// The room.
        owner: Id128,
    },
}
