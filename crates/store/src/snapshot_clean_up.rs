//! What a clean-up of snapshots goes by: how old what is kept of each session is, which files of the store somebody
//! counts on, and which packs are mostly what nobody wants any more.

use std::collections::{BTreeMap, HashSet};

use flowkeep_core::session::clean_up::{OldSession, OldSnapshot};
use flowkeep_core::{ObjectHash, SnapshotId};
use rusqlite::Connection;

use crate::config_snapshot::{OF_THE_WORK, word};
use crate::session::MORE_THAN_A_RUN;
use crate::session_attempt::CAME_FROM;
use crate::snapshot_object::{KeptObject, NewObject};
use crate::{Store, StoreError, Tag, Tx};

/// A session with snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgedSession {
    /// Number of the row.
    pub row: i64,
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What its own copy is called, among those of all sessions.
    pub overlay: Option<String>,
    /// What decides about its snapshots.
    pub old: OldSession,
    /// Its snapshots, in the order in which [`AgedSession::old`] has them.
    pub snapshots: Vec<AgedSnapshot>,
}

/// A snapshot of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgedSnapshot {
    /// Its id.
    pub id: SnapshotId,
    /// Row of the tree it is of.
    pub tree: i64,
}

/// The files of the store that somebody counts on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CountedOn {
    /// Packs.
    pub packs: HashSet<ObjectHash>,
    /// Trees.
    pub trees: HashSet<ObjectHash>,
    /// Snapshots, whose manifests these are.
    pub snapshots: HashSet<SnapshotId>,
}

impl CountedOn {
    /// What is not among others.
    #[must_use]
    pub fn without(&self, others: &Self) -> Self {
        Self {
            packs: &self.packs - &others.packs,
            trees: &self.trees - &others.trees,
            snapshots: &self.snapshots - &others.snapshots,
        }
    }
}

/// A pack that is mostly what nobody wants any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparsePack {
    /// The pack.
    pub name: ObjectHash,
    /// What is wanted of it, in the order in which it lies there.
    pub objects: Vec<KeptObject>,
}

fn aged_sessions(connection: &Connection) -> Result<Vec<AgedSession>, StoreError> {
    let sql = format!(
        "SELECT s.session, s.id, s.name, s.overlay,
           s.stands = 'completed' OR s.stands = 'aborted' AND NOT {MORE_THAN_A_RUN},
           coalesce(r.ended_at, s.ended_at),
           CASE s.works_with WHEN 'overlay' THEN (SELECT kept.sequence {CAME_FROM}) END,
           n.id, n.tree, n.sequence, n.at, {OF_THE_WORK},
           EXISTS (SELECT 1 FROM session_work w WHERE w.session = s.session),
           iif(t.status = 'failed' OR EXISTS (
               SELECT 1 FROM snapshot_entry e JOIN snapshot_object o USING (object)
               WHERE e.tree = t.tree AND o.damaged),
             NULL, coalesce(json_array_length(t.found, '$.missing'), 0))
         FROM session s JOIN snapshot n ON n.session = s.session
           LEFT JOIN snapshot_tree t ON t.tree = n.tree LEFT JOIN run r ON r.id = s.run
         ORDER BY s.session, n.sequence"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let mut sessions: Vec<AgedSession> = Vec::new();
    while let Some(row) = rows.next()? {
        let number = row.get(0)?;
        if sessions.last().is_none_or(|last| last.row != number) {
            sessions.push(AgedSession {
                row: number,
                id: row.get(1)?,
                name: row.get(2)?,
                overlay: row.get(3)?,
                old: OldSession {
                    is_over: row.get(4)?,
                    ended_at: row.get(5)?,
                    overlay: row.get(6)?,
                    is_at_work: row.get(12)?,
                    snapshots: Vec::new(),
                },
                snapshots: Vec::new(),
            });
        }
        if let Some(session) = sessions.last_mut() {
            session.snapshots.push(AgedSnapshot {
                id: word(row, 7)?,
                tree: row.get(8)?,
            });
            session.old.snapshots.push(OldSnapshot {
                sequence: row.get(9)?,
                at: row.get(10)?,
                is_of_the_work: row.get(11)?,
                lacks: row.get(13)?,
            });
        }
    }
    Ok(sessions)
}

fn counted_on(connection: &Connection) -> Result<CountedOn, StoreError> {
    let packs = "SELECT name FROM snapshot_pack WHERE state = 'kept'";
    let mut packs = connection.prepare_cached(packs)?;
    let mut trees = connection.prepare_cached("SELECT hash FROM snapshot_tree")?;
    let mut snapshots = connection.prepare_cached("SELECT id FROM snapshot")?;
    Ok(CountedOn {
        packs: packs
            .query_map([], |row| word(row, 0))?
            .collect::<Result<_, _>>()?,
        trees: trees
            .query_map([], |row| row.get(0).map(ObjectHash))?
            .collect::<Result<_, _>>()?,
        snapshots: snapshots
            .query_map([], |row| word(row, 0))?
            .collect::<Result<_, _>>()?,
    })
}

impl Store {
    /// The sessions that have snapshots.
    ///
    /// # Errors
    /// What the database says.
    pub fn aged_sessions(&self) -> Result<Vec<AgedSession>, StoreError> {
        aged_sessions(&*self.reader()?)
    }

    /// The files of the store that somebody counts on.
    ///
    /// # Errors
    /// What the database says.
    pub fn counted_on(&self) -> Result<CountedOn, StoreError> {
        counted_on(&*self.reader()?)
    }

    /// The packs of which more than half, and more bytes than these, is what nobody wants any more. What
    /// contents take in a frame is told by their part of what is known to be in it, and what the list at the end
    /// of the pack says of each is added, so that it is rather more. Of those that are encrypted the ones to this key alone
    /// are meant: what is encrypted to another one cannot be written anew for whoever has that.
    ///
    /// # Errors
    /// What the database says.
    pub fn sparse_packs(
        &self,
        most: u64,
        recipient: Option<&str>,
    ) -> Result<Vec<SparsePack>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "WITH lies AS (
               SELECT hash, bytes, pack, frame, frame_bytes, place FROM snapshot_object
               UNION ALL
               SELECT o.hash, o.bytes, c.pack, c.frame, c.frame_bytes, c.place
               FROM snapshot_copy c JOIN snapshot_object o USING (object)),
             held AS (
               SELECT pack, min(sum(bytes), frame_bytes * sum(bytes) / max(1, max(place + bytes)))
                 + 48 * count(*) AS bytes
               FROM lies GROUP BY pack, frame),
             wanted AS (SELECT pack, sum(bytes) AS bytes FROM held GROUP BY pack)
             SELECT p.name, p.bytes, o.hash, o.bytes, o.frame, o.frame_bytes, o.place,
               p.encrypted
             FROM snapshot_pack p JOIN wanted w USING (pack) JOIN lies o USING (pack)
             WHERE p.state = 'kept' AND p.bytes - w.bytes > max(?1, p.bytes / 2)
               AND (NOT p.encrypted OR p.recipient = ?2)
             ORDER BY p.pack, o.frame, o.place",
        )?;
        let mut rows = statement.query((most, recipient))?;
        let mut packs: BTreeMap<ObjectHash, Vec<KeptObject>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let kept = KeptObject {
                pack: word(row, 0)?,
                pack_bytes: row.get(1)?,
                is_encrypted: row.get(7)?,
                object: NewObject {
                    hash: ObjectHash(row.get(2)?),
                    bytes: row.get(3)?,
                    frame: row.get(4)?,
                    frame_bytes: row.get(5)?,
                    place: row.get(6)?,
                },
                copies: Vec::new(),
            };
            packs.entry(kept.pack).or_default().push(kept);
        }
        let packs = packs.into_iter();
        Ok(packs
            .map(|(name, objects)| SparsePack { name, objects })
            .collect())
    }
}

impl Tx<'_> {
    /// The sessions that have snapshots, as they are in this transaction.
    ///
    /// # Errors
    /// What the database says.
    pub fn aged_sessions(&self) -> Result<Vec<AgedSession>, StoreError> {
        aged_sessions(self.connection)
    }

    /// The files of the store that somebody counts on, as it is in this transaction.
    ///
    /// # Errors
    /// What the database says.
    pub fn counted_on(&self) -> Result<CountedOn, StoreError> {
        counted_on(self.connection)
    }

    /// Forgets the own copy of a session.
    ///
    /// # Errors
    /// What the database says.
    pub fn forget_session_copy(&self, row: i64) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE session SET works_with = 'file', overlay = NULL WHERE session = ?1",
            )?
            .execute([row])?;
        self.tag(&Tag::Session);
        Ok(())
    }
}
