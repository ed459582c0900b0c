//! GIF: the frames are unpacked and packed again with their own palettes, which loses nothing,
//! costs little, and leaves comments, extensions and trailing bytes behind.

use std::num::NonZeroU64;

use gif::{ColorOutput, DecodeOptions, Decoder, Encoder, MemoryLimit};

use super::encode::Capped;
use super::{Encoded, PictureError, Written};
use crate::config::ImageConfig;
use crate::limits::{FRAME_PIXELS_MAX, FRAMES_MAX};

/// The GIF, written anew.
pub(super) fn rewrite(
    file: &[u8],
    limits: &ImageConfig,
    bytes_max: u64,
) -> Result<Encoded, PictureError> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.check_frame_consistency(true);
    let memory = NonZeroU64::new(limits.pixels_max).unwrap_or(NonZeroU64::MIN);
    options.set_memory_limit(MemoryLimit::Bytes(memory));
    let mut decoder = options.read_info(file).map_err(|_| PictureError::Damaged)?;
    let (width, height) = (decoder.width(), decoder.height());
    let mut packed = Capped::new(bytes_max);
    let written = match copy_frames(&mut decoder, &mut packed) {
        Err(PictureError::TooLarge) => return Err(PictureError::TooLarge),
        result => result.is_ok(),
    };
    let bytes = packed.finish(written)?;
    Ok(Encoded { bytes, format: Written::Gif, width: width.into(), height: height.into() })
}

fn copy_frames(decoder: &mut Decoder<&[u8]>, packed: &mut Capped) -> Result<(), PictureError> {
    let palette = decoder.global_palette().unwrap_or_default().to_vec();
    let mut encoder = Encoder::new(packed, decoder.width(), decoder.height(), &palette)
        .map_err(|_| PictureError::Damaged)?;
    let (mut frames, mut pixels) = (0, 0);
    // A file that breaks off in its middle shows what came before, as in a browser.
    while let Ok(Some(frame)) = decoder.read_next_frame() {
        frames += 1;
        pixels += u64::from(frame.width) * u64::from(frame.height);
        if frames > FRAMES_MAX || pixels > FRAME_PIXELS_MAX {
            return Err(PictureError::TooLarge);
        }
        let mut frame = frame.clone();
        // The pixels are in order of rows by now.
        frame.interlaced = false;
        frame.needs_user_input = false;
        if frames == 1 {
            // How often it repeats stands before the first frame.
            encoder.set_repeat(decoder.repeat()).map_err(|_| PictureError::Damaged)?;
        }
        encoder.write_frame(&frame).map_err(|_| PictureError::Damaged)?;
    }
    if frames == 0 {
        return Err(PictureError::Damaged);
    }
    Ok(())
}
