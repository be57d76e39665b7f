//! Finishing or undoing what a dead process left in a folder. Files say where they are; the journal says
//! what was meant.

use std::path::Path;

use flowkeep_core::folder::{ArchiveName, RECORD, Record};
use flowkeep_core::{FolderId, RunId};
use flowkeep_host::{EntryKind, Folder};
use flowkeep_store::{FolderWork, TaskFolderRecord};

use super::archives::RECORD_LIMIT;
use super::plan::Journal;
use super::seal::{Making, end};
use super::{Archived, FolderBusy, FolderError, Workshop};

/// What was found in a folder and what was done about it.
#[derive(Debug)]
pub struct Recovered {
    /// The folder.
    pub folder: FolderId,
    /// The run it was made ready for.
    pub run: Option<RunId>,
    /// The archive that was finished; nothing where all was put back. Or why neither could be done: it is
    /// tried again at the next start and before the next archive.
    pub outcome: Result<Option<Archived>, FolderError>,
}

/// Finishes or undoes what dead processes left, in all folders that nobody is at work in.
///
/// # Errors
/// [`FolderError::Store`] where it cannot be told what that is.
pub fn recover(workshop: &Workshop) -> Result<Vec<Recovered>, FolderError> {
    let mut recovered = Vec::new();
    for left in workshop.store.folder_works()? {
        let _lock = match workshop.lock(left.folder) {
            Ok(lock) => lock,
            // Its maker is alive.
            Err(FolderError::Busy(FolderBusy::Archive)) => continue,
            Err(error) => return Err(error),
        };
        // Its maker may just have ended.
        let Some(left) = workshop.store.folder_work(left.folder)? else {
            continue;
        };
        let outcome = workshop
            .folder(left.folder)
            .and_then(|folder| settle(workshop, &folder, &left));
        if let Err(error) = &outcome {
            tracing::warn!(%error, folder = %left.folder, "what was begun there stays so for now");
        }
        recovered.push(Recovered {
            folder: left.folder,
            run: left.run,
            outcome,
        });
    }
    Ok(recovered)
}

/// Finishes or undoes what was begun in one folder, whose lock is held. The archive that was finished is
/// answered.
///
/// # Errors
/// [`FolderError`]; the line stays in the journal then.
pub(super) fn settle(
    workshop: &Workshop,
    folder: &TaskFolderRecord,
    left: &FolderWork,
) -> Result<Option<Archived>, FolderError> {
    let files = workshop.files.as_ref();
    let Ok(name) = left.archive.parse::<ArchiveName>() else {
        // No archive is called so: nothing can have been begun.
        end(workshop, folder, &left.archive, None, None)?;
        return Ok(None);
    };
    let is_folder = |path: &Path| {
        let entry = files.entry(path).map_err(FolderError::at(path))?;
        Ok::<_, FolderError>(entry.is_some_and(|entry| entry.kind == EntryKind::Folder))
    };
    let mut making = Making {
        workshop,
        folder,
        journal: serde_json::from_str::<Journal>(&left.plan).unwrap_or_default(),
        name,
        sequence: folder.sequence,
    };
    let partial = making.partial();
    if is_folder(&partial)? {
        let Some(record) = record_in(&partial) else {
            making.take_all_back()?;
            return Ok(None);
        };
        making.name_for_good(record.clone())?;
        let made = told(left, &making.name.to_string(), &record, workshop);
        making.end(Some(&made), Some("folder_archive"))?;
        return Ok(Some(made));
    }
    let named = folder.path.join(&left.archive);
    let record = is_folder(&named)?.then(|| record_in(&named)).flatten();
    let Some(record) = record else {
        end(workshop, folder, &left.archive, None, None)?;
        return Ok(None);
    };
    let made = told(left, &left.archive, &record, workshop);
    making.end(Some(&made), Some("folder_archive"))?;
    Ok(Some(made))
}

fn told(left: &FolderWork, name: &str, record: &Record, workshop: &Workshop) -> Archived {
    Archived {
        started_at: left.at,
        ended_at: workshop.clock.now().0,
        ..Archived::of_record(name, record)
    }
}

/// The record of an archive of ours, if it is whole.
fn record_in(archive: &Path) -> Option<Record> {
    let bytes = Folder::open(archive)
        .ok()?
        .read(Path::new(RECORD), RECORD_LIMIT)
        .ok()?;
    Record::read(&bytes).ok()
}
