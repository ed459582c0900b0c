//! The ring is that of `consistent_hash`.

use consistent_hash::{Node, StaticHashRing};

use super::*;

#[test]
fn the_order_is_that_of_the_ring_of_consistent_hash() {
    let names: Vec<_> = (0..20).map(|n| BackendName::new(&format!("b{n}"))).collect();
    let ring = Ring::new(names.iter().zip(0..));
    let nodes = names.iter().map(|name| Node::new(name).quantity(POINTS));
    let theirs = StaticHashRing::new(DefaultHash, nodes);
    for room in (0..200).map(|n| format!("room-{n}")) {
        let expected: Vec<_> =
            theirs.calc_candidates(&room.as_str()).map(|node| node.key).collect();
        let mut seen = Vec::new();
        while let Some(next) = ring.nearest(&room, |number| !seen.contains(&number)) {
            seen.push(next);
        }
        let ours: Vec<_> = seen.iter().map(|number| &names[*number as usize]).collect();
        assert_eq!(ours, expected);
    }
}
