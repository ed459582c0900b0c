//! Random input. proptest prints the seed of a failure and shrinks it.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::transport::websocket::decode_any_bytes;

/// Frames that are mostly right, so that random streams get far.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        8 => prop::sample::select(vec![
            FIN | TEXT, FIN | BINARY, TEXT, BINARY, CONTINUATION, FIN | CONTINUATION,
            FIN | PING, FIN | PONG,
        ]),
        1 => any::<u8>(),
    ];
    let payload = prop_oneof![
        "\\PC{0,60}".prop_map(String::into_bytes),
        vec(any::<u8>(), 0..60),
        vec(Just(b'x'), 120..130),
    ];
    vec((first, payload), 0..8).prop_map(|frames| {
        frames.iter().flat_map(|(first, payload)| client_frame(*first, payload)).collect()
    })
}

proptest! {
    #[test]
    fn any_bytes_never_panic(bytes in vec(any::<u8>(), 0..300)) {
        decode_any_bytes(&bytes);
    }

    #[test]
    fn any_cut_of_a_stream_decodes_alike(bytes in stream(), cuts in vec(1_usize..40, 1..20)) {
        let limits = Limits { message_bytes_max: 200 };
        let whole = decode_pieces(limits, [&bytes[..]]);
        let mut pieces = Vec::new();
        let mut rest = &bytes[..];
        for cut in cuts.iter().cycle() {
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            pieces.push(piece);
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        let (messages, error) = decode_pieces(limits, pieces);
        prop_assert_eq!(&messages, &whole.0);
        prop_assert_eq!(error, whole.1);
    }
}
