//! Any text is a room's name or is refused; a name means itself and is safe in a path.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::RoomName;

fuzz_target!(|text: &str| {
    if let Ok(name) = RoomName::parse(text) {
        assert_eq!(RoomName::parse(name.as_str()).as_ref(), Ok(&name));
        let chars = name.as_str().chars().count();
        assert!((RoomName::CHARS_MIN..=RoomName::CHARS_MAX).contains(&chars));
        let unsafe_in_a_path = |c: char| "/\\?#%\"<>".contains(c) || c.is_control();
        assert!(!name.as_str().contains(unsafe_in_a_path));
    }
});
