//! One archive opened: what its record tells of each file, beside what is there. The disk is asked.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;

use flowkeep_core::folder::{ArchiveName, How, RECORD, Record};
use flowkeep_core::{FolderId, Message};
use flowkeep_host::{Entry, EntryKind, Timestamp};

use super::archives::read_record;
use super::names::{name_text, text_here, text_name};
use super::outcome::failures;
use super::{Failure, FolderError, Workshop};

/// What is in an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inside {
    /// Each file of the record, and each that is there without standing in it; by name.
    pub files: Vec<InsideFile>,
    /// What could not be archived, or not as it should.
    pub failed: Vec<Failure>,
}

/// One file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsideFile {
    /// Its name in the folder.
    pub name: String,
    /// Its name in the archive, where that is another.
    pub archived_as: Option<String>,
    /// Bytes; nothing of a file that is gone and whose record tells none.
    pub bytes: Option<u64>,
    /// Milliseconds; when its content last changed.
    pub modified: Option<i64>,
    /// How it came here; nothing of a file that the record does not name.
    pub how: Option<How>,
    /// Where the link led as it was in the folder. Only links have it.
    pub link_target: Option<String>,
    /// What is to be known of it.
    pub reason: Option<Message>,
    /// Whether the record names it and it is not there.
    pub missing: bool,
}

/// Opens an archive of a folder, whole or not. Of one whose record cannot be read, the files are told.
///
/// # Errors
/// [`FolderError::NoArchive`] when there is none of that name, and as for [`super::archives()`].
pub fn inside(workshop: &Workshop, folder: FolderId, archive: &str) -> Result<Inside, FolderError> {
    let folder = workshop.folder(folder)?;
    let path = folder.path.join(archive_folder(archive)?);
    let files = workshop.files.as_ref();
    let there = files.entry(&path).map_err(FolderError::at(&path))?;
    if there.is_none_or(|entry| entry.kind != EntryKind::Folder) {
        return Err(FolderError::NoArchive(archive.to_owned()));
    }
    let mut there: HashMap<OsString, Entry> = files
        .entries(&path)
        .map_err(FolderError::at(&path))?
        .into_iter()
        .filter(|entry| entry.kind != EntryKind::Folder && entry.name != *RECORD)
        .map(|entry| (entry.name.clone(), entry))
        .collect();
    let mut inside = Inside::default();
    if let Ok(record) = read_record(files, &path) {
        inside.failed = failures(&record);
        inside.files = told(&record, &folder.path, &mut there);
    }
    let unnamed = there.into_values().map(|entry| InsideFile {
        name: name_text(&folder.path, &entry.name),
        archived_as: None,
        bytes: Some(entry.bytes),
        modified: modified(&entry),
        how: None,
        link_target: None,
        reason: None,
        missing: false,
    });
    inside.files.extend(unnamed);
    inside.files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(inside)
}

/// What the record tells of each file; takes those out of `there` that are.
fn told(record: &Record, folder: &Path, there: &mut HashMap<OsString, Entry>) -> Vec<InsideFile> {
    let mut by_name: HashMap<&str, _> = HashMap::new();
    for file in &record.files {
        by_name.insert(file.in_archive(), file);
    }
    let contents = record.contents().map(|(archived, name)| {
        let entry = text_name(archived).and_then(|name| there.remove(&name));
        let file = by_name.get(archived);
        let stated = file.and_then(|file| file.modified.as_deref());
        InsideFile {
            name: text_here(folder, name),
            archived_as: (archived != name).then(|| archived.to_owned()),
            bytes: entry
                .as_ref()
                .map(|entry| entry.bytes)
                .or_else(|| file.map(|file| file.bytes)),
            modified: stated
                .and_then(Timestamp::stated)
                .map(|at| at.0)
                .or_else(|| entry.as_ref().and_then(modified)),
            // A record that says no more than a name names what was moved.
            how: Some(file.map_or(How::Moved, |file| file.how)),
            link_target: file.and_then(|file| file.link_target.clone()),
            reason: file.and_then(|file| file.reason.clone()),
            missing: entry.is_none(),
        }
    });
    contents.collect()
}

/// The name of an archive's folder; never a way to somewhere else.
///
/// # Errors
/// [`FolderError::NoArchive`] for anything but the name of an archive, whole or not.
pub fn archive_folder(archive: &str) -> Result<&str, FolderError> {
    let whole = archive.strip_suffix(".partial").unwrap_or(archive);
    match whole.parse::<ArchiveName>() {
        Ok(_) => Ok(archive),
        Err(_) => Err(FolderError::NoArchive(archive.to_owned())),
    }
}

fn modified(entry: &Entry) -> Option<i64> {
    entry.modified.and_then(super::archives::millis)
}
