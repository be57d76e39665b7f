//! Whether the file at the database's path is still the one that is open.
//!
//! A file that was moved or removed stays open and takes writes that nobody will find again, and
//! in WAL mode `SQLite` does not look. So it is looked at here: before every transaction and every
//! read, and by the follower, which tells the window.

use std::io;
use std::path::{Path, PathBuf};

/// The file as it was when it was opened.
#[derive(Debug, Clone)]
pub(crate) struct OpenedFile {
    path: PathBuf,
    identity: Identity,
}

/// What no other file has at the same time: device and number.
#[cfg(unix)]
type Identity = (u64, u64);
/// An open file cannot be moved here: that there is one is enough.
#[cfg(not(unix))]
type Identity = ();

impl OpenedFile {
    /// Remembers the file that is at `path` now.
    ///
    /// # Errors
    /// What the system says, also when there is none.
    pub(crate) fn remember(path: &Path) -> io::Result<Self> {
        Ok(Self {
            identity: identity(path)?,
            path: path.to_owned(),
        })
    }

    /// Where it was opened.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is still there.
    pub(crate) fn is_there(&self) -> bool {
        identity(&self.path).is_ok_and(|now| now == self.identity)
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = path.metadata()?;
    Ok((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> io::Result<Identity> {
    path.metadata().map(|_| ())
}
