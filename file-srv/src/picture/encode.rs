//! Encoding, broken off as soon as the result is too large.

use std::io::{self, Write};

use image::DynamicImage;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};

use super::{Encoded, PictureError, Written};

/// Quality of a JPEG: what has been one before loses nothing that is seen.
const JPEG_QUALITY: u8 = 87;

/// The image in a format.
pub(super) fn encode(
    image: &DynamicImage,
    format: Written,
    bytes_max: u64,
) -> Result<Encoded, PictureError> {
    match format {
        Written::Jpeg => jpeg(image, bytes_max),
        Written::Png | Written::Gif => png(image, bytes_max),
    }
}

/// The image as a PNG.
pub(super) fn png(image: &DynamicImage, bytes_max: u64) -> Result<Encoded, PictureError> {
    let mut file = Capped::new(bytes_max);
    let encoder =
        PngEncoder::new_with_quality(&mut file, CompressionType::Default, FilterType::Adaptive);
    let written = image.write_with_encoder(encoder);
    file.encoded(written.is_ok(), image, Written::Png)
}

fn jpeg(image: &DynamicImage, bytes_max: u64) -> Result<Encoded, PictureError> {
    let mut file = Capped::new(bytes_max);
    let encoder = JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY);
    let written = image.write_with_encoder(encoder);
    file.encoded(written.is_ok(), image, Written::Jpeg)
}

/// Bytes that refuse to become too many.
pub(super) struct Capped {
    bytes: Vec<u8>,
    bytes_max: u64,
    full: bool,
}

impl Capped {
    pub(super) fn new(bytes_max: u64) -> Self {
        Self { bytes: Vec::new(), bytes_max, full: false }
    }

    /// The file, unless it broke off.
    pub(super) fn finish(self, written: bool) -> Result<bytes::Bytes, PictureError> {
        match (self.full, written) {
            (true, _) => Err(PictureError::TooLarge),
            (false, false) => Err(PictureError::Damaged),
            (false, true) => Ok(self.bytes.into()),
        }
    }

    fn encoded(
        self,
        written: bool,
        image: &DynamicImage,
        format: Written,
    ) -> Result<Encoded, PictureError> {
        let bytes = self.finish(written)?;
        Ok(Encoded { bytes, format, width: image.width(), height: image.height() })
    }
}

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.bytes.len() + bytes.len()) as u64 > self.bytes_max {
            self.full = true;
            return Err(io::Error::other("the image became too large"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
