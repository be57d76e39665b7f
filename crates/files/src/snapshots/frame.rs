//! zstd frames, of which packs and trees are made.

use std::io::{self, Read as _};

use zstd::bulk::Compressor;
use zstd::stream::read::Decoder;
use zstd::zstd_safe::{CParameter, compress_bound};

/// How hard is tried to make things small: configurations become a tenth smaller than at zstd's own 3, and
/// nothing to speak of beyond.
const LEVEL: i32 = 6;

/// What makes frames.
pub(super) fn compressor() -> io::Result<Compressor<'static>> {
    let mut compressor = Compressor::new(LEVEL)?;
    // Whoever has `zstd -t` sees damage without Flowkeep.
    compressor.set_parameter(CParameter::ChecksumFlag(true))?;
    Ok(compressor)
}

/// How long the frame of so many bytes can become.
pub(super) fn longest(bytes: usize) -> usize {
    compress_bound(bytes)
}

/// What is in a frame; nothing where it is damaged or holds more than this.
pub(super) fn unpacked(packed: &[u8], limit: u64) -> Option<Vec<u8>> {
    let decoder = Decoder::with_buffer(packed).ok()?.single_frame();
    let mut frame = Vec::new();
    match decoder.take(limit + 1).read_to_end(&mut frame) {
        Ok(read) if read as u64 <= limit => Some(frame),
        _ => None,
    }
}
