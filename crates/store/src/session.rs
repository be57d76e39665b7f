//! Sessions as they are kept: work that can be taken up again with the configuration it had. Lists of them,
//! with the runs that are their own sessions, are in `session_list`.

use flowkeep_core::session::file::StatedTimes;
use flowkeep_core::session::{SessionOrigin, SessionStatus};
use flowkeep_core::{ObjectHash, RunId, sort_key};
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::config_snapshot::word;
use crate::run::{json_of, to_json};
use crate::{Store, StoreError, Tag, Tx};

/// A session to be kept.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Where it comes from.
    pub origin: SessionOrigin,
    /// Row of the root of its configuration.
    pub root: Option<i64>,
    /// The file it begins with, below the root.
    pub config: Option<String>,
    /// What a session file calls that.
    pub stated_config: Option<String>,
    /// The strategy of its snapshots.
    pub strategy: String,
    /// Its run.
    pub run: Option<RunId>,
    /// How it stands where it has no run.
    pub status: SessionStatus,
    /// What a session file says of that.
    pub stated_status: Option<String>,
    /// When it began and was last written, as a session file says.
    pub stated_times: StatedTimes,
    /// The agent it works with: JSON, with keys masked.
    pub agent: Option<String>,
    /// The state it begins with: JSON, with keys masked.
    pub state: Option<String>,
    /// The session file it was read from.
    pub source: Option<ObjectHash>,
    /// Milliseconds; when it ended.
    pub ended_at: Option<i64>,
}

/// A session as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Number of the row.
    pub row: i64,
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Where it comes from.
    pub origin: SessionOrigin,
    /// Row of the root of its configuration.
    pub root: Option<i64>,
    /// The file it begins with, below the root.
    pub config: Option<String>,
    /// What a session file calls that.
    pub stated_config: Option<String>,
    /// The strategy of its snapshots.
    pub strategy: String,
    /// Its newest run, as long as that is here.
    pub run: Option<RunId>,
    /// How it stands: as its run does, where it has one.
    pub status: SessionStatus,
    /// What a session file says of that.
    pub stated_status: Option<String>,
    /// When it began and was last written, as a session file says.
    pub stated_times: StatedTimes,
    /// The agent it works with: JSON, with keys masked.
    pub agent: Option<String>,
    /// The state it begins with: JSON, with keys masked.
    pub state: Option<String>,
    /// Milliseconds; when it became known.
    pub created_at: i64,
    /// Milliseconds; when it last changed.
    pub updated_at: i64,
    /// Milliseconds; when it ended.
    pub ended_at: Option<i64>,
}

impl SessionRecord {
    /// Whether it begins with the definition of its run, which is no file: its configuration is what that refers to.
    pub fn begins_with_run(&self) -> bool {
        self.origin == SessionOrigin::Run && self.config.is_none()
    }
}

/// Of the row `s` of a session: that it is more than a run of a workflow. Of those many fail or are cancelled, and each
/// is done again where the runs are; another one that was aborted can be taken up as long as something of it is kept.
pub(crate) const MORE_THAN_A_RUN: &str = "(s.origin <> 'run' OR s.config NOT NULL)";

/// How a session stands whose run is `r`; without one, `otherwise`.
pub(crate) fn status_or(otherwise: &str) -> String {
    format!(
        "CASE r.status WHEN 'queued' THEN 'active' WHEN 'waiting' THEN 'active' \
         WHEN 'running' THEN 'active' WHEN 'paused' THEN 'paused' \
         WHEN 'interrupted' THEN 'interrupted' WHEN 'succeeded' THEN 'completed' \
         WHEN 'skipped' THEN 'completed' WHEN 'failed' THEN 'aborted' \
         WHEN 'cancelled' THEN 'aborted' ELSE {otherwise} END"
    )
}

fn record(row: &Row<'_>) -> rusqlite::Result<SessionRecord> {
    let run: Option<String> = row.get(8)?;
    Ok(SessionRecord {
        row: row.get(0)?,
        id: row.get(1)?,
        name: row.get(2)?,
        origin: word(row, 3)?,
        root: row.get(4)?,
        config: row.get(5)?,
        stated_config: row.get(6)?,
        strategy: row.get(7)?,
        run: run.map(|_| word(row, 8)).transpose()?,
        status: word(row, 9)?,
        stated_status: row.get(10)?,
        agent: row.get(11)?,
        state: row.get(12)?,
        created_at: row.get(13)?,
        updated_at: row.get(14)?,
        ended_at: row.get(15)?,
        stated_times: stated_times(row, 16)?,
    })
}

/// The times of a session file, as a row has them.
pub(crate) fn stated_times(row: &Row<'_>, column: usize) -> rusqlite::Result<StatedTimes> {
    let kept: Option<String> = row.get(column)?;
    let kept = kept.map(|kept| json_of(column, &kept)).transpose()?;
    Ok(kept.unwrap_or_default())
}

/// The same, to be kept; nothing where there are none.
pub(crate) fn kept_times(times: &StatedTimes) -> Result<Option<String>, StoreError> {
    (!times.is_empty()).then(|| to_json(times)).transpose()
}

fn one(connection: &Connection, id: &str) -> Result<Option<SessionRecord>, StoreError> {
    let status = status_or("s.status");
    let sql = format!(
        "SELECT s.session, s.id, s.name, s.origin, s.root, s.config, s.stated_config, s.strategy,
           r.id, {status}, s.stated_status, s.agent, s.state, s.created_at,
           max(s.updated_at, coalesce(r.ended_at, r.started_at, r.created_at, 0)),
           coalesce(r.ended_at, s.ended_at), s.stated_times
         FROM session s LEFT JOIN run r ON r.id = s.run WHERE s.id = ?1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], record).optional()?)
}

impl Store {
    /// A session that is kept.
    ///
    /// # Errors
    /// What the database says.
    pub fn session(&self, id: &str) -> Result<Option<SessionRecord>, StoreError> {
        one(&*self.reader()?, id)
    }
}

impl Tx<'_> {
    /// A session that is kept, as it is in this transaction.
    ///
    /// # Errors
    /// What the database says.
    pub fn session(&self, id: &str) -> Result<Option<SessionRecord>, StoreError> {
        one(self.connection, id)
    }

    /// Keeps a session; answers the number of its row.
    ///
    /// # Errors
    /// What the database says: also where a session of that id is kept.
    pub fn add_session(&self, new: &NewSession) -> Result<i64, StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO session(id, name, sort_key, origin, root, config, stated_config,
                   strategy, run, status, stated_status, agent, state, source, created_at,
                   updated_at, ended_at, stated_times)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15, ?16,
                   ?17)",
            )?
            .execute(rusqlite::params![
                new.id,
                new.name,
                sort_key(&new.name),
                new.origin.as_str(),
                new.root,
                new.config,
                new.stated_config,
                new.strategy,
                new.run.map(|run| run.to_string()),
                new.status.as_str(),
                new.stated_status,
                new.agent,
                new.state,
                new.source.map(|source| source.0),
                self.now().0,
                new.ended_at,
                kept_times(&new.stated_times)?,
            ])?;
        self.tag(&Tag::Session);
        Ok(self.connection.last_insert_rowid())
    }

    /// Removes a session with all its snapshots; what no other one holds goes with
    /// [`Tx::let_go_of_unused`]. Its runs stay, each its own session again. Says whether it was there.
    ///
    /// # Errors
    /// What the database says.
    pub fn remove_session(&self, id: &str) -> Result<bool, StoreError> {
        let removed = self
            .connection
            .prepare_cached("DELETE FROM session WHERE id = ?1")?
            .execute([id])?;
        self.connection
            .prepare_cached("UPDATE run SET session = NULL WHERE session = ?1")?
            .execute([id])?;
        self.tag(&Tag::Session);
        Ok(removed > 0)
    }

    /// The runs that belong to a session: each by its id and what it is called.
    ///
    /// # Errors
    /// What the database says.
    pub fn runs_of_session(&self, id: &str) -> Result<Vec<(String, String)>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT id, workflow_name FROM run WHERE session = ?1 ORDER BY run")?;
        let runs = statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(runs.collect::<Result<_, _>>()?)
    }

    /// Lets a run carry a session on: it is the newest one of that.
    ///
    /// # Errors
    /// What the database says.
    pub fn join_session(&self, row: i64, run: RunId, session: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE run SET session = ?2 WHERE run = ?1")?
            .execute((row, session))?;
        self.connection
            .prepare_cached("UPDATE session SET run = ?2, updated_at = ?3 WHERE id = ?1")?
            .execute((session, run.to_string(), self.now().0))?;
        self.tag(&Tag::Session);
        Ok(())
    }

    /// What a run is about that repeats another one, or is started by one, is what that was about.
    pub(crate) fn inherit_session(
        &self,
        row: i64,
        run: RunId,
        repeats: Option<RunId>,
        parent: Option<i64>,
    ) -> Result<(), StoreError> {
        let sql = "SELECT session FROM run WHERE session NOT NULL AND (run = ?1 OR ?1 IS NULL AND id = ?2)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let repeats = repeats.map(|id| id.to_string());
        let found = statement.query_row((parent, repeats), |row| row.get::<_, String>(0));
        match found.optional()? {
            Some(session) if parent.is_none() => self.join_session(row, run, &session),
            Some(session) => {
                self.connection
                    .prepare_cached("UPDATE run SET session = ?2 WHERE run = ?1")?
                    .execute((row, session))?;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// Of runs that go (a JSON array of their rows): a session that has nothing but them goes with them, another
/// one keeps how it stood. Says whether there was one. References may not be checked here.
pub(crate) fn leave_runs(connection: &Connection, runs: &str) -> Result<bool, StoreError> {
    const GONE: &str = "run IN (SELECT id FROM run WHERE run IN (SELECT value FROM json_each(?1)))";
    let empty = format!(
        "{GONE} AND source IS NULL
         AND NOT EXISTS (SELECT 1 FROM snapshot n WHERE n.session = session.session)"
    );
    let status = status_or("s.status");
    let mut changed = 0;
    for sql in [
        format!(
            "DELETE FROM session_attempt WHERE session IN (SELECT session FROM session WHERE {empty})"
        ),
        format!("DELETE FROM session WHERE {empty}"),
        format!(
            "UPDATE session AS s SET run = NULL,
               (status, ended_at) = (SELECT {status}, r.ended_at FROM run r WHERE r.id = s.run)
             WHERE {GONE}"
        ),
    ] {
        changed += connection.prepare_cached(&sql)?.execute([runs])?;
    }
    Ok(changed > 0)
}
