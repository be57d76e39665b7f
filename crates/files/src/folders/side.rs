//! What lies in a folder, or in one of its archives, under the names that its files have in the folder.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use flowkeep_core::folder::{ArchivedFile, RECORD, Record};
use flowkeep_core::{Message, Sha256};
use flowkeep_host::{Digest, Entry, EntryFiles, EntryKind, GoesOn};
use flowkeep_store::TaskFolderRecord;

use super::FolderError;
use super::archives::find_record;
use super::inside::archive_folder;
use super::names::{name_text, text_here, text_name};

/// What lies in a folder or in an archive.
pub(super) struct Side {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Each thing in it, folders of a task folder included, by its name in the task folder.
    pub(super) things: BTreeMap<String, Thing>,
    /// Why the record of an archive cannot be read: its files are told all the same.
    pub(super) unread: Option<Message>,
}

/// Something in a folder or in an archive.
#[derive(Debug, Clone, Default)]
pub(super) struct Thing {
    /// What is there; nothing where a record names what is gone.
    pub(super) entry: Option<Entry>,
    /// What the record tells of it. The records of earlier tools tell names alone.
    pub(super) told: Option<ArchivedFile>,
    /// Whether the record names it.
    pub(super) named: bool,
    /// Whether the record gives one file this name and another one before.
    pub(super) again: bool,
}

impl Thing {
    /// What it is; nothing of what is gone.
    pub(super) fn kind(&self) -> Option<EntryKind> {
        self.entry.as_ref().map(|entry| entry.kind)
    }

    /// Bytes, as far as anybody knows.
    pub(super) fn bytes(&self) -> Option<u64> {
        let told = self.told.as_ref().map(|told| told.bytes);
        self.entry.as_ref().map(|entry| entry.bytes).or(told)
    }

    /// What the record says it holds.
    pub(super) fn sha256(&self) -> Option<Sha256> {
        self.told.as_ref().and_then(|told| told.sha256)
    }

    /// Whether the record says that it was a link.
    pub(super) fn was_link(&self) -> bool {
        let told = self.told.as_ref();
        told.is_some_and(|told| told.link_target.is_some())
    }
}

impl Side {
    /// What lies right in a folder.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub(super) fn now(files: &dyn EntryFiles, path: &Path) -> Result<Self, FolderError> {
        let entries = files.entries(path).map_err(FolderError::at(path))?;
        let things = entries.into_iter().map(|entry| {
            let thing = Thing {
                entry: Some(entry.clone()),
                ..Thing::default()
            };
            (name_text(path, &entry.name), thing)
        });
        Ok(Self {
            path: path.to_owned(),
            things: things.collect(),
            unread: None,
        })
    }

    /// What lies in an archive: what its record names, and what is there besides. Folders in it are left
    /// out.
    ///
    /// # Errors
    /// [`FolderError::NoArchive`]; [`FolderError::Unreadable`] where a newer version wrote the record;
    /// [`FolderError::Io`], also where the disk does not show the record.
    pub(super) fn archive(
        files: &dyn EntryFiles,
        folder: &TaskFolderRecord,
        archive: &str,
    ) -> Result<Self, FolderError> {
        let path = folder.path.join(archive_folder(archive)?);
        let there = files.entry(&path).map_err(FolderError::at(&path))?;
        if there.is_none_or(|entry| entry.kind != EntryKind::Folder) {
            return Err(FolderError::NoArchive(archive.to_owned()));
        }
        let entries = files.entries(&path).map_err(FolderError::at(&path))?;
        let mut there: HashMap<_, _> = entries
            .into_iter()
            .filter(|entry| entry.kind != EntryKind::Folder && entry.name != *RECORD)
            .map(|entry| (entry.name.clone(), entry))
            .collect();
        let mut side = Self {
            path,
            things: BTreeMap::new(),
            unread: None,
        };
        let record = find_record(files, &side.path).map_err(FolderError::at(&side.path))?;
        match record {
            Ok(record) => side.name(&record, &folder.path, &mut there),
            // What its names mean is not known here.
            Err(why) if why.code == "archive_record_newer" => {
                return Err(FolderError::Unreadable {
                    archive: archive.to_owned(),
                    why,
                });
            }
            Err(why) => side.unread = Some(why),
        }
        for (own, entry) in there {
            let name = name_text(&folder.path, &own);
            let thing = side.things.entry(name).or_default();
            thing.entry.get_or_insert(entry);
        }
        Ok(side)
    }

    /// Takes what a record names out of what is there. Who writes records of his own may give two files one
    /// name, of which the first has it, or one file two.
    fn name(&mut self, record: &Record, folder: &Path, there: &mut HashMap<OsString, Entry>) {
        let mut taken = HashSet::new();
        for (at, (archived, name)) in record.contents().enumerate() {
            let name = text_here(folder, name);
            let known = self.things.get(&name);
            if known.is_some_and(|known| known.entry.is_some()) {
                continue;
            }
            let own = text_name(archived);
            let entry = own.as_ref().and_then(|own| there.get(own)).cloned();
            let thing = Thing {
                entry,
                told: record.files.get(at).cloned(),
                named: true,
                again: own.is_some_and(|own| !taken.insert(own)),
            };
            self.things.insert(name, thing);
        }
        there.retain(|own, _| !taken.contains(own));
    }

    /// Where a thing is.
    pub(super) fn at(&self, entry: &Entry) -> PathBuf {
        self.path.join(&entry.name)
    }

    /// Reads a file through.
    pub(super) fn digest(
        &self,
        files: &dyn EntryFiles,
        entry: &Entry,
        goes_on: GoesOn<'_>,
    ) -> io::Result<Digest> {
        files.digest(&self.at(entry), goes_on)
    }

    /// Where a link leads, as it was written in the folder.
    pub(super) fn leads_to(
        &self,
        files: &dyn EntryFiles,
        thing: &Thing,
        entry: &Entry,
    ) -> io::Result<PathBuf> {
        let written = files.read_link(&self.at(entry))?;
        let told = thing
            .told
            .as_ref()
            .and_then(|told| told.link_target.as_ref());
        Ok(match told {
            // What is no text could not be written down, and was left as it was.
            Some(told) if written.to_str().is_some() => told.into(),
            _ => written,
        })
    }
}

/// Whether two things hold the same. What a record says of an archived file stands for reading it.
///
/// # Errors
/// What the system says of either; `Interrupted` when it is no longer wanted.
pub(super) fn is_same(
    files: &dyn EntryFiles,
    (one, a): (&Side, &Thing),
    (other, b): (&Side, &Thing),
    goes_on: GoesOn<'_>,
) -> io::Result<bool> {
    let (Some(here), Some(there)) = (&a.entry, &b.entry) else {
        return Ok(false);
    };
    match (here.kind, there.kind) {
        (EntryKind::Link, EntryKind::Link) => {
            Ok(one.leads_to(files, a, here)? == other.leads_to(files, b, there)?)
        }
        (EntryKind::File, EntryKind::File) if a.was_link() || b.was_link() => Ok(false),
        (EntryKind::File, EntryKind::File) if stated(a) == stated(b) => {
            let hash = |side: &Side, thing: &Thing, entry: &Entry| match thing.sha256() {
                Some(told) => Ok(told),
                None => side
                    .digest(files, entry, goes_on)
                    .map(|read| Sha256(read.sha256)),
            };
            Ok(hash(one, a, here)? == hash(other, b, there)?)
        }
        _ => Ok(false),
    }
}

/// Bytes as the record has them, where it tells a hash of those too.
fn stated(thing: &Thing) -> Option<u64> {
    match &thing.told {
        Some(told) if told.sha256.is_some() => Some(told.bytes),
        _ => thing.bytes(),
    }
}
