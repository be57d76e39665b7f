//! Why something of a snapshot could not be kept or given back.

use std::io;
use std::path::{Path, PathBuf};

/// Why something of a snapshot could not be kept or given back.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A file of the store is not there.
    #[error("{0} is not there")]
    Gone(PathBuf),
    /// A file of the store does not hold what it held.
    #[error("{0} is damaged")]
    Damaged(PathBuf),
    /// It is encrypted, and what has the key is locked.
    #[error("it is encrypted, and its key is locked")]
    Locked,
    /// It is encrypted, and nothing here has the key.
    #[error("it is encrypted, and its key is not here")]
    KeyMissing,
    /// A file of the store was written by a newer Flowkeep.
    #[error("{path} has format {version}")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        version: u64,
    },
    /// A content that is larger than any that is kept.
    #[error("{bytes} bytes are more than {limit}")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// There is something where files are to be put.
    #[error("{0} is not empty")]
    NotEmpty(PathBuf),
    /// The operator cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The system says no.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl SnapshotError {
    /// For `map_err`: what the system says of `path`.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    /// For `map_err`: why a file of the store could not be read. What is no file there is damage.
    pub(super) fn reading(path: &Path) -> impl FnOnce(flowkeep_host::ReadError) -> Self + '_ {
        use flowkeep_host::ReadError as E;
        move |error| match error {
            E::Missing => Self::Gone(path.to_owned()),
            E::Io(error) if is_absent(&error) => Self::Gone(path.to_owned()),
            E::Io(source) => Self::at(path)(source),
            E::Special(_) | E::TooLarge { .. } | E::Outside => Self::Damaged(path.to_owned()),
        }
    }
}

/// Whether the system says that nothing is there.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
