//! The files that are brought back, and where the content of each comes from.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::session::candidate::{Candidate, Source};
use flowkeep_core::{Message, ObjectHash, Sha256, file_name};
use flowkeep_host::Folder;
use flowkeep_store::{KeptObject, SessionRecord};

use super::definitions::Definition;
use super::found::Recovery;
use super::in_place::whole_copies;
use super::kept::{KeptSnapshot, place_of};
use super::own::own_folders;
use crate::configuration::Found;
use crate::intake::why;
use crate::snapshots::compare::FileState;
use crate::snapshots::manifest::{TreeEntry, TreeObject};
use crate::snapshots::overlay::Lost;
use crate::snapshots::pack::LARGEST_OBJECT;
use crate::snapshots::take::entry;
use crate::snapshots::{SnapshotError, Workshop};

/// Where a content comes from.
enum Origin {
    Pack(KeptObject),
    Live(ConfigPath),
    Here(Vec<u8>),
}

/// The files that are brought back.
pub(super) struct Pieces {
    /// Each with the content that is written.
    pub(super) entries: Vec<TreeEntry>,
    /// Those in which something stands for a key.
    pub(super) masked: Vec<ConfigPath>,
    /// Those whose keys are not kept and that are in an own copy of the session as they were, because somebody has filled
    /// them in there.
    pub(super) proven: BTreeSet<ConfigPath>,
    /// Those that cannot be brought back.
    pub(super) lost: Vec<Lost>,
    live: Option<Folder>,
    /// Where files with keys are whole that were written over, the newest first.
    whole: Vec<Folder>,
    /// The own copies of the session.
    own: Vec<Folder>,
    origins: HashMap<ObjectHash, Origin>,
}

impl Pieces {
    /// Nothing yet.
    pub(super) fn none() -> Self {
        Self {
            entries: Vec::new(),
            masked: Vec::new(),
            proven: BTreeSet::new(),
            lost: Vec::new(),
            live: None,
            whole: Vec::new(),
            own: Vec::new(),
            origins: HashMap::new(),
        }
    }

    /// What is brought back from a candidate: to a folder that somebody names, else into an own copy of the session. Only
    /// there does it have keys that were filled in in another one.
    pub(super) fn of(
        workshop: &Workshop,
        recovery: &Recovery,
        (session, to): (&SessionRecord, Option<&Path>),
        chosen: &Candidate,
    ) -> Self {
        let root = recovery.root.as_deref();
        let mut pieces = Self {
            live: root.and_then(|root| Folder::open(root).ok()),
            whole: whole_copies(workshop, session),
            own: match to {
                Some(_) => Vec::new(),
                None => own_folders(workshop, session),
            },
            ..Self::none()
        };
        let newest = recovery.snapshot(None);
        match chosen.source {
            Source::File => pieces.take_live(recovery, newest),
            Source::Snapshot => {
                let snapshot = recovery.snapshot(chosen.snapshot);
                if let Some(kept) = snapshot {
                    pieces.take_kept(recovery, kept);
                }
            }
            Source::Embedded => {
                pieces.take_definition(&recovery.definitions.embedded, session, newest);
            }
            Source::Revision => {
                pieces.take_definition(&recovery.definitions.revision, session, newest);
            }
        }
        pieces.masked.sort();
        pieces.lost.sort_by(|one, other| one.path.cmp(&other.path));
        pieces
    }

    /// Gives the content of each, those of a pack one after another.
    pub(super) fn reader<'p>(
        &'p self,
        workshop: &Workshop,
    ) -> impl FnMut(&ObjectHash) -> Result<Vec<u8>, SnapshotError> + use<'p> {
        let mut packs = workshop.reader();
        let gone = workshop.dir.clone();
        move |hash| match self.origins.get(hash) {
            Some(Origin::Pack(kept)) => packs.read_kept(kept),
            Some(Origin::Live(path)) => self
                .live(path)
                .map_err(|_| SnapshotError::Gone(path.as_str().into())),
            Some(Origin::Here(bytes)) => Ok(bytes.clone()),
            None => Err(SnapshotError::Gone(gone.clone())),
        }
    }

    /// The files as they are today.
    fn take_live(&mut self, recovery: &Recovery, newest: Option<&KeptSnapshot>) {
        let today = recovery.today.iter().flat_map(|look| &look.files);
        let mut files: BTreeMap<_, _> = today
            .map(|file| (file.path.clone(), found_entry(file)))
            .collect();
        for (entry, state) in newest.map_or(&[][..], |newest| &newest.files) {
            if *state != FileState::Gone {
                let known = files.entry(entry.path.clone());
                known.or_insert_with(|| entry.clone());
            }
        }
        for entry in files.into_values() {
            match self.live(&entry.path) {
                Ok(bytes) => self.add_live(entry, &bytes),
                Err(reason) => self.lose(entry.path, reason),
            }
        }
    }

    /// The files as a snapshot has them. What it has without its keys comes from where it still is, if that is
    /// what it was.
    fn take_kept(&mut self, recovery: &Recovery, kept: &KeptSnapshot) {
        let mut order: Vec<_> = kept.files.iter().collect();
        let contents = &recovery.contents.kept;
        order.sort_by_key(|(entry, _)| contents.get(&entry.object.blake3).map(place_of));
        for (entry, state) in order {
            if *state == FileState::MaskedSame
                && let Ok(bytes) = self.live(&entry.path)
                && Sha256::of(&bytes) == entry.sha256
            {
                self.add_live(entry.clone(), &bytes);
                continue;
            }
            let whole = whole_in(&self.whole, entry);
            let filled = || {
                let filled = whole_in(&self.own, entry)?;
                Some((filled, true))
            };
            if let Some((bytes, is_filled)) = whole.map(|bytes| (bytes, false)).or_else(filled) {
                if is_filled {
                    self.proven.insert(entry.path.clone());
                }
                let hash = ObjectHash::of(&bytes);
                self.origins.insert(hash, Origin::Here(bytes));
                let mut entry = entry.clone();
                entry.object.blake3 = hash;
                self.entries.push(entry);
                continue;
            }
            let Some(object) = contents.get(&entry.object.blake3) else {
                self.lose(entry.path.clone(), Message::new("object_missing"));
                continue;
            };
            if !entry.masked.is_empty() {
                self.masked.push(entry.path.clone());
            }
            self.add_kept(entry.clone(), object);
        }
    }

    /// A definition alone; the other files of the newest snapshot are not in it.
    fn take_definition(
        &mut self,
        definition: &Definition,
        session: &SessionRecord,
        newest: Option<&KeptSnapshot>,
    ) {
        let Ok(Some(bytes)) = definition else {
            return;
        };
        let usual = || {
            format!(
                "workflows/{}",
                file_name(&session.name, &session.id, "json")
            )
        };
        let config = session.config.clone().unwrap_or_else(usual);
        let Ok(path) = ConfigPath::new(config) else {
            return;
        };
        let others = newest.map_or(&[][..], |newest| &newest.files).iter();
        let entry_then = newest.and_then(|newest| newest.entry.as_ref());
        let is_other = |path_of: &ConfigPath| *path_of != path && Some(path_of) != entry_then;
        for (entry, _) in others.filter(|(entry, _)| is_other(&entry.path)) {
            let reason = Message::new("not_in_definition");
            self.lose(entry.path.clone(), reason);
        }
        self.add_here(path, bytes.clone());
    }

    /// A file as it lies in the store.
    pub(super) fn add_kept(&mut self, entry: TreeEntry, object: &KeptObject) {
        let origin = Origin::Pack(object.clone());
        self.origins.insert(entry.object.blake3, origin);
        self.entries.push(entry);
    }

    /// A file with this content.
    pub(super) fn add_here(&mut self, path: ConfigPath, bytes: Vec<u8>) {
        let entry = TreeEntry::of_bytes(path, &bytes);
        let origin = Origin::Here(bytes);
        self.origins.insert(entry.object.blake3, origin);
        self.entries.push(entry);
    }

    fn live(&self, path: &ConfigPath) -> Result<Vec<u8>, Message> {
        let gone = || Message::new("object_missing");
        let folder = self.live.as_ref().ok_or_else(gone)?;
        let read = folder.read(Path::new(path.as_str()), LARGEST_OBJECT as u64);
        read.map_err(|error| why(&error))
    }

    fn add_live(&mut self, entry: TreeEntry, bytes: &[u8]) {
        let object = TreeObject {
            blake3: ObjectHash::of(bytes),
            bytes: bytes.len() as u64,
        };
        let origin = Origin::Live(entry.path.clone());
        self.origins.insert(object.blake3, origin);
        self.entries.push(TreeEntry { object, ..entry });
    }

    pub(super) fn lose(&mut self, path: ConfigPath, reason: Message) {
        self.lost.push(Lost { path, reason });
    }
}

/// A file with keys as it was, in one of these folders: where it was copied whole before it was written over, or where
/// somebody has filled them in.
fn whole_in(copies: &[Folder], entry: &TreeEntry) -> Option<Vec<u8>> {
    if entry.masked.is_empty() {
        return None;
    }
    let path = Path::new(entry.path.as_str());
    copies.iter().find_map(|copy| {
        let read = copy.read(path, LARGEST_OBJECT as u64).ok()?;
        (Sha256::of(&read) == entry.sha256).then_some(read)
    })
}

/// What a file is, without what a snapshot tells of it beside.
fn found_entry(file: &Found) -> TreeEntry {
    TreeEntry {
        unparsed: None,
        masked: Vec::new(),
        changed_while_read: false,
        references: Vec::new(),
        ..entry(file)
    }
}
