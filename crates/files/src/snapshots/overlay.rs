//! A tree of files as it was, in a folder of its own: what is there today is not touched.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::secret::MASK;
use flowkeep_core::{Message, ObjectHash};
use flowkeep_host::{EntryFiles, EntryKind, GoesOn, ReadError};
use ulid::Ulid;

use super::SnapshotError;
use super::error::is_absent;
use super::manifest::TreeEntry;
use super::pack::LARGEST_OBJECT;
use super::place::{above, make};
use crate::io_reason;

/// Gives the content that is kept under a name.
pub type ReadObject<'a> = &'a mut dyn FnMut(&ObjectHash) -> Result<Vec<u8>, SnapshotError>;

/// A tree that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlay {
    /// The files in it, each as the snapshot has it.
    pub written: Vec<ConfigPath>,
    /// The files that are not in it, and why.
    pub lost: Vec<Lost>,
}

/// A file that could not be given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Where it was.
    pub path: ConfigPath,
    /// Why.
    pub reason: Message,
}

/// Writes the files of a snapshot to `place`, which is not there or an empty folder. They appear all at once,
/// after they are on the disk and were read back; a file that cannot be given back is told, and no other has
/// its name. What a crash leaves ends in `.partial`. Objects are asked for in the order of the entries.
///
/// # Errors
/// [`SnapshotError::NotEmpty`], [`SnapshotError::Cancelled`]; what the system says. Nothing is left then where
/// the system allows that.
pub fn write(
    files: &dyn EntryFiles,
    place: &Path,
    entries: &[TreeEntry],
    objects: ReadObject<'_>,
    goes_on: GoesOn<'_>,
) -> Result<Overlay, SnapshotError> {
    let is_there = is_empty_folder(files, place)?;
    let unfinished = format!("{}.partial", Ulid::generate());
    let partial = if is_there {
        place.join(unfinished)
    } else {
        let mut beside = place.as_os_str().to_owned();
        beside.push(format!(".{unfinished}"));
        beside.into()
    };
    files
        .create_folder(&partial)
        .map_err(SnapshotError::at(&partial))?;
    let mut writing = Writing {
        files,
        folder: &partial,
        overlay: Overlay {
            written: Vec::new(),
            lost: Vec::new(),
        },
    };
    let written = writing.fill(entries, objects, goes_on);
    let Writing { overlay, .. } = writing;
    let named = written.and_then(|()| {
        if is_there {
            name_each(files, &partial, place)
        } else {
            files
                .rename_new(&partial, place)
                .map_err(SnapshotError::at(place))
        }
    });
    if named.is_err() {
        // What is left of it is in nobody's way: it ends in `.partial`.
        let _gone = files.remove_folder(&partial);
    }
    named?;
    let above = if is_there { place } else { above(place) };
    files.flush(above).map_err(SnapshotError::at(above))?;
    Ok(overlay)
}

/// Whether a folder holds the files of a snapshot and nothing else.
///
/// # Errors
/// What the system says.
pub fn is_as_written(
    files: &dyn EntryFiles,
    place: &Path,
    entries: &[TreeEntry],
) -> Result<bool, SnapshotError> {
    let there = files.entry(place).map_err(SnapshotError::at(place))?;
    if there.is_none_or(|entry| entry.kind != EntryKind::Folder) {
        return Ok(false);
    }
    let wanted: BTreeSet<PathBuf> = entries.iter().map(|entry| at(place, &entry.path)).collect();
    let mut found = BTreeSet::new();
    let mut waiting = vec![place.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in files.entries(&folder).map_err(SnapshotError::at(&folder))? {
            let path = folder.join(&entry.name);
            match entry.kind {
                EntryKind::Folder => waiting.push(path),
                EntryKind::File if wanted.contains(&path) => {
                    found.insert(path);
                }
                _ => return Ok(false),
            }
        }
    }
    if found.len() != wanted.len() {
        return Ok(false);
    }
    for entry in entries {
        if !holds(files, place, entry)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What stands for the files of a folder: their paths and their contents.
pub(super) fn digest<'a>(
    files: impl IntoIterator<Item = (&'a ConfigPath, &'a ObjectHash)>,
) -> ObjectHash {
    let mut files: Vec<_> = files.into_iter().collect();
    files.sort_unstable();
    let lines = files.iter().map(|(path, hash)| format!("{path}\0{hash}\0"));
    ObjectHash::of(lines.collect::<String>().as_bytes())
}

/// What stands for the files of a folder now, and their bytes; nothing where something is there that nobody writes
/// into a copy.
///
/// # Errors
/// What the system says.
pub(super) fn digest_of(
    files: &dyn EntryFiles,
    place: &Path,
) -> Result<Option<(ObjectHash, u64)>, SnapshotError> {
    let mut found: Vec<(ConfigPath, ObjectHash)> = Vec::new();
    let mut bytes = 0;
    let is_copy = each_file(files, place, |path, content| {
        bytes += content.len() as u64;
        found.push((path, ObjectHash::of(content)));
    })?;
    let found = found.iter().map(|(path, hash)| (path, hash));
    Ok(is_copy.then(|| (digest(found), bytes)))
}

/// The files of a folder in which something stands for a key now, by their paths.
///
/// # Errors
/// What the system says.
pub fn masked_in(files: &dyn EntryFiles, place: &Path) -> Result<Vec<ConfigPath>, SnapshotError> {
    let mut masked = Vec::new();
    each_file(files, place, |path, content| {
        if holds_mask(content) {
            masked.push(path);
        }
    })?;
    masked.sort();
    Ok(masked)
}

/// What stands for a key where its text must not be taken for a tag.
pub(super) const ESCAPED: &str = "&lt;masked&gt;";

/// Whether something stands for a key in a content.
pub(super) fn holds_mask(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.contains(MASK) || text.contains(ESCAPED)
}

/// Gives each file of a folder with what it holds; says whether there is nothing else but what is written into a copy.
///
/// # Errors
/// What the system says.
pub(super) fn each_file(
    files: &dyn EntryFiles,
    place: &Path,
    mut seen: impl FnMut(ConfigPath, &[u8]),
) -> Result<bool, SnapshotError> {
    let mut is_copy = true;
    each_entry(files, place, |found| {
        match found {
            Found::File(path, content) => seen(path, content),
            Found::Other(_) => is_copy = false,
            Found::Unread(_, error) => return Err(error),
        }
        Ok(())
    })?;
    Ok(is_copy)
}

/// What is in a folder.
pub(super) enum Found<'c> {
    /// A file that can be written into a copy, with what it holds.
    File(ConfigPath, &'c [u8]),
    /// What nobody writes into one, as a link; as much of its path as is a text.
    Other(String),
    /// A file or a folder that cannot be read.
    Unread(String, SnapshotError),
}

/// Gives all that is in a folder, at any depth. Folders themselves are not given, and no link is followed.
///
/// # Errors
/// What `seen` answers.
pub(super) fn each_entry(
    files: &dyn EntryFiles,
    place: &Path,
    mut seen: impl FnMut(Found<'_>) -> Result<(), SnapshotError>,
) -> Result<(), SnapshotError> {
    match files.entry(place) {
        Ok(Some(entry)) if entry.kind == EntryKind::Folder => {}
        Ok(_) => return seen(Found::Other(String::new())),
        Err(error) => {
            return seen(Found::Unread(
                String::new(),
                SnapshotError::at(place)(error),
            ));
        }
    }
    let mut waiting = vec![String::new()];
    while let Some(within) = waiting.pop() {
        let folder = place.join(&within);
        let entries = match files.entries(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                seen(Found::Unread(within, SnapshotError::at(&folder)(error)))?;
                continue;
            }
        };
        for entry in entries {
            let name = entry.name.to_string_lossy();
            let path = match within.as_str() {
                "" => name.clone().into_owned(),
                within => format!("{within}/{name}"),
            };
            let is_text = entry.name.to_str().is_some();
            match (entry.kind, ConfigPath::new(path.clone())) {
                (EntryKind::Folder, _) if is_text => waiting.push(path),
                (EntryKind::File, Ok(file)) if is_text => match held(files, place, &file) {
                    Ok(Some(content)) => seen(Found::File(file, &content))?,
                    Ok(None) => seen(Found::Other(path))?,
                    Err(error) => seen(Found::Unread(path, error))?,
                },
                _ => seen(Found::Other(path))?,
            }
        }
    }
    Ok(())
}

/// Whether a folder is there, and may be filled.
fn is_empty_folder(files: &dyn EntryFiles, place: &Path) -> Result<bool, SnapshotError> {
    let failed = || SnapshotError::at(place);
    match files.entry(place).map_err(failed())? {
        None => Ok(false),
        Some(there)
            if there.kind == EntryKind::Folder
                && files.entries(place).map_err(failed())?.is_empty() =>
        {
            Ok(true)
        }
        Some(_) => Err(SnapshotError::NotEmpty(place.to_owned())),
    }
}

/// Where a file of the tree is below a folder.
fn at(folder: &Path, path: &ConfigPath) -> PathBuf {
    let mut found = folder.to_owned();
    found.extend(path.as_str().split('/'));
    found
}

/// Whether a file holds what the snapshot has of it.
fn holds(files: &dyn EntryFiles, place: &Path, entry: &TreeEntry) -> Result<bool, SnapshotError> {
    let bytes = held(files, place, &entry.path)?;
    Ok(bytes.is_some_and(|bytes| ObjectHash::of(&bytes) == entry.object.blake3))
}

/// What a file of a tree holds below a folder; nothing where no such file is there.
///
/// # Errors
/// What the system says.
pub(super) fn held(
    files: &dyn EntryFiles,
    place: &Path,
    path: &ConfigPath,
) -> Result<Option<Vec<u8>>, SnapshotError> {
    let whole = at(place, path);
    let folder = whole.parent().unwrap_or(place);
    match files.read(folder, path.file_name(), LARGEST_OBJECT as u64) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ReadError::Io(source)) if !is_absent(&source) => Err(SnapshotError::at(&whole)(source)),
        Err(_) => Ok(None),
    }
}

/// Gives all that is right in a folder its place in another one; none, where one cannot have it.
fn name_each(files: &dyn EntryFiles, from: &Path, to: &Path) -> Result<(), SnapshotError> {
    let mut moved = Vec::new();
    let named = files
        .entries(from)
        .map_err(SnapshotError::at(from))
        .and_then(|entries| {
            entries.into_iter().try_for_each(|entry| {
                let (old, new) = (from.join(&entry.name), to.join(&entry.name));
                files
                    .rename_new(&old, &new)
                    .map_err(SnapshotError::at(&new))?;
                moved.push((old, new));
                Ok(())
            })
        })
        .and_then(|()| {
            files
                .remove_empty_folder(from)
                .map_err(SnapshotError::at(from))
        });
    if named.is_err() {
        for (old, new) in moved {
            // What does not go back is whole, and is told by the error alone.
            let _back = files.rename_new(&new, &old);
        }
    }
    named
}

struct Writing<'a> {
    files: &'a dyn EntryFiles,
    folder: &'a Path,
    overlay: Overlay,
}

impl Writing<'_> {
    fn fill(
        &mut self,
        entries: &[TreeEntry],
        objects: ReadObject<'_>,
        goes_on: GoesOn<'_>,
    ) -> Result<(), SnapshotError> {
        let mut written = Vec::new();
        for entry in entries {
            if !goes_on() {
                return Err(SnapshotError::Cancelled);
            }
            match self.put(entry, objects)? {
                Ok(()) => written.push(entry),
                Err(reason) => {
                    let path = entry.path.clone();
                    self.overlay.lost.push(Lost { path, reason });
                }
            }
        }
        let flushed = self.files.flush_tree(self.folder);
        flushed.map_err(SnapshotError::at(self.folder))?;
        for entry in written {
            if !holds(self.files, self.folder, entry)? {
                return Err(SnapshotError::Damaged(at(self.folder, &entry.path)));
            }
            self.overlay.written.push(entry.path.clone());
        }
        Ok(())
    }

    /// Writes one file. What is the matter with it alone is told, and ends nothing.
    fn put(
        &self,
        entry: &TreeEntry,
        objects: ReadObject<'_>,
    ) -> Result<Result<(), Message>, SnapshotError> {
        if !entry.path.as_str().split('/').all(is_name_here) {
            return Ok(Err(Message::new("file_name_impossible")));
        }
        let bytes = match objects(&entry.object.blake3) {
            Ok(bytes) if ObjectHash::of(&bytes) == entry.object.blake3 => bytes,
            Ok(_) | Err(SnapshotError::Damaged(_)) => {
                return Ok(Err(Message::new("object_damaged")));
            }
            Err(SnapshotError::Gone(_)) => return Ok(Err(Message::new("object_missing"))),
            Err(SnapshotError::Io { source, .. }) => return Ok(Err(io_reason(&source))),
            Err(error) => return Err(error),
        };
        let path = at(self.folder, &entry.path);
        let made = self.make_above(&entry.path).and_then(|()| {
            let written = self.files.write_new(&path, &bytes);
            written.map_err(SnapshotError::at(&path))
        });
        if let Err(error) = made {
            return concerns_it_alone(error).map(Err);
        }
        if let Some(modified) = entry.modified {
            let set = self.files.set_modified(&path, SystemTime::from(modified));
            set.map_err(SnapshotError::at(&path))?;
        }
        Ok(Ok(()))
    }

    fn make_above(&self, path: &ConfigPath) -> Result<(), SnapshotError> {
        let mut folder = self.folder.to_owned();
        for part in path.folder().split('/').filter(|part| !part.is_empty()) {
            folder.push(part);
            make(self.files, &folder)?;
        }
        Ok(())
    }
}

/// Whether a part of a path is one here as well: on Windows more than `/` parts them.
fn is_name_here(part: &str) -> bool {
    let mut components = Path::new(part).components();
    let first = components.next();
    matches!(first, Some(Component::Normal(name)) if name == part) && components.next().is_none()
}

/// What is told of a file that cannot have its name here, as where `A` and `a` are one; anything else ends it all.
fn concerns_it_alone(error: SnapshotError) -> Result<Message, SnapshotError> {
    match error {
        SnapshotError::Io { source, path } => match source.kind() {
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory | ErrorKind::IsADirectory => {
                Ok(Message::new("file_name_met"))
            }
            ErrorKind::InvalidFilename | ErrorKind::InvalidInput => {
                Ok(Message::new("file_name_impossible"))
            }
            _ => Err(SnapshotError::Io { path, source }),
        },
        error => Err(error),
    }
}
