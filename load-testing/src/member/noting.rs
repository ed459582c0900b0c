//! What is noted of a member's comings and goings.

use client::Error;
use protocol::CloseCode;
use protocol::frame::Joined;

use super::MemberLife;
use crate::fault::Fault;
use crate::time::now;

impl MemberLife {
    /// It is in the room, and was to be there at `due`.
    pub(super) fn note_entry(&mut self, joined: &Joined, due: u64, comes_back: bool) {
        let now = now();
        self.entered_at = now;
        let latency = now.saturating_sub(due);
        let (resumed, gap) = (joined.resumed, joined.gap.is_some());
        self.world.measures.present(now, true);
        self.world.measures.note(now, |all, _| {
            if comes_back {
                all.counts.resumes += 1;
                all.counts.resumed += u64::from(resumed);
                all.counts.gaps += u64::from(gap);
                all.resume.record(latency);
            } else {
                all.counts.joins += 1;
                all.join.record(latency);
            }
        });
    }

    /// It could not come in.
    pub(super) fn note_failure(&mut self, error: &Error) {
        self.note_breach(error);
        if let Some(code) = error.code() {
            self.note_refusal(code.as_str());
        }
        self.world.measures.note(now(), |all, window| {
            all.counts.failed_connects += 1;
            window.lost += 1;
        });
    }

    /// Its connection ended unasked. That of a slow reader is ended by the server, as it should.
    pub(super) fn note_loss(&mut self, error: &Error) {
        self.note_breach(error);
        let code = error.close_code().unwrap_or(1006);
        let is_slow = self.plan.stalls.is_some() && code == CloseCode::SlowReader.as_u16();
        self.world.measures.note(now(), |all, window| {
            if is_slow {
                all.counts.slow_closed += 1;
                return;
            }
            all.counts.disconnects += 1;
            *all.disconnects.entry(code).or_default() += 1;
            window.lost += 1;
        });
    }

    /// Something was not done, and why.
    pub(super) fn note_refusal(&self, code: &str) {
        self.world.measures.note(now(), |all, window| {
            all.counts.refused += 1;
            *all.refusals.entry(code.to_owned()).or_default() += 1;
            window.refused += 1;
        });
    }

    /// What no server of version 1 does is a fault, and not bad luck.
    fn note_breach(&self, error: &Error) {
        if let Error::BadFrame(_) | Error::WrongAnswer | Error::InboxFull = error {
            self.fault(Fault::Protocol { text: error.to_string() });
        }
    }
}
