//! Whether a data folder that cannot be opened to work with can be looked at.

use std::io::ErrorKind;
use std::path::Path;

use flowkeep_host::{Files, SystemFiles, unwritable_by_all};
use tempfile::TempDir;
use ulid::Ulid;

use crate::{AppError, set_aside};

/// Why nothing can be written in a data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Still {
    /// The whole medium reads alone: nobody writes there.
    Medium,
    /// Here it cannot be written; others may write it, by another account or another mount of the same
    /// folder.
    Here,
}

/// Why a data folder with a database can only be looked at; nothing where that is not so, or where an
/// exchange of its database was broken off, which only a start that writes can end.
pub(crate) fn found(data_dir: &Path) -> Option<Still> {
    if !data_dir.join("flowkeep.db").is_file() || !set_aside::under_way(data_dir).is_empty() {
        return None;
    }
    let probe = data_dir.join(format!(".flowkeep-probe-{}.partial", Ulid::generate()));
    match SystemFiles.create_folder(&probe) {
        Err(error) if error.kind() == ErrorKind::ReadOnlyFilesystem => {
            // The mount alone may be so, of a folder that a container or another path writes.
            let medium = unwritable_by_all(data_dir);
            Some(if medium { Still::Medium } else { Still::Here })
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Some(Still::Here),
        Err(_) => None,
        Ok(()) => {
            if let Err(error) = SystemFiles.remove_folder(&probe) {
                tracing::warn!(%error, folder = %probe.display(), "could not be removed");
            }
            // The folder is open to all, what is in it is not.
            Some(Still::Here)
        }
    }
}

/// A folder for what a process that only looks needs to write.
pub(crate) fn own_folder() -> Result<TempDir, AppError> {
    let made = tempfile::Builder::new().prefix("flowkeep-").tempdir();
    made.map_err(|error| {
        AppError::new("folder_unwritable")
            .with("path", std::env::temp_dir().display())
            .with("detail", error)
    })
}
