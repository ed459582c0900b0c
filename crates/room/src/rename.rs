//! Members' names in the room: whether one is free, and taking it.

use std::sync::Arc;

use crate::effect::Refusal;
use crate::ids::{MemberId, UnixMillis};
use crate::names::{self, Looks};
use crate::room::Room;
use crate::size;

/// Names that were given up take at most this part of all state: 512 KiB of 8 MiB.
const GIVEN_UP_SHARE: usize = 16;

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

    /// The memory that it takes.
    pub(crate) fn bytes(&self) -> usize {
        let looks = self.looks.iter().map(|look| size::NAME_BYTES + look.len());
        self.text.len() + looks.sum::<usize>()
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
        if self.member_bytes() + name.bytes() > self.member_bytes_max() {
            return Err(Refusal::RateLimited { retry_after_ms: None });
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
        let bytes_max = self.limits.state_bytes_max / GIVEN_UP_SHARE;
        self.names.give_up(id, &member.looks, until, bytes_max);
        self.names.claim(id, &name.looks, at);
        let rate = self.limits.renames;
        self.members.change(id, |member| {
            member.name = name.text;
            member.looks = name.looks;
            member.renames.take(at, rate);
        });
        self.fit_keys(at);
    }
}
