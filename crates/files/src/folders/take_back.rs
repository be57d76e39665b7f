//! Taking back what was brought into an archive that is not to be.

use flowkeep_host::Progress;
use flowkeep_store::StoreError;

use super::making::{Making, end};
use super::undo::{Undone, undo};
use super::{Failure, FolderError};

impl Making<'_> {
    /// Takes everything back after `error`, and says what became of it.
    pub(super) fn take_back(&mut self, error: FolderError, progress: &dyn Progress) -> FolderError {
        let partial = self.partial();
        match self.workshop.files.entry(&partial) {
            Ok(Some(_)) => {}
            // It has its name already: the next one to come finishes it.
            Ok(None) => return error,
            // Nobody can tell: the next one to come sees to it.
            Err(source) => return FolderError::at(&partial)(source),
        }
        let (undone, archive) = match self.take_all_back(progress) {
            Ok(undone) => undone,
            Err(fault) => {
                tracing::warn!(%fault, "what was archived could not be taken back yet");
                return match fault {
                    FolderError::NotArchived { .. } => merged(error, fault),
                    other => other,
                };
            }
        };
        match error {
            FolderError::NotArchived { failed, .. } => FolderError::NotArchived {
                failed,
                stuck: Vec::new(),
                archive,
            },
            other if undone.left.is_empty() => other,
            _ => FolderError::NotArchived {
                failed: Vec::new(),
                stuck: Vec::new(),
                archive,
            },
        }
    }

    /// Takes everything back and ends. What cannot go back because something else is there becomes an
    /// archive, whose name is answered.
    ///
    /// # Errors
    /// [`FolderError::NotArchived`] with what is stuck; [`FolderError::Io`]. The line stays in the journal
    /// then.
    pub(super) fn take_all_back(
        &mut self,
        progress: &dyn Progress,
    ) -> Result<(Undone, Option<String>), FolderError> {
        self.is_undoing()?;
        let partial = self.partial();
        let files = self.workshop.files.as_ref();
        let undone = undo(files, &self.folder.path, &partial, &self.journal, progress)
            .map_err(FolderError::at(&partial))?;
        if !undone.stuck.is_empty() {
            return Err(FolderError::NotArchived {
                failed: Vec::new(),
                stuck: undone.stuck,
                archive: None,
            });
        }
        if undone.left.is_empty() {
            self.end_untouched()?;
            return Ok((undone, None));
        }
        let record = self.record(undone.left.clone());
        self.seal(record)?;
        Ok((undone, Some(self.end_undone()?)))
    }

    /// Ends where what could not go back is in an archive that has its name, which is answered.
    ///
    /// # Errors
    /// [`FolderError::Io`], [`FolderError::Store`]; the line stays in the journal then.
    pub(super) fn end_undone(&self) -> Result<String, FolderError> {
        self.take_waiting_away()
            .map_err(FolderError::at(&self.folder.path))?;
        let name = self.name.to_string();
        let operation = Some("folder_archive_undone");
        end(self.workshop, self.folder, &name, None, operation)?;
        Ok(name)
    }

    /// Writes down that all is taken back, before the first file is touched.
    fn is_undoing(&mut self) -> Result<(), FolderError> {
        if self.journal.undoing {
            return Ok(());
        }
        self.journal.undoing = true;
        let (id, plan) = (self.folder.id, self.journal.text()?);
        self.workshop
            .store
            .write::<_, StoreError>(move |tx| tx.replan_folder_work(id, &plan))?;
        Ok(())
    }
}

/// What failed first, with what is stuck since.
fn merged(first: FolderError, since: FolderError) -> FolderError {
    let failures = |error: FolderError| -> (Vec<Failure>, Vec<Failure>) {
        match error {
            FolderError::NotArchived { failed, stuck, .. } => (failed, stuck),
            _ => (Vec::new(), Vec::new()),
        }
    };
    FolderError::NotArchived {
        failed: failures(first).0,
        stuck: failures(since).1,
        archive: None,
    }
}
