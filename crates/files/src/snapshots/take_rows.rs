//! What is written down of a snapshot: its manifest, and its rows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::session::{SnapshotReason, SnapshotStatus};
use flowkeep_core::{ObjectHash, SnapshotId};
use flowkeep_host::{Progress, path_text};
use flowkeep_store::{
    ConfigEntry, ConfigSeen, ConfigSnapshotRecord, LookedAt, NewConfigSnapshot, NewObject, NewPack,
    NewTree, StoreError, Tx,
};
use ulid::Ulid;

use super::manifest::{Manifest, ManifestSession, tree_place, write_manifest};
use super::pack::{Pack, Placed};
use super::take::{Of, Taken, Wanted};
use super::{TakeError, Workshop, activity};
use crate::configuration::{ConfigurationError, Entry, Found};
use crate::time::{local, rfc3339, utc};

/// A snapshot as it is about to be written down. All that it holds is on the disk.
pub(super) struct Version<'a> {
    pub(super) workshop: &'a Workshop,
    pub(super) wanted: &'a Wanted<'a>,
    /// The root of the tree.
    pub(super) root: PathBuf,
    /// What it begins with, where that is known.
    pub(super) entry: Option<Entry>,
    /// The hash of the tree file.
    pub(super) tree: ObjectHash,
    /// Whether everything is there.
    pub(super) status: SnapshotStatus,
    /// How many files.
    pub(super) files: u64,
    /// Their bytes.
    pub(super) bytes: u64,
    /// What comes with it.
    pub(super) rows: Arc<Rows>,
}

/// What is written down with a snapshot. Nothing, where it holds what an earlier one does.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) packs: Vec<NewPack>,
    pub(super) tree: Option<NewTree>,
    pub(super) remembered: Remembered,
}

/// What is remembered of a look.
#[derive(Default)]
pub(super) struct Remembered {
    /// Of the files that were read.
    pub(super) seen: Vec<(ConfigPath, ConfigSeen)>,
    /// The files that are no longer there.
    pub(super) gone: Vec<ConfigPath>,
    /// What it came from, where the next one can be told to come from the same.
    pub(super) at: Option<LookedAt>,
}

impl Remembered {
    /// Where no snapshot is taken: once nobody can have written anything since, so that it is done once.
    pub(super) fn keep(
        self,
        workshop: &Workshop,
        root: &Path,
        tree: ObjectHash,
    ) -> Result<(), StoreError> {
        if self.at.is_none() {
            return Ok(());
        }
        let root = root.to_owned();
        workshop.store.write(move |tx| {
            let root = tx.meet_config_root(&root)?;
            self.write_down(tx, root, tree)
        })
    }

    fn write_down(&self, tx: &Tx<'_>, root: i64, tree: ObjectHash) -> Result<(), StoreError> {
        tx.keep_config_seen(root, &self.seen, &self.gone)?;
        match &self.at {
            Some(at) => tx.keep_config_look(root, at, tree),
            None => Ok(()),
        }
    }
}

impl Version<'_> {
    /// Writes its manifest and its rows, under the next number of its session.
    pub(super) fn keep(&self, progress: &dyn Progress) -> Result<Taken, TakeError> {
        // What is written down is there; until then it is nobody's.
        if progress.cancelled() {
            return Err(ConfigurationError::Cancelled.into());
        }
        loop {
            let before = self.wanted.before(self.workshop)?;
            let worked_with = self.wanted.worked_with(self.workshop)?;
            let (manifest, id) = self.manifest(before.as_ref());
            let files = self.workshop.files.as_ref();
            let path = write_manifest(files, &self.workshop.dir, &manifest)?;
            match self.write_down(&manifest, id) {
                Ok(()) => {
                    return Ok(Taken {
                        id,
                        sequence: manifest.sequence,
                        changed: worked_with != Some(self.tree),
                        bytes_stored: self.rows.packs.iter().map(|pack| pack.bytes).sum(),
                        status: self.status,
                    });
                }
                Err(TakeError::Overtaken) => {
                    files.remove_file(&path).map_err(TakeError::at(&path))?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn manifest(&self, before: Option<&ConfigSnapshotRecord>) -> (Manifest, SnapshotId) {
        let now = self.workshop.clock.now();
        let id = SnapshotId(Ulid::from_datetime(utc(now).into()));
        let session = match &self.wanted.session {
            Of::New(new) => (&new.id, &new.name, new.origin, new.run),
            Of::Kept(kept) => (&kept.id, &kept.name, kept.origin, kept.run),
        };
        let manifest = Manifest {
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            id: id.to_string(),
            sequence: before.map_or(1, |before| before.sequence + 1),
            session: ManifestSession {
                id: session.0.clone(),
                name: session.1.clone(),
                origin: session.2.as_str().to_owned(),
            },
            run: session.3.map(|run| run.to_string()),
            task: self.wanted.task.as_ref().map(|task| task.0.clone()),
            created_at: rfc3339(now),
            offset: Some(local(now).format("%:z").to_string()),
            reason: self.wanted.reason.as_str().to_owned(),
            actor: self.workshop.actor.clone(),
            root: path_text(&self.root),
            config: self.config().cloned(),
            definition: match &self.entry {
                Some(Entry::Definition(definition)) => Some(definition.into()),
                _ => None,
            },
            strategy: self.wanted.wish.strategy.clone(),
            status: self.status.as_str().to_owned(),
            secrets: self.workshop.keys.wanted().as_str().to_owned(),
            files: self.files,
            bytes: self.bytes,
            tree: tree_place(&self.tree),
            previous: before.map(|before| before.id.to_string()),
        };
        (manifest, id)
    }

    /// The file it begins with, where it does.
    fn config(&self) -> Option<&ConfigPath> {
        self.entry.as_ref().and_then(Entry::file)
    }

    /// The rows of everything, in one transaction.
    fn write_down(&self, manifest: &Manifest, id: SnapshotId) -> Result<(), TakeError> {
        let mut new = NewConfigSnapshot {
            id,
            session: 0,
            sequence: manifest.sequence,
            tree: self.tree,
            strategy: manifest.strategy.clone(),
            reason: self.wanted.reason,
            task: self.wanted.task.clone(),
            actor: manifest.actor.clone(),
            config: manifest.config.as_ref().map(ConfigPath::to_string),
        };
        let session = self.wanted.session.clone();
        let (root, config) = (self.root.clone(), self.config().map(ConfigPath::to_string));
        let face = self.workshop.face;
        // Whoever brings sessions in says that of all of them together, and of a run that begins its log does.
        let is_new = matches!(session, Of::New(_));
        let is_told = match self.wanted.reason {
            SnapshotReason::Import => false,
            SnapshotReason::Begin => is_new,
            _ => true,
        };
        let rows = Arc::clone(&self.rows);
        self.workshop.store.write(move |tx| {
            let root = tx.meet_config_root(&root)?;
            new.session = session_row(tx, session.clone(), root, config)?;
            let next = tx.newest_config_snapshot(new.session)?;
            if next.map_or(1, |newest| newest.sequence + 1) != new.sequence {
                return Err(TakeError::Overtaken);
            }
            for pack in &rows.packs {
                tx.keep_pack(pack)?;
            }
            if let Some(tree) = &rows.tree {
                tx.keep_tree(tree)?;
            }
            tx.add_config_snapshot(&new)?;
            rows.remembered.write_down(tx, root, new.tree)?;
            if is_told {
                tell(tx, &session, &new.actor, face)?;
            }
            Ok(())
        })
    }
}

pub(super) fn entries(files: &[Found]) -> Vec<ConfigEntry> {
    let entry = |file: &Found| ConfigEntry {
        path: file.path.clone(),
        kind: file.kind,
        sha256: file.sha256,
        bytes: file.bytes,
        modified: file.modified,
        object: file.object,
        masked: match file.masked.as_slice() {
            [] => None,
            masked => serde_json::to_string(masked).ok(),
        },
    };
    files.iter().map(entry).collect()
}

fn session_row(
    tx: &Tx<'_>,
    session: Of,
    root: i64,
    config: Option<String>,
) -> Result<i64, TakeError> {
    match session {
        Of::New(mut new) => {
            new.root = Some(root);
            new.config = config;
            Ok(tx.add_session(&new)?)
        }
        Of::Kept(kept) => {
            let there = tx.session(&kept.id)?.ok_or(TakeError::Unknown)?;
            Ok(there.row)
        }
    }
}

/// Says in Activity what was done.
fn tell(tx: &Tx<'_>, session: &Of, actor: &str, face: &str) -> Result<(), TakeError> {
    let (operation, id, name) = match session {
        Of::New(new) => ("session_create", &new.id, &new.name),
        Of::Kept(kept) => ("session_snapshot", &kept.id, &kept.name),
    };
    let sessions = [(id.clone(), name.clone())];
    Ok(activity::tell(tx, operation, (actor, face), sessions)?)
}

pub(super) fn new_pack(pack: &Pack) -> NewPack {
    let object = |placed: &Placed| NewObject {
        hash: placed.hash,
        bytes: placed.bytes,
        frame: placed.frame,
        frame_bytes: placed.frame_bytes,
        place: placed.place,
    };
    NewPack {
        name: pack.name,
        bytes: pack.bytes,
        is_encrypted: pack.recipient.is_some(),
        recipient: pack.recipient.as_ref().map(ToString::to_string),
        objects: pack.objects.iter().map(object).collect(),
    }
}
