//! How a run goes, on the terminal: one line that is written over, or a line now and then where
//! nobody watches.

use std::io::{IsTerminal, Write};

use serde::{Deserialize, Serialize};

use crate::report::number;

/// Between two lines where nobody watches, in looks.
const QUIET_EVERY: u64 = 10;

/// How one process's part goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Members in their rooms.
    pub members: u64,
    /// Posts that were sent.
    pub posts: u64,
    /// Events that were received.
    pub deliveries: u64,
    /// The delivery's 99th percentile, in microseconds.
    pub delivery_p99: u64,
    /// Refusals and lost connections.
    pub troubles: u64,
}

impl Progress {
    /// Of several processes together.
    pub fn of(parts: &[Self]) -> Self {
        parts.iter().fold(Self::default(), |sum, part| Self {
            members: sum.members + part.members,
            posts: sum.posts + part.posts,
            deliveries: sum.deliveries + part.deliveries,
            delivery_p99: sum.delivery_p99.max(part.delivery_p99),
            troubles: sum.troubles + part.troubles,
        })
    }
}

/// The line on the terminal.
#[derive(Debug)]
pub struct Line {
    lasts_sec: u64,
    members: u64,
    looks: u64,
    is_watched: bool,
}

impl Line {
    /// The line of a run of so many seconds and members.
    pub fn new(lasts_sec: u64, members: u64) -> Self {
        Self { lasts_sec, members, looks: 0, is_watched: std::io::stderr().is_terminal() }
    }

    /// Shows how it goes after so many seconds.
    pub fn show(&mut self, second: u64, progress: &Progress) {
        self.looks += 1;
        let text = self.text(second, progress);
        // A terminal that is gone changes nothing about the run.
        let _ = if self.is_watched {
            write!(std::io::stderr(), "\r\x1b[K{text}")
        } else if self.looks.is_multiple_of(QUIET_EVERY) {
            writeln!(std::io::stderr(), "{text}")
        } else {
            Ok(())
        };
    }

    /// The line is left as it is.
    pub fn end(&self) {
        if self.is_watched {
            let _ = writeln!(std::io::stderr());
        }
    }

    fn text(&self, second: u64, of: &Progress) -> String {
        let troubles = match of.troubles {
            0 => String::new(),
            count => format!(" · {} refused or lost", number(count)),
        };
        format!(
            "{second} of {} s · {} of {} members · {} posts · {} deliveries · 99 % in {:.1} ms{troubles}",
            self.lasts_sec,
            number(of.members),
            number(self.members),
            number(of.posts),
            number(of.deliveries),
            of.delivery_p99 as f64 / 1e3,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_adds_up_what_processes_do() {
        let part = Progress {
            members: 500,
            posts: 10,
            deliveries: 5_000,
            delivery_p99: 1_500,
            troubles: 0,
        };
        let worse = Progress { delivery_p99: 2_500, troubles: 1, ..part };
        let text = Line::new(60, 1_000).text(12, &Progress::of(&[part, worse]));
        assert_eq!(
            text,
            "12 of 60 s · 1,000 of 1,000 members · 20 posts · 10,000 deliveries · 99 % in 2.5 ms · 1 refused or lost"
        );
    }
}
