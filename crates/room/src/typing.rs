//! Who is writing: one sign at an interval, a few members at most.

use crate::ids::{MemberId, UnixMillis};
use crate::limits::Limits;

/// The members to be named in the next sign.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typing {
    writing: Vec<MemberId>,
    last_sign_at: Option<UnixMillis>,
}

impl Typing {
    /// A member is writing. Beyond the limit nobody learns of it.
    pub(crate) fn add(&mut self, member: MemberId, limits: &Limits) {
        if self.writing.len() < limits.typing_members_max && !self.writing.contains(&member) {
            self.writing.push(member);
        }
    }

    /// A member has posted or left.
    pub(crate) fn remove(&mut self, member: MemberId) {
        self.writing.retain(|&other| other != member);
    }

    /// The room is crowded: nobody is named.
    pub(crate) fn clear(&mut self) {
        self.writing.clear();
    }

    /// When the next sign is due; none when nobody is writing.
    pub(crate) fn due(&self, limits: &Limits) -> Option<UnixMillis> {
        let soonest = |at: UnixMillis| at.plus(limits.typing_every_ms);
        (!self.writing.is_empty()).then(|| self.last_sign_at.map_or(UnixMillis(0), soonest))
    }

    /// Takes the sign if it is due.
    pub(crate) fn take(&mut self, now: UnixMillis, limits: &Limits) -> Option<Vec<MemberId>> {
        let due = self.due(limits)?;
        // Later than a whole interval from now is possible only if the clock went back.
        if now < due && due.since(now) <= limits.typing_every_ms {
            return None;
        }
        self.last_sign_at = Some(now);
        Some(std::mem::take(&mut self.writing))
    }
}
