//! Putting a list of tables into a folder. The one that was there stays beside it, under a name by which
//! the next archive takes it along.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use flowkeep_core::FolderId;
use flowkeep_core::folder::{TABLE_LIST, TABLE_LIST_LIMIT, table_list_among};
use flowkeep_host::{EntryKind, Folder, ReadError};
use flowkeep_store::TaskFolderRecord;

use super::{FolderBusy, FolderError, Workshop};
use crate::time::local;

/// The list that a folder has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListThere {
    /// How its name is spelled.
    pub name: String,
    /// What is in it; nothing where it is longer than a list can be.
    pub bytes: Option<Vec<u8>>,
}

/// The list of tables in a folder, where there is one.
///
/// # Errors
/// [`FolderError`].
pub fn table_list(workshop: &Workshop, folder: FolderId) -> Result<Option<ListThere>, FolderError> {
    there(workshop, &workshop.folder(folder)?)
}

/// Makes these bytes the list of tables of a folder; the one that was there is copied beside it first.
/// Gives what that copy is called. A list that is the same is left alone.
///
/// # Errors
/// [`FolderError`]; the folder has the list it had then, and perhaps a copy of it besides.
pub fn put_table_list(
    workshop: &Workshop,
    folder: FolderId,
    bytes: &[u8],
) -> Result<Option<String>, FolderError> {
    let folder = workshop.folder(folder)?;
    let _lock = workshop.lock(folder.id)?;
    if let Some(held) = workshop.store.held_folder(folder.id)? {
        return Err(FolderError::Busy(FolderBusy::Run(held)));
    }
    if workshop.store.folder_work(folder.id)?.is_some() {
        return Err(FolderError::Busy(FolderBusy::Archive));
    }
    let before = there(workshop, &folder)?;
    if before
        .as_ref()
        .is_some_and(|list| list.bytes.as_deref() == Some(bytes))
    {
        return Ok(None);
    }
    let kept = match &before {
        Some(list) => Some(keep(workshop, &folder, &list.name)?),
        None => None,
    };
    let name = before.map_or_else(|| TABLE_LIST.to_owned(), |list| list.name);
    let path = folder.path.join(&name);
    let into = Folder::open(&folder.path).map_err(FolderError::at(&folder.path))?;
    into.replace(Path::new(&name), &mut &*bytes)
        .map_err(|error| FolderError::at(&path)(plain(error)))?;
    let tell = workshop.tell(&folder, "folder_list", std::slice::from_ref(&name));
    workshop.store.write(move |tx| tell(tx))?;
    Ok(kept)
}

fn there(workshop: &Workshop, folder: &TaskFolderRecord) -> Result<Option<ListThere>, FolderError> {
    let at = FolderError::at(&folder.path);
    let entries = workshop.files.entries(&folder.path).map_err(at)?;
    let there = entries.iter().filter_map(|entry| {
        let is_file = entry.kind == EntryKind::File;
        Some((entry.name.to_str()?, is_file))
    });
    let Some((name, is_file)) = table_list_among(there, TABLE_LIST) else {
        return Ok(None);
    };
    let path = folder.path.join(name);
    if !is_file {
        // A folder or a link of that name is somebody's: it is neither read nor written over.
        return Err(FolderError::at(&path)(ErrorKind::AlreadyExists.into()));
    }
    let folder = Folder::open(&folder.path).map_err(FolderError::at(&path))?;
    let bytes = match folder.read(Path::new(name), TABLE_LIST_LIMIT) {
        Ok(bytes) => Some(bytes),
        Err(ReadError::TooLarge { .. }) => None,
        Err(error) => return Err(FolderError::at(&path)(plain(error))),
    };
    Ok(Some(ListThere {
        name: name.to_owned(),
        bytes,
    }))
}

/// Copies the list that is there to a name with the time in it, and flushes that.
fn keep(workshop: &Workshop, folder: &TaskFolderRecord, name: &str) -> Result<String, FolderError> {
    let from = folder.path.join(name);
    let stem = local(workshop.clock.now()).format("table_list_%Y%m%d_%H%M%S");
    let mut number = 0_u32;
    loop {
        let name = match number {
            0 => format!("{stem}.txt"),
            number => format!("{stem}_{number}.txt"),
        };
        let to: PathBuf = folder.path.join(&name);
        let files = workshop.files.as_ref();
        match files.copy_new(&from, &to, &|| true) {
            Ok(_) => {
                files.flush(&to).map_err(FolderError::at(&to))?;
                return Ok(name);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(FolderError::at(&to)(error)),
        }
    }
}

fn plain(error: ReadError) -> io::Error {
    match error {
        ReadError::Io(error) => error,
        ReadError::Missing => ErrorKind::NotFound.into(),
        other => io::Error::other(other),
    }
}
