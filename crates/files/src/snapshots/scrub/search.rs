//! Where a content that its pack does not give any more is still to be had.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use flowkeep_core::{ObjectHash, secret};
use flowkeep_host::{EntryKind, Folder};
use flowkeep_store::HeldFile;

use super::listing::given;
use crate::backup::sessions::OBJECTS as BACKED_UP;
use crate::configuration::format_of;
use crate::snapshots::pack::{LARGEST_OBJECT, LARGEST_PACK, OBJECTS, name_of};
use crate::snapshots::restoring::OVERLAYS;
use crate::snapshots::workshop::PARTIAL;
use crate::snapshots::{TakeError, Workshop};

/// Where it is looked: in files that hold it today, in own copies of sessions, in other packs of the store, and in
/// backups.
pub(super) struct Search<'a> {
    workshop: &'a Workshop,
    backups: &'a [PathBuf],
    overlays: Vec<PathBuf>,
}

/// What is wanted, and what was found of it.
struct Found {
    wanted: HashSet<ObjectHash>,
    contents: HashMap<ObjectHash, Vec<u8>>,
}

impl Found {
    fn take(&mut self, hash: ObjectHash, content: Vec<u8>) {
        if self.wanted.remove(&hash) {
            self.contents.insert(hash, content);
        }
    }
}

impl<'a> Search<'a> {
    pub(super) fn of(workshop: &'a Workshop, backups: &'a [PathBuf]) -> Self {
        let overlays = workshop.data_dir.join(OVERLAYS);
        let overlays = folders(workshop, &overlays);
        Self {
            workshop,
            backups,
            overlays,
        }
    }

    /// Those of these contents that are found, each what its name says.
    pub(super) fn find(
        &self,
        wanted: &HashSet<ObjectHash>,
    ) -> Result<HashMap<ObjectHash, Vec<u8>>, TakeError> {
        let mut found = Found {
            wanted: wanted.clone(),
            contents: HashMap::new(),
        };
        for hash in wanted {
            let files = self.workshop.store.files_that_hold(*hash)?;
            if let Some(content) = files.iter().find_map(|file| self.today(hash, file)) {
                found.take(*hash, content);
            }
        }
        for folder in folders(self.workshop, &self.workshop.dir.join(OBJECTS)) {
            self.in_packs(&folder, &mut found);
        }
        for folder in self.backed_up() {
            self.in_packs(&folder, &mut found);
        }
        Ok(found.contents)
    }

    /// A file of a backup, where it is what its name says by `is_it`.
    pub(super) fn in_backups(
        &self,
        name: &str,
        limit: u64,
        is_it: impl Fn(&[u8]) -> bool,
    ) -> Option<Vec<u8>> {
        self.backed_up().find_map(|folder| {
            let read = self.workshop.files.read(&folder, name, limit);
            read.ok().filter(|bytes| is_it(bytes))
        })
    }

    fn backed_up(&self) -> impl Iterator<Item = PathBuf> {
        self.backups.iter().map(|backup| backup.join(BACKED_UP))
    }

    /// What a file of a session holds, where that is still the same today, at its place or in an own copy.
    fn today(&self, hash: &ObjectHash, file: &HeldFile) -> Option<Vec<u8>> {
        let folders = file.root.iter().chain(&self.overlays);
        folders.into_iter().find_map(|folder| {
            let folder = Folder::open(folder).ok()?;
            let path = Path::new(file.path.as_str());
            let bytes = folder.read(path, LARGEST_OBJECT as u64).ok()?;
            if ObjectHash::of(&bytes) == *hash {
                return Some(bytes);
            }
            let masked = secret::masked(format_of(&file.path), &bytes)?.bytes;
            (ObjectHash::of(&masked) == *hash).then_some(masked)
        })
    }

    /// Looks through the packs in a folder, until nothing is wanted any more. What cannot be read gives nothing.
    fn in_packs(&self, folder: &Path, found: &mut Found) {
        let entries = self.workshop.files.entries(folder).unwrap_or_default();
        let names = entries.into_iter().map(|entry| entry.name.into_string());
        for name in names
            .filter_map(Result::ok)
            .filter(|name| name_of(name).is_some())
        {
            if found.wanted.is_empty() {
                return;
            }
            let limit = LARGEST_PACK as u64;
            let pack = self.workshop.files.read(folder, &name, limit);
            for (hash, content) in given(&pack.unwrap_or_default(), &found.wanted) {
                found.take(hash, content);
            }
        }
    }
}

/// The folders in a folder that are finished.
fn folders(workshop: &Workshop, above: &Path) -> Vec<PathBuf> {
    let entries = workshop.files.entries(above).unwrap_or_default();
    let folders = entries.into_iter().filter(|entry| {
        let name = entry.name.as_encoded_bytes();
        entry.kind == EntryKind::Folder && !name.ends_with(PARTIAL.as_bytes())
    });
    folders.map(|entry| above.join(entry.name)).collect()
}
