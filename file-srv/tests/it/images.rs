//! Images that tests upload, made on the spot.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

/// A PNG with an alpha channel that is used.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let image = RgbaImage::from_fn(width, height, |x, y| {
        Rgba([(x % 256) as u8, (y % 256) as u8, 60, if x < width / 2 { 90 } else { 255 }])
    });
    encoded(&image.into(), ImageFormat::Png)
}

/// A JPEG.
pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(&opaque(width, height), ImageFormat::Jpeg)
}

/// A WebP without an alpha channel.
pub(crate) fn webp(width: u32, height: u32) -> Vec<u8> {
    encoded(&opaque(width, height), ImageFormat::WebP)
}

/// A PNG whose header announces a size, with one pixel.
pub(crate) fn announced_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = encoded(&opaque(1, 1), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// A GIF whose header announces a size, with one frame of one pixel.
pub(crate) fn announced_gif(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = animation(1);
    bytes[6..8].copy_from_slice(&width.to_le_bytes());
    bytes[8..10].copy_from_slice(&height.to_le_bytes());
    bytes
}

/// A GIF with so many frames of one pixel.
pub(crate) fn animation(frames: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = gif::Encoder::new(&mut bytes, 1, 1, &[0, 0, 0, 255, 0, 0]).unwrap();
    for _ in 0..frames {
        let pixels = [1].as_slice().into();
        let frame = gif::Frame { width: 1, height: 1, buffer: pixels, ..gif::Frame::default() };
        encoder.write_frame(&frame).unwrap();
    }
    drop(encoder);
    bytes
}

/// A PNG of 128 by 128 pixels in two colours, one bit each, not compressed.
pub(crate) fn noise_of_two_colours() -> Vec<u8> {
    let mut state = 1u32;
    let mut rows = Vec::new();
    for at in 0..128 * 17 {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        // A row begins with its filter: none.
        rows.push(if at % 17 == 0 { 0 } else { (state >> 8) as u8 });
    }
    let length = rows.len() as u16;
    let stored = [&[0x78, 0x01, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes()].concat();
    let pixels = [&stored[..], &rows, &adler32(&rows).to_be_bytes()].concat();
    let header = [&128u32.to_be_bytes()[..], &128u32.to_be_bytes(), &[1, 3, 0, 0, 0]].concat();
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [
        (b"IHDR", header),
        (b"PLTE", vec![1, 2, 3, 200, 100, 50]),
        (b"IDAT", pixels),
        (b"IEND", vec![]),
    ] {
        let chunk = [&kind[..], &content].concat();
        bytes.extend_from_slice(&(content.len() as u32).to_be_bytes());
        bytes.extend_from_slice(&chunk);
        bytes.extend_from_slice(&crc32(&chunk).to_be_bytes());
    }
    bytes
}

fn adler32(bytes: &[u8]) -> u32 {
    let sums = bytes.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    sums.1 << 16 | sums.0
}

fn opaque(width: u32, height: u32) -> DynamicImage {
    let image =
        RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, 200]));
    image.into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}
