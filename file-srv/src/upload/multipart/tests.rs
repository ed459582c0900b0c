//! Bodies of browsers, of other clients, and of nobody, in chunks of every size.

use proptest::prelude::*;

use super::*;

const TYPE: &str = "multipart/form-data; boundary=XX";

/// The name and the content of a body that comes in chunks of this size.
fn read(body: &[u8], chunk: usize) -> Result<(String, Vec<u8>), MultipartError> {
    let mut reader = Multipart::new(TYPE)?;
    let (mut name, mut content) = (None, Vec::new());
    for bytes in body.chunks(chunk.max(1)) {
        reader.feed(bytes);
        while let Some(piece) = reader.next()? {
            match piece {
                Piece::Name(given) => assert!(name.replace(given).is_none()),
                Piece::Content(bytes) => content.extend_from_slice(&bytes),
            }
        }
    }
    if reader.is_complete() { Ok((name.unwrap(), content)) } else { Err(MultipartError::Truncated) }
}

fn body(disposition: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("--XX\r\nContent-Disposition: form-data; {disposition}\r\n");
    [head.as_bytes(), b"Content-Type: image/png\r\n\r\n", content, b"\r\n--XX--\r\n"].concat()
}

#[test]
fn a_file_comes_out_as_it_was_in_chunks_of_every_size() {
    let content = b"\r\n--X\r\n--XY\r\n--\r\nXX--\r\n\r";
    let body = body("name=\"file\"; filename=\"a.png\"", content);
    for chunk in 1..body.len() {
        assert_eq!(read(&body, chunk), Ok(("a.png".into(), content.to_vec())), "{chunk}");
    }
}

#[test]
fn names_of_browsers_and_of_other_clients_are_read() {
    for (disposition, name) in [
        ("name=file", ""),
        ("name=file; filename=a.txt", "a.txt"),
        ("name=\"file\"; filename=\"a %22b%22.txt\"", "a \"b\".txt"),
        ("name=\"file\"; filename=\"a \\\"b\\\".txt\"", "a \"b\".txt"),
        ("name=\"file\"; filename=\"C:\\dir\\a.txt\"", "C:\\dir\\a.txt"),
        ("name=\"file\"; filename=\"100%.txt\"", "100%.txt"),
        ("name=\"file\"; filename=\"хребет.txt\"", "хребет.txt"),
        ("name=\"file\"; filename*=utf-8''%D1%8F.txt", "я.txt"),
        ("name=\"file\"; filename=\"x\"; filename*=utf-8''%D1%8F", "я"),
    ] {
        assert_eq!(read(&body(disposition, b"x"), 7), Ok((name.into(), b"x".to_vec())));
    }
}

#[test]
fn malformed_bodies_are_refused_with_the_reason() {
    let part = b"--XX\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n".as_slice();
    let long = format!("--XX\r\nX-A: {}\r\n\r\n", "a".repeat(PART_HEADER_BYTES_MAX));
    let cases: [(Vec<u8>, MultipartError); 13] = [
        (b"".to_vec(), MultipartError::Truncated),
        (b"preamble\r\n--XX\r\n".to_vec(), MultipartError::Start),
        (b"--XXX\r\n".to_vec(), MultipartError::Start),
        (b"--XX--\r\n".to_vec(), MultipartError::NoPart),
        (long.into_bytes(), MultipartError::LongHeaders),
        (b"--XX\r\nnonsense\r\n\r\n".to_vec(), MultipartError::Headers),
        (body("filename=a", b""), MultipartError::Headers),
        (body("name=file; name=file", b""), MultipartError::Headers),
        (body("name=file; filename=a; filename=b", b""), MultipartError::Headers),
        (body("name=file; filename=\"a", b""), MultipartError::Headers),
        (body("name=avatar; filename=a", b""), MultipartError::OtherPart),
        ([part, part, b"--XX--\r\n"].concat(), MultipartError::SecondPart),
        (part.to_vec(), MultipartError::Truncated),
    ];
    for (body, error) in cases {
        assert_eq!(read(&body, 5), Err(error), "{}", String::from_utf8_lossy(&body));
    }
}

#[test]
fn other_content_types_are_refused() {
    for kind in [
        "",
        "image/png",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=a; boundary=b",
        "multipart/mixed; boundary=a",
        &format!("multipart/form-data; boundary={}", "a".repeat(BOUNDARY_BYTES_MAX + 1)),
    ] {
        assert_eq!(Multipart::new(kind).err(), Some(MultipartError::ContentType), "{kind}");
    }
    assert!(Multipart::new("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"").is_ok());
}

proptest! {
    #[test]
    fn any_content_survives_any_chunks(
        content in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'-'), Just(b'X'), any::<u8>()], 0..200),
        chunk in 1..64usize,
    ) {
        prop_assume!(!content.windows(6).any(|bytes| bytes == b"\r\n--XX"));
        prop_assert_eq!(read(&body("name=file; filename=a", &content), chunk), Ok(("a".into(), content)));
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), chunk in 1..64usize) {
        let _ = read(&bytes, chunk);
        let _ = read(&[b"--XX\r\n", bytes.as_slice()].concat(), chunk);
    }
}
