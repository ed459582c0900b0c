//! Images: recognised by content, decoded within limits, written anew without metadata.
//!
//! What comes out was written by our encoders from pixels: no EXIF, no comments, no profile, no
//! trailing bytes. PNG stays PNG and JPEG stays JPEG; WebP becomes JPEG, or PNG where it is
//! transparent; a GIF keeps its frames, other animations their first one. All of this runs on
//! `workers`, never on the threads that serve.

mod decode;
mod encode;
mod gif;

use image::DynamicImage;

use crate::config::ImageConfig;
use crate::limits::{PREVIEW_BYTES_MAX, REDUCED_SIDE, THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH};

/// The formats that are decoded. Any other is no image to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Png,
    Jpeg,
    Gif,
    WebP,
}

/// The formats that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Png,
    Jpeg,
    Gif,
}

/// An image in our own encoding.
#[derive(Debug)]
pub(crate) struct Picture {
    /// The file.
    pub(crate) encoded: Encoded,
    /// A smaller one, unless the image is small itself.
    pub(crate) thumbnail: Option<Encoded>,
}

/// An encoded image.
#[derive(Clone, Debug)]
pub(crate) struct Encoded {
    pub(crate) bytes: bytes::Bytes,
    pub(crate) format: Written,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Why an image is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    /// It cannot be decoded.
    #[error("the image is damaged")]
    Damaged,
    /// It has more pixels, frames or bytes than may be.
    #[error("the image has more pixels, frames or bytes than may be")]
    TooLarge,
}

impl Format {
    /// The format of a file by its first bytes.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        match image::guess_format(head).ok()? {
            image::ImageFormat::Png => Some(Self::Png),
            image::ImageFormat::Jpeg => Some(Self::Jpeg),
            image::ImageFormat::Gif => Some(Self::Gif),
            image::ImageFormat::WebP => Some(Self::WebP),
            _ => None,
        }
    }
}

impl Written {
    /// The media type.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
        }
    }

    /// The ending of a name.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
        }
    }
}

/// A drawing: a PNG that stays as large as it is, `bytes_max` at most once it is written anew.
pub(crate) fn drawing(
    file: &[u8],
    limits: &ImageConfig,
    bytes_max: u64,
) -> Result<Picture, PictureError> {
    let image = decode::decode(file, Format::Png, limits)?;
    let encoded = encode::png(&image, bytes_max)?;
    Ok(Picture { encoded, thumbnail: thumbnail(&image, Written::Png)? })
}

/// An attached image. One that is larger than `bytes_max` once it is written anew gets fewer
/// pixels, as a camera's picture is worth more than a refusal.
pub(crate) fn attachment(
    file: &[u8],
    format: Format,
    limits: &ImageConfig,
    bytes_max: u64,
) -> Result<Picture, PictureError> {
    let image = decode::decode(file, format, limits)?;
    if format == Format::Gif {
        let encoded = gif::rewrite(file, limits, bytes_max)?;
        return Ok(Picture { encoded, thumbnail: thumbnail(&image, Written::Png)? });
    }
    let written = match format {
        Format::Png => Written::Png,
        _ if image.color().has_alpha() => Written::Png,
        _ => Written::Jpeg,
    };
    let encoded = match encode::encode(&image, written, bytes_max) {
        Err(PictureError::TooLarge) => reduced(&image, bytes_max)?,
        other => other?,
    };
    let thumbnail = thumbnail(&image, opaque_as_jpeg(&image))?;
    Ok(Picture { encoded, thumbnail })
}

/// The picture of a preview: `side_max` pixels wide and high at most.
pub(crate) fn miniature(
    file: &[u8],
    limits: &ImageConfig,
    side_max: u32,
) -> Result<Encoded, PictureError> {
    let format = Format::of(file).ok_or(PictureError::Damaged)?;
    let image = decode::decode(file, format, limits)?;
    let fits = image.width() <= side_max && image.height() <= side_max;
    let image = if fits { image } else { image.thumbnail(side_max, side_max) };
    encode::encode(&image, opaque_as_jpeg(&image), PREVIEW_BYTES_MAX)
}

fn reduced(image: &DynamicImage, bytes_max: u64) -> Result<Encoded, PictureError> {
    let side = REDUCED_SIDE.min(image.width().max(image.height()));
    let smaller = image.thumbnail(side, side);
    encode::encode(&smaller, opaque_as_jpeg(&smaller), bytes_max)
}

fn thumbnail(image: &DynamicImage, written: Written) -> Result<Option<Encoded>, PictureError> {
    if image.width() <= THUMBNAIL_WIDTH && image.height() <= THUMBNAIL_HEIGHT {
        return Ok(None);
    }
    let small = image.thumbnail(THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT);
    encode::encode(&small, written, u64::MAX).map(Some)
}

fn opaque_as_jpeg(image: &DynamicImage) -> Written {
    if image.color().has_alpha() { Written::Png } else { Written::Jpeg }
}

#[cfg(test)]
mod tests;
