//! Taking a folder off the list. Nothing on its disk is touched.

use flowkeep_core::FolderId;
use flowkeep_store::TaskFolderRecord;

use super::{FolderBusy, FolderError, Workshop};

/// Lets a folder be an ordinary one again: its files and archives stay. Its disk need not be there.
///
/// # Errors
/// [`FolderError::Unknown`]; [`FolderError::Busy`] while a run has it, or files are moved or have yet to be
/// put right.
pub fn forget(workshop: &Workshop, id: FolderId) -> Result<TaskFolderRecord, FolderError> {
    let _lock = workshop.lock_here(id)?;
    let (actor, face) = (workshop.actor.clone(), workshop.face);
    workshop.store.write(move |tx| {
        if let Some(held) = tx.held_folder(id)? {
            return Err(FolderError::Busy(FolderBusy::Run(held)));
        }
        if tx.folder_work(id)?.is_some() {
            return Err(FolderError::Busy(FolderBusy::Archive));
        }
        let forgotten = tx.forget_task_folder(id, &actor, face)?;
        forgotten.ok_or(FolderError::Unknown)
    })
}
