//! Epochs only rise, whatever clocks and disks do.

use placement::{EpochError, Epochs};
use proptest::prelude::*;

const HOUR_MS: u64 = 60 * 60 * 1_000;
const T: u64 = 1_795_000_000_000;

#[test]
fn nothing_is_given_before_a_mark_is_on_disk() {
    let mut epochs = Epochs::after(0);
    assert_eq!(epochs.next(T), Err(EpochError::NotReserved));
    let mark = epochs.wants_mark(T).unwrap();
    assert!(mark >= T + 60_000);
    epochs.reserved(mark);
    assert_eq!(epochs.next(T), Ok(T));
    assert_eq!(epochs.wants_mark(T), None);
    assert!(epochs.wants_mark(T + 31_000).is_some(), "renewed half a minute before its end");
}

#[test]
fn a_restart_gives_nothing_that_may_have_been_given_before() {
    let mut first = Epochs::after(0);
    let mark = first.wants_mark(T).unwrap();
    first.reserved(mark);
    let given = first.next(T + 59_000).unwrap();
    let mut second = Epochs::after(mark);
    let clock_went_back = T - 500_000;
    second.reserved(second.wants_mark(clock_went_back).unwrap());
    assert!(second.next(clock_went_back).unwrap() > given);
}

#[test]
fn an_epoch_an_hour_ahead_stops_placement_until_the_clock_is_there() {
    let mut epochs = Epochs::in_memory();
    epochs.see(T + HOUR_MS + 1);
    assert_eq!(epochs.next(T), Err(EpochError::TooFarAhead));
    assert_eq!(epochs.next(T + 1), Ok(T + HOUR_MS + 2));
}

#[test]
fn a_thousand_restarts_in_a_minute_do_not_run_away_from_the_clock() {
    let mut mark = 0;
    for _ in 0..1_000 {
        let epochs = Epochs::after(mark);
        mark = epochs.wants_mark(T).unwrap();
    }
    let mut last = Epochs::after(mark);
    last.reserved(last.wants_mark(T).unwrap());
    assert!(last.next(T).is_ok());
}

proptest! {
    #[test]
    fn epochs_rise_through_restarts_whatever_the_clock_does(
        steps in proptest::collection::vec((0..HOUR_MS, any::<bool>(), 0..HOUR_MS / 2), 1..80),
    ) {
        let (mut mark, mut last) = (0, 0);
        let mut epochs = Epochs::after(mark);
        for (ahead, restarts, seen) in steps {
            let unix = T + ahead;
            if restarts {
                epochs = Epochs::after(mark);
            }
            epochs.see(T + seen);
            if let Some(wanted) = epochs.wants_mark(unix) {
                prop_assert!(wanted > mark);
                mark = wanted;
                epochs.reserved(wanted);
            }
            if let Ok(epoch) = epochs.next(unix) {
                prop_assert!(epoch > last && epoch <= mark);
                last = epoch;
            }
        }
    }
}
