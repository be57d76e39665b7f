//! What is written down of a snapshot: its manifest, and its rows.

use flowkeep_core::session::SnapshotReason;
use flowkeep_core::{ObjectHash, SnapshotId};
use flowkeep_host::path_text;
use flowkeep_store::{
    ConfigEntry, ConfigSnapshotRecord, NewConfigSnapshot, NewObject, NewOperation, NewPack,
    NewTree, OperationItemRecord, Tx,
};
use ulid::Ulid;

use super::TakeError;
use super::manifest::{Manifest, ManifestSession, tree_place};
use super::pack::{Pack, Placed};
use super::take::{Of, Taking};
use crate::configuration::Found;
use crate::time::{local, rfc3339, utc};

impl Taking<'_, '_> {
    pub(super) fn manifest(
        &self,
        tree: ObjectHash,
        before: Option<&ConfigSnapshotRecord>,
    ) -> (Manifest, SnapshotId) {
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
            root: path_text(&self.look.root),
            config: Some(self.look.config.clone()),
            definition: None,
            strategy: self.wanted.wish.strategy.clone(),
            status: self.look.status.as_str().to_owned(),
            secrets: "masked".to_owned(),
            files: self.look.files.len() as u64,
            bytes: self.look.files.iter().map(|file| file.bytes).sum(),
            tree: tree_place(&tree),
            previous: before.map(|before| before.id.to_string()),
        };
        (manifest, id)
    }

    /// The rows of everything, in one transaction.
    pub(super) fn write_down(
        &self,
        manifest: &Manifest,
        id: SnapshotId,
        tree: ObjectHash,
        found: &str,
        packs: &[Pack],
    ) -> Result<(), TakeError> {
        let mut new = NewConfigSnapshot {
            id,
            session: 0,
            sequence: manifest.sequence,
            tree: NewTree {
                hash: tree,
                status: self.look.status,
                found: found.to_owned(),
                entries: self.entries(),
            },
            packs: packs.iter().map(new_pack).collect(),
            strategy: manifest.strategy.clone(),
            reason: self.wanted.reason,
            task: self.wanted.task.clone(),
            actor: manifest.actor.clone(),
        };
        let session = self.wanted.session.clone();
        let root = self.look.root.clone();
        let config = self.look.config.to_string();
        let (seen, gone) = self.tree.to_remember();
        let face = self.workshop.face;
        let is_told = self.wanted.reason != SnapshotReason::Import;
        self.workshop.store.write(move |tx| {
            let root = tx.meet_config_root(&root)?;
            new.session = session_row(tx, session.clone(), root, config)?;
            let next = tx.newest_config_snapshot(new.session)?;
            if next.map_or(1, |newest| newest.sequence + 1) != new.sequence {
                return Err(TakeError::Overtaken);
            }
            tx.add_config_snapshot(&new)?;
            tx.keep_config_seen(root, &seen, &gone)?;
            // Whoever brings a session in says that of all of them together.
            if is_told {
                tell(tx, &session, &new.actor, face)?;
            }
            Ok(())
        })
    }

    fn entries(&self) -> Vec<ConfigEntry> {
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
        self.look.files.iter().map(entry).collect()
    }
}

fn session_row(tx: &Tx<'_>, session: Of, root: i64, config: String) -> Result<i64, TakeError> {
    match session {
        Of::New(mut new) => {
            new.root = Some(root);
            new.config = Some(config);
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
    let items = [OperationItemRecord {
        kind: "session".to_owned(),
        id: id.clone(),
        name: Some(name.clone()),
        before: None,
        after: None,
    }];
    let operation = NewOperation {
        actor,
        face,
        operation,
        name: None,
        undoes: None,
        items: &items,
    };
    tx.record_operation(tx.next_operation_id()?, &operation)?;
    Ok(())
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
        objects: pack.objects.iter().map(object).collect(),
    }
}
