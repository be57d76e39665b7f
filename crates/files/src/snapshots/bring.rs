//! What sessions of a backup need, brought into the store before their rows are written.

use std::path::{Path, PathBuf};

use flowkeep_core::ObjectHash;
use flowkeep_host::{Cancellation, FileLock, Folder};
use flowkeep_store::{StagedPart, Staging};

use super::manifest::keep_packed_tree;
use super::pack::{ENCRYPTED, LARGEST_PACK, PACK, keep_pack};
use super::{SnapshotError, TakeError, Workshop, pack, recover};
use crate::backup::sessions::{OBJECTS, TREE};

/// Brings what the sessions of a plan need and is not here from the backup into the store. What is answered keeps
/// everybody from clearing it away again, until the plan was applied; nothing, where nothing had to be brought.
///
/// # Errors
/// [`TakeError`]. What was brought by then is whole, and nobody knows it.
pub fn bring_objects(
    workshop: &Workshop,
    plan: &mut Staging,
    backup: &Path,
    cancellation: &Cancellation,
) -> Result<Option<FileLock>, TakeError> {
    let parts = plan.parts()?;
    if !parts
        .iter()
        .any(|total| total.part == StagedPart::Sessions && total.chosen)
    {
        return Ok(None);
    }
    let lock = workshop.share()?;
    let (packs, trees) = plan.objects_coming(&workshop.store)?;
    if packs.is_empty() && trees.is_empty() {
        return Ok(Some(lock));
    }
    workshop.make()?;
    let mark = workshop.mark()?;
    if let Err(error) = bring(workshop, backup, &packs, &trees, cancellation) {
        drop(lock);
        if let Err(error) = recover(workshop) {
            tracing::warn!(%error, "what was broken off is cleared away later");
        }
        return Err(error);
    }
    if let Err(error) = workshop.files.remove_file(&mark) {
        tracing::warn!(%error, path = %mark.display(), "could not be removed");
    }
    plan.note_brought(Some(&packs))?;
    Ok(Some(lock))
}

fn bring(
    workshop: &Workshop,
    backup: &Path,
    packs: &[ObjectHash],
    trees: &[ObjectHash],
    cancellation: &Cancellation,
) -> Result<(), TakeError> {
    let folder = Folder::open(backup).map_err(TakeError::at(backup))?;
    let files = workshop.files.as_ref();
    let read = |name: String| {
        if cancellation.is_cancelled() {
            return Err(SnapshotError::Cancelled);
        }
        let place = PathBuf::from(OBJECTS).join(name);
        folder
            .read(&place, LARGEST_PACK as u64)
            .map_err(SnapshotError::reading(&backup.join(place)))
    };
    for name in packs {
        let bytes = match read(format!("{name}.{PACK}")) {
            Err(SnapshotError::Gone(_)) => read(format!("{name}.{ENCRYPTED}")),
            bytes => bytes,
        }?;
        if ObjectHash::of(&bytes) != *name {
            let ending = pack::ending(&bytes);
            let path = backup.join(OBJECTS).join(format!("{name}.{ending}"));
            return Err(SnapshotError::Damaged(path).into());
        }
        keep_pack(files, &workshop.dir, name, &bytes)?;
    }
    for hash in trees {
        // The rows say the same, so that the session comes back without it as well.
        match read(format!("{hash}{TREE}")) {
            Ok(bytes) => keep_packed_tree(files, &workshop.dir, hash, &bytes)?,
            Err(SnapshotError::Cancelled) => return Err(SnapshotError::Cancelled.into()),
            Err(error) => tracing::warn!(%error, "the tree of a snapshot did not come along"),
        }
    }
    Ok(())
}
