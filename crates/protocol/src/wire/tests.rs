//! Values as they stand on the wire, and the texts that are none.

use proptest::prelude::*;
use serde::de::DeserializeOwned;

use super::*;

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(&format!("{text:?}")).ok()
}

#[test]
fn a_time_has_milliseconds_and_is_in_utc() {
    assert_eq!(json(&Timestamp(0)), r#""1970-01-01T00:00:00.000Z""#);
    assert_eq!(json(&Timestamp(1_795_251_600_007)), r#""2026-11-21T09:00:00.007Z""#);
    assert_eq!(json(&Timestamp(951_827_696_789)), r#""2000-02-29T12:34:56.789Z""#);
}

#[test]
fn a_time_after_the_year_9999_is_its_end() {
    for late in [Timestamp::MAX, Timestamp(Timestamp::MAX.0 + 1), Timestamp(u64::MAX)] {
        assert_eq!(json(&late), r#""9999-12-31T23:59:59.999Z""#);
    }
}

#[test]
fn a_time_is_read_in_any_zone() {
    assert_eq!(read("2026-11-21T10:00:00.007+01:00"), Some(Timestamp(1_795_251_600_007)));
    assert_eq!(read("2026-11-21T09:00:00Z"), Some(Timestamp(1_795_251_600_000)));
    for bad in ["", "now", "2026-11-21", "2026-13-21T09:00:00Z", "1969-12-31T23:59:59Z", "0"] {
        assert_eq!(read::<Timestamp>(bad), None, "{bad}");
    }
}

#[test]
fn a_member_is_m_and_its_number() {
    assert_eq!(json(&Member(7)), r#""m7""#);
    assert_eq!(read("m18446744073709551615"), Some(Member(u64::MAX)));
    for bad in
        ["", "m", "7", "M7", "m+7", "m-7", "m07", "m 7", "m7 ", "m7x", "m18446744073709551616"]
    {
        assert_eq!(read::<Member>(bad), None, "{bad}");
    }
}

#[test]
fn an_id_is_22_characters_of_base64url() {
    assert_eq!(json(&Id128([0; 16])), r#""AAAAAAAAAAAAAAAAAAAAAA""#);
    assert_eq!(json(&Id128([0xff; 16])), r#""_____________________w""#);
    assert_eq!(read("_____________________w"), Some(Id128([0xff; 16])));
    for bad in [
        "",
        "AAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAB",
        "AAAAAAAAAAAAAAAAAAAAA=",
        "AAAAAAAAAAAAAAAAAAAA==",
        "AAAAAAAAAAAAAAAAAAAAA+",
        "AAAAAAAAAAAAAAAAAAAAAé",
    ] {
        assert_eq!(read::<Id128>(bad), None, "{bad}");
        assert_eq!(bad.parse::<Id128>(), Err(NotAnId));
    }
}

proptest! {
    #[test]
    fn a_time_survives_the_wire(ms in 0..=Timestamp::MAX.0) {
        prop_assert_eq!(read(&Timestamp(ms).to_string()), Some(Timestamp(ms)));
    }

    #[test]
    fn any_time_can_be_written(ms in any::<u64>()) {
        prop_assert_eq!(Timestamp(ms).to_string().len(), "1970-01-01T00:00:00.000Z".len());
    }

    #[test]
    fn members_and_ids_survive_the_wire(number in any::<u64>(), bytes in any::<[u8; 16]>()) {
        prop_assert_eq!(read(&Member(number).to_string()), Some(Member(number)));
        prop_assert_eq!(read(&Id128(bytes).to_string()), Some(Id128(bytes)));
    }

    #[test]
    fn one_text_has_one_id(text in "[A-Za-z0-9_-]{22}") {
        if let Some(id) = read::<Id128>(&text) {
            prop_assert_eq!(id.to_string(), text);
        }
    }
}
