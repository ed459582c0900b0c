//! Ranges, as RFC 9110 reads them.

use super::*;

const TAG: &str = "\"id\"";

fn of(range: &str, size: u64) -> Part {
    part(&HeaderMap::from_iter([(header::RANGE, range.parse().unwrap())]), TAG, size)
}

#[test]
fn single_ranges_are_understood() {
    assert_eq!(of("bytes=0-0", 10), Part::Range(0..1));
    assert_eq!(of("bytes=2-5", 10), Part::Range(2..6));
    assert_eq!(of("bytes=2-99", 10), Part::Range(2..10));
    assert_eq!(of("bytes=2-18446744073709551615", 10), Part::Range(2..10));
    assert_eq!(of("bytes=9-", 10), Part::Range(9..10));
    assert_eq!(of("bytes=-3", 10), Part::Range(7..10));
    assert_eq!(of("bytes=-99", 10), Part::Range(0..10));
}

#[test]
fn ranges_outside_the_file_are_told() {
    for range in ["bytes=10-", "bytes=10-12", "bytes=-0"] {
        assert_eq!(of(range, 10), Part::Outside, "{range}");
    }
}

#[test]
fn whatever_else_is_the_whole_file() {
    for range in ["bytes=5-2", "bytes=0-1,3-4", "bytes=", "bytes=-", "lines=1-2", "bytes=a-b"] {
        assert_eq!(of(range, 10), Part::Whole, "{range}");
    }
    assert_eq!(part(&HeaderMap::new(), TAG, 10), Part::Whole);
}

#[test]
fn a_range_of_another_file_is_the_whole_file() {
    let headers = |tag: &str| {
        HeaderMap::from_iter([
            (header::RANGE, "bytes=1-2".parse().unwrap()),
            (header::IF_RANGE, tag.parse().unwrap()),
        ])
    };
    assert_eq!(part(&headers(TAG), TAG, 10), Part::Range(1..3));
    assert_eq!(part(&headers("\"other\""), TAG, 10), Part::Whole);
}

#[test]
fn a_known_tag_is_recognised_in_a_list() {
    let headers =
        |tags: &str| HeaderMap::from_iter([(header::IF_NONE_MATCH, tags.parse().unwrap())]);
    assert!(is_known(&headers("\"a\", W/\"id\""), TAG));
    assert!(is_known(&headers("*"), TAG));
    assert!(!is_known(&headers("\"a\""), TAG));
}
