//! Images of every kind, and bombs.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;
use crate::limits::FRAMES_MAX;

fn opaque(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x * 7 % 256) as u8, (y * 5 % 256) as u8, 200])
    }))
}

fn transparent(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, |x, y| {
        Rgba([(x % 256) as u8, (y % 256) as u8, 60, if x < width / 2 { 90 } else { 255 }])
    }))
}

fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn attach(file: &[u8]) -> Result<Picture, PictureError> {
    let format = Format::of(file).ok_or(PictureError::Damaged)?;
    attachment(file, format, &ImageConfig::default(), 8 << 20)
}

/// A PNG whose header announces a size, with pixels that are not there.
fn announced_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = file(&opaque(1, 1), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}

fn animation(frames: u16, width: u16, height: u16) -> Vec<u8> {
    let palette = [0, 0, 0, 255, 0, 0];
    let mut bytes = Vec::new();
    let mut encoder = ::gif::Encoder::new(&mut bytes, width, height, &palette).unwrap();
    encoder.set_repeat(::gif::Repeat::Infinite).unwrap();
    let comment = [b"secret comment".as_slice()];
    encoder.write_raw_extension(::gif::AnyExtension(0xfe), &comment).unwrap();
    let pixels = vec![1; usize::from(width) * usize::from(height)];
    for number in 0..frames {
        let frame = ::gif::Frame {
            width,
            height,
            delay: number,
            buffer: pixels.as_slice().into(),
            ..::gif::Frame::default()
        };
        encoder.write_frame(&frame).unwrap();
    }
    drop(encoder);
    bytes
}

#[test]
fn each_format_becomes_what_it_should() {
    for (format, image, written) in [
        (ImageFormat::Png, opaque(30, 20), Written::Png),
        (ImageFormat::Png, transparent(30, 20), Written::Png),
        (ImageFormat::Jpeg, opaque(30, 20), Written::Jpeg),
        (ImageFormat::WebP, opaque(30, 20), Written::Jpeg),
        (ImageFormat::WebP, transparent(30, 20), Written::Png),
        (ImageFormat::Gif, opaque(30, 20), Written::Gif),
    ] {
        let picture = attach(&file(&image, format)).unwrap();
        let Encoded { bytes, format: actual, width, height } = picture.encoded;
        assert_eq!((actual, width, height), (written, 30, 20), "{format:?}");
        let expected = ImageFormat::from_mime_type(actual.media_type());
        assert_eq!(image::guess_format(&bytes).ok(), expected);
        assert!(picture.thumbnail.is_none());
    }
}

#[test]
fn a_drawing_keeps_every_pixel() {
    let image = transparent(64, 48);
    let picture = drawing(&file(&image, ImageFormat::Png), &ImageConfig::default(), 1 << 20);
    let stored = image::load_from_memory(&picture.unwrap().encoded.bytes).unwrap();
    assert_eq!(stored.to_rgba8(), image.to_rgba8());
}

#[test]
fn sixteen_bits_a_channel_become_eight() {
    let image = DynamicImage::ImageRgba16(transparent(9, 9).to_rgba16());
    let picture = attach(&file(&image, ImageFormat::Png)).unwrap();
    let stored = image::load_from_memory(&picture.encoded.bytes).unwrap();
    assert_eq!(stored.color(), image::ColorType::Rgba8);
}

#[test]
fn metadata_and_trailing_bytes_are_left_behind() {
    // An EXIF block that turns the image by a quarter, and holds a place.
    let exif = b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\
        \x00\x00\x00\x00GPS 46.5 N 7.9 E";
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new(&mut jpeg);
    encoder.set_exif_metadata(exif.to_vec()).unwrap();
    opaque(30, 20).write_with_encoder(encoder).unwrap();
    jpeg.extend_from_slice(b"<script>alert(1)</script>");
    assert!(contains(&jpeg, b"GPS"));
    let Encoded { bytes, width, height, .. } = attach(&jpeg).unwrap().encoded;
    assert_eq!((width, height), (20, 30));
    assert!(!contains(&bytes, b"GPS") && !contains(&bytes, b"Exif"));
    assert!(!contains(&bytes, b"script"));
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[test]
fn a_large_image_has_a_thumbnail_of_its_shape() {
    let picture = attach(&file(&opaque(1_600, 400), ImageFormat::Jpeg)).unwrap();
    let small = picture.thumbnail.unwrap();
    assert_eq!((small.width, small.height, small.format), (800, 200, Written::Jpeg));
    let picture = attach(&file(&opaque(801, 640), ImageFormat::Jpeg)).unwrap();
    assert!(picture.thumbnail.is_some());
    let picture = attach(&file(&opaque(800, 640), ImageFormat::Jpeg)).unwrap();
    assert!(picture.thumbnail.is_none());
}

#[test]
fn an_animation_keeps_its_frames_and_loses_its_comments() {
    let original = animation(3, 20, 10);
    assert!(contains(&original, b"secret"));
    let picture = attach(&original).unwrap();
    assert!(!contains(&picture.encoded.bytes, b"secret"));
    let mut decoder = ::gif::Decoder::new(&picture.encoded.bytes[..]).unwrap();
    let mut delays = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        delays.push(frame.delay);
    }
    assert_eq!(delays, [0, 1, 2]);
    assert_eq!(decoder.repeat(), ::gif::Repeat::Infinite);
}

#[test]
fn animations_beyond_their_limits_are_refused() {
    let many = animation(u16::try_from(FRAMES_MAX).unwrap() + 1, 1, 1);
    assert!(matches!(attach(&many), Err(PictureError::TooLarge)));
    let limits = ImageConfig { pixels_max: 100, ..ImageConfig::default() };
    let wide = animation(1, 20, 10);
    let refused = attachment(&wide, Format::Gif, &limits, 8 << 20);
    assert!(matches!(refused, Err(PictureError::TooLarge)));
}

#[test]
fn bombs_are_refused_by_their_headers() {
    for (width, height) in [(50_000, 50_000), (16_385, 1), (1, 16_385), (8_000, 8_000)] {
        let bomb = announced_png(width, height);
        assert!(matches!(attach(&bomb), Err(PictureError::TooLarge)), "{width}x{height}");
        let drawn = drawing(&bomb, &ImageConfig::default(), 8 << 20);
        assert!(matches!(drawn, Err(PictureError::TooLarge)));
    }
    let mut gif = animation(1, 1, 1);
    gif[6..10].copy_from_slice(&[0xff; 4]);
    assert!(matches!(attach(&gif), Err(PictureError::TooLarge)));
}

#[test]
fn damaged_images_are_refused() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif] {
        let mut bytes = file(&opaque(60, 60), format);
        bytes.truncate(40);
        assert!(matches!(attach(&bytes), Err(PictureError::Damaged)), "{format:?}");
    }
    assert!(matches!(attach(b"GIF89a"), Err(PictureError::Damaged)));
    assert!(Format::of(b"<svg xmlns='http://www.w3.org/2000/svg'/>").is_none());
}

#[test]
fn a_result_that_is_too_large_gets_fewer_pixels_or_is_refused() {
    let mut state = 1u32;
    let noise = DynamicImage::ImageRgb8(RgbImage::from_fn(400, 400, |_, _| {
        // Xorshift: no filter finds anything in it.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        Rgb([(state >> 8) as u8, (state >> 16) as u8, (state >> 24) as u8])
    }));
    let png = file(&noise, ImageFormat::Png);
    assert!(png.len() > 400_000);
    let limits = ImageConfig::default();
    let refused = drawing(&png, &limits, 100_000);
    assert!(matches!(refused, Err(PictureError::TooLarge)));
    let reduced = attachment(&png, Format::Png, &limits, 400_000).unwrap();
    assert_eq!(reduced.encoded.format, Written::Jpeg);
    assert!(reduced.encoded.bytes.len() <= 400_000);
    assert!(matches!(attachment(&png, Format::Png, &limits, 10), Err(PictureError::TooLarge)));
}

#[test]
fn a_miniature_is_small() {
    let Encoded { width, height, .. } =
        miniature(&file(&opaque(1_200, 630), ImageFormat::Png), &ImageConfig::default(), 400)
            .unwrap();
    assert_eq!((width, height), (400, 210));
}
