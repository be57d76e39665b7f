//! What a check of snapshots goes by: what is needed of each pack, who holds a content, and which sessions have
//! snapshots.

use std::collections::HashSet;
use std::path::PathBuf;

use flowkeep_core::configuration::ConfigPath;
use flowkeep_core::{ObjectHash, Sha256};

use rusqlite::OptionalExtension as _;

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
    /// Those of them that lie elsewhere, too, and here for whoever has the key to this pack alone.
    pub copies: HashSet<ObjectHash>,
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
            "WITH lies AS (
               SELECT hash, bytes, pack, frame, frame_bytes, place, 0 AS copy FROM snapshot_object
               UNION ALL
               SELECT o.hash, o.bytes, c.pack, c.frame, c.frame_bytes, c.place, 1
               FROM snapshot_copy c JOIN snapshot_object o USING (object))
             SELECT p.name, o.hash, o.bytes, o.frame, o.frame_bytes, o.place, p.encrypted, o.copy
             FROM snapshot_pack p JOIN lies o USING (pack)
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
                    copies: HashSet::new(),
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
                if row.get(7)? {
                    pack.copies.insert(object.hash);
                }
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

    /// Counts on another place of these contents first, where they have one, as long as `pack` does not give them.
    /// Answers which of them have none.
    ///
    /// # Errors
    /// What the database says.
    pub fn lean_on_copies(
        &self,
        pack: ObjectHash,
        objects: &[ObjectHash],
    ) -> Result<Vec<ObjectHash>, StoreError> {
        let mut other = self.connection.prepare_cached(
            "SELECT o.object, o.pack, o.frame, o.frame_bytes, o.place, c.pack, c.frame, c.frame_bytes, c.place
             FROM snapshot_object o JOIN snapshot_pack p ON p.pack = o.pack
               JOIN snapshot_copy c USING (object) JOIN snapshot_pack k ON k.pack = c.pack
             WHERE o.hash = ?1 AND p.name = ?2 AND k.state = 'kept' ORDER BY c.pack LIMIT 1",
        )?;
        let mut forget = self
            .connection
            .prepare_cached("DELETE FROM snapshot_copy WHERE object = ?1 AND pack = ?2")?;
        let mut remember = self.connection.prepare_cached(
            "INSERT INTO snapshot_copy(object, pack, frame, frame_bytes, place) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        let mut lean = self.connection.prepare_cached(
            "UPDATE snapshot_object SET pack = ?2, frame = ?3, frame_bytes = ?4, place = ?5, damaged = 0
             WHERE object = ?1",
        )?;
        let mut without = Vec::new();
        for hash in objects {
            let found = other.query_row((hash.0, pack.to_string()), |row| {
                let object: i64 = row.get(0)?;
                let place = |at| -> rusqlite::Result<_> {
                    let (pack, frame): (i64, i64) = (row.get(at)?, row.get(at + 1)?);
                    let (length, place): (i64, i64) = (row.get(at + 2)?, row.get(at + 3)?);
                    Ok((object, pack, frame, length, place))
                };
                Ok((place(1)?, place(5)?))
            });
            match found.optional()? {
                Some((before, after)) => {
                    forget.execute((after.0, after.1))?;
                    remember.execute(before)?;
                    lean.execute(after)?;
                }
                None => without.push(*hash),
            }
        }
        Ok(without)
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
