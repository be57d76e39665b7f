//! Sessions in a plan, and how they come in: by their ids, never over one that is here, and with those of their
//! snapshots of which every content is here or came along.

use flowkeep_core::session::SessionStatus;
use flowkeep_core::{ObjectHash, sort_key};
use flowkeep_host::Timestamp;
use rusqlite::Connection;

use crate::config_snapshot::word;
use crate::operation::SESSION;
use crate::run::to_json;
use crate::session::kept_times;
use crate::session_backup::{SnapshotAttempt, SnapshotObject, SnapshotTree, SnapshotVersion};
use crate::{NewObject, OperationItemRecord, SnapshotSession, Staging, Store, StoreError, setting};

/// The setting that says when snapshots last came with a restore, in milliseconds: who wanted them back wants
/// them for a while, however old they are.
pub const SNAPSHOTS_BROUGHT_AT: &str = "snapshots_brought_at";

/// A session in a plan of which something cannot be had.
#[derive(Debug)]
pub struct BrokenSession {
    /// Its file in the backup.
    pub file: String,
    /// What it is called.
    pub name: String,
    /// How many of its contents.
    pub lost: u32,
}

impl Staging {
    /// Adds a session to a plan; `file` is where it stands in the backup.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_session(&mut self, new: &SnapshotSession, file: &str) -> Result<(), StoreError> {
        let status = if new.status.has_ended() {
            new.status
        } else {
            SessionStatus::Interrupted
        };
        let added = self
            .connection
            .prepare_cached(
                "INSERT OR IGNORE INTO session(id, file, name, sort_key, origin, root, root_name, config,
                   stated_config, strategy, run, status, stated_status, agent, state, source,
                   failures, created_at, updated_at, ended_at, stated_times)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                   ?18, ?19, ?20, ?21)",
            )?
            .execute(rusqlite::params![
                new.id,
                file,
                new.name,
                sort_key(&new.name),
                new.origin.as_str(),
                new.root,
                new.root.as_deref().map(last_part),
                new.config,
                new.stated_config,
                new.strategy,
                new.run,
                status.as_str(),
                new.stated_status,
                new.agent,
                new.state,
                new.source.map(|source| source.0),
                new.failures,
                new.created_at,
                new.updated_at,
                new.ended_at,
                kept_times(&new.stated_times)?,
            ])?;
        if added == 1 {
            self.add_versions(&new.id, &new.snapshots)?;
            self.add_attempts(&new.id, &new.attempts)?;
            self.add_trees(&new.trees)?;
            self.add_objects(&new.objects)?;
        }
        Ok(())
    }

    fn add_versions(&self, session: &str, versions: &[SnapshotVersion]) -> Result<(), StoreError> {
        let mut add = self.connection.prepare_cached(
            "INSERT OR IGNORE INTO session_version(id, session, sequence, tree, strategy, reason,
               task, actor, at, config) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        for one in versions {
            add.execute((
                one.id.to_string(),
                session,
                one.sequence,
                one.tree.0,
                to_json(&one.strategy)?,
                one.reason.as_str(),
                &one.task,
                &one.actor,
                one.at,
                &one.config,
            ))?;
        }
        Ok(())
    }

    fn add_attempts(&self, session: &str, attempts: &[SnapshotAttempt]) -> Result<(), StoreError> {
        let mut add = self.connection.prepare_cached(
            "INSERT OR IGNORE INTO session_attempt(session, number, at, actor, source, ok, found)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for one in attempts {
            add.execute((
                session,
                one.number,
                one.at,
                &one.actor,
                &one.source,
                one.ok,
                to_json(&one.found)?,
            ))?;
        }
        Ok(())
    }

    fn add_trees(&self, trees: &[SnapshotTree]) -> Result<(), StoreError> {
        let mut add = self.connection.prepare_cached(
            "INSERT OR IGNORE INTO session_tree(hash, status, found, files, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        let mut add_file = self.connection.prepare_cached(
            "INSERT OR IGNORE INTO session_entry(tree, path, kind, sha256, bytes, modified, object, masked)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        for tree in trees {
            let bytes = tree.files.iter().map(|file| file.bytes);
            let bytes = bytes.fold(0, u64::saturating_add);
            let found = to_json(&tree.found)?;
            let status = tree.status.as_str();
            let row = (tree.blake3.0, status, found, tree.files.len(), bytes);
            // Sessions share trees; the same one holds the same.
            if add.execute(row)? == 0 {
                continue;
            }
            for file in &tree.files {
                add_file.execute((
                    tree.blake3.0,
                    file.path.as_str(),
                    file.kind.as_str(),
                    file.sha256.0,
                    file.bytes,
                    file.modified,
                    file.blake3.0,
                    file.masked.as_ref().map(to_json).transpose()?,
                ))?;
            }
        }
        Ok(())
    }

    fn add_objects(&self, objects: &[SnapshotObject]) -> Result<(), StoreError> {
        let mut add = self.connection.prepare_cached(
            "INSERT OR IGNORE INTO session_object(hash, bytes, pack, pack_bytes, frame, frame_bytes, place,
               encrypted, recipient) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        for one in objects {
            add.execute((
                one.blake3.0,
                one.bytes,
                one.pack.to_string(),
                one.pack_bytes,
                one.frame,
                one.frame_bytes,
                one.place,
                one.encrypted,
                &one.recipient,
            ))?;
        }
        Ok(())
    }

    /// The contents that are said to lie in a file.
    ///
    /// # Errors
    /// What the database says.
    pub fn objects_in(&self, pack: ObjectHash) -> Result<Vec<NewObject>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT hash, bytes, frame, frame_bytes, place FROM session_object
             WHERE pack = ?1 ORDER BY frame, place",
        )?;
        let rows = statement.query_map([pack.to_string()], |row| {
            Ok(NewObject {
                hash: ObjectHash(row.get(0)?),
                bytes: row.get(1)?,
                frame: row.get(2)?,
                frame_bytes: row.get(3)?,
                place: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether any content of a session is encrypted.
    ///
    /// # Errors
    /// What the database says.
    pub fn is_any_encrypted(&self) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM session_object WHERE encrypted)";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// Notes that these contents were found in a file as they should be.
    ///
    /// # Errors
    /// What the database says.
    pub fn note_found(
        &mut self,
        pack: ObjectHash,
        objects: &[ObjectHash],
    ) -> Result<(), StoreError> {
        let sql = "UPDATE session_object SET found = 1 WHERE hash = ?1 AND pack = ?2";
        let mut note = self.connection.prepare_cached(sql)?;
        for object in objects {
            note.execute((object.0, pack.to_string()))?;
        }
        Ok(())
    }

    /// Gives every session that lost something to `each`.
    ///
    /// # Errors
    /// What the database says.
    pub fn each_broken_session(
        &self,
        mut each: impl FnMut(BrokenSession),
    ) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare(
            "WITH needed(session, hash) AS (
               SELECT v.session, e.object FROM session_version v JOIN session_entry e ON e.tree = v.tree
               UNION SELECT id, source FROM session WHERE source NOT NULL)
             SELECT s.file, s.name, count(*) FROM needed n JOIN session s ON s.id = n.session
             WHERE NOT EXISTS (SELECT 1 FROM session_object o WHERE o.hash = n.hash AND o.found)
             GROUP BY s.id ORDER BY s.file",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(BrokenSession {
                file: row.get(0)?,
                name: row.get(1)?,
                lost: row.get(2)?,
            })
        })?;
        for row in rows {
            each(row?);
        }
        Ok(())
    }

    /// How many sessions of the plan are in the catalog already, and stay as they are there.
    ///
    /// # Errors
    /// What the database says.
    pub fn sessions_here(&mut self, store: &Store) -> Result<u32, StoreError> {
        self.beside(store, flowkeep_host::Cancellation::never(), |plan| {
            let sql = "SELECT count(*) FROM session WHERE id IN (SELECT id FROM live.session)";
            Ok(plan.query_row(sql, [], |row| row.get(0))?)
        })
    }

    /// The files of contents that have to be brought before the plan is applied, with the trees of the
    /// snapshots that come in.
    ///
    /// # Errors
    /// What the database says.
    pub fn objects_coming(
        &mut self,
        store: &Store,
    ) -> Result<(Vec<ObjectHash>, Vec<ObjectHash>), StoreError> {
        self.beside(store, flowkeep_host::Cancellation::never(), |plan| {
            let chosen: bool = plan.query_row(
                "SELECT coalesce((SELECT chosen FROM part WHERE part = ?1), 1)",
                [SESSION],
                |row| row.get(0),
            )?;
            if !chosen {
                return Ok((Vec::new(), Vec::new()));
            }
            let needed = needed("live", "main");
            let opens = opens_here("live");
            let mut statement = plan.prepare(&format!(
                "SELECT DISTINCT o.pack FROM session_object o
                 WHERE o.found AND o.hash IN ({needed}) AND NOT {opens} ORDER BY o.pack"
            ))?;
            let packs = statement.query_map([], |row| word(row, 0))?;
            let packs = packs.collect::<Result<_, _>>()?;
            let coming = coming("live", "main");
            let mut statement = plan.prepare(&format!(
                "SELECT DISTINCT v.tree FROM session_version v WHERE v.session IN (SELECT s.id {coming})"
            ))?;
            let trees = statement.query_map([], |row| Ok(ObjectHash(row.get(0)?)))?;
            Ok((packs, trees.collect::<Result<_, _>>()?))
        })
    }

    /// Notes which of these files were brought; without any, that nothing has to be: for a trial.
    ///
    /// # Errors
    /// What the database says.
    pub fn note_brought(&mut self, packs: Option<&[ObjectHash]>) -> Result<(), StoreError> {
        let Some(packs) = packs else {
            let sql = "UPDATE session_object SET brought = found";
            self.connection.execute(sql, [])?;
            return Ok(());
        };
        self.connection
            .execute("UPDATE session_object SET brought = 0", [])?;
        let sql = "UPDATE session_object SET brought = found WHERE pack = ?1";
        let mut note = self.connection.prepare_cached(sql)?;
        for pack in packs {
            note.execute([pack.to_string()])?;
        }
        Ok(())
    }
}

/// The last part of a path, whichever system that is of.
pub(crate) fn last_part(path: &str) -> &str {
    let last = path.rsplit(['/', '\\']).next();
    last.filter(|last| !last.is_empty()).unwrap_or(path)
}

/// Which of a plan's sessions come in; `live` is the catalog's schema.
pub(crate) fn coming(live: &str, staged: &str) -> String {
    format!("FROM {staged}.session s WHERE s.id NOT IN (SELECT id FROM {live}.session)")
}

/// The contents that sessions which come in need.
fn needed(live: &str, staged: &str) -> String {
    let coming = coming(live, staged);
    format!(
        "SELECT e.object FROM {staged}.session_version v JOIN {staged}.session_entry e ON e.tree = v.tree
         WHERE v.session IN (SELECT s.id {coming})
         UNION SELECT s.source {coming} AND s.source NOT NULL"
    )
}

/// Whether a content is kept in the catalog, whole as far as is known.
fn here(live: &str, hash: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM {live}.snapshot_object l JOIN {live}.snapshot_pack p USING (pack)
           WHERE l.hash = {hash} AND NOT l.damaged AND p.state = 'kept')"
    )
}

/// Whether a content `o` of a plan is kept in the catalog for whoever can open the pack it has there: in one that needs no
/// key, in the very pack, or in one that is encrypted to the same key.
fn opens_here(live: &str) -> String {
    let opens =
        "p.state = 'kept' AND (NOT p.encrypted OR p.name = o.pack OR p.recipient = o.recipient)";
    format!(
        "(EXISTS (SELECT 1 FROM {live}.snapshot_object l JOIN {live}.snapshot_pack p USING (pack)
           WHERE l.hash = o.hash AND NOT l.damaged AND {opens})
         OR EXISTS (SELECT 1 FROM {live}.snapshot_object l JOIN {live}.snapshot_copy c USING (object)
           JOIN {live}.snapshot_pack p ON p.pack = c.pack
           WHERE l.hash = o.hash AND {opens}))"
    )
}

/// Brings sessions in; answers what Activity says of each.
pub(crate) fn put_sessions(
    connection: &Connection,
    now: Timestamp,
) -> Result<Vec<OperationItemRecord>, StoreError> {
    let any: bool = connection.query_row(
        &format!("SELECT EXISTS (SELECT 1 {})", coming("main", "staged")),
        [],
        |row| row.get(0),
    )?;
    if !any {
        return Ok(Vec::new());
    }
    put_objects(connection, now)?;
    put_trees(connection)?;
    let last: i64 = connection.query_row(
        "SELECT coalesce(max(session), 0) FROM main.session",
        [],
        |row| row.get(0),
    )?;
    let coming = coming("main", "staged");
    connection.execute(
        &format!(
            "INSERT OR IGNORE INTO main.config_root(path, name, listed, created_at)
             SELECT DISTINCT s.root, s.root_name, 0, ?1 {coming} AND s.root NOT NULL"
        ),
        [now.0],
    )?;
    connection.execute(
        &format!(
            "INSERT INTO main.session(id, name, sort_key, origin, root, config, stated_config,
               strategy, run, status, stated_status, agent, state, source, failures, created_at,
               updated_at, ended_at, stated_times)
             SELECT s.id, s.name, s.sort_key, s.origin,
               (SELECT root FROM main.config_root WHERE path = s.root), s.config, s.stated_config,
               s.strategy, s.run, s.status, s.stated_status, s.agent, s.state,
               (SELECT hash FROM main.snapshot_object WHERE hash = s.source), s.failures,
               s.created_at, min(s.updated_at, ?1), s.ended_at, s.stated_times
             {coming} ORDER BY s.id"
        ),
        [now.0],
    )?;
    connection.execute(
        "INSERT OR IGNORE INTO main.snapshot(id, session, sequence, tree, strategy, reason, task, actor, at, config)
         SELECT v.id, m.session, v.sequence, t.tree, v.strategy, v.reason, v.task, v.actor, v.at,
           v.config
         FROM staged.session_version v JOIN main.session m ON m.id = v.session AND m.session > ?1
           JOIN main.snapshot_tree t ON t.hash = v.tree
         ORDER BY m.session, v.sequence",
        [last],
    )?;
    connection.execute(
        "INSERT INTO main.session_attempt(session, number, at, actor, source, ok, found)
         SELECT m.session, a.number, a.at, a.actor, a.source, a.ok, a.found
         FROM staged.session_attempt a JOIN main.session m ON m.id = a.session AND m.session > ?1",
        [last],
    )?;
    setting::put(connection, SNAPSHOTS_BROUGHT_AT, &now.0.into())?;
    let mut statement = connection
        .prepare("SELECT id, name FROM main.session WHERE session > ?1 ORDER BY session")?;
    let put = statement.query_map([last], |row| {
        Ok(OperationItemRecord {
            kind: SESSION.to_owned(),
            id: row.get(0)?,
            name: row.get(1)?,
            before: None,
            after: Some(1),
        })
    })?;
    Ok(put.collect::<Result<_, _>>()?)
}

/// The contents that were brought and are not here, and the files they lie in. What is here encrypted to another key lies in
/// both from then on, and what is read without one needs no other.
fn put_objects(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    let needed = needed("main", "staged");
    let opens = opens_here("main");
    let taken = format!(
        "FROM staged.session_object o WHERE o.brought AND o.hash IN ({needed}) AND NOT {opens}"
    );
    connection.execute_batch(
        "CREATE TEMP TABLE brought(hash BLOB, bytes INTEGER, pack TEXT, encrypted INTEGER,
           frame INTEGER, frame_bytes INTEGER, place INTEGER)",
    )?;
    connection.execute(
        &format!(
            "INSERT INTO temp.brought
             SELECT o.hash, o.bytes, o.pack, o.encrypted, o.frame, o.frame_bytes, o.place {taken}"
        ),
        [],
    )?;
    connection.execute(
        "INSERT INTO main.snapshot_pack(name, bytes, encrypted, state, at, recipient)
         SELECT DISTINCT o.pack, o.pack_bytes, o.encrypted, 'kept', ?1, o.recipient
         FROM staged.session_object o WHERE o.pack IN (SELECT pack FROM temp.brought)
         ON CONFLICT(name) DO UPDATE SET bytes = excluded.bytes, state = 'kept',
           recipient = coalesce(recipient, excluded.recipient)",
        [now.0],
    )?;
    let pack = "(SELECT pack FROM main.snapshot_pack WHERE name = b.pack)";
    let put = |which: &str, conflict: &str| {
        format!(
            "INSERT INTO main.snapshot_object(hash, bytes, pack, frame, frame_bytes, place)
             SELECT b.hash, b.bytes, {pack}, b.frame, b.frame_bytes, b.place FROM temp.brought b
             WHERE {which} ORDER BY b.hash, b.pack ON CONFLICT(hash) DO {conflict}"
        )
    };
    let anew = "UPDATE SET bytes = excluded.bytes, pack = excluded.pack, frame = excluded.frame,
        frame_bytes = excluded.frame_bytes, place = excluded.place, damaged = 0";
    // Those that need no key take the place of any other.
    connection.execute(&put("NOT b.encrypted", anew), [])?;
    connection.execute(
        "DELETE FROM main.snapshot_copy WHERE object IN (
           SELECT object FROM main.snapshot_object
           WHERE hash IN (SELECT hash FROM temp.brought WHERE NOT encrypted))",
        [],
    )?;
    let here = here("main", "b.hash");
    connection.execute(&put(&format!("NOT {here}"), anew), [])?;
    connection.execute(
        "INSERT OR IGNORE INTO main.snapshot_copy(object, pack, frame, frame_bytes, place)
         SELECT l.object, k.pack, b.frame, b.frame_bytes, b.place
         FROM temp.brought b JOIN main.snapshot_object l ON l.hash = b.hash
           JOIN main.snapshot_pack p ON p.pack = l.pack JOIN main.snapshot_pack k ON k.name = b.pack
         WHERE p.encrypted AND k.pack <> l.pack",
        [],
    )?;
    connection.execute_batch("DROP TABLE temp.brought")?;
    Ok(())
}

/// The trees of which every content is here by now. What refers to their contents is counted as
/// [`Tx::keep_tree`](crate::Tx::keep_tree) does.
fn put_trees(connection: &Connection) -> Result<(), StoreError> {
    let last: i64 = connection.query_row(
        "SELECT coalesce(max(tree), 0) FROM main.snapshot_tree",
        [],
        |row| row.get(0),
    )?;
    let coming = coming("main", "staged");
    let here = here("main", "e.object");
    connection.execute(
        &format!(
            "INSERT INTO main.snapshot_tree(hash, status, found, files, bytes)
             SELECT t.hash, t.status, t.found, t.files, t.bytes FROM staged.session_tree t
             WHERE t.hash IN (SELECT v.tree FROM staged.session_version v
                 WHERE v.session IN (SELECT s.id {coming}))
               AND NOT EXISTS (SELECT 1 FROM staged.session_entry e
                 WHERE e.tree = t.hash AND NOT {here})
             ON CONFLICT(hash) DO NOTHING"
        ),
        [],
    )?;
    connection.execute(
        "INSERT INTO main.snapshot_entry(tree, path, kind, sha256, bytes, modified, object, masked)
         SELECT t.tree, e.path, e.kind, e.sha256, e.bytes, e.modified, o.object, e.masked
         FROM main.snapshot_tree t JOIN staged.session_entry e ON e.tree = t.hash
           JOIN main.snapshot_object o ON o.hash = e.object
         WHERE t.tree > ?1",
        [last],
    )?;
    connection.execute(
        "UPDATE main.snapshot_object SET refs = refs + held.times
         FROM (SELECT object, count(*) AS times FROM main.snapshot_entry
           WHERE tree > ?1 GROUP BY object) AS held
         WHERE snapshot_object.object = held.object",
        [last],
    )?;
    Ok(())
}
