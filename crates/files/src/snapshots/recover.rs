//! Clearing away what was broken off while a snapshot was taken. Nothing of it counted.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_host::{EntryFiles, EntryKind};
use ulid::Ulid;

use super::manifest::{SESSIONS, TREES};
use super::moving::kept_bytes;
use super::pack::OBJECTS;
use super::workshop::PARTIAL;
use super::{TakeError, Workshop};

/// How deep the files of the store lie.
const DEPTH: usize = 3;

/// Removes what is unfinished in the store, unless somebody is at work there or nothing was broken off;
/// answers how many files.
///
/// # Errors
/// [`TakeError::Io`]; what is left then is looked for again.
pub fn recover(workshop: &Workshop) -> Result<u32, TakeError> {
    let files = workshop.files.as_ref();
    if !workshop.is_there() || !is_marked(files, &workshop.dir)? {
        return Ok(0);
    }
    let _lock = match workshop.alone() {
        Err(TakeError::Busy) => return Ok(0),
        lock => lock?,
    };
    let mut removed = 0;
    // The marks go last: while one is there, this is done again.
    for folder in folders(files, &workshop.dir)? {
        removed += clear(files, &folder, DEPTH - 1)?;
    }
    removed += clear(files, &workshop.dir, 0)?;
    Ok(removed)
}

/// Bytes of all finished files of the store. What somebody else put there does not count.
///
/// # Errors
/// [`TakeError::Io`].
pub fn stored_bytes(workshop: &Workshop) -> Result<u64, TakeError> {
    if !workshop.is_there() {
        return Ok(0);
    }
    kept_bytes(workshop)
}

fn is_marked(files: &dyn EntryFiles, dir: &Path) -> Result<bool, TakeError> {
    match files.entries(dir) {
        Ok(entries) => Ok(entries.iter().any(|entry| is_partial(&entry.name))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(TakeError::at(dir)(error)),
    }
}

/// Whether a file of the store is called so while it is written. A chosen folder may hold what ends in the same way and
/// is somebody else's.
pub(super) fn is_partial(name: &OsStr) -> bool {
    let name = name.to_str().and_then(|name| name.strip_suffix(PARTIAL));
    name.is_some_and(|id| id.parse::<Ulid>().is_ok())
}

fn folders(files: &dyn EntryFiles, dir: &Path) -> Result<Vec<PathBuf>, TakeError> {
    let entries = files.entries(dir).map_err(TakeError::at(dir))?;
    let is_ours = |name: &OsStr| [OBJECTS, TREES, SESSIONS].iter().any(|kind| name == *kind);
    let folders = entries
        .into_iter()
        .filter(|entry| entry.kind == EntryKind::Folder && is_ours(&entry.name));
    Ok(folders.map(|entry| dir.join(entry.name)).collect())
}

/// Removes unfinished files in a folder and in so many below it.
fn clear(files: &dyn EntryFiles, dir: &Path, depth: usize) -> Result<u32, TakeError> {
    let mut removed = 0;
    for entry in files.entries(dir).map_err(TakeError::at(dir))? {
        let path = dir.join(&entry.name);
        match entry.kind {
            EntryKind::File if is_partial(&entry.name) => {
                files.remove_file(&path).map_err(TakeError::at(&path))?;
                removed += 1;
            }
            EntryKind::Folder if depth > 0 => removed += clear(files, &path, depth - 1)?,
            _ => {}
        }
    }
    Ok(removed)
}
