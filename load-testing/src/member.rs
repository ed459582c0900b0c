//! The life of one member: it comes, reads, posts when posts are due whatever the server does, loses
//! its connection, comes back, and leaves. What it sees is judged as it comes.

mod acting;
mod hearing;
mod noting;
mod uploading;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use client::{Client, Error, Options};
use protocol::frame::{Join, Joined, ServerFrame};
use tokio::task::{JoinError, JoinSet};

use crate::dice::Dice;
use crate::fault::Fault;
use crate::ledger::Ledger;
use crate::part::Seen;
use crate::plan::MemberPlan;
use crate::sight::Sight;
use crate::time::{now, sleep_until};
use crate::world::World;

/// From a failed connection to the next try, doubled up to the second.
const RETRY_US: (u64, u64) = (200_000, 2_000_000);
/// How long a member that leaves waits for answers.
const ANSWERS_US: u64 = 5_000_000;

/// A member.
pub(crate) struct MemberLife {
    world: Arc<World>,
    plan: MemberPlan,
    dice: Dice,
    /// For the moments of posts alone, which are the same in each run of a seed, whatever comes.
    post_dice: Dice,
    /// How many were in this place before it.
    generation: u64,
    client: Option<Client>,
    connected: bool,
    /// When it came in last.
    entered_at: u64,
    /// When it was to be back from its last absence on purpose: what was due before is due then.
    excused_until: u64,
    sight: Sight,
    /// The newest event of before the connection: what comes up to it is old.
    old_until: u64,
    /// Posts that are not answered.
    pending: VecDeque<Pending>,
    /// What was asked on this connection.
    asked: HashMap<u64, Asked>,
    /// Drawings under way: the post's key, and what came of it.
    uploads: JoinSet<(String, Result<String, String>)>,
    next_id: u64,
    posts: u64,
    /// Edits that are due: when, and of which message.
    edits: VecDeque<(u64, u64)>,
    when: When,
}

/// When what is due. Microseconds of the monotonic clock; the largest number is never.
#[derive(Clone, Copy, Debug)]
struct When {
    post: u64,
    loss: u64,
    stall: u64,
    /// When a page of history may be asked for again.
    page: u64,
    leave: u64,
    over: u64,
    end: u64,
    /// When to see again whether it has caught up.
    end_look: u64,
}

/// A post that was due and is not answered.
#[derive(Debug)]
struct Pending {
    due: u64,
    key: String,
    text: String,
    /// What it carries, if anything.
    drawing: Drawing,
}

/// What a post carries.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Drawing {
    None,
    /// It is still to be uploaded.
    Wanted,
    /// It is there under this descriptor.
    Uploaded(String),
}

/// What an answer is to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    Post(String),
    Page,
    Grant,
    Other,
}

/// What happens next to a member.
#[expect(clippy::large_enum_variant, reason = "made and taken apart at once, never kept")]
enum Turn {
    Heard(Result<ServerFrame, Error>),
    Uploaded(Result<(String, Result<String, String>), JoinError>),
    Due,
}

/// Why a member is no longer connected.
#[derive(Debug)]
enum Parted {
    /// The run is over.
    Over,
    /// It leaves for good.
    Leaves,
    /// It lost its connection on purpose, and comes back at this time.
    Until(u64),
    /// The connection ended.
    Lost(Error),
}

/// Lives through the run: one member after the other in this place.
pub(crate) async fn live(world: Arc<World>, plan: MemberPlan) {
    let mut due = world.start + plan.arrives_at;
    sleep_until(due).await;
    for generation in 0.. {
        let mut member = MemberLife::new(Arc::clone(&world), plan.clone(), generation, due);
        let parted = member.run(due).await;
        member.end(&parted).await;
        if matches!(parted, Parted::Over) {
            return;
        }
        due = now();
    }
}

impl MemberLife {
    fn new(world: Arc<World>, plan: MemberPlan, generation: u64, born: u64) -> Self {
        let seed = world.scenario.seed;
        let mut dice = Dice::new(seed, &[plan.number + 1_000, generation]);
        let over = world.start + world.scenario.lasts.micros();
        let post = plan.speaks.as_ref().map_or(u64::MAX, |speech| {
            let mut post = world.start + speech.first_at;
            // Whoever takes a place goes on where the one before ended.
            while post < born {
                post = post.saturating_add(speech.every.max(1.0) as u64);
            }
            post
        });
        let loss = plan.reconnects.as_ref().map_or(u64::MAX, |reconnects| {
            born.saturating_add(dice.wait(60e6 / reconnects.per_minute.0))
        });
        let stall = plan.stalls.map_or(u64::MAX, |(_, every)| {
            born.saturating_add((every.micros() as f64 * dice.unit()) as u64)
        });
        let leave = plan
            .churn
            .as_ref()
            .map_or(u64::MAX, |churn| born.saturating_add(dice.wait(churn.stays.micros() as f64)));
        let end = over + world.scenario.settles.micros();
        Self {
            when: When { post, loss, stall, page: u64::MAX, leave, over, end, end_look: 0 },
            world,
            post_dice: Dice::new(seed, &[plan.number + 1_000, generation, 1]),
            plan,
            dice,
            generation,
            client: None,
            connected: false,
            entered_at: 0,
            excused_until: 0,
            sight: Sight::default(),
            old_until: 0,
            pending: VecDeque::new(),
            asked: HashMap::new(),
            uploads: JoinSet::new(),
            next_id: 1,
            posts: 0,
            edits: VecDeque::new(),
        }
    }

    /// Until the end of the run, or of this member's part in it.
    async fn run(&mut self, arrival: u64) -> Parted {
        let mut due = arrival;
        let mut retry = RETRY_US.0;
        loop {
            let comes_back = self.client.is_some();
            match self.enter().await {
                Ok(joined) => {
                    retry = RETRY_US.0;
                    self.note_entry(&joined, due, comes_back);
                }
                Err(error) => {
                    self.note_failure(&error);
                    if now() + retry >= self.when.end {
                        return Parted::Over;
                    }
                    sleep_until(now() + retry).await;
                    retry = (2 * retry).min(RETRY_US.1);
                    continue;
                }
            }
            let parted = self.stay().await;
            self.connected = matches!(parted, Parted::Over);
            self.world.measures.present(now(), false);
            match parted {
                Parted::Until(at) => {
                    self.excused_until = at;
                    sleep_until(at).await;
                    due = at;
                }
                Parted::Lost(error) => {
                    self.note_loss(&error);
                    due = now();
                    if due >= self.when.end {
                        return Parted::Over;
                    }
                }
                Parted::Over | Parted::Leaves => return parted,
            }
        }
    }

    /// Connects and joins, for the first time or again.
    async fn enter(&mut self) -> Result<Joined, Error> {
        self.asked.clear();
        let stream = self.world.connect(&self.plan).await?;
        let (joined, resumed_from) = if let Some(client) = &mut self.client {
            let from = client.cursor().map(|cursor| cursor.seq);
            (client.reconnect_over(stream).await?, from)
        } else {
            let options = Options { keeps_order: false, ..Options::default() };
            let url = self.world.target.room(&self.world.plan.rooms[self.plan.room]);
            let mut client = Client::connect_over(stream, &url, options).await?;
            let joined = client.join(Join::default()).await?;
            self.client = Some(client);
            (joined, None)
        };
        self.sight.joined(&joined, resumed_from);
        self.old_until = joined.seq;
        self.connected = true;
        Ok(joined)
    }

    /// Is there: hears what is said and does what is due.
    async fn stay(&mut self) -> Parted {
        if let Err(error) = self.say_again().await {
            return Parted::Lost(error);
        }
        loop {
            let due = self.next_due();
            let Some(client) = &mut self.client else { return Parted::Leaves };
            let turn = tokio::select! {
                frame = client.receive() => Turn::Heard(frame),
                Some(done) = self.uploads.join_next() => Turn::Uploaded(done),
                () = sleep_until(due) => Turn::Due,
            };
            let outcome = match turn {
                Turn::Heard(Ok(frame)) => self.hear(frame).await.map(|()| None),
                Turn::Heard(Err(error)) => Err(error),
                Turn::Uploaded(done) => self.uploaded(done).await.map(|()| None),
                Turn::Due => self.act(now()).await,
            };
            match outcome {
                Ok(None) => {}
                Ok(Some(parted)) => return parted,
                Err(error) => return Parted::Lost(error),
            }
        }
    }

    /// Takes leave, and hands over what was seen.
    async fn end(mut self, parted: &Parted) {
        let present = matches!(parted, Parted::Over) && self.connected;
        if let Some(client) = self.client.take()
            && present
        {
            // Whoever is slow to say farewell has nothing to say any more.
            let _ = client.close().await;
        }
        let room = self.world.plan.rooms[self.plan.room].clone();
        let name = self.name();
        let unanswered = self.pending.iter().filter(|post| post.due < self.when.over).count();
        if unanswered > 0 {
            let count = unanswered as u64;
            self.world.noted.add(&room, &name, Fault::Unanswered { count });
        }
        let restarts = self.sight.restarts;
        self.world.measures.note(now(), |all, _| all.counts.restarts += restarts);
        let (lives, faults) = std::mem::take(&mut self.sight).end(present);
        for fault in faults {
            self.world.noted.add(&room, &name, fault);
        }
        self.world.seen(Seen { room, member: name, lives });
    }

    /// What it is called in findings, and in the keys of its posts.
    fn name(&self) -> String {
        if self.generation == 0 {
            return self.plan.name.clone();
        }
        format!("{}-{}", self.plan.name, self.generation)
    }

    fn fault(&self, fault: Fault) {
        self.world.noted.add(&self.world.plan.rooms[self.plan.room], &self.name(), fault);
    }

    fn ledger(&self) -> &Ledger {
        &self.world.ledgers[self.plan.room]
    }
}
