//! Taking old runs and executions out of the history.
//!
//! A run goes with all that belongs to it, the runs its tasks started, and its texts in the index. It
//! goes only when all of that has ended: what waits or could go on is never old. Removing goes in
//! small transactions, so that an engine at work hardly waits and whoever asked can stop at any
//! time; what is gone by then is told as gone (`space` gives the room back to the disk).

use std::collections::{BTreeMap, VecDeque};

use flowkeep_host::{Progress, Timestamp};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::interrupt::interruptible;
use crate::run_search::join_stretches;
use crate::search::{self, Searched};
use crate::{NewOperation, Store, StoreError, Tag, Tx, schema, session};

/// Runs of one transaction, with those below each, and about how many rows they may have: whoever writes meanwhile
/// waits for as long.
const BATCH: usize = 50;
const ROWS: u64 = 20_000;

/// What belongs to a run, and about how many bytes a row of it takes with its part in the index.
/// `run` is last: the others refer to it.
pub(crate) const OF_A_RUN: [(&str, &str); 8] = [
    ("run_task", "octet_length(state) + octet_length(task) + 30"),
    (
        "attempt",
        "octet_length(task) + coalesce(octet_length(error), 0) * 2 + 100",
    ),
    ("output", "octet_length(value) + octet_length(task) + 30"),
    (
        "message",
        "coalesce(octet_length(said), 0) * 2 + coalesce(octet_length(line), 0) * 2 + 70",
    ),
    ("answer", "octet_length(value) + 30"),
    ("run_request", "octet_length(wanted) + 60"),
    ("run_folder", "coalesce(octet_length(archive), 0) + 60"),
    (
        "run",
        "octet_length(context) * 2 + octet_length(start) + coalesce(octet_length(head), 0) + 400",
    ),
];

pub(crate) const FINAL: &str = "('succeeded', 'failed', 'cancelled', 'skipped')";

/// What is old.
#[derive(Debug, Clone, Default)]
pub struct CleanUpRule {
    /// Milliseconds: what ended before, but for the newest of each workflow: a clock may be years
    /// ahead. What came in from a file of its own since then stays, whenever it ended.
    pub before: Option<i64>,
    /// What is not among so many newest of its workflow.
    pub keep: Option<u32>,
    /// Only of this workflow.
    pub workflow: Option<String>,
}

/// What is removed, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CleanUp {
    /// Runs, with those their tasks started.
    pub runs: u32,
    /// Executions that other programs recorded.
    pub executions: u32,
    /// Rows of all tables, without those of the index.
    pub rows: u64,
    /// About as many bytes in the database.
    pub bytes: u64,
    /// Runs and executions of each workflow, by its id; without an id those of single operations.
    pub workflows: BTreeMap<Option<String>, u32>,
}

impl CleanUp {
    /// What both remove.
    pub fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.executions += other.executions;
        self.rows += other.rows;
        self.bytes += other.bytes;
        for (workflow, count) in other.workflows {
            *self.workflows.entry(workflow).or_default() += count;
        }
    }
}

/// Told the ids of what is about to go.
pub type Copies<'a> = &'a mut dyn FnMut(&[String]);

/// Who cleans up, for Activity.
#[derive(Debug, Clone)]
pub struct CleanUpActor {
    /// Who.
    pub actor: String,
    /// Through which face.
    pub face: &'static str,
}

impl Store {
    /// What a rule would remove now.
    ///
    /// # Errors
    /// [`StoreError::Cancelled`]; what the database says.
    pub fn clean_up_preview(
        &self,
        rule: &CleanUpRule,
        progress: &dyn Progress,
    ) -> Result<CleanUp, StoreError> {
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        let mut all = CleanUp::default();
        interruptible(&reader, progress.cancellation(), || {
            let old = old(&reader, rule)?;
            let (mut done, total) = (0, old.total());
            for batch in old.batches() {
                all.add(batch.measure(&reader)?);
                done += batch.roots.len();
                step(progress, "gather", done, total);
            }
            Ok(())
        })?;
        Ok(all)
    }

    /// Removes what a rule names, and records it as one operation. Cancelled, it answers what was
    /// removed until then. Whoever keeps copies elsewhere (`copies`) is told the ids of what goes,
    /// before it does: what is broken off between leaves no copy behind.
    ///
    /// # Errors
    /// What the database says; what was removed by then stays so and is in Activity.
    pub fn clean_up(
        &self,
        rule: &CleanUpRule,
        actor: &CleanUpActor,
        mut copies: Option<Copies<'_>>,
        progress: &dyn Progress,
    ) -> Result<CleanUp, StoreError> {
        let old = {
            let reader = self.reader()?;
            interruptible(&reader, progress.cancellation(), || old(&reader, rule))?
        };
        let mut all = CleanUp::default();
        let mut operation = None;
        let (mut done, total) = (0, old.total());
        let mut rest = old.batches().collect::<VecDeque<_>>();
        while let Some(mut batch) = rest.pop_front() {
            if progress.cancelled() {
                break;
            }
            let count = batch.within(&*self.reader()?)?;
            if count < batch.roots.len() {
                let roots = batch.roots.split_off(count);
                rest.push_front(Batch { roots, ..batch });
            }
            done += batch.roots.len();
            if let Some(copies) = &mut copies {
                copies(&batch.ids(&*self.reader()?)?);
            }
            let (actor, before) = (actor.clone(), all.runs + all.executions);
            let known = operation.take();
            let (removed, id) = self.alone(move |connection, now| {
                batch.remove(connection, now, &actor, known, before)
            })?;
            all.add(removed);
            operation = id;
            step(progress, "remove", done, total);
        }
        Ok(all)
    }
}

fn step(progress: &dyn Progress, phase: &'static str, done: usize, total: usize) {
    let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
    progress.step(phase, number(done), Some(number(total)), None);
}

/// Rows that are old: runs that no other run's task started, and executions.
struct Old {
    runs: Vec<i64>,
    executions: Vec<i64>,
}

/// A few of them.
struct Batch {
    searched: Searched,
    roots: Vec<i64>,
}

impl Old {
    fn total(&self) -> usize {
        self.runs.len() + self.executions.len()
    }

    fn batches(&self) -> impl Iterator<Item = Batch> {
        let of = |searched, rows: &[i64]| Batch {
            searched,
            roots: rows.to_vec(),
        };
        let runs = self.runs.chunks(BATCH);
        let executions = self.executions.chunks(BATCH);
        runs.map(move |rows| of(Searched::Runs, rows))
            .chain(executions.map(move |rows| of(Searched::Executions, rows)))
    }
}

fn old(connection: &Connection, rule: &CleanUpRule) -> Result<Old, StoreError> {
    let rows = |sql: &str| -> Result<Vec<i64>, StoreError> {
        let mut statement = connection.prepare(sql)?;
        let rows =
            statement.query_map((rule.before, rule.keep, &rule.workflow), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    let of = if rule.workflow.is_some() {
        "workflow_id = ?3"
    } else {
        "?3 IS NULL"
    };
    let is_not_young = "id NOT IN (SELECT id FROM came_in WHERE at >= ?1)";
    // By ids, which rise whatever the clock does; rows of runs that came with a backup do not.
    Ok(Old {
        runs: rows(&format!(
            "SELECT run FROM (
               SELECT run, ended_at,
                 row_number() OVER (PARTITION BY workflow_id ORDER BY id DESC) AS place
               FROM run WHERE parent IS NULL AND status IN {FINAL} AND {of} AND {is_not_young})
             WHERE (ended_at < ?1 AND place > 1) OR place > ?2 ORDER BY run"
        ))?,
        executions: rows(&format!(
            "SELECT execution FROM (
               SELECT execution, coalesce(ended_at, at) AS ended_at,
                 row_number() OVER (PARTITION BY workflow_id ORDER BY at DESC, execution DESC)
                   AS place
               FROM execution WHERE state IN {FINAL} AND {of} AND {is_not_young})
             WHERE (ended_at < ?1 AND place > 1) OR place > ?2 ORDER BY execution"
        ))?,
    })
}

impl Batch {
    /// How many of them, from the first on, are removed at once.
    fn within(&self, connection: &Connection) -> Result<usize, StoreError> {
        match self.searched {
            Searched::Runs => within(&self.roots, ROWS, |root| rows_below(connection, *root)),
            Searched::Executions => Ok(self.roots.len()),
        }
    }

    /// The rows that go: each root with what is below it, unless some of that has not ended.
    fn rows(&self, connection: &Connection) -> Result<Vec<i64>, StoreError> {
        if self.searched == Searched::Executions {
            return Ok(self.roots.clone());
        }
        let mut statement = connection.prepare_cached(&format!(
            "WITH RECURSIVE tree(run) AS (
               SELECT ?1 UNION SELECT r.run FROM tree JOIN run r ON r.parent = tree.run)
             SELECT run, status IN {FINAL} FROM run JOIN tree USING (run)"
        ))?;
        let mut rows = Vec::new();
        for root in &self.roots {
            let tree = statement.query_map([root], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let tree: Vec<(i64, bool)> = tree.collect::<Result<_, _>>()?;
            if tree.iter().all(|(_, ended)| *ended) {
                rows.extend(tree.into_iter().map(|(row, _)| row));
            }
        }
        Ok(rows)
    }

    fn ids(&self, connection: &Connection) -> Result<Vec<String>, StoreError> {
        let rows = list(&self.rows(connection)?);
        let sql = match self.searched {
            Searched::Runs => "SELECT id FROM run WHERE run IN (SELECT value FROM json_each(?1))",
            Searched::Executions => {
                "SELECT id FROM execution WHERE execution IN (SELECT value FROM json_each(?1))"
            }
        };
        let mut statement = connection.prepare_cached(sql)?;
        let ids = statement.query_map([rows], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    fn measure(&self, connection: &Connection) -> Result<CleanUp, StoreError> {
        let rows = self.rows(connection)?;
        self.measure_rows(connection, &list(&rows), rows.len())
    }

    fn measure_rows(
        &self,
        connection: &Connection,
        rows: &str,
        count: usize,
    ) -> Result<CleanUp, StoreError> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let mut sum = CleanUp::default();
        let mut take = |table: &str, key: &str, bytes: &str| -> Result<(), StoreError> {
            let sql = format!(
                "SELECT count(*), coalesce(sum({bytes}), 0) FROM {table}
                 WHERE {key} IN (SELECT value FROM json_each(?1))"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let (rows, bytes): (u64, u64) =
                statement.query_row([rows], |row| Ok((row.get(0)?, row.get(1)?)))?;
            sum.rows += rows;
            sum.bytes += bytes;
            Ok(())
        };
        let table = match self.searched {
            Searched::Runs => {
                for (table, bytes) in OF_A_RUN {
                    take(table, "run", bytes)?;
                }
                sum.runs = count;
                "run"
            }
            Searched::Executions => {
                let text = "coalesce(octet_length(text), octet_length(value), 0) * 2 + 60";
                take("execution_message", "execution", text)?;
                let bytes = "coalesce(octet_length(context), 0) * 2 + 300";
                take("execution", "execution", bytes)?;
                sum.executions = count;
                "execution"
            }
        };
        let sql = format!(
            "SELECT workflow_id, count(*) FROM {table}
             WHERE {table} IN (SELECT value FROM json_each(?1)) GROUP BY workflow_id"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let counts = statement.query_map([rows], |row| Ok((row.get(0)?, row.get(1)?)))?;
        sum.workflows = counts.collect::<Result<_, _>>()?;
        Ok(sum)
    }

    /// Removes them in one transaction, which also says so in Activity: in the operation that the
    /// first batch made, where there is one.
    fn remove(
        &self,
        connection: &mut Connection,
        now: Timestamp,
        actor: &CleanUpActor,
        known: Option<String>,
        before: u32,
    ) -> Result<(CleanUp, Option<String>), StoreError> {
        let connection = Unchecked::new(connection)?;
        let transaction = Transaction::new_unchecked(connection.0, TransactionBehavior::Immediate)?;
        schema::check_version(&transaction)?;
        let rows = self.rows(&transaction)?;
        if rows.is_empty() {
            return Ok((CleanUp::default(), known));
        }
        let listed = list(&rows);
        let removed = self.measure_rows(&transaction, &listed, rows.len())?;
        for row in &rows {
            search::forget(&transaction, self.searched, *row)?;
        }
        let delete = |table: &str, key: &str| -> Result<(), StoreError> {
            let sql =
                format!("DELETE FROM {table} WHERE {key} IN (SELECT value FROM json_each(?1))");
            transaction.prepare_cached(&sql)?.execute([&listed])?;
            Ok(())
        };
        let tx = Tx::new(&transaction, now);
        match self.searched {
            Searched::Runs => {
                let texts = texts(&transaction, &listed)?;
                if session::leave_runs(&transaction, &listed)? {
                    tx.tag(&Tag::Session);
                }
                for (table, _) in OF_A_RUN {
                    delete(table, "run")?;
                }
                remove_unused_texts(&transaction, &texts)?;
                join_stretches(&transaction)?;
                tx.tag(&Tag::Runs);
                tx.tag(&Tag::Started);
            }
            Searched::Executions => {
                delete("execution_message", "execution")?;
                delete("execution", "execution")?;
                tx.tag(&Tag::Log);
            }
        }
        let total = (before + removed.runs + removed.executions).to_string();
        let id = tell(&tx, actor, known, &total)?;
        tx.record_change()?;
        transaction.commit()?;
        Ok((removed, Some(id)))
    }
}

/// How many of these, from the first on, one transaction takes: one at least, at most [`BATCH`], and together no more
/// than this, as they are weighed.
pub(crate) fn within<T>(
    all: &[T],
    most: u64,
    mut weigh: impl FnMut(&T) -> Result<u64, StoreError>,
) -> Result<usize, StoreError> {
    let mut sum = 0;
    for (count, one) in all.iter().enumerate().take(BATCH) {
        sum += weigh(one)?;
        if sum > most {
            return Ok(count.max(1));
        }
    }
    Ok(all.len().min(BATCH))
}

/// As [`within`], for runs that are deleted.
pub(crate) fn runs_within<T>(
    connection: &Connection,
    all: &[T],
    row: impl Fn(&T) -> Result<Option<i64>, StoreError>,
) -> Result<usize, StoreError> {
    within(all, ROWS, |one| match row(one)? {
        Some(row) => rows_below(connection, row),
        None => Ok(0),
    })
}

/// How many rows a run has with the runs below it.
fn rows_below(connection: &Connection, run: i64) -> Result<u64, StoreError> {
    let counts = OF_A_RUN.map(|(table, _)| {
        format!("(SELECT count(*) FROM {table} WHERE run IN (SELECT run FROM tree))")
    });
    let sql = format!(
        "WITH RECURSIVE tree(run) AS (
           SELECT ?1 UNION SELECT r.run FROM tree JOIN run r ON r.parent = tree.run)
         SELECT {}",
        counts.join(" + ")
    );
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([run], |row| row.get(0))?)
}

fn tell(
    tx: &Tx<'_>,
    actor: &CleanUpActor,
    known: Option<String>,
    total: &str,
) -> Result<String, StoreError> {
    if let Some(id) = known {
        tx.connection.execute(
            "UPDATE operation SET subject_name = ?2 WHERE id = ?1",
            (&id, total),
        )?;
        tx.tag(&Tag::Operation);
        return Ok(id);
    }
    let id = tx.next_operation_id()?;
    tx.record_operation(
        id,
        &NewOperation {
            actor: &actor.actor,
            face: actor.face,
            operation: "log_clean_up",
            name: Some(total),
            undoes: None,
            items: &[],
        },
    )?;
    Ok(id.to_string())
}

/// The definitions of runs.
fn texts(connection: &Connection, runs: &str) -> Result<String, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT content FROM run WHERE run IN (SELECT value FROM json_each(?1))",
    )?;
    let texts = statement.query_map([runs], |row| row.get(0))?;
    Ok(list(&texts.collect::<Result<Vec<_>, _>>()?))
}

/// Of these texts, those that nothing refers to any more.
pub(crate) fn remove_unused_texts(connection: &Connection, texts: &str) -> Result<(), StoreError> {
    connection.prepare_cached(UNUSED)?.execute([texts])?;
    Ok(())
}

const UNUSED: &str = "DELETE FROM content WHERE content IN (SELECT value FROM json_each(?1))
    AND NOT EXISTS (SELECT 1 FROM run r WHERE r.content = content.content)
    AND NOT EXISTS (SELECT 1 FROM removed_run r WHERE r.content = content.content)
    AND NOT EXISTS (SELECT 1 FROM revision r WHERE r.content = content.content)
    AND NOT EXISTS (SELECT 1 FROM document d WHERE d.content = content.content)";

/// A connection that does not look, for every row that goes, whether another one refers to it: some
/// who might have no index to be found by. A test holds the lists here against the schema.
pub(crate) struct Unchecked<'a>(pub(crate) &'a Connection);

impl<'a> Unchecked<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Result<Self, StoreError> {
        connection.execute_batch("PRAGMA foreign_keys = OFF")?;
        Ok(Self(connection))
    }
}

impl Drop for Unchecked<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.execute_batch("PRAGMA foreign_keys = ON") {
            tracing::error!(%error, "references are no longer checked");
        }
    }
}

pub(crate) fn list(rows: &[i64]) -> String {
    serde_json::Value::from(rows).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Who comes to refer to runs, or to texts, has to be in the lists here.
    #[test]
    fn all_that_refers_to_what_is_removed_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let connection = schema::open_writer(&path, folder.path(), Timestamp(1)).unwrap();
        let referring = |to: &str| -> BTreeSet<String> {
            let mut statement = connection
                .prepare(
                    "SELECT t.name FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
                     WHERE t.type = 'table' AND f.\"table\" = ?1",
                )
                .unwrap();
            let names = statement.query_map([to], |row| row.get(0)).unwrap();
            names.map(Result::unwrap).collect()
        };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(
            referring("run"),
            OF_A_RUN
                .iter()
                .map(|(name, _)| (*name).to_owned())
                .collect()
        );
        assert_eq!(referring("execution"), names(&["execution_message"]));
        assert_eq!(
            referring("content"),
            names(&["run", "removed_run", "revision", "document"])
        );
    }

    /// Who removes a batch holds everybody else up, so it looks for its rows by indexes.
    #[test]
    fn nothing_is_gone_through_whole_to_remove_a_batch() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flowkeep.db");
        let connection = schema::open_writer(&path, folder.path(), Timestamp(1)).unwrap();
        let of_runs = OF_A_RUN.iter().map(|(table, _)| {
            format!("DELETE FROM {table} WHERE run IN (SELECT value FROM json_each(?1))")
        });
        for sql in of_runs.chain([UNUSED.to_owned()]) {
            let mut statement = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
                .unwrap();
            let steps = statement.query_map(["[]"], |row| row.get(3)).unwrap();
            for step in steps.map(Result::<String, _>::unwrap) {
                let scans = step.starts_with("SCAN") && !step.contains("json_each");
                assert!(!scans, "{sql}: {step}");
            }
        }
    }
}
