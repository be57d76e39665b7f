//! Comparing an archive with the folder as it is, or with another archive, file by file.

use std::collections::BTreeSet;
use std::path::Path;

use flowkeep_core::{Encoding, FolderId, Message};
use flowkeep_host::{EntryFiles, EntryKind, Folder, Progress, ReadError};
use flowkeep_store::TaskFolderRecord;

use super::side::{Side, Thing, is_same};
use super::{FolderError, Workshop};
use crate::reason::io_reason;
use crate::texts::{self, ComparedTexts, TEXT_LIMIT, Text};

/// What is the matter with one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Both have the same.
    Same,
    /// It is otherwise there.
    Changed,
    /// The archive alone has it.
    OnlyThen,
    /// The folder, or the other archive, alone has it.
    OnlyNow,
    /// The record of the archive names it and it is gone, or one of both cannot be read.
    Unknown,
}

/// One file on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Its name in the folder.
    pub name: String,
    /// What is the matter with it.
    pub relation: Relation,
    /// Bytes in the archive.
    pub then: Option<u64>,
    /// Bytes on the other side.
    pub now: Option<u64>,
    /// Why it is not known.
    pub reason: Option<Message>,
}

/// Compares an archive with another one, or with the folder as it is: by size, then by what is in it.
///
/// Steps of progress: `folder_compare` (one a file).
///
/// # Errors
/// [`FolderError::NoArchive`], [`FolderError::NoFiles`], [`FolderError::Unreadable`],
/// [`FolderError::Cancelled`], [`FolderError::Io`].
pub fn compare(
    workshop: &Workshop,
    folder: FolderId,
    archive: &str,
    other: Option<&str>,
    only: Option<&[String]>,
    progress: &dyn Progress,
) -> Result<Vec<Compared>, FolderError> {
    let folder = workshop.folder(folder)?;
    let files = workshop.files.as_ref();
    let (then, now) = sides(files, &folder, archive, other)?;
    let mut names: BTreeSet<&String> = then.things.keys().chain(now.things.keys()).collect();
    if let Some(only) = only {
        let unknown = only.iter().filter(|name| !names.contains(name));
        let unknown: Vec<String> = unknown.cloned().collect();
        if !unknown.is_empty() {
            return Err(FolderError::NoFiles(unknown));
        }
        names.retain(|name| only.contains(name));
    }
    let total = u32::try_from(names.len()).ok();
    let mut compared = Vec::with_capacity(names.len());
    for (done, name) in (0..).zip(names) {
        progress.step("folder_compare", done, total, Some(name));
        let (a, b) = (then.things.get(name), now.things.get(name));
        let (relation, reason) = related(files, (&then, a), (&now, b), progress);
        if progress.cancelled() {
            return Err(FolderError::Cancelled);
        }
        let bytes = |thing: Option<&Thing>| thing.and_then(Thing::bytes);
        compared.push(Compared {
            name: name.clone(),
            relation,
            then: bytes(a),
            now: bytes(b),
            reason,
        });
    }
    Ok(compared)
}

fn sides(
    files: &dyn EntryFiles,
    folder: &TaskFolderRecord,
    archive: &str,
    other: Option<&str>,
) -> Result<(Side, Side), FolderError> {
    let then = Side::archive(files, folder, archive)?;
    let mut now = match other {
        Some(other) => Side::archive(files, folder, other)?,
        None => Side::now(files, &folder.path)?,
    };
    now.things
        .retain(|_, thing| thing.kind() != Some(EntryKind::Folder));
    Ok((then, now))
}

fn related(
    files: &dyn EntryFiles,
    (then, a): (&Side, Option<&Thing>),
    (now, b): (&Side, Option<&Thing>),
    progress: &dyn Progress,
) -> (Relation, Option<Message>) {
    let goes_on = || !progress.cancelled();
    let (a, b) = match (a, b) {
        (Some(a), Some(b)) if a.entry.is_some() && b.entry.is_some() => (a, b),
        (Some(gone), _) | (_, Some(gone)) if gone.entry.is_none() => {
            return (Relation::Unknown, Some(Message::new("put_back_gone")));
        }
        (Some(_), _) => return (Relation::OnlyThen, None),
        (None, _) => return (Relation::OnlyNow, None),
    };
    match is_same(files, (then, a), (now, b), &goes_on) {
        Ok(true) => (Relation::Same, None),
        Ok(false) => (Relation::Changed, None),
        Err(error) => (Relation::Unknown, Some(io_reason(&error))),
    }
}

/// The texts of a file in an archive and on the other side, where they are texts of reasonable size. What a
/// link says is its text.
///
/// # Errors
/// As [`compare`].
pub fn compare_texts(
    workshop: &Workshop,
    folder: FolderId,
    archive: &str,
    other: Option<&str>,
    name: &str,
) -> Result<ComparedTexts, FolderError> {
    let folder = workshop.folder(folder)?;
    let files = workshop.files.as_ref();
    let (then, now) = sides(files, &folder, archive, other)?;
    let (a, b) = (then.things.get(name), now.things.get(name));
    if a.is_none() && b.is_none() {
        return Err(FolderError::NoFiles(vec![name.to_owned()]));
    }
    let read = |side: &Side, thing: Option<&Thing>| thing.map(|thing| text(files, side, thing));
    Ok(ComparedTexts::of(read(&then, a), read(&now, b)))
}

fn text(files: &dyn EntryFiles, side: &Side, thing: &Thing) -> Text {
    let Some(entry) = &thing.entry else {
        return Err(Message::new("put_back_gone"));
    };
    if entry.kind == EntryKind::Link {
        let target = side.leads_to(files, thing, entry);
        let target = target.map_err(|error| io_reason(&error))?;
        return Ok((target.to_string_lossy().into_owned(), Encoding::Utf8));
    }
    let bytes = Folder::open(&side.path)
        .map_err(ReadError::Io)
        .and_then(|folder| folder.read(Path::new(&entry.name), TEXT_LIMIT));
    let bytes = bytes.map_err(|error| match error {
        ReadError::Io(error) => io_reason(&error),
        ReadError::Missing => Message::new("put_back_gone"),
        ReadError::TooLarge { .. } => Message::new("compare_long"),
        _ => Message::new("file_is_special"),
    })?;
    texts::text(&bytes)
}
