//! Who comes when, from where, and does what: a scenario worked out for each member. Every process
//! of a run works out the same plan and takes its part of it.

use std::net::{IpAddr, Ipv4Addr};

use crate::dice::Dice;
use crate::scenario::{Churn, Group, Posts, Reconnects, Scenario, Span, Spread};

/// A member's part in the run. Times are microseconds from its start.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberPlan {
    /// Its number among all.
    pub number: u64,
    /// What it is called in findings.
    pub name: String,
    /// The number of its group in the scenario.
    pub group: usize,
    /// The number of its room among all.
    pub room: usize,
    /// When it is to come.
    pub arrives_at: u64,
    /// Where it comes from, if that can be chosen.
    pub source: Option<IpAddr>,
    /// What it posts.
    pub speaks: Option<Speech>,
    /// Whether it stops reading now and then: for how long, and how long it reads between.
    pub stalls: Option<(Span, Span)>,
    /// Whether its connection is lost now and then.
    pub reconnects: Option<Reconnects>,
    /// Whether it leaves, for another to take its place.
    pub churn: Option<Churn>,
}

/// What one member posts.
#[derive(Clone, Debug, PartialEq)]
pub struct Speech {
    /// When its first post is due.
    pub first_at: u64,
    /// Microseconds from one to the next, on average.
    pub every: f64,
    /// How its posts are.
    pub posts: Posts,
    /// Speakers of its room.
    pub speakers: u32,
}

impl Speech {
    /// Microseconds from a post to the next.
    pub fn step(&self, dice: &mut Dice) -> u64 {
        let step = match self.posts.spread {
            Spread::Evenly => self.every as u64,
            Spread::Poisson => dice.wait(self.every),
        };
        step.max(1)
    }
}

/// All rooms and members.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The rooms' names.
    pub rooms: Vec<String>,
    /// The members.
    pub members: Vec<MemberPlan>,
}

impl Plan {
    /// The plan of a run; `run` is part of every room's name. With `from_loopback` members come
    /// from many addresses of 127.0.0.0/8.
    pub fn new(scenario: &Scenario, run: &str, from_loopback: bool) -> Self {
        let mut plan = Self::default();
        for (index, group) in scenario.groups.iter().enumerate() {
            let first_room = plan.rooms.len();
            plan.rooms
                .extend((0..group.rooms.0).map(|room| format!("load-{run}-{}-{room}", group.name)));
            let mut dice = Dice::new(scenario.seed, &[index as u64]);
            // Room by room in turn, so that all rooms fill at once.
            for member in 0..group.members.0 {
                for room in 0..group.rooms.0 {
                    let number = plan.members.len() as u64;
                    let place = Place { group, room, member };
                    let source =
                        from_loopback.then(|| source(number, scenario.members_per_address.0));
                    plan.members.push(MemberPlan {
                        number,
                        name: format!("{}-{room}-{member}", group.name),
                        group: index,
                        room: first_room + room as usize,
                        arrives_at: place.arrival(&mut dice),
                        source,
                        speaks: place.speech(&mut dice),
                        stalls: place.stalls(),
                        reconnects: group.reconnects.clone(),
                        churn: group.churn.clone(),
                    });
                }
            }
        }
        plan
    }

    /// The speakers of each room: their numbers, and when they begin.
    pub fn speakers(&self) -> Vec<Vec<(u64, u64)>> {
        let mut rooms = vec![Vec::new(); self.rooms.len()];
        for member in &self.members {
            if let (Some(room), Some(speech)) = (rooms.get_mut(member.room), &member.speaks) {
                room.push((member.number, speech.first_at));
            }
        }
        rooms
    }

    /// The part of one of `count` processes.
    pub fn part(&self, index: u64, count: u64) -> impl Iterator<Item = &MemberPlan> {
        self.members.iter().filter(move |member| member.number % count == index)
    }
}

/// One member's place in its group.
struct Place<'g> {
    group: &'g Group,
    room: u32,
    member: u32,
}

impl Place<'_> {
    fn arrival(&self, dice: &mut Dice) -> u64 {
        let Group { arrive, rooms, .. } = self.group;
        let turn = u64::from(self.member) * u64::from(rooms.0) + u64::from(self.room);
        let share = match arrive.spread {
            Spread::Evenly => turn as f64 / self.group.size() as f64,
            // Given their number, the arrivals of a Poisson process are independent of each other.
            Spread::Poisson => dice.unit(),
        };
        arrive.after.micros() + (arrive.over.micros() as f64 * share) as u64
    }

    /// The speakers come first. They begin when everybody is there.
    fn speech(&self, dice: &mut Dice) -> Option<Speech> {
        let posts = self.group.posts.clone()?;
        let speakers = self.group.speakers();
        if self.member >= speakers {
            return None;
        }
        let every = 1e6 * f64::from(speakers) / posts.per_second.0;
        let first = match posts.spread {
            // One after the other, and the rooms of a group not all at the same moment.
            Spread::Evenly => {
                let room = f64::from(self.room) / f64::from(self.group.rooms.0);
                (every * (f64::from(self.member) + room) / f64::from(speakers)) as u64
            }
            Spread::Poisson => dice.wait(every),
        };
        Some(Speech { first_at: self.group.complete_at() + first, every, posts, speakers })
    }

    /// The slow readers come last, so that they are lurkers where there are any.
    fn stalls(&self) -> Option<(Span, Span)> {
        let slow = self.group.slow_readers.as_ref()?;
        let all = self.group.members.0;
        let count = (f64::from(all) * slow.share.0).round() as u32;
        (self.member >= all - count).then_some((slow.stops, slow.every))
    }
}

/// The address that a member comes from: 127.0.0.0/8 is this machine's own.
fn source(number: u64, members_per_address: u32) -> IpAddr {
    let index = (number / u64::from(members_per_address) + 1) as u32;
    IpAddr::V4(Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 1, 0, 0)) + index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn plan(text: &str) -> Plan {
        let text = format!("name: x\nlasts: 10s\nmembersPerAddress: 4\ngroups:\n{text}");
        Plan::new(&Scenario::parse(&text, "x.yml").unwrap(), "run", true)
    }

    #[test]
    fn members_speakers_and_slow_readers_are_as_many_as_were_asked_for() {
        let group = "  - { name: a, rooms: 2, members: 10, lurkers: 0.7, posts: { perSecond: 2 }, \
                     slowReaders: { share: 0.2, stops: 1s, every: 1s } }";
        let plan = plan(group);
        assert_eq!((plan.rooms.len(), plan.members.len()), (2, 20));
        assert_eq!(plan.rooms[1], "load-run-a-1");
        let speakers = plan.members.iter().filter(|member| member.speaks.is_some());
        assert_eq!(speakers.clone().count(), 6);
        assert!(speakers.clone().all(|member| member.stalls.is_none()));
        assert_eq!(plan.members.iter().filter(|member| member.stalls.is_some()).count(), 4);
        // Two posts a second of three speakers.
        assert!(speakers.clone().all(|member| member.speaks.as_ref().unwrap().every == 1.5e6));
        let firsts: BTreeSet<u64> = speakers.map(|m| m.speaks.as_ref().unwrap().first_at).collect();
        assert_eq!(firsts.len(), 6, "nobody speaks at the moment of another");
        let sources: BTreeSet<_> = plan.members.iter().map(|member| member.source).collect();
        assert_eq!(sources.len(), 5);
    }

    #[test]
    fn everybody_comes_within_the_time_and_the_seed_decides_when() {
        for spread in ["evenly", "poisson"] {
            let group = format!(
                "  - {{ name: a, members: 100, arrive: {{ after: 1s, over: 4s, spread: {spread} }} }}"
            );
            let first = plan(&group);
            assert_eq!(first, plan(&group));
            let times: Vec<u64> = first.members.iter().map(|member| member.arrives_at).collect();
            assert!(times.iter().all(|at| (1_000_000..5_000_000).contains(at)), "{times:?}");
            let before_half = times.iter().filter(|at| **at < 3_000_000).count();
            assert!((30..=70).contains(&before_half), "{spread}: {before_half}");
        }
    }

    #[test]
    fn processes_share_the_plan_among_them() {
        let plan = plan("  - { name: a, members: 10 }");
        let numbers: BTreeSet<u64> =
            (0..3).flat_map(|part| plan.part(part, 3)).map(|member| member.number).collect();
        assert_eq!(numbers, (0..10).collect());
    }
}
