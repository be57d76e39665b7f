//! Snapshots of configurations: what a session's files were at some moment. (`snapshot` is another thing: one
//! state of the database for a backup.)

use flowkeep_core::configuration::{ConfigKind, ConfigPath, Strategy};
use flowkeep_core::run::TaskId;
use flowkeep_core::session::{SnapshotReason, SnapshotStatus};
use flowkeep_core::{ObjectHash, Sha256, SnapshotId};
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::run::{json_of, to_json};
use crate::session_attempt::CAME_FROM;
use crate::{Store, StoreError, Tag, Tx};

/// A snapshot to be kept. All its files are on the disk by now.
#[derive(Debug, Clone)]
pub struct NewConfigSnapshot {
    /// Its id, as its manifest has it.
    pub id: SnapshotId,
    /// Row of the session.
    pub session: i64,
    /// Its number, as its manifest has it: the next one of the session.
    pub sequence: u32,
    /// The hash of the tree it is of, which is kept by now.
    pub tree: ObjectHash,
    /// What was taken.
    pub strategy: Strategy,
    /// Why.
    pub reason: SnapshotReason,
    /// The task after which it was taken.
    pub task: Option<TaskId>,
    /// Who wanted it.
    pub actor: String,
    /// The file that its session begins with now, below the root; absent where that is no file.
    pub config: Option<String>,
}

/// What a snapshot holds.
#[derive(Debug, Clone)]
pub struct NewTree {
    /// The hash of the tree file.
    pub hash: ObjectHash,
    /// Whether everything is there.
    pub status: SnapshotStatus,
    /// What is missing, ambiguous, not understood, left out: JSON, as the tree file has it.
    pub found: String,
    /// The files.
    pub entries: Vec<ConfigEntry>,
}

/// A file of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigEntry {
    /// Where it was below the root.
    pub path: ConfigPath,
    /// What it is for.
    pub kind: ConfigKind,
    /// The hash of its bytes as they were.
    pub sha256: Sha256,
    /// Bytes, as they were.
    pub bytes: u64,
    /// Milliseconds; when it was last changed.
    pub modified: Option<i64>,
    /// What is kept of it.
    pub object: ObjectHash,
    /// Where keys were masked: JSON.
    pub masked: Option<String>,
}

/// A snapshot that is kept.
#[derive(Debug, Clone)]
pub struct ConfigSnapshotRecord {
    /// Number of the row.
    pub row: i64,
    /// Its id.
    pub id: SnapshotId,
    /// Row of the session.
    pub session: i64,
    /// Its number in the session, from 1.
    pub sequence: u32,
    /// Row of the tree.
    pub tree: i64,
    /// The hash of the tree file.
    pub tree_hash: ObjectHash,
    /// Whether everything is there.
    pub status: SnapshotStatus,
    /// What is missing, ambiguous, not understood, left out: JSON, as the tree file has it.
    pub found: String,
    /// Files.
    pub files: u32,
    /// Bytes of all files, as they were.
    pub bytes: u64,
    /// What was taken.
    pub strategy: Strategy,
    /// Why.
    pub reason: SnapshotReason,
    /// The task after which it was taken.
    pub task: Option<TaskId>,
    /// Who wanted it.
    pub actor: String,
    /// Milliseconds; when it was taken.
    pub at: i64,
    /// The file that its session began with then, below the root; absent where that was no file, and where it is not
    /// known any more.
    pub config: Option<String>,
}

/// All snapshots together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SnapshotTotals {
    /// Sessions that are kept.
    pub sessions: u32,
    /// Snapshots.
    pub snapshots: u32,
    /// Files of all snapshots.
    pub files: u64,
    /// Bytes of these, as they were.
    pub bytes: u64,
    /// Bytes of their contents as they are kept, each once.
    pub bytes_distinct: u64,
    /// Milliseconds; when the oldest was taken.
    pub oldest: Option<i64>,
    /// Milliseconds; when the newest was taken.
    pub newest: Option<i64>,
}

const COLUMNS: &str = "s.snapshot, s.id, s.session, s.sequence, s.tree, t.hash, t.status, t.found, \
    t.files, t.bytes, s.strategy, s.reason, s.task, s.actor, s.at, s.config";

/// Of the row `n` of a snapshot: whether the work had these files, as [`SnapshotReason::is_of_the_work`] says.
pub(crate) const OF_THE_WORK: &str = "n.reason <> 'before_in_place'";

/// Of the row `s` of a session: the row of its newest snapshot of the work.
pub(crate) fn newest_of_the_work() -> String {
    format!(
        "(SELECT n.snapshot FROM snapshot n WHERE n.session = s.session AND {OF_THE_WORK} \
           ORDER BY n.sequence DESC LIMIT 1)"
    )
}

fn record(row: &Row<'_>) -> rusqlite::Result<ConfigSnapshotRecord> {
    Ok(ConfigSnapshotRecord {
        row: row.get(0)?,
        id: word(row, 1)?,
        session: row.get(2)?,
        sequence: row.get(3)?,
        tree: row.get(4)?,
        tree_hash: ObjectHash(row.get(5)?),
        status: word(row, 6)?,
        found: row.get(7)?,
        files: row.get(8)?,
        bytes: row.get(9)?,
        strategy: json_of(10, &row.get::<_, String>(10)?)?,
        reason: word(row, 11)?,
        task: row.get::<_, Option<String>>(12)?.map(TaskId),
        actor: row.get(13)?,
        at: row.get(14)?,
        config: row.get(15)?,
    })
}

/// What is kept as one word.
pub(crate) fn word<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    let word: String = row.get(column)?;
    json_of(column, &serde_json::Value::from(word).to_string())
}

fn newest(
    connection: &Connection,
    session: i64,
) -> Result<Option<ConfigSnapshotRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM snapshot s JOIN snapshot_tree t USING (tree)
         WHERE s.session = ?1 ORDER BY s.sequence DESC LIMIT 1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([session], record).optional()?)
}

impl Store {
    /// The snapshots of a session, in the order in which they were taken.
    ///
    /// # Errors
    /// What the database says.
    pub fn config_snapshots(&self, session: i64) -> Result<Vec<ConfigSnapshotRecord>, StoreError> {
        let reader = self.reader()?;
        let sql = format!(
            "SELECT {COLUMNS} FROM snapshot s JOIN snapshot_tree t USING (tree)
             WHERE s.session = ?1 ORDER BY s.sequence"
        );
        let mut statement = reader.prepare_cached(&sql)?;
        let rows = statement.query_map([session], record)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The newest snapshot of a session, by its number, whatever it was taken for.
    ///
    /// # Errors
    /// What the database says.
    pub fn newest_config_snapshot(
        &self,
        session: i64,
    ) -> Result<Option<ConfigSnapshotRecord>, StoreError> {
        newest(&*self.reader()?, session)
    }

    /// The newest snapshot of what a session works with: what it is compared with, and goes on from.
    ///
    /// # Errors
    /// What the database says.
    pub fn newest_snapshot_of_the_work(
        &self,
        session: i64,
    ) -> Result<Option<ConfigSnapshotRecord>, StoreError> {
        let reader = self.reader()?;
        let newest = newest_of_the_work();
        let sql = format!(
            "SELECT {COLUMNS} FROM snapshot s JOIN snapshot_tree t USING (tree)
             WHERE s.snapshot = (SELECT {newest} FROM session s WHERE s.session = ?1)"
        );
        let mut statement = reader.prepare_cached(&sql)?;
        Ok(statement.query_row([session], record).optional()?)
    }

    /// The snapshot that the own copy came from with which a session works; nothing where it works with none, or with
    /// a definition alone.
    ///
    /// # Errors
    /// What the database says.
    pub fn snapshot_of_copy(
        &self,
        session: i64,
    ) -> Result<Option<ConfigSnapshotRecord>, StoreError> {
        let reader = self.reader()?;
        let sql = format!(
            "SELECT {COLUMNS} FROM snapshot s JOIN snapshot_tree t USING (tree)
             WHERE s.snapshot = (SELECT (SELECT kept.snapshot {CAME_FROM}) FROM session s
               WHERE s.session = ?1 AND s.works_with = 'overlay')"
        );
        let mut statement = reader.prepare_cached(&sql)?;
        Ok(statement.query_row([session], record).optional()?)
    }

    /// The one of a session's snapshots that is named; else as [`Store::newest_snapshot_of_the_work`].
    ///
    /// # Errors
    /// What the database says.
    pub fn snapshot_or_newest_of_the_work(
        &self,
        session: i64,
        named: Option<SnapshotId>,
    ) -> Result<Option<ConfigSnapshotRecord>, StoreError> {
        let Some(id) = named else {
            return self.newest_snapshot_of_the_work(session);
        };
        let kept = self.config_snapshot(id)?;
        Ok(kept.filter(|kept| kept.session == session))
    }

    /// One snapshot.
    ///
    /// # Errors
    /// What the database says.
    pub fn config_snapshot(
        &self,
        id: SnapshotId,
    ) -> Result<Option<ConfigSnapshotRecord>, StoreError> {
        let reader = self.reader()?;
        let sql = format!(
            "SELECT {COLUMNS} FROM snapshot s JOIN snapshot_tree t USING (tree) WHERE s.id = ?1"
        );
        let mut statement = reader.prepare_cached(&sql)?;
        let found = statement.query_row([id.to_string()], record);
        Ok(found.optional()?)
    }

    /// Whether a tree of this hash is kept.
    ///
    /// # Errors
    /// What the database says.
    pub fn keeps_tree(&self, hash: ObjectHash) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM snapshot_tree WHERE hash = ?1)";
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(sql)?;
        Ok(statement.query_row([hash.0], |row| row.get(0))?)
    }

    /// The files of a tree, by their paths.
    ///
    /// # Errors
    /// What the database says.
    pub fn config_entries(&self, tree: i64) -> Result<Vec<ConfigEntry>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT e.path, e.kind, e.sha256, e.bytes, e.modified, o.hash, e.masked
             FROM snapshot_entry e JOIN snapshot_object o USING (object)
             WHERE e.tree = ?1 ORDER BY e.path",
        )?;
        let rows = statement.query_map([tree], |row| {
            Ok(ConfigEntry {
                path: word(row, 0)?,
                kind: word(row, 1)?,
                sha256: Sha256(row.get(2)?),
                bytes: row.get(3)?,
                modified: row.get(4)?,
                object: ObjectHash(row.get(5)?),
                masked: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All snapshots together.
    ///
    /// # Errors
    /// What the database says.
    pub fn snapshot_totals(&self) -> Result<SnapshotTotals, StoreError> {
        let reader = self.reader()?;
        let totals = reader.query_row(
            "SELECT (SELECT count(*) FROM session), count(*), coalesce(sum(t.files), 0),
               coalesce(sum(t.bytes), 0), min(s.at), max(s.at),
               (SELECT coalesce(sum(o.bytes), 0) FROM snapshot_object o WHERE EXISTS (
                 SELECT 1 FROM snapshot_entry e JOIN snapshot_tree t USING (tree)
                 WHERE e.object = o.object AND t.refs > 0))
             FROM snapshot s JOIN snapshot_tree t USING (tree)",
            [],
            |row| {
                Ok(SnapshotTotals {
                    sessions: row.get(0)?,
                    snapshots: row.get(1)?,
                    files: row.get(2)?,
                    bytes: row.get(3)?,
                    oldest: row.get(4)?,
                    newest: row.get(5)?,
                    bytes_distinct: row.get(6)?,
                })
            },
        )?;
        Ok(totals)
    }
}

impl Tx<'_> {
    /// The newest snapshot of a session, as it is in this transaction.
    ///
    /// # Errors
    /// What the database says.
    pub fn newest_config_snapshot(
        &self,
        session: i64,
    ) -> Result<Option<ConfigSnapshotRecord>, StoreError> {
        newest(self.connection, session)
    }

    /// Keeps a snapshot of a tree that is kept.
    ///
    /// # Errors
    /// What the database says: also where a snapshot of that number is there already, and where its tree is not
    /// kept.
    pub fn add_config_snapshot(&self, new: &NewConfigSnapshot) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO snapshot(id, session, sequence, tree, strategy, reason, task, actor, at,
                   config)
                 VALUES (?1, ?2, ?3, (SELECT tree FROM snapshot_tree WHERE hash = ?4),
                   ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute((
                new.id.to_string(),
                new.session,
                new.sequence,
                new.tree.0,
                to_json(&new.strategy)?,
                new.reason.as_str(),
                new.task.as_ref().map(TaskId::as_str),
                &new.actor,
                self.now().0,
                &new.config,
            ))?;
        self.connection
            .prepare_cached("UPDATE session SET updated_at = ?2 WHERE session = ?1")?
            .execute((new.session, self.now().0))?;
        self.tag(&Tag::Session);
        Ok(())
    }

    /// Keeps a tree, unless one of its hash is kept.
    ///
    /// # Errors
    /// What the database says: also where one of its contents is not kept.
    pub fn keep_tree(&self, new: &NewTree) -> Result<(), StoreError> {
        let bytes: u64 = new.entries.iter().map(|entry| entry.bytes).sum();
        let is_new = self
            .connection
            .prepare_cached(
                "INSERT INTO snapshot_tree(hash, status, found, files, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT(hash) DO NOTHING",
            )?
            .execute((
                new.hash.0,
                new.status.as_str(),
                &new.found,
                new.entries.len(),
                bytes,
            ))?;
        if is_new == 1 {
            let tree = self.connection.last_insert_rowid();
            self.add_entries(tree, &new.entries)?;
        }
        Ok(())
    }

    /// The files of a tree, and what refers to their contents by them: both once, and together.
    fn add_entries(&self, tree: i64, entries: &[ConfigEntry]) -> Result<(), StoreError> {
        let mut add = self.connection.prepare_cached(
            "INSERT INTO snapshot_entry(tree, path, kind, sha256, bytes, modified, object, masked)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6,
               (SELECT object FROM snapshot_object WHERE hash = ?7), ?8)",
        )?;
        for entry in entries {
            add.execute((
                tree,
                entry.path.as_str(),
                entry.kind.as_str(),
                entry.sha256.0,
                entry.bytes,
                entry.modified,
                entry.object.0,
                &entry.masked,
            ))?;
        }
        self.connection
            .prepare_cached(
                "UPDATE snapshot_object SET refs = refs + held.times
                 FROM (SELECT object, count(*) AS times FROM snapshot_entry
                   WHERE tree = ?1 GROUP BY object) AS held
                 WHERE snapshot_object.object = held.object",
            )?
            .execute([tree])?;
        Ok(())
    }

    /// Removes snapshots; what no other one holds goes with [`Tx::let_go_of_unused`].
    ///
    /// # Errors
    /// What the database says.
    pub fn remove_config_snapshots(&self, ids: &[SnapshotId]) -> Result<(), StoreError> {
        let remove = "DELETE FROM snapshot WHERE id = ?1";
        let mut remove = self.connection.prepare_cached(remove)?;
        for id in ids {
            remove.execute([id.to_string()])?;
        }
        self.tag(&Tag::Session);
        Ok(())
    }
}
