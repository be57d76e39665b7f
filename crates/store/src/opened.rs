//! Whether the file at the database's path is still the one that is open.
//!
//! A file that was moved or removed stays open and takes writes that nobody will find again, and
//! in WAL mode `SQLite` does not look. So it is looked at here: before every transaction and every
//! read, and by the follower, which tells the window.

use std::fmt::Write as _;
use std::io;
use std::path::{Component, Path, PathBuf};

use rusqlite::ToSql;
use rusqlite::types::ToSqlOutput;

use crate::path_value::PathValue;

/// The file as it was when it was opened.
#[derive(Debug, Clone)]
pub(crate) struct OpenedFile {
    path: PathBuf,
    identity: Identity,
    still: bool,
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
            still: false,
        })
    }

    /// As [`OpenedFile::remember`], of a file that nobody can write.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn remember_still(path: &Path) -> io::Result<Self> {
        Ok(Self {
            still: true,
            ..Self::remember(path)?
        })
    }

    /// What `SQLite` is to open. Of a file that nobody can write it is told so: it would make files beside
    /// it.
    pub(crate) fn name(&self) -> OpenName {
        if self.still {
            OpenName::Still(still_address(&self.path))
        } else {
            OpenName::Path(PathValue(self.path.clone()))
        }
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

/// What `SQLite` is to open.
#[derive(Debug, Clone)]
pub(crate) enum OpenName {
    /// A file, which others may write.
    Path(PathValue),
    /// The address of a file that nobody can write.
    Still(String),
}

impl ToSql for OpenName {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Path(path) => path.to_sql(),
            Self::Still(address) => address.to_sql(),
        }
    }
}

fn still_address(path: &Path) -> String {
    let mut address = String::from("file:");
    // A drive's letter stands behind three strokes.
    if !path.has_root()
        || path
            .components()
            .next()
            .is_some_and(|first| matches!(first, Component::Prefix(_)))
    {
        address.push_str("///");
    }
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' | b':' => {
                address.push(char::from(*byte));
            }
            b'\\' if cfg!(windows) => address.push('/'),
            byte => {
                // A string takes whatever is written into it.
                let _ = write!(address, "%{byte:02X}");
            }
        }
    }
    address.push_str("?immutable=1");
    address
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
