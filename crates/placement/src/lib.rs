//! Which backend owns which room: the fleet's load, the choice, the record of owners, and a backend's
//! right to act as one.
//!
//! Pure: it does no I/O, reads no clock and rolls no dice. A room is a name here, nothing more. The
//! router's side is [`Router`]; a backend's side is [`Term`] and [`Holdings`]. What they say to each
//! other is in the same nouns, so that daemons and the simulation drive the same types.
#![forbid(unsafe_code)]

mod epochs;
mod fleet;
mod health;
mod holdings;
mod list;
mod load;
mod names;
mod owners;
mod ring;
mod roster;
mod router;
mod status;
mod tenures;
mod term;

pub use epochs::{EpochError, Epochs};
pub use fleet::Fleet;
pub use health::{ASK_EVERY_MS, Phase, SILENT_MS};
pub use holdings::{Consequence, Entrance, Holdings, IMPORT_MS, REMEMBERED_MS};
pub use list::{Change, Changes, Held};
pub use load::Load;
pub use names::{BackendName, Now, RouterId, RunId};
pub use owners::{Owner, Owners, PlaceError, ROOM_BYTES_MAX, ROOMS_MAX};
pub use roster::{BACKENDS_MAX, RosterError, roster};
pub use router::{Counts, GRACE_MS, Member, Placement, Router};
pub use status::{Admission, MoveTarget, Settlement, StatusAnswer, StatusRequest, Verdict};
pub use term::{FENCE_MS, OnRouterLoss, StaleRouter, Term};
