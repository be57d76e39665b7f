//! Removing archives that nobody wants any more. One that goes first gets a name of its own, so that nobody
//! takes half of it for an archive; its record goes last. What is in it and not in its record is somebody's:
//! such an archive stays.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::Path;

use flowkeep_core::folder::{CleanUpLimits, CleanUpVerdict, OldArchive, RECORD, clean_up_verdicts};
use flowkeep_core::{FolderId, Message};
use flowkeep_host::{Entry, EntryFiles, EntryKind, Progress};
use flowkeep_store::{FolderWork, FolderWorkKind, StoreError, TaskFolderRecord};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::archives::{ArchiveSummary, archives, read_record};
use super::inside::archive_folder;
use super::names::{name_text, text_name};
use super::{Failure, FolderError, Workshop};
use crate::reason::io_reason;

/// How an archive that goes is called at its end.
pub(super) const ASIDE: &str = ".removing";

/// What would become of one archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The archive.
    pub archive: ArchiveSummary,
    /// What becomes of it.
    pub verdict: CleanUpVerdict,
    /// Why it stays although it is old, or cannot be used.
    pub reason: Option<Message>,
}

/// What became of archives that were to go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CleanedUp {
    /// What is gone.
    pub removed: Vec<String>,
    /// What is still there, and why.
    pub failed: Vec<Failure>,
    /// Bytes of what is gone.
    pub bytes: u64,
    /// Whether it was ended before all were looked at.
    pub cancelled: bool,
}

/// What is written down before the first archive goes.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Journal {
    /// Which folder it was, as the disk tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    within: Option<(u64, u64)>,
    /// What each archive is called while it goes.
    #[serde(default)]
    aside: BTreeMap<String, String>,
}

/// What would become of the archives of a folder, the newest first.
///
/// # Errors
/// [`FolderError`].
pub fn clean_up_plan(
    workshop: &Workshop,
    folder: FolderId,
    limits: &CleanUpLimits,
) -> Result<Vec<Judged>, FolderError> {
    let there = archives(workshop, folder)?;
    let folder = workshop.folder(folder)?;
    let old = there.iter().map(|archive| OldArchive {
        created_at: archive.created_at,
        bytes: archive.bytes,
        is_usable: archive.broken.is_none(),
    });
    let verdicts = clean_up_verdicts(limits, &old.collect::<Vec<_>>());
    let judged = there.into_iter().zip(verdicts).map(|(archive, verdict)| {
        let reason = match verdict {
            CleanUpVerdict::Goes => {
                let path = folder.path.join(&archive.archive);
                unknown_inside(workshop.files.as_ref(), &path)?
            }
            CleanUpVerdict::Broken => archive.broken.clone(),
            CleanUpVerdict::Newest | CleanUpVerdict::Stays => None,
        };
        Ok(Judged {
            verdict: match (verdict, &reason) {
                (CleanUpVerdict::Goes, Some(_)) => CleanUpVerdict::Stays,
                (verdict, _) => verdict,
            },
            archive,
            reason,
        })
    });
    judged.collect()
}

/// Removes archives of a folder, the oldest first as they are told. What cannot be removed is told, and is as it
/// was or nearly so.
///
/// # Errors
/// [`FolderError::Busy`]; [`FolderError::NoArchive`] for what is called like none: nothing has been removed then.
pub fn clean_up(
    workshop: &Workshop,
    folder: FolderId,
    names: &[String],
    progress: &dyn Progress,
) -> Result<CleanedUp, FolderError> {
    for name in names {
        archive_folder(name)?;
    }
    let folder = workshop.folder(folder)?;
    let _lock = workshop.lock(folder.id)?;
    let files = workshop.files.as_ref();
    // Whoever takes this over tells of each one that is gone by then.
    let there = names
        .iter()
        .filter(|name| !matches!(files.entry(&folder.path.join(name)), Ok(None)));
    let aside = |name: &String| (name.clone(), format!(".{}{ASIDE}", Ulid::generate()));
    let journal = Journal {
        within: workshop.identity(&folder)?,
        aside: there.map(aside).collect(),
    };
    begin(workshop, &folder, &journal)?;
    sweep(files, &folder.path);
    let mut cleaned = CleanedUp::default();
    let total = u32::try_from(names.len()).ok();
    for (at, (name, aside)) in (0..).zip(ordered(names, &journal)) {
        if progress.cancelled() {
            cleaned.cancelled = true;
            break;
        }
        progress.step("folder_clean_up", at, total, Some(name));
        // What keeps it from its name keeps the journal too: the next to come tells what is gone.
        match remove(files, &folder.path, name, aside)? {
            Removal::Gone(bytes) => {
                cleaned.removed.push(name.clone());
                cleaned.bytes += bytes;
            }
            Removal::Missing => {}
            Removal::Stays(reason) => cleaned.failed.push(Failure {
                file: name.clone(),
                reason,
            }),
        }
    }
    // Of what is on a disk that went away nobody knows.
    workshop.is_same_place(&folder, journal.within)?;
    end(workshop, &folder, cleaned.removed.clone())?;
    Ok(cleaned)
}

/// Removes what an archive was emptied of and could not be removed itself then.
fn sweep(files: &dyn EntryFiles, folder: &Path) {
    let entries = files.entries(folder).unwrap_or_default();
    let left = entries.iter().filter(|entry| {
        let name = entry.name.to_string_lossy();
        entry.kind == EntryKind::Folder && name.starts_with('.') && name.ends_with(ASIDE)
    });
    for entry in left {
        if let Err(error) = files.remove_empty_folder(&folder.join(&entry.name)) {
            tracing::warn!(%error, "an emptied archive stays as a hidden folder");
        }
    }
}

/// In the order they were asked for.
fn ordered<'a>(
    names: &'a [String],
    journal: &'a Journal,
) -> impl Iterator<Item = (&'a String, &'a String)> {
    names
        .iter()
        .filter_map(|name| Some((name, journal.aside.get(name)?)))
}

/// Removes the rest of what a dead process had begun to remove; what it had not begun with stays.
pub(super) fn settle_clean_up(
    workshop: &Workshop,
    folder: &TaskFolderRecord,
    left: &FolderWork,
) -> Result<(), FolderError> {
    let files = workshop.files.as_ref();
    let journal: Journal = serde_json::from_str(&left.plan).unwrap_or_default();
    let mut removed = Vec::new();
    for (name, aside) in &journal.aside {
        let is_there = |name: &str| {
            let path = folder.path.join(name);
            let entry = files.entry(&path).map_err(FolderError::at(&path))?;
            Ok::<_, FolderError>(entry.is_some())
        };
        if is_there(aside)? {
            match empty(files, &folder.path.join(aside)) {
                Ok(_) => removed.push(name.clone()),
                Err(_) => name_again(files, &folder.path, name, aside)?,
            }
        } else if !is_there(name)? {
            removed.push(name.clone());
        }
    }
    end(workshop, folder, removed)
}

fn begin(
    workshop: &Workshop,
    folder: &TaskFolderRecord,
    journal: &Journal,
) -> Result<(), FolderError> {
    let work = FolderWork {
        folder: folder.id,
        kind: FolderWorkKind::CleanUp,
        archive: journal.aside.keys().next().cloned().unwrap_or_default(),
        run: None,
        plan: serde_json::to_string(journal)
            .map_err(|error| FolderError::Store(StoreError::Io(error.into())))?,
        at: workshop.clock.now().0,
    };
    workshop.begin(work, 0)?;
    Ok(())
}

/// Takes the line out of the journal, and tells Activity which archives are gone.
fn end(
    workshop: &Workshop,
    folder: &TaskFolderRecord,
    removed: Vec<String>,
) -> Result<(), FolderError> {
    let id = folder.id;
    let tell = (!removed.is_empty()).then(|| workshop.tell(folder, "folder_clean_up", &removed));
    workshop.store.write::<_, StoreError>(move |tx| {
        tx.end_folder_work(id, None)?;
        tell.map_or(Ok(()), |tell| tell(tx))
    })?;
    Ok(())
}

/// What came of removing one archive.
enum Removal {
    /// It is gone, and took so many bytes.
    Gone(u64),
    /// It was gone already.
    Missing,
    /// It is still there, because of this.
    Stays(Message),
}

fn remove(
    files: &dyn EntryFiles,
    folder: &Path,
    name: &str,
    aside: &str,
) -> Result<Removal, FolderError> {
    let (path, gone) = (folder.join(name), folder.join(aside));
    match unknown_inside(files, &path) {
        Ok(None) => {}
        Ok(Some(why)) => return Ok(Removal::Stays(why)),
        Err(FolderError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            return Ok(Removal::Missing);
        }
        Err(FolderError::Io { source, .. }) => return Ok(Removal::Stays(io_reason(&source))),
        Err(error) => return Err(error),
    }
    if let Err(error) = files.rename_new(&path, &gone) {
        return Ok(Removal::Stays(io_reason(&error)));
    }
    match empty(files, &gone) {
        Ok(bytes) => Ok(Removal::Gone(bytes)),
        Err(why) => {
            name_again(files, folder, name, aside)?;
            Ok(Removal::Stays(why))
        }
    }
}

/// What could not be removed is an archive again, from which files may be missing. Its record says which.
fn name_again(
    files: &dyn EntryFiles,
    folder: &Path,
    name: &str,
    aside: &str,
) -> Result<(), FolderError> {
    let (path, gone) = (folder.join(name), folder.join(aside));
    files
        .rename_new(&gone, &path)
        .map_err(FolderError::at(&path))
}

/// Removes what the record of an archive names, the record last, and the archive. Says how many bytes that
/// were, or what keeps it.
fn empty(files: &dyn EntryFiles, archive: &Path) -> Result<u64, Message> {
    let listed = || files.entries(archive).map_err(|error| io_reason(&error));
    let remove = |name: &OsStr| {
        let removed = files.remove_file(&archive.join(name));
        removed.map_err(|error| io_reason(&error))
    };
    let entries = listed()?;
    // Without a record there is only what somebody had emptied and could not remove.
    if !entries.is_empty()
        && let Some(why) = unknown_among(files, archive, &entries)
    {
        return Err(why);
    }
    let mut bytes = 0;
    for entry in entries.iter().filter(|entry| entry.name != *RECORD) {
        remove(&entry.name)?;
        bytes += entry.bytes;
    }
    if let Some(later) = listed()?.iter().find(|entry| entry.name != *RECORD) {
        return Err(holds_other(archive, later));
    }
    if !entries.is_empty() {
        remove(OsStr::new(RECORD))?;
    }
    if let Err(error) = files.remove_empty_folder(archive) {
        // Nothing is lost with it, and the next clean-up tries again.
        tracing::warn!(%error, path = %archive.display(), "an emptied archive could not be removed");
    }
    Ok(bytes)
}

/// The first thing in an archive that its record does not tell of, in words; or that its record cannot be read.
fn unknown_inside(files: &dyn EntryFiles, archive: &Path) -> Result<Option<Message>, FolderError> {
    let entries = files.entries(archive).map_err(FolderError::at(archive))?;
    Ok(unknown_among(files, archive, &entries))
}

fn unknown_among(files: &dyn EntryFiles, archive: &Path, entries: &[Entry]) -> Option<Message> {
    let record = match read_record(files, archive) {
        Ok(record) => record,
        Err(why) => return Some(why),
    };
    let told: HashSet<_> = record
        .contents()
        .filter_map(|(archived, _)| text_name(archived))
        .collect();
    let unknown = entries.iter().find(|entry| {
        entry.name != *RECORD && (entry.kind == EntryKind::Folder || !told.contains(&entry.name))
    });
    unknown.map(|entry| holds_other(archive, entry))
}

fn holds_other(archive: &Path, other: &Entry) -> Message {
    Message::new("archive_holds_other").with("file", name_text(archive, &other.name))
}
