//! What a peer says, judged by its form: limits, control frames, malformed ones.

use protocol::frame::ClientFrame;
use protocol::{CloseCode, ErrorCode};

use super::Peer;
use super::allowance::Verdict;
use crate::metrics::Limited;
use crate::refused::Refused;
use crate::transport::json;
use crate::transport::websocket::{Incoming, ProtocolError, ReadError};

/// What is left to do.
pub(super) enum Heard {
    /// A frame of the protocol.
    Frame(ClientFrame),
    /// Something that is refused; whoever knows in which order to answer does so.
    Refused(Option<u64>, Refused),
    /// Nothing; the conversation goes on.
    Nothing,
    /// The connection is over, or was closed.
    End,
}

const NOT_TEXT: &str = "binary frames are not of this protocol";

impl Peer {
    /// Judges what was read.
    pub(super) fn judge(&mut self, read: Result<Option<Incoming>, ReadError>) -> Heard {
        let now = self.backend.clock.now();
        self.connection.heard(now);
        match read {
            Ok(Some(Incoming::Text(text))) => self.judge_text(&text),
            Ok(Some(Incoming::Binary(_))) => {
                self.close(CloseCode::Unsupported, NOT_TEXT);
                Heard::End
            }
            Ok(Some(Incoming::Ping(payload))) => self.control(|peer| peer.pong(&payload)),
            Ok(Some(Incoming::Pong(_))) => self.control(|_| {}),
            Ok(Some(Incoming::Close { code, .. })) => {
                self.connection.answer_close(code, now, &self.backend.metrics);
                Heard::End
            }
            Ok(None) | Err(ReadError::Io(_)) => Heard::End,
            Err(ReadError::Protocol(error)) => self.broken(error),
        }
    }

    fn judge_text(&mut self, text: &str) -> Heard {
        let (cost, id, frame) = match ClientFrame::decode(text) {
            Ok(frame) => (self.cost(&frame), frame.id(), Ok(frame)),
            Err(bad) => (1, bad.id, Err(bad)),
        };
        match self.take(cost) {
            Verdict::Accepted => {}
            Verdict::Refused(retry_after_ms) => {
                return Heard::Refused(id, Refused::rate_limited(retry_after_ms));
            }
            Verdict::Enough => return self.put_out(ErrorCode::RateLimited),
        }
        match frame {
            Ok(frame) => Heard::Frame(frame),
            Err(bad) => self.bad(bad.id, bad.detail),
        }
    }

    /// A frame that is malformed, or comes at the wrong time.
    pub(super) fn bad(&mut self, id: Option<u64>, detail: &'static str) -> Heard {
        let refused = Refused::new(ErrorCode::BadFrame, detail);
        if !self.allowance.bad() {
            return Heard::Refused(id, refused);
        }
        self.refuse(id, &refused);
        self.put_out(ErrorCode::BadFrame)
    }

    /// Control frames count, but nothing answers those over the limit.
    fn control(&mut self, answer: impl FnOnce(&Self)) -> Heard {
        match self.take(1) {
            Verdict::Accepted => answer(self),
            Verdict::Refused(_) => {}
            Verdict::Enough => return self.put_out(ErrorCode::RateLimited),
        }
        Heard::Nothing
    }

    fn take(&mut self, cost: u32) -> Verdict {
        let (rate, now) = (self.backend.config.peers.frames, self.backend.clock.now());
        let verdict = self.allowance.take(rate, now, cost);
        if verdict != Verdict::Accepted {
            self.backend.metrics.rate_limited.inc(Limited::Frames);
        }
        verdict
    }

    fn cost(&self, frame: &ClientFrame) -> u32 {
        match frame {
            ClientFrame::History { .. } => self.backend.config.peers.history_cost,
            _ => 1,
        }
    }

    /// The client broke the rules of WebSocket: it is told which, and closed.
    fn broken(&self, error: ProtocolError) -> Heard {
        let code = match error {
            ProtocolError::TooBig => {
                let detail = "the frame is larger than 128 KiB";
                self.send(&json::error(None, ErrorCode::TooLong, detail, None));
                CloseCode::TooBig
            }
            ProtocolError::InvalidUtf8 => CloseCode::InvalidUtf8,
            _ => CloseCode::ProtocolError,
        };
        self.close(code, &error.to_string());
        Heard::End
    }

    fn put_out(&self, code: ErrorCode) -> Heard {
        self.close(CloseCode::Policy, code.as_str());
        Heard::End
    }
}
