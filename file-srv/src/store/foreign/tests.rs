//! What a server believes of files that are another's.

use super::*;
use crate::id::Number;
use crate::store::FileKind;

const A: Id128 = Id128([1; 16]);
const B: Id128 = Id128([2; 16]);

fn id(number: u64) -> FileId {
    let mut random = [0; 16];
    random[..8].copy_from_slice(&number.to_be_bytes());
    FileId::new(Number::FIRST, Id128(random))
}

fn record(owner: Id128) -> Record {
    Record {
        owner,
        kind: FileKind::Other,
        name: "a".into(),
        media_type: "text/plain".into(),
        size: 1,
        created: 0,
        attached: true,
    }
}

#[test]
fn a_record_is_believed_for_a_minute() {
    let mut foreign = Foreign::default();
    assert!(foreign.found(id(1), record(A), 0).is_some());
    assert!(foreign.get(id(1), FOREIGN_RECORD_MS - 1).is_some());
    assert!(foreign.get(id(1), FOREIGN_RECORD_MS).is_none());
    assert!(foreign.found(id(1), record(A), FOREIGN_RECORD_MS).is_some());
    assert!(foreign.get(id(1), FOREIGN_RECORD_MS).is_some());
    foreign.lost(id(1));
    assert!(foreign.get(id(1), 0).is_none());
}

#[test]
fn what_an_owner_gave_up_is_gone_and_nothing_else() {
    let mut foreign = Foreign::default();
    for (file, owner) in [(1, A), (2, A), (3, B)] {
        foreign.found(id(file), record(owner), 0);
    }
    let files = vec![id(1).to_string(), id(3).to_string(), "../passwd".into()];
    foreign.notice(&FileNotice::Released { owner: A, files }, |_| true);
    let known = |foreign: &Foreign| [1, 2, 3].map(|file| foreign.get(id(file), 0).is_some());
    assert_eq!(known(&foreign), [false, true, true], "B's file is not A's to give up");
    assert!(foreign.found(id(1), record(A), 0).is_none(), "the bucket may still have it");
    foreign.notice(&FileNotice::Ended { owner: B }, |_| true);
    assert_eq!(known(&foreign), [false, true, false]);
    assert!(foreign.found(id(4), record(B), 0).is_none());
}

#[test]
fn what_is_remembered_has_a_limit() {
    let mut foreign = Foreign::default();
    for file in 0..=FOREIGN_RECORDS_MAX as u64 {
        foreign.found(id(file), record(A), 0);
    }
    assert!(foreign.get(id(0), 0).is_none() && foreign.get(id(1), 0).is_some());
    assert_eq!(
        (foreign.records.len(), foreign.order.len()),
        (FOREIGN_RECORDS_MAX, FOREIGN_RECORDS_MAX)
    );
    for file in 0..=FOREIGN_GONE_MAX as u64 {
        let files = vec![id(file).to_string()];
        foreign.notice(&FileNotice::Released { owner: A, files }, |_| true);
    }
    assert!(foreign.get(id(1), 0).is_none(), "the newest are remembered");
    assert!(foreign.found(id(0), record(A), 0).is_some(), "the oldest is forgotten");
    assert_eq!(foreign.released.known.len(), FOREIGN_GONE_MAX);
}
