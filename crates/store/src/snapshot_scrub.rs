//! What a check of snapshots goes by: what is needed of each pack, who holds a content, and which sessions have
//! snapshots.

use std::path::PathBuf;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::{ObjectHash, Sha256};

use crate::config_snapshot::word;
use crate::task_folder::DataFolder;
use crate::{NewObject, Store, StoreError, Tag, Tx};

/// A pack, and what is needed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededPack {
    /// The pack.
    pub name: ObjectHash,
    /// Whether it is read with a key only.
    pub is_encrypted: bool,
    /// What is needed, in the order in which it lies there.
    pub objects: Vec<NewObject>,
}

/// A file of a session that holds a content, in whichever of its snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldFile {
    /// Id of the session.
    pub session: String,
    /// The root of its configuration.
    pub root: Option<PathBuf>,
    /// Where the file was below that.
    pub path: ConfigPath,
    /// The hash of its bytes as they were.
    pub sha256: Sha256,
}

impl Store {
    /// The packs of which something is needed.
    ///
    /// # Errors
    /// What the database says.
    pub fn needed_packs(&self) -> Result<Vec<NeededPack>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT p.name, o.hash, o.bytes, o.frame, o.frame_bytes, o.place,
               p.encrypted
             FROM snapshot_pack p JOIN snapshot_object o USING (pack)
             WHERE p.state = 'kept' ORDER BY p.pack, o.frame, o.place",
        )?;
        let mut rows = statement.query([])?;
        let mut packs: Vec<NeededPack> = Vec::new();
        while let Some(row) = rows.next()? {
            let name = word(row, 0)?;
            if packs.last().is_none_or(|last| last.name != name) {
                packs.push(NeededPack {
                    name,
                    is_encrypted: row.get(6)?,
                    objects: Vec::new(),
                });
            }
            let object = NewObject {
                hash: ObjectHash(row.get(1)?),
                bytes: row.get(2)?,
                frame: row.get(3)?,
                frame_bytes: row.get(4)?,
                place: row.get(5)?,
            };
            if let Some(pack) = packs.last_mut() {
                pack.objects.push(object);
            }
        }
        Ok(packs)
    }

    /// The files that hold a content, each of a session once.
    ///
    /// # Errors
    /// What the database says.
    pub fn files_that_hold(&self, object: ObjectHash) -> Result<Vec<HeldFile>, StoreError> {
        let reader = self.reader()?;
        let data = DataFolder::of(&reader);
        let mut statement = reader.prepare_cached(
            "SELECT DISTINCT s.id, r.path, e.path, e.sha256
             FROM snapshot_object o JOIN snapshot_entry e USING (object) JOIN snapshot n USING (tree)
               JOIN session s USING (session) LEFT JOIN config_root r USING (root)
             WHERE o.hash = ?1 ORDER BY e.path, s.id",
        )?;
        let files = statement.query_map([object.0], |row| {
            let root: Option<String> = row.get(1)?;
            Ok(HeldFile {
                session: row.get(0)?,
                root: root.map(|root| data.place(&root)),
                path: word(row, 2)?,
                sha256: Sha256(row.get(3)?),
            })
        })?;
        Ok(files.collect::<Result<_, _>>()?)
    }

    /// The ids of the sessions that have snapshots.
    ///
    /// # Errors
    /// What the database says.
    pub fn sessions_with_snapshots(&self) -> Result<Vec<String>, StoreError> {
        let reader = self.reader()?;
        let sql = "SELECT id FROM session s
             WHERE EXISTS (SELECT 1 FROM snapshot n WHERE n.session = s.session) ORDER BY session";
        let mut statement = reader.prepare_cached(sql)?;
        let ids = statement.query_map([], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// How many contents are known to be damaged.
    ///
    /// # Errors
    /// What the database says.
    pub fn damaged_objects(&self) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM snapshot_object WHERE damaged <> 0";
        Ok(self.reader()?.query_row(sql, [], |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// Notes which contents are damaged, and that no other one is.
    ///
    /// # Errors
    /// What the database says.
    pub fn note_damaged_objects(&self, damaged: &[ObjectHash]) -> Result<(), StoreError> {
        self.connection.execute(
            "UPDATE snapshot_object SET damaged = 0 WHERE damaged <> 0",
            [],
        )?;
        let note = "UPDATE snapshot_object SET damaged = 1 WHERE hash = ?1";
        let mut note = self.connection.prepare_cached(note)?;
        for object in damaged {
            note.execute([object.0])?;
        }
        self.tag(&Tag::Session);
        Ok(())
    }

    /// Has a tree under another name, that of the file which was written for it anew. A name that another tree has
    /// is not taken; answers whether it was.
    ///
    /// # Errors
    /// What the database says.
    pub fn rename_tree(&self, from: ObjectHash, to: ObjectHash) -> Result<bool, StoreError> {
        let rename = "UPDATE OR IGNORE snapshot_tree SET hash = ?2 WHERE hash = ?1";
        let renamed = self
            .connection
            .prepare_cached(rename)?
            .execute([from.0, to.0])?;
        Ok(renamed == 1)
    }
}
