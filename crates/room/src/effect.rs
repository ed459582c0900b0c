//! What follows from an input, in the order in which it is to be done.

use std::sync::Arc;

use crate::event::{Event, File, Preview};
use crate::ids::{Epoch, Incarnation, MemberId, PeerId, RequestId, Seq, UnixMillis};
use crate::record::Record;

/// One thing to do. Effects are done in their order; nothing that follows a `Record` leaves the
/// process before the log has it.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Append this to the room's log.
    Record(Record),
    /// Send this to every live peer.
    Event(Arc<Event>),
    /// Send this to every live peer.
    Presence(Presence),
    /// Send to every live peer that these members are writing.
    Typing(Vec<MemberId>),
    /// The peer is in the room. Unless `catching_up`, it is live from here on: it gets every later
    /// `Event`, `Presence` and `Typing`, and none of the earlier ones.
    Joined(Box<Joined>),
    /// The next events of a long resume, for one peer. With `live` it is live from here on, and
    /// otherwise it sends `Continue` when it has room for more.
    Resumed {
        /// The peer.
        peer: PeerId,
        /// Events in their order.
        events: Vec<Arc<Event>>,
        /// Whether these were the last.
        live: bool,
    },
    /// Answer one peer. A refused join is an answer too, and the peer is not in the room.
    Reply {
        /// The peer.
        peer: PeerId,
        /// The request that is answered, as the client numbered it.
        id: Option<RequestId>,
        /// The answer.
        reply: Reply,
    },
    /// The peer is no longer in the room: tell it why and close it.
    Close {
        /// The peer.
        peer: PeerId,
        /// Why.
        reason: CloseReason,
    },
    /// A message carries these files and previews now: they are kept while the room is.
    Attached(Vec<Arc<str>>),
    /// No message carries these files and previews (their ids) any more: they may be deleted.
    Released(Vec<Arc<str>>),
    /// The room is over. Every peer has had its `Close`; nothing may be applied any more.
    Ended,
}

/// Why a peer is put out of the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// The same session came in with another connection.
    Replaced,
    /// The room expired, or was deleted.
    Ended,
    /// It took so long to catch up that what it still needs is no longer kept.
    FellBehind,
}

/// An answer to a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// It is done.
    Done {
        /// The event that it made; none when nothing had to change.
        seq: Option<Seq>,
        /// Whether this is the remembered answer to a known key.
        repeated: bool,
    },
    /// A page of messages, oldest first.
    History {
        /// The messages.
        messages: Vec<MessageView>,
        /// Whether older ones are kept.
        more: bool,
    },
    /// Members, by name.
    Members(Vec<MemberView>),
    /// The join needs a proof: hash the password under this salt and join again.
    ProofNeeded {
        /// The salt of the room's verifier.
        salt: [u8; 16],
    },
    /// It is not done, and nothing has changed.
    Refused(Refusal),
}

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The proof does not match the room's password.
    WrongPassword,
    /// As many members are online as may be.
    RoomFull,
    /// Another member has the name, or one that looks like it.
    NameTaken,
    /// The name is empty, too long, has characters that a name may not have, or is reserved.
    BadMemberName,
    /// The message is another member's.
    NotAuthor,
    /// Only the room's creator may do this.
    NotCreator,
    /// There is no such message.
    NotFound,
    /// Nobody but the creator votes on their own message.
    OwnVote,
    /// The file or preview already serves another message.
    NoFile,
    /// The text is empty or all white space.
    Empty,
    /// The text has controls other than line feed and tab.
    BadText,
    /// The text is longer than the limit.
    TooLong,
    /// Too much in too short a time, or too many voters.
    RateLimited {
        /// Milliseconds until it may work; none when waiting does not help.
        retry_after_ms: Option<u64>,
    },
    /// The peer has not joined.
    NotJoined,
    /// The peer has joined already.
    AlreadyJoined,
}

/// What a peer is told when it enters.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The connection.
    pub peer: PeerId,
    /// Who it is in this room.
    pub member: MemberId,
    /// Its name.
    pub name: Arc<str>,
    /// Whether it made the room.
    pub creator: bool,
    /// The room itself.
    pub room: RoomView,
    /// Its life.
    pub incarnation: Incarnation,
    /// The owner's term.
    pub epoch: Epoch,
    /// The newest event there is.
    pub seq: Seq,
    /// Who is here, and who was; the newest writers only in a crowded room.
    pub members: Vec<MemberView>,
    /// Members online, this one included.
    pub online: usize,
    /// Whether presence is counts only.
    pub crowded: bool,
    /// The newest messages, oldest first; empty when `resumed`.
    pub history: Vec<MessageView>,
    /// Whether older ones are kept.
    pub more: bool,
    /// Whether exactly the missing events follow.
    pub resumed: bool,
    /// Whether they follow by `Resumed` effects rather than all at once being none.
    pub catching_up: bool,
    /// What is missing from a resume, and why.
    pub gap: Option<Gap>,
}

/// What a returning client will never get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Messages of these numbers are no longer kept.
    Trimmed {
        /// The first missing event.
        from: Seq,
        /// The last missing event.
        to: Seq,
    },
    /// The room began anew, or went back: everything that the client holds is void.
    Restarted,
}

/// A room for those in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomView {
    /// Its description; may be empty.
    pub description: Arc<str>,
    /// Whether it has a password.
    pub protected: bool,
    /// When it was created.
    pub created_at: UnixMillis,
    /// Who made it; none until the creator joins (after a restoration).
    pub creator: Option<MemberId>,
    /// Messages kept now.
    pub kept: usize,
    /// Messages kept at most.
    pub kept_max: usize,
    /// Milliseconds from the last use to the end.
    pub expires_after_ms: u64,
}

/// A member for those in the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// Who.
    pub member: MemberId,
    /// Its name.
    pub name: Arc<str>,
    /// Whether it is here now.
    pub online: bool,
    /// Whether it made the room.
    pub creator: bool,
    /// When it last posted, if it ever did.
    pub last_post_at: Option<UnixMillis>,
}

/// A message as it is now, for one viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageView {
    /// Its name: the `seq` of the event that posted it.
    pub seq: Seq,
    /// When it was posted.
    pub at: UnixMillis,
    /// Its author.
    pub by: MemberId,
    /// The author's present name.
    pub name: Arc<str>,
    /// Its present text; empty when deleted.
    pub text: Arc<str>,
    /// The message that it answers.
    pub reply_to: Option<Seq>,
    /// Its file.
    pub file: Option<Arc<File>>,
    /// Its preview.
    pub preview: Option<Arc<Preview>>,
    /// Votes for it.
    pub up: u32,
    /// Votes against it.
    pub down: u32,
    /// The viewer's vote.
    pub mine: crate::input::Vote,
    /// The `seq` of its last change.
    pub rev: Seq,
    /// When its text was last replaced.
    pub edited_at: Option<UnixMillis>,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// How the people in the room changed since they were last told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The net change; a snapshot of everybody in `joined` when the room is no longer crowded.
    Change {
        /// Who came.
        joined: Vec<MemberView>,
        /// Who left.
        left: Vec<MemberId>,
        /// Members online.
        online: usize,
        /// Whether `joined` is everybody online rather than a change.
        snapshot: bool,
    },
    /// Only how many: the room is crowded.
    Count {
        /// Members online.
        online: usize,
    },
}
