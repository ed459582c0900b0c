//! Quotas, lives and deaths of files, without a store.

use super::*;
use crate::id::Number;
use crate::store::FileKind;

const MINUTE: u64 = 60_000;
const A: Id128 = Id128([1; 16]);
const B: Id128 = Id128([2; 16]);

fn index() -> Index {
    let quotas = QuotaConfig {
        store_bytes_max: 1_000,
        store_files_max: 4,
        room_bytes_max: 600,
        room_files_max: 3,
        ..QuotaConfig::default()
    };
    Index::new(quotas, SweepConfig::default())
}

fn file(number: u8) -> FileId {
    FileId::new(Number::FIRST, Id128([number; 16]))
}

fn put(index: &mut Index, id: FileId, owner: Id128, size: u64, now: u64) -> Result<(), QuotaError> {
    index.reserve(owner, size, now)?;
    let record = Record {
        owner,
        kind: FileKind::Other,
        name: "a".into(),
        media_type: "text/plain".into(),
        size,
        created: now,
        attached: false,
    };
    index.insert(id, record, now);
    Ok(())
}

fn files(ids: &[FileId]) -> Vec<String> {
    ids.iter().map(FileId::to_string).collect()
}

fn attach(index: &mut Index, owner: Id128, ids: &[FileId], now: u64) {
    index.notice(&FileNotice::Attached { owner, files: files(ids) }, now);
}

#[test]
fn a_room_has_its_bytes_and_no_more() {
    let mut index = index();
    assert_eq!(put(&mut index, file(11), A, 600, 0), Ok(()));
    assert_eq!(index.reserve(A, 1, 0), Err(QuotaError::Room));
    index.doom(file(11));
    assert_eq!(index.reserve(A, 400, 0), Ok(()));
}

#[test]
fn a_room_has_its_files_and_no_more() {
    let mut index = index();
    for number in 11..14 {
        assert_eq!(put(&mut index, file(number), A, 1, 0), Ok(()));
    }
    assert_eq!(put(&mut index, file(14), A, 1, 0), Err(QuotaError::Room));
    assert_eq!(put(&mut index, file(14), B, 1, 0), Ok(()));
    assert_eq!(put(&mut index, file(15), B, 1, 0), Err(QuotaError::Store));
}

#[test]
fn the_store_is_full_until_it_has_deleted() {
    let mut index = index();
    put(&mut index, file(11), A, 600, 0).unwrap();
    assert_eq!(put(&mut index, file(12), B, 401, 0), Err(QuotaError::Store));
    put(&mut index, file(12), B, 400, 0).unwrap();
    index.doom(file(11));
    assert_eq!(index.reserve(A, 1, 0), Err(QuotaError::Store));
    index.deleted(file(11));
    assert_eq!(index.reserve(A, 600, 0), Ok(()));
    assert_eq!(index.bytes(), 1_000);
}

#[test]
fn reservations_count_until_they_are_given_back() {
    let mut index = index();
    index.reserve(A, 500, 0).unwrap();
    assert_eq!(index.reserve(A, 101, 0), Err(QuotaError::Room));
    index.release(A, 500);
    assert_eq!(index.reserve(A, 600, 0), Ok(()));
    index.release(A, 600);
    assert!(index.owners.is_empty() && index.bytes() == 0);
}

#[test]
fn a_file_without_a_message_goes_after_its_time() {
    let mut index = index();
    put(&mut index, file(11), A, 1, 0).unwrap();
    put(&mut index, file(12), A, 1, 0).unwrap();
    attach(&mut index, A, &[file(11)], 5 * MINUTE);
    assert_eq!(index.sweep(11 * MINUTE), 0);
    assert_eq!(index.sweep(11 * MINUTE + 1), 1);
    assert!(index.get(file(11)).is_some() && index.get(file(12)).is_none());
    assert_eq!(index.doomed(), [file(12)]);
}

#[test]
fn a_room_that_nobody_renews_loses_its_files() {
    let mut index = index();
    put(&mut index, file(11), A, 1, 0).unwrap();
    put(&mut index, file(12), B, 1, 0).unwrap();
    attach(&mut index, A, &[file(11)], 0);
    attach(&mut index, B, &[file(12)], 0);
    index.notice(&FileNotice::Renewed { owners: vec![A] }, 50 * MINUTE);
    assert_eq!(index.sweep(60 * MINUTE), 0);
    assert_eq!(index.sweep(60 * MINUTE + 1), 1);
    assert!(index.get(file(11)).is_some() && index.get(file(12)).is_none());
}

#[test]
fn released_and_ended_files_are_gone_at_once() {
    let mut index = index();
    for number in 11..14 {
        put(&mut index, file(number), A, 1, 0).unwrap();
    }
    index.notice(&FileNotice::Released { owner: A, files: files(&[file(11)]) }, 0);
    assert!(index.get(file(11)).is_none() && index.get(file(12)).is_some());
    index.notice(&FileNotice::Ended { owner: A }, 0);
    assert_eq!(index.len(), 0);
    assert!(index.owners.is_empty());
    assert_eq!(index.doomed().len(), 3);
}

#[test]
fn an_owner_decides_about_its_own_files_only() {
    let mut index = index();
    put(&mut index, file(11), A, 1, 0).unwrap();
    put(&mut index, file(12), B, 1, 0).unwrap();
    index.notice(&FileNotice::Released { owner: B, files: files(&[file(11)]) }, 0);
    attach(&mut index, B, &[file(11)], 0);
    index.notice(&FileNotice::Released { owner: B, files: vec!["../passwd".into()] }, 0);
    assert!(index.get(file(11)).is_some_and(|record| !record.attached));
    assert_eq!(index.len(), 2);
}

#[test]
fn what_changed_stays_so_until_it_is_written() {
    let mut index = index();
    put(&mut index, file(11), A, 1, 0).unwrap();
    attach(&mut index, A, &[file(11)], 0);
    attach(&mut index, A, &[file(11)], 0);
    for _ in 0..2 {
        let changed = index.changed();
        assert!(changed.len() == 1 && changed[0].1.attached);
    }
    index.written(file(11));
    assert!(index.changed().is_empty());
    put(&mut index, file(12), A, 1, 0).unwrap();
    attach(&mut index, A, &[file(12)], 0);
    index.doom(file(12));
    assert!(index.changed().is_empty());
}

#[test]
fn a_file_that_was_found_waits_for_its_message_anew() {
    let mut index = index();
    put(&mut index, file(11), A, 1, 0).unwrap();
    let record = Record::clone(&index.get(file(11)).unwrap());
    let mut restarted = self::index();
    restarted.adopt(file(11), record, 30 * MINUTE);
    assert_eq!(restarted.sweep(41 * MINUTE), 0);
    attach(&mut restarted, A, &[file(11)], 41 * MINUTE);
    assert_eq!(restarted.sweep(42 * MINUTE), 0);
}

#[test]
fn a_found_file_counts_and_what_is_doomed_does_not_come_back() {
    let mut index = index();
    put(&mut index, file(11), A, 5, 0).unwrap();
    let record = Record::clone(&index.get(file(11)).unwrap());
    index.doom(file(11));
    index.adopt(file(11), record.clone(), 0);
    assert!(index.get(file(11)).is_none());
    index.deleted(file(11));
    index.adopt(file(11), record, 0);
    assert_eq!((index.len(), index.bytes()), (1, 5));
}
