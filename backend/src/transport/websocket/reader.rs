//! The reading side of a [`Socket`], kept by the peer's own task. All sockets
//! of a thread read into one buffer, so that an idle one holds none.

use std::cell::RefCell;
use std::io::{self, Read};

use bytes::{Buf, Bytes};
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::{Decoder, Incoming, Limits, ProtocolError, Socket};

/// The size of each thread's read buffer: how much one system call takes.
const SCRATCH_BYTES: usize = 64 * 1024;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Why reading ended.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The connection broke.
    #[error("connection broke: {0}")]
    Io(#[from] io::Error),
    /// The client broke the protocol; it is owed a close frame.
    #[error("client broke the protocol: {0}")]
    Protocol(#[from] ProtocolError),
}

/// The decoder of a connection, and what was read beyond its last message.
#[derive(Debug)]
pub struct Reader {
    decoder: Decoder,
    leftover: Bytes,
}

impl Reader {
    /// `leftover` is what came with the handshake, from [`super::take`].
    pub fn new(limits: Limits, leftover: Bytes) -> Self {
        Self { decoder: Decoder::new(limits), leftover }
    }

    /// The next message; `None` when the client closed the stream without a
    /// close frame, or after one. Cancel-safe. A message that comes whole is
    /// copied once, out of the thread's buffer.
    pub async fn next(&mut self, socket: &Socket) -> Result<Option<Incoming>, ReadError> {
        loop {
            if !self.leftover.is_empty() {
                // Thousands of small messages may have come at once.
                tokio::task::consume_budget().await;
                if let Some(incoming) = self.decode_leftover()? {
                    return Ok(Some(incoming));
                }
            }
            let Self { decoder, leftover } = self;
            let read = read_with(socket.stream(), |mut input| {
                if input.is_empty() {
                    return Ok(None);
                }
                let decoded = decoder.decode(&mut input)?;
                *leftover = Bytes::copy_from_slice(input);
                Ok::<_, ProtocolError>(Some(decoded))
            });
            match read.await?? {
                None => return Ok(None),
                Some(None) => {}
                Some(incoming) => return Ok(incoming),
            }
        }
    }

    fn decode_leftover(&mut self) -> Result<Option<Incoming>, ProtocolError> {
        let mut rest = &self.leftover[..];
        let decoded = self.decoder.decode(&mut rest);
        let used = self.leftover.len() - rest.len();
        self.leftover.advance(used);
        if self.leftover.is_empty() {
            self.leftover = Bytes::new();
        }
        decoded
    }
}

/// Waits for bytes and gives them to `take` in the thread's own buffer; an
/// empty slice is the end of the stream. Cancel-safe.
pub(super) async fn read_with<R>(
    stream: &TcpStream,
    mut take: impl FnMut(&[u8]) -> R,
) -> io::Result<R> {
    loop {
        // Readiness costs no budget: without this, whoever sends a message that does not end, faster
        // than it is read, would have the thread to itself.
        tokio::task::consume_budget().await;
        stream.readable().await?;
        let read = SCRATCH.with_borrow_mut(|scratch| {
            scratch.resize(SCRATCH_BYTES, 0);
            try_read(stream, scratch).map(|read| take(&scratch[..read]))
        });
        match read {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// As `TcpStream::try_read`, but a short read also says that the kernel has no
/// more, as tokio's own `poll_read` does: that saves the second system call of
/// every message, the one that would only answer "would block".
fn try_read(stream: &TcpStream, scratch: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    let tried = stream.try_io(Interest::READABLE, || {
        read = (&*SockRef::from(stream)).read(scratch)?;
        let short = 0 < read && read < scratch.len();
        if short { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
    });
    match tried {
        Err(error) if read == 0 => Err(error),
        _ => Ok(read),
    }
}
