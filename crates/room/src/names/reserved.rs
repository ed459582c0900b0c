//! Names that no member may have, as they would speak for the product or its operator.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::skeleton::Looks;

/// The names, in lower case.
const RESERVED: [&str; 18] = [
    "admin",
    "administrator",
    "creator",
    "everyone",
    "external-user",
    "instantchat",
    "moderator",
    "myinstantchat",
    "official",
    "operator",
    "owner",
    "room",
    "root",
    "server",
    "staff",
    "support",
    "system",
    "you",
];

/// What the reserved names look like in small letters, in capitals, and with one capital.
static LOOKS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let spellings = RESERVED.iter().flat_map(|name| {
        let (first, rest) = name.split_at(1);
        [(*name).to_owned(), name.to_uppercase(), first.to_uppercase() + rest]
    });
    spellings.flat_map(|name| letters_of(&Looks::of(&name))).collect()
});

/// Whether a name is a reserved one, or looks like one. White space and punctuation in between
/// make no difference: "A.d.m.i.n" is reserved too.
pub fn is_reserved(name: &str) -> bool {
    letters_of(&Looks::of(name)).iter().any(|look| LOOKS.contains(look))
}

/// The skeletons without white space and punctuation.
fn letters_of(looks: &Looks) -> Vec<String> {
    let letters = |look: &str| look.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    looks.iter().map(|look| letters(look)).collect()
}
