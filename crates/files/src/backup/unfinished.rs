//! What a broken-off backup leaves: a folder that ends in `.partial`. It is offered for clean-up,
//! never taken for a backup.

use std::path::{Path, PathBuf};

use chrono::DateTime;
use flowkeep_core::OperationId;
use flowkeep_host::{FileLock, Files, Folder, LockError};

use super::manifest::{MANIFEST, read_header};
use crate::FilesError;

/// A broken-off backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Its folder.
    pub folder: PathBuf,
    /// When it was begun, as its name says: `YYYYMMDD-HHMMSS` in local time.
    pub started: String,
}

const PREFIX: &str = "flowkeep-backup-";
const SUFFIX: &str = ".partial";

/// Whether a process is writing this backup right now: it holds a lock on the manifest for as long.
fn is_busy(folder: &Path) -> bool {
    ["manifest.json.partial", MANIFEST]
        .iter()
        .map(|name| folder.join(name))
        .filter(|path| path.is_file())
        .any(|path| matches!(FileLock::try_take(&path), Err(LockError::Held)))
}

/// The broken-off backups in a folder in which backups are made; none where it cannot be read.
pub fn unfinished_in(folder: &Path) -> Vec<Unfinished> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let started = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.to_owned();
            if is_busy(&entry.path()) {
                return None;
            }
            Some(Unfinished {
                folder: entry.path(),
                started,
            })
        })
        .collect();
    found.sort_by(|a, b| a.folder.cmp(&b.folder));
    found
}

/// Removes a broken-off backup. Refuses anything whose name does not say that it is one.
///
/// # Errors
/// [`FilesError::NothingThere`] for any other folder; what the system says.
pub fn remove_unfinished(files: &dyn Files, folder: &Path) -> Result<(), FilesError> {
    let known = folder.parent().is_some_and(|above| {
        unfinished_in(above)
            .iter()
            .any(|unfinished| unfinished.folder == folder)
    });
    if !known {
        return Err(FilesError::NothingThere(folder.to_owned()));
    }
    files.remove_folder(folder).map_err(FilesError::at(folder))
}

/// Where a backup stands among others, for finding the newest.
pub(crate) fn rank(folder: &Path) -> Option<(OperationId, u64, PathBuf)> {
    // A pipe or a link of that name must neither hold us nor lead elsewhere.
    let file = Folder::open(folder)
        .ok()?
        .open_file(Path::new(MANIFEST))
        .ok()?;
    let manifest = read_header(file).ok()?;
    let time = DateTime::parse_from_rfc3339(&manifest.created_at);
    let time = time.map_or(0, |time| time.timestamp_millis());
    let newest = OperationId::newest_in_copy(&manifest.latest_operation, time);
    Some((newest, manifest.sequence, folder.to_owned()))
}

/// Whether a folder's name is that of a backup.
pub(crate) fn is_backup_name(name: &str) -> bool {
    name.starts_with(PREFIX) && !name.ends_with(SUFFIX)
}
