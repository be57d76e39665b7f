//! Where the store of snapshots lies: in the data folder, or in a folder that was chosen. A chosen one says whose it
//! is, so that no data folder clears away what another one counts on; and where that word is missing, as in the empty
//! folder of a drive that is away, it is not the store.

use std::path::{Path, PathBuf};

use flowkeep_host::{EntryFiles, ReadError, machine_id, path_text, text_path};
use flowkeep_store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ulid::Ulid;

use super::error::is_absent;
use super::{SnapshotError, TakeError};

/// The setting that says which folder was chosen.
pub const STORE_DIR: &str = "snapshot_dir";

/// The setting that says what a move has still to do.
pub const STORE_MOVE: &str = "snapshot_store_move";

/// What the store is called in the data folder.
const USUAL: &str = "snapshots";

/// The file in which a chosen folder says whose store it is.
pub(super) const MARK: &str = "flowkeep-store.json";

/// What it says it is.
const FORMAT: &str = "flowkeep-snapshots";

/// Longer than any of them.
const LONGEST_MARK: u64 = 64 << 10;

/// What tells a data folder from other folders.
pub(super) const DATABASE: &str = "flowkeep.db";

/// Where the store lies unless a folder was chosen.
pub fn usual_store_dir(data_dir: &Path) -> PathBuf {
    data_dir.join(USUAL)
}

/// Where the store lies.
///
/// # Errors
/// What the database says.
pub fn store_dir(store: &Store, data_dir: &Path) -> Result<PathBuf, StoreError> {
    let chosen = store.setting(STORE_DIR)?;
    let chosen = chosen.as_ref().and_then(Value::as_str).map(text_path);
    Ok(chosen.unwrap_or_else(|| usual_store_dir(data_dir)))
}

/// Whose a chosen folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// Of this data folder.
    Ours(Owner),
    /// Of this one.
    Of(PathBuf),
    /// Nobody says.
    Missing,
}

/// What stands in the mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owner {
    format: String,
    version: u32,
    /// The data folder, through no links.
    data_folder: String,
    /// A hash of the computer it is on.
    machine: String,
    /// Whether Flowkeep made the folder.
    pub(super) made: bool,
}

impl Owner {
    /// This data folder.
    fn us(data_dir: &Path, made: bool) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: 1,
            data_folder: path_text(&real(data_dir)),
            machine: machine_id(),
            made,
        }
    }

    fn is(&self, data_dir: &Path) -> bool {
        let folder = text_path(&self.data_folder);
        // A data folder that was moved is the same one.
        let is_elsewhere = || {
            let above = folder.parent().is_some_and(Path::is_dir);
            above && !folder.join(DATABASE).exists()
        };
        self.machine == machine_id() && (real(&folder) == real(data_dir) || is_elsewhere())
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

impl Mark {
    /// Whose store lies in a chosen folder.
    ///
    /// # Errors
    /// [`TakeError::Io`]. A folder that is not there has none.
    pub(super) fn read(
        files: &dyn EntryFiles,
        dir: &Path,
        data_dir: &Path,
    ) -> Result<Self, TakeError> {
        let bytes = match files.read(dir, MARK, LONGEST_MARK) {
            Ok(bytes) => bytes,
            Err(ReadError::Io(error)) if !is_absent(&error) => {
                return Err(TakeError::at(&dir.join(MARK))(error));
            }
            Err(_) => return Ok(Self::Missing),
        };
        let owner = serde_json::from_slice::<Owner>(&bytes).ok();
        Ok(match owner.filter(|owner| owner.format == FORMAT) {
            None => Self::Missing,
            Some(owner) if owner.is(data_dir) => Self::Ours(owner),
            Some(owner) => Self::Of(text_path(&owner.data_folder)),
        })
    }

    /// Says of a chosen folder that it is this data folder's, where it does not say so yet.
    ///
    /// # Errors
    /// [`SnapshotError::Io`].
    pub(super) fn write(
        files: &dyn EntryFiles,
        dir: &Path,
        data_dir: &Path,
        made: bool,
    ) -> Result<(), SnapshotError> {
        let bytes = Owner::us(data_dir, made).bytes();
        if matches!(files.read(dir, MARK, LONGEST_MARK), Ok(there) if there == bytes) {
            return Ok(());
        }
        let path = dir.join(MARK);
        let partial = format!("{}.partial", Ulid::generate());
        files
            .replace(dir, Path::new(MARK), &bytes, &partial)
            .map_err(SnapshotError::reading(&path))
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_host::SystemFiles;

    use super::*;

    #[test]
    fn a_store_is_known_by_the_data_folder_that_marked_it() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().canonicalize().unwrap().join(name);
        for name in ["data", "other", "store"] {
            std::fs::create_dir(at(name)).unwrap();
        }
        for data in ["data", "other"] {
            std::fs::write(at(data).join(DATABASE), "").unwrap();
        }
        let whose = |data: &str| Mark::read(&SystemFiles, &at("store"), &at(data)).unwrap();
        assert_eq!(whose("data"), Mark::Missing);
        Mark::write(&SystemFiles, &at("store"), &at("data"), true).unwrap();
        assert_eq!(whose("data"), Mark::Ours(Owner::us(&at("data"), true)));
        assert_eq!(whose("other"), Mark::Of(at("data")));
        // The same data folder, called otherwise.
        std::fs::rename(at("data"), at("moved")).unwrap();
        assert!(matches!(whose("moved"), Mark::Ours(_)));
        // Of another computer, whatever its data folder is called.
        let text = std::fs::read_to_string(at("store").join(MARK)).unwrap();
        let elsewhere = text.replace(&machine_id(), "0123456789abcdef");
        std::fs::write(at("store").join(MARK), elsewhere).unwrap();
        assert_eq!(whose("moved"), Mark::Of(at("data")));
        std::fs::write(at("store").join(MARK), "{}").unwrap();
        assert_eq!(whose("moved"), Mark::Missing);
    }
}
