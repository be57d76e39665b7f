//! The files that say without Flowkeep what a snapshot is: manifests, and the trees they name. The rows know the same,
//! but for which file refers to which.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use flowkeep_core::ObjectHash;
use flowkeep_host::{Progress, Timestamp, path_text};
use flowkeep_store::{ConfigSnapshotRecord, SessionRecord};

use super::search::Search;
use crate::configuration::Keys;
use crate::snapshots::manifest::{
    Manifest, ManifestSession, TreeFile, keep_packed_tree, manifest_place, read_manifest,
    read_tree, tree_hash, tree_place, write_manifest, write_tree,
};
use crate::snapshots::pack::LARGEST_PACK;
use crate::snapshots::restoring::{definition_of_run, entry_said, tree_entry};
use crate::snapshots::{SnapshotError, TakeError, Workshop};
use crate::time::rfc3339;

/// Files that are not there, or do not say what they said.
pub(super) struct Wrong {
    /// Trees, with the numbers of their rows.
    trees: BTreeMap<i64, ConfigSnapshotRecord>,
    /// Manifests, by the ids of their sessions.
    manifests: HashSet<String>,
}

/// Reads all of them. What the disk does not give is left to another time.
pub(super) fn wrong(workshop: &Workshop, progress: &dyn Progress) -> Result<Wrong, TakeError> {
    let mut wrong = Wrong {
        trees: BTreeMap::new(),
        manifests: HashSet::new(),
    };
    let mut seen = HashSet::new();
    each_snapshot(workshop, None, &mut |record, manifest| {
        if progress.cancelled() {
            return Err(SnapshotError::Cancelled.into());
        }
        if seen.insert(record.tree)
            && is_wrong(read_tree(&workshop.dir, &record.tree_hash).map(|_| true))
        {
            wrong.trees.insert(record.tree, record.clone());
        }
        let place = manifest_place(manifest);
        let says = read_manifest(&workshop.dir, &place).map(|there| {
            there.id == manifest.id && there.tree == manifest.tree && there.files == manifest.files
        });
        if is_wrong(says) {
            wrong.manifests.insert(manifest.session.id.clone());
        }
        Ok(())
    })?;
    Ok(wrong)
}

fn is_wrong(says: Result<bool, SnapshotError>) -> bool {
    match says {
        Ok(is_right) => !is_right,
        Err(error) => matches!(error, SnapshotError::Gone(_) | SnapshotError::Damaged(_)),
    }
}

impl Wrong {
    pub(super) fn is_none(&self) -> bool {
        self.trees.is_empty() && self.manifests.is_empty()
    }

    /// Writes them anew; answers how many.
    pub(super) fn write(self, workshop: &Workshop, search: &Search<'_>) -> Result<u32, TakeError> {
        let mut written = 0;
        let mut renamed = HashSet::new();
        for record in self.trees.values() {
            written += 1;
            if !from_backup(workshop, search, &record.tree_hash)? && from_rows(workshop, record)? {
                renamed.insert(record.tree);
            }
        }
        let files = workshop.files.as_ref();
        each_snapshot(
            workshop,
            Some(&(self.manifests, renamed)),
            &mut |_, manifest| {
                let place = manifest_place(manifest);
                let there = read_manifest(&workshop.dir, &place);
                if there.is_ok_and(|there| there.id == manifest.id && there.tree == manifest.tree) {
                    return Ok(());
                }
                write_manifest(files, &workshop.dir, manifest)?;
                written += 1;
                Ok(())
            },
        )?;
        Ok(written)
    }
}

/// The snapshots, each with the manifest that its rows make; all of them, or those of some sessions and trees.
fn each_snapshot(
    workshop: &Workshop,
    of: Option<&(HashSet<String>, HashSet<i64>)>,
    each: &mut dyn FnMut(&ConfigSnapshotRecord, &Manifest) -> Result<(), TakeError>,
) -> Result<(), TakeError> {
    for id in workshop.store.sessions_with_snapshots()? {
        let Some(session) = workshop.store.session(&id)? else {
            continue;
        };
        let root = session.root.map(|root| workshop.store.config_root(root));
        let root = root.transpose()?.flatten().map(|root| root.path);
        let definition = definition_of_run(&workshop.store, &session)?;
        // Of the runs it had, only the newest can say what it began with.
        let run = session.run.map(|run| workshop.store.run(run)).transpose()?;
        let begun = run.flatten().map_or(i64::MAX, |run| run.created_at);
        let mut previous = None;
        for record in workshop.store.config_snapshots(session.row)? {
            let mut manifest = manifest(&session, root.as_ref(), &record, previous);
            manifest.config = entry_said(workshop, &session, &record);
            manifest.definition = definition
                .as_ref()
                .filter(|_| record.at >= begun)
                .map(Into::into);
            if workshop.store.is_tree_encrypted(record.tree)? {
                Keys::Encrypted.as_str().clone_into(&mut manifest.secrets);
            }
            previous = Some(manifest.id.clone());
            let is_meant = |(sessions, trees): &(HashSet<String>, HashSet<i64>)| {
                sessions.contains(&id) || trees.contains(&record.tree)
            };
            if of.is_none_or(is_meant) {
                each(&record, &manifest)?;
            }
        }
    }
    Ok(())
}

fn manifest(
    session: &SessionRecord,
    root: Option<&PathBuf>,
    record: &ConfigSnapshotRecord,
    previous: Option<String>,
) -> Manifest {
    Manifest {
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        id: record.id.to_string(),
        sequence: record.sequence,
        session: ManifestSession {
            id: session.id.clone(),
            name: session.name.clone(),
            origin: session.origin.as_str().to_owned(),
        },
        run: session.run.map(|run| run.to_string()),
        task: record.task.as_ref().map(|task| task.0.clone()),
        created_at: rfc3339(Timestamp(record.at)),
        offset: None,
        reason: record.reason.as_str().to_owned(),
        actor: record.actor.clone(),
        root: root.map(|root| path_text(root)).unwrap_or_default(),
        config: None,
        definition: None,
        strategy: record.strategy.clone(),
        status: record.status.as_str().to_owned(),
        secrets: Keys::Masked.as_str().to_owned(),
        files: record.files.into(),
        bytes: record.bytes,
        tree: tree_place(&record.tree_hash),
        previous,
    }
}

/// Takes a tree from a backup that has it.
fn from_backup(
    workshop: &Workshop,
    search: &Search<'_>,
    tree: &ObjectHash,
) -> Result<bool, TakeError> {
    let name = format!("{tree}.json.zst");
    let Some(packed) = search.in_backups(&name, LARGEST_PACK as u64, |_| true) else {
        return Ok(false);
    };
    keep_packed_tree(workshop.files.as_ref(), &workshop.dir, tree, &packed)?;
    Ok(read_tree(&workshop.dir, tree).is_ok())
}

/// Makes a tree of its rows. These do not know which file refers to which, so that it is mostly another tree, under
/// a name of its own, and its manifests are to name that; answers whether it is.
fn from_rows(workshop: &Workshop, record: &ConfigSnapshotRecord) -> Result<bool, TakeError> {
    let mut tree: TreeFile = serde_json::from_str(&record.found).unwrap_or_default();
    let entries = workshop.store.config_entries(record.tree)?;
    let objects = entries.iter().map(|entry| entry.object);
    let objects = workshop.store.kept_objects(objects)?;
    for entry in entries {
        let mut entry = tree_entry(entry);
        if let Some(kept) = objects.get(&entry.object.blake3) {
            entry.object.bytes = kept.object.bytes;
        }
        let mut unparsed = tree.unparsed.iter();
        if let Some(unparsed) = unparsed.find(|one| one.path == entry.path) {
            entry.changed_while_read = unparsed.reason.code == "changed_while_read";
            if !entry.changed_while_read {
                entry.unparsed = Some((&unparsed.reason).into());
            }
        }
        tree.files.push(entry);
    }
    let hash = tree_hash(&tree)?;
    write_tree(workshop.files.as_ref(), &workshop.dir, &tree)?;
    if hash == record.tree_hash {
        return Ok(false);
    }
    let from = record.tree_hash;
    Ok(workshop.store.write(move |tx| tx.rename_tree(from, hash))?)
}
