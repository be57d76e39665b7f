//! Forgetting a session with all that is kept of it. The rows go first, in one transaction; then the copies that were
//! made for it, which may hold keys; last the files of the store that only it counted on, because its disk may be silent.
//! What is left of the store when somebody takes a snapshot at that moment, or when its disk is away, the next clean-up
//! removes; a copy that could not be removed is named.

use std::io::ErrorKind;

use flowkeep_core::Message;
use flowkeep_store::{CountedOn, NewOperation, OperationItemRecord, SessionRecord, StoreError};

use super::clean_up::remove_files;
use super::restoring::{InPlaceError, OVERLAYS, copy_stem, put_back_alone, whole_copies_of};
use super::{TakeError, Workshop};
use crate::io_reason;

/// What came of it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Forgotten {
    /// Bytes of the store that are free by now.
    pub freed_bytes: u64,
    /// What is still there, and why; the next clean-up removes what of it lies in the store.
    pub left: Vec<(std::path::PathBuf, Message)>,
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
    let let_go = let_go(workshop, session)?;
    let mut done = Forgotten {
        waits: true,
        ..Forgotten::default()
    };
    if let Err(error) = forget_copies(workshop, session, &mut done) {
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

/// Removes the files of the store that nobody counts on any more.
fn forget_files(
    workshop: &Workshop,
    let_go: &CountedOn,
    done: &mut Forgotten,
) -> Result<(), TakeError> {
    let counted_on = workshop.store.counted_on()?;
    let swept = remove_files(workshop, &counted_on, let_go)?;
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
        tx.remove_session(&id)?;
        tx.let_go_of_unused()?;
        let let_go = before.without(&tx.counted_on()?);
        let items = [OperationItemRecord {
            kind: "session".to_owned(),
            id,
            name: Some(name),
            before: None,
            after: None,
        }];
        let operation = NewOperation {
            actor: &actor,
            face,
            operation: "session_forget",
            name: None,
            undoes: None,
            items: &items,
        };
        tx.record_operation(tx.next_operation_id()?, &operation)?;
        Ok(let_go)
    })
}

/// Removes the copies that were made for a session, but for those with which another one works.
fn forget_copies(
    workshop: &Workshop,
    session: &SessionRecord,
    done: &mut Forgotten,
) -> Result<(), TakeError> {
    let files = workshop.files.as_ref();
    let mut copies = whole_copies_of(files, &workshop.data_dir, session)?;
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
            copies.push(place);
        }
    }
    for copy in copies {
        if let Err(error) = files.remove_folder(&copy) {
            done.left.push((copy, io_reason(&error)));
        }
    }
    Ok(())
}
