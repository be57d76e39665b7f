//! Lists of sessions: those that are kept, and the runs that are their own.

use std::path::PathBuf;

use flowkeep_core::RunId;
use flowkeep_core::session::candidate::Confidence;
use flowkeep_core::session::{SessionOrigin, SessionStatus};
use rusqlite::{Connection, Row};

use crate::config_snapshot::{OF_THE_WORK, word};
use crate::session::{MORE_THAN_A_RUN, status_or};
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
    /// Those that wait, those that go on and those that have come to their end.
    Together,
    /// All of these, and the runs without configuration that have ended.
    All,
}

impl Which {
    /// Whether runs without configuration are among them that have ended: all that ever were.
    fn has_ended_runs(self) -> bool {
        self == Self::All
    }
}

/// Where in a list of sessions a row stands: what comes after it is asked for by this, however many have changed
/// meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPlace {
    /// When it last changed, in milliseconds.
    pub updated_at: i64,
    /// Its id.
    pub id: String,
}

impl SessionPlace {
    /// Before all of them.
    fn before_all() -> Self {
        Self {
            updated_at: i64::MAX,
            id: String::new(),
        }
    }
}

/// Which sessions.
#[derive(Debug, Clone, Default)]
pub struct SessionFilter {
    /// How they stand.
    pub which: Which,
    /// The one of this id alone.
    pub id: Option<String>,
    /// Those that come after this one.
    pub after: Option<SessionPlace>,
    /// Rows that are passed over.
    pub offset: u32,
    /// Rows of the page.
    pub limit: u32,
    /// Rows of the snapshots that cannot be opened here: nothing goes on from these.
    pub closed: Vec<i64>,
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
    /// How many of them cannot be opened here.
    pub closed: u32,
    /// How sure it is, as far as the database knows, that it can go on as it was.
    pub confidence: Confidence,
    /// How much the snapshot from which it would go on refers to and does not have.
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
    /// After which one those follow that are not here; absent at the end.
    pub next: Option<SessionPlace>,
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
    /// [`Which::All`].
    pub all: u32,
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
        closed: row.get(13)?,
    })
}

/// Of a kept session `s` with the tree `t`: whether all that was there can come back, as
/// [`flowkeep_core::session::candidate`] says of a snapshot. Files are not asked. What was not there then is not missed.
/// Where every file of every snapshot is damaged, only a definition is left, as where there is no snapshot.
fn confidence() -> String {
    format!(
        "CASE WHEN t.tree IS NULL OR t.files > 0 AND NOT EXISTS (SELECT 1 FROM snapshot n
      JOIN snapshot_entry w USING (tree) JOIN snapshot_object o USING (object)
      WHERE n.session = s.session AND {OF_THE_WORK} AND NOT o.damaged)
    THEN iif(r.id NOT NULL OR s.origin = 'import1', 'partial', 'none')
  WHEN t.status = 'failed' THEN 'none'
  WHEN EXISTS (SELECT 1 FROM snapshot_entry e JOIN snapshot_object o USING (object)
      WHERE e.tree = t.tree AND (o.damaged OR e.masked NOT NULL))
    OR json_array_length(t.found, '$.unread') > 0
    OR t.files = 0 AND json_array_length(t.found, '$.left_out') > 0 THEN 'partial'
  ELSE 'complete' END"
    )
}

/// Whether a snapshot `n` cannot be opened here.
const IS_CLOSED: &str = "n.snapshot IN closed";

/// Of the row `s` of a session: the snapshot from which it would go on. One taken after a file was deleted is no
/// better for being newer, and one that cannot be opened is none.
fn first_of_the_work() -> String {
    format!(
        "(SELECT n.snapshot FROM snapshot n JOIN snapshot_tree b USING (tree)
           WHERE n.session = s.session AND {OF_THE_WORK} AND NOT {IS_CLOSED}
           ORDER BY coalesce(json_array_length(b.found, '$.missing'), 0), n.sequence DESC LIMIT 1)"
    )
}

/// Sessions that were aborted and are more than a run of a workflow.
fn broken_off() -> String {
    format!(
        "session s INDEXED BY session_broken_off WHERE s.stands = 'aborted' AND {MORE_THAN_A_RUN}"
    )
}

/// Whether something of it was kept.
const IS_KEPT: &str = "EXISTS (SELECT 1 FROM snapshot n WHERE n.session = s.session)";

/// Which sessions are among them, in parts of which each has an index in the order of the list. One that was aborted
/// can be taken up where something of it was kept, as [`MORE_THAN_A_RUN`] says.
fn parts(which: Which) -> Vec<String> {
    let standing = |how: &[&str]| {
        how.iter()
            .map(|how| format!("session s WHERE s.stands = '{how}'"))
            .collect()
    };
    let mut parts: Vec<String> = standing(match which {
        Which::Open => &["active", "interrupted", "paused"],
        Which::Recoverable => &["interrupted", "paused"],
        Which::Active => &["active"],
        Which::Completed => &["completed"],
        Which::OpenRuns | Which::Together | Which::All => &[],
    });
    match which {
        Which::Open | Which::Recoverable => parts.push(format!("{} AND {IS_KEPT}", broken_off())),
        Which::Completed => parts.extend([
            format!("session s WHERE s.stands = 'aborted' AND NOT {MORE_THAN_A_RUN}"),
            format!("{} AND NOT {IS_KEPT}", broken_off()),
        ]),
        Which::Together | Which::All => parts.push("session s WHERE 1".to_owned()),
        Which::Active | Which::OpenRuns => {}
    }
    parts
}

/// Which runs without configuration that go on are among them.
fn runs(which: Which) -> &'static str {
    match which {
        Which::All | Which::Together | Which::OpenRuns => "r.ended_at IS NULL",
        Which::Open | Which::Completed => "0",
        Which::Recoverable => "r.ended_at IS NULL AND r.status IN ('interrupted', 'paused')",
        Which::Active => "r.ended_at IS NULL AND r.status NOT IN ('interrupted', 'paused')",
    }
}

/// The columns of a run without configuration, as [`record`] reads them.
fn run_columns() -> String {
    let status = status_or("'active'");
    format!(
        "r.id, r.workflow_name, 'run', NULL, r.id, {status}, NULL, 0, {RUN_CHANGED} AS updated_at,
           'no_config', 0, NULL, r.created_at, 0
         FROM run r WHERE r.parent IS NULL AND r.session IS NULL"
    )
}

/// Whether a row of this id is meant.
fn is_meant(filter: &SessionFilter, id: &str) -> String {
    match filter.id {
        Some(_) => format!("{id} = ?1"),
        None => "?1 IS NULL".to_owned(),
    }
}

/// What is kept, as [`record`] reads it: of one part of them those of a page alone, by its index.
fn sessions(filter: &SessionFilter, part: &str) -> String {
    let (meant, first) = (is_meant(filter, "s.id"), first_of_the_work());
    let confidence = confidence();
    format!(
        "SELECT s.id, s.name, s.origin, s.config, r.id AS run, s.stands, s.stated_status,
           (SELECT count(*) FROM snapshot n WHERE n.session = s.session), s.changed_at AS updated_at,
           {confidence}, coalesce(json_array_length(t.found, '$.missing'), 0),
           (SELECT path FROM config_root c WHERE c.root = s.root), s.created_at,
           (SELECT count(*) FROM snapshot n WHERE n.session = s.session AND {IS_CLOSED})
         FROM (SELECT * FROM {part} AND {meant}
             AND s.changed_at <= ?4 AND (s.changed_at, s.id) < (?4, ?5)
             ORDER BY s.changed_at DESC, s.id DESC LIMIT ?2 + ?3) s
         LEFT JOIN run r ON r.id = s.run
         LEFT JOIN snapshot k ON k.snapshot = {first}
         LEFT JOIN snapshot_tree t ON t.tree = k.tree"
    )
}

/// Runs without configuration that go on, as [`record`] reads them.
fn open_runs(filter: &SessionFilter) -> String {
    let (run_columns, meant) = (run_columns(), is_meant(filter, "r.id"));
    format!(
        "SELECT {run_columns} AND {meant} AND {}",
        runs(filter.which)
    )
}

/// Runs without configuration that have ended, as [`record`] reads them: those of a page alone, by the index of ends,
/// because there may be a million.
fn ended_runs(filter: &SessionFilter) -> String {
    let (run_columns, meant) = (run_columns(), is_meant(filter, "r.id"));
    format!(
        "SELECT * FROM (SELECT {run_columns} AND {meant} AND r.ended_at NOT NULL
           AND r.ended_at <= ?4 AND (r.ended_at, r.id) < (?4, ?5)
           ORDER BY r.ended_at DESC, r.id DESC LIMIT ?2 + ?3)"
    )
}

/// All there are: sessions, and runs without configuration, whether they have ended or not. A million runs are not
/// looked at for it: how many there are is kept in a slot; those that belong to a session are counted in an index,
/// and so are those that another run began; of the latter alone each is looked at, since it may be both.
const ALL: &str = "SELECT (SELECT count(*) FROM session)
    + (SELECT coalesce(sum(runs), 0) FROM run_slot WHERE level = 2 AND workflow = '*')
    - (SELECT count(*) FROM run WHERE parent NOT NULL)
    - (SELECT count(*) FROM run WHERE session NOT NULL)
    + (SELECT count(*) FROM run INDEXED BY run_child WHERE parent NOT NULL AND session NOT NULL)";

/// A page of all of them, those first that changed last.
fn page(filter: &SessionFilter) -> String {
    let parts = parts(filter.which);
    let mut of: Vec<_> = parts.iter().map(|part| sessions(filter, part)).collect();
    of.push(open_runs(filter));
    if filter.which.has_ended_runs() {
        of.push(ended_runs(filter));
    }
    // A part has its order and its end inside.
    let of = of.join(" UNION ALL ");
    format!(
        "WITH closed(snapshot) AS MATERIALIZED (SELECT value FROM json_each(?6))
         SELECT * FROM ({of}) WHERE (updated_at, id) < (?4, ?5)
         ORDER BY updated_at DESC, id DESC LIMIT ?2 OFFSET ?3"
    )
}

fn sum(reader: &Connection, counts: &[String], id: Option<&String>) -> Result<u32, StoreError> {
    let sql = format!("SELECT {}", counts.join(" + "));
    let mut statement = reader.prepare_cached(&sql)?;
    Ok(statement.query_row([id], |row| row.get(0))?)
}

/// How many rows a filter has in all. What has come to its end is all but what has not, which is little.
fn count(reader: &Connection, filter: &SessionFilter) -> Result<u32, StoreError> {
    let meant = is_meant(filter, "s.id");
    let of_parts = |which| {
        let parts = parts(which).into_iter();
        parts.map(|part| format!("(SELECT count(*) FROM {part} AND {meant})"))
    };
    let run_columns = run_columns();
    let of_runs = |ended: &str| {
        let meant = is_meant(filter, "r.id");
        format!("(SELECT count(*) FROM (SELECT {run_columns} AND {meant} AND {ended}))")
    };
    let id = filter.id.as_ref();
    match filter.which {
        Which::All if id.is_none() => Ok(reader
            .prepare_cached(ALL)?
            .query_row([], |row| row.get(0))?),
        Which::Completed if id.is_none() => {
            let all: u32 =
                reader.query_row("SELECT count(*) FROM session", [], |row| row.get(0))?;
            let open: Vec<_> = of_parts(Which::Open).collect();
            Ok(all.saturating_sub(sum(reader, &open, id)?))
        }
        which => {
            let mut counts: Vec<_> = of_parts(which).collect();
            counts.push(of_runs(runs(which)));
            if which.has_ended_runs() {
                counts.push(of_runs("r.ended_at NOT NULL"));
            }
            sum(reader, &counts, id)
        }
    }
}

impl Store {
    /// A page of sessions.
    ///
    /// # Errors
    /// What the database says.
    pub fn sessions(&self, filter: &SessionFilter) -> Result<SessionPage, StoreError> {
        let reader = self.reader()?;
        let total = count(&reader, filter)?;
        let mut statement = reader.prepare_cached(&page(filter))?;
        let data = DataFolder::of(&reader);
        let after = filter.after.clone();
        let after = after.unwrap_or_else(SessionPlace::before_all);
        // One more than is wanted tells whether that is the end.
        let asked = (
            &filter.id,
            i64::from(filter.limit) + 1,
            filter.offset,
            after.updated_at,
            &after.id,
            serde_json::Value::from(filter.closed.clone()).to_string(),
        );
        let rows = statement.query_map(asked, |row| record(&data, row))?;
        let mut items: Vec<_> = rows.collect::<Result<_, _>>()?;
        let wanted = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        let is_more = items.len() > wanted;
        items.truncate(wanted);
        let last = items.last().filter(|_| is_more);
        let next = last.map(|last| SessionPlace {
            updated_at: last.updated_at,
            id: last.id.clone(),
        });
        Ok(SessionPage { items, total, next })
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
        let count = |which| {
            let filter = SessionFilter {
                which,
                ..SessionFilter::default()
            };
            count(&reader, &filter)
        };
        Ok(SessionCounts {
            recoverable: count(Which::Recoverable)?,
            active: count(Which::Active)?,
            completed: count(Which::Completed)?,
            runs: count(Which::OpenRuns)?,
            all: count(Which::All)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_core::run::Status;
    use flowkeep_host::Timestamp;
    use rusqlite::StatementStatus;
    use rusqlite::types::Null;

    use super::*;
    use crate::schema;

    /// What a page and its count of them take of the database, in steps of its machine.
    fn steps(connection: &Connection, which: Which) -> [i32; 2] {
        let filter = SessionFilter {
            which,
            ..SessionFilter::default()
        };
        let mut read = connection.prepare(&page(&filter)).unwrap();
        let asked = (Null, 21, 0, i64::MAX, "", "[]");
        let rows = read.query_map(asked, |row| row.get::<_, String>(0));
        let rows: Result<Vec<_>, _> = rows.unwrap().collect();
        rows.unwrap();
        let counts: Vec<_> = parts(which)
            .into_iter()
            .map(|part| format!("(SELECT count(*) FROM {part})"))
            .collect();
        let mut count = connection
            .prepare(&format!("SELECT 0 + {}", counts.join(" + ")))
            .unwrap();
        count.query_row([], |row| row.get::<_, u32>(0)).unwrap();
        [read, count].map(|statement| statement.get_status(StatementStatus::VmStep))
    }

    /// However many have ended, a page costs what it shows, and a count what has not ended.
    #[test]
    fn what_has_ended_costs_no_list_anything() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let connection = schema::open_writer(&path, folder.path(), Timestamp(1)).unwrap();
        let ended = |from: u32, to: u32| {
            for (config, status) in [
                ("'a.yaml'", "completed"),
                ("NULL", "completed"),
                ("NULL", "aborted"),
            ] {
                let sql = format!(
                    "WITH RECURSIVE n(n) AS (VALUES (?1) UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
                     INSERT INTO session(id, name, sort_key, origin, config, strategy, status, created_at, updated_at)
                     SELECT '{status}' || coalesce({config}, '') || n, 'Orders', x'00', 'run', {config}, 'standard',
                       '{status}', n, n FROM n"
                );
                connection.execute(&sql, [from, to]).unwrap();
            }
            connection.execute_batch("ANALYZE").unwrap();
        };
        let all = [
            Which::Open,
            Which::Recoverable,
            Which::Active,
            Which::Completed,
            Which::Together,
            Which::All,
        ];
        ended(1, 60);
        let few = all.map(|which| steps(&connection, which));
        ended(61, 3_000);
        for (which, few) in all.into_iter().zip(few) {
            let many = steps(&connection, which);
            assert!(many[0] < few[0] + 200, "{which:?}: {few:?}, then {many:?}");
            if !matches!(which, Which::Completed | Which::Together | Which::All) {
                assert!(many[1] < few[1] + 200, "{which:?}: {few:?}, then {many:?}");
            }
        }
    }

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
