//! Taking a snapshot: the files that belong to a configuration, kept as they are now.
//!
//! Contents first, then the tree that names them, then the manifest that names the tree; each is on the disk
//! and was read back before the next. The rows come last, in one transaction: what was broken off before it
//! is nobody's, and what is after it is whole.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use chrono::DateTime;
use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::run::TaskId;
use flowkeep_core::session::{SnapshotReason, SnapshotStatus};
use flowkeep_core::{ObjectHash, SnapshotId};
use flowkeep_host::{FileLock, Progress};
use flowkeep_store::{ConfigSnapshotRecord, NewSession, NewTree, SessionRecord};

use super::manifest::{
    TreeEntry, TreeFile, TreeLeftOut, TreeObject, TreeUnread, tree_hash, tree_place, write_tree,
};
use super::pack::{Pack, PackWriter};
use super::take_copy::as_copied;
use super::take_rows::{Remembered, Rows, Version, entries, new_pack};
use super::take_same::{Usable, has_all, has_tree_file, same};
use super::{TakeError, Workshop};
use crate::configuration::{Entry, Found, Kept, Look, Looking, Unread, Wish};

/// The step of progress: keeping the files.
const KEEP: &str = "snapshot_keep";

/// A snapshot that is wanted.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// What is looked at.
    pub wish: Wish<'a>,
    /// For which session.
    pub session: Of,
    /// Why.
    pub reason: SnapshotReason,
    /// The task after which it is taken.
    pub task: Option<TaskId>,
    /// The root that the tree is a copy of, where a session's own copy is looked at. What is there is kept as what was
    /// below that.
    pub copy_of: Option<&'a Path>,
}

/// The session a snapshot is of.
#[derive(Debug, Clone)]
pub enum Of {
    /// One that begins with it; its root and its file are found out.
    New(Box<NewSession>),
    /// One that is there.
    Kept(Box<SessionRecord>),
}

/// A snapshot that was taken.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Its id.
    pub id: SnapshotId,
    /// Its number in its session.
    pub sequence: u32,
    /// Whether it holds something else than the one before; the first one does.
    pub changed: bool,
    /// Bytes of the packs that were written for it.
    pub bytes_stored: u64,
    /// Whether everything is there.
    pub status: SnapshotStatus,
}

/// Takes a snapshot. One that is taken because of a change ([`SnapshotReason::wants_a_change`]) is not where there is
/// none: then nothing is answered, and no file was written.
///
/// Steps of progress: `configuration_scan` once for each time a file is read, `snapshot_keep` once for each
/// content that is new.
///
/// # Errors
/// [`TakeError`]; nothing of it counts then. [`TakeError::Nothing`] where somebody asks for one and none of its files is
/// there.
pub fn take(
    workshop: &Workshop,
    wanted: &Wanted<'_>,
    progress: &dyn Progress,
) -> Result<Option<Taken>, TakeError> {
    let shared = workshop.share()?;
    let keys = workshop.keys.wanted();
    let mut looking = Looking::begin(&wanted.wish, keys, progress)?;
    let root = match wanted.copy_of {
        None => workshop.store.config_root_at(looking.tree.root())?,
        // Notes are of the files where they are.
        Some(copied) => {
            looking.stands_for(copied);
            None
        }
    };
    let root = root.map(|root| root.row);
    let same = same(workshop, &looking, root)?;
    // Whether nothing at all is there has to be looked at.
    let is_asked = wanted.reason == SnapshotReason::Asked;
    if let Some(same) = same.filter(|same| !is_asked || same.files > 0) {
        if wanted.is_needless(workshop, same.tree)? {
            return Ok(None);
        }
        if has_all(workshop, same.tree)? {
            let version = Version {
                workshop,
                wanted,
                root: looking.tree.root().to_owned(),
                entry: looking.entry,
                tree: same.tree,
                status: same.status,
                files: same.files,
                bytes: same.bytes,
                rows: Arc::default(),
            };
            return once_more(&version, shared, progress).map(Some);
        }
    }
    let memory = root.map(|root| workshop.store.config_seen(root));
    let now = workshop.clock.now().0;
    let memory = memory.transpose()?.unwrap_or_default();
    looking.tree.remember(memory, now);
    let mut look = looking.end()?;
    if let Some(copied) = wanted.copy_of
        && let Some(newest) = as_copied(workshop, wanted, (&mut looking, &mut look))?
    {
        if wanted.reason.wants_a_change() {
            return Ok(None);
        }
        if has_all(workshop, newest.tree_hash)? {
            let version = Version {
                workshop,
                wanted,
                root: copied.to_owned(),
                entry: looking.entry,
                tree: newest.tree_hash,
                status: newest.status,
                files: newest.files.into(),
                bytes: newest.bytes,
                rows: Arc::default(),
            };
            return once_more(&version, shared, progress).map(Some);
        }
    }
    let mut taking = Taking {
        workshop,
        wanted,
        look,
        changed_meanwhile: false,
        looking: &mut looking,
        progress,
    };
    let file = taking.tree_file();
    // What the strategy left out is not in a copy.
    let is_nothing = match wanted.copy_of {
        Some(_) => file.files.is_empty() && file.unread.is_empty(),
        None => file.is_nothing(),
    };
    if is_asked && is_nothing {
        return Err(TakeError::Nothing);
    }
    let hash = tree_hash(&file)?;
    if wanted.is_needless(workshop, hash)? {
        taking
            .remembered()
            .keep(workshop, &taking.look.root, hash)?;
        return Ok(None);
    }
    workshop.prepare()?;
    let taken = workshop.marked(shared, || taking.keep(hash));
    taken.map(Some)
}

/// Keeps a version that holds what an earlier one does.
fn once_more(
    version: &Version<'_>,
    shared: FileLock,
    progress: &dyn Progress,
) -> Result<Taken, TakeError> {
    // A copy of the data folder keeps nothing in a store that is not its own.
    version.workshop.stands()?;
    let workshop = version.workshop;
    workshop.marked(shared, || version.keep(progress))
}

/// Takes a snapshot of these files below `root` and of no others, whatever became of what the session begins
/// with.
///
/// # Errors
/// As [`take`].
pub(super) fn take_these(
    workshop: &Workshop,
    wanted: &Wanted<'_>,
    (root, entry): (&Path, Option<Entry>),
    files: &[ConfigPath],
    progress: &dyn Progress,
) -> Result<Taken, TakeError> {
    let shared = workshop.share()?;
    let mut looking = Looking::over(
        &wanted.wish,
        workshop.keys.wanted(),
        (root, entry),
        progress,
    )?;
    let look = looking.these(files)?;
    workshop.prepare()?;
    let mut taking = Taking {
        workshop,
        wanted,
        look,
        changed_meanwhile: false,
        looking: &mut looking,
        progress,
    };
    let hash = tree_hash(&taking.tree_file())?;
    workshop.marked(shared, || taking.keep(hash))
}

impl Wanted<'_> {
    /// The snapshot of the session that was taken last, whatever for: this one comes after it.
    pub(super) fn before(
        &self,
        workshop: &Workshop,
    ) -> Result<Option<ConfigSnapshotRecord>, TakeError> {
        match &self.session {
            Of::New(_) => Ok(None),
            Of::Kept(session) => Ok(workshop.store.newest_config_snapshot(session.row)?),
        }
    }

    /// Whether it is wanted for a change only, and there is none.
    fn is_needless(&self, workshop: &Workshop, tree: ObjectHash) -> Result<bool, TakeError> {
        if !self.reason.wants_a_change() {
            return Ok(false);
        }
        Ok(self.worked_with(workshop)? == Some(tree))
    }

    /// The tree of the newest snapshot of what the session works with.
    pub(super) fn worked_with(&self, workshop: &Workshop) -> Result<Option<ObjectHash>, TakeError> {
        let newest = match &self.session {
            Of::New(_) => None,
            Of::Kept(session) => workshop.store.newest_snapshot_of_the_work(session.row)?,
        };
        Ok(newest.map(|newest| newest.tree_hash))
    }
}

/// A snapshot that is being taken, of what is another than at the last look.
struct Taking<'a, 't, 'w> {
    workshop: &'a Workshop,
    wanted: &'a Wanted<'a>,
    look: Look,
    /// Whether a file was found to say something else than when it was looked at.
    changed_meanwhile: bool,
    looking: &'t mut Looking<'w>,
    progress: &'a dyn Progress,
}

impl Taking<'_, '_, '_> {
    /// Writes everything.
    fn keep(&mut self, mut hash: ObjectHash) -> Result<Taken, TakeError> {
        let packs = self.keep_contents()?;
        let tree = self.tree_file();
        if self.changed_meanwhile {
            hash = tree_hash(&tree)?;
        }
        if !self.workshop.store.keeps_tree(hash)? || !has_tree_file(self.workshop, &hash) {
            write_tree(self.workshop.files.as_ref(), &self.workshop.dir, &tree)?;
        }
        let found = TreeFile {
            files: Vec::new(),
            ..tree
        };
        let found = serde_json::to_string(&found).map_err(|error| {
            let path = self.workshop.dir.join(tree_place(&hash));
            TakeError::at(&path)(error.into())
        })?;
        let files = &self.look.files;
        let version = Version {
            workshop: self.workshop,
            wanted: self.wanted,
            root: match self.wanted.copy_of {
                Some(copied) => copied.to_owned(),
                None => self.look.root.clone(),
            },
            entry: self.look.entry.clone(),
            tree: hash,
            status: self.look.status,
            files: files.len() as u64,
            bytes: files.iter().map(|file| file.bytes).sum(),
            rows: Arc::new(Rows {
                packs: packs.iter().map(new_pack).collect(),
                tree: Some(NewTree {
                    hash,
                    status: self.look.status,
                    found,
                    entries: entries(files),
                }),
                remembered: self.remembered(),
            }),
        };
        version.keep(self.progress)
    }

    /// What is remembered of this from now on.
    fn remembered(&self) -> Remembered {
        if self.wanted.copy_of.is_some() {
            return Remembered::default();
        }
        let (seen, gone) = self.looking.tree.to_remember();
        let at = self.looking.looked_at();
        Remembered {
            seen,
            gone,
            at: at.filter(|_| !self.changed_meanwhile),
        }
    }

    /// Puts contents that are not kept yet into packs, those together that are likely to be alike.
    fn keep_contents(&mut self) -> Result<Vec<Pack>, TakeError> {
        let workshop = self.workshop;
        let kept = self.kept_contents()?;
        let mut order: Vec<usize> = (0..self.look.files.len()).collect();
        order.sort_by_key(|at| {
            let file = &self.look.files[*at];
            (file.kind, file.path.clone())
        });
        let writer = PackWriter::new(workshop.files.as_ref(), &workshop.dir)?;
        let mut writer = writer.encrypted_to(workshop.keys.recipient.clone());
        let mut done = HashSet::new();
        for at in order {
            let file = &self.look.files[at];
            if kept.contains(&file.object) || done.contains(&file.object) {
                continue;
            }
            let kept = self.looking.tree.kept_of(&file.path, &file.object)?;
            let Some(bytes) = self.as_it_is_now(at, kept) else {
                continue;
            };
            done.insert(writer.add(&bytes)?);
            let count = u32::try_from(done.len()).unwrap_or(u32::MAX);
            let name = self.look.files[at].path.as_str();
            self.progress.step(KEEP, count, None, Some(name));
        }
        let is_kept = |file: &Found| kept.contains(&file.object) || done.contains(&file.object);
        self.look.files.retain(is_kept);
        self.look.status = self.look.what_it_comes_to();
        Ok(writer.finish()?)
    }

    /// Of a file that says something else than when it was looked at, what it says now is kept, and that is told.
    /// One that cannot be read any more is named.
    fn as_it_is_now(&mut self, at: usize, kept: Kept) -> Option<Vec<u8>> {
        let file = &mut self.look.files[at];
        self.changed_meanwhile |= !matches!(kept, Kept::Same(_));
        match kept {
            Kept::Same(bytes) => Some(bytes),
            Kept::Changed {
                content,
                unparsed,
                modified,
                bytes,
            } => {
                *file = Found {
                    bytes: content.bytes,
                    sha256: content.sha256,
                    modified,
                    object: content.object,
                    object_bytes: content.object_bytes,
                    masked: content.masked,
                    unparsed,
                    changed_while_read: true,
                    ..file.clone()
                };
                let changed = Unread::changed_while_read(file.path.clone());
                self.look.unparsed.push(changed);
                Some(bytes)
            }
            Kept::Unread(reason) => {
                let path = file.path.clone();
                self.look.unread.push(Unread { path, reason });
                None
            }
        }
    }

    /// The contents that are kept already, where something new may count on their packs.
    fn kept_contents(&self) -> Result<HashSet<ObjectHash>, TakeError> {
        let hashes: HashSet<_> = self.look.files.iter().map(|file| file.object).collect();
        let kept = self.workshop.store.kept_objects(hashes)?;
        Ok(Usable::of(self.workshop).of_these(&kept)?)
    }

    fn tree_file(&self) -> TreeFile {
        let look = &self.look;
        let unread = |list: &[Unread]| -> Vec<TreeUnread> {
            let told = |unread: &Unread| TreeUnread {
                path: unread.path.clone(),
                reason: unread.reason.clone(),
            };
            list.iter().map(told).collect()
        };
        let left_out = look.left_out.iter().map(|(path, why)| TreeLeftOut {
            path: path.clone(),
            why: *why,
        });
        TreeFile {
            files: look.files.iter().map(entry).collect(),
            missing: look.missing.iter().cloned().map(Into::into).collect(),
            elsewhere: look.elsewhere.iter().cloned().map(Into::into).collect(),
            ambiguous: look.ambiguous.iter().cloned().map(Into::into).collect(),
            unparsed: unread(&look.unparsed),
            unread: unread(&look.unread),
            left_out: left_out.collect(),
        }
    }
}

/// A file that was found, as a tree says it.
pub(super) fn entry(file: &Found) -> TreeEntry {
    TreeEntry {
        path: file.path.clone(),
        kind: file.kind,
        bytes: file.bytes,
        sha256: file.sha256,
        modified: file.modified.and_then(DateTime::from_timestamp_millis),
        object: TreeObject {
            blake3: file.object,
            bytes: file.object_bytes,
        },
        unparsed: file.unparsed.as_ref().map(Into::into),
        masked: file.masked.clone(),
        changed_while_read: file.changed_while_read,
        references: file.references.iter().cloned().map(Into::into).collect(),
    }
}
