//! What a pack says that it holds. It is looked through without the rows of the database, which may know of
//! another copy only.

use std::collections::HashSet;

use flowkeep_core::ObjectHash;
use serde::Deserialize;
use zstd::zstd_safe::{find_frame_compressed_size, get_frame_content_size};

use crate::snapshots::frame::unpacked;
use crate::snapshots::pack::{LARGEST_OBJECT, LARGEST_PACK};

/// A line of the list at the end of a pack.
#[derive(Deserialize)]
struct Line {
    blake3: ObjectHash,
    offset: u64,
    bytes: u64,
}

/// Those of the wanted contents that a pack lists and gives whole, also where other parts of it are damaged.
pub(super) fn given(pack: &[u8], wanted: &HashSet<ObjectHash>) -> Vec<(ObjectHash, Vec<u8>)> {
    let frames = frames(pack);
    let Some((list, contents)) = frames.split_last() else {
        return Vec::new();
    };
    let lines = unpacked(list, LARGEST_PACK as u64).unwrap_or_default();
    let lines = lines.split(|byte| *byte == b'\n');
    let lines = lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok());
    let mut lines: Vec<Line> = lines.filter(|line| wanted.contains(&line.blake3)).collect();
    lines.sort_by_key(|line| line.offset);
    let mut lines = lines.into_iter().peekable();
    let mut found = Vec::new();
    let mut begin = 0;
    for frame in contents {
        let Some(end) = length(frame).map(|length| begin + length) else {
            break;
        };
        let mut text: Option<Vec<u8>> = None;
        while let Some(line) = lines.next_if(|line| line.offset < end) {
            let text = text
                .get_or_insert_with(|| unpacked(frame, LARGEST_OBJECT as u64).unwrap_or_default());
            let place = usize::try_from(line.offset.saturating_sub(begin)).ok();
            let bytes = usize::try_from(line.bytes).ok();
            let content = place
                .zip(bytes)
                .and_then(|(place, bytes)| text.get(place..)?.get(..bytes));
            if let Some(content) = content
                && ObjectHash::of(content) == line.blake3
            {
                found.push((line.blake3, content.to_owned()));
            }
        }
        begin = end;
    }
    found
}

/// The frames of a pack, as far as they can be told from one another.
fn frames(pack: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    let mut rest = pack;
    while !rest.is_empty()
        && let Ok(length) = find_frame_compressed_size(rest)
        && let Some((frame, more)) = rest.split_at_checked(length)
    {
        frames.push(frame);
        rest = more;
    }
    frames
}

/// How long a frame is unpacked, as it says itself.
fn length(frame: &[u8]) -> Option<u64> {
    get_frame_content_size(frame).ok().flatten()
}
