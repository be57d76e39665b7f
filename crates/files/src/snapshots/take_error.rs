//! Why a snapshot was not taken.

use std::io;
use std::path::{Path, PathBuf};

use flowkeep_store::StoreError;

use super::{SnapshotError, StorePlaceError};
use crate::FilesError;
use crate::configuration::ConfigurationError;

/// Why a snapshot was not taken. Nothing of it counts then.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The configuration cannot be looked at.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The files cannot be kept.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// It cannot be written down.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody clears away what is no longer needed.
    #[error("the store of snapshots is being cleared up")]
    Busy,
    /// Somebody reads all that snapshots keep.
    #[error("the store of snapshots is being checked")]
    Checking,
    /// The store is not there, and something lies in it.
    #[error("the store of snapshots {0} is not there")]
    StoreGone(PathBuf),
    /// The folder in which the store lies is another data folder's.
    #[error("{path} is the store of {owner}")]
    StoreForeign {
        /// The folder.
        path: PathBuf,
        /// The data folder whose it is.
        owner: PathBuf,
    },
    /// The store cannot lie there.
    #[error(transparent)]
    Place(#[from] StorePlaceError),
    /// There is no folder to write into, or no room.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The session is gone.
    #[error("the session is no longer there")]
    Unknown,
    /// None of the files is there that a snapshot was asked for.
    #[error("there is nothing to keep")]
    Nothing,
    /// Somebody else took a snapshot of the same session meanwhile.
    #[error("another snapshot of the session came first")]
    Overtaken,
    /// The system says no.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl TakeError {
    /// For `map_err`: what the system says of `path`.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}
