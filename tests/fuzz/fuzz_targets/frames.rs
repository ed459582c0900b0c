//! Any text is a frame or is refused; a frame means the same when it is written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::frame::{ClientFrame, ServerFrame};

fuzz_target!(|text: &str| {
    if let Ok(frame) = ClientFrame::decode(text) {
        assert_eq!(ClientFrame::decode(&frame.encode()), Ok(frame));
    }
    if let Ok(frame) = ServerFrame::decode(text) {
        let mut buffer = Vec::new();
        frame.encode(&mut buffer);
        let written = std::str::from_utf8(&buffer).expect("JSON is UTF-8");
        assert_eq!(ServerFrame::decode(written).expect("a frame of ours"), frame);
    }
});
