//! What is there today, kept before it is written over.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_core::configuration::{ConfigPath, Strategy};
use flowkeep_core::session::SnapshotReason;
use flowkeep_core::{ObjectHash, Sha256, SnapshotId};
use flowkeep_host::{EntryFiles, EntryKind, Folder, Progress};
use flowkeep_store::SessionRecord;

use super::super::definitions::definition_of_run;
use super::super::own::copy_stem;
use super::InPlaceError;
use super::plan::{InPlaceAct, InPlacePlan, live};
use crate::configuration::{Begin, Entry, Wish};
use crate::snapshots::manifest::TreeEntry;
use crate::snapshots::overlay::write;
use crate::snapshots::place::{above, make};
use crate::snapshots::take::{Of, Wanted, take_these};
use crate::snapshots::{SnapshotError, TakeError, Workshop};

/// Where copies lie that are made before something is written over, in the data folder.
pub const SAFETY: &str = "safety";

/// So many whole copies of a session's files stay.
const COPIES: usize = 3;

/// What is kept of what is there today.
pub(super) struct Before {
    /// The snapshot; none where nothing is written over.
    pub(super) snapshot: Option<SnapshotId>,
    /// Where files with keys are whole.
    pub(super) whole: Option<PathBuf>,
}

/// Keeps what is about to be written over.
pub(super) fn keep(
    workshop: &Workshop,
    session: &SessionRecord,
    plan: &InPlacePlan,
    progress: &dyn Progress,
) -> Result<Before, InPlaceError> {
    let replaced: HashMap<_, _> = plan
        .written()
        .filter(|file| file.act == InPlaceAct::Replaces)
        .filter_map(|file| Some((file.path.clone(), file.was?)))
        .collect();
    let mut paths: Vec<_> = replaced.keys().cloned().collect();
    paths.sort();
    let Some(first) = paths.first() else {
        return Ok(Before {
            snapshot: None,
            whole: None,
        });
    };
    let entry = session
        .config
        .clone()
        .and_then(|path| ConfigPath::new(path).ok());
    let definition = definition_of_run(&workshop.store, session)?;
    let (begun, entry) = match (entry, definition) {
        (Some(path), _) => (path.clone(), Some(Entry::File(path))),
        (None, Some(definition)) => (first.clone(), Some(Entry::Definition(definition))),
        (None, None) => (first.clone(), None),
    };
    let all = Strategy::factory().into_iter().next_back();
    let all = all.ok_or(InPlaceError::PlanChanged)?;
    let config = plan.root.join(begun.as_str());
    let wanted = Wanted {
        wish: Wish {
            begin: Begin::File {
                config: &config,
                root: Some(&plan.root),
            },
            strategy: &all,
            default_tool_set: "",
        },
        session: Of::Kept(Box::new(session.clone())),
        reason: SnapshotReason::BeforeInPlace,
        task: None,
        copy_of: None,
    };
    let taken = take_these(workshop, &wanted, (&plan.root, entry), &paths, progress)?;
    let kept = workshop.store.config_snapshot(taken.id)?;
    let kept = kept.ok_or(TakeError::Unknown)?;
    let entries = workshop.store.config_entries(kept.tree)?;
    let is_kept = |path: &ConfigPath, was: &Sha256| {
        let mut entries = entries.iter();
        entries.any(|entry| entry.path == *path && entry.sha256 == *was)
    };
    // Nothing is written over that is not kept as the plan has it.
    if !replaced.iter().all(|(path, was)| is_kept(path, was)) {
        return Err(InPlaceError::PlanChanged);
    }
    let with_keys: Vec<_> = entries
        .into_iter()
        .filter(|entry| entry.masked.is_some())
        .map(|entry| entry.path)
        .collect();
    let whole = keep_whole(workshop, session, plan, &with_keys, progress)?;
    Ok(Before {
        snapshot: Some(taken.id),
        whole,
    })
}

/// Copies files with keys whole: in the snapshot something stands for these.
fn keep_whole(
    workshop: &Workshop,
    session: &SessionRecord,
    plan: &InPlacePlan,
    paths: &[ConfigPath],
    progress: &dyn Progress,
) -> Result<Option<PathBuf>, InPlaceError> {
    if paths.is_empty() {
        return Ok(None);
    }
    let files = workshop.files.as_ref();
    let safety = workshop.data_dir.join(SAFETY);
    if make(files, &safety)? {
        let above = above(&safety);
        files.flush(above).map_err(TakeError::at(above))?;
    }
    let mut contents = HashMap::new();
    let mut entries = Vec::with_capacity(paths.len());
    for file in plan.written().filter(|file| paths.contains(&file.path)) {
        let bytes = live(files, &plan.root, &file.path).ok().flatten();
        let bytes = bytes.filter(|bytes| Some(Sha256::of(bytes)) == file.was);
        let bytes = bytes.ok_or(InPlaceError::PlanChanged)?;
        entries.push(TreeEntry::of_bytes(file.path.clone(), &bytes));
        contents.insert(ObjectHash::of(&bytes), bytes);
    }
    let mut read = |hash: &ObjectHash| {
        let bytes = contents.get(hash).cloned();
        bytes.ok_or_else(|| SnapshotError::Gone(safety.clone()))
    };
    let known = numbered(files, &safety, session)?;
    let number = known.first().map_or(1, |(number, _)| number + 1);
    let place = safety.join(format!("{}{number}", stem(session)));
    let goes_on = || !progress.cancelled();
    let written = write(files, &place, &entries, &mut read, &goes_on)?;
    if let Some(lost) = written.lost.into_iter().next() {
        let path = place.join(lost.path.as_str());
        return Err(SnapshotError::Damaged(path).into());
    }
    for (_, old) in known.into_iter().skip(COPIES - 1) {
        if let Err(error) = files.remove_folder(&old) {
            tracing::warn!(%error, path = %old.display(), "could not be removed");
        }
    }
    Ok(Some(place))
}

/// What whole copies of a session's files are called, before their number.
fn stem(session: &SessionRecord) -> String {
    format!("session-{}-", copy_stem(session))
}

/// The whole copies of a session's files, the newest first.
fn numbered(
    files: &dyn EntryFiles,
    safety: &Path,
    session: &SessionRecord,
) -> Result<Vec<(u32, PathBuf)>, TakeError> {
    let entries = match files.entries(safety) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(TakeError::at(safety))?,
    };
    let stem = stem(session);
    let mut found: Vec<_> = entries
        .into_iter()
        .filter(|entry| entry.kind == EntryKind::Folder)
        .filter_map(|entry| {
            let number = entry.name.to_str()?.strip_prefix(&stem)?.parse().ok()?;
            Some((number, safety.join(entry.name)))
        })
        .collect();
    found.sort_by(|one, other| other.cmp(one));
    Ok(found)
}

/// Where files of a session lie whole that were written over, the newest first.
///
/// # Errors
/// [`TakeError::Io`].
pub fn whole_copies_of(
    files: &dyn EntryFiles,
    data_dir: &Path,
    session: &SessionRecord,
) -> Result<Vec<PathBuf>, TakeError> {
    let found = numbered(files, &data_dir.join(SAFETY), session)?;
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// The same, to be read from; without them less comes back.
pub(in super::super) fn whole_copies(workshop: &Workshop, session: &SessionRecord) -> Vec<Folder> {
    let found = whole_copies_of(workshop.files.as_ref(), &workshop.data_dir, session);
    let found = found.unwrap_or_default().into_iter();
    found.filter_map(|path| Folder::open(&path).ok()).collect()
}
