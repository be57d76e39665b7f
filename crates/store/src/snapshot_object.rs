//! The contents that snapshots hold, each once, and the packs they lie in. The files follow these rows: one
//! that no row names is nobody's.

use std::collections::{HashMap, HashSet};

use flowkeep_core::ObjectHash;
use rusqlite::{Connection, OptionalExtension as _};

use crate::config_snapshot::word;
use crate::{Store, StoreError, Tx};

/// A pack that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPack {
    /// What it is called: the hash of its bytes.
    pub name: ObjectHash,
    /// Bytes.
    pub bytes: u64,
    /// Whether it is read with a key only.
    pub is_encrypted: bool,
    /// What is in it.
    pub objects: Vec<NewObject>,
}

/// A content in a pack that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewObject {
    /// Its hash.
    pub hash: ObjectHash,
    /// Bytes.
    pub bytes: u64,
    /// Where its frame begins in the pack.
    pub frame: u64,
    /// Bytes of that frame.
    pub frame_bytes: u64,
    /// Where the content is in what the frame unpacks to.
    pub place: u64,
}

/// Where a content lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptObject {
    /// The pack.
    pub pack: ObjectHash,
    /// Bytes of that pack.
    pub pack_bytes: u64,
    /// Whether that is read with a key only.
    pub is_encrypted: bool,
    /// Where it is in the pack.
    pub object: NewObject,
}

/// A pack that holds something that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptPack {
    /// What it is called.
    pub name: ObjectHash,
    /// Bytes.
    pub bytes: u64,
    /// Whether it is read with a key only.
    pub is_encrypted: bool,
}

/// Counts of references that are not what is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WrongCounts {
    /// Of contents.
    pub objects: u32,
    /// Of trees.
    pub trees: u32,
}

impl WrongCounts {
    /// Whether all are right.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// What refers to a content and to a tree, counted anew.
const OBJECT_REFS: &str = "((SELECT count(*) FROM snapshot_entry e WHERE e.object = o.object) \
    + (SELECT count(*) FROM session s WHERE s.source = o.hash))";
const TREE_REFS: &str = "(SELECT count(*) FROM snapshot s WHERE s.tree = t.tree)";

fn wrong_counts(connection: &Connection) -> Result<WrongCounts, StoreError> {
    let sql = format!(
        "SELECT (SELECT count(*) FROM snapshot_object o WHERE refs <> {OBJECT_REFS}),
                (SELECT count(*) FROM snapshot_tree t WHERE refs <> {TREE_REFS})"
    );
    let counts = connection.query_row(&sql, [], |row| {
        Ok(WrongCounts {
            objects: row.get(0)?,
            trees: row.get(1)?,
        })
    })?;
    Ok(counts)
}

impl Store {
    /// Where these contents lie; those that are not kept, or are known to be damaged, are left out.
    ///
    /// # Errors
    /// What the database says.
    pub fn kept_objects(
        &self,
        hashes: impl IntoIterator<Item = ObjectHash>,
    ) -> Result<HashMap<ObjectHash, KeptObject>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT p.name, p.bytes, o.bytes, o.frame, o.frame_bytes, o.place, p.encrypted
             FROM snapshot_object o JOIN snapshot_pack p USING (pack)
             WHERE o.hash = ?1 AND o.damaged = 0 AND p.state = 'kept'",
        )?;
        let mut kept = HashMap::new();
        for hash in hashes {
            let found = statement.query_row([hash.0], |row| {
                Ok(KeptObject {
                    pack: word(row, 0)?,
                    pack_bytes: row.get(1)?,
                    is_encrypted: row.get(6)?,
                    object: NewObject {
                        hash,
                        bytes: row.get(2)?,
                        frame: row.get(3)?,
                        frame_bytes: row.get(4)?,
                        place: row.get(5)?,
                    },
                })
            });
            if let Some(found) = found.optional()? {
                kept.insert(hash, found);
            }
        }
        Ok(kept)
    }

    /// The packs in which the contents of a tree lie; nothing where one of these is known not to be had.
    ///
    /// # Errors
    /// What the database says.
    pub fn packs_of_tree(&self, tree: ObjectHash) -> Result<Option<Vec<KeptPack>>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT p.name, p.bytes, p.encrypted, max(o.damaged <> 0 OR p.state <> 'kept')
             FROM snapshot_tree t JOIN snapshot_entry e USING (tree)
               JOIN snapshot_object o USING (object) JOIN snapshot_pack p USING (pack)
             WHERE t.hash = ?1 GROUP BY o.pack",
        )?;
        let packs = statement.query_map([tree.0], |row| {
            let is_lost: bool = row.get(3)?;
            let pack = KeptPack {
                name: word(row, 0)?,
                bytes: row.get(1)?,
                is_encrypted: row.get(2)?,
            };
            Ok((!is_lost).then_some(pack))
        })?;
        Ok(packs.collect::<Result<_, _>>()?)
    }

    /// The packs that are encrypted to a key that is not the present one of this computer.
    ///
    /// # Errors
    /// What the database says.
    pub fn packs_for_others(&self) -> Result<HashSet<ObjectHash>, StoreError> {
        let reader = self.reader()?;
        let sql = "SELECT name FROM snapshot_pack WHERE encrypted = 2 AND state = 'kept'";
        let mut statement = reader.prepare_cached(sql)?;
        let names = statement.query_map([], |row| word(row, 0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// The packs that are encrypted.
    ///
    /// # Errors
    /// What the database says.
    pub fn encrypted_packs(&self) -> Result<Vec<ObjectHash>, StoreError> {
        let reader = self.reader()?;
        let sql = "SELECT name FROM snapshot_pack WHERE encrypted AND state = 'kept'";
        let mut statement = reader.prepare_cached(sql)?;
        let names = statement.query_map([], |row| word(row, 0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// How many snapshots have something in one of these packs.
    ///
    /// # Errors
    /// What the database says.
    pub fn snapshots_in(&self, packs: &[ObjectHash]) -> Result<u32, StoreError> {
        let packs: Vec<_> = packs.iter().map(ToString::to_string).collect();
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT count(*) FROM snapshot n WHERE EXISTS (
               SELECT 1 FROM snapshot_entry e JOIN snapshot_object o USING (object)
                 JOIN snapshot_pack p USING (pack)
               WHERE e.tree = n.tree AND p.name IN (SELECT value FROM json_each(?1)))",
        )?;
        let packs = serde_json::Value::from(packs).to_string();
        Ok(statement.query_row([packs], |row| row.get(0))?)
    }

    /// How many files of a tree are known to be damaged or gone.
    ///
    /// # Errors
    /// What the database says.
    pub fn damaged_in_tree(&self, tree: i64) -> Result<u32, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT count(*) FROM snapshot_entry e JOIN snapshot_object o USING (object)
             WHERE e.tree = ?1 AND o.damaged",
        )?;
        Ok(statement.query_row([tree], |row| row.get(0))?)
    }

    /// Whether the store holds anything.
    ///
    /// # Errors
    /// What the database says.
    pub fn keeps_packs(&self) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM snapshot_pack WHERE state = 'kept')";
        let reader = self.reader()?;
        Ok(reader
            .prepare_cached(sql)?
            .query_row([], |row| row.get(0))?)
    }

    /// Whether something in a tree is read with a key only.
    ///
    /// # Errors
    /// What the database says.
    pub fn is_tree_encrypted(&self, tree: i64) -> Result<bool, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM snapshot_entry e JOIN snapshot_object o USING (object)
               JOIN snapshot_pack p USING (pack) WHERE e.tree = ?1 AND p.encrypted)",
        )?;
        Ok(statement.query_row([tree], |row| row.get(0))?)
    }

    /// Whether anything that is needed is read with a key only.
    ///
    /// # Errors
    /// What the database says.
    pub fn keeps_encrypted(&self) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM snapshot_pack WHERE encrypted AND state = 'kept')";
        let reader = self.reader()?;
        Ok(reader
            .prepare_cached(sql)?
            .query_row([], |row| row.get(0))?)
    }

    /// Whether a pack of this name holds something that is needed.
    ///
    /// # Errors
    /// What the database says.
    pub fn keeps_pack(&self, name: ObjectHash) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM snapshot_pack WHERE name = ?1 AND state = 'kept')";
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(sql)?;
        Ok(statement.query_row([name.to_string()], |row| row.get(0))?)
    }

    /// The packs that hold nothing any more and whose files are to go.
    ///
    /// # Errors
    /// What the database says.
    pub fn packs_gone(&self) -> Result<Vec<ObjectHash>, StoreError> {
        let reader = self.reader()?;
        let sql = "SELECT name FROM snapshot_pack WHERE state = 'gone' ORDER BY name";
        let mut statement = reader.prepare_cached(sql)?;
        let names = statement.query_map([], |row| word(row, 0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// How many counts of references are wrong. All of them are counted anew.
    ///
    /// # Errors
    /// What the database says.
    pub fn wrong_snapshot_counts(&self) -> Result<WrongCounts, StoreError> {
        wrong_counts(&*self.reader()?)
    }
}

impl Tx<'_> {
    /// Keeps what is in a pack that was written. A content that was kept elsewhere lies here from now on:
    /// what was written last was read back last.
    ///
    /// # Errors
    /// What the database says.
    pub fn keep_pack(&self, new: &NewPack) -> Result<(), StoreError> {
        let pack: i64 = self
            .connection
            .prepare_cached(
                "INSERT INTO snapshot_pack(name, bytes, encrypted, state, at)
                 VALUES (?1, ?2, ?3, 'kept', ?4)
                 ON CONFLICT(name) DO UPDATE SET bytes = excluded.bytes, state = 'kept'
                 RETURNING pack",
            )?
            .query_row(
                (
                    new.name.to_string(),
                    new.bytes,
                    new.is_encrypted,
                    self.now().0,
                ),
                |row| row.get(0),
            )?;
        // One statement that does both keeps a journal of its own for every content.
        let mut add = self.connection.prepare_cached(
            "INSERT INTO snapshot_object(hash, bytes, pack, frame, frame_bytes, place)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(hash) DO NOTHING",
        )?;
        let mut move_here = self.connection.prepare_cached(
            "UPDATE snapshot_object SET bytes = ?2, pack = ?3, frame = ?4, frame_bytes = ?5,
               place = ?6, damaged = 0
             WHERE hash = ?1",
        )?;
        for object in &new.objects {
            let row = (
                object.hash.0,
                object.bytes,
                pack,
                object.frame,
                object.frame_bytes,
                object.place,
            );
            if add.execute(row)? == 0 {
                move_here.execute(row)?;
            }
        }
        Ok(())
    }

    /// Lets go of trees no snapshot is of, of contents nothing refers to, and of packs in which none is
    /// left. Files of packs that are gone ([`Store::packs_gone`]) are removed by whoever may.
    ///
    /// # Errors
    /// What the database says.
    pub fn let_go_of_unused(&self) -> Result<(), StoreError> {
        self.connection.execute_batch(
            "DELETE FROM snapshot_tree WHERE refs = 0;
             DELETE FROM snapshot_object WHERE refs = 0;
             UPDATE snapshot_pack SET state = 'gone' WHERE state = 'kept' AND NOT EXISTS (
               SELECT 1 FROM snapshot_object o WHERE o.pack = snapshot_pack.pack);",
        )?;
        Ok(())
    }

    /// Forgets a pack whose file is gone.
    ///
    /// # Errors
    /// What the database says.
    pub fn forget_pack(&self, name: ObjectHash) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM snapshot_pack WHERE name = ?1 AND state = 'gone'")?
            .execute([name.to_string()])?;
        Ok(())
    }

    /// Notes that what is encrypted so far is so to a key that is not here any more: nothing new counts on it.
    ///
    /// # Errors
    /// What the database says.
    pub fn disown_encrypted_packs(&self) -> Result<(), StoreError> {
        let sql = "UPDATE snapshot_pack SET encrypted = 2 WHERE encrypted = 1";
        self.connection.execute(sql, [])?;
        Ok(())
    }

    /// Counts all references anew; answers how many counts were wrong.
    ///
    /// # Errors
    /// What the database says.
    pub fn recount_snapshots(&self) -> Result<WrongCounts, StoreError> {
        let wrong = wrong_counts(self.connection)?;
        self.connection.execute_batch(&format!(
            "UPDATE snapshot_object AS o SET refs = {OBJECT_REFS} WHERE refs <> {OBJECT_REFS};
             UPDATE snapshot_tree AS t SET refs = {TREE_REFS} WHERE refs <> {TREE_REFS};"
        ))?;
        Ok(wrong)
    }
}
