//! Requests and their answers. Frames that come in between wait for `Client::receive`.

use protocol::frame::{ClientFrame, MemberState, Message, ServerFrame, VoteValue};

use crate::Client;
use crate::error::Error;

/// What a message may carry beside its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Post {
    /// The client's own name for the post: sent again, it gets the first answer.
    pub key: String,
    /// The text; may be empty with a file.
    pub text: String,
    /// The message that it answers.
    pub reply_to: Option<u64>,
    /// The `descriptor` of an upload.
    pub file: Option<String>,
    /// The `descriptor` of a preview.
    pub preview: Option<String>,
}

/// A page of older messages, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The messages.
    pub messages: Vec<Message>,
    /// Whether older ones are kept.
    pub more: bool,
}

impl Client {
    /// Sends a request under a new `id` and waits for its answer.
    ///
    /// # Errors
    /// The server refuses, does not answer in time, or the connection ends.
    pub async fn request(&mut self, frame: ClientFrame) -> Result<ServerFrame, Error> {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&frame.with_id(id)).await?;
        let deadline = self.options.deadline;
        tokio::time::timeout(deadline, self.answer(id))
            .await
            .map_err(|_| Error::Timeout("answer"))?
    }

    async fn answer(&mut self, wanted: u64) -> Result<ServerFrame, Error> {
        loop {
            let frame = self.socket.frame().await?;
            if frame.id() != Some(wanted) {
                self.put_by(frame)?;
                continue;
            }
            return match frame {
                ServerFrame::Error { code, detail, retry_after_ms, .. } => {
                    Err(Error::Refused { code, detail, retry_after_ms })
                }
                answer => Ok(answer),
            };
        }
    }

    /// Posts a text; the message's `seq`.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn say(&mut self, key: &str, text: &str) -> Result<u64, Error> {
        self.post(Post { key: key.into(), text: text.into(), ..Post::default() }).await
    }

    /// Posts a message; its `seq`.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn post(&mut self, post: Post) -> Result<u64, Error> {
        let Post { key, text, reply_to, file, preview } = post;
        let frame = ClientFrame::Post { id: None, key, text, reply_to, file, preview };
        self.done(frame).await?.ok_or(Error::WrongAnswer)
    }

    /// Replaces the text of a message; the event's `seq`.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn edit(&mut self, message: u64, text: &str) -> Result<Option<u64>, Error> {
        self.done(ClientFrame::Edit { id: None, message, text: text.into() }).await
    }

    /// Deletes a message; the event's `seq`.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn delete(&mut self, message: u64) -> Result<Option<u64>, Error> {
        self.done(ClientFrame::Delete { id: None, message }).await
    }

    /// Votes; the event's `seq`, or none when the vote was that already.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn vote(&mut self, message: u64, value: VoteValue) -> Result<Option<u64>, Error> {
        self.done(ClientFrame::Vote { id: None, message, value }).await
    }

    /// Takes another name; the event's `seq`.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn rename(&mut self, name: &str) -> Result<Option<u64>, Error> {
        self.done(ClientFrame::Rename { id: None, name: name.into() }).await
    }

    /// Describes the room; the event's `seq`.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn describe(&mut self, text: &str) -> Result<Option<u64>, Error> {
        self.done(ClientFrame::Describe { id: None, text: text.into() }).await
    }

    /// Says that somebody is writing. Never answered.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn typing(&mut self) -> Result<(), Error> {
        self.send(&ClientFrame::Typing {}).await
    }

    /// A page of messages below `before`; the newest without it.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn history(
        &mut self,
        before: Option<u64>,
        limit: Option<u32>,
    ) -> Result<Page, Error> {
        match self.request(ClientFrame::History { id: None, before, limit }).await? {
            ServerFrame::History { messages, more, .. } => Ok(Page { messages, more }),
            _ => Err(Error::WrongAnswer),
        }
    }

    /// The right to upload and to preview.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn grant(&mut self) -> Result<String, Error> {
        match self.request(ClientFrame::Grant { id: None }).await? {
            ServerFrame::Grant { grant, .. } => Ok(grant),
            _ => Err(Error::WrongAnswer),
        }
    }

    /// Members whose name begins like this.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn members(&mut self, prefix: &str) -> Result<Vec<MemberState>, Error> {
        match self.request(ClientFrame::Members { id: None, prefix: prefix.into() }).await? {
            ServerFrame::Members { members, .. } => Ok(members),
            _ => Err(Error::WrongAnswer),
        }
    }

    async fn done(&mut self, frame: ClientFrame) -> Result<Option<u64>, Error> {
        match self.request(frame).await? {
            ServerFrame::Ok { seq, .. } => Ok(seq),
            _ => Err(Error::WrongAnswer),
        }
    }
}
