//! The WebSocket decoder survives any bytes.
#![no_main]

use backend::transport::websocket::decode_any_bytes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| decode_any_bytes(data));
