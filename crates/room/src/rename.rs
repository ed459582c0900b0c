//! Members' names in the room: whether one is free, and taking it.

use std::sync::Arc;

use crate::effect::Refusal;
use crate::ids::{MemberId, UnixMillis};
use crate::names::{self, Looks};
use crate::room::Room;

/// A checked name with its skeletons.
pub(crate) struct Name {
    pub(crate) text: Arc<str>,
    pub(crate) looks: Looks,
}

impl Name {
    /// A name that has been checked.
    pub(crate) fn of(text: &str) -> Self {
        Self { text: text.into(), looks: Looks::of(text) }
    }
}

impl Room {
    /// Checks a name that somebody chose.
    pub(crate) fn check_name(&self, name: &str) -> Result<Name, Refusal> {
        let text = names::check(name, self.limits.name_chars_max);
        text.map(|text| Name::of(&text)).map_err(|_| Refusal::BadMemberName)
    }

    /// Whether a member, or somebody new, may go by a name.
    pub(crate) fn is_name_free(
        &self,
        looks: &Looks,
        for_member: Option<MemberId>,
        now: UnixMillis,
    ) -> bool {
        let holds = |id| self.members.get(id).is_some_and(|member| !member.is_idle());
        self.names.is_free(looks, for_member, now, holds)
    }

    /// A free name for somebody who chose none, or lost theirs.
    pub(crate) fn friendly_name(&self, entropy: u64, now: UnixMillis) -> Name {
        Name::of(&names::draw(entropy, |name| self.is_name_free(&Looks::of(name), None, now)))
    }

    /// Whether a member may take a name it chose, now.
    pub(crate) fn check_rename(
        &self,
        id: MemberId,
        name: &Name,
        now: UnixMillis,
    ) -> Result<(), Refusal> {
        if !self.is_name_free(&name.looks, Some(id), now) {
            return Err(Refusal::NameTaken);
        }
        let Some(member) = self.members.get(id) else { return Err(Refusal::NotJoined) };
        match member.renames.wait_ms(now, self.limits.renames) {
            0 => Ok(()),
            wait_ms => Err(Refusal::RateLimited { retry_after_ms: Some(wait_ms) }),
        }
    }

    /// The member goes by this name from now on; its old one stays its own for a while.
    pub(crate) fn absorb_rename(&mut self, id: MemberId, text: &Arc<str>, at: UnixMillis) {
        let Some(member) = self.members.get(id) else { return };
        let name = Name { text: Arc::clone(text), looks: Looks::of(text) };
        let until = at.plus(self.limits.name_freed_after_ms);
        self.names.give_up(id, &member.looks, until);
        self.names.claim(id, &name.looks, at);
        let rate = self.limits.renames;
        self.members.change(id, |member| {
            member.name = name.text;
            member.looks = name.looks;
            member.renames.take(at, rate);
        });
    }
}
