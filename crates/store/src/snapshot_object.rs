//! The contents that snapshots hold, each once, and the packs they lie in. The files follow these rows: one
//! that no row names is nobody's.

use std::collections::{HashMap, HashSet};

use flowkeep_core::ObjectHash;
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::config_snapshot::{OF_THE_WORK, word};
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
    /// The public half of that key.
    pub recipient: Option<String>,
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
    /// Where else it is, encrypted to other keys. These have no copies themselves.
    pub copies: Vec<KeptObject>,
}

impl KeptObject {
    /// All places in which it lies.
    pub fn places(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.copies)
    }
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

/// A pack that is read with a key only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptedPack {
    /// What it is called.
    pub name: ObjectHash,
    /// The public half of that key, where it is known.
    pub recipient: Option<String>,
}

/// A snapshot that cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedSnapshot {
    /// Id of its session.
    pub session: String,
    /// Its row.
    pub snapshot: i64,
    /// Whether the work can go on from it; else it holds what was written over when files were put back.
    pub is_of_the_work: bool,
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

fn kept_object(row: &Row<'_>, hash: ObjectHash) -> rusqlite::Result<KeptObject> {
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
        copies: Vec::new(),
    })
}

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

/// What keeps the place in which a content `?1` lies so far as one more, where it comes into the pack `?2` that is
/// encrypted to `?3`. One that is known to be damaged there lies there no more.
const STAY: &str = "INSERT OR IGNORE INTO snapshot_copy(object, pack, frame, frame_bytes, place)
    SELECT o.object, o.pack, o.frame, o.frame_bytes, o.place
    FROM snapshot_object o JOIN snapshot_pack p USING (pack)
    WHERE o.hash = ?1 AND o.pack <> ?2 AND o.damaged = 0 AND p.state = 'kept' AND p.encrypted
      AND (p.recipient IS NULL OR p.recipient IS NOT ?3)";

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
            "SELECT p.name, p.bytes, o.bytes, o.frame, o.frame_bytes, o.place, p.encrypted, o.object
             FROM snapshot_object o JOIN snapshot_pack p USING (pack)
             WHERE o.hash = ?1 AND o.damaged = 0 AND p.state = 'kept'",
        )?;
        let mut copies = reader.prepare_cached(
            "SELECT p.name, p.bytes, o.bytes, c.frame, c.frame_bytes, c.place, p.encrypted
             FROM snapshot_copy c JOIN snapshot_object o USING (object) JOIN snapshot_pack p ON p.pack = c.pack
             WHERE c.object = ?1 AND p.state = 'kept' ORDER BY p.pack",
        )?;
        let mut kept = HashMap::new();
        for hash in hashes {
            let found = statement.query_row([hash.0], |row| {
                Ok((row.get::<_, i64>(7)?, kept_object(row, hash)?))
            });
            if let Some((object, mut found)) = found.optional()? {
                if found.is_encrypted {
                    let copies = copies.query_map([object], |row| kept_object(row, hash))?;
                    found.copies = copies.collect::<Result<_, _>>()?;
                }
                kept.insert(hash, found);
            }
        }
        Ok(kept)
    }

    /// The contents of a tree.
    ///
    /// # Errors
    /// What the database says.
    pub fn objects_of_tree(&self, tree: ObjectHash) -> Result<HashSet<ObjectHash>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT o.hash FROM snapshot_tree t JOIN snapshot_entry e USING (tree)
               JOIN snapshot_object o USING (object) WHERE t.hash = ?1",
        )?;
        let hashes = statement.query_map([tree.0], |row| Ok(ObjectHash(row.get(0)?)))?;
        Ok(hashes.collect::<Result<_, _>>()?)
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

    /// The packs that are encrypted to another key than this, or to one that nobody knows.
    ///
    /// # Errors
    /// What the database says.
    pub fn packs_for_others(&self, than: &str) -> Result<HashSet<ObjectHash>, StoreError> {
        let reader = self.reader()?;
        let sql = "SELECT name FROM snapshot_pack
             WHERE encrypted AND state = 'kept' AND recipient IS NOT ?1";
        let mut statement = reader.prepare_cached(sql)?;
        let names = statement.query_map([than], |row| word(row, 0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// The packs that are encrypted.
    ///
    /// # Errors
    /// What the database says.
    pub fn encrypted_packs(&self) -> Result<Vec<EncryptedPack>, StoreError> {
        let reader = self.reader()?;
        let sql = "SELECT name, recipient FROM snapshot_pack WHERE encrypted AND state = 'kept'";
        let mut statement = reader.prepare_cached(sql)?;
        let packs = statement.query_map([], |row| {
            Ok(EncryptedPack {
                name: word(row, 0)?,
                recipient: row.get(1)?,
            })
        })?;
        Ok(packs.collect::<Result<_, _>>()?)
    }

    /// The snapshots, those of the work and others, of which something lies in none but these packs: each as the row
    /// of its session, its own and that of its tree.
    ///
    /// # Errors
    /// What the database says.
    pub fn snapshots_closed_by(
        &self,
        packs: &[ObjectHash],
    ) -> Result<Vec<ClosedSnapshot>, StoreError> {
        if packs.is_empty() {
            return Ok(Vec::new());
        }
        let packs: Vec<_> = packs.iter().map(ToString::to_string).collect();
        let packs = serde_json::Value::from(packs).to_string();
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(&format!(
            "WITH closed(pack) AS (
               SELECT pack FROM snapshot_pack WHERE name IN (SELECT value FROM json_each(?1))),
             trees(tree) AS (
               SELECT DISTINCT e.tree FROM closed JOIN snapshot_object o USING (pack)
                 JOIN snapshot_entry e USING (object)
               WHERE NOT EXISTS (SELECT 1 FROM snapshot_copy c
                 WHERE c.object = o.object AND c.pack NOT IN (SELECT pack FROM closed)))
             SELECT s.id, n.snapshot, {OF_THE_WORK} FROM snapshot n JOIN trees USING (tree)
               JOIN session s USING (session)
             ORDER BY n.snapshot"
        ))?;
        let closed = statement.query_map([packs], |row| {
            Ok(ClosedSnapshot {
                session: row.get(0)?,
                snapshot: row.get(1)?,
                is_of_the_work: row.get(2)?,
            })
        })?;
        Ok(closed.collect::<Result<_, _>>()?)
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

impl Store {
    /// The keys of which somebody has a copy, by their public halves.
    ///
    /// # Errors
    /// What the database says.
    pub fn snapshot_keys_saved(&self) -> Result<HashSet<String>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT recipient FROM snapshot_key_saved")?;
        let saved = statement.query_map([], |row| row.get(0))?;
        Ok(saved.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Whether anything is kept that is encrypted to another key than this.
    ///
    /// # Errors
    /// What the database says.
    pub fn keeps_for_others(&self, than: &str) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM snapshot_pack
             WHERE encrypted AND state = 'kept' AND recipient IS NOT ?1)";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([than], |row| row.get(0))?)
    }

    /// Notes that somebody has a copy of a key, by its public half.
    ///
    /// # Errors
    /// What the database says.
    pub fn note_key_saved(&self, recipient: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO snapshot_key_saved(recipient, at) VALUES (?1, ?2)
                 ON CONFLICT(recipient) DO UPDATE SET at = excluded.at",
            )?
            .execute((recipient, self.now().0))?;
        Ok(())
    }

    /// Keeps what is in a pack that was written. A content that was kept elsewhere lies here from now on:
    /// what was written last was read back last. Where it lay encrypted to another key, and is not readable without one
    /// now, it lies there, too.
    ///
    /// # Errors
    /// What the database says.
    pub fn keep_pack(&self, new: &NewPack) -> Result<(), StoreError> {
        let pack: i64 = self
            .connection
            .prepare_cached(
                "INSERT INTO snapshot_pack(name, bytes, encrypted, state, at, recipient)
                 VALUES (?1, ?2, ?3, 'kept', ?4, ?5)
                 ON CONFLICT(name) DO UPDATE SET bytes = excluded.bytes, state = 'kept',
                   recipient = coalesce(excluded.recipient, recipient)
                 RETURNING pack",
            )?
            .query_row(
                (
                    new.name.to_string(),
                    new.bytes,
                    new.is_encrypted,
                    self.now().0,
                    &new.recipient,
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
        let mut stay = self.connection.prepare_cached(STAY)?;
        let mut leave = self.connection.prepare_cached(
            "DELETE FROM snapshot_copy WHERE object = (SELECT object FROM snapshot_object WHERE hash = ?1)
               AND (?4 OR pack = ?2 OR pack IN (SELECT pack FROM snapshot_pack WHERE recipient = ?3))",
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
                let here = (object.hash.0, pack, &new.recipient, !new.is_encrypted);
                if new.is_encrypted {
                    stay.execute((here.0, here.1, here.2))?;
                }
                leave.execute(here)?;
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
               SELECT 1 FROM snapshot_object o WHERE o.pack = snapshot_pack.pack)
               AND NOT EXISTS (SELECT 1 FROM snapshot_copy c WHERE c.pack = snapshot_pack.pack);",
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

    /// Notes to which key a pack is encrypted, where nobody knew.
    ///
    /// # Errors
    /// What the database says.
    pub fn note_recipient(&self, pack: ObjectHash, recipient: &str) -> Result<(), StoreError> {
        let sql = "UPDATE snapshot_pack SET recipient = ?2
             WHERE name = ?1 AND encrypted AND recipient IS NULL";
        self.connection
            .prepare_cached(sql)?
            .execute((pack.to_string(), recipient))?;
        Ok(())
    }

    /// Counts no more on a pack for contents that lie elsewhere, too.
    ///
    /// # Errors
    /// What the database says.
    pub fn leave_copies(&self, pack: ObjectHash, objects: &[ObjectHash]) -> Result<(), StoreError> {
        let mut leave = self.connection.prepare_cached(
            "DELETE FROM snapshot_copy
             WHERE object = (SELECT object FROM snapshot_object WHERE hash = ?2)
               AND pack = (SELECT pack FROM snapshot_pack WHERE name = ?1)",
        )?;
        for object in objects {
            leave.execute((pack.to_string(), object.0))?;
        }
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
