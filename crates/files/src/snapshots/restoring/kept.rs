//! The snapshots of a session, with what is still kept of them and how their files are today.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use chrono::DateTime;
use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::session::candidate::{FoundKey, FoundSnapshot};
use flowkeep_core::{Message, ObjectHash, SnapshotId};
use flowkeep_host::Progress;
use flowkeep_store::{ConfigEntry, ConfigSnapshotRecord, KeptObject, SessionRecord};
use serde::Deserialize;

use crate::snapshots::compare::{FileState, compare};
use crate::snapshots::manifest::{
    TreeEntry, TreeLeftOut, TreeMissing, TreeObject, TreeUnread, place_of_snapshot, read_manifest,
};
use crate::snapshots::restoring::in_place::is_gone;
use crate::snapshots::{SnapshotError, TakeError, Workshop};

/// A snapshot, and how its files are today.
#[derive(Debug)]
pub(super) struct KeptSnapshot {
    pub(super) record: ConfigSnapshotRecord,
    /// The file it begins with, where that is one.
    pub(super) entry: Option<ConfigPath>,
    pub(super) files: Vec<(TreeEntry, FileState)>,
    /// What was there when it was taken and is not in it.
    lacks: Lacks,
}

/// What a snapshot does not have.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Lacks {
    missing: Vec<TreeMissing>,
    unread: Vec<TreeUnread>,
    left_out: Vec<TreeLeftOut>,
}

impl Lacks {
    fn of(record: &ConfigSnapshotRecord) -> Self {
        serde_json::from_str(&record.found).unwrap_or_default()
    }

    /// Those of the files that the strategy left out and that are not there today.
    fn left_out_gone(&self, today: &mut LeftOut<'_>) -> Vec<String> {
        let left_out = self.left_out.iter().map(|file| &file.path);
        let gone = left_out.filter(|path| today.is_gone(path));
        gone.map(ConfigPath::to_string).collect()
    }
}

/// Which of the files that strategies left out are gone. Each is asked for once.
pub(super) struct LeftOut<'a> {
    root: Option<&'a Path>,
    asked: HashMap<ConfigPath, bool>,
}

impl<'a> LeftOut<'a> {
    /// Of those below this root.
    pub(super) fn below(root: Option<&'a Path>) -> Self {
        Self {
            root,
            asked: HashMap::new(),
        }
    }

    fn is_gone(&mut self, path: &ConfigPath) -> bool {
        let Some(root) = self.root else {
            return false;
        };
        if let Some(known) = self.asked.get(path) {
            return *known;
        }
        let looked_at = root.join(path.as_str()).symlink_metadata();
        let gone = looked_at.is_err_and(|error| is_gone(&error));
        self.asked.insert(path.clone(), gone);
        gone
    }
}

impl KeptSnapshot {
    pub(super) fn state(&self, path: &str) -> Option<&FileState> {
        let mut files = self.files.iter();
        let found = files.find(|(entry, _)| entry.path.as_str() == path);
        found.map(|(_, state)| state)
    }

    /// What is kept of the file it begins with.
    pub(super) fn entry_content(&self) -> Option<ObjectHash> {
        let mut files = self.files.iter();
        let (file, _) = files.find(|(file, _)| Some(&file.path) == self.entry.as_ref())?;
        Some(file.object.blake3)
    }

    /// The files that were there when it was taken, and could not be read.
    pub(super) fn unread(&self) -> impl Iterator<Item = &TreeUnread> {
        self.lacks.unread.iter()
    }

    /// How many of its files are not as they were.
    pub(super) fn differs(&self) -> u32 {
        let differ = self.files.iter().filter(|(_, state)| !state.is_as_it_was());
        u32::try_from(differ.count()).unwrap_or(u32::MAX)
    }

    /// How many of its files would come back without their keys: of the others the original is still there.
    fn without_keys(&self) -> u32 {
        let masked = self
            .files
            .iter()
            .filter(|(entry, state)| !entry.masked.is_empty() && *state != FileState::MaskedSame);
        u32::try_from(masked.count()).unwrap_or(u32::MAX)
    }
}

/// What is kept of contents. All of it was read just now.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) kept: HashMap<ObjectHash, KeptObject>,
    damaged: HashSet<ObjectHash>,
    locked: HashSet<ObjectHash>,
    /// How the key to those is.
    key: FoundKey,
    /// Why what is not there cannot be had at all.
    pub(super) away: Option<Message>,
}

impl Contents {
    /// Reads these contents, those of a pack one after another.
    pub(super) fn read(
        workshop: &Workshop,
        hashes: HashSet<ObjectHash>,
        progress: &dyn Progress,
    ) -> Result<Self, TakeError> {
        let mut contents = Self {
            kept: workshop.store.kept_objects(hashes)?,
            ..Self::default()
        };
        let mut order: Vec<_> = contents.kept.values().cloned().collect();
        order.sort_by_key(place_of);
        let mut packs = workshop.reader();
        let mut is_any_gone = false;
        for kept in order {
            if progress.cancelled() {
                return Err(SnapshotError::Cancelled.into());
            }
            match packs.read_kept(&kept) {
                Ok(_) => {}
                Err(SnapshotError::Gone(_)) => {
                    is_any_gone = true;
                    contents.kept.remove(&kept.object.hash);
                }
                Err(error @ (SnapshotError::Locked | SnapshotError::KeyMissing)) => {
                    contents.locked.insert(kept.object.hash);
                    // What can be unlocked is said first.
                    if contents.key != FoundKey::Locked {
                        contents.key = match error {
                            SnapshotError::Locked => FoundKey::Locked,
                            _ => FoundKey::Missing,
                        };
                    }
                }
                // What the disk does not give is as good as damaged, as long as it does not.
                Err(_) => {
                    contents.damaged.insert(kept.object.hash);
                }
            }
        }
        if is_any_gone {
            contents.away = workshop.away();
        }
        Ok(contents)
    }

    /// Whether some of it waits for its drive, or for somebody who unlocks its key.
    pub(super) fn may_come_back(&self) -> bool {
        self.away.is_some() || self.key == FoundKey::Locked
    }

    /// Where a content lies, or why it cannot be had.
    pub(super) fn readable(&self, hash: &ObjectHash) -> Result<&KeptObject, Message> {
        if self.damaged.contains(hash) {
            return Err(Message::new("object_damaged"));
        }
        if self.locked.contains(hash) {
            return Err(Message::new(match self.key {
                FoundKey::Missing => "snapshot_key_missing",
                _ => "secrets_locked",
            }));
        }
        let missing = || Message::new("object_missing");
        let why = || self.away.clone().unwrap_or_else(missing);
        self.kept.get(hash).ok_or_else(why)
    }

    /// What is the matter with a snapshot.
    pub(super) fn found(
        &self,
        snapshot: &KeptSnapshot,
        session: &SessionRecord,
        left_out: &mut LeftOut<'_>,
    ) -> FoundSnapshot {
        let entry = snapshot.entry.as_ref();
        let paths = |is: &dyn Fn(&TreeEntry) -> bool| -> Vec<String> {
            let files = snapshot.files.iter().map(|(file, _)| file);
            let files = files.filter(|file| is(file));
            files.map(|file| file.path.to_string()).collect()
        };
        let is_locked = |file: &TreeEntry| self.locked.contains(&file.object.blake3);
        FoundSnapshot {
            id: snapshot.record.id,
            // One of what was written over has that alone, and a definition is kept with its run.
            has_entry: !snapshot.record.reason.is_of_the_work()
                || session.begins_with_run()
                || entry.is_some_and(|entry| snapshot.state(entry.as_str()).is_some()),
            damaged: paths(&|file| self.damaged.contains(&file.object.blake3)),
            missing: paths(&|file| !self.kept.contains_key(&file.object.blake3)),
            masked: snapshot.without_keys(),
            key: if snapshot.files.iter().any(|(file, _)| is_locked(file)) {
                self.key
            } else {
                FoundKey::AtHand
            },
            differs: snapshot.differs(),
            unread: snapshot
                .unread()
                .map(|file| file.path.to_string())
                .collect(),
            is_empty: snapshot.files.is_empty() && !snapshot.lacks.left_out.is_empty(),
            left_out: snapshot.lacks.left_out_gone(left_out),
        }
    }
}

/// A content that is kept, or why it cannot be read.
pub(super) fn read_kept(workshop: &Workshop, kept: &KeptObject) -> Result<Vec<u8>, Message> {
    let read = workshop.reader().read_kept(kept);
    read.map_err(|error| match error {
        SnapshotError::Locked => Message::new("secrets_locked"),
        SnapshotError::KeyMissing => Message::new("snapshot_key_missing"),
        SnapshotError::Gone(_) => {
            let missing = || Message::new("object_missing");
            workshop.away().unwrap_or_else(missing)
        }
        _ => Message::new("object_damaged"),
    })
}

/// Where a content lies, for reading in the order of packs.
pub(super) fn place_of(kept: &KeptObject) -> ([u8; 32], u64, u64) {
    (kept.pack.0, kept.object.frame, kept.object.place)
}

/// The snapshots of a session, those first that miss least and of these the newest, with how their files are today below `root`. A file is read
/// once for each content it had. `named` alone may be one of what was written over.
pub(super) fn snapshots(
    workshop: &Workshop,
    session: &SessionRecord,
    (root, named): (Option<&Path>, Option<SnapshotId>),
    progress: &dyn Progress,
) -> Result<Vec<KeptSnapshot>, TakeError> {
    let mut records = workshop.store.config_snapshots(session.row)?;
    records.retain(|kept| kept.reason.is_of_the_work() || Some(kept.id) == named);
    records.reverse();
    // One taken after a file was deleted is no better for being newer.
    records.sort_by_key(|kept| {
        let missing = Lacks::of(kept).missing.len();
        (!kept.reason.is_of_the_work(), missing)
    });
    let mut trees: HashMap<i64, Vec<TreeEntry>> = HashMap::new();
    for record in &records {
        if let Entry::Vacant(new) = trees.entry(record.tree) {
            let entries = workshop.store.config_entries(record.tree)?;
            new.insert(entries.into_iter().map(tree_entry).collect());
        }
    }
    let mut versions: BTreeMap<_, TreeEntry> = BTreeMap::new();
    for entry in trees.values().flatten() {
        versions
            .entry(version(entry))
            .or_insert_with(|| entry.clone());
    }
    let states = states(root, &versions, progress)?;
    let mut kept = Vec::with_capacity(records.len());
    for record in records {
        let entries = trees.get(&record.tree).cloned().unwrap_or_default();
        let files = entries.into_iter().map(|entry| {
            let state = states.get(&version(&entry));
            let state = state.cloned().unwrap_or(FileState::Gone);
            (entry, state)
        });
        kept.push(KeptSnapshot {
            files: files.collect(),
            entry: entry_then(workshop, session, &record),
            lacks: Lacks::of(&record),
            record,
        });
    }
    Ok(kept)
}

/// The file that a session began with when a snapshot of it was taken, as far as that is written down: what an older
/// Flowkeep took says it in its manifest alone, once the session was pointed to another file.
pub(in crate::snapshots) fn entry_said(
    workshop: &Workshop,
    session: &SessionRecord,
    record: &ConfigSnapshotRecord,
) -> Option<ConfigPath> {
    if let Some(config) = record.config.clone() {
        return ConfigPath::new(config).ok();
    }
    session.config.as_ref()?;
    let place = place_of_snapshot((&session.name, &session.id), record.sequence, record.id);
    read_manifest(&workshop.dir, &place).ok()?.config
}

/// The file that a session began with when a snapshot of it was taken; where nobody says it, as in a backup of an older
/// Flowkeep, the one it begins with now.
fn entry_then(
    workshop: &Workshop,
    session: &SessionRecord,
    record: &ConfigSnapshotRecord,
) -> Option<ConfigPath> {
    let now = || ConfigPath::new(session.config.clone()?).ok();
    entry_said(workshop, session, record).or_else(now)
}

/// A file as it was at some time.
pub(super) type Version = (ConfigPath, [u8; 32], bool);

pub(super) fn version(entry: &TreeEntry) -> Version {
    (entry.path.clone(), entry.sha256.0, entry.masked.is_empty())
}

pub(super) fn states(
    root: Option<&Path>,
    versions: &BTreeMap<Version, TreeEntry>,
    progress: &dyn Progress,
) -> Result<HashMap<Version, FileState>, TakeError> {
    let Some(root) = root else {
        return Ok(HashMap::new());
    };
    // By their paths, which is the order of the answer.
    let entries: Vec<_> = versions.values().cloned().collect();
    let states = match compare(root, &entries, &[], &|| !progress.cancelled()) {
        Ok(states) => states.into_iter().map(|(_, state)| state).collect(),
        Err(SnapshotError::Io { source, .. }) => {
            let unreadable = FileState::Unreadable(crate::io_reason(&source));
            vec![unreadable; entries.len()]
        }
        Err(error) => return Err(error.into()),
    };
    Ok(versions.keys().cloned().zip(states).collect())
}

pub(in crate::snapshots) fn tree_entry(entry: ConfigEntry) -> TreeEntry {
    let masked = entry.masked.as_deref().map(serde_json::from_str);
    TreeEntry {
        path: entry.path,
        kind: entry.kind,
        bytes: entry.bytes,
        sha256: entry.sha256,
        modified: entry.modified.and_then(DateTime::from_timestamp_millis),
        object: TreeObject {
            blake3: entry.object,
            bytes: entry.bytes,
        },
        unparsed: None,
        masked: masked.and_then(Result::ok).unwrap_or_default(),
        changed_while_read: false,
        references: Vec::new(),
    }
}
