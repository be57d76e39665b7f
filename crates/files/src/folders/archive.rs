//! Making an archive.

use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use chrono::{DateTime, SecondsFormat, Utc};
use flowkeep_core::folder::{ArchivedFile, FailedFile, How, Policy, is_table_list};
use flowkeep_core::{FolderId, Message, RunId, Sha256};
use flowkeep_host::{Digest, EntryFiles, EntryKind, Progress};
use flowkeep_store::TaskFolderRecord;

use super::archives::newest_number;
use super::carry::{Carried, carry, carry_link, copy_whole, remove_copied};
use super::making::{Making, none_of, too_many};
use super::names::name_text;
use super::plan::{Chosen, Doing, Item, Plan};
use super::recover::{Settled, settle};
use super::{Archived, Failure, FolderError, Workshop};
use crate::reason::io_reason;

/// How a folder is to be archived.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// What happens when a file cannot be archived.
    pub policy: Policy,
    /// The run it is made ready for, which may hold the folder.
    pub run: Option<RunId>,
}

/// Archives what is in a folder. What a dead process left there is finished or undone before; where that
/// was the archive for the same run, it is the answer.
///
/// Steps of progress: `folder_scan`, `folder_archive` (one a file), `folder_flush`.
///
/// # Errors
/// [`FolderError`]. All files are where they were then, but for those it names.
pub fn archive(
    workshop: &Workshop,
    folder: FolderId,
    wanted: &Wanted,
    progress: &dyn Progress,
) -> Result<Archived, FolderError> {
    let _lock = workshop.lock(folder)?;
    let folder = workshop.folder(folder)?;
    if let Some(left) = workshop.store.folder_work(folder.id)? {
        let settled = settle(workshop, &folder, &left)?;
        let is_for_it = left.run.is_some() && left.run == wanted.run;
        if let Settled::Archived(made) = settled
            && is_for_it
        {
            return Ok(made);
        }
    }
    progress.step("folder_scan", 0, None, None);
    let started_at = workshop.clock.now();
    let files = workshop.files.as_ref();
    let plan = Plan::of(
        files,
        &folder.path,
        &folder.settings,
        wanted.policy,
        &Chosen::All,
    )?;
    let outcome = Archived {
        kept: plan.kept.clone(),
        started_at: started_at.0,
        ..Archived::default()
    };
    if plan.is_empty() {
        return Ok(Archived {
            ended_at: workshop.clock.now().0,
            ..outcome
        });
    }
    if wanted.policy == Policy::Stop && !plan.failed.is_empty() {
        return Err(not_archived(plan.failed));
    }
    if let Err(error) = plan.fits_its_record(&folder.path) {
        return match wanted.policy {
            Policy::Stop => Err(error),
            Policy::Continue => Ok(too_many(workshop, &folder, plan.items.len(), outcome)),
        };
    }
    if progress.cancelled() {
        return Err(FolderError::Cancelled);
    }
    let journal = plan.journal(&folder.path);
    let after = newest_number(workshop, &folder, &plan.folders);
    let begun = (started_at, after);
    let mut making = match Making::begin(workshop, &folder, journal, wanted.run, begun) {
        Ok(making) => making,
        // Where no folder for it can be made, nothing can be archived.
        Err(FolderError::Io { source, .. }) if workshop.is_settled(folder.id)? => {
            return match wanted.policy {
                Policy::Stop => Err(not_written(&folder, source)),
                Policy::Continue => Ok(none_of(workshop, &plan.names(), &source, outcome)),
            };
        }
        Err(error) => return Err(error),
    };
    let filling = Filling {
        files,
        folder: &folder,
        making: &making,
        policy: wanted.policy,
        progress,
    };
    let filled = filling.fill(&plan);
    making.finish(filled, wanted.policy, progress, outcome)
}

pub(super) fn not_written(folder: &TaskFolderRecord, source: io::Error) -> FolderError {
    FolderError::NotWritten {
        path: folder.path.clone(),
        source,
    }
}

pub(super) fn not_archived(failed: Vec<Failure>) -> FolderError {
    FolderError::NotArchived {
        failed,
        stuck: Vec::new(),
        archive: None,
    }
}

/// What became of one file.
enum Came {
    /// It is in the archive alone.
    Moved,
    /// It is in the archive, and still where it was because the two are on two disks.
    Across(Digest),
    /// It is in the archive and stays where it was.
    Copied(Option<Digest>),
    /// It was gone.
    Vanished,
    /// It is where it was.
    Failed,
}

/// What is in the unfinished archive, and what is not.
pub(super) struct Filled {
    /// Each file in it.
    pub(super) files: Vec<ArchivedFile>,
    /// What could not be moved.
    pub(super) failed: Vec<Failure>,
    /// What was gone.
    pub(super) vanished: Vec<String>,
    /// The names of all that was to be in it.
    pub(super) names: Vec<String>,
    /// Why it must not become an archive: the disk did not take it.
    pub(super) fault: Option<(PathBuf, io::Error)>,
}

impl Filled {
    /// Whether anything is in it but a copy of the list that the rest was made from.
    pub(super) fn is_worth_it(&self) -> bool {
        let mut files = self.files.iter();
        files.any(|file| file.how == How::Moved || !is_table_list(&file.name))
    }

    /// What its record says of what failed: whoever knows no messages has the words of the system.
    pub(super) fn failed_files(&self) -> Vec<FailedFile> {
        let failed = self.failed.iter().map(|failure| FailedFile {
            file: failure.file.clone(),
            error: innermost(&failure.reason),
            reason: Some(failure.reason.clone()),
        });
        failed.collect()
    }
}

fn innermost(reason: &Message) -> String {
    match (&reason.because, reason.fields.get("detail")) {
        (Some(because), _) => innermost(because),
        (None, Some(detail)) => detail.clone(),
        (None, None) => reason.code.clone(),
    }
}

/// Filling an unfinished archive.
pub(super) struct Filling<'a> {
    pub(super) files: &'a dyn EntryFiles,
    pub(super) folder: &'a TaskFolderRecord,
    pub(super) making: &'a Making<'a>,
    pub(super) policy: Policy,
    pub(super) progress: &'a dyn Progress,
}

impl Filling<'_> {
    /// Brings everything over. What is moved is read on a thread of its own meanwhile.
    pub(super) fn fill(&self, plan: &Plan) -> Filled {
        let total = u32::try_from(plan.items.len()).ok();
        let mut filled = Filled {
            files: Vec::with_capacity(plan.items.len()),
            failed: plan.failed.clone(),
            vanished: Vec::new(),
            names: plan.names(),
            fault: None,
        };
        let mut came = Vec::with_capacity(plan.items.len());
        let (moved, to_read) = channel();
        let (digests, goes_on) = std::thread::scope(|scope| {
            let reading = scope.spawn(|| self.read_all(to_read, plan.items.len()));
            for (done, item) in (0..).zip(&plan.items) {
                if self.progress.cancelled() {
                    break;
                }
                self.progress
                    .step("folder_archive", done, total, Some(&item.name));
                let one = self.bring(item, &mut filled.failed);
                if matches!(one, Came::Moved) && item.entry.kind == EntryKind::File {
                    // Who reads ends after the last of them.
                    let _ = moved.send((came.len(), self.in_archive(item)));
                }
                came.push(one);
            }
            drop(moved);
            let goes_on = !self.progress.cancelled()
                && (self.policy == Policy::Continue || filled.failed.is_empty());
            if goes_on {
                self.progress.step("folder_flush", 0, None, None);
                let partial = self.making.partial();
                let flushed = self.files.flush_tree(&partial);
                filled.fault = flushed.err().map(|error| (partial, error));
            }
            (reading.join().unwrap_or_default(), goes_on)
        });
        if !goes_on || filled.fault.is_some() || self.progress.cancelled() {
            // It is all taken back.
            return filled;
        }
        for ((item, came), digest) in plan.items.iter().zip(came).zip(digests) {
            self.note(item, came, digest, &mut filled);
        }
        filled
    }

    /// Reads what was moved, for the record. What cannot be read was moved all the same.
    fn read_all(&self, to_read: Receiver<(usize, PathBuf)>, count: usize) -> Vec<Option<Digest>> {
        let mut digests = vec![None; count];
        for (at, path) in to_read {
            if self.progress.cancelled() {
                break;
            }
            match self.files.digest(&path, &|| !self.progress.cancelled()) {
                Ok(digest) => digests[at] = Some(digest),
                Err(error) => tracing::debug!(%error, path = %path.display(), "not read"),
            }
        }
        digests
    }

    fn in_archive(&self, item: &Item) -> PathBuf {
        self.making.partial().join(item.in_archive())
    }

    fn bring(&self, item: &Item, failed: &mut Vec<Failure>) -> Came {
        let from = self.folder.path.join(&item.entry.name);
        let to = self.in_archive(item);
        let goes_on = || !self.progress.cancelled();
        let copying = self.making.copying_in_archive();
        let told = match &item.doing {
            Doing::Retell(told) => Some(told),
            _ => item.leads_to.as_ref(),
        };
        let brought = match (&item.doing, told) {
            (Doing::Copy(_), _) => copy_whole(self.files, &from, &to, &copying, &goes_on)
                .map(|digest| Came::Copied(Some(digest))),
            (_, Some(text)) => carry_link(self.files, &from, &to, text).map(|()| Came::Moved),
            (_, None) => {
                carry(self.files, &from, &to, &copying, &goes_on).map(|carried| match carried {
                    Carried::Renamed => Came::Moved,
                    Carried::Copied(digest) => Came::Across(digest),
                })
            }
        };
        let error = match brought {
            Ok(came) => return came,
            Err(error) => error,
        };
        if error.kind() == ErrorKind::NotFound && matches!(self.files.entry(&from), Ok(None)) {
            return Came::Vanished;
        }
        let mut fail = |reason| {
            failed.push(Failure {
                file: item.name.clone(),
                reason,
            });
        };
        if self.policy == Policy::Continue && !matches!(item.doing, Doing::Copy(_)) {
            let copied = match told {
                Some(text) => self.files.make_link(text, &to).map(|()| None),
                None => copy_whole(self.files, &from, &to, &copying, &goes_on).map(Some),
            };
            if let Ok(digest) = copied {
                fail(Message::new("archive_copied_instead").because(io_reason(&error)));
                return Came::Copied(digest);
            }
        }
        fail(io_reason(&error));
        Came::Failed
    }

    /// Takes away what was copied across disks, now that the copies are on theirs, and notes what is in
    /// the archive.
    fn note(&self, item: &Item, mut came: Came, read: Option<Digest>, filled: &mut Filled) {
        let mut reason = None;
        if let Came::Across(digest) = came {
            let from = self.folder.path.join(&item.entry.name);
            let goes_on = || !self.progress.cancelled();
            let to = self.in_archive(item);
            came = match remove_copied(self.files, &from, &to, &digest, &goes_on) {
                Ok(()) => Came::Across(digest),
                Err(error) => {
                    let why = match error.kind() {
                        ErrorKind::InvalidData => Message::new("archive_file_changed"),
                        _ => io_reason(&error),
                    };
                    let why = Message::new("archive_copied_instead").because(why);
                    filled.failed.push(Failure {
                        file: item.name.clone(),
                        reason: why.clone(),
                    });
                    reason = Some(why);
                    Came::Copied(Some(digest))
                }
            };
        }
        if let (Came::Moved, Some(read)) = (&came, &read)
            && (read.bytes != item.entry.bytes || read.modified != item.entry.modified)
        {
            let changed = Message::new("archive_file_changed");
            filled.failed.push(Failure {
                file: item.name.clone(),
                reason: changed.clone(),
            });
            reason = Some(changed);
        }
        let (how, digest) = match came {
            Came::Moved => (How::Moved, read),
            Came::Across(digest) => (How::Moved, Some(digest)),
            Came::Copied(digest) => (How::Copied, digest),
            Came::Vanished => return filled.vanished.push(item.name.clone()),
            Came::Failed => return,
        };
        if let Doing::Copy(Some(why)) = &item.doing {
            reason = Some(why.clone());
        }
        let leads_to = item.leads_to.as_deref();
        filled.files.push(ArchivedFile {
            name: item.name.clone(),
            bytes: digest.map_or(item.entry.bytes, |digest| digest.bytes),
            sha256: digest.map(|digest| Sha256(digest.sha256)),
            modified: item.entry.modified.map(rfc3339),
            how,
            archived_as: item
                .archived_as
                .as_deref()
                .map(|name| name_text(&self.folder.path, name)),
            link_target: leads_to.map(|target| target.to_string_lossy().into_owned()),
            reason,
        });
    }
}

fn rfc3339(at: std::time::SystemTime) -> String {
    DateTime::<Utc>::from(at).to_rfc3339_opts(SecondsFormat::Millis, true)
}
