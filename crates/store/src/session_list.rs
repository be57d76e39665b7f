//! Lists of sessions: those that are kept, and the runs that are their own.

use std::path::PathBuf;

use flowkeep_core::RunId;
use flowkeep_core::session::candidate::Confidence;
use flowkeep_core::session::{SessionOrigin, SessionStatus};
use rusqlite::Row;

use crate::config_snapshot::{newest_of_the_work, word};
use crate::session::status_or;
use crate::task_folder::DataFolder;
use crate::{Store, StoreError};

/// Which sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Which {
    /// Those that are kept and have not come to their end, or can be taken up again.
    #[default]
    Open,
    /// Runs without configuration that have not ended: each is its own session.
    OpenRuns,
    /// Those that wait for somebody who takes them up again.
    Recoverable,
    /// Those that go on, or are about to.
    Active,
    /// Those that are kept and have come to their end.
    Completed,
    /// All of these.
    Listed,
    /// Also the runs without configuration that have ended, which are in the history.
    All,
}

/// Which sessions.
#[derive(Debug, Clone, Default)]
pub struct SessionFilter {
    /// How they stand.
    pub which: Which,
    /// The one of this id alone.
    pub id: Option<String>,
    /// Rows that are passed over.
    pub offset: u32,
    /// Rows of the page.
    pub limit: u32,
}

/// A row of a list of sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSession {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Where it comes from.
    pub origin: SessionOrigin,
    /// The file it begins with, below the root of its configuration.
    pub config: Option<String>,
    /// Its newest run, as long as that is here.
    pub run: Option<RunId>,
    /// How it stands.
    pub status: SessionStatus,
    /// What a session file says of that.
    pub stated_status: Option<String>,
    /// How many snapshots there are of it.
    pub snapshots: u32,
    /// How sure it is, as far as the database knows, that it can go on as it was.
    pub confidence: Confidence,
    /// How much its newest snapshot refers to and does not have.
    pub missing: u32,
    /// The root of that, where it is known.
    pub root: Option<PathBuf>,
    /// Milliseconds; since when it is here.
    pub created_at: i64,
    /// Milliseconds; when it last changed.
    pub updated_at: i64,
}

/// A page of sessions, those first that changed last.
#[derive(Debug)]
pub struct SessionPage {
    /// The rows.
    pub items: Vec<ListedSession>,
    /// How many there are in all.
    pub total: u32,
}

/// How many sessions stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionCounts {
    /// [`Which::Recoverable`].
    pub recoverable: u32,
    /// [`Which::Active`].
    pub active: u32,
    /// [`Which::Completed`].
    pub completed: u32,
    /// [`Which::OpenRuns`].
    pub runs: u32,
}

/// Of a run, when it last changed.
const RUN_CHANGED: &str = "coalesce(r.ended_at, r.started_at, r.created_at, 0)";

fn record(data: &DataFolder, row: &Row<'_>) -> rusqlite::Result<ListedSession> {
    let run: Option<String> = row.get(4)?;
    Ok(ListedSession {
        id: row.get(0)?,
        name: row.get(1)?,
        origin: word(row, 2)?,
        config: row.get(3)?,
        run: run.map(|_| word(row, 4)).transpose()?,
        status: word(row, 5)?,
        stated_status: row.get(6)?,
        snapshots: row.get(7)?,
        updated_at: row.get(8)?,
        confidence: Confidence::from_word(&row.get::<_, String>(9)?).unwrap_or(Confidence::None),
        missing: row.get(10)?,
        root: row
            .get::<_, Option<String>>(11)?
            .map(|path| data.place(&path)),
        created_at: row.get(12)?,
    })
}

/// Of a kept session `s` with the newest tree `t`: whether it can go on as it was. Files are not asked.
const CONFIDENCE: &str = "CASE WHEN t.tree IS NULL
    THEN iif(r.id NOT NULL OR s.origin = 'import1', 'partial', 'none')
  WHEN t.status = 'failed' THEN 'none'
  WHEN t.status = 'partial' OR EXISTS (SELECT 1 FROM snapshot_entry e
    JOIN snapshot_object o USING (object) WHERE e.tree = t.tree AND o.damaged) THEN 'partial'
  ELSE 'complete' END";

/// Both kinds, as [`record`] reads them. A session that has ended can be taken up where it was aborted and
/// something of it was kept.
fn sessions(filter: &SessionFilter) -> String {
    let (kept, runs) = match filter.which {
        Which::All => ("1", "1"),
        Which::Listed => ("1", "r.ended_at IS NULL"),
        Which::OpenRuns => ("0", "r.ended_at IS NULL"),
        Which::Open => (
            "(status <> 'completed' AND (status <> 'aborted' OR snapshots > 0))",
            "0",
        ),
        Which::Recoverable => (
            "(status IN ('interrupted', 'paused') OR status = 'aborted' AND snapshots > 0)",
            "r.ended_at IS NULL AND r.status IN ('interrupted', 'paused')",
        ),
        Which::Active => (
            "status = 'active'",
            "r.ended_at IS NULL AND r.status NOT IN ('interrupted', 'paused')",
        ),
        // What a run without configuration was is in the history.
        Which::Completed => (
            "(status = 'completed' OR status = 'aborted' AND snapshots = 0)",
            "0",
        ),
    };
    let (kept_id, run_id) = match filter.id {
        Some(_) => ("s.id = ?1", "r.id = ?1"),
        None => ("?1 IS NULL", "?1 IS NULL"),
    };
    let (status, run_status) = (status_or("s.status"), status_or("'active'"));
    let newest = newest_of_the_work();
    format!(
        "SELECT * FROM (
           SELECT s.id, s.name, s.origin, s.config, r.id AS run, {status} AS status,
             s.stated_status, (SELECT count(*) FROM snapshot n WHERE n.session = s.session)
               AS snapshots, max(s.updated_at, {RUN_CHANGED}) AS updated_at,
             {CONFIDENCE} AS confidence,
             coalesce(json_array_length(t.found, '$.missing'), 0) AS missing,
             (SELECT path FROM config_root c WHERE c.root = s.root) AS root, s.created_at
           FROM session s LEFT JOIN run r ON r.id = s.run
           LEFT JOIN snapshot k ON k.snapshot = {newest}
           LEFT JOIN snapshot_tree t ON t.tree = k.tree
           WHERE {kept_id}) WHERE {kept}
         UNION ALL
         SELECT r.id, r.workflow_name, 'run', NULL, r.id, {run_status}, NULL, 0, {RUN_CHANGED},
           'complete', 0, NULL, r.created_at
         FROM run r WHERE r.parent IS NULL AND r.session IS NULL AND {run_id} AND {runs}"
    )
}

impl Store {
    /// A page of sessions.
    ///
    /// # Errors
    /// What the database says.
    pub fn sessions(&self, filter: &SessionFilter) -> Result<SessionPage, StoreError> {
        let reader = self.reader()?;
        let of = sessions(filter);
        let count = format!("SELECT count(*) FROM ({of})");
        let total = reader
            .prepare_cached(&count)?
            .query_row([&filter.id], |row| row.get(0))?;
        let page =
            format!("SELECT * FROM ({of}) ORDER BY updated_at DESC, id DESC LIMIT ?2 OFFSET ?3");
        let mut statement = reader.prepare_cached(&page)?;
        let data = DataFolder::of(&reader);
        let asked = (&filter.id, filter.limit, filter.offset);
        let rows = statement.query_map(asked, |row| record(&data, row))?;
        Ok(SessionPage {
            items: rows.collect::<Result<_, _>>()?,
            total,
        })
    }

    /// How many sessions are kept; runs that are their own are none of these.
    ///
    /// # Errors
    /// What the database says.
    pub fn kept_sessions(&self) -> Result<u32, StoreError> {
        let reader = self.reader()?;
        Ok(reader.query_row("SELECT count(*) FROM session", [], |row| row.get(0))?)
    }

    /// How many sessions stand how.
    ///
    /// # Errors
    /// What the database says.
    pub fn session_counts(&self) -> Result<SessionCounts, StoreError> {
        let reader = self.reader()?;
        let count = |which| -> Result<u32, StoreError> {
            let of = sessions(&SessionFilter {
                which,
                ..SessionFilter::default()
            });
            let sql = format!("SELECT count(*) FROM ({of})");
            let mut statement = reader.prepare_cached(&sql)?;
            Ok(statement.query_row([None::<&str>], |row| row.get(0))?)
        };
        Ok(SessionCounts {
            recoverable: count(Which::Recoverable)?,
            active: count(Which::Active)?,
            completed: count(Which::Completed)?,
            runs: count(Which::OpenRuns)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_core::run::Status;
    use flowkeep_host::Timestamp;

    use super::*;
    use crate::schema;

    /// The database says the same of a run as `core` does.
    #[test]
    fn a_session_stands_as_its_run_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let connection = schema::open_writer(&path, folder.path(), Timestamp(1)).unwrap();
        let status = status_or("s.status");
        let sql =
            format!("SELECT {status} FROM (SELECT ?1 AS status) r, (SELECT 'paused' AS status) s");
        let said = |status: Option<&str>| -> SessionStatus {
            connection
                .query_row(&sql, [status], |row| word(row, 0))
                .unwrap()
        };
        for status in [
            Status::Queued,
            Status::Waiting,
            Status::Running,
            Status::Paused,
            Status::Succeeded,
            Status::Failed,
            Status::Cancelled,
            Status::Skipped,
            Status::Interrupted,
        ] {
            let expected = SessionStatus::of_run(status);
            assert_eq!(said(Some(status.as_str())), expected, "{status:?}");
        }
        assert_eq!(
            said(None),
            SessionStatus::Paused,
            "without a run it is its own"
        );
    }
}
