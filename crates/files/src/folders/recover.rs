//! Finishing or undoing what a dead process left in a folder. Files say where they are; the journal says
//! what was meant.

use std::path::Path;

use flowkeep_core::folder::{ArchiveName, RECORD, Record};
use flowkeep_core::{FolderId, RunId};
use flowkeep_host::{EntryKind, Unfollowed};
use flowkeep_store::{FolderWork, FolderWorkKind, TaskFolderRecord};
use serde::Deserialize;

use super::archives::find_record;
use super::clean_up::settle_clean_up;
use super::making::{Making, end};
use super::plan::Journal;
use super::put_back::{PutBack, place};
use super::{Archived, Failure, FolderError, Workshop};

/// What was found in a folder and what was done about it.
#[derive(Debug)]
pub struct Recovered {
    /// The folder.
    pub folder: FolderId,
    /// The run it was made ready for.
    pub run: Option<RunId>,
    /// How it ended. Or why it could be neither finished nor undone: it is tried again at the next start and
    /// before the next archive.
    pub outcome: Result<Settled, FolderError>,
}

/// How something ended that was broken off.
#[derive(Debug)]
pub enum Settled {
    /// The archive is finished.
    Archived(Archived),
    /// The files of the archive are where they were, but for those that are `left` in an archive because
    /// something else has their names.
    Undone {
        /// What that archive is called.
        left: Option<String>,
    },
    /// What was to come back is back.
    PutBack {
        /// The archive it is from.
        from: String,
        /// What could not come back, because something else has its name; it is in the archive as it was.
        failed: Vec<Failure>,
    },
    /// Nothing came back, and all is where it was, but for what is `left` as in [`Settled::Undone`].
    NotPutBack {
        /// The archive it is in.
        from: String,
        /// What that archive is called.
        left: Option<String>,
    },
    /// What was to be removed is gone, or is what it was.
    CleanedUp,
}

/// Finishes or undoes what dead processes left, in all folders that nobody is at work in. Where one folder
/// cannot be looked at, the others are put right all the same.
///
/// # Errors
/// [`FolderError::Store`] where it cannot be told in which folders something was left.
pub fn recover(workshop: &Workshop) -> Result<Vec<Recovered>, FolderError> {
    let left = workshop.store.folder_works()?;
    let recovered = left
        .iter()
        .map(|left| match recover_one(workshop, left.folder) {
            Err(FolderError::Busy(_)) => None,
            Err(error) => Some(Recovered {
                folder: left.folder,
                run: left.run,
                outcome: Err(error),
            }),
            Ok(recovered) => recovered,
        });
    Ok(recovered.flatten().collect())
}

/// Finishes or undoes what a dead process left in one folder. Nothing is answered where there is nothing.
///
/// # Errors
/// [`FolderError::Busy`] where its maker is alive; [`FolderError::Store`], [`FolderError::Io`] where it cannot
/// be told what is there.
pub fn recover_one(
    workshop: &Workshop,
    folder: FolderId,
) -> Result<Option<Recovered>, FolderError> {
    if workshop.store.folder_work(folder)?.is_none() {
        return Ok(None);
    }
    let _lock = workshop.lock(folder)?;
    // Its maker may just have ended.
    let Some(left) = workshop.store.folder_work(folder)? else {
        return Ok(None);
    };
    let outcome = workshop
        .folder(folder)
        .and_then(|folder| settle(workshop, &folder, &left));
    if let Err(error) = &outcome {
        tracing::warn!(%error, %folder, "what was begun there stays so for now");
    }
    Ok(Some(Recovered {
        folder,
        run: left.run,
        outcome,
    }))
}

/// What each plan says, whatever is done.
#[derive(Default, Deserialize)]
struct Begun {
    within: Option<(u64, u64)>,
}

/// Finishes or undoes what was begun in one folder, whose lock is held.
///
/// # Errors
/// [`FolderError`]; the line stays in the journal then.
pub(super) fn settle(
    workshop: &Workshop,
    folder: &TaskFolderRecord,
    left: &FolderWork,
) -> Result<Settled, FolderError> {
    let begun: Begun = serde_json::from_str(&left.plan).unwrap_or_default();
    workshop.is_same_place(folder, begun.within)?;
    if left.kind == FolderWorkKind::CleanUp {
        settle_clean_up(workshop, folder, left)?;
        return Ok(Settled::CleanedUp);
    }
    let Ok(name) = left.archive.parse::<ArchiveName>() else {
        // No archive is called so: nothing can have been begun.
        end(workshop, folder, &left.archive, None, None)?;
        return Ok(Settled::Undone { left: None });
    };
    let mut making = Making {
        workshop,
        folder,
        journal: serde_json::from_str::<Journal>(&left.plan).unwrap_or_default(),
        name,
        sequence: folder.sequence,
        if_undone: None,
    };
    if let Some((returning, _)) = making.returning() {
        let (ready, archives) = (returning.ready, returning.archives);
        let from = returning.from.clone();
        making.if_undone = Some("folder_put_back_undone");
        if !ready {
            making.end_untouched()?;
            return Ok(Settled::NotPutBack { from, left: None });
        }
        if archives && let Found::TakenBack(left) = found(&mut making)? {
            return Ok(Settled::NotPutBack { from, left });
        }
        let mut outcome = PutBack::default();
        place(&making, &mut outcome, &Unfollowed)?;
        let failed = outcome.failed;
        return Ok(Settled::PutBack { from, failed });
    }
    let record = match found(&mut making)? {
        Found::Record(record) => record,
        Found::TakenBack(left) => return Ok(Settled::Undone { left }),
    };
    let made = told(left, &making.name.to_string(), &record, workshop);
    making.end(Some(&made), Some("folder_archive"))?;
    Ok(Settled::Archived(made))
}

/// What there is of an archive that was being made.
enum Found {
    /// Its record; it has its name.
    Record(Box<Record>),
    /// Nothing: all was taken back, and that was the end of it. What could not go back is in an archive of this
    /// name.
    TakenBack(Option<String>),
}

/// The record of the archive that was being made, which has its name then. Without a record, or where it was
/// being taken back, all is taken back.
///
/// # Errors
/// [`FolderError`], also where the disk does not show whether there is a record: nothing is done then.
fn found(making: &mut Making<'_>) -> Result<Found, FolderError> {
    let files = making.workshop.files.as_ref();
    let is_folder = |path: &Path| {
        let entry = files.entry(path).map_err(FolderError::at(path))?;
        Ok::<_, FolderError>(entry.is_some_and(|entry| entry.kind == EntryKind::Folder))
    };
    let record_of =
        |path: &Path| find_record(files, path).map_err(FolderError::at(&path.join(RECORD)));
    let partial = making.partial();
    let named = making.folder.path.join(making.name.to_string());
    if let Some(was) = making.partial_before()
        && !is_folder(&partial)?
        && !is_folder(&named)?
        && is_folder(&was)?
    {
        files
            .rename_new(&was, &partial)
            .map_err(FolderError::at(&partial))?;
    }
    if making.journal.undoing {
        if is_folder(&partial)? {
            return Ok(Found::TakenBack(making.take_all_back(&Unfollowed)?.1));
        }
        if is_folder(&named)? {
            making.keep_name()?;
            return Ok(Found::TakenBack(Some(making.end_undone()?)));
        }
        making.end_untouched()?;
        return Ok(Found::TakenBack(None));
    }
    if is_folder(&partial)? {
        let Ok(record) = record_of(&partial)? else {
            return Ok(Found::TakenBack(making.take_all_back(&Unfollowed)?.1));
        };
        let record = making.name_for_good(record)?;
        return Ok(Found::Record(Box::new(record)));
    }
    let record = if is_folder(&named)? {
        record_of(&named)?.ok()
    } else {
        None
    };
    let Some(record) = record else {
        making.end_untouched()?;
        return Ok(Found::TakenBack(None));
    };
    // Its name may not be on the disk yet.
    making.keep_name()?;
    Ok(Found::Record(Box::new(record)))
}

fn told(left: &FolderWork, name: &str, record: &Record, workshop: &Workshop) -> Archived {
    Archived {
        started_at: left.at,
        ended_at: workshop.clock.now().0,
        ..Archived::of_record(name, record)
    }
}
