//! Removing files of the store that nobody counts on. What is called as nothing of the store is, is left where it
//! is; nothing is read, so that a file that cannot be costs no other.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use flowkeep_core::{Message, ObjectHash, SnapshotId};
use flowkeep_host::{Entry, EntryKind};
use flowkeep_store::CountedOn;
use ulid::Ulid;

use super::Workshop;
use super::manifest::{SESSIONS, TREES};
use super::pack::{OBJECTS, name_of};
use crate::io_reason;

/// What nobody counts on stays so long, unless it was let go of just now: whoever is about to count on it may
/// have another clock.
const YOUNG: Duration = Duration::from_hours(1);

/// What became of files that nobody counts on.
#[derive(Debug, Default)]
pub(super) struct Swept {
    /// Files that went.
    pub(super) files: u32,
    /// Those of them that a process left that died.
    pub(super) orphans: u32,
    /// Their bytes.
    pub(super) bytes: u64,
    /// Damaged files that were put aside and are still there.
    pub(super) aside: u32,
    /// What is still there, and why.
    pub(super) failed: Vec<(PathBuf, Message)>,
}

/// Which of the damaged files go that were put aside. All that is needed of them is whole elsewhere; what else they hold
/// may be of somebody who wants nothing of it kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aside {
    /// Those that were put aside an hour ago.
    Old,
    /// All of them.
    All,
}

/// What a file of the store is, by its name.
#[derive(Debug, Clone)]
pub(super) enum Named {
    Pack(ObjectHash),
    Tree(ObjectHash),
    Manifest(SnapshotId),
}

impl Named {
    pub(super) fn of(kind: &str, name: &str) -> Option<Self> {
        match kind {
            OBJECTS => name_of(name).map(Self::Pack),
            TREES => name.strip_suffix(".json.zst")?.parse().ok().map(Self::Tree),
            _ => {
                let (number, id) = name.strip_suffix(".json")?.split_once('-')?;
                let _number: u32 = number.parse().ok()?;
                id.parse().ok().map(Self::Manifest)
            }
        }
    }

    /// Since when a damaged file of the store is put aside: its name, an id and `damaged`.
    pub(super) fn put_aside(kind: &str, name: &str) -> Option<SystemTime> {
        let (name, id) = name.strip_suffix(".damaged")?.rsplit_once('.')?;
        let id: Ulid = id.parse().ok()?;
        Self::of(kind, name)?;
        Some(SystemTime::UNIX_EPOCH + Duration::from_millis(id.timestamp_ms()))
    }

    pub(super) fn is_in(&self, some: &CountedOn) -> bool {
        match self {
            Self::Pack(name) => some.packs.contains(name),
            Self::Tree(name) => some.trees.contains(name),
            Self::Manifest(id) => some.snapshots.contains(id),
        }
    }
}

/// Removes what is not counted on, or only tells what would go: at once what was let go of just now, else what
/// is an hour old; of what was put aside as `aside` says.
pub(super) fn sweep(
    workshop: &Workshop,
    counted_on: &CountedOn,
    let_go: &CountedOn,
    (aside, only_tell): (Aside, bool),
) -> Swept {
    let now = workshop.clock.now().0;
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now).unwrap_or(0));
    let mut sweeping = Sweeping {
        workshop,
        counted_on,
        let_go,
        aside,
        only_tell,
        young: now.checked_sub(YOUNG).unwrap_or(SystemTime::UNIX_EPOCH),
        swept: Swept::default(),
    };
    for kind in [OBJECTS, TREES, SESSIONS] {
        sweeping.kind(kind);
    }
    sweeping.swept
}

struct Sweeping<'a> {
    workshop: &'a Workshop,
    counted_on: &'a CountedOn,
    let_go: &'a CountedOn,
    aside: Aside,
    only_tell: bool,
    /// What has changed since is young.
    young: SystemTime,
    swept: Swept,
}

impl Sweeping<'_> {
    fn kind(&mut self, kind: &str) {
        let above = self.workshop.dir.join(kind);
        for folder in self.entries(&above) {
            if folder.kind == EntryKind::Folder {
                self.folder(kind, &above.join(folder.name));
            }
        }
    }

    fn folder(&mut self, kind: &str, folder: &Path) {
        let mut went = HashSet::new();
        let entries = self.entries(folder);
        for entry in &entries {
            let Some(name) = entry
                .name
                .to_str()
                .filter(|_| entry.kind == EntryKind::File)
            else {
                continue;
            };
            let (is_gone, is_aside) = match (Named::put_aside(kind, name), Named::of(kind, name)) {
                (Some(since), _) => {
                    let goes = self.aside == Aside::All || since < self.young;
                    (goes && self.remove(entry, folder), true)
                }
                (None, Some(named)) if self.goes(entry, &named) && self.remove(entry, folder) => {
                    self.swept.orphans += u32::from(!named.is_in(self.let_go));
                    (true, false)
                }
                (None, _) => (false, false),
            };
            if is_gone {
                went.insert(&entry.name);
            }
            self.swept.aside += u32::from(is_aside && (!is_gone || self.only_tell));
        }
        if !went.is_empty() && went.len() == entries.len() && !self.only_tell {
            // An empty folder is in nobody's way.
            let _left = self.workshop.files.remove_empty_folder(folder);
        }
    }

    fn goes(&self, entry: &Entry, named: &Named) -> bool {
        let is_old = || entry.modified.is_some_and(|at| at < self.young);
        !named.is_in(self.counted_on) && (named.is_in(self.let_go) || is_old())
    }

    fn remove(&mut self, entry: &Entry, folder: &Path) -> bool {
        if !self.only_tell {
            let path = folder.join(&entry.name);
            if let Err(error) = self.workshop.files.remove_file(&path)
                && error.kind() != ErrorKind::NotFound
            {
                self.swept.failed.push((path, io_reason(&error)));
                return false;
            }
        }
        self.swept.files += 1;
        self.swept.bytes += entry.bytes;
        true
    }

    fn entries(&mut self, folder: &Path) -> Vec<Entry> {
        match self.workshop.files.entries(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                let failed = (folder.to_owned(), io_reason(&error));
                self.swept.failed.push(failed);
                Vec::new()
            }
        }
    }
}
