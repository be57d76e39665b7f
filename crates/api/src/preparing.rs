//! Task folders made ready for runs: what the engine asks for, done by `files::folders`.
//!
//! What lies in a folder is archived before a complete run begins; of a run that does only a part, the
//! folder's own setting decides. Which of the two policies counts has been said by whoever started the
//! run, else by the folder.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowkeep_core::Message;
use flowkeep_core::folder::Policy;
use flowkeep_core::run::{Archive, Level, Moment, Unarchived};
use flowkeep_engine::{Outcome, Prepared, Preparing, Wish};
use flowkeep_files::folders::{FolderBusy, FolderError, Wanted, Workshop, archive, recover_one};
use flowkeep_host::{Clock, EntryFiles, Progress, path_text};
use flowkeep_store::{KeptRun, Store, StoreError, TaskFolderRecord};

use crate::{AppError, Face};

/// How long somebody else may be at work in the folder, or the database out of reach, before the run is
/// given up.
const PATIENCE: Duration = Duration::from_secs(15);

/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// Makes the task folders of a data folder ready.
pub(crate) struct TaskFolders {
    pub(crate) store: Arc<Store>,
    pub(crate) files: Arc<dyn EntryFiles>,
    pub(crate) data_dir: PathBuf,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Preparing for TaskFolders {
    fn prepare(&self, wish: &Wish, progress: &dyn Progress) -> Prepared {
        let since = Instant::now();
        loop {
            let error = match self.try_prepare(wish, progress) {
                Ok(prepared) => return prepared,
                Err(error) => error,
            };
            // It was begun by somebody who is still at it, or the disk has no room or no answer for a moment.
            let may_pass = matches!(
                error,
                FolderError::Busy(FolderBusy::Archive) | FolderError::Store(_)
            ) || self.is_half_way(wish);
            if progress.cancelled() {
                // Somebody else is at work there: it is his.
                let is_busy = matches!(error, FolderError::Busy(_));
                if !is_busy && self.is_half_way(wish) {
                    return stopped(Level::Warning, self.why(wish, &error));
                }
                return stopped(Level::Info, Message::new("run_folder_left"));
            }
            if !may_pass || since.elapsed() > PATIENCE {
                return hindered(self.why(wish, &error), None);
            }
            std::thread::sleep(LOOK);
        }
    }
}

impl TaskFolders {
    /// Makes a folder ready.
    ///
    /// # Errors
    /// What keeps the run from beginning, whatever was said of files that cannot be archived.
    fn try_prepare(&self, wish: &Wish, progress: &dyn Progress) -> Result<Prepared, FolderError> {
        let run = self.store.run_at(wish.row)?;
        let workshop = self.workshop(run.as_ref());
        // What somebody left half-way counts for a run that archives nothing as well.
        if let Some(recovered) = recover_one(&workshop, wish.folder)? {
            recovered.outcome?;
        }
        let folder = self.store.task_folder(wish.folder)?;
        let folder = folder.ok_or(FolderError::Unknown)?;
        if !folder.path.is_dir() {
            return Err(FolderError::Gone(folder.path));
        }
        let held = self.store.run_folder(wish.row)?;
        let made = held.and_then(|held| held.archive);
        if let Some(made) = made.filter(|made| made.ended_at.is_some()) {
            // A crash came between the archive and the run.
            return Ok(ready(&folder, made));
        }
        let settings = &folder.settings;
        if !settings.archive || !(wish.is_complete || settings.archive_in_step_mode) {
            return Ok(unarchived(&folder, wish.is_complete));
        }
        let policy = wish.on_failure.unwrap_or(settings.on_archive_failure);
        let run = Some(wish.run);
        let wanted = Wanted { policy, run };
        let since = Moment(self.clock.now().0);
        match archive(&workshop, wish.folder, &wanted, progress) {
            Ok(archived) => Ok(ready(&folder, archived.into())),
            // Some files are at neither of the places where a run may find them.
            Err(error) if self.store.folder_work(wish.folder)?.is_some() => Err(error),
            Err(FolderError::Cancelled) => {
                Ok(stopped(Level::Info, Message::new("run_folder_left")))
            }
            Err(FolderError::NotArchived {
                failed, archive, ..
            }) => {
                let failed = failed.into_iter().map(|one| Unarchived {
                    file: one.file,
                    reason: one.reason,
                });
                let ended_at = Some(Moment(self.clock.now().0));
                let made = Archive {
                    name: archive,
                    failed: failed.collect(),
                    ended_at,
                    ..Archive::begun(since)
                };
                Ok(not_archived(&folder, policy, made, None))
            }
            // All is where it was.
            Err(error) => {
                let why = of_disk(&error).ok_or(error)?;
                let ended_at = Some(Moment(self.clock.now().0));
                let made = Archive {
                    ended_at,
                    ..Archive::begun(since)
                };
                Ok(not_archived(&folder, policy, made, Some(why)))
            }
        }
    }

    /// Whether something that was begun in the folder could be neither finished nor taken back.
    fn is_half_way(&self, wish: &Wish) -> bool {
        let left = self.store.folder_work(wish.folder);
        left.is_ok_and(|left| left.is_some())
    }

    /// Activity says that whoever started the run has archived.
    fn workshop(&self, run: Option<&KeptRun>) -> Workshop {
        Workshop {
            store: Arc::clone(&self.store),
            files: Arc::clone(&self.files),
            clock: Arc::clone(&self.clock),
            data_dir: self.data_dir.clone(),
            actor: run.map(|run| run.actor.clone()).unwrap_or_default(),
            face: Face::of_run(run.map_or("", |run| run.face.as_str())),
        }
    }

    fn why(&self, wish: &Wish, error: &FolderError) -> Message {
        let folder = self.store.task_folder(wish.folder).ok().flatten();
        let path = folder.map(|folder| path_text(&folder.path));
        let was = || self.store.forgotten_folder(wish.folder).ok().flatten();
        let path = path.or_else(|| Some(was()?.told(wish.folder)));
        let path = path.unwrap_or_else(|| wish.folder.to_string());
        if let Some(reason) = broken_off(error).filter(|_| self.is_half_way(wish)) {
            return Message::new("folder_half_way")
                .with("folder", path)
                .because(reason);
        }
        match error {
            FolderError::Unknown => Message::new("folder_unknown").with("folder", path),
            FolderError::Gone(_) => Message::new("folder_gone").with("folder", path),
            FolderError::Replaced(_) => Message::new("folder_replaced").with("folder", path),
            FolderError::Busy(FolderBusy::Archive) => {
                Message::new("folder_busy").with("folder", path)
            }
            FolderError::Busy(FolderBusy::Run(held)) => held.message(),
            FolderError::Unsafe { why, .. } => Message::new("folder_unsafe")
                .with("folder", path)
                .because(why.clone()),
            FolderError::TooMany { count, .. } => Message::new("archive_failed")
                .with("folder", path)
                .because(Message::new("archive_too_many").with("count", count)),
            FolderError::Store(error) => Message::from(AppError::from(StoreError::again(error))),
            FolderError::Cancelled
            | FolderError::NoArchive(_)
            | FolderError::NoFiles(_)
            | FolderError::Unreadable { .. }
            | FolderError::PlanChanged
            | FolderError::NoRoom { .. }
            | FolderError::Unfinished { .. }
            | FolderError::Unconfirmed { .. }
            | FolderError::NotArchived { .. }
            | FolderError::NotWritten { .. }
            | FolderError::Io { .. } => Message::new("archive_failed").with("folder", path),
        }
    }
}

/// Why what was broken off there could not be put right yet.
fn broken_off(error: &FolderError) -> Option<Message> {
    match error {
        FolderError::Unfinished { stuck, .. } | FolderError::NotArchived { stuck, .. } => {
            let first = stuck.first()?;
            let file = Message::new("folder_stuck_file").with("file", &first.file);
            Some(file.because(first.reason.clone()))
        }
        FolderError::Unconfirmed { why, .. } => Some(why.clone()),
        FolderError::Io { .. } => of_disk(error),
        _ => None,
    }
}

/// What a disk did not take, or did not let be read.
fn of_disk(error: &FolderError) -> Option<Message> {
    let (why, path) = match error {
        FolderError::NotWritten { path, source } => (flowkeep_files::write_reason(source), path),
        FolderError::Io { path, source } => (flowkeep_files::io_reason(source), path),
        _ => return None,
    };
    Some(why.with("path", path_text(path)))
}

/// It may begin, and here is what was archived for it.
fn ready(folder: &TaskFolderRecord, archive: Archive) -> Prepared {
    let mut told = Vec::new();
    told.push(match (&archive.name, archive.failed.first()) {
        (Some(name), _) => {
            let made = Message::new("run_archive_made")
                .with("archive", name)
                .with("path", path_text(&folder.path.join(name)))
                .with("moved", archive.moved)
                .with("copied", archive.copied)
                .with("kept", archive.kept);
            (Level::Info, made)
        }
        (None, Some(first)) => {
            let not = about(folder, "run_archive_not_made");
            (Level::Warning, not.because(first.reason.clone()))
        }
        (None, None) => (Level::Info, about(folder, "run_archive_none")),
    });
    told.extend(archive.failed.iter().map(warning));
    let is_something = archive.name.is_some() || !archive.failed.is_empty();
    Prepared {
        outcome: Outcome::Ready,
        archive: is_something.then_some(archive),
        told,
    }
}

/// It may begin, and nothing is archived for it.
fn unarchived(folder: &TaskFolderRecord, is_complete: bool) -> Prepared {
    let switched_off = is_complete.then(|| about(folder, "run_archive_switched_off"));
    Prepared {
        told: switched_off
            .map(|told| (Level::Info, told))
            .into_iter()
            .collect(),
        ..Prepared::default()
    }
}

/// Not all could be archived, so what was is taken back: under one policy the run cannot begin, under the other it is
/// warned.
fn not_archived(
    folder: &TaskFolderRecord,
    policy: Policy,
    archive: Archive,
    because: Option<Message>,
) -> Prepared {
    let first = archive.failed.first().map(|first| warning(first).1);
    let with_why = |code| Message {
        because: because.or(first).map(Box::new),
        ..about(folder, code)
    };
    match policy {
        Policy::Stop => {
            let why = match &archive.name {
                // What could not go back to its place lies there.
                Some(name) => with_why("archive_failed_in_part").with("archive", name),
                None => with_why("archive_failed"),
            };
            hindered(why, Some(archive))
        }
        Policy::Continue => {
            let why = (Level::Warning, with_why("run_archive_incomplete"));
            let failed = archive.failed.iter().map(warning);
            Prepared {
                told: std::iter::once(why).chain(failed).collect(),
                outcome: Outcome::Ready,
                archive: Some(archive),
            }
        }
    }
}

fn hindered(why: Message, archive: Option<Archive>) -> Prepared {
    Prepared {
        outcome: Outcome::Hindered(why),
        told: archive
            .iter()
            .flat_map(|made| &made.failed)
            .map(warning)
            .collect(),
        archive,
    }
}

/// Somebody does not want it any more; what became of the folder is told.
fn stopped(level: Level, told: Message) -> Prepared {
    Prepared {
        outcome: Outcome::Stopped,
        archive: None,
        told: vec![(level, told)],
    }
}

fn about(folder: &TaskFolderRecord, code: &str) -> Message {
    Message::new(code).with("folder", path_text(&folder.path))
}

fn warning(failed: &Unarchived) -> (Level, Message) {
    let message = Message::new("run_archive_failed_file").with("file", &failed.file);
    (Level::Warning, message.because(failed.reason.clone()))
}

#[cfg(test)]
mod tests;
