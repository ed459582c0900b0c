//! Decoding within limits.

use std::io::Cursor;

use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::{Format, PictureError};
use crate::config::ImageConfig;

/// The image, upright, with 8 bits a channel, and without an alpha channel that says nothing.
/// Its size is judged by its header, before anything is reserved for its pixels.
pub(super) fn decode(
    file: &[u8],
    format: Format,
    limits: &ImageConfig,
) -> Result<DynamicImage, PictureError> {
    let mut reader = ImageReader::with_format(Cursor::new(file), of_library(format));
    let mut bounds = Limits::default();
    bounds.max_image_width = Some(limits.side_max);
    bounds.max_image_height = Some(limits.side_max);
    bounds.max_alloc = Some(limits.memory_bytes_max);
    reader.limits(bounds.clone());
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if width > limits.side_max
        || height > limits.side_max
        || pixels > limits.pixels_max
        || decoder.total_bytes() > limits.memory_bytes_max
    {
        return Err(PictureError::TooLarge);
    }
    if pixels == 0 {
        return Err(PictureError::Damaged);
    }
    decoder.set_limits(bounds).map_err(refusal)?;
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(refusal)?;
    image.apply_orientation(orientation);
    Ok(plain(image))
}

/// 8 bits a channel, alpha only where a pixel is not opaque.
fn plain(image: DynamicImage) -> DynamicImage {
    let image = match image.color() {
        ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8 => image,
        ColorType::L16 => DynamicImage::ImageLuma8(image.into_luma8()),
        ColorType::Rgb16 | ColorType::Rgb32F => DynamicImage::ImageRgb8(image.into_rgb8()),
        _ => DynamicImage::ImageRgba8(image.into_rgba8()),
    };
    let opaque = match &image {
        DynamicImage::ImageRgba8(pixels) => pixels.pixels().all(|pixel| pixel.0[3] == u8::MAX),
        DynamicImage::ImageLumaA8(pixels) => pixels.pixels().all(|pixel| pixel.0[1] == u8::MAX),
        _ => return image,
    };
    if opaque { DynamicImage::ImageRgb8(image.into_rgb8()) } else { image }
}

fn of_library(format: Format) -> ImageFormat {
    match format {
        Format::Png => ImageFormat::Png,
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Gif => ImageFormat::Gif,
        Format::WebP => ImageFormat::WebP,
    }
}

fn refusal(error: image::ImageError) -> PictureError {
    match error {
        image::ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::Damaged,
    }
}
