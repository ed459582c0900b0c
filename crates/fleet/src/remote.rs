//! A process at an address, as what it is to its callers.

use std::sync::Arc;

use placement::RunId;
use protocol::fleet::FileNotice;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::caller::Caller;
use crate::calls::{Answer, Aux, Backend, Files};
use crate::limits::{ANSWER_BYTES_MAX, STATUS_BYTES_MAX};
use crate::messages::{
    Announced, FileFacts, Poll, PollAnswer, Release, Report, RoomRow, RoomSummary,
};
use crate::paths;

/// A process at an address.
pub(crate) struct Remote {
    caller: Caller,
    address: String,
}

impl Remote {
    pub(crate) fn new(caller: Caller, address: &str) -> Self {
        Self { caller, address: address.to_owned() }
    }

    fn call<'a, A: DeserializeOwned + Send>(
        &'a self,
        path: &'static str,
        question: impl Serialize + Send + Sync + 'a,
    ) -> Answer<'a, A> {
        let bytes_max = if path == paths::STATUS { STATUS_BYTES_MAX } else { ANSWER_BYTES_MAX };
        Box::pin(async move { self.caller.call(&self.address, path, &question, bytes_max).await })
    }
}

impl Backend for Remote {
    fn status(&self, poll: Poll) -> Answer<'_, PollAnswer> {
        self.call(paths::STATUS, poll)
    }

    fn summary(&self, room: Arc<str>) -> Answer<'_, Option<RoomSummary>> {
        self.call(paths::SUMMARY, room)
    }

    fn rooms(&self, after: Option<Arc<str>>, limit: u32) -> Answer<'_, Vec<RoomRow>> {
        self.call(paths::ROOMS, (after, limit))
    }

    fn delete(&self, run: RunId, room: Arc<str>) -> Answer<'_, bool> {
        self.call(paths::DELETE, (run.0, room))
    }

    fn announce(&self, run: RunId, text: Arc<str>) -> Answer<'_, Announced> {
        self.call(paths::ANNOUNCE, (run.0, text))
    }
}

impl Aux for Remote {
    fn report(&self, report: Report) -> Answer<'_, ()> {
        self.call(paths::REPORT, report)
    }

    fn release(&self, release: Release) -> Answer<'_, ()> {
        self.call(paths::RELEASE, release)
    }
}

impl Files for Remote {
    fn notices(&self, notices: Vec<FileNotice>) -> Answer<'_, ()> {
        self.call(paths::NOTICES, notices)
    }

    fn facts(&self) -> Answer<'_, FileFacts> {
        self.call(paths::FACTS, ())
    }
}
