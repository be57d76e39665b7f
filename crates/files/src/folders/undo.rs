//! Putting everything back that is in an unfinished archive.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use flowkeep_core::Message;
use flowkeep_core::folder::{ArchivedFile, How, NOT_PUT_BACK, RECORD, same_name};
use flowkeep_host::{Entry, EntryFiles, EntryKind, Progress};

use super::Failure;
use super::carry::{carry_link, carry_proven};
use super::names::{name_text, text_name};
use super::plan::Journal;
use crate::reason::io_reason;

/// What came of putting back.
#[derive(Debug, Default)]
pub(super) struct Undone {
    /// What stays in the archive, because something else has its name in the folder.
    pub(super) left: Vec<ArchivedFile>,
    /// What the system did not let go back, and why.
    pub(super) stuck: Vec<Failure>,
}

/// Puts back what is in `partial`. The folder itself goes when nothing is left in it. No cancel is asked for:
/// it is what a cancel comes to.
///
/// Steps of progress: `folder_undo` (one a file).
///
/// # Errors
/// What the system says of the unfinished archive; what is in it stays in it.
pub(super) fn undo(
    files: &dyn EntryFiles,
    folder: &Path,
    partial: &Path,
    journal: &Journal,
    progress: &dyn Progress,
) -> io::Result<Undone> {
    let own = |text: &String| text_name(text);
    let links = journal.links.iter();
    let undoing = Undoing {
        files,
        folder,
        partial,
        copying: &journal.copying,
        copied: journal.copied.iter().filter_map(own).collect(),
        links: links
            .filter_map(|(name, text)| Some((own(name)?, text.as_str())))
            .collect(),
    };
    let mut undone = Undone::default();
    let mut entries = match files.entries(partial) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(undone),
        entries => entries?,
    };
    entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    let total = u32::try_from(entries.len()).ok();
    for (done, entry) in (0..).zip(entries) {
        let archived = name_text(folder, &entry.name);
        progress.step("folder_undo", done, total, Some(&archived));
        let unfinished = archived == journal.copying;
        // No file of the folder has the name of the record here.
        if unfinished || same_name(&archived, RECORD) {
            if let Err(error) = files.remove_file(&partial.join(&entry.name)) {
                undone.stuck.push(failure(archived, &error));
            }
            continue;
        }
        let name = journal.renamed.get(&archived).unwrap_or(&archived).clone();
        match undoing.put_back(&entry, &name) {
            Ok(true) => {}
            Ok(false) => undone.left.push(ArchivedFile {
                archived_as: (name != archived).then_some(archived),
                bytes: entry.bytes,
                sha256: None,
                modified: None,
                how: How::Moved,
                link_target: undoing.leads_to(&entry, &name),
                reason: Some(Message::new(NOT_PUT_BACK)),
                name,
            }),
            Err(error) => undone.stuck.push(failure(name, &error)),
        }
    }
    files.flush(folder)?;
    if undone.left.is_empty() && undone.stuck.is_empty() {
        files.remove_empty_folder(partial)?;
    }
    Ok(undone)
}

fn failure(file: String, error: &io::Error) -> Failure {
    Failure {
        file,
        reason: io_reason(error),
    }
}

struct Undoing<'a> {
    files: &'a dyn EntryFiles,
    folder: &'a Path,
    partial: &'a Path,
    /// What a copy is called until it is whole.
    copying: &'a str,
    /// What was copied and stayed, by its name on the disk: the folder may be elsewhere by now.
    copied: HashSet<OsString>,
    /// The texts of links that have another one in the archive, in the same way.
    links: HashMap<OsString, &'a str>,
}

impl Undoing<'_> {
    /// Puts one back. Says whether it could: something else may have its name by now.
    fn put_back(&self, entry: &Entry, name: &str) -> io::Result<bool> {
        let from = self.partial.join(&entry.name);
        let Some(own) = text_name(name) else {
            return Ok(false);
        };
        let to = self.folder.join(&own);
        let was = self.links.get(&own).map(PathBuf::from);
        if let Some(there) = self.files.entry(&to)? {
            let copied = self.copied.contains(&own);
            let same = copied || self.is_same((entry, &from), (&there, &to), was)?;
            if same {
                self.files.remove_file(&from)?;
            }
            return Ok(same);
        }
        let back = if entry.kind == EntryKind::Link {
            let text = match was {
                Some(text) => text,
                None => self.files.read_link(&from)?,
            };
            carry_link(self.files, &from, &to, &text)
        } else {
            let copying = self.folder.join(self.copying);
            carry_proven(self.files, &from, &to, &copying)
        };
        match back {
            Ok(()) => Ok(true),
            // Somebody made one of that name this instant.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Where a link led as it was in the folder; nothing of a file.
    fn leads_to(&self, entry: &Entry, name: &str) -> Option<String> {
        let link = (entry.kind == EntryKind::Link).then(|| self.partial.join(&entry.name))?;
        let told = text_name(name).and_then(|own| self.links.get(&own).copied());
        let written = || {
            let target = self.files.read_link(&link).ok()?;
            Some(target.to_string_lossy().into_owned())
        };
        told.map(str::to_owned).or_else(written)
    }

    /// Whether what is in the archive is also in the folder.
    fn is_same(
        &self,
        (entry, from): (&Entry, &Path),
        (there, to): (&Entry, &Path),
        was: Option<PathBuf>,
    ) -> io::Result<bool> {
        match (entry.kind, there.kind) {
            (EntryKind::Link, EntryKind::Link) => {
                let (ours, theirs) = (self.files.read_link(from)?, self.files.read_link(to)?);
                Ok(theirs == was.unwrap_or(ours))
            }
            (EntryKind::File, EntryKind::File) if entry.bytes == there.bytes => {
                let digest = |path| self.files.digest(path, &|| true);
                Ok(digest(from)?.sha256 == digest(to)?.sha256)
            }
            _ => Ok(false),
        }
    }
}
