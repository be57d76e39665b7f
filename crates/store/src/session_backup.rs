//! Sessions as of the moment of a backup: each with its snapshots, what these hold, and where that lies.

use std::collections::BTreeSet;

use flowkeep_core::session::file::StatedTimes;
use flowkeep_core::session::{SessionOrigin, SessionStatus, SnapshotReason, SnapshotStatus};
use flowkeep_core::{ObjectHash, Sha256, SnapshotId};
use rusqlite::{OptionalExtension as _, Row};
use serde::{Deserialize, Serialize};

use crate::config_snapshot::word;
use crate::run::json_of;
use crate::session::{stated_times, status_or};
use crate::{Snapshot, StoreError};

/// A session in a backup. Also the text of `sessions/NAME.json`. Absent on purpose: the own copy it worked with,
/// which is made anew from its snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotSession {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Where it comes from.
    pub origin: SessionOrigin,
    /// The root of its configuration, as a path of the computer it was on.
    pub root: Option<String>,
    /// The file it begins with, below the root.
    pub config: Option<String>,
    /// What a session file calls that.
    pub stated_config: Option<String>,
    /// The strategy of its snapshots.
    pub strategy: String,
    /// Its newest run.
    pub run: Option<String>,
    /// How it stood.
    pub status: SessionStatus,
    /// What a session file says of that.
    pub stated_status: Option<String>,
    /// When it began and was last written, as a session file says.
    #[serde(default, skip_serializing_if = "StatedTimes::is_empty")]
    pub stated_times: StatedTimes,
    /// The agent it works with: JSON as a text, with keys masked.
    pub agent: Option<String>,
    /// The state it begins with: JSON as a text, with keys masked.
    pub state: Option<String>,
    /// The session file it was read from.
    pub source: Option<ObjectHash>,
    /// Recoveries in a row that came to nothing.
    pub failures: u32,
    /// Milliseconds; when it became known.
    pub created_at: i64,
    /// Milliseconds; when it last changed.
    pub updated_at: i64,
    /// Milliseconds; when it ended.
    pub ended_at: Option<i64>,
    /// Its snapshots, in the order in which they were taken.
    pub snapshots: Vec<SnapshotVersion>,
    /// What they hold, each once.
    pub trees: Vec<SnapshotTree>,
    /// Attempts at taking it up again.
    pub attempts: Vec<SnapshotAttempt>,
    /// Where the contents lie in the files of `objects/`: where one was encrypted to several keys one after another, in a
    /// file for each.
    pub objects: Vec<SnapshotObject>,
}

/// A snapshot of a session's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotVersion {
    /// Its id.
    pub id: SnapshotId,
    /// Its number in the session, from 1.
    pub sequence: u32,
    /// What it holds.
    pub tree: ObjectHash,
    /// What was taken.
    pub strategy: serde_json::Value,
    /// Why.
    pub reason: SnapshotReason,
    /// The task after which it was taken.
    pub task: Option<String>,
    /// Who wanted it.
    pub actor: String,
    /// Milliseconds; when it was taken.
    pub at: i64,
    /// The file that the session began with then, below the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
}

/// What a snapshot holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotTree {
    /// The hash of the tree file.
    pub blake3: ObjectHash,
    /// Whether everything is there.
    pub status: SnapshotStatus,
    /// What is missing, ambiguous, not understood, left out.
    pub found: serde_json::Value,
    /// The files.
    pub files: Vec<SnapshotEntry>,
}

/// A file of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotEntry {
    /// Where it was below the root.
    pub path: flowkeep_core::configuration::ConfigPath,
    /// What it is for.
    pub kind: flowkeep_core::configuration::ConfigKind,
    /// The hash of its bytes as they were.
    pub sha256: Sha256,
    /// Bytes, as they were.
    pub bytes: u64,
    /// Milliseconds; when it was last changed.
    pub modified: Option<i64>,
    /// What is kept of it.
    pub blake3: ObjectHash,
    /// Where keys were masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub masked: Option<serde_json::Value>,
}

/// An attempt at taking a session up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotAttempt {
    /// Its number, from 1.
    pub number: u32,
    /// Milliseconds; when.
    pub at: i64,
    /// Who wanted it.
    pub actor: String,
    /// From what it went on.
    pub source: Option<String>,
    /// Whether something came of it.
    pub ok: bool,
    /// What was found.
    pub found: serde_json::Value,
}

/// Where a content lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotObject {
    /// Its hash.
    pub blake3: ObjectHash,
    /// Bytes.
    pub bytes: u64,
    /// The file of `objects/` it is in.
    pub pack: ObjectHash,
    /// Bytes of that file.
    pub pack_bytes: u64,
    /// Whether that is read with a key only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub encrypted: bool,
    /// The public half of that key, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// Where its frame begins in the file.
    pub frame: u64,
    /// Bytes of that frame.
    pub frame_bytes: u64,
    /// Where the content is in what the frame unpacks to.
    pub place: u64,
}

impl SnapshotSession {
    /// Whether all that it names is told of in it.
    pub fn is_coherent(&self) -> bool {
        let trees: BTreeSet<_> = self.trees.iter().map(|tree| tree.blake3.0).collect();
        let objects: BTreeSet<_> = self.objects.iter().map(|object| object.blake3.0).collect();
        let entries = self.trees.iter().flat_map(|tree| &tree.files);
        self.snapshots.iter().all(|one| trees.contains(&one.tree.0))
            && entries
                .map(|entry| entry.blake3)
                .chain(self.source)
                .all(|hash| objects.contains(&hash.0))
    }
}

/// How much there is of sessions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SessionTotals {
    /// Sessions.
    pub sessions: u32,
    /// Files they keep in which keys were masked.
    pub masked: u32,
    /// Packs that are read with a key only.
    pub encrypted: u32,
}

/// The contents that a session `?1` needs.
const NEEDED: &str = "SELECT e.object FROM snapshot n JOIN snapshot_entry e USING (tree) WHERE n.session = ?1
     UNION SELECT o.object FROM session s JOIN snapshot_object o ON o.hash = s.source WHERE s.session = ?1";

/// Whether something in a pack `p` is needed.
const IS_NEEDED: &str =
    "(EXISTS (SELECT 1 FROM snapshot_object o WHERE o.pack = p.pack AND o.refs > 0)
    OR EXISTS (SELECT 1 FROM snapshot_copy c JOIN snapshot_object o USING (object)
      WHERE c.pack = p.pack AND o.refs > 0))";

impl Snapshot {
    /// Rows of the sessions, in the order of their ids.
    ///
    /// # Errors
    /// What the database says.
    pub fn session_rows(&self) -> Result<Vec<i64>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT session FROM session ORDER BY id")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One session, whole.
    ///
    /// # Errors
    /// What the database says.
    pub fn session(&self, row: i64) -> Result<Option<SnapshotSession>, StoreError> {
        let status = status_or("s.status");
        let sql = format!(
            "SELECT s.id, s.name, s.origin, c.path, s.config, s.stated_config, s.strategy, s.run,
               {status}, s.stated_status, s.agent, s.state, s.source, s.failures, s.created_at,
               s.updated_at, s.ended_at, s.stated_times
             FROM session s LEFT JOIN config_root c USING (root) LEFT JOIN run r ON r.id = s.run
             WHERE s.session = ?1"
        );
        let head = self
            .connection
            .prepare_cached(&sql)?
            .query_row([row], head)
            .optional()?;
        let Some(head) = head else {
            return Ok(None);
        };
        Ok(Some(SnapshotSession {
            snapshots: self.list(
                "SELECT n.id, n.sequence, t.hash, n.strategy, n.reason, n.task, n.actor, n.at,
                   n.config
                 FROM snapshot n JOIN snapshot_tree t USING (tree)
                 WHERE n.session = ?1 ORDER BY n.sequence",
                row,
                version,
            )?,
            trees: self.trees(row)?,
            attempts: self.list(
                "SELECT number, at, actor, source, ok, found FROM session_attempt
                 WHERE session = ?1 ORDER BY number",
                row,
                attempt,
            )?,
            objects: self.list(
                &format!(
                    "WITH lies AS (
                       SELECT object, hash, bytes, pack, frame, frame_bytes, place, 0 AS copy
                       FROM snapshot_object WHERE object IN ({NEEDED})
                       UNION ALL
                       SELECT o.object, o.hash, o.bytes, c.pack, c.frame, c.frame_bytes, c.place, 1
                       FROM snapshot_copy c JOIN snapshot_object o USING (object)
                       WHERE c.object IN ({NEEDED}))
                     SELECT o.hash, o.bytes, p.name, p.bytes, o.frame, o.frame_bytes, o.place,
                       p.encrypted, p.recipient
                     FROM lies o JOIN snapshot_pack p USING (pack)
                     ORDER BY o.hash, o.copy, p.name"
                ),
                row,
                object,
            )?,
            ..head
        }))
    }

    fn trees(&self, session: i64) -> Result<Vec<SnapshotTree>, StoreError> {
        let trees = self.list(
            "SELECT t.tree, t.hash, t.status, t.found FROM snapshot_tree t
             WHERE t.tree IN (SELECT tree FROM snapshot WHERE session = ?1) ORDER BY t.hash",
            session,
            |row| Ok((row.get::<_, i64>(0)?, tree(row)?)),
        )?;
        let entries = |(row, tree)| {
            let files = self.list(
                "SELECT e.path, e.kind, e.sha256, e.bytes, e.modified, o.hash, e.masked
                 FROM snapshot_entry e JOIN snapshot_object o USING (object)
                 WHERE e.tree = ?1 ORDER BY e.path",
                row,
                entry,
            )?;
            Ok(SnapshotTree { files, ..tree })
        };
        trees.into_iter().map(entries).collect()
    }

    fn list<T>(
        &self,
        sql: &str,
        of: i64,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([of], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How much there is of sessions.
    ///
    /// # Errors
    /// What the database says.
    pub fn session_totals(&self) -> Result<SessionTotals, StoreError> {
        Ok(self.connection.query_row(
            &format!(
                "SELECT (SELECT count(*) FROM session),
               (SELECT count(DISTINCT object) FROM snapshot_entry WHERE masked NOT NULL),
               (SELECT count(*) FROM snapshot_pack p WHERE encrypted AND {IS_NEEDED})"
            ),
            [],
            |row| {
                Ok(SessionTotals {
                    sessions: row.get(0)?,
                    masked: row.get(1)?,
                    encrypted: row.get(2)?,
                })
            },
        )?)
    }

    /// The files in which the contents of sessions lie, each with its bytes.
    ///
    /// # Errors
    /// What the database says.
    pub fn packs(&self) -> Result<Vec<(ObjectHash, u64)>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT name, bytes FROM snapshot_pack p WHERE {IS_NEEDED} ORDER BY name"
        ))?;
        let rows = statement.query_map([], |row| Ok((word(row, 0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The trees that snapshots are of.
    ///
    /// # Errors
    /// What the database says.
    pub fn kept_trees(&self) -> Result<Vec<ObjectHash>, StoreError> {
        let sql = "SELECT hash FROM snapshot_tree WHERE refs > 0 ORDER BY hash";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok(ObjectHash(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// About how many bytes the sessions without their contents are.
    pub(crate) fn session_bytes(&self) -> Result<u64, StoreError> {
        const PER_FILE: u64 = 700;
        let (files, found): (u64, u64) = self.connection.query_row(
            "SELECT coalesce(sum(t.files), 0), coalesce(sum(length(t.found)), 0) FROM
               (SELECT DISTINCT session, tree FROM snapshot) JOIN snapshot_tree t USING (tree)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let (rows, texts): (u64, u64) = self.connection.query_row(
            "SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM snapshot),
               (SELECT coalesce(sum(length(coalesce(agent, '')) + length(coalesce(state, ''))), 0) FROM session)
               + (SELECT coalesce(sum(length(found)), 0) FROM session_attempt)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok((files + 2 * rows) * PER_FILE + found + 4 * texts)
    }
}

fn head(row: &Row<'_>) -> rusqlite::Result<SnapshotSession> {
    Ok(SnapshotSession {
        id: row.get(0)?,
        name: row.get(1)?,
        origin: word(row, 2)?,
        root: row.get(3)?,
        config: row.get(4)?,
        stated_config: row.get(5)?,
        strategy: row.get(6)?,
        run: row.get(7)?,
        status: word(row, 8)?,
        stated_status: row.get(9)?,
        agent: row.get(10)?,
        state: row.get(11)?,
        source: row.get::<_, Option<_>>(12)?.map(ObjectHash),
        failures: row.get(13)?,
        created_at: row.get(14)?,
        updated_at: row.get(15)?,
        ended_at: row.get(16)?,
        stated_times: stated_times(row, 17)?,
        snapshots: Vec::new(),
        trees: Vec::new(),
        attempts: Vec::new(),
        objects: Vec::new(),
    })
}

fn version(row: &Row<'_>) -> rusqlite::Result<SnapshotVersion> {
    Ok(SnapshotVersion {
        id: word(row, 0)?,
        sequence: row.get(1)?,
        tree: ObjectHash(row.get(2)?),
        strategy: json_of(3, &row.get::<_, String>(3)?)?,
        reason: word(row, 4)?,
        task: row.get(5)?,
        actor: row.get(6)?,
        at: row.get(7)?,
        config: row.get(8)?,
    })
}

fn tree(row: &Row<'_>) -> rusqlite::Result<SnapshotTree> {
    Ok(SnapshotTree {
        blake3: ObjectHash(row.get(1)?),
        status: word(row, 2)?,
        found: json_of(3, &row.get::<_, String>(3)?)?,
        files: Vec::new(),
    })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<SnapshotEntry> {
    let masked: Option<String> = row.get(6)?;
    Ok(SnapshotEntry {
        path: word(row, 0)?,
        kind: word(row, 1)?,
        sha256: Sha256(row.get(2)?),
        bytes: row.get(3)?,
        modified: row.get(4)?,
        blake3: ObjectHash(row.get(5)?),
        masked: masked.map(|text| json_of(6, &text)).transpose()?,
    })
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<SnapshotAttempt> {
    Ok(SnapshotAttempt {
        number: row.get(0)?,
        at: row.get(1)?,
        actor: row.get(2)?,
        source: row.get(3)?,
        ok: row.get(4)?,
        found: json_of(5, &row.get::<_, String>(5)?)?,
    })
}

fn object(row: &Row<'_>) -> rusqlite::Result<SnapshotObject> {
    Ok(SnapshotObject {
        blake3: ObjectHash(row.get(0)?),
        bytes: row.get(1)?,
        pack: word(row, 2)?,
        pack_bytes: row.get(3)?,
        frame: row.get(4)?,
        frame_bytes: row.get(5)?,
        place: row.get(6)?,
        encrypted: row.get(7)?,
        recipient: row.get(8)?,
    })
}
