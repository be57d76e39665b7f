//! Runs for people: pages, details, the log.

mod counted;
mod filter;
mod hits;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use flowkeep_core::run::route::PassedOver;
use flowkeep_core::run::{Status, TaskId};
use flowkeep_core::{Message, RunId};
use rusqlite::Row;
use serde::{Deserialize, Serialize};

use crate::run::{id_of, json_of, status_of};
use crate::run_noted::{NotedRecord, noted};
use crate::run_overview::failure;
use crate::run_round::Said;
use crate::run_search;
use crate::{Store, StoreError};

pub use counted::RunCounts;
pub(crate) use counted::{Of, made_between};
pub use filter::{BegunBy, RunCount, RunFilter, RunNeed};
pub use hits::RunHit;
pub(crate) use walk::{Found, Walked, page};

/// Characters of a run's id.
const ID_LENGTH: usize = 26;

/// The ids of runs that stand in a text.
pub(crate) fn ids_in(text: &str) -> impl Iterator<Item = RunId> {
    let words = text.split(|one: char| !one.is_ascii_alphanumeric());
    let words = words.filter(|word| word.len() == ID_LENGTH);
    words.filter_map(|word| word.parse().ok())
}

/// A row of a list of runs.
#[derive(Debug, Clone)]
pub struct RunRecord {
    /// Number of the row.
    pub row: i64,
    /// Its id.
    pub id: RunId,
    /// The workflow; absent for one operation without a definition.
    pub workflow_id: Option<String>,
    /// The workflow's name at that time.
    pub workflow_name: String,
    /// What it has come to.
    pub status: Status,
    /// Milliseconds; when it was made.
    pub created_at: i64,
    /// Milliseconds; when its first task began.
    pub started_at: Option<i64>,
    /// Milliseconds; when it ended.
    pub ended_at: Option<i64>,
    /// Who wanted it.
    pub actor: String,
    /// Through which face: `cli desktop`, or `schedule event` where nobody did.
    pub face: String,
    /// Of a run that failed: the task that failed last, and why; no task where the run could not begin.
    pub failed: Option<(Option<TaskId>, Message)>,
    /// Of a run that succeeded: what it warned of.
    pub noted: Option<NotedRecord>,
    /// Of a run that was found by words: texts they are in, one for each word at most.
    pub hits: Vec<RunHit>,
}

impl RunRecord {
    /// What [`listed`] reads.
    pub(crate) const COLUMNS: &str = "run, id, workflow_id, workflow_name, status, created_at, started_at, ended_at, actor, \
         face";

    /// How many those are.
    pub(crate) const COUNT: usize = 10;
}

pub(crate) fn listed(row: &rusqlite::Row<'_>) -> rusqlite::Result<RunRecord> {
    Ok(RunRecord {
        row: row.get(0)?,
        id: id_of(row, 1)?,
        workflow_id: row.get(2)?,
        workflow_name: row.get(3)?,
        status: status_of(row, 4)?,
        created_at: row.get(5)?,
        started_at: row.get(6)?,
        ended_at: row.get(7)?,
        actor: row.get(8)?,
        face: row.get(9)?,
        failed: None,
        noted: None,
        hits: Vec::new(),
    })
}

/// A page of runs.
#[derive(Debug)]
pub struct RunPage {
    /// The rows.
    pub items: Vec<RunRecord>,
    /// What the next page begins behind.
    pub next: Option<RunId>,
    /// How many there are in all, when that was wanted.
    pub total: Option<u32>,
    /// Whether there may be more than that: enough were counted or looked at.
    pub more: bool,
    /// Milliseconds; when the last run was made that was looked at for this page, where it is not full because
    /// enough were looked at.
    pub sought_to: Option<i64>,
}

/// One attempt at a task. Also a part of a line of a backup's `runs/*.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// Its task.
    pub task: TaskId,
    /// Its number, from 1.
    pub number: u32,
    /// Its status.
    pub status: Status,
    /// Milliseconds; when it came into the queue.
    pub queued_at: i64,
    /// Milliseconds; when it began.
    pub started_at: Option<i64>,
    /// Milliseconds; when it ended.
    pub ended_at: Option<i64>,
    /// Who carried it out; absent when the engine did itself.
    pub agent: Option<String>,
    /// The name of its data source.
    pub data_source: Option<String>,
    /// Why that source.
    pub rule: Option<String>,
    /// What the rules before that asked for, and why it was not taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<PassedOver>,
    /// Why it failed or was broken off.
    pub error: Option<Message>,
}

/// When an attempt was, and what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptTimes {
    /// Its task.
    pub task: TaskId,
    /// Its number, from 1.
    pub number: u32,
    /// Its status.
    pub status: Status,
    /// Milliseconds; when it came into the queue.
    pub queued_at: i64,
    /// Milliseconds; when it began.
    pub started_at: Option<i64>,
    /// Milliseconds; when it ended.
    pub ended_at: Option<i64>,
    /// Where and why its work was sent back to, where that ended it.
    pub sent_back: Option<Message>,
}

/// A line of a run's log.
#[derive(Debug, Clone)]
pub struct MessageRecord {
    /// Its number; rises.
    pub number: i64,
    /// Milliseconds; when.
    pub at: i64,
    /// `info`, `warning`, `error`.
    pub level: String,
    /// Which task it is about.
    pub task: Option<String>,
    /// What.
    pub said: Said,
}

/// What a task gave last.
#[derive(Debug, Clone)]
pub struct OutputRecord {
    /// Its size.
    pub bytes: u32,
    /// The JSON; absent where it is too large for what was asked.
    pub value: Option<String>,
}

/// The attempts of a run, each to be read by [`attempt`].
pub(crate) const ATTEMPTS: &str = "SELECT task, number, status, queued_at, started_at, ended_at, \
    agent, data_source, rule, error, passed_over FROM attempt WHERE run = ?1 ORDER BY task, number";

/// When the attempts of a run were; of their errors only those that begin like this.
const TIMES: &str = "SELECT task, number, status, queued_at, started_at, ended_at, \
    iif(instr(error, ?2) > 0, error, NULL) FROM attempt WHERE run = ?1 ORDER BY task, number";

/// What the codes begin with that say an attempt's work was sent back.
const SENT_BACK: &str = "\"code\":\"run_sent_back";

pub(crate) fn attempt(row: &Row<'_>) -> rusqlite::Result<AttemptRecord> {
    let error: Option<String> = row.get(9)?;
    let passed_over: Option<String> = row.get(10)?;
    Ok(AttemptRecord {
        task: TaskId(row.get(0)?),
        number: row.get(1)?,
        status: status_of(row, 2)?,
        queued_at: row.get(3)?,
        started_at: row.get(4)?,
        ended_at: row.get(5)?,
        agent: row.get(6)?,
        data_source: row.get(7)?,
        rule: row.get(8)?,
        passed_over: passed_over.map_or_else(|| Ok(Vec::new()), |text| json_of(10, &text))?,
        error: error.map(|text| json_of(9, &text)).transpose()?,
    })
}

/// A line of a log, from `message, at, level, task, said, line`.
fn message(row: &Row<'_>) -> rusqlite::Result<MessageRecord> {
    let said: Option<String> = row.get(4)?;
    let line: Option<String> = row.get(5)?;
    Ok(MessageRecord {
        number: row.get(0)?,
        at: row.get(1)?,
        level: row.get(2)?,
        task: row.get(3)?,
        said: match said {
            Some(said) => Said::Message(json_of(4, &said)?),
            None => Said::Line(line.unwrap_or_default()),
        },
    })
}

impl Store {
    /// What the tasks of a run gave last: those of at most `each` bytes, and of these so many that
    /// all of them take at most `all`. Of the others the size alone.
    ///
    /// # Errors
    /// What the database says.
    pub fn outputs(
        &self,
        row: i64,
        each: u32,
        all: u32,
    ) -> Result<BTreeMap<TaskId, OutputRecord>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT task, octet_length(value), iif(octet_length(value) <= ?2, value, NULL)
             FROM output WHERE run = ?1 ORDER BY task",
        )?;
        let rows = statement.query_map((row, each), |row| {
            let (bytes, value) = (row.get(1)?, row.get(2)?);
            Ok((TaskId(row.get(0)?), OutputRecord { bytes, value }))
        })?;
        let mut room = all;
        let mut found = BTreeMap::new();
        for row in rows {
            let (task, mut output) = row?;
            match room.checked_sub(output.bytes) {
                Some(rest) if output.value.is_some() => room = rest,
                _ => output.value = None,
            }
            found.insert(task, output);
        }
        Ok(found)
    }

    /// Of the tasks that gave something in both runs: whether it was the same.
    ///
    /// # Errors
    /// What the database says.
    pub fn same_outputs(&self, a: i64, b: i64) -> Result<BTreeMap<TaskId, bool>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT a.task, octet_length(a.value) = octet_length(b.value) AND a.value = b.value FROM output a CROSS JOIN output b USING (task)
             WHERE a.run = ?1 AND b.run = ?2",
        )?;
        let rows = statement.query_map((a, b), |row| Ok((TaskId(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The runs whose ids stand in outputs that a run took over from the one it repeats: their files
    /// are still named there. Those that were deleted and may come back are among them.
    ///
    /// # Errors
    /// What the database says.
    pub fn named_in_carried_outputs(&self) -> Result<BTreeSet<RunId>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare(
            "SELECT o.value FROM run r CROSS JOIN output o USING (run)
             WHERE r.repeats NOT NULL AND instr(o.value, 'outputs') > 0",
        )?;
        let mut rows = statement.query([])?;
        let mut named = BTreeSet::new();
        while let Some(row) = rows.next()? {
            let value = row.get_ref(0)?.as_str().unwrap_or_default();
            named.extend(ids_in(value));
        }
        // Those that are deleted may come back, and find their files.
        let mut statement = reader.prepare(
            "SELECT id FROM removed_run UNION ALL SELECT value FROM removed_run, json_each(carried)",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            named.extend(ids_in(row.get_ref(0)?.as_str().unwrap_or_default()));
        }
        Ok(named)
    }

    /// Runs that ended at or after a moment (milliseconds), with theirs, in that order.
    ///
    /// # Errors
    /// What the database says.
    pub fn ended_since(&self, since: i64) -> Result<Vec<(RunId, i64)>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT id, ended_at FROM run WHERE ended_at >= ?1 ORDER BY ended_at, run",
        )?;
        let rows = statement.query_map([since], |row| Ok((id_of(row, 0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A page of runs, newest first unless told. The place of a page is the id of its last run, which may have
    /// been removed meanwhile.
    ///
    /// # Errors
    /// What the database says.
    pub fn runs(&self, filter: &RunFilter) -> Result<RunPage, StoreError> {
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        let Walked {
            mut found,
            sought_to,
        } = match &filter.words {
            Some(words) => run_search::page(&reader, filter, words)?,
            None => page(&reader, filter)?,
        };
        let (total, more) = counted::counted(&reader, filter)?;
        let is_full = found.len() > filter.limit as usize;
        found.truncate(filter.limit as usize);
        let mut items = Vec::with_capacity(found.len());
        for Found { mut run, places } in found {
            match run.status {
                Status::Failed => run.failed = failure(&reader, run.row)?,
                Status::Succeeded => run.noted = noted(&reader, run.row)?,
                _ => {}
            }
            run.hits = hits::hits(&reader, run.row, &places)?;
            items.push(run);
        }
        let last = items.last().filter(|_| is_full).map(|row| row.id);
        Ok(RunPage {
            items,
            next: last.or(sought_to.map(|(id, _)| id)),
            total,
            more,
            sought_to: sought_to.map(|(_, at)| at),
        })
    }

    /// Why a run failed: the task that failed last, and why; no task where the run could not begin.
    ///
    /// # Errors
    /// What the database says.
    pub fn failure(&self, row: i64) -> Result<Option<(Option<TaskId>, Message)>, StoreError> {
        failure(&*self.reader()?, row)
    }

    /// What a run that succeeded warned of.
    ///
    /// # Errors
    /// What the database says.
    pub fn noted(&self, row: i64) -> Result<Option<NotedRecord>, StoreError> {
        noted(&*self.reader()?, row)
    }

    /// All attempts of a run, those of a task in their order.
    ///
    /// # Errors
    /// What the database says.
    pub fn attempts(&self, row: i64) -> Result<Vec<AttemptRecord>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(ATTEMPTS)?;
        let rows = statement.query_map([row], attempt)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Lines of a run's log after this one, at most `limit`; those of a level when it is given.
    ///
    /// # Errors
    /// What the database says.
    pub fn messages(
        &self,
        row: i64,
        after: i64,
        level: Option<&str>,
        limit: u32,
    ) -> Result<Vec<MessageRecord>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT message, at, level, task, said, line FROM message
             WHERE run = ?1 AND message > ?2 AND (?3 IS NULL OR level = ?3)
             ORDER BY message LIMIT ?4",
        )?;
        let rows = statement.query_map((row, after, level, limit), message)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many lines a run's log has.
    ///
    /// # Errors
    /// What the database says.
    pub fn count_messages(&self, row: i64) -> Result<u32, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT count(*) FROM message WHERE run = ?1")?;
        Ok(statement.query_row([row], |row| row.get(0))?)
    }

    /// The last lines of a run's log before this one, in their order, at most `limit`; those about a task
    /// when it is given.
    ///
    /// # Errors
    /// What the database says.
    pub fn messages_before(
        &self,
        row: i64,
        before: i64,
        task: Option<&str>,
        limit: u32,
    ) -> Result<Vec<MessageRecord>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(before_of(task))?;
        let rows = statement.query_map((row, before, limit, task), message)?;
        let mut lines: Vec<_> = rows.collect::<Result<_, _>>()?;
        lines.reverse();
        Ok(lines)
    }

    /// The attempts at one task of a run, in their order.
    ///
    /// # Errors
    /// What the database says.
    pub fn attempts_at(&self, row: i64, task: &TaskId) -> Result<Vec<AttemptRecord>, StoreError> {
        let sql = ATTEMPTS.replace("run = ?1", "run = ?1 AND task = ?2");
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(&sql)?;
        let rows = statement.query_map((row, task.as_str()), attempt)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// When the attempts of a run were, those of a task in their order; told one by one, for there may be many.
    ///
    /// # Errors
    /// What the database says.
    pub fn attempt_times(
        &self,
        row: i64,
        mut tell: impl FnMut(AttemptTimes),
    ) -> Result<(), StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(TIMES)?;
        let mut rows = statement.query((row, SENT_BACK))?;
        while let Some(row) = rows.next()? {
            let error: Option<String> = row.get(6)?;
            tell(AttemptTimes {
                task: TaskId(row.get(0)?),
                number: row.get(1)?,
                status: status_of(row, 2)?,
                queued_at: row.get(3)?,
                started_at: row.get(4)?,
                ended_at: row.get(5)?,
                sent_back: error.map(|text| json_of(6, &text)).transpose()?,
            });
        }
        Ok(())
    }

    /// The sizes of what the tasks of a run gave last, in bytes.
    ///
    /// # Errors
    /// What the database says.
    pub fn output_sizes(&self, row: i64) -> Result<Vec<(TaskId, u32)>, StoreError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT task, octet_length(value) FROM output WHERE run = ?1")?;
        let rows = statement.query_map([row], |row| Ok((TaskId(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// The last lines before one. What is asked of one task has an index of its own, for most lines may be about others.
fn before_of(task: Option<&str>) -> &'static str {
    if task.is_some() {
        "SELECT message, at, level, task, said, line FROM message
         WHERE run = ?1 AND task = ?4 AND message < ?2 ORDER BY message DESC LIMIT ?3"
    } else {
        "SELECT message, at, level, task, said, line FROM message
         WHERE run = ?1 AND message < ?2 AND ?4 IS NULL ORDER BY message DESC LIMIT ?3"
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_host::Timestamp;
    use rusqlite::types::Value as Sql;

    use super::*;
    use crate::schema;

    fn steps(connection: &rusqlite::Connection, sql: &str, values: &[Sql]) -> Vec<String> {
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let steps = statement.query_map(rusqlite::params_from_iter(values), |row| row.get(3));
        steps.unwrap().map(Result::unwrap).collect()
    }

    /// The Overview counts them with every change.
    #[test]
    fn those_made_or_ended_since_are_counted_by_indices() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let connection = schema::open_writer(&path, folder.path(), Timestamp(1)).unwrap();
        let filter = RunFilter {
            touched_since: Some(1),
            ..RunFilter::default()
        };
        let (conditions, values) = filter.conditions();
        let steps = steps(&connection, &counted::counting(&conditions), &values).join("\n");
        for index in ["run_by_time (created_at>", "run_ended (ended_at>"] {
            assert!(steps.contains(index), "{steps}");
        }
    }

    /// A run may have a million lines of which a task has ten.
    #[test]
    fn the_last_lines_are_found_without_reading_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let connection = schema::open_writer(&path, folder.path(), Timestamp(1)).unwrap();
        let values = [1.into(), 2.into(), 3.into(), "task".to_owned().into()];
        for (task, search) in [
            (
                Some("task"),
                "message_by_task (run=? AND task=? AND message<?)",
            ),
            (None, "message_by_run (run=? AND message<?)"),
        ] {
            let steps = steps(&connection, before_of(task), &values);
            assert!(
                matches!(&steps[..], [one] if one.ends_with(search)),
                "{steps:?}"
            );
        }
    }

    /// A count of what one index knows never reads the runs themselves.
    #[test]
    fn what_an_index_knows_is_counted_from_it_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let connection = schema::open_writer(&path, folder.path(), Timestamp(1)).unwrap();
        let name = || Some("orders".to_owned());
        let asks: [(Ask<'_>, &str); 4] = [
            (&|ask| ask.source = name(), "SEARCH used USING PRIMARY KEY"),
            (&|ask| ask.agent = name(), "SEARCH used USING PRIMARY KEY"),
            (
                &|ask| ask.begun_by = Some(BegunBy::Event),
                "SEARCH run USING INDEX run_by_beginning",
            ),
            (
                &|ask| ask.status = Some(Status::Waiting),
                "SEARCH run USING COVERING INDEX run_by_status",
            ),
        ];
        for (ask, index) in asks {
            let mut filter = RunFilter::default();
            ask(&mut filter);
            for (sql, conditions) in [walk::counting(&filter), walk::counting_all(&filter)] {
                let steps = steps(&connection, &sql, &conditions.values);
                let reads: Vec<_> = steps
                    .iter()
                    .filter(|step| step.starts_with("SEARCH") || step.starts_with("SCAN"))
                    .collect();
                assert!(
                    matches!(&reads[..], [one, ..] if one.starts_with(index)),
                    "{filter:?}: {steps:#?}"
                );
                let others = reads
                    .iter()
                    .any(|step| step.starts_with("SEARCH run USING INTEGER"));
                assert!(!others, "{filter:?}: {steps:#?}");
            }
        }
    }

    type Ask<'a> = &'a dyn Fn(&mut RunFilter);

    /// However many runs there are, a page costs the runs that are looked at for it: they come in the order of
    /// an index, and none is put in order.
    #[test]
    fn every_page_follows_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let connection = schema::open_writer(&path, folder.path(), Timestamp(1)).unwrap();
        let workflow = || Some("nightly".to_owned());
        let status = Some(Status::Failed);
        let begun_by = Some(BegunBy::Schedule);
        let asks: [(Ask<'_>, &str); 12] = [
            (&|_| {}, "run USING INDEX sqlite_autoindex_run_1"),
            (&|ask| ask.since = Some(1), "sqlite_autoindex_run_1 (id>"),
            (&|ask| ask.until = Some(7), "sqlite_autoindex_run_1 (id<"),
            (
                &|ask| ask.workflow = workflow(),
                "run_by_workflow (workflow_id=?",
            ),
            (&|ask| ask.status = status, "run_by_status (status=?"),
            (
                &|ask| (ask.status, ask.since) = (status, Some(1)),
                "run_by_status (status=? AND id>",
            ),
            (
                &|ask| ask.needs = Some(RunNeed::Look { since: 1 }),
                "run_by_status (status=?",
            ),
            (
                &|ask| ask.begun_by = begun_by,
                "run_by_beginning (begun_by=?",
            ),
            (
                &|ask| (ask.begun_by, ask.status) = (begun_by, status),
                "run_by_status (status=?",
            ),
            (
                &|ask| (ask.workflow, ask.status) = (workflow(), status),
                "run_by_workflow_status (workflow_id=? AND status=?",
            ),
            (
                &|ask| (ask.source, ask.begun_by) = (workflow(), begun_by),
                "SEARCH used USING PRIMARY KEY (kind=? AND name=?",
            ),
            (
                &|ask| (ask.agent, ask.status) = (workflow(), status),
                "SEARCH used USING PRIMARY KEY (kind=? AND name=?",
            ),
        ];
        for (ask, index) in asks {
            let mut filter = RunFilter::default();
            ask(&mut filter);
            for (after, oldest_first) in [
                (None, false),
                (Some(RunId(ulid::Ulid(7))), false),
                (None, true),
            ] {
                let filter = RunFilter {
                    after: after.or(filter.after),
                    oldest_first,
                    limit: 50,
                    ..filter.clone()
                };
                let (sql, conditions) = walk::statement(&filter);
                let steps = steps(&connection, &sql, &conditions.values);
                assert!(
                    steps.iter().any(|step| step.contains(index)),
                    "{filter:?}: {steps:#?}"
                );
                let sorts = steps.iter().any(|step| step.contains("TEMP B-TREE"));
                assert!(!sorts, "{filter:?}: {steps:#?}");
            }
        }
    }

    /// However many attempts a run that failed had.
    #[test]
    fn why_a_run_failed_is_found_by_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let connection = schema::open_writer(&path, folder.path(), Timestamp(1)).unwrap();
        let steps = steps(
            &connection,
            crate::run_overview::FAILURE,
            &[Sql::Integer(1)],
        );
        assert!(
            matches!(&steps[..], [one] if one.contains("attempt_failed (run=?)")),
            "{steps:#?}"
        );
    }
}
