//! What a room costs the router, by arithmetic.

use super::*;

/// What an allocator adds to a small piece of memory, at most.
const ALLOCATION_BYTES: usize = 16;
/// The two counters before the name in an `Arc<str>`.
const COUNTERS_BYTES: usize = 2 * size_of::<usize>();
/// The table's own byte for each place.
const CONTROL_BYTES: usize = 1;

#[test]
fn a_room_costs_at_most_200_bytes_beside_its_name() {
    // The table doubles: the worst is the number of rooms just after that.
    let place_bytes = size_of::<(Arc<str>, Placed)>() + CONTROL_BYTES;
    let cost = |rooms: usize| {
        let table: HashMap<Arc<str>, Placed> = HashMap::with_capacity(rooms);
        // At most 7 of 8 places are used.
        let places = (table.capacity() * 8).div_ceil(7).next_power_of_two();
        places * place_bytes / rooms + COUNTERS_BYTES + ALLOCATION_BYTES
    };
    let doubled = (1 << 19) * 7 / 8 + 1;
    for rooms in [doubled, 2 * doubled, ROOMS_MAX] {
        assert!(cost(rooms) <= ROOM_BYTES_MAX, "{} bytes each for {rooms}", cost(rooms));
    }
}
