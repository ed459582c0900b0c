//! One upgraded connection. Any task may push frames, which usually go to the
//! kernel at once; the peer's own task is woken only when a write blocked.
//! Reading is in [`super::Reader`], so that a `Socket` can be shared.

use std::io::{self, Write};
use std::net::Shutdown;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::outbox::{Flushed, Outbox, OutboxLimits, Refused};
use super::reader;

/// The connection of one peer.
#[derive(Debug)]
pub struct Socket {
    stream: TcpStream,
    limits: OutboxLimits,
    /// Locked for one write that does not block, never across an await.
    outbox: Mutex<Outbox>,
    /// Tells the peer's own task that a write blocked or the outbox was closed.
    wake: Notify,
}

impl Socket {
    /// Takes over a connection whose handshake is done. Frames are small and
    /// wanted at once, so Nagle's algorithm is switched off.
    pub fn new(stream: TcpStream, limits: OutboxLimits) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let outbox = Mutex::new(Outbox::new());
        Ok(Self { stream, limits, outbox, wake: Notify::new() })
    }

    /// Writes `frame`, or queues what the kernel does not take. The common case
    /// is one system call, no allocation, no wake-up and no count of references.
    /// On [`Refused::Full`] nothing of the frame was sent.
    pub fn push_and_flush(&self, frame: &Bytes, now_ms: u64) -> Result<Flushed, Refused> {
        self.write_or_queue(frame, || frame.clone(), now_ms)
    }

    /// As [`Socket::push_and_flush`], of a buffer that is the caller's: it is
    /// copied only if something of it has to wait.
    pub fn copy_and_flush(&self, frames: &[u8], now_ms: u64) -> Result<Flushed, Refused> {
        self.write_or_queue(frames, || Bytes::copy_from_slice(frames), now_ms)
    }

    fn write_or_queue(
        &self,
        frames: &[u8],
        keep: impl FnOnce() -> Bytes,
        now_ms: u64,
    ) -> Result<Flushed, Refused> {
        let mut outbox = self.lock();
        if !outbox.is_empty() {
            self.flush_locked(&mut outbox, now_ms)?;
        }
        outbox.admit(frames.len(), self.limits)?;
        let mut written = 0;
        if outbox.is_empty() {
            written = match self.write_now(frames) {
                Ok(written) => written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
                Err(error) => return Err(self.broken(&mut outbox, &error)),
            };
            if written == frames.len() {
                return Ok(Flushed::All);
            }
        }
        outbox.push(keep(), written, now_ms);
        self.tell_owner(&mut outbox);
        Ok(Flushed::WouldBlock)
    }

    /// Asks the kernel first, which nearly always takes everything, and the runtime, whose note on
    /// the socket's readiness is in yet another cold cache line, only when it did not: it is to
    /// notice by itself that the socket would block.
    fn write_now(&self, frames: &[u8]) -> io::Result<usize> {
        match (&*SockRef::from(&self.stream)).write(frames) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.stream.try_write(frames)
            }
            written => written,
        }
    }

    /// Queues `frame` without writing; to be followed by [`Socket::flush_now`].
    pub fn push(&self, frame: Bytes, now_ms: u64) -> Result<(), Refused> {
        let mut outbox = self.lock();
        outbox.admit(frame.len(), self.limits)?;
        outbox.push(frame, 0, now_ms);
        Ok(())
    }

    /// Writes what waits, as far as the kernel takes it.
    pub fn flush_now(&self, now_ms: u64) -> Result<Flushed, Refused> {
        let mut outbox = self.lock();
        let flushed = self.flush_locked(&mut outbox, now_ms)?;
        self.tell_owner(&mut outbox);
        Ok(flushed)
    }

    /// Sends `frame`, a close frame, after what waits, and takes nothing more.
    /// The peer's own task completes it with [`Socket::finish`].
    pub fn close(&self, frame: Bytes, now_ms: u64) {
        self.close_outbox(frame, now_ms, false);
    }

    /// As [`Socket::close`], but forgets what waits, so that a slow reader
    /// learns the reason as soon as it reads, and costs nothing until then.
    pub fn cut(&self, frame: Bytes, now_ms: u64) {
        self.close_outbox(frame, now_ms, true);
    }

    fn close_outbox(&self, frame: Bytes, now_ms: u64, forget: bool) {
        let mut outbox = self.lock();
        if outbox.is_closing() || outbox.failure().is_some() {
            return;
        }
        if forget {
            outbox.forget_unbegun();
        }
        outbox.push(frame, 0, now_ms);
        outbox.close();
        // An error is remembered by the outbox and met by the peer's own task.
        let _ = self.flush_locked(&mut outbox, now_ms);
        self.wake.notify_one();
    }

    /// How many bytes wait.
    pub fn bytes_queued(&self) -> usize {
        self.lock().bytes()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Since when something waits of which the kernel takes nothing; `None`
    /// when nothing waits. The newer of the first push and the last success.
    pub fn stalled_since_ms(&self) -> Option<u64> {
        self.lock().stalled_since_ms()
    }

    /// Writes whatever other tasks could not; for the `select!` of the peer's
    /// own task, cancel-safe. Completes once the outbox is closed (call
    /// [`Socket::finish`] then) or with the error that broke the connection.
    pub async fn drive_outbox(&self, now_ms: impl Fn() -> u64) -> io::Result<()> {
        loop {
            let (closing, empty) = {
                let outbox = self.lock();
                if let Some(error) = outbox.failure() {
                    return Err(error);
                }
                (outbox.is_closing(), outbox.is_empty())
            };
            if closing {
                return Ok(());
            }
            if empty {
                self.wake.notified().await;
            } else {
                tokio::select! {
                    written = self.write_some(&now_ms) => written?,
                    // Closed or broken meanwhile, perhaps.
                    () = self.wake.notified() => {}
                }
            }
        }
    }

    /// Writes until less than `below_bytes` wait: the pace of a long resume.
    /// Cancel-safe. `drained(1, …)` writes everything.
    pub async fn drained(&self, below_bytes: usize, now_ms: impl Fn() -> u64) -> io::Result<()> {
        loop {
            {
                let outbox = self.lock();
                if let Some(error) = outbox.failure() {
                    return Err(error);
                }
                if outbox.bytes() < below_bytes.max(1) {
                    return Ok(());
                }
            }
            self.write_some(&now_ms).await?;
        }
    }

    /// Ends a closed connection: writes what waits, shuts down the writing side
    /// and reads until the client has closed too, all within `deadline`. Without
    /// that reading the kernel would answer unread bytes with a reset, which
    /// can overtake the close frame.
    pub async fn finish(&self, deadline: Duration, now_ms: impl Fn() -> u64) -> io::Result<()> {
        let end = async {
            self.drained(1, now_ms).await?;
            SockRef::from(&self.stream).shutdown(Shutdown::Write)?;
            while reader::read_with(&self.stream, |read| read.len()).await? > 0 {}
            Ok(())
        };
        match tokio::time::timeout(deadline, end).await {
            Ok(ended) => ended,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// The stream, for the reading side.
    pub(super) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    async fn write_some(&self, now_ms: &impl Fn() -> u64) -> io::Result<()> {
        self.stream.writable().await?;
        let mut outbox = self.lock();
        match self.flush_locked(&mut outbox, now_ms()) {
            Ok(_) => Ok(()),
            Err(_) => outbox.failure().map_or(Ok(()), Err),
        }
    }

    fn flush_locked(&self, outbox: &mut Outbox, now_ms: u64) -> Result<Flushed, Refused> {
        let flushed = outbox.flush(now_ms, |slices| self.stream.try_write_vectored(slices));
        flushed.map_err(|error| self.broken(outbox, &error))
    }

    fn tell_owner(&self, outbox: &mut Outbox) {
        if outbox.must_tell() {
            self.wake.notify_one();
        }
    }

    fn broken(&self, outbox: &mut Outbox, error: &io::Error) -> Refused {
        outbox.fail(error.kind());
        self.wake.notify_one();
        Refused::Closed
    }

    fn lock(&self) -> MutexGuard<'_, Outbox> {
        // No code under the lock panics; if it did, the queue is still whole.
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
