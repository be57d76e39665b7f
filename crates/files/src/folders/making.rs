//! An archive that is being made, from the first line in the journal to its end.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use flowkeep_core::folder::{ArchiveName, Policy, Record};
use flowkeep_core::run::Archive;
use flowkeep_core::{Message, RunId};
use flowkeep_host::{Progress, Timestamp};
use flowkeep_store::{FolderWork, FolderWorkKind, StoreError, TaskFolderRecord};

use super::archive::{Filled, not_written};
use super::plan::Journal;
use super::put_back::Returning;
use super::seal::free_name;
use super::{Archived, Failure, FolderError, Workshop};
use crate::reason::write_reason;
use crate::time::local;

/// An archive that is being made. Its line is in the journal.
pub(super) struct Making<'a> {
    pub(super) workshop: &'a Workshop,
    pub(super) folder: &'a TaskFolderRecord,
    pub(super) journal: Journal,
    pub(super) name: ArchiveName,
    /// Its number among the archives of the folder.
    pub(super) sequence: u64,
    /// What Activity is told when all is taken back.
    pub(super) if_undone: Option<&'static str>,
}

impl<'a> Making<'a> {
    /// Writes down what is about to be done, and makes the folder for it.
    ///
    /// # Errors
    /// [`FolderError::Busy`]; [`FolderError::Io`] where the folder cannot be made: nothing is begun then.
    pub(super) fn begin(
        workshop: &'a Workshop,
        folder: &'a TaskFolderRecord,
        journal: Journal,
        run: Option<RunId>,
        (at, after): (Timestamp, u64),
    ) -> Result<Self, FolderError> {
        let kind = FolderWorkKind::Archive;
        let mut making = Self::write_down(workshop, folder, kind, journal, run, (at, after))?;
        match making.make_folder() {
            Ok(()) => Ok(making),
            Err(error) => Err(making.give_up(error)),
        }
    }

    /// Writes down what is about to be done. An archive has a number after `after`.
    ///
    /// # Errors
    /// [`FolderError::Busy`]; nothing is begun then.
    pub(super) fn write_down(
        workshop: &'a Workshop,
        folder: &'a TaskFolderRecord,
        kind: FolderWorkKind,
        journal: Journal,
        run: Option<RunId>,
        (at, after): (Timestamp, u64),
    ) -> Result<Self, FolderError> {
        let files = workshop.files.as_ref();
        let name = free_name(files, &folder.path, ArchiveName::at(local(at)))?;
        let journal = Journal {
            within: workshop.identity(folder)?,
            ..journal
        };
        let work = FolderWork {
            folder: folder.id,
            kind,
            archive: name.to_string(),
            run,
            plan: journal.text()?,
            at: at.0,
        };
        let sequence = workshop.begin(work, after)?;
        Ok(Self {
            workshop,
            folder,
            journal,
            name,
            sequence,
            if_undone: None,
        })
    }

    /// Makes the folder that is filled.
    ///
    /// # Errors
    /// [`FolderError::Io`]; there is none then.
    pub(super) fn make_folder(&mut self) -> Result<(), FolderError> {
        let files = self.workshop.files.as_ref();
        loop {
            let partial = self.partial();
            match files.create_folder_like(&partial, &self.folder.path) {
                Ok(()) => return Ok(()),
                // Another program has made one this instant.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    self.take_next_name(false)?;
                }

                Err(source) => {
                    // It may have been made, and not as it should.
                    if let Err(error) = files.remove_empty_folder(&partial)
                        && error.kind() != ErrorKind::NotFound
                    {
                        tracing::warn!(%error, path = %partial.display(), "could not be removed");
                    }
                    return Err(FolderError::Io {
                        path: partial,
                        source,
                    });
                }
            }
        }
    }

    /// What is put back, and where its copies wait.
    pub(super) fn returning(&self) -> Option<(&Returning, PathBuf)> {
        let returning = self.journal.put_back.as_ref()?;
        Some((returning, self.folder.path.join(&returning.waiting)))
    }

    /// Takes the copies away that have no name of their own.
    pub(super) fn take_waiting_away(&self) -> io::Result<()> {
        let Some((_, waiting)) = self.returning() else {
            return Ok(());
        };
        let files = self.workshop.files.as_ref();
        match files.entry(&waiting)? {
            Some(_) => files.remove_folder(&waiting),
            None => Ok(()),
        }
    }

    /// Writes down that the copies are on the disk and proven, and what is archived to make way for them.
    ///
    /// # Errors
    /// [`FolderError::Store`].
    pub(super) fn is_ready(&mut self, makes_way: Option<Journal>) -> Result<(), FolderError> {
        let mut put_back = self.journal.put_back.take();
        if let Some(returning) = &mut put_back {
            returning.ready = true;
            returning.archives = makes_way.is_some();
        }
        let journal = Journal {
            put_back,
            within: self.journal.within,
            ..makes_way.unwrap_or_else(Journal::begun)
        };
        let (id, plan) = (self.folder.id, journal.text()?);
        self.journal = journal;
        self.workshop
            .store
            .write::<_, StoreError>(move |tx| tx.replan_folder_work(id, &plan))?;
        Ok(())
    }

    /// Ends where nothing of the folder was touched: copies that wait go. Answers `error`; where not even
    /// that could be done, whoever comes next does it.
    pub(super) fn give_up(&self, error: FolderError) -> FolderError {
        if let Err(fault) = self.end_untouched() {
            tracing::warn!(%fault, folder = %self.folder.id, "could not be ended yet");
        }
        error
    }

    /// Ends where nothing of the folder was touched.
    ///
    /// # Errors
    /// [`FolderError::Io`], [`FolderError::Store`], [`FolderError::Gone`] where its disk is not there any more; the
    /// line stays in the journal then.
    pub(super) fn end_untouched(&self) -> Result<(), FolderError> {
        let within = self.journal.within;
        self.workshop.is_same_place(self.folder, within)?;
        self.take_waiting_away()
            .map_err(FolderError::at(&self.folder.path))?;
        self.end(None, self.if_undone)
    }

    /// The same, where the folder did not take what was to be written.
    ///
    /// # Errors
    /// What the database says.
    pub(super) fn give_up_writing(&self, error: FolderError) -> Result<FolderError, FolderError> {
        let error = self.give_up(error);
        Ok(match error {
            FolderError::Io { source, .. } if self.workshop.is_settled(self.folder.id)? => {
                not_written(self.folder, source)
            }
            error => error,
        })
    }

    /// Where it is while it is filled.
    pub(super) fn partial(&self) -> PathBuf {
        self.folder.path.join(self.name.unfinished())
    }

    /// Where a copy is while it is made.
    pub(super) fn copying_in_archive(&self) -> PathBuf {
        self.partial().join(&self.journal.copying)
    }

    /// Makes an archive of what was brought over, or takes it all back.
    ///
    /// # Errors
    /// [`FolderError::NotArchived`], [`FolderError::Cancelled`], [`FolderError::Io`].
    pub(super) fn finish(
        &mut self,
        filled: Filled,
        policy: Policy,
        progress: &dyn Progress,
        outcome: Archived,
    ) -> Result<Archived, FolderError> {
        if progress.cancelled() {
            return Err(self.take_back(FolderError::Cancelled, progress));
        }
        if let Some((path, source)) = filled.fault {
            let error = self.take_back(FolderError::Io { path, source }, progress);
            return self.without_it(error, policy, &filled.names, outcome);
        }
        if policy == Policy::Stop && !filled.failed.is_empty() {
            let error = FolderError::NotArchived {
                failed: filled.failed,
                stuck: Vec::new(),
                archive: None,
            };
            return Err(self.take_back(error, progress));
        }
        let failed_files = filled.failed_files();
        let worth_it = filled.is_worth_it();
        let outcome = Archived {
            failed: filled.failed,
            vanished: filled.vanished,
            ..outcome
        };
        if !worth_it && self.journal.put_back.is_some() {
            // What had to make way went by itself.
            return Err(self.take_back(FolderError::PlanChanged, progress));
        }
        if !worth_it {
            let (_, archive) = self.take_all_back(progress)?;
            return Ok(Archived {
                archive,
                ended_at: self.workshop.clock.now().0,
                ..outcome
            });
        }
        let outcome = outcome.with(&filled.files);
        let record = self.record(filled.files);
        let record = Record {
            failed_files,
            ..record
        };
        if let Err(error) = self.seal(record) {
            let error = self.take_back(error, progress);
            return self.without_it(error, policy, &filled.names, outcome);
        }
        let outcome = Archived {
            archive: Some(self.name.to_string()),
            ended_at: self.workshop.clock.now().0,
            ..outcome
        };
        if self.journal.put_back.is_none() {
            self.end(Some(&outcome), Some("folder_archive"))?;
        }
        Ok(outcome)
    }

    /// Where the disk does not let an archive be made, and all has gone back: who goes on all the same is told
    /// of each file, anybody else of the folder.
    fn without_it(
        &self,
        error: FolderError,
        policy: Policy,
        names: &[String],
        outcome: Archived,
    ) -> Result<Archived, FolderError> {
        let is_settled = || self.workshop.is_settled(self.folder.id);
        match error {
            FolderError::Io { source, .. } if is_settled()? => match policy {
                Policy::Stop => Err(not_written(self.folder, source)),
                Policy::Continue => Ok(none_of(self.workshop, names, &source, outcome)),
            },
            FolderError::TooMany { count, .. } if policy == Policy::Continue && is_settled()? => {
                Ok(too_many(self.workshop, self.folder, count, outcome))
            }
            error => Err(error),
        }
    }

    /// Takes the line out of the journal, and tells Activity.
    pub(super) fn end(
        &self,
        outcome: Option<&Archived>,
        operation: Option<&'static str>,
    ) -> Result<(), FolderError> {
        let name = match self.returning() {
            Some((returning, _)) => returning.from.clone(),
            None => self.name.to_string(),
        };
        end(self.workshop, self.folder, &name, outcome, operation)
    }
}

/// Takes the line out of the journal, and tells Activity.
pub(super) fn end(
    workshop: &Workshop,
    folder: &TaskFolderRecord,
    archive: &str,
    outcome: Option<&Archived>,
    operation: Option<&'static str>,
) -> Result<(), FolderError> {
    let id = folder.id;
    // Not every name is kept with the run.
    let outcome = outcome.cloned().map(Archive::from);
    let outcome = outcome
        .as_ref()
        .map(serde_json::to_string)
        .transpose()
        .map_err(|error| FolderError::Store(StoreError::Io(error.into())))?;
    let tell = operation.map(|operation| workshop.tell(folder, operation, &[archive.to_owned()]));
    workshop.store.write::<_, StoreError>(move |tx| {
        tx.end_folder_work(id, outcome.as_deref())?;
        tell.map_or(Ok(()), |tell| tell(tx))
    })?;
    Ok(())
}

/// No archive was made because its record could not list so many files.
pub(super) fn too_many(
    workshop: &Workshop,
    folder: &TaskFolderRecord,
    count: usize,
    outcome: Archived,
) -> Archived {
    let failed = Failure {
        file: folder.name(),
        reason: Message::new("archive_too_many").with("count", count),
    };
    none(workshop, vec![failed], outcome)
}

/// No archive was made because of this.
pub(super) fn none_of(
    workshop: &Workshop,
    names: &[String],
    error: &io::Error,
    outcome: Archived,
) -> Archived {
    let reason = Message::new("archive_not_made").because(write_reason(error));
    let failed = names.iter().map(|name| Failure {
        file: name.clone(),
        reason: reason.clone(),
    });
    none(workshop, failed.collect(), outcome)
}

fn none(workshop: &Workshop, failed: Vec<Failure>, outcome: Archived) -> Archived {
    Archived {
        failed,
        moved: Vec::new(),
        copied: Vec::new(),
        bytes: 0,
        ended_at: workshop.clock.now().0,
        ..outcome
    }
}
