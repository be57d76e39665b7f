//! How an own copy of a session stands, told by what is written down of its files: what is kept of them is not read.

use std::path::{Path, PathBuf};

use flowkeep_core::Sha256;
use flowkeep_core::configuration::ConfigPath;
use flowkeep_host::{EntryFiles, EntryKind};
use flowkeep_store::ConfigEntry;

use crate::snapshots::TakeError;
use crate::snapshots::overlay::{held, holds_mask};

/// An own copy of a session beside the snapshot it came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyStand {
    /// Where it is.
    pub place: PathBuf,
    /// The files whose keys are not kept and that are what they were: their checksum says so.
    pub filled: Vec<ConfigPath>,
    /// Those of them that are not, and in which nothing stands for a key any more.
    pub filled_otherwise: Vec<ConfigPath>,
    /// Those in which something stands for a key.
    pub masked: Vec<ConfigPath>,
    /// The files of the snapshot that are not in it.
    pub gone: Vec<ConfigPath>,
}

/// Looks at a copy. Of files without keys it is only seen whether they are there.
///
/// # Errors
/// What the disk says.
pub fn copy_stand(
    files: &dyn EntryFiles,
    place: &Path,
    entries: &[ConfigEntry],
) -> Result<CopyStand, TakeError> {
    let mut stand = CopyStand {
        place: place.to_owned(),
        ..CopyStand::default()
    };
    for entry in entries {
        let path = &entry.path;
        if entry.masked.is_none() {
            let whole = place.join(path.as_str());
            let there = files.entry(&whole).map_err(TakeError::at(&whole));
            // Below what is no folder any more there is nothing.
            if !there.is_ok_and(|there| there.is_some_and(|one| one.kind == EntryKind::File)) {
                stand.gone.push(path.clone());
            }
            continue;
        }
        let told = match held(files, place, path)? {
            None => &mut stand.gone,
            Some(content) if Sha256::of(&content) == entry.sha256 => &mut stand.filled,
            Some(content) if holds_mask(&content) => &mut stand.masked,
            Some(_) => &mut stand.filled_otherwise,
        };
        told.push(path.clone());
    }
    Ok(stand)
}
