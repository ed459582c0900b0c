//! The room as its members are shown it. Made on request only: a post makes none.

use std::collections::BTreeSet;

use crate::effect::{MemberView, MessageView, Presence, RoomView};
use crate::history::Message;
use crate::ids::{MemberId, Seq};
use crate::members::Member;
use crate::names;
use crate::presence::News;
use crate::room::Room;
use crate::size;

/// Names that one search looks at, so that it costs a bounded time in the largest room.
const SEARCH_STEPS_MAX: usize = 2_000;

impl Room {
    /// The room itself.
    pub(crate) fn room_view(&self) -> RoomView {
        RoomView {
            description: self.description.clone(),
            protected: self.creation.verifier.is_some(),
            created_at: self.created_at,
            creator: self.creator(),
            kept: self.history.len(),
            kept_max: self.limits.messages_max,
            expires_after_ms: self.limits.expires_after_ms,
        }
    }

    /// A page of messages below `before`, oldest first, and whether older ones are kept.
    pub(crate) fn page(
        &self,
        viewer: MemberId,
        before: Option<Seq>,
        limit: Option<u32>,
        bytes_max: usize,
    ) -> (Vec<MessageView>, bool) {
        let page_max = self.limits.page_max;
        let limit = limit.map_or(page_max, |limit| (limit as usize).min(page_max));
        let mut bytes = 0;
        let mut messages = Vec::new();
        let mut older = self.history.backwards(before).peekable();
        while messages.len() < limit
            && let Some(message) = older.peek()
        {
            let view = self.message_view(message, viewer);
            let (file, preview) = (view.file.as_deref(), view.preview.as_deref());
            bytes += size::message_frame(&view.name, &view.text, file, preview);
            if bytes > bytes_max && !messages.is_empty() {
                break;
            }
            messages.push(view);
            older.next();
        }
        messages.reverse();
        (messages, older.peek().is_some())
    }

    /// The members that a new peer is shown: everybody here and the newest writers who are away; of
    /// a crowded room the newest writers only.
    pub(crate) fn members_for_joined(&self) -> Vec<MemberView> {
        let crowded = self.presence.is_crowded();
        let is_listed = |id: &MemberId| {
            crowded || self.members.get(*id).is_some_and(|member| member.peer.is_none())
        };
        let mut shown = BTreeSet::new();
        for author in self.history.iter().rev().map(|message| message.by).filter(is_listed) {
            if shown.len() >= self.limits.members_page_max {
                break;
            }
            shown.insert(author);
        }
        if !crowded {
            shown.extend(self.peers.values().map(|peer| peer.member));
        }
        shown.iter().filter_map(|&id| self.member_view(id)).collect()
    }

    /// Members whose name begins like this, by name.
    pub(crate) fn members_by_prefix(&self, prefix: &str) -> Vec<MemberView> {
        // A longer prefix than the longest name fits none, and need not be folded.
        if prefix.len() > self.limits.name_chars_max.saturating_mul(4) {
            return Vec::new();
        }
        let (skeleton, folded) = (names::skeleton(prefix), names::fold(prefix));
        let fits =
            |member: &Member| !member.is_idle() && names::fold(&member.name).starts_with(&folded);
        // The register is in the order of skeletons, of which the prefix's own is a prefix too.
        let candidates = self.names.starting_with(&skeleton).take(SEARCH_STEPS_MAX);
        candidates
            .filter_map(|(look, id)| self.members.get(id).map(|member| (look, id, member)))
            .filter(|(look, _, member)| **look == member.looks.folded && fits(member))
            .filter_map(|(_, id, _)| self.member_view(id))
            .take(self.limits.members_page_max)
            .collect()
    }

    /// What is to be told of presence; none when nothing changed in the end.
    pub(crate) fn presence_view(&self, news: News) -> Option<Presence> {
        let online = self.online();
        let is_online = |id: MemberId| self.members.get(id).is_some_and(|m| m.peer.is_some());
        let (joined, left, snapshot) = match news {
            News::Count => return Some(Presence::Count { online }),
            News::Snapshot => {
                let everybody = self.peers.values().map(|peer| peer.member);
                (everybody.collect::<BTreeSet<_>>(), Vec::new(), true)
            }
            News::Change(pending) => {
                let changed = pending
                    .into_iter()
                    .filter(|&(id, believed)| believed != Some(is_online(id)))
                    .map(|(id, _)| id);
                let (joined, left) = changed.partition::<Vec<_>, _>(|&id| is_online(id));
                (joined.into_iter().collect(), left, false)
            }
        };
        let joined: Vec<_> = joined.into_iter().filter_map(|id| self.member_view(id)).collect();
        let empty = joined.is_empty() && left.is_empty();
        (!empty).then_some(Presence::Change { joined, left, online, snapshot })
    }

    /// A member.
    pub(crate) fn member_view(&self, id: MemberId) -> Option<MemberView> {
        let member = self.members.get(id)?;
        Some(MemberView {
            member: id,
            name: member.name.clone(),
            online: member.peer.is_some(),
            creator: self.is_creator(member),
            last_post_at: member.last_post_at,
        })
    }

    /// A message for one viewer.
    fn message_view(&self, message: &Message, viewer: MemberId) -> MessageView {
        let author = self.members.get(message.by);
        let (up, down) = message.votes.totals();
        MessageView {
            seq: message.seq,
            at: message.at,
            by: message.by,
            name: author.map_or_else(|| "".into(), |author| author.name.clone()),
            text: message.text.clone(),
            reply_to: message.reply_to,
            file: message.file.clone(),
            preview: message.preview.clone(),
            up,
            down,
            mine: message.votes.of(viewer),
            rev: message.rev,
            edited_at: message.edited_at,
            deleted: message.deleted,
        }
    }
}
