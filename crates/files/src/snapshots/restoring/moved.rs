//! How the files of all sessions below one root are below another folder: whether it is where they were moved to.

use std::collections::BTreeMap;
use std::path::Path;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_host::Progress;

use super::kept::{states, tree_entry, version};
use crate::snapshots::compare::FileState;
use crate::snapshots::{TakeError, Workshop};

/// What was found below another folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Sessions below the root.
    pub sessions: u32,
    /// Files of their newest snapshots that are there as they were.
    pub found: u32,
    /// Files that are there otherwise.
    pub changed: u32,
    /// Files that are not there.
    pub gone: u32,
}

/// Looks for the files of all sessions below a root below `to`. Nothing is changed.
///
/// # Errors
/// [`TakeError`]; `Cancelled` in it.
pub fn look_below(
    workshop: &Workshop,
    root: i64,
    to: &Path,
    progress: &dyn Progress,
) -> Result<Moved, TakeError> {
    let store = &workshop.store;
    let mut moved = Moved::default();
    let mut versions = BTreeMap::new();
    for session in store.sessions_below(root)? {
        moved.sessions += 1;
        let Some(newest) = store.newest_snapshot_of_the_work(session)? else {
            continue;
        };
        for entry in store.config_entries(newest.tree)? {
            let entry = tree_entry(entry);
            versions.entry(version(&entry)).or_insert(entry);
        }
    }
    let mut files: BTreeMap<ConfigPath, bool> = BTreeMap::new();
    let mut there: BTreeMap<ConfigPath, bool> = BTreeMap::new();
    for ((path, ..), state) in states(Some(to), &versions, progress)? {
        let is_there = state != FileState::Gone;
        *there.entry(path.clone()).or_default() |= is_there;
        *files.entry(path).or_default() |= state.is_as_it_was();
    }
    for (path, is_same) in files {
        let count = match there.get(&path) {
            _ if is_same => &mut moved.found,
            Some(true) => &mut moved.changed,
            _ => &mut moved.gone,
        };
        *count += 1;
    }
    Ok(moved)
}
