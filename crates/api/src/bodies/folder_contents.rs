//! Looking into an archive of a task folder, and giving a folder its list of tables. What touches disks
//! is done apart, as in `folders`.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use flowkeep_core::folder::{How, TABLE_LIST_LIMIT, TableList};
use flowkeep_core::{Message, Sha256};
use flowkeep_files::folders::{self, InsideFile};
use flowkeep_files::io_reason;
use flowkeep_host::{ReadError, open_regular, path_text};

use super::folders::meant;
use crate::apart::in_time;
use crate::types::{
    ChosenPlace, FolderArchiveFile, FolderArchiveRef, FolderArchiveShow, FolderPutTableListInput,
    FolderRef, FolderTableListInput, FolderTableListPlan, FolderTableListPut, FolderTables,
};
use crate::{Api, AppError, time};

/// Where a folder is, or one of its archives: for a face that opens it.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`, `archive_unknown`.
pub fn place(api: &Api, id: &str, archive: Option<&str>) -> Result<PathBuf, AppError> {
    let folder = meant(api, id)?;
    match archive {
        Some(archive) => Ok(folder.path.join(folders::archive_folder(archive)?)),
        None => Ok(folder.path),
    }
}

/// What is in an archive.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`, `folder_gone`, `archive_unknown`, `disk_silent`.
pub fn archive_show(api: &Api, input: FolderArchiveRef) -> Result<FolderArchiveShow, AppError> {
    let folder = meant(api, &input.id)?;
    let (workshop, id, archive) = (api.workshop()?, folder.id, input.archive.clone());
    let inside = in_time(api.most, &folder.path, move |_| {
        folders::inside(&workshop, id, &archive).map_err(AppError::from)
    })?;
    Ok(FolderArchiveShow {
        path: path_text(&folder.path.join(&input.archive)),
        archive: input.archive,
        files: inside.files.into_iter().map(file).collect(),
        failed: inside.failed.into_iter().map(Into::into).collect(),
    })
}

fn file(file: InsideFile) -> FolderArchiveFile {
    FolderArchiveFile {
        name: file.name,
        archived_as: file.archived_as,
        bytes: file.bytes,
        modified: file.modified.map(time::rfc3339),
        how: file.how.map(|how| match how {
            How::Moved => "moved",
            How::Copied => "copied",
        }),
        link_target: file.link_target,
        reason: file.reason,
        missing: file.missing,
    }
}

/// The tables that the list of a folder names.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`, `folder_gone`, `table_list_unreadable`, `disk_silent`.
pub fn tables(api: &Api, input: FolderRef) -> Result<FolderTables, AppError> {
    let folder = meant(api, &input.id)?;
    let (workshop, id) = (api.workshop()?, folder.id);
    let there = in_time(api.most, &folder.path, move |_| {
        folders::table_list(&workshop, id).map_err(AppError::from)
    })?;
    let mut tables = FolderTables {
        id: id.to_string(),
        path: None,
        encoding: None,
        tables: Vec::new(),
        dropped: Vec::new(),
    };
    if let Some(there) = there {
        let list = listed(&there.bytes.ok_or_else(too_long)?)?;
        tables.path = Some(path_text(&folder.path.join(there.name)));
        tables.encoding = Some(list.encoding);
        (tables.tables, tables.dropped) = (list.names, list.dropped);
    }
    Ok(tables)
}

/// What a file would be as the list of tables of a folder.
///
/// # Errors
/// `folder_unknown`, `folder_ambiguous`, `folder_gone`, `place_unknown`, `table_list_unreadable`,
/// `disk_silent`.
pub fn table_list(api: &Api, input: FolderTableListInput) -> Result<FolderTableListPlan, AppError> {
    let folder = meant(api, &input.id)?;
    let bytes = chosen(api, &input.from)?;
    let list = listed(&bytes)?;
    let (workshop, id) = (api.workshop()?, folder.id);
    let there = in_time(api.most, &folder.path, move |_| {
        folders::table_list(&workshop, id).map_err(AppError::from)
    })?;
    Ok(FolderTableListPlan {
        names: list.names,
        dropped: list.dropped,
        encoding: list.encoding,
        sha256: Sha256::of(&bytes),
        replaces: there.is_some(),
        same: there.is_some_and(|there| there.bytes.as_ref() == Some(&bytes)),
    })
}

/// Makes a file the list of tables of a folder. The list that was there stays beside it.
///
/// # Errors
/// As [`table_list`]; `plan_changed` when the file is not what was looked at, `folder_busy`.
pub fn put_table_list(
    api: &Api,
    input: FolderPutTableListInput,
) -> Result<FolderTableListPut, AppError> {
    let folder = meant(api, &input.id)?;
    let bytes = chosen(api, &input.from)?;
    if Sha256::of(&bytes) != input.sha256 {
        return Err(AppError::new("plan_changed").hint("look_again"));
    }
    let list = listed(&bytes)?;
    if list.names.is_empty() {
        return Err(unreadable(Message::new("table_list_empty")));
    }
    let (workshop, id) = (api.workshop()?, folder.id);
    let kept_as = in_time(api.most, &folder.path, move |_| {
        folders::put_table_list(&workshop, id, &bytes).map_err(AppError::from)
    })?;
    Ok(FolderTableListPut {
        tables: u32::try_from(list.names.len()).unwrap_or(u32::MAX),
        kept_as,
    })
}

fn listed(bytes: &[u8]) -> Result<TableList, AppError> {
    TableList::read(bytes).map_err(unreadable)
}

fn too_long() -> AppError {
    unreadable(Message::new("table_list_long"))
}

fn unreadable(why: Message) -> AppError {
    let mut error = AppError::new("table_list_unreadable");
    error.because = Some(Box::new(why));
    error
}

/// The bytes of the file that a person chose.
fn chosen(api: &Api, from: &ChosenPlace) -> Result<Vec<u8>, AppError> {
    let path = api.path_of(from)?;
    let at = path.clone();
    in_time(api.most, &at, move |_| read(&path))
}

fn read(path: &Path) -> Result<Vec<u8>, AppError> {
    let said = |error: std::io::Error| unreadable(io_reason(&error));
    let file = open_regular(path).map_err(|error| match error {
        ReadError::Io(error) => said(error),
        _ => unreadable(Message::new("file_is_special")),
    })?;
    let mut bytes = Vec::new();
    file.take(TABLE_LIST_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(said)?;
    if bytes.len() as u64 > TABLE_LIST_LIMIT {
        return Err(too_long());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
