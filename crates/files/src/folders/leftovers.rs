//! What lies hidden in a folder although nothing is under way there: copies that waited, and archives that were
//! being removed, of which the journal tells no more because the data it was in is gone or was exchanged.

use flowkeep_core::FolderId;
use flowkeep_host::EntryKind;
use ulid::Ulid;

use super::clean_up::ASIDE;
use super::put_back::WAITING;
use super::{FolderBusy, FolderError, Workshop};

/// What something that was broken off has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftoverKind {
    /// Copies of files of an archive, which were to be put back.
    Waiting,
    /// The rest of an archive that was being removed.
    Removing,
}

/// A hidden folder of ours that belongs to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// What it is called.
    pub name: String,
    /// What it was.
    pub kind: LeftoverKind,
}

/// What lies hidden in a folder and belongs to nothing that is under way there or will be finished. It is told and
/// never touched: other data may know of it.
///
/// # Errors
/// [`FolderError`], but for [`FolderError::Busy`]: while somebody is at work nothing is told.
pub fn leftovers(workshop: &Workshop, folder: FolderId) -> Result<Vec<Leftover>, FolderError> {
    let known = workshop.folder(folder)?;
    let _lock = match workshop.lock(folder) {
        Err(FolderError::Busy(FolderBusy::Archive)) => return Ok(Vec::new()),
        lock => lock?,
    };
    if workshop.store.folder_work(folder)?.is_some() {
        return Ok(Vec::new());
    }
    let entries = workshop.files.entries(&known.path);
    let entries = entries.map_err(FolderError::at(&known.path))?;
    let folders = entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::Folder);
    let mut found: Vec<_> = folders
        .filter_map(|entry| leftover(entry.name.to_str()?))
        .collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

fn leftover(name: &str) -> Option<Leftover> {
    let ends = [
        (WAITING, LeftoverKind::Waiting),
        (ASIDE, LeftoverKind::Removing),
    ];
    let hidden = name.strip_prefix('.')?;
    let (_, kind) = ends.into_iter().find(|(end, _)| {
        let id = hidden.strip_suffix(end);
        id.is_some_and(|id| Ulid::from_string(id).is_ok())
    })?;
    Some(Leftover {
        name: name.to_owned(),
        kind,
    })
}
