//! What only shows when values are compared with each other.

use super::lines::Step;
use super::{Group, Posts, Scenario};

/// Characters of a group's name: the rest of a room's name is the run and a number.
const NAME_CHARS_MAX: usize = 30;
/// Members at one time: more have no ports on their addresses, and no memory here.
const MEMBERS_MAX: u64 = 200_000;
/// Groups of a scenario.
const GROUPS_MAX: usize = 100;

/// The first thing that is wrong, and where it stands.
pub(super) fn fault(scenario: &Scenario) -> Option<(Vec<Step>, String)> {
    let top = |key: &str| vec![Step::Key(key.to_owned())];
    if scenario.groups.is_empty() {
        return Some((top("groups"), "nobody comes: there is no group".into()));
    }
    if scenario.groups.len() > GROUPS_MAX {
        return Some((top("groups"), format!("more than {GROUPS_MAX} groups")));
    }
    if scenario.lasts.micros() == 0 {
        return Some((top("lasts"), "it lasts no time at all".into()));
    }
    if let Err(message) = crate::target::parse(&scenario.target) {
        return Some((top("target"), message));
    }
    for (index, group) in scenario.groups.iter().enumerate() {
        let twin = scenario.groups.iter().take(index).any(|other| other.name == group.name);
        let found = match twin {
            true => Some(("name", format!("two groups are called `{}`", group.name))),
            false => of_group(scenario, group),
        };
        if let Some((keys, message)) = found {
            let mut place = vec![Step::Key("groups".into()), Step::Item(index)];
            place.extend(keys.split('.').map(|key| Step::Key(key.to_owned())));
            return Some((place, message));
        }
    }
    if scenario.members() > MEMBERS_MAX {
        let message =
            format!("{} members at one time, and {MEMBERS_MAX} are the most", scenario.members());
        return Some((top("groups"), message));
    }
    None
}

/// The first thing that no peer of the benchmark can do, and where it stands.
pub(super) fn beyond_peers(scenario: &Scenario) -> Option<(Vec<Step>, String)> {
    for (index, group) in scenario.groups.iter().enumerate() {
        let some = |share: fn(&Posts) -> f64| group.posts.as_ref().map_or(0.0, share) > 0.0;
        let wanted = [
            ("posts.edits", some(|posts| posts.edits.0)),
            ("posts.votes", some(|posts| posts.votes.0)),
            ("posts.drawings", some(|posts| posts.drawings.0)),
            ("reconnects", group.reconnects.is_some()),
            ("slowReaders", group.slow_readers.is_some()),
            ("churn", group.churn.is_some()),
        ];
        if let Some((keys, _)) = wanted.into_iter().find(|(_, is_wanted)| *is_wanted) {
            let mut place = vec![Step::Key("groups".into()), Step::Item(index)];
            place.extend(keys.split('.').map(|key| Step::Key(key.to_owned())));
            let message = format!("`{keys}`: a peer knows posts and lurkers only");
            return Some((place, message));
        }
    }
    None
}

fn of_group(scenario: &Scenario, group: &Group) -> Option<(&'static str, String)> {
    let is_letter =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let is_name =
        (1..=NAME_CHARS_MAX).contains(&group.name.len()) && group.name.chars().all(is_letter);
    if !is_name {
        let message =
            format!("a name has 1 to {NAME_CHARS_MAX} lower-case letters, digits and hyphens");
        return Some(("name", message));
    }
    if group.complete_at() >= scenario.lasts.micros() {
        let message = "the last member would come when it is over: `lasts` is too short";
        return Some(("arrive", message.into()));
    }
    if let Some(slow) = &group.slow_readers {
        if slow.stops.micros() == 0 || slow.every.micros() == 0 {
            return Some(("slowReaders", "`stops` and `every` are longer than nothing".into()));
        }
        if (slow.share.0 * f64::from(group.members.0)).round() < 1.0 && slow.share.0 > 0.0 {
            return Some(("slowReaders.share", "that is nobody: less than half a member".into()));
        }
    }
    if group.posts.is_none() && group.lurkers.0 > 0.0 {
        return Some(("lurkers", "everybody only reads where there are no `posts`".into()));
    }
    if group.posts.is_some() && group.lurkers.0 >= 1.0 {
        return Some(("lurkers", "nobody is left to post".into()));
    }
    if group.churn.as_ref().is_some_and(|churn| churn.stays.micros() < 100_000) {
        return Some(("churn.stays", "a member stays for 100ms at least".into()));
    }
    None
}
