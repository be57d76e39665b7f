//! Runs for people: pages, details, the log.

use std::collections::{BTreeMap, BTreeSet};

use flowkeep_core::run::route::PassedOver;
use flowkeep_core::run::{Status, TaskId};
use flowkeep_core::{Message, RunId};
use rusqlite::Row;
use rusqlite::types::Value as Sql;
use serde::{Deserialize, Serialize};

use crate::run::{first_id, id_of, json_of, status_of};
use crate::run_noted::{NotedRecord, noted};
use crate::run_overview::{ASKS, NEEDS_A_LOOK, failure};
use crate::run_round::Said;
use crate::run_search::found;
use crate::{Store, StoreError};

/// Characters of a run's id.
const ID_LENGTH: usize = 26;

/// Which runs.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Of this workflow.
    pub workflow: Option<String>,
    /// Of this status.
    pub status: Option<Status>,
    /// Those that need a person, for this.
    pub needs: Option<RunNeed>,
    /// Milliseconds; made at or after.
    pub since: Option<i64>,
    /// Milliseconds; made before.
    pub until: Option<i64>,
    /// Milliseconds; made or ended at or after.
    pub touched_since: Option<i64>,
    /// In whose texts (messages, errors, what it was started with, names and ids) all of these are:
    /// expressions of `core::search_words`.
    pub words: Option<Vec<String>>,
    /// Older than this one.
    pub after: Option<RunId>,
    /// Rows of the page.
    pub limit: u32,
    /// Whether to count them all.
    pub count: bool,
}

/// What a run needs a person for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunNeed {
    /// A task asks.
    Answer,
    /// It failed, and its workflow has not succeeded since.
    Look {
        /// Milliseconds; made at or after.
        since: i64,
    },
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
    })
}

/// A page of runs, newest first.
#[derive(Debug)]
pub struct RunPage {
    /// The rows.
    pub items: Vec<RunRecord>,
    /// Where the next page begins.
    pub next: Option<RunId>,
    /// How many there are in all, when that was wanted.
    pub total: Option<u32>,
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

/// All of a filter but its words, as SQL and what is bound there.
fn conditions(filter: &RunFilter) -> (Vec<String>, Vec<Sql>) {
    let mut conditions = vec!["1".to_owned()];
    let mut values: Vec<Sql> = Vec::new();
    let mut add = |condition: &str, value: Sql| {
        values.push(value);
        conditions.push(condition.replace('?', &format!("?{}", values.len())));
    };
    if let Some(workflow) = &filter.workflow {
        add("workflow_id = ?", workflow.clone().into());
    }
    if let Some(status) = filter.status {
        add("status = ?", status.as_str().to_owned().into());
    }
    if let Some(since) = filter.since {
        add("created_at >= ?", since.into());
    }
    if let Some(until) = filter.until {
        add("created_at < ?", until.into());
    }
    if let Some(since) = filter.touched_since {
        // As two conditions, each of which has its index.
        add("(created_at >= ? OR ended_at >= ?)", since.into());
    }
    match filter.needs {
        Some(RunNeed::Look { since }) => {
            add(NEEDS_A_LOOK, since.into());
            add("id >= ?", first_id(since).into());
        }
        Some(RunNeed::Answer) => conditions.push(ASKS.to_owned()),
        None => {}
    }
    (conditions, values)
}

/// A page of runs that are found without words, the newest first and one more than wanted.
fn page(filter: &RunFilter) -> (String, Vec<Sql>) {
    let (mut conditions, mut values) = conditions(filter);
    let mut add = |condition: &str, id: String| {
        values.push(id.into());
        conditions.push(format!("{condition} ?{}", values.len()));
    };
    if let Some(since) = filter.since {
        // It says no more than the moment does, and ends the walk down the ids.
        add("id >=", first_id(since));
    }
    if let Some(after) = filter.after {
        add("id <", after.to_string());
    }
    let sql = format!(
        "SELECT {} FROM run WHERE {} ORDER BY id DESC LIMIT {}",
        RunRecord::COLUMNS,
        conditions.join(" AND "),
        u64::from(filter.limit) + 1
    );
    (sql, values)
}

/// How many runs these conditions hold for.
fn counted(conditions: &str) -> String {
    format!("SELECT count(*) FROM run WHERE {conditions}")
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

    /// The runs whose ids stand in outputs that a run took over from the one it repeats: their files
    /// are still named there.
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
            let words = value.split(|one: char| !one.is_ascii_alphanumeric());
            let ids = words.filter(|word| word.len() == ID_LENGTH);
            named.extend(ids.filter_map(|word| word.parse::<RunId>().ok()));
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

    /// A page of runs, newest first. The place of a page is the id of its last run, which may have been
    /// removed meanwhile.
    ///
    /// # Errors
    /// What the database says.
    pub fn runs(&self, filter: &RunFilter) -> Result<RunPage, StoreError> {
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        let (conditions, values) = conditions(filter);
        let conditions = conditions.join(" AND ");
        let (mut items, total) = if let Some(words) = &filter.words {
            found(&reader, filter, words, &conditions, &values)?
        } else {
            let total = if filter.count {
                let sql = counted(&conditions);
                let count = |row: &rusqlite::Row<'_>| row.get(0);
                Some(reader.query_row(&sql, rusqlite::params_from_iter(&values), count)?)
            } else {
                None
            };
            let (sql, values) = page(filter);
            let mut statement = reader.prepare(&sql)?;
            let rows = statement.query_map(rusqlite::params_from_iter(&values), listed)?;
            (rows.collect::<Result<Vec<_>, _>>()?, total)
        };
        let more = items.len() > filter.limit as usize;
        items.truncate(filter.limit as usize);
        for item in &mut items {
            match item.status {
                Status::Failed => item.failed = failure(&reader, item.row)?,
                Status::Succeeded => item.noted = noted(&reader, item.row)?,
                _ => {}
            }
        }
        let next = items.last().filter(|_| more).map(|row| row.id);
        Ok(RunPage { items, next, total })
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
        let rows = statement.query_map((row, after, level, limit), |row| {
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
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_host::Timestamp;

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
        let (conditions, values) = conditions(&RunFilter {
            touched_since: Some(1),
            ..RunFilter::default()
        });
        let steps = steps(&connection, &counted(&conditions.join(" AND ")), &values).join("\n");
        for index in ["run_by_time (created_at>", "run_ended (ended_at>"] {
            assert!(steps.contains(index), "{steps}");
        }
    }

    /// However many runs there are, a page costs what is in it: the order is that of an index, and no
    /// row is sorted.
    #[test]
    fn every_page_follows_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let connection = schema::open_writer(&path, folder.path(), Timestamp(1)).unwrap();
        let any = RunFilter::default;
        let workflow = Some("nightly".to_owned());
        let status = Some(Status::Failed);
        for (filter, index) in [
            (any(), "sqlite_autoindex_run_1"),
            (
                RunFilter {
                    since: Some(1),
                    ..any()
                },
                "sqlite_autoindex_run_1 (id>",
            ),
            (
                RunFilter {
                    workflow: workflow.clone(),
                    ..any()
                },
                "run_by_workflow (workflow_id=?",
            ),
            (RunFilter { status, ..any() }, "run_by_status (status=?"),
            (
                RunFilter {
                    status,
                    since: Some(1),
                    ..any()
                },
                "run_by_status (status=? AND id>",
            ),
            (
                RunFilter {
                    workflow,
                    status,
                    ..any()
                },
                "run_by_",
            ),
        ] {
            for after in [None, Some(RunId(ulid::Ulid(7)))] {
                let filter = RunFilter {
                    after,
                    limit: 50,
                    ..filter.clone()
                };
                let (sql, values) = page(&filter);
                let steps = steps(&connection, &sql, &values);
                assert_eq!(steps.len(), 1, "{filter:?}: {steps:?}");
                assert!(steps[0].contains(index), "{filter:?}: {steps:?}");
            }
        }
    }
}
