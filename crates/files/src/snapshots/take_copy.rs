//! Looking at a session's own copy, with which its work goes on: what in it is as it came there, and what somebody has
//! changed since.
//!
//! A copy has no more than the snapshot it came from. What the strategy left out is not there, and where keys were
//! masked a text stands in their place; neither is a change.

use std::collections::BTreeMap;

use flowkeep_core::configuration::{ConfigPath, Missing};
use flowkeep_store::ConfigSnapshotRecord;

use super::manifest::{TreeEntry, TreeFile, TreeLeftOut};
use super::restoring::tree_entry;
use super::take::{Of, Wanted};
use super::{TakeError, Workshop};
use crate::configuration::{Found, Look, Looking, leads_there};

/// Tells of what was seen in an own copy what it is of what was kept. Answers the newest snapshot of the work where
/// the copy has just its files.
pub(super) fn as_copied(
    workshop: &Workshop,
    wanted: &Wanted<'_>,
    (looking, look): (&mut Looking<'_>, &mut Look),
) -> Result<Option<ConfigSnapshotRecord>, TakeError> {
    let Of::Kept(session) = &wanted.session else {
        return Ok(None);
    };
    let store = &workshop.store;
    let newest = store.newest_snapshot_of_the_work(session.row)?;
    let origin = store.snapshot_of_copy(session.row)?;
    let mut before = Before::default();
    for snapshot in [&newest, &origin].into_iter().flatten() {
        before.add(workshop, snapshot)?;
    }
    // What came with it is part of it, whatever leads there.
    let is_met = |path: &ConfigPath| look.files.iter().any(|file| file.path == *path);
    let unmet = before.entries.keys().filter(|path| !is_met(path));
    let unmet: Vec<_> = unmet.cloned().collect();
    looking.also(look, unmet)?;
    for file in &mut look.files {
        before.names(file);
    }
    before.leave_out(look);
    look.status = look.what_it_comes_to();
    let Some(newest) = newest else {
        return Ok(None);
    };
    let kept = store.config_entries(newest.tree)?;
    let kept: BTreeMap<_, _> = kept.iter().map(|one| (&one.path, one.sha256)).collect();
    let there = look.files.iter().map(|file| (&file.path, file.sha256));
    Ok((there.collect::<BTreeMap<_, _>>() == kept).then_some(newest))
}

/// What was kept before, of which a copy is made.
#[derive(Default)]
struct Before {
    /// The files, each as it was kept in one snapshot or another.
    entries: BTreeMap<ConfigPath, Vec<TreeEntry>>,
    left_out: Vec<TreeLeftOut>,
}

impl Before {
    fn add(
        &mut self,
        workshop: &Workshop,
        snapshot: &ConfigSnapshotRecord,
    ) -> Result<(), TakeError> {
        for entry in workshop.store.config_entries(snapshot.tree)? {
            let entry = tree_entry(entry);
            self.entries
                .entry(entry.path.clone())
                .or_default()
                .push(entry);
        }
        let found: TreeFile = serde_json::from_str(&snapshot.found).unwrap_or_default();
        self.left_out.extend(found.left_out);
        Ok(())
    }

    /// A file in which something stands for keys, just as it was kept, is the file it was kept of: its keys are known
    /// by the hash of that alone.
    fn names(&self, file: &mut Found) {
        let entries = self.entries.get(&file.path).into_iter().flatten();
        let mut masked = entries.filter(|entry| !entry.masked.is_empty());
        if !file.masked.is_empty() {
            return;
        }
        if let Some(kept) = masked.find(|entry| entry.object.blake3 == file.object) {
            file.sha256 = kept.sha256;
            file.bytes = kept.bytes;
            file.masked.clone_from(&kept.masked);
        }
    }

    /// What the strategy left out was never in the copy, and is not missing there: it is left out still.
    fn leave_out(&self, look: &mut Look) {
        let is_left_out = |missing: &Missing| {
            let mut left_out = self.left_out.iter();
            left_out.any(|file| leads_there(&file.path, missing))
        };
        look.missing.retain(|missing| !is_left_out(missing));
        for file in &self.left_out {
            let is_known = look.left_out.iter().any(|(path, _)| *path == file.path);
            let is_there = look.files.iter().any(|there| there.path == file.path);
            if !is_known && !is_there {
                look.left_out.push((file.path.clone(), file.why));
            }
        }
        look.left_out.sort();
    }
}
