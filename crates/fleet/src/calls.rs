//! What each kind of process answers to the others.

use std::pin::Pin;
use std::sync::Arc;

use placement::RunId;
use protocol::fleet::FileNotice;

use crate::error::CallError;
use crate::messages::{
    Announced, FileFacts, Poll, PollAnswer, Release, Report, RoomRow, RoomSummary,
};

/// An answer that is on its way.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, CallError>> + Send + 'a>>;

/// A backend, as the router sees it.
pub trait Backend: Send + Sync {
    /// Answers the router's question, or says that a later router has asked: [`CallError::Stale`].
    fn status(&self, poll: Poll) -> Answer<'_, PollAnswer>;

    /// What may be known of a room from outside; none when it does not exist.
    fn summary(&self, room: Arc<str>) -> Answer<'_, Option<RoomSummary>>;

    /// The rooms after this one by name, `limit` at most and never more than
    /// [`crate::limits::ROOMS_PAGE_MAX`].
    fn rooms(&self, after: Option<Arc<str>>, limit: u32) -> Answer<'_, Vec<RoomRow>>;

    /// Ends a room and tells its peers so; whether it was there. Only this run of the backend does
    /// it, so that the call cannot be said again to another process.
    fn delete(&self, run: RunId, room: Arc<str>) -> Answer<'_, bool>;

    /// Shows a text to everybody in every room, of [`crate::limits::NOTICE_CHARS_MAX`] at most. Only
    /// this run of the backend does it.
    fn announce(&self, run: RunId, text: Arc<str>) -> Answer<'_, Announced>;
}

/// The router, as backends see it.
pub trait Aux: Send + Sync {
    /// A backend that nobody asks says that it is there.
    fn report(&self, report: Report) -> Answer<'_, ()>;

    /// A backend gives rooms back, [`crate::limits::RELEASED_ROOMS_MAX`] at most.
    fn release(&self, release: Release) -> Answer<'_, ()>;
}

/// A file server, as backends and the router see it.
pub trait Files: Send + Sync {
    /// Hears what became of files and of rooms.
    fn notices(&self, notices: Vec<FileNotice>) -> Answer<'_, ()>;

    /// What the router tells about this server's files.
    fn facts(&self) -> Answer<'_, FileFacts>;
}
