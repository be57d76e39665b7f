//! Whether a configuration is still as it was when it was last kept.

use std::path::Path;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_host::Progress;
use flowkeep_store::SessionRecord;

use super::kept::{KeptSnapshot, tree_entry};
use crate::snapshots::compare::{FileState, compare};
use crate::snapshots::{TakeError, Workshop};

/// The files of the newest snapshot of a session that are not as they were, by their paths; none where there is
/// no snapshot.
///
/// # Errors
/// [`TakeError`]; `Cancelled` in it.
pub fn not_as_kept(
    workshop: &Workshop,
    session: &SessionRecord,
    root: &Path,
    progress: &dyn Progress,
) -> Result<Vec<(ConfigPath, FileState)>, TakeError> {
    let kept = workshop.store.config_snapshots(session.row)?.into_iter();
    let Some(newest) = kept.rev().find(KeptSnapshot::is_of_the_work) else {
        return Ok(Vec::new());
    };
    let entries = workshop.store.config_entries(newest.tree)?;
    let entries: Vec<_> = entries.into_iter().map(tree_entry).collect();
    let mut states = compare(root, &entries, &[], &|| {
        progress.step("configuration_scan", 0, None, None);
        !progress.cancelled()
    })?;
    states.retain(|(_, state)| !state.is_as_it_was());
    Ok(states)
}
