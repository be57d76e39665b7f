//! What came of archiving.

use flowkeep_core::Message;
use flowkeep_core::folder::{ArchivedFile, How, Record};
use flowkeep_core::run::{Moment, Unarchived};
use serde::Serialize;

/// A file that was not archived as it should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Its name in the folder.
    pub file: String,
    /// Why, and what became of it instead.
    pub reason: Message,
}

/// What was archived. Names are those in the folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Archived {
    /// The name of the archive; nothing where there was nothing to archive.
    pub archive: Option<String>,
    /// What is in the archive alone.
    pub moved: Vec<String>,
    /// What is in the archive and stayed.
    pub copied: Vec<String>,
    /// What could not be moved. What could be copied instead is also among `copied`.
    pub failed: Vec<Failure>,
    /// What stays by its name, and what is no file.
    pub kept: Vec<String>,
    /// What was there when the folder was looked at, and gone when it was to be moved.
    pub vanished: Vec<String>,
    /// Bytes of what is in the archive.
    pub bytes: u64,
    /// Milliseconds; when it began.
    pub started_at: i64,
    /// Milliseconds; when it ended.
    pub ended_at: i64,
}

impl Archived {
    /// What the record of an archive tells of it, for whoever did not make it.
    pub(super) fn of_record(archive: &str, record: &Record) -> Self {
        let outcome = Self {
            archive: Some(archive.to_owned()),
            failed: failures(record),
            ..Self::default()
        };
        outcome.with(&record.files)
    }

    /// With what is in the archive.
    pub(super) fn with(self, files: &[ArchivedFile]) -> Self {
        let names = |how| {
            let files = files.iter().filter(move |file| file.how == how);
            files.map(|file| file.name.clone()).collect()
        };
        Self {
            moved: names(How::Moved),
            copied: names(How::Copied),
            bytes: files.iter().map(|file| file.bytes).sum(),
            ..self
        }
    }
}

/// What a record says could not be archived as it should.
pub(super) fn failures(record: &Record) -> Vec<Failure> {
    let failed = record.failed_files.iter().map(|failed| Failure {
        file: failed.file.clone(),
        reason: failed
            .reason
            .clone()
            .unwrap_or_else(|| Message::new("archive_file_failed").with("detail", &failed.error)),
    });
    failed.collect()
}

impl From<Archived> for flowkeep_core::run::Archive {
    /// What is kept with the run it was made for: not every name.
    fn from(archived: Archived) -> Self {
        let count = |names: &[String]| u32::try_from(names.len()).unwrap_or(u32::MAX);
        let names = archived.moved.iter().chain(&archived.copied);
        let failed = archived.failed.into_iter().map(|failure| Unarchived {
            file: failure.file,
            reason: failure.reason,
        });
        Self {
            moved: count(&archived.moved),
            copied: count(&archived.copied),
            kept: count(&archived.kept),
            bytes: archived.bytes,
            names: names.take(Self::NAMES).cloned().collect(),
            failed: failed.collect(),
            started_at: Moment(archived.started_at),
            ended_at: Some(Moment(archived.ended_at)),
            of: None,
            name: archived.archive,
        }
    }
}
