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
    let metadata = path.metadata().map_err(FilesError::at(path))?;
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
    let newest = std::fs::read_dir(path)
        .map_err(FilesError::at(path))?
        .filter_map(Result::ok)
        .filter(|entry| is_backup_name(&entry.file_name().to_string_lossy()))
        .filter_map(|entry| rank(&entry.path()))
        .max();
    Ok(match newest {
        Some((_, _, folder)) => Source::Backup(folder),
        None => Source::Loose(path.to_owned()),
    })
}
