//! Taking a snapshot: the files that belong to a configuration, kept as they are now.
//!
//! Contents first, then the tree that names them, then the manifest that names the tree; each is on the disk
//! and was read back before the next. The rows come last, in one transaction: what was broken off before it
//! is nobody's, and what is after it is whole.

use std::collections::{HashMap, HashSet};

use chrono::DateTime;
use flowkeep_core::run::TaskId;
use flowkeep_core::session::SnapshotReason;
use flowkeep_core::{ObjectHash, SnapshotId};
use flowkeep_host::{EntryKind, Progress};
use flowkeep_store::{ConfigSnapshotRecord, KeptObject, NewSession, SessionRecord};

use super::manifest::{
    TreeEntry, TreeFile, TreeLeftOut, TreeObject, TreeUnread, tree_hash, tree_place,
    write_manifest, write_tree,
};
use super::pack::{self, Pack, PackWriter};
use super::place::prepare;
use super::{TakeError, Workshop};
use crate::configuration::{
    ConfigTree, ConfigurationError, Found, Kept, Look, Looking, Unread, Wish,
};

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
    /// What was found.
    pub look: Look,
}

/// Takes a snapshot. One that is taken because of a change ([`SnapshotReason::Changed`]) is not where there is
/// none: then nothing is answered, and nothing was written.
///
/// Steps of progress: `configuration_scan` once for each time a file is read, `snapshot_keep` once for each
/// content that is new.
///
/// # Errors
/// [`TakeError`]; nothing of it counts then.
pub fn take(
    workshop: &Workshop,
    wanted: &Wanted<'_>,
    progress: &dyn Progress,
) -> Result<Option<Taken>, TakeError> {
    let shared = workshop.share()?;
    let mut looking = Looking::begin(&wanted.wish, progress)?;
    let root = workshop.store.config_root_at(looking.tree.root())?;
    let memory = root.map(|root| workshop.store.config_seen(root.row));
    let now = workshop.clock.now().0;
    looking
        .tree
        .remember(memory.transpose()?.unwrap_or_default(), now);
    let look = looking.end()?;
    let mut taking = Taking {
        workshop,
        wanted,
        look,
        changed_meanwhile: false,
        tree: &mut looking.tree,
        progress,
    };
    let hash = tree_hash(&taking.tree_file())?;
    let before = taking.before()?;
    let changed = before
        .as_ref()
        .is_none_or(|before| before.tree_hash != hash);
    if !changed && wanted.reason == SnapshotReason::Changed {
        return Ok(None);
    }
    prepare(workshop.files.as_ref(), &workshop.dir)?;
    let (id, sequence, bytes_stored) = workshop.marked(shared, || taking.keep(hash, before))?;
    Ok(Some(Taken {
        id,
        sequence,
        changed,
        bytes_stored,
        look: taking.look,
    }))
}

/// A snapshot that is being taken.
pub(super) struct Taking<'a, 't> {
    pub(super) workshop: &'a Workshop,
    pub(super) wanted: &'a Wanted<'a>,
    pub(super) look: Look,
    /// Whether a file was found to say something else than when it was looked at.
    changed_meanwhile: bool,
    pub(super) tree: &'a mut ConfigTree<'t>,
    progress: &'a dyn Progress,
}

impl Taking<'_, '_> {
    /// The newest snapshot of the session.
    fn before(&self) -> Result<Option<ConfigSnapshotRecord>, TakeError> {
        match &self.wanted.session {
            Of::New(_) => Ok(None),
            Of::Kept(session) => Ok(self.workshop.store.newest_config_snapshot(session.row)?),
        }
    }

    /// Writes everything; answers the id and the number of the snapshot, and bytes of new packs.
    fn keep(
        &mut self,
        mut hash: ObjectHash,
        mut before: Option<ConfigSnapshotRecord>,
    ) -> Result<(SnapshotId, u32, u64), TakeError> {
        let packs = self.keep_contents()?;
        let tree = self.tree_file();
        if self.changed_meanwhile {
            hash = tree_hash(&tree)?;
        }
        if !self.has_tree(hash)? {
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
        let stored = packs.iter().map(|pack| pack.bytes).sum();
        // What is written down is there; until then it is nobody's.
        if self.progress.cancelled() {
            return Err(ConfigurationError::Cancelled.into());
        }
        loop {
            let manifest = self.manifest(hash, before.as_ref());
            let path = write_manifest(
                self.workshop.files.as_ref(),
                &self.workshop.dir,
                &manifest.0,
            )?;
            let written = self.write_down(&manifest.0, manifest.1, hash, &found, &packs);
            match written {
                Ok(()) => return Ok((manifest.1, manifest.0.sequence, stored)),
                Err(TakeError::Overtaken) => {
                    self.workshop
                        .files
                        .remove_file(&path)
                        .map_err(TakeError::at(&path))?;
                    before = self.before()?;
                }
                Err(error) => return Err(error),
            }
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
        let mut writer = PackWriter::new(workshop.files.as_ref(), &workshop.dir)?;
        let mut done = HashSet::new();
        for at in order {
            let file = &self.look.files[at];
            if kept.contains(&file.object) || done.contains(&file.object) {
                continue;
            }
            let kept = self.tree.kept_of(&file.path, &file.object)?;
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

    /// The contents that are kept already, where their packs are as they were.
    fn kept_contents(&self) -> Result<HashSet<ObjectHash>, TakeError> {
        let hashes: HashSet<_> = self.look.files.iter().map(|file| file.object).collect();
        let kept = self.workshop.store.kept_objects(hashes)?;
        let mut packs: HashMap<ObjectHash, bool> = HashMap::new();
        let mut is_whole = |kept: &KeptObject| {
            *packs.entry(kept.pack).or_insert_with(|| {
                let path = pack::path(&self.workshop.dir, &kept.pack);
                let there = self.workshop.files.entry(&path).ok().flatten();
                there.is_some_and(|there| {
                    there.kind == EntryKind::File && there.bytes == kept.pack_bytes
                })
            })
        };
        let whole = kept.into_iter().filter(|(_, kept)| is_whole(kept));
        Ok(whole.map(|(hash, _)| hash).collect())
    }

    fn has_tree(&self, hash: ObjectHash) -> Result<bool, TakeError> {
        if !self.workshop.store.keeps_tree(hash)? {
            return Ok(false);
        }
        let path = self.workshop.dir.join(tree_place(&hash));
        let there = self.workshop.files.entry(&path).ok().flatten();
        Ok(there.is_some_and(|there| there.kind == EntryKind::File))
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
