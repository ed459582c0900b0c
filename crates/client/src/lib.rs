//! A client of instantchat: for tests, for load, and for anyone who writes a bot in Rust.
//!
//! One [`Client`] is one connection in one room. It owns its socket and nothing else: it starts
//! no task, so it reads only while [`Client::receive`] or a request waits, and it comes back
//! after a loss only when [`Client::reconnect`] is called. It speaks `ws://`; TLS is the
//! gateway's.
//!
//! ```no_run
//! # async fn example() -> Result<(), client::Error> {
//! use client::{Client, Options};
//! use protocol::frame::{Join, ServerFrame};
//!
//! let url = "ws://127.0.0.1:8080/api/rooms/tea/ws";
//! let mut client = Client::connect(url, Options::default()).await?;
//! client.join(Join { name: Some("Ada".into()), ..Join::default() }).await?;
//! client.say("a-key-of-mine", "hello").await?;
//! loop {
//!     match client.receive().await {
//!         Ok(ServerFrame::Event(event)) => println!("{}: {:?}", event.name, event.event),
//!         Ok(_) => {}
//!         Err(error) if error.close_code() == Some(1006) => {
//!             client.reconnect().await?;
//!         }
//!         Err(error) => return Err(error),
//!     }
//! }
//! # }
//! ```
#![forbid(unsafe_code)]

mod cursor;
mod error;
mod options;
mod requests;
mod socket;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use protocol::CloseCode;
use protocol::frame::{ClientFrame, Join, Joined, ServerFrame};
use tokio::net::TcpStream;

pub use cursor::Cursor;
pub use error::Error;
pub use options::Options;
pub use requests::{Page, Post};

use socket::Socket;

/// Frames that wait for [`Client::receive`] while a request waits for its answer.
pub const INBOX_FRAMES_MAX: usize = 10_000;

/// One connection in one room.
#[derive(Debug)]
pub struct Client {
    url: String,
    options: Options,
    socket: Socket,
    inbox: VecDeque<ServerFrame>,
    cursor: Option<Cursor>,
    next_id: u64,
}

impl Client {
    /// Opens the WebSocket at `url`, such as `ws://127.0.0.1:8080/api/rooms/tea/ws`.
    ///
    /// # Errors
    /// Nobody listens there, the handshake is refused, or it takes longer than the deadline.
    pub async fn connect(url: &str, options: Options) -> Result<Self, Error> {
        let socket = Socket::connect(url, &options).await?;
        Ok(Self::new(url, options, socket))
    }

    /// Opens the WebSocket on a connection that the caller made, for example from an address
    /// of its choice.
    ///
    /// # Errors
    /// The handshake is refused, or takes longer than the deadline.
    pub async fn connect_over(
        stream: TcpStream,
        url: &str,
        options: Options,
    ) -> Result<Self, Error> {
        let socket = Socket::open(stream, url, &options).await?;
        Ok(Self::new(url, options, socket))
    }

    fn new(url: &str, mut options: Options, socket: Socket) -> Self {
        if let Some(session) = socket.new_session() {
            options.session = Some(session.into());
        }
        let inbox = VecDeque::new();
        Self { url: url.into(), options, socket, inbox, cursor: None, next_id: 1 }
    }

    /// The session, as it was given or as the server made it: whoever has it is this client.
    pub fn session(&self) -> Option<&str> {
        self.options.session.as_deref()
    }

    /// Where this client's copy of the room ends; none before it has joined.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// Enters the room.
    ///
    /// # Errors
    /// The server refuses, or the connection ends.
    pub async fn join(&mut self, join: Join) -> Result<Joined, Error> {
        let held = join.resume.as_ref().map(|resume| resume.seq);
        self.send(&ClientFrame::Join(join)).await?;
        loop {
            match self.socket.frame_in_time().await? {
                ServerFrame::Joined(joined) => {
                    self.cursor = Some(Cursor::of(&joined, held));
                    return Ok(*joined);
                }
                ServerFrame::Error { code, detail, retry_after_ms, .. } => {
                    return Err(Error::Refused { code, detail, retry_after_ms });
                }
                other => self.put_by(other)?,
            }
        }
    }

    /// Connects anew as the same session and joins with what this client holds. Frames that the
    /// caller has not received are forgotten: the server sends them again.
    ///
    /// # Errors
    /// As [`Client::connect`] and [`Client::join`].
    pub async fn reconnect(&mut self) -> Result<Joined, Error> {
        self.socket = Socket::connect(&self.url, &self.options).await?;
        self.rejoin().await
    }

    /// As [`Client::reconnect`], on a connection that the caller made.
    ///
    /// # Errors
    /// As [`Client::connect_over`] and [`Client::join`].
    pub async fn reconnect_over(&mut self, stream: TcpStream) -> Result<Joined, Error> {
        self.socket = Socket::open(stream, &self.url, &self.options).await?;
        self.rejoin().await
    }

    async fn rejoin(&mut self) -> Result<Joined, Error> {
        self.inbox.clear();
        let resume = self.cursor.as_ref().map(Cursor::resume);
        self.join(Join { resume, ..Join::default() }).await
    }

    /// Sends one frame.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn send(&mut self, frame: &ClientFrame) -> Result<(), Error> {
        self.socket.send_text(frame.encode()).await
    }

    /// Sends a text as it is, for tests of bad input.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn send_text(&mut self, text: impl Into<String>) -> Result<(), Error> {
        self.socket.send_text(text.into()).await
    }

    /// Sends a binary message, which version 1 does not have, for tests of bad input.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn send_binary(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        self.socket.send_binary(bytes).await
    }

    /// Waits for the next frame, without a deadline. Safe to cancel.
    ///
    /// # Errors
    /// The connection has ended, or the server broke the protocol.
    pub async fn receive(&mut self) -> Result<ServerFrame, Error> {
        let frame = match self.inbox.pop_front() {
            Some(frame) => frame,
            None => self.socket.frame().await?,
        };
        if let Some(cursor) = &mut self.cursor {
            cursor.advance(&frame, self.options.keeps_order)?;
        }
        Ok(frame)
    }

    /// Says farewell with code 1000 and waits until the server has said it too.
    ///
    /// # Errors
    /// The server does not answer in time.
    pub async fn close(mut self) -> Result<(), Error> {
        self.farewell().await
    }

    /// As [`Client::close`], where [`Client::reconnect`] is to come. What the server still sends is
    /// not received.
    ///
    /// # Errors
    /// The server does not answer in time.
    pub async fn farewell(&mut self) -> Result<(), Error> {
        self.socket.close(CloseCode::Normal).await
    }

    /// Drops the connection without a word, as a network does: the server sees a reset.
    /// [`Client::reconnect`] makes another.
    pub fn abort(&mut self) {
        self.socket.abort();
    }

    /// Keeps a frame for [`Client::receive`].
    fn put_by(&mut self, frame: ServerFrame) -> Result<(), Error> {
        if self.inbox.len() >= INBOX_FRAMES_MAX {
            return Err(Error::InboxFull);
        }
        self.inbox.push_back(frame);
        Ok(())
    }
}
