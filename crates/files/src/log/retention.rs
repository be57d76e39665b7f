//! Taking old executions out of a folder of the log, by the rule that the database's history goes by.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_core::log::{LogEntry, LogType};
use flowkeep_core::run::Status;
use flowkeep_host::{Progress, Timestamp};
use flowkeep_store::{CleanUp, CleanUpRule};

use super::folder::files_in;
use super::{FolderLog, LogError};
use crate::FilesError;

/// An execution that has ended.
struct Ended {
    file: OldFile,
    id: String,
    /// Milliseconds; when it began, and when it ended, as far as anybody said.
    at: i64,
    until: i64,
}

/// The executions that a rule calls old.
#[derive(Default)]
pub struct OldFiles(Vec<OldFile>);

struct OldFile {
    path: PathBuf,
    workflow: Option<String>,
    bytes: u64,
}

impl OldFiles {
    /// What is removed with them.
    pub fn found(&self) -> CleanUp {
        together(&self.0)
    }
}

fn together(files: &[OldFile]) -> CleanUp {
    let mut all = CleanUp::default();
    for file in files {
        all.executions += 1;
        all.bytes += file.bytes;
        *all.workflows.entry(file.workflow.clone()).or_default() += 1;
    }
    all
}

impl FolderLog<'_> {
    /// What a rule calls old in this folder. Files that cannot be read, executions that have not ended or
    /// of which nobody says when, operations and what is ours as well are never old.
    ///
    /// # Errors
    /// [`LogError`]; [`FilesError::Cancelled`].
    pub fn old(&self, rule: &CleanUpRule, progress: &dyn Progress) -> Result<OldFiles, LogError> {
        let folder = self.folder(LogType::Executions);
        let mut all: HashMap<Option<String>, Vec<Ended>> = HashMap::new();
        for file in files_in(Some(LogType::Executions), &folder)? {
            if progress.cancelled() {
                return Err(FilesError::Cancelled.into());
            }
            let Ok(LogEntry::Execution(found)) = file.entry else {
                continue;
            };
            let of = rule.workflow.is_none() || rule.workflow == found.workflow_id;
            if !of || !found.state().is_some_and(Status::is_final) {
                continue;
            }
            let moment = |text: &Option<String>| text.as_deref().and_then(Timestamp::stated);
            let (began, ended) = (moment(&found.start_time), moment(&found.end_time));
            let (Some(at), Some(until)) = (began.or(ended), ended.or(began)) else {
                continue;
            };
            if self.is_ours(LogType::Executions, &found.id)? {
                continue;
            }
            let path = flowkeep_host::text_path(&file.path);
            let file = OldFile {
                bytes: path.metadata().map_or(0, |found| found.len()),
                workflow: found.workflow_id.clone(),
                path,
            };
            all.entry(found.workflow_id).or_default().push(Ended {
                until: until.0,
                file,
                id: found.id,
                at: at.0,
            });
        }
        let mut old = OldFiles::default();
        for mut of in all.into_values() {
            of.sort_by(|one, two| (two.at, &two.id).cmp(&(one.at, &one.id)));
            let places = (1_u32..).zip(of);
            let goes = |place: u32, ended: &Ended| {
                rule.before
                    .is_some_and(|before| ended.until < before && place > 1)
                    || rule.keep.is_some_and(|keep| place > keep)
            };
            let gone = places.filter(|(place, ended)| goes(*place, ended));
            old.0.extend(gone.map(|(_, ended)| ended.file));
        }
        Ok(old)
    }

    /// Removes what [`FolderLog::old`] found, and says what went, and what kept the rest from it where
    /// that was not whoever follows.
    pub fn remove_old(
        &self,
        old: &OldFiles,
        progress: &dyn Progress,
    ) -> (CleanUp, Option<LogError>) {
        for (at, file) in old.0.iter().enumerate() {
            if progress.cancelled() {
                return (together(&old.0[..at]), None);
            }
            if let Err(error) = remove(&file.path) {
                return (together(&old.0[..at]), Some(error.into()));
            }
        }
        (old.found(), None)
    }

    /// Removes the executions with these ids that are here by the names this program gives them.
    ///
    /// # Errors
    /// [`LogError`]: what was removed by then stays so.
    pub fn remove_copies(&self, ids: &[String]) -> Result<(), LogError> {
        for id in ids {
            if let Some(file) = self.usual_file(LogType::Executions, id) {
                remove(&file)?;
            }
        }
        Ok(())
    }
}

fn remove(file: &Path) -> Result<(), FilesError> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(FilesError::at(file)(error)),
        _ => Ok(()),
    }
}
