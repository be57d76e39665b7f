//! What all of these tests need.

use std::path::{Path, PathBuf};

use flowkeep_core::ObjectHash;
use flowkeep_files::snapshots::pack::{Pack, PackWriter};
use flowkeep_files::snapshots::{SnapshotError, prepare};
use flowkeep_host::{EntryFiles, SystemFiles};
use tempfile::TempDir;

/// A folder for a store.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let store = place.path().join("snapshots");
    (place, store)
}

/// A store with these objects in it.
pub(crate) fn packed(store: &Path, objects: &[&[u8]]) -> Vec<Pack> {
    pack(&SystemFiles, store, objects).unwrap()
}

/// Puts objects into a store.
pub(crate) fn pack(
    files: &dyn EntryFiles,
    store: &Path,
    objects: &[&[u8]],
) -> Result<Vec<Pack>, SnapshotError> {
    prepare(files, store)?;
    let mut writer = PackWriter::new(files, store)?;
    for object in objects {
        assert_eq!(writer.add(object)?, ObjectHash::of(object));
    }
    writer.finish()
}

/// All files below a folder, from there.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(at) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(&at) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Bytes that cannot be made smaller, always the same.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
