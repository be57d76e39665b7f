//! Reading archives through, and comparing what is in them with what their records say.

use std::io::ErrorKind;

use flowkeep_core::{FolderId, Message};
use flowkeep_host::{EntryFiles, EntryKind, Progress};
use flowkeep_store::TaskFolderRecord;

use super::archives::archives;
use super::put_back_plan::is_as_told;
use super::side::{Side, Thing};
use super::{Failure, FolderError, Workshop};
use crate::reason::io_reason;

/// What came of reading one archive through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// What it is called.
    pub archive: String,
    /// Files in it that are what its record says.
    pub proven: u32,
    /// Files in it of which its record says no more than the name, and links.
    pub unverified: u32,
    /// What is not as it should be: damaged, gone, or not readable.
    pub failed: Vec<Failure>,
    /// How many of those could not be read: nothing is known of what they hold.
    pub unreadable: u32,
    /// What is in it and does not stand in its record.
    pub besides: Vec<String>,
    /// Why nothing of it can be verified.
    pub broken: Option<Message>,
}

/// Reads an archive of a folder through, or all of them: then one that cannot be read costs no other.
///
/// Steps of progress: `folder_read` (one a file).
///
/// # Errors
/// [`FolderError::NoArchive`], [`FolderError::Cancelled`], [`FolderError::Io`].
pub fn check(
    workshop: &Workshop,
    folder: FolderId,
    archive: Option<&str>,
    progress: &dyn Progress,
) -> Result<Vec<Checked>, FolderError> {
    let known = workshop.folder(folder)?;
    let names: Vec<String> = if let Some(archive) = archive {
        vec![archive.to_owned()]
    } else {
        let all = archives(workshop, folder)?.into_iter();
        all.map(|archive| archive.archive).collect()
    };
    let files = workshop.files.as_ref();
    let checked = names
        .into_iter()
        .map(|name| match one(files, &known, &name, progress) {
            // What its names mean is not known here.
            Err(FolderError::Unreadable { why, archive }) => Ok(Checked {
                archive,
                broken: Some(why),
                ..Checked::default()
            }),
            Err(FolderError::NoArchive(_)) if archive.is_none() => Ok(Checked {
                broken: Some(Message::new("error_archive_unknown")),
                archive: name,
                ..Checked::default()
            }),
            Err(FolderError::Io { source, .. }) if archive.is_none() => Ok(Checked {
                broken: Some(io_reason(&source)),
                archive: name,
                ..Checked::default()
            }),
            other => other,
        });
    checked.collect()
}

fn one(
    files: &dyn EntryFiles,
    folder: &TaskFolderRecord,
    archive: &str,
    progress: &dyn Progress,
) -> Result<Checked, FolderError> {
    let side = Side::archive(files, folder, archive)?;
    let mut checked = Checked {
        archive: archive.to_owned(),
        broken: side.unread.clone(),
        ..Checked::default()
    };
    let total = u32::try_from(side.things.len()).ok();
    for (done, (name, thing)) in (0..).zip(&side.things) {
        progress.step("folder_read", done, total, Some(name));
        let found = look(files, &side, thing, progress);
        if progress.cancelled() {
            return Err(FolderError::Cancelled);
        }
        if !thing.named && side.unread.is_none() {
            checked.besides.push(name.clone());
            continue;
        }
        match found {
            Ok(true) => checked.proven += 1,
            Ok(false) => checked.unverified += 1,
            Err(fault) => {
                checked.unreadable += u32::from(matches!(fault, Fault::Unreadable(_)));
                checked.failed.push(Failure {
                    file: name.clone(),
                    reason: fault.reason(),
                });
            }
        }
    }
    Ok(checked)
}

/// Why a file is not as it should be.
enum Fault {
    /// It is gone, or is not what the record says.
    Damaged(Message),
    /// The system does not let it be read.
    Unreadable(Message),
}

impl Fault {
    fn damaged(code: &str) -> Self {
        Self::Damaged(Message::new(code))
    }

    fn reason(self) -> Message {
        match self {
            Self::Damaged(reason) | Self::Unreadable(reason) => reason,
        }
    }
}

/// Whether a file is proven by the record, or only there.
fn look(
    files: &dyn EntryFiles,
    side: &Side,
    thing: &Thing,
    progress: &dyn Progress,
) -> Result<bool, Fault> {
    let Some(entry) = &thing.entry else {
        return Err(Fault::damaged("put_back_gone"));
    };
    match entry.kind {
        EntryKind::Link if thing.sha256().is_none() => return Ok(false),
        EntryKind::File if !thing.was_link() => {}
        _ => return Err(Fault::damaged("put_back_damaged")),
    }
    let read = side.digest(files, entry, &|| !progress.cancelled());
    let read = read.map_err(|error| match error.kind() {
        ErrorKind::NotFound => Fault::damaged("put_back_gone"),
        _ => Fault::Unreadable(io_reason(&error)),
    })?;
    is_as_told(thing, &read).map_err(Fault::Damaged)?;
    Ok(thing.sha256().is_some())
}
