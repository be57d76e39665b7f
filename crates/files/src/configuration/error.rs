//! Why a configuration could not be looked at.

use std::io;
use std::path::{Path, PathBuf};

/// Why a configuration could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// There is no such file.
    #[error("{0} is not there")]
    Missing(PathBuf),
    /// It is no regular file.
    #[error("{0} is no file")]
    NoFile(PathBuf),
    /// No folder above it holds a folder `workflows`.
    #[error("{0} lies in no configuration tree")]
    NoRoot(PathBuf),
    /// The root is no folder.
    #[error("{0} is no folder")]
    RootMissing(PathBuf),
    /// The file does not lie below the root.
    #[error("{config} is not below {root}")]
    OutsideRoot {
        /// The file.
        config: PathBuf,
        /// The root.
        root: PathBuf,
    },
    /// There are more files than a configuration has.
    #[error("{root} holds more than {limit} files")]
    TooMany {
        /// The root.
        root: PathBuf,
        /// How many are looked at.
        limit: usize,
    },
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

impl ConfigurationError {
    /// For `map_err`: what the system says of `path`.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}
