//! Random steps, and limits so tight that short runs cross all of them.

use proptest::prelude::*;
use room::{Limits, Rate, Vote};

/// Sessions in the world; session 1 makes the room.
pub(crate) const SESSIONS: u64 = 7;

/// One thing that happens. Numbers are reduced to what there is.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Join {
        who: u64,
        name: Option<u8>,
        resume: bool,
    },
    Leave {
        who: u64,
    },
    Continue {
        who: u64,
    },
    Post {
        who: u64,
        key: u8,
        text: u16,
        reply: u8,
        file: u8,
    },
    Edit {
        who: u64,
        back: u8,
        text: u16,
    },
    Delete {
        who: u64,
        back: u8,
    },
    Vote {
        who: u64,
        back: u8,
        value: Vote,
    },
    Rename {
        who: u64,
        name: u8,
    },
    Describe {
        who: u64,
        text: u16,
    },
    Typing {
        who: u64,
    },
    Page {
        who: u64,
        back: u8,
    },
    DeliverPages {
        who: u64,
    },
    Members {
        who: u64,
        name: u8,
    },
    Wait {
        ms: u64,
    },
    /// The room goes to another owner, by snapshot or by its log.
    Move {
        by_records: bool,
    },
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = || 1..=SESSIONS;
    let vote = prop_oneof![Just(Vote::Up), Just(Vote::Down), Just(Vote::Neither)];
    let step = prop_oneof![
        6 => (who(), proptest::option::of(any::<u8>()), any::<bool>())
            .prop_map(|(who, name, resume)| Step::Join { who, name, resume }),
        3 => who().prop_map(|who| Step::Leave { who }),
        4 => who().prop_map(|who| Step::Continue { who }),
        12 => (who(), any::<u8>(), any::<u16>(), any::<u8>(), any::<u8>())
            .prop_map(|(who, key, text, reply, file)| Step::Post { who, key, text, reply, file }),
        4 => (who(), any::<u8>(), any::<u16>())
            .prop_map(|(who, back, text)| Step::Edit { who, back, text }),
        2 => (who(), any::<u8>()).prop_map(|(who, back)| Step::Delete { who, back }),
        6 => (who(), any::<u8>(), vote)
            .prop_map(|(who, back, value)| Step::Vote { who, back, value }),
        2 => (who(), any::<u8>()).prop_map(|(who, name)| Step::Rename { who, name }),
        1 => (who(), any::<u16>()).prop_map(|(who, text)| Step::Describe { who, text }),
        2 => who().prop_map(|who| Step::Typing { who }),
        2 => (who(), any::<u8>()).prop_map(|(who, back)| Step::Page { who, back }),
        3 => who().prop_map(|who| Step::DeliverPages { who }),
        1 => (who(), any::<u8>()).prop_map(|(who, name)| Step::Members { who, name }),
        6 => (0_u64..700).prop_map(|ms| Step::Wait { ms }),
        1 => (0_u64..9_000).prop_map(|ms| Step::Wait { ms }),
        1 => any::<bool>().prop_map(|by_records| Step::Move { by_records }),
    ];
    proptest::collection::vec(step, 1..150)
}

/// Limits so tight that short runs cross all of them.
pub(crate) fn limits() -> impl Strategy<Value = Limits> {
    let state_bytes_max = prop_oneof![Just(8 << 20), Just(9_000_usize), Just(5_000)];
    (state_bytes_max, 4_usize..20, 1_usize..5, 1_usize..30).prop_map(
        |(state_bytes_max, messages_max, trimmed_every, resume_events_max)| Limits {
            state_bytes_max,
            messages_max,
            trimmed_every,
            resume_events_max,
            resume_bytes_max: 6_000,
            resume_chunk_bytes_max: 700,
            members_max: 6,
            online_max: 5,
            voters_max: 3,
            page_max: 4,
            page_bytes_max: 3_000,
            members_page_max: 3,
            crowded_above: 3,
            uncrowded_below: 3,
            keys_all_ms: 2_000,
            keys_max: 2,
            name_freed_after_ms: 3_000,
            member_posts: Rate { burst: 4, refill_ms: 100 },
            renames: Rate { burst: 3, refill_ms: 300 },
            ..Limits::default()
        },
    )
}

/// Names that collide, look alike, are reserved or bad.
pub(crate) fn name_of(number: u8) -> String {
    let names = ["Ada", "ADA", "Аda", "Bob", "Вob", "Ian", "lan", "Zoë", "admin", "", "a\u{202e}b"];
    names[usize::from(number) % names.len()].to_owned()
}

/// Texts of all sizes, a few of them bad.
pub(crate) fn text_of(number: u16) -> String {
    match number % 16 {
        0 => " \n".to_owned(),
        1 => "\u{0}".to_owned(),
        2 => "long ".repeat(usize::from(number) % 300),
        _ => format!("text {number}"),
    }
}
