//! The record of an archive, and the name it has for good.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_core::folder::{ArchiveName, ArchivedFile, RECORD, Record};
use flowkeep_host::EntryFiles;
use flowkeep_store::StoreError;

use super::archives::RECORD_LIMIT;
use super::making::Making;
use super::{Failure, FolderError};
use crate::reason::io_reason;
use crate::time::local;

impl Making<'_> {
    /// Takes the next name that is free. What was filled under the old one is still called so: both are
    /// written down at once, so that whoever comes next looks for either.
    pub(super) fn take_next_name(&mut self, is_filled: bool) -> Result<(), FolderError> {
        let files = self.workshop.files.as_ref();
        let next = free_name(files, &self.folder.path, self.name.next())?;
        self.journal.was = is_filled.then(|| self.name.to_string());
        self.name = next;
        let (id, name, plan) = (self.folder.id, self.name.to_string(), self.journal.text()?);
        self.workshop.store.write::<_, StoreError>(move |tx| {
            tx.rename_folder_work(id, &name)?;
            tx.replan_folder_work(id, &plan)
        })?;
        Ok(())
    }

    pub(super) fn record(&self, files: Vec<ArchivedFile>) -> Record {
        let record = Record::new(
            local(self.workshop.clock.now()),
            &self.name.to_string(),
            &self.folder.name(),
            self.sequence,
            files,
            Vec::new(),
        );
        let returning = self.journal.put_back.as_ref();
        Record {
            made_way_for: returning.map(|returning| returning.from.clone()),
            ..record
        }
    }

    /// Writes the record and gives the archive its name. With the record on the disk there is no way
    /// back.
    ///
    /// # Errors
    /// [`FolderError::TooMany`]; [`FolderError::Io`]; [`FolderError::Store`].
    pub(super) fn seal(&mut self, record: Record) -> Result<(), FolderError> {
        self.write(&record)?;
        self.name_for_good(record).map(drop)
    }

    fn write(&self, record: &Record) -> Result<(), FolderError> {
        let path = self.partial().join(RECORD);
        let bytes = record.to_bytes().map_err(Into::into);
        let bytes = bytes.map_err(FolderError::at(&path))?;
        if !is_readable(&bytes) {
            return Err(FolderError::TooMany {
                path: self.folder.path.clone(),
                count: record.files.len(),
            });
        }
        let written = self.workshop.files.write_new(&path, &bytes);
        written.map_err(FolderError::at(&path))
    }

    /// Gives an archive whose record is written its name, as soon as both are on the disk. Answers the record,
    /// which tells that name.
    ///
    /// # Errors
    /// As [`Making::seal`]; as [`Making::keep_name`] where it has its name.
    pub(super) fn name_for_good(&mut self, mut record: Record) -> Result<Record, FolderError> {
        let files = self.workshop.files.as_ref();
        loop {
            let partial = self.partial();
            let path = partial.join(RECORD);
            if record.backup_directory != self.name.to_string() {
                record.backup_directory = self.name.to_string();
                files.remove_file(&path).map_err(FolderError::at(&path))?;
                self.write(&record)?;
            }
            files.flush(&path).map_err(FolderError::at(&path))?;
            files.flush(&partial).map_err(FolderError::at(&partial))?;
            let named = self.folder.path.join(self.name.to_string());
            match files.rename_new(&partial, &named) {
                Ok(()) => break,
                // Another program has made one this instant.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    self.take_next_name(true)?;
                    let next = self.partial();
                    let renamed = files.rename_new(&partial, &next);
                    renamed.map_err(FolderError::at(&next))?;
                }
                Err(error) => return Err(FolderError::at(&named)(error)),
            }
        }
        self.keep_name()?;
        Ok(record)
    }

    /// Makes sure that the name of the archive is on the disk.
    ///
    /// # Errors
    /// [`FolderError::Unfinished`] where copies still wait for it; else [`FolderError::Unconfirmed`].
    pub(super) fn keep_name(&self) -> Result<(), FolderError> {
        let folder = &self.folder.path;
        let Err(error) = self.workshop.files.flush(folder) else {
            return Ok(());
        };
        let (archive, why) = (self.name.to_string(), io_reason(&error));
        if self.journal.undoing || self.journal.put_back.is_none() {
            return Err(FolderError::Unconfirmed {
                archive,
                undone: self.journal.undoing,
                why,
            });
        }
        Err(FolderError::Unfinished {
            stuck: vec![Failure {
                file: self.folder.name(),
                reason: why,
            }],
            archive: Some(archive),
        })
    }

    /// Where what was brought over may still be: its name was taken, and the next one is written down.
    pub(super) fn partial_before(&self) -> Option<PathBuf> {
        let was = self.journal.was.as_ref()?.parse::<ArchiveName>().ok()?;
        Some(self.folder.path.join(was.unfinished()))
    }
}

/// Whether a record could be read again: no other is written.
fn is_readable(record: &[u8]) -> bool {
    u64::try_from(record.len()).is_ok_and(|bytes| bytes <= RECORD_LIMIT)
}

/// The first name from this one on that nothing has, finished or not.
pub(super) fn free_name(
    files: &dyn EntryFiles,
    folder: &Path,
    mut name: ArchiveName,
) -> Result<ArchiveName, FolderError> {
    let is_free = |name: &str| {
        let path = folder.join(name);
        let entry = files.entry(&path).map_err(FolderError::at(&path))?;
        Ok::<_, FolderError>(entry.is_none())
    };
    while !is_free(&name.to_string())? || !is_free(&name.unfinished())? {
        name = name.next();
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_could_not_be_read_is_known() {
        let most = usize::try_from(RECORD_LIMIT).unwrap();
        assert!(is_readable(&vec![0; most]));
        assert!(!is_readable(&vec![0; most + 1]));
    }
}
