//! Whether a configuration is still as it was when it was kept.

use std::path::Path;

use flowkeep_core::SnapshotId;
use flowkeep_host::Progress;
use flowkeep_store::{ConfigSnapshotRecord, SessionRecord};

use super::found::Seeking;
use super::kept::tree_entry;
use crate::snapshots::compare::{FileState, FileStates, compare};
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
) -> Result<FileStates, TakeError> {
    let newest = workshop.store.newest_snapshot_of_the_work(session.row)?;
    let Some(newest) = newest else {
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

/// A snapshot of a session (the newest, unless told), and the files that are not as they were then, by their paths;
/// nothing where there is no such snapshot.
///
/// # Errors
/// [`TakeError`]; `Cancelled` in it.
pub fn compare_with(
    workshop: &Workshop,
    seeking: &Seeking<'_>,
    snapshot: Option<SnapshotId>,
    progress: &dyn Progress,
) -> Result<Option<(ConfigSnapshotRecord, FileStates)>, TakeError> {
    let record = workshop
        .store
        .snapshot_or_newest_of_the_work(seeking.session.row, snapshot)?;
    let Some(record) = record else {
        return Ok(None);
    };
    let entries = workshop.store.config_entries(record.tree)?;
    let entries: Vec<_> = entries.into_iter().map(tree_entry).collect();
    let today = if record.reason.is_of_the_work() {
        seeking.today(progress)?.and_then(Result::ok)
    } else {
        None
    };
    let today = today.map_or_else(Vec::new, |look| look.files);
    let today: Vec<_> = today.into_iter().map(|file| file.path).collect();
    let mut states = match seeking.root {
        Some(root) => compare(root, &entries, &today, &|| !progress.cancelled())?,
        None => entries
            .into_iter()
            .map(|entry| (entry.path, FileState::Gone))
            .collect(),
    };
    states.retain(|(_, state)| !state.is_as_it_was());
    Ok(Some((record, states)))
}
