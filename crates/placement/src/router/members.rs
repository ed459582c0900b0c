//! Who belongs to the fleet: the configuration's backends, and those that report themselves.

use std::collections::BTreeSet;

use crate::health::Phase;
use crate::names::{BackendName, Now};
use crate::roster::BACKENDS_MAX;
use crate::router::{Link, Router};

/// A backend of the fleet, as an operator wants to see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'r> {
    /// Its name.
    pub name: &'r BackendName,
    /// How it stands.
    pub phase: Phase,
    /// Whether it stands in the configuration.
    pub is_listed: bool,
    /// Whether an operator wants it drained.
    pub drain: bool,
    /// Whether it wants to be rid of its rooms itself.
    pub is_leaving: bool,
    /// Whether its list of rooms is known, and empty.
    pub is_drained: bool,
}

impl Router {
    /// The backends of the configuration from now on. A new one is asked at once, a removed one
    /// drains, and one that is named again does so no more.
    pub fn configure(&mut self, now: Now, names: &[BackendName]) {
        let listed: BTreeSet<_> = names.iter().collect();
        for name in &listed {
            let number = self.fleet.number_or_new((*name).clone());
            let may_own_unknown = !self.has_settled;
            let new = || Link { may_own_unknown, ..Link::new(now, true) };
            self.links.entry(number).or_insert_with(new).is_listed = true;
        }
        let numbers: Vec<_> = self.links.keys().copied().collect();
        for number in numbers {
            let is_listed = self.fleet.name(number).is_some_and(|name| listed.contains(name));
            if let Some(link) = self.links.get_mut(&number) {
                link.is_listed = is_listed;
            }
            self.show_phase(number);
        }
    }

    /// An operator wants a backend drained, or no longer.
    pub fn drain(&mut self, name: &BackendName, drain: bool) {
        let Some(number) = self.fleet.number(name) else { return };
        if let Some(link) = self.links.get_mut(&number) {
            link.drain = drain;
        }
        self.show_phase(number);
    }

    /// A backend reports itself: nobody has asked it. One that is not in the configuration is adopted
    /// as draining. Whether it belongs to the fleet now.
    pub fn reported(&mut self, now: Now, name: &BackendName) -> bool {
        if self.fleet.number(name).is_none() {
            if self.links.len() >= BACKENDS_MAX {
                return false;
            }
            let number = self.fleet.number_or_new(name.clone());
            self.links.insert(number, Link::new(now, false));
        }
        let number = self.fleet.number(name);
        if let Some(link) = number.and_then(|number| self.links.get_mut(&number)) {
            link.may_own_unknown = true;
        }
        true
    }

    /// A backend says that it stops, before its answers do: it gets no more rooms.
    pub fn leaving(&mut self, name: &BackendName) {
        let Some(number) = self.fleet.number(name) else { return };
        if let Some(link) = self.links.get_mut(&number) {
            link.is_leaving = true;
        }
        self.show_phase(number);
    }

    /// What answers under this name is a process that is known by another: nothing lives here, and
    /// what was learned under this name does not count.
    pub fn disown(&mut self, name: &BackendName) {
        if let Some(number) = self.fleet.number(name) {
            self.lose(number);
        }
    }

    /// The backends of the fleet.
    pub fn members(&self) -> impl Iterator<Item = Member<'_>> {
        self.links.iter().filter_map(|(number, link)| {
            let name = self.fleet.name(*number)?;
            Some(Member {
                name,
                phase: link.phase(),
                is_listed: link.is_listed,
                drain: link.drain,
                is_leaving: link.is_leaving,
                is_drained: link.is_acquainted && link.rooms == 0,
            })
        })
    }

    /// Whether the backend is in the configuration; none when it is not even in the fleet.
    pub fn is_listed(&self, name: &BackendName) -> Option<bool> {
        let number = self.fleet.number(name)?;
        self.links.get(&number).map(|link| link.is_listed)
    }

    /// A backend that is no longer in the configuration leaves when it is down, or empty.
    pub(super) fn remove_the_gone(&mut self) {
        let is_gone = |link: &Link| {
            let phase = link.phase();
            let is_empty = link.is_acquainted && link.rooms == 0;
            !link.is_listed && (phase == Phase::Down || phase == Phase::Draining && is_empty)
        };
        let gone = self.links.iter().filter(|(_, link)| is_gone(link)).map(|(number, _)| *number);
        for number in gone.collect::<Vec<_>>() {
            self.lose(number);
            self.links.remove(&number);
            if let Some(name) = self.fleet.name(number).cloned() {
                self.fleet.remove(&name);
            }
        }
    }
}
