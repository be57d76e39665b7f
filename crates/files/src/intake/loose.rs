//! Loose files and folders, as dropped on the window or named to an import.

use std::fs::{File, FileType, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flowkeep_core::log::{LogEntry, LogType};
use flowkeep_core::{Encoding, Kind, MAX_DOCUMENT_BYTES, Message, Recognised, recognise};
use flowkeep_host::{Progress, ReadError, open_regular, path_text};
use flowkeep_store::{IncomingDocument, IndexTerms, Rejection, SnapshotRun, StagedPart, Staging};
use walkdir::WalkDir;

use super::backup::why;
use super::{archive, run_file};
use crate::{FilesError, io_reason};

/// Folders that hold tools' own things, never operators' documents.
pub(crate) const PASSED_OVER: [&str; 4] = [".git", ".svn", "node_modules", "__MACOSX"];

/// A file that was met.
pub(crate) struct Met<'a> {
    /// Where it is on the disk; of what is in a `.zip`, where that is.
    pub(crate) place: &'a Path,
    /// The path to tell.
    pub(crate) shown: &'a str,
    /// Its name.
    pub(crate) name: &'a str,
    /// What is in it.
    pub(crate) bytes: &'a [u8],
}

/// What becomes of the files that are met.
pub(crate) trait Receive {
    /// Why nothing more is taken.
    type Error: From<FilesError>;

    /// Takes a file.
    fn file(&mut self, met: &Met<'_>) -> Result<(), Self::Error>;

    /// Hears of what cannot be read (`damaged`), or is nothing that could be taken.
    fn refused(&mut self, shown: &str, damaged: bool, reason: &Message) -> Result<(), Self::Error>;
}

/// Lays files, folders and `.zip` files out in a plan, one item per file met. What cannot be read
/// is in the plan with its reason. `expected` is the kind the operator named, if any.
///
/// # Errors
/// [`FilesError::Missing`] for a path that is not there, [`FilesError::Cancelled`],
/// [`FilesError::Store`].
pub fn stage_files(
    paths: &[PathBuf],
    expected: Option<Kind>,
    staging: &mut Staging,
    progress: &dyn Progress,
) -> Result<(), FilesError> {
    let mut staged = Staged { expected, staging };
    gather(paths, &mut staged, progress)
}

/// Gives each file at these paths, in folders and in `.zip` files to `receiver`.
///
/// # Errors
/// [`FilesError::Missing`] for a path that is not there, [`FilesError::Cancelled`]; what `receiver` says.
pub(crate) fn gather<R: Receive>(
    paths: &[PathBuf],
    receiver: &mut R,
    progress: &dyn Progress,
) -> Result<(), R::Error> {
    let mut gathering = Gathering {
        receiver,
        progress,
        met: 0,
    };
    for path in paths {
        let metadata = path.metadata().map_err(FilesError::reading(path))?;
        if metadata.is_dir() {
            gathering.folder(path)?;
        } else {
            gathering.file(path, &metadata)?;
        }
    }
    Ok(())
}

/// A plan that takes documents.
struct Staged<'a> {
    expected: Option<Kind>,
    staging: &'a mut Staging,
}

impl Receive for Staged<'_> {
    type Error = FilesError;

    fn file(&mut self, met: &Met<'_>) -> Result<(), FilesError> {
        match run_file::read(met.bytes) {
            Ok(Some(parts)) => {
                for part in &parts {
                    self.staging.add_run_part(part)?;
                    if let SnapshotRun::Run(run) = part {
                        let (id, name) = (run.id.to_string(), Some(&*run.workflow_name));
                        let part = StagedPart::Runs;
                        self.staging.add_part_file(met.shown, part, &id, name)?;
                    }
                }
                return Ok(());
            }
            Ok(None) => {}
            Err(reason) => return self.refused(met.shown, true, &reason),
        }
        match recognise(met.bytes, met.name, self.expected) {
            Recognised::Document {
                kind,
                document,
                encoding,
                summary,
            } => {
                let given = summary.id.as_deref();
                self.staging.add_document(&IncomingDocument {
                    path: met.shown,
                    kind,
                    id: given.unwrap_or(&summary.derived_id),
                    id_derived: given.is_none(),
                    format: document.format(),
                    text: document.text(),
                    sha256: document.sha256(),
                    summary: &summary,
                    terms: &IndexTerms::of(&summary),
                    encoding,
                    there: None,
                })?;
                if encoding != Encoding::Utf8 {
                    tracing::info!(?encoding, "a file was decoded to UTF-8");
                }
                Ok(())
            }
            // What another program recorded of an execution has its place in the log.
            Recognised::NotOurs(reason) if reason.code == "not_ours_execution_log" => {
                let stem = met.name.rsplit_once('.').map_or(met.name, |(stem, _)| stem);
                match LogEntry::read_bytes(Some(LogType::Executions), met.bytes, stem) {
                    Ok(LogEntry::Execution(execution)) => {
                        self.staging.add_execution(&execution)?;
                        let (part, id) = (StagedPart::Log, &execution.id);
                        self.staging.add_part_file(met.shown, part, id, None)?;
                    }
                    _ => self.refused(met.shown, false, &reason)?,
                }
                Ok(())
            }
            Recognised::NotOurs(reason) => self.refused(met.shown, false, &reason),
            Recognised::Broken(reason) => self.refused(met.shown, true, &reason),
        }
    }

    fn refused(&mut self, shown: &str, damaged: bool, reason: &Message) -> Result<(), FilesError> {
        self.staging.add_rejection(&Rejection {
            path: shown,
            kind: None,
            id: None,
            name: None,
            damaged,
            reason,
        })?;
        Ok(())
    }
}

pub(super) struct Gathering<'a, R> {
    receiver: &'a mut R,
    progress: &'a dyn Progress,
    met: u32,
}

impl<R: Receive> Gathering<'_, R> {
    fn folder(&mut self, root: &Path) -> Result<(), R::Error> {
        let entries = WalkDir::new(root)
            .follow_links(false)
            .sort_by_file_name()
            .into_iter();
        let wanted = entries.filter_entry(|entry| {
            entry.depth() == 0
                || !entry.file_type().is_dir()
                || !PASSED_OVER.iter().any(|name| entry.file_name() == *name)
        });
        for entry in wanted {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(root).to_owned();
                    let reason = io_reason(&error.into());
                    self.reject(&path_text(&path), true, &reason)?;
                    continue;
                }
            };
            if entry.file_type().is_dir() {
                continue;
            }
            match entry.metadata() {
                Ok(metadata) => self.file(entry.path(), &metadata)?,
                Err(error) => {
                    let reason = io_reason(&error.into());
                    self.reject(&path_text(entry.path()), true, &reason)?;
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, metadata: &Metadata) -> Result<(), R::Error> {
        let shown = path_text(path);
        if let Some(reason) = special(metadata.file_type()) {
            return self.reject(&shown, false, &reason);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if has_extension(&name, "zip") {
            return match File::open(path) {
                Ok(file) => archive::stage(file, path, &shown, self),
                Err(error) => self.reject(&shown, true, &io_reason(&error)),
            };
        }
        if metadata.len() > MAX_DOCUMENT_BYTES as u64 {
            return self.reject_large(&shown, &name, metadata.len());
        }
        match read(path) {
            Ok(bytes) => self.bytes(&Met {
                place: path,
                shown: &shown,
                name: &name,
                bytes: &bytes,
            }),
            Err(error) => self.reject(&shown, true, &why(&error)),
        }
    }

    /// A file's bytes, wherever they come from.
    pub(super) fn bytes(&mut self, met: &Met<'_>) -> Result<(), R::Error> {
        self.told(met.name)?;
        self.receiver.file(met)
    }

    pub(super) fn reject_large(
        &mut self,
        shown: &str,
        name: &str,
        bytes: u64,
    ) -> Result<(), R::Error> {
        let ours = ["json", "yaml", "yml", "mdc"]
            .iter()
            .any(|end| has_extension(name, end));
        let reason = Message::new("file_too_large")
            .with("file_bytes", bytes)
            .with("most_bytes", MAX_DOCUMENT_BYTES);
        self.reject(shown, ours, &reason)
    }

    pub(super) fn reject(
        &mut self,
        shown: &str,
        damaged: bool,
        reason: &Message,
    ) -> Result<(), R::Error> {
        self.told(shown)?;
        self.receiver.refused(shown, damaged, reason)
    }

    fn told(&mut self, name: &str) -> Result<(), FilesError> {
        if self.progress.cancelled() {
            return Err(FilesError::Cancelled);
        }
        self.met += 1;
        self.progress.step("gather", self.met, None, Some(name));
        Ok(())
    }
}

/// It may have grown or become a pipe since it was looked at.
fn read(path: &Path) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    open_regular(path)?
        .take(MAX_DOCUMENT_BYTES as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn special(kind: FileType) -> Option<Message> {
    if kind.is_symlink() {
        Some(Message::new("file_is_link"))
    } else if kind.is_file() {
        None
    } else {
        Some(Message::new("file_is_special"))
    }
}

pub(super) fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case(extension))
}
