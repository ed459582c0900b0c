//! Friendly names for members who chose none: "Calm Otter".

/// What the animals are like.
const ADJECTIVES: [&str; 60] = [
    "Amber", "Ample", "Apt", "Blithe", "Bold", "Brave", "Breezy", "Bright", "Brisk", "Calm",
    "Candid", "Cheery", "Civil", "Clever", "Cosy", "Curious", "Dapper", "Daring", "Deft", "Eager",
    "Early", "Easy", "Fair", "Fleet", "Fond", "Frank", "Gentle", "Glad", "Golden", "Grand",
    "Happy", "Hardy", "Honest", "Humble", "Jolly", "Jovial", "Keen", "Kind", "Lively", "Lucid",
    "Lucky", "Mellow", "Merry", "Mild", "Nimble", "Noble", "Patient", "Plucky", "Polite", "Proud",
    "Quick", "Quiet", "Rosy", "Serene", "Silver", "Spry", "Steady", "Sunny", "Warm", "Witty",
];

/// The animals.
const ANIMALS: [&str; 100] = [
    "Alpaca",
    "Antelope",
    "Auk",
    "Avocet",
    "Badger",
    "Beaver",
    "Bee",
    "Bison",
    "Bittern",
    "Bobcat",
    "Bunting",
    "Camel",
    "Caribou",
    "Cat",
    "Chamois",
    "Cheetah",
    "Chough",
    "Condor",
    "Coot",
    "Cormorant",
    "Corgi",
    "Crane",
    "Cricket",
    "Curlew",
    "Deer",
    "Dolphin",
    "Dove",
    "Dunlin",
    "Eagle",
    "Egret",
    "Eider",
    "Elk",
    "Ermine",
    "Falcon",
    "Fawn",
    "Ferret",
    "Finch",
    "Fox",
    "Gannet",
    "Gazelle",
    "Gecko",
    "Goshawk",
    "Grebe",
    "Grouse",
    "Hare",
    "Hawk",
    "Hedgehog",
    "Heron",
    "Hoopoe",
    "Ibex",
    "Ibis",
    "Jackdaw",
    "Jay",
    "Kestrel",
    "Kingfisher",
    "Kite",
    "Koala",
    "Lark",
    "Lemur",
    "Linnet",
    "Lion",
    "Llama",
    "Lynx",
    "Magpie",
    "Mallard",
    "Marmot",
    "Marten",
    "Merlin",
    "Moose",
    "Newt",
    "Nuthatch",
    "Ocelot",
    "Oriole",
    "Osprey",
    "Otter",
    "Owl",
    "Panda",
    "Petrel",
    "Pika",
    "Plover",
    "Puffin",
    "Quail",
    "Quokka",
    "Rabbit",
    "Raven",
    "Robin",
    "Seal",
    "Serval",
    "Siskin",
    "Sparrow",
    "Starling",
    "Stoat",
    "Stork",
    "Swallow",
    "Swan",
    "Swift",
    "Tern",
    "Thrush",
    "Wombat",
    "Wren",
];

/// Draws without a number, before numbers are added.
const PLAIN_DRAWS: u64 = 16;
/// Draws with a random number. Of a room's 20,000 members, not one is likely to need the second.
const NUMBERED_DRAWS: u64 = 64;

/// The first of a series of names, fixed by `entropy`, that `is_free` accepts.
pub(crate) fn draw(entropy: u64, is_free: impl Fn(&str) -> bool) -> String {
    let plain = (0..PLAIN_DRAWS).map(|round| pair(mix(entropy, round)));
    let numbered = (0..NUMBERED_DRAWS).map(|round| {
        let bits = mix(entropy, PLAIN_DRAWS + round);
        format!("{} {}", pair(bits), 2 + (bits >> 32) % 9_998)
    });
    // Some number is free, as a room knows finitely many names.
    let counted = (10_000_u64..).map(|number| format!("{} {number}", pair(entropy)));
    plain.chain(numbered).chain(counted).find(|name| is_free(name)).unwrap_or_default()
}

/// An adjective and an animal.
fn pair(bits: u64) -> String {
    let (adjectives, animals) = (ADJECTIVES.len() as u64, ANIMALS.len() as u64);
    let adjective = ADJECTIVES[(bits % adjectives) as usize];
    let animal = ANIMALS[(bits / adjectives % animals) as usize];
    format!("{adjective} {animal}")
}

/// One step of SplitMix64, which spreads equal and small numbers well.
fn mix(entropy: u64, round: u64) -> u64 {
    let mut bits = entropy.wrapping_add((round + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}
