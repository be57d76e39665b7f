//! What is in a folder: its files, and the archives that are there, whoever made them. The disk is asked
//! each time; what a record says is remembered as long as it is the same record.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use flowkeep_core::folder::{ArchiveName, How, RECORD, Record};
use flowkeep_core::{FolderId, Message};
use flowkeep_host::{Entry, EntryFiles, EntryKind, ReadError, Timestamp};
use flowkeep_store::{KnownArchive, StoreError, TaskFolderRecord};
use serde::{Deserialize, Serialize};

use super::names::{name_text, text_name};
use super::{FolderError, Workshop};
use crate::reason::io_reason;

/// A file takes some 300 bytes in a record, so this is one of 800,000 files. Whoever reads a record has all of it
/// in memory, several times over; none is written that could not be read.
pub(super) const RECORD_LIMIT: u64 = 1 << 28;

/// Names of missing files that are told; all are counted.
const NAMED: usize = 20;

/// One archive of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveSummary {
    /// What it is called.
    pub archive: String,
    /// Milliseconds; when it was made, as its record or else its name says.
    pub created_at: Option<i64>,
    /// Its number. Archives of earlier tools have none and count as older than all that have one.
    pub sequence: Option<u64>,
    /// The archive for whose files it made way, where files were put back.
    #[serde(default)]
    pub made_way_for: Option<String>,
    /// Files in it, without its record.
    pub files: u32,
    /// How many of those are copies of files that stayed, as its record says.
    pub copied: u32,
    /// Bytes of those.
    pub bytes: u64,
    /// Files that could not be archived then.
    pub failed: u32,
    /// Files its record lists that are not in it.
    pub missing: u32,
    /// The first of those.
    pub missing_names: Vec<String>,
    /// Why it cannot be used as an archive.
    pub broken: Option<Message>,
    /// Whether it was taken back, and holds no more than what could not go back. What was remembered before
    /// there was this is read anew.
    pub undone: bool,
}

/// One file right in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderFile {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// Milliseconds; when its content last changed.
    pub modified: Option<i64>,
    /// Whether it stays when the folder is archived.
    pub kept: bool,
    /// Whether it is a link, which is never followed.
    pub link: bool,
}

/// The files right in a folder, in the order of their names. Folders in it are left out.
///
/// # Errors
/// [`FolderError`].
pub fn contents(workshop: &Workshop, folder: FolderId) -> Result<Vec<FolderFile>, FolderError> {
    let folder = workshop.folder(folder)?;
    let entries = entries(workshop, &folder)?;
    Ok(files(&folder, entries))
}

/// The archives of a folder, the newest first. What is being made at present is none.
///
/// # Errors
/// [`FolderError`].
pub fn archives(workshop: &Workshop, folder: FolderId) -> Result<Vec<ArchiveSummary>, FolderError> {
    let folder = workshop.folder(folder)?;
    let entries = entries(workshop, &folder)?;
    summaries(workshop, &folder, &entries)
}

/// The greatest number of the archives among the entries of a folder, whoever made them: other data folders
/// may know it, and one that was restored has forgotten. An archive that the disk does not show now keeps
/// nobody from making the next one.
pub(super) fn newest_number(
    workshop: &Workshop,
    folder: &TaskFolderRecord,
    entries: &[Entry],
) -> u64 {
    match summaries(workshop, folder, entries) {
        Ok(there) => {
            let numbers = there.into_iter().filter_map(|archive| archive.sequence);
            numbers.max().unwrap_or_default()
        }
        Err(error) => {
            tracing::warn!(%error, folder = %folder.id, "its archives are not seen now");
            0
        }
    }
}

/// [`contents()`] and [`archives()`] at one look.
///
/// # Errors
/// [`FolderError`].
pub fn look(
    workshop: &Workshop,
    folder: FolderId,
) -> Result<(Vec<FolderFile>, Vec<ArchiveSummary>), FolderError> {
    let folder = workshop.folder(folder)?;
    let entries = entries(workshop, &folder)?;
    let archives = summaries(workshop, &folder, &entries)?;
    Ok((files(&folder, entries), archives))
}

fn files(folder: &TaskFolderRecord, mut entries: Vec<Entry>) -> Vec<FolderFile> {
    entries.retain(|entry| entry.kind != EntryKind::Folder);
    entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    let files = entries.into_iter().map(|entry| {
        let name = name_text(&folder.path, &entry.name);
        FolderFile {
            kept: entry.kind == EntryKind::Other || folder.settings.keeps(&name),
            link: entry.kind == EntryKind::Link,
            bytes: entry.bytes,
            modified: entry.modified.and_then(millis),
            name,
        }
    });
    files.collect()
}

fn summaries(
    workshop: &Workshop,
    folder: &TaskFolderRecord,
    entries: &[Entry],
) -> Result<Vec<ArchiveSummary>, FolderError> {
    let known = workshop.store.known_archives(folder.id)?.into_iter();
    let mut known: HashMap<String, KnownArchive> = known
        .map(|archive| (archive.name.clone(), archive))
        .collect();
    let under_way = workshop.store.folder_work(folder.id)?;
    let mut found = Vec::new();
    let mut read = Vec::new();
    for entry in entries {
        let text = name_text(&folder.path, &entry.name);
        let (whole, name) = match text.strip_suffix(".partial") {
            Some(name) => (false, name.parse::<ArchiveName>()),
            None => (true, text.parse()),
        };
        let (EntryKind::Folder, Ok(name)) = (entry.kind, name) else {
            continue;
        };
        if !whole {
            let is_made = |archive: &str| archive == name.to_string();
            if !under_way
                .as_ref()
                .is_some_and(|work| is_made(&work.archive))
            {
                found.push((name, unfinished(text)));
            }
            continue;
        }
        let path = folder.path.join(&text);
        let files = workshop.files.as_ref();
        let stamp = stamp(files, &path, entry)?;
        let before = known.remove(&text).filter(|known| known.stamp == stamp);
        let before = before.and_then(|known| serde_json::from_str(&known.summary).ok());
        let summary = if let Some(summary) = before {
            summary
        } else {
            let (summary, is_certain) = read_one(files, &path, &name, text)?;
            if is_certain {
                read.push(remembered(&summary, stamp)?);
            }
            summary
        };
        found.push((name, summary));
    }
    let gone: Vec<String> = known.into_keys().collect();
    if !(read.is_empty() && gone.is_empty()) {
        let id = folder.id;
        let noted = workshop
            .store
            .write::<_, StoreError>(move |tx| tx.note_archives(id, &read, &gone));
        match noted {
            // Where the data is only looked at, it is read each time.
            Ok(()) | Err(StoreError::OnlyRead | StoreError::ReadOnly) => {}
            Err(error) => return Err(error.into()),
        }
    }
    found.sort_by(|(one, a), (other, b)| (b.sequence, other).cmp(&(a.sequence, one)));
    Ok(found.into_iter().map(|(_, summary)| summary).collect())
}

fn entries(workshop: &Workshop, folder: &TaskFolderRecord) -> Result<Vec<Entry>, FolderError> {
    let entries = workshop.files.entries(&folder.path);
    entries.map_err(FolderError::at(&folder.path))
}

/// By what it is told whether an archive is still the same: its record, and when something was last put
/// into it or taken out.
fn stamp(files: &dyn EntryFiles, path: &Path, entry: &Entry) -> Result<String, FolderError> {
    let record = path.join(RECORD);
    let record = files.entry(&record).map_err(FolderError::at(&record))?;
    let nanos = |entry: &Entry| {
        let since = entry.modified?.duration_since(UNIX_EPOCH).ok()?;
        Some(since.as_nanos())
    };
    let record = record.map(|record| (record.bytes, nanos(&record), record.identity));
    Ok(format!("{record:?} {:?}", nanos(entry)))
}

fn remembered(summary: &ArchiveSummary, stamp: String) -> Result<KnownArchive, FolderError> {
    let text = serde_json::to_string(summary).map_err(|error| StoreError::Io(error.into()))?;
    Ok(KnownArchive {
        name: summary.archive.clone(),
        stamp,
        summary: text,
    })
}

fn unfinished(archive: String) -> ArchiveSummary {
    ArchiveSummary {
        archive,
        created_at: None,
        sequence: None,
        made_way_for: None,
        files: 0,
        copied: 0,
        bytes: 0,
        failed: 0,
        missing: 0,
        missing_names: Vec::new(),
        broken: Some(Message::new("archive_unfinished")),
        undone: false,
    }
}

/// Looks at one, and says whether that is all there is to know: a disk may show its record the next time.
fn read_one(
    files: &dyn EntryFiles,
    path: &Path,
    name: &ArchiveName,
    archive: String,
) -> Result<(ArchiveSummary, bool), FolderError> {
    let found = files.entries(path).map_err(FolderError::at(path))?;
    let mut there: HashMap<_, _> = found
        .into_iter()
        .filter(|entry| entry.kind != EntryKind::Folder)
        .map(|entry| (entry.name.clone(), entry.bytes))
        .collect();
    there.remove(RECORD.as_ref() as &std::ffi::OsStr);
    let found = find_record(files, path);
    let is_certain = found.is_ok();
    let record = found.unwrap_or_else(|error| Err(io_reason(&error)));
    let mut summary = ArchiveSummary {
        created_at: made_at(record.as_ref().ok(), name),
        files: u32::try_from(there.len()).unwrap_or(u32::MAX),
        bytes: there.values().sum(),
        broken: None,
        ..unfinished(archive)
    };
    match record {
        Err(why) => summary.broken = Some(why),
        Ok(record) => {
            summary.sequence = record.sequence;
            summary.made_way_for.clone_from(&record.made_way_for);
            let copies = record.files.iter().filter(|file| file.how == How::Copied);
            let copies = copies.filter(|file| {
                text_name(file.in_archive()).is_some_and(|name| there.contains_key(&name))
            });
            summary.copied = u32::try_from(copies.count()).unwrap_or(u32::MAX);
            summary.undone = record.is_undone();
            summary.failed = u32::try_from(record.failed_files.len()).unwrap_or(u32::MAX);
            let missing = record.contents().filter(|(archived, _)| {
                let name = text_name(archived);
                name.is_none_or(|name| !there.contains_key(&name))
            });
            for (_, name) in missing {
                summary.missing += 1;
                if summary.missing_names.len() < NAMED {
                    summary.missing_names.push(name.to_owned());
                }
            }
        }
    }
    Ok((summary, is_certain))
}

/// The record of an archive, or why it has none that can be read.
pub(super) fn read_record(files: &dyn EntryFiles, archive: &Path) -> Result<Record, Message> {
    find_record(files, archive).unwrap_or_else(|error| Err(io_reason(&error)))
}

/// The record of an archive, or why it has none. What a disk does not show says nothing of that.
///
/// # Errors
/// What the system says: there may be a record.
pub(super) fn find_record(
    files: &dyn EntryFiles,
    archive: &Path,
) -> io::Result<Result<Record, Message>> {
    match files.read(archive, RECORD, RECORD_LIMIT) {
        Ok(bytes) => Ok(Record::read(&bytes)),
        Err(ReadError::Io(error)) => Err(error),
        Err(ReadError::Missing) => Ok(Err(Message::new("archive_record_missing"))),
        Err(ReadError::TooLarge { bytes, limit }) => Ok(Err(Message::new("archive_record_large")
            .with("file_bytes", bytes)
            .with("most_bytes", limit))),
        Err(other) => Ok(Err(
            Message::new("archive_record_damaged").with("detail", other)
        )),
    }
}

/// Earlier tools wrote the local time of their machine, which is taken for this one.
fn made_at(record: Option<&Record>, name: &ArchiveName) -> Option<i64> {
    let stated = record.and_then(|record| {
        let stated = record.created_at.as_deref().unwrap_or(&record.backup_time);
        Timestamp::stated(stated)
    });
    let stated = stated.or_else(|| Timestamp::stated(&name.local_time()));
    stated.map(|at| at.0)
}

/// A time of the disk in milliseconds.
pub(super) fn millis(at: std::time::SystemTime) -> Option<i64> {
    let since = at.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}
