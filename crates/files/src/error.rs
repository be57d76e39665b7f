//! What can go wrong with the user's files, by what the operator can do about it.

use std::io;
use std::path::{Path, PathBuf};

use flowkeep_store::StoreError;

/// Why files were not written or read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The operator cancelled; nothing that looks like a result is left.
    #[error("cancelled")]
    Cancelled,
    /// There is nothing at this place.
    #[error("{0} does not exist")]
    Missing(PathBuf),
    /// A file that is to be kept has this name.
    #[error("{0} is there already")]
    FileExists(PathBuf),
    /// The folder that something is to be written into is not there.
    #[error("there is no folder {0}")]
    FolderMissing(PathBuf),
    /// A folder is needed and this is something else.
    #[error("{0} is not a folder")]
    NotAFolder(PathBuf),
    /// A backup inside the data folder would be lost with it.
    #[error("{0} is inside the data folder")]
    InsideDataFolder(PathBuf),
    /// Nothing can be written there.
    #[error("{path} cannot be written: {source}")]
    NotWritable {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Not enough room.
    #[error("{path} has {free} bytes free, {needed} are needed")]
    NoRoom {
        /// The folder.
        path: PathBuf,
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// The folder holds neither a backup nor anything Flowkeep keeps.
    #[error("{0} holds nothing to restore")]
    NothingThere(PathBuf),
    /// The backup was broken off while it was made.
    #[error("{0} is an unfinished backup")]
    Unfinished(PathBuf),
    /// The manifest cannot be read: nothing in the folder can be trusted.
    #[error("the manifest of {path} cannot be read: {detail}")]
    ManifestDamaged {
        /// The backup.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The backup was made by a newer version.
    #[error("the backup has format {found}, this program knows {known}")]
    Newer {
        /// Its format version.
        found: u64,
        /// The newest this program knows.
        known: u64,
        /// The version of the app that made it.
        app_version: String,
    },
    /// What was written does not read back as it was written.
    #[error("what was written to {path} does not read back: {detail}")]
    NotProven {
        /// The backup.
        path: PathBuf,
        /// What differs.
        detail: String,
    },
    /// What snapshots keep is being cleared up.
    #[error("the store of snapshots is being cleared up")]
    SnapshotsBusy,
    /// The database says no.
    #[error("{0}")]
    Store(#[source] StoreError),
    /// The system says no.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl From<StoreError> for FilesError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Cancelled => Self::Cancelled,
            other => Self::Store(other),
        }
    }
}

impl FilesError {
    /// For `map_err`: why `path` cannot be read.
    pub(crate) fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| match source.kind() {
            io::ErrorKind::NotFound => Self::Missing(path.to_owned()),
            _ => Self::Io {
                path: path.to_owned(),
                source,
            },
        }
    }

    /// For `map_err`: why `path` cannot be written.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::NotWritable {
                    path: path.to_owned(),
                    source,
                }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoRoom {
                path: path.to_owned(),
                needed: 0,
                free: 0,
            },
            _ => Self::reading(path)(source),
        }
    }
}
