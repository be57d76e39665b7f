//! Taking a folder off the list. Nothing on its disk is touched, but for what was broken off there and can be
//! put right.

use flowkeep_core::FolderId;
use flowkeep_core::folder::ArchiveName;
use flowkeep_store::TaskFolderRecord;

use super::recover::recover_one;
use super::{FolderBusy, FolderError, Workshop};

/// A folder that is off the list.
#[derive(Debug, Clone)]
pub struct Forgotten {
    /// What was known of it.
    pub folder: TaskFolderRecord,
    /// What was broken off there and stays so, because the folder is not there: what it is called in it.
    pub unfinished: Option<String>,
}

/// Lets a folder be an ordinary one again: its files and archives stay. Its disk need not be there.
///
/// # Errors
/// [`FolderError::Unknown`]; [`FolderError::Busy`] while a run has it, or files are moved; what keeps that from
/// being put right which was broken off in it.
pub fn forget(workshop: &Workshop, id: FolderId) -> Result<Forgotten, FolderError> {
    let given_up = match recover_one(workshop, id)?.map(|recovered| recovered.outcome) {
        None | Some(Ok(_)) => None,
        Some(Err(FolderError::Gone(_) | FolderError::Replaced(_))) => {
            workshop.store.folder_work(id)?
        }
        Some(Err(error)) => return Err(error),
    };
    let _lock = workshop.lock_here(id)?;
    let unfinished = given_up.as_ref().and_then(|work| {
        let name = work.archive.parse::<ArchiveName>().ok()?;
        Some(name.unfinished())
    });
    let (actor, face) = (workshop.actor.clone(), workshop.face);
    let folder = workshop.store.write(move |tx| {
        if let Some(held) = tx.held_folder(id)? {
            return Err(FolderError::Busy(FolderBusy::Run(held)));
        }
        match tx.folder_work(id)? {
            None => {}
            left if left == given_up => tx.end_folder_work(id, None)?,
            Some(_) => return Err(FolderError::Busy(FolderBusy::Archive)),
        }
        let forgotten = tx.forget_task_folder(id, &actor, face)?;
        forgotten.ok_or(FolderError::Unknown)
    })?;
    Ok(Forgotten { folder, unfinished })
}
