//! Forgetting a session with all that is kept of it. The rows go first, in one transaction; then the copies that were
//! made for it, which may hold keys; last the files of the store that only it counted on, because its disk may be silent.
//! What is left of the store when somebody takes a snapshot at that moment, or when its disk is away, the next clean-up
//! removes; a copy that could not be removed is named.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_core::Message;
use flowkeep_host::{EntryFiles, EntryKind};
use flowkeep_store::{CountedOn, SessionRecord, StoreError};

use super::activity::tell_forgotten;
use super::clean_up::{remove_files, unchanged};
use super::pack::LARGEST_OBJECT;
use super::restoring::{
    InPlaceError, OVERLAYS, copy_stem, definition_texts, put_back_alone, whole_copies_of,
};
use super::sweep::Aside;
use super::{SnapshotError, TakeError, Workshop};
use crate::io_reason;

/// What came of it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Forgotten {
    /// Bytes of the store that are free by now.
    pub freed_bytes: u64,
    /// What is still there, and why; the next clean-up removes what of it lies in the store.
    pub left: Vec<(PathBuf, Message)>,
    /// Whether files of the store wait for the next clean-up.
    pub waits: bool,
}

/// Removes a session with its snapshots and its own copies. Its runs stay in the history, and live files where they
/// are.
///
/// # Errors
/// [`InPlaceError::Busy`] while files of a session are put back where they were; what the database says before its rows
/// have gone. Nothing has gone then.
pub fn forget(workshop: &Workshop, session: &SessionRecord) -> Result<Forgotten, InPlaceError> {
    // What a dead process was putting back is put back first: its copy goes, too.
    let _in_place = put_back_alone(workshop)?;
    let alone = match workshop.alone() {
        Err(TakeError::Busy) => None,
        lock => Some(lock?),
    };
    // Whether somebody has changed them is told by rows that are about to go.
    let copies = copies_of(workshop, session);
    let let_go = let_go(workshop, session)?;
    let mut done = Forgotten {
        waits: true,
        ..Forgotten::default()
    };
    if let Err(error) = copies.map(|copies| forget_copies(workshop, copies, &mut done)) {
        tracing::warn!(%error, session = session.id, "its own copies are still there");
        let reason = match error {
            TakeError::Io { source, .. } => io_reason(&source),
            error => io_reason(&std::io::Error::other(error.to_string())),
        };
        done.left.push((workshop.data_dir.join(OVERLAYS), reason));
    }
    if alone.is_some() && workshop.stands().is_ok() {
        // It is forgotten, whatever the store says now.
        if let Err(error) = forget_files(workshop, &let_go, &mut done) {
            tracing::warn!(%error, session = session.id, "its files are still in the store");
        }
    }
    Ok(done)
}

/// The copies of a session that would stay where it is forgotten, because somebody has changed something in them.
///
/// # Errors
/// What the database and the disk say.
pub fn copies_that_stay(
    workshop: &Workshop,
    session: &SessionRecord,
) -> Result<Vec<PathBuf>, TakeError> {
    let copies = copies_of(workshop, session)?.into_iter();
    let stay = copies.filter(|(_, why)| why.as_ref().is_some_and(is_kept));
    Ok(stay.map(|(path, _)| path).collect())
}

/// Whether a copy is left because somebody has changed something in it; else it could not be removed.
pub fn is_kept(why: &Message) -> bool {
    why.code == "session_copy_changed"
}

/// Removes the files of the store that nobody counts on any more.
fn forget_files(
    workshop: &Workshop,
    let_go: &CountedOn,
    done: &mut Forgotten,
) -> Result<(), TakeError> {
    let counted_on = workshop.store.counted_on()?;
    // Which session a damaged file was of, nobody can say any more.
    let swept = remove_files(workshop, &counted_on, let_go, Aside::All)?;
    done.waits = !swept.failed.is_empty();
    done.freed_bytes = swept.bytes;
    done.left.extend(swept.failed);
    Ok(())
}

/// Removes its rows, and says so in Activity; answers which files of the store nobody counts on any more.
fn let_go(workshop: &Workshop, session: &SessionRecord) -> Result<CountedOn, StoreError> {
    let (actor, face) = (workshop.actor.clone(), workshop.face);
    let (id, name) = (session.id.clone(), session.name.clone());
    workshop.store.write(move |tx| {
        let before = tx.counted_on()?;
        let runs = tx.runs_of_session(&id)?;
        tx.remove_session(&id)?;
        tx.let_go_of_unused()?;
        let let_go = before.without(&tx.counted_on()?);
        tell_forgotten(tx, (&actor, face), (id, name), runs)?;
        Ok(let_go)
    })
}

/// A copy that was made for a session, and why it stays.
type OwnCopy = (PathBuf, Option<Message>);

/// The copies that were made for a session, but for those with which another one works. What somebody has changed is
/// theirs.
fn copies_of(workshop: &Workshop, session: &SessionRecord) -> Result<Vec<OwnCopy>, TakeError> {
    let files = workshop.files.as_ref();
    let whole = whole_copies_of(files, &workshop.data_dir, session)?;
    let mut copies: Vec<OwnCopy> = whole.into_iter().map(|copy| (copy, None)).collect();
    let snapshots = workshop.store.config_snapshots(session.row)?;
    let trees: HashSet<i64> = snapshots.iter().map(|one| one.tree).collect();
    // An imported one may have to be read from the store, whose disk may be silent: only where it is asked for.
    let mut definitions = None;
    let overlays = workshop.data_dir.join(OVERLAYS);
    let stem = format!("{}-", copy_stem(session));
    let roots = workshop.store.config_roots()?;
    let entries = match files.entries(&overlays) {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        entries => entries.map_err(TakeError::at(&overlays))?,
    };
    for entry in entries {
        let name = entry.name.to_string_lossy();
        let number = name.strip_prefix(&stem).unwrap_or_default();
        let place = overlays.join(&entry.name);
        let is_own = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
        if is_own && !roots.iter().any(|root| root.path.starts_with(&place)) {
            let why = match unchanged(workshop, (session.row, &name), &trees, &place) {
                Ok(Some(_)) => None,
                Ok(None) => {
                    if definitions.is_none() {
                        definitions = Some(definition_texts(workshop, session)?);
                    }
                    let is_bare =
                        is_bare(files, &place, definitions.as_deref().unwrap_or_default());
                    (!is_bare).then(|| Message::new("session_copy_changed"))
                }
                Err(TakeError::Snapshot(SnapshotError::Io { source, .. })) => {
                    Some(io_reason(&source))
                }
                Err(error) => return Err(error),
            };
            copies.push((place, why));
        }
    }
    Ok(copies)
}

/// Whether a copy holds a definition alone, as it was written.
fn is_bare(files: &dyn EntryFiles, place: &Path, definitions: &[Vec<u8>]) -> bool {
    let mut found = None;
    let mut waiting = vec![place.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in files.entries(&folder).unwrap_or_default() {
            match entry.kind {
                EntryKind::Folder => waiting.push(folder.join(&entry.name)),
                EntryKind::File if found.is_none() => {
                    found = Some(files.read(
                        &folder,
                        &entry.name.to_string_lossy(),
                        LARGEST_OBJECT as u64,
                    ));
                }
                _ => return false,
            }
        }
    }
    matches!(found, Some(Ok(bytes)) if definitions.contains(&bytes))
}

fn forget_copies(workshop: &Workshop, copies: Vec<OwnCopy>, done: &mut Forgotten) {
    for (copy, why) in copies {
        let removed = || workshop.files.remove_folder(&copy);
        let gone = why.map_or_else(|| removed().map_err(|error| io_reason(&error)), Err);
        if let Err(why) = gone {
            done.left.push((copy, why));
        }
    }
}
