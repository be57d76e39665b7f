//! Logs of earlier tools into this one, and out of it: counted and summed up on both sides, safe to
//! repeat. Where both have an entry and differ, the log here stays as it is and the difference is
//! told.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use flowkeep_core::log::{LogChecksum, LogEntry, LogType};
use flowkeep_core::{Message, Sha256};
use flowkeep_host::{Progress, path_text};
use flowkeep_store::SavedEntry;

use super::folder::files_in;
use super::{FolderLog, Log, LogError, LogQuery, LogReader as _, LogStorage as _};
use crate::FilesError;
use crate::rounds::hash_of;

/// Entries that are written in one transaction, and about as many bytes of them.
const BATCH: usize = 200;
const BATCH_BYTES: usize = 4 << 20;

/// Items that a report names; of more it says how many.
const ITEMS: usize = 10_000;

/// What became of a folder's entries, or of those written into it.
#[derive(Debug, Default)]
pub struct LogReport {
    /// Files met, or entries of the log here.
    pub read: u32,
    /// Entries that were not on the other side, and are now (or would be).
    pub imported: u32,
    /// Entries both sides have just so.
    pub unchanged: u32,
    /// Entries that differ: those of a folder stay out; files of an export are written anew.
    pub differing: u32,
    /// Files that cannot be read.
    pub failed: u32,
    /// All but the unchanged.
    pub items: Vec<LogItem>,
    /// How many of those are not among the items.
    pub left_out: u32,
    /// Stands for the entries that were read.
    pub checksum: LogChecksum,
    /// Stands for the entries of the same ids on the other side, as they are afterwards.
    pub checksum_there: LogChecksum,
}

/// One entry of a report.
#[derive(Debug)]
pub struct LogItem {
    /// Its file, openable as it stands.
    pub path: String,
    /// Its type, where it could be read.
    pub log: Option<LogType>,
    /// Its id, where it could be read.
    pub id: Option<String>,
    /// `imported`, `updated`, `skipped` or `failed`.
    pub action: &'static str,
    /// Why, where that is not plain.
    pub reason: Option<Message>,
}

impl LogReport {
    fn tell(
        &mut self,
        path: String,
        entry: Option<&LogEntry>,
        action: &'static str,
        reason: Option<Message>,
    ) {
        if self.items.len() >= ITEMS {
            self.left_out += 1;
            return;
        }
        self.items.push(LogItem {
            path,
            log: entry.map(LogEntry::log_type),
            id: entry.map(|entry| entry.id().to_owned()),
            action,
            reason,
        });
    }

    fn settle(&mut self, path: String, entry: &LogEntry, saved: SavedEntry) {
        match saved {
            SavedEntry::Added => {
                self.imported += 1;
                self.tell(path, Some(entry), "imported", None);
            }
            SavedEntry::Unchanged => self.unchanged += 1,
            SavedEntry::Differs => {
                self.differing += 1;
                let reason = Message::new("log_entry_differs");
                self.tell(path, Some(entry), "skipped", Some(reason));
            }
        }
    }
}

/// Reads the entries of a folder into the log here. Cancelled, what came in stays; a repeat goes on.
///
/// # Errors
/// [`FilesError::Missing`], [`FilesError::NotAFolder`], [`FilesError::Cancelled`]; what the database says.
pub fn migrate_log(
    from: &FolderLog<'_>,
    log: &Log<'_>,
    dry_run: bool,
    progress: &dyn Progress,
) -> Result<LogReport, LogError> {
    let mut report = LogReport::default();
    let mut batch = Vec::new();
    let mut bytes = 0;
    let mut into = if dry_run {
        Target::Nothing(HashMap::new())
    } else {
        Target::Log
    };
    each_file(from, &mut report, progress, |report, path, entry| {
        bytes += entry.words().len();
        batch.push((path, entry));
        if batch.len() >= BATCH || bytes >= BATCH_BYTES {
            bytes = 0;
            take_in(report, log, std::mem::take(&mut batch), &mut into)?;
        }
        Ok(())
    })?;
    take_in(&mut report, log, batch, &mut into)?;
    Ok(report)
}

/// Compares the entries of a folder with the log here; nothing is written. What is not here counts
/// as `imported` would.
///
/// # Errors
/// As [`migrate_log`].
pub fn verify_log(
    from: &FolderLog<'_>,
    log: &Log<'_>,
    progress: &dyn Progress,
) -> Result<LogReport, LogError> {
    let mut report = LogReport::default();
    each_file(from, &mut report, progress, |report, path, entry| {
        let there = log.find(entry.log_type(), entry.id())?;
        if let Some(there) = &there {
            report.checksum_there.add(there);
        }
        match compared(there.as_ref(), &entry) {
            SavedEntry::Added => {
                let reason = Message::new("log_entry_missing");
                report.tell(path, Some(&entry), "skipped", Some(reason));
                report.imported += 1;
            }
            other => report.settle(path, &entry, other),
        }
        Ok(())
    })?;
    Ok(report)
}

/// Writes all of the log here into a folder, one entry at a time. A file of the same entry that differs is
/// written anew.
///
/// # Errors
/// [`FilesError`]; [`FilesError::Cancelled`]: what was written stays, a repeat goes on.
pub fn export_log(
    log: &Log<'_>,
    to: &FolderLog<'_>,
    progress: &dyn Progress,
) -> Result<LogReport, LogError> {
    let mut report = LogReport::default();
    for kind in LogType::ALL {
        let mut query = LogQuery {
            limit: 100,
            ..LogQuery::default()
        };
        loop {
            let page = log.page(kind, &query)?;
            query.after = page.items.last().map(|row| row.place.clone());
            for row in page.items {
                go_on(progress, "write", report.read, row.entry.id())?;
                let entry = match row.entry {
                    // A page has none of its messages.
                    LogEntry::Execution(found) => log.find(kind, &found.id)?,
                    operation @ LogEntry::Operation(_) => Some(operation),
                };
                // One that was removed since is not part of the log.
                if let Some(entry) = entry {
                    put_out(&mut report, to, &entry)?;
                }
            }
            for (path, reason) in page.broken {
                report.failed += 1;
                report.tell(path, None, "failed", Some(reason));
            }
            if !page.more {
                break;
            }
        }
    }
    Ok(report)
}

/// Writes an entry into the folder. What was written is read back before it is called written.
fn put_out(report: &mut LogReport, to: &FolderLog<'_>, entry: &LogEntry) -> Result<(), LogError> {
    report.read += 1;
    report.checksum.add(entry);
    let saved = to.save(std::slice::from_ref(entry))?;
    if saved == [SavedEntry::Differs] {
        to.replace(entry)?;
    }
    let path = entry.id().to_owned();
    let Some(there) = to.find(entry.log_type(), entry.id())? else {
        report.failed += 1;
        let reason = Message::new("log_entry_not_read_back");
        report.tell(path, Some(entry), "failed", Some(reason));
        return Ok(());
    };
    report.checksum_there.add(&there);
    match saved[..] {
        [SavedEntry::Differs] => {
            report.differing += 1;
            report.tell(path, Some(entry), "updated", None);
        }
        [SavedEntry::Added] => report.imported += 1,
        _ => report.unchanged += 1,
    }
    Ok(())
}

/// Gives every readable file of a folder, and puts the others into the report.
fn each_file(
    from: &FolderLog<'_>,
    report: &mut LogReport,
    progress: &dyn Progress,
    mut take: impl FnMut(&mut LogReport, String, LogEntry) -> Result<(), LogError>,
) -> Result<(), LogError> {
    for (log, folder) in from.sources()? {
        for file in files_in(log, &folder)? {
            go_on(progress, "gather", report.read, &file.path)?;
            report.read += 1;
            match file.entry {
                Ok(entry) => {
                    report.checksum.add(&entry);
                    take(report, file.path, entry)?;
                }
                Err(reason) => {
                    report.failed += 1;
                    report.tell(file.path, None, "failed", Some(reason));
                }
            }
        }
        if report.read == 0 && log.is_none() {
            return Err(FilesError::NothingThere(path_text(&folder).into()).into());
        }
    }
    Ok(())
}

fn go_on(
    progress: &dyn Progress,
    phase: &'static str,
    done: u32,
    name: &str,
) -> Result<(), LogError> {
    if progress.cancelled() {
        return Err(FilesError::Cancelled.into());
    }
    progress.step(phase, done, None, Some(name));
    Ok(())
}

fn compared(there: Option<&LogEntry>, entry: &LogEntry) -> SavedEntry {
    match there {
        None => SavedEntry::Added,
        Some(there) if there.sha256() == entry.sha256() => SavedEntry::Unchanged,
        Some(_) => SavedEntry::Differs,
    }
}

/// Where the entries of a folder go.
enum Target {
    /// Into the log.
    Log,
    /// Nowhere: what would have come in so far, by hashes of types and ids. Two that meet would only be
    /// counted wrong.
    Nothing(HashMap<u64, Sha256>),
}

impl Target {
    fn save(&mut self, log: &Log<'_>, entries: &[LogEntry]) -> Result<Vec<SavedEntry>, LogError> {
        let Self::Nothing(come) = self else {
            return log.storage.save(entries);
        };
        let compare = |entry: &LogEntry| {
            if let Some(there) = log.storage.find(entry.log_type(), entry.id())? {
                return Ok(compared(Some(&there), entry));
            }
            let sha256 = entry.sha256();
            Ok(
                match come.entry(hash_of((entry.log_type().folder(), entry.id()))) {
                    Entry::Vacant(free) => {
                        free.insert(sha256);
                        SavedEntry::Added
                    }
                    Entry::Occupied(there) if *there.get() == sha256 => SavedEntry::Unchanged,
                    Entry::Occupied(_) => SavedEntry::Differs,
                },
            )
        };
        entries.iter().map(compare).collect()
    }
}

fn take_in(
    report: &mut LogReport,
    log: &Log<'_>,
    batch: Vec<(String, LogEntry)>,
    into: &mut Target,
) -> Result<(), LogError> {
    // A run of ours is its own entry, whatever a file says of it.
    let mut foreign = Vec::new();
    for (path, entry) in batch {
        let own = log.own.find(entry.log_type(), entry.id())?;
        match own {
            Some(own) => {
                report.checksum_there.add(&own);
                report.settle(path, &entry, compared(Some(&own), &entry));
            }
            None => foreign.push((path, entry)),
        }
    }
    let (paths, entries): (Vec<_>, Vec<_>) = foreign.into_iter().unzip();
    let saved = into.save(log, &entries)?;
    for ((path, entry), saved) in paths.into_iter().zip(&entries).zip(saved) {
        // Read back: only what is there counts.
        let there = log.storage.find(entry.log_type(), entry.id())?;
        if let Some(there) = &there {
            report.checksum_there.add(there);
        }
        report.settle(path, entry, saved);
    }
    Ok(())
}
