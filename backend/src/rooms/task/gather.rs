//! What comes at the same time is one batch: a batch costs a system call per peer, however many
//! messages it holds.

use std::time::Duration;

use super::RoomTask;

/// How long a large room waits for more once something came. Timers have no finer grain.
const PAUSE: Duration = Duration::from_millis(1);
/// A room counts as busy for so many times what its last fan-out took. At four times, a large room
/// with fewer than some 60 messages a second never waits.
const BUSY_TIMES: u64 = 4;
/// And no longer than this, as a process that was stopped in the middle of a fan-out took long too.
const BUSY_MS_MAX: u64 = 250;

/// How long the next batch waits for company.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    busy_until: u64,
}

impl Pace {
    /// A fan-out took so many seconds and has ended now.
    pub(super) fn fanned_out(&mut self, seconds: f64, now: u64) {
        // Whole milliseconds: a small room has none and never waits.
        let took_ms = (seconds * 1_000.0) as u64;
        self.busy_until = now.saturating_add(took_ms.saturating_mul(BUSY_TIMES).min(BUSY_MS_MAX));
    }

    /// Whether to wait for more, now that something came: if a long fan-out has ended only just,
    /// its readers are answering it.
    fn pauses(self, now: u64) -> bool {
        now < self.busy_until
    }
}

impl RoomTask {
    /// Lets others speak before a batch is applied. Whoever is ready to be heard is heard first. In
    /// a large room at full speed there is a pause besides, as its clients are still reading what
    /// they answer; whoever posts into a quiet room waits for nothing.
    pub(super) async fn gather(&mut self) {
        if self.pace.pauses(self.backend.clock.now()) {
            tokio::select! {
                () = self.handle.lost() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        } else {
            tokio::task::yield_now().await;
        }
        let batch_max = self.backend.config.rooms.batch_max.max(1);
        while self.commands.len() < batch_max
            && let Ok(command) = self.inbox.try_recv()
        {
            self.commands.push_back(command);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_into_a_quiet_room_does_not_wait() {
        let mut pace = Pace::default();
        assert!(!pace.pauses(1_000));
        pace.fanned_out(0.003, 1_000);
        assert!(!pace.pauses(1_012));
    }

    #[test]
    fn a_small_room_does_not_wait_at_any_speed() {
        let mut pace = Pace::default();
        pace.fanned_out(0.000_9, 1_000);
        assert!(!pace.pauses(1_000));
    }

    #[test]
    fn a_large_room_at_full_speed_waits_for_company() {
        let mut pace = Pace::default();
        pace.fanned_out(0.003, 1_000);
        assert!(pace.pauses(1_000));
        assert!(pace.pauses(1_011));
    }

    #[test]
    fn a_fan_out_in_which_the_process_was_stopped_makes_no_room_busy_for_long() {
        let mut pace = Pace::default();
        pace.fanned_out(3_600.0, 1_000);
        assert!(pace.pauses(1_249));
        assert!(!pace.pauses(1_250));
    }
}
