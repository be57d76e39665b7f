//! What the operator pointed at: a backup, a folder that holds backups, or loose files.

use std::path::{Path, PathBuf};

use crate::FilesError;
use crate::backup::{MANIFEST, is_backup_name, rank};

/// Where a restore comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A backup with its manifest.
    Backup(PathBuf),
    /// Files without a manifest.
    Loose(PathBuf),
}

impl Source {
    /// The folder or file.
    pub fn path(&self) -> &Path {
        match self {
            Self::Backup(path) | Self::Loose(path) => path,
        }
    }
}

/// Finds out what `path` is. Of several backups in a folder the newest is taken.
///
/// # Errors
/// [`FilesError::Missing`], [`FilesError::Unfinished`].
pub fn find_source(path: &Path) -> Result<Source, FilesError> {
    let metadata = path.metadata().map_err(FilesError::reading(path))?;
    if !metadata.is_dir() {
        return Ok(Source::Loose(path.to_owned()));
    }
    let name = path.canonicalize().ok();
    let name = name
        .as_deref()
        .unwrap_or(path)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    if name.ends_with(".partial") {
        return Err(FilesError::Unfinished(path.to_owned()));
    }
    if path.join(MANIFEST).symlink_metadata().is_ok() {
        return Ok(Source::Backup(path.to_owned()));
    }
    // Folders themselves, not links to them: what is elsewhere was not chosen.
    let backups: Vec<_> = std::fs::read_dir(path)
        .map_err(FilesError::reading(path))?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter(|entry| is_backup_name(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    let newest = backups.iter().filter_map(|folder| rank(folder)).max();
    // A newer one whose manifest cannot be read must be told, not passed over in silence.
    let unreadable = backups.iter().filter(|folder| rank(folder).is_none()).max();
    if let Some(folder) = unreadable
        && newest.as_ref().is_none_or(|(_, _, best)| best < folder)
    {
        return Ok(Source::Backup(folder.clone()));
    }
    Ok(match newest {
        Some((_, _, folder)) => Source::Backup(folder),
        None => Source::Loose(path.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_newest_is_told_by_what_it_knows_and_not_by_a_clock_that_went_back() {
        let above = tempfile::tempdir().unwrap();
        let make = |number: u32, created_at: &str, latest_operation: &str, sequence: u64| {
            let folder = above.path().join(format!("flowkeep-backup-{number}"));
            std::fs::create_dir(&folder).unwrap();
            let manifest = json!({
                "created_at": created_at,
                "latest_operation": latest_operation,
                "sequence": sequence,
                "files": [],
            });
            std::fs::write(folder.join(MANIFEST), manifest.to_string()).unwrap();
            folder
        };
        let newest = || find_source(above.path()).unwrap().path().to_owned();

        // Two of before operations were named: their times have to do.
        make(9, "2026-03-01T00:00:00.000Z", "", 2);
        let march = make(8, "2026-03-02T00:00:00.000Z", "", 1);
        assert_eq!(newest(), march);
        // The clock is a year ahead; then it is right again.
        let ahead = make(
            7,
            "2027-05-01T00:00:00.000Z",
            "01MMW8DX000000000000000000",
            3,
        );
        assert_eq!(newest(), ahead);
        let right = make(
            6,
            "2026-05-02T00:00:00.000Z",
            "01MMW8DX000000000000000001",
            4,
        );
        assert_eq!(newest(), right);
        // Nothing happened in between.
        let again = make(
            5,
            "2026-05-01T00:00:00.000Z",
            "01MMW8DX000000000000000001",
            5,
        );
        assert_eq!(newest(), again);
    }
}
