//! The keys of accepted posts, and the answers that they got: the same key is never applied twice.
//!
//! Of each member all keys of the last two minutes are known, and the newest 16 of any age. Both
//! the old ones and all together take a bounded share of the room: beyond it the oldest go.

use std::collections::{BTreeMap, VecDeque};

use crate::ids::{Key, MemberId, Seq, UnixMillis};
use crate::limits::Limits;
use crate::size;

/// Old keys take at most this part of all state: 1 MiB of 8.
const OLD_KEYS_SHARE: usize = 8;

/// All keys take at most this part of all state: 4 MiB of 8, which is every key of two minutes of
/// 170 posts/s.
const KEYS_SHARE: usize = 2;

/// An accepted post.
#[derive(Clone, Debug)]
struct Answer {
    member: MemberId,
    key: Key,
    at: UnixMillis,
}

/// The table of keys. Changed by accepted posts only, so that records restore it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    by_key: BTreeMap<(MemberId, Key), Seq>,
    by_seq: BTreeMap<Seq, Answer>,
    /// The posts of each member, oldest first.
    by_member: BTreeMap<MemberId, VecDeque<Seq>>,
    /// Posts that were recent when they were last looked at, oldest first.
    recent: VecDeque<(Seq, UnixMillis)>,
    bytes: usize,
}

impl Keys {
    /// The `seq` that a known key was answered with.
    pub(crate) fn answer(&self, member: MemberId, key: &Key) -> Option<Seq> {
        // The pair is built for the look-up; the key's text is shared, not copied.
        self.by_key.get(&(member, key.clone())).copied()
    }

    /// Remembers an accepted post, and forgets what need not be known any more.
    pub(crate) fn remember(
        &mut self,
        member: MemberId,
        key: Key,
        seq: Seq,
        at: UnixMillis,
        limits: &Limits,
    ) {
        self.insert(member, key, seq, at);
        self.prune(member, at, limits);
        while let Some(&(seq, old)) = self.recent.front() {
            if is_recent(old, at, limits) {
                break;
            }
            self.recent.pop_front();
            if let Some(member) = self.by_seq.get(&seq).map(|answer| answer.member) {
                self.prune(member, at, limits);
            }
        }
    }

    /// Forgets the oldest keys until the rest take no more than their share, and no more than
    /// `bytes_max`.
    pub(crate) fn fit(&mut self, bytes_max: usize, now: UnixMillis, limits: &Limits) {
        let bytes_max = bytes_max.min(limits.state_bytes_max / KEYS_SHARE);
        while let Some((&oldest, answer)) = self.by_seq.first_key_value() {
            let recent = is_recent(answer.at, now, limits);
            let share = if recent { bytes_max } else { limits.state_bytes_max / OLD_KEYS_SHARE };
            if self.bytes <= share.min(bytes_max) {
                break;
            }
            self.forget(oldest);
        }
    }

    /// Adds a key as it was.
    pub(crate) fn insert(&mut self, member: MemberId, key: Key, seq: Seq, at: UnixMillis) {
        self.bytes += size::KEY_BYTES + key.as_str().len();
        self.by_key.insert((member, key.clone()), seq);
        self.by_seq.insert(seq, Answer { member, key, at });
        self.by_member.entry(member).or_default().push_back(seq);
        self.recent.push_back((seq, at));
    }

    /// Forgets all keys of a member.
    pub(crate) fn forget_member(&mut self, member: MemberId) {
        for seq in self.by_member.get(&member).cloned().unwrap_or_default() {
            self.forget(seq);
        }
    }

    /// Every key in the order of posts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Seq, MemberId, &Key, UnixMillis)> {
        self.by_seq.iter().map(|(&seq, answer)| (seq, answer.member, &answer.key, answer.at))
    }

    /// The memory that they take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Forgets a member's keys that are neither recent nor among its newest.
    fn prune(&mut self, member: MemberId, now: UnixMillis, limits: &Limits) {
        while let Some(seqs) = self.by_member.get(&member) {
            let Some(&oldest) = seqs.front().filter(|_| seqs.len() > limits.keys_max) else {
                break;
            };
            let recent = |answer: &Answer| is_recent(answer.at, now, limits);
            if self.by_seq.get(&oldest).is_some_and(recent) {
                break;
            }
            self.forget(oldest);
        }
    }

    /// Forgets one key, the oldest of its member.
    fn forget(&mut self, seq: Seq) {
        let Some(answer) = self.by_seq.remove(&seq) else { return };
        self.bytes -= size::KEY_BYTES + answer.key.as_str().len();
        if let Some(seqs) = self.by_member.get_mut(&answer.member) {
            // Always the oldest of its member, whichever way it was chosen.
            seqs.pop_front();
            if seqs.is_empty() {
                self.by_member.remove(&answer.member);
            }
        }
        self.by_key.remove(&(answer.member, answer.key));
    }
}

/// Whether a post is so new that its key must be known. One from the future is not: the clock went
/// back, and the table must not grow until it has caught up.
fn is_recent(at: UnixMillis, now: UnixMillis, limits: &Limits) -> bool {
    at <= now && now.since(at) <= limits.keys_all_ms
}
