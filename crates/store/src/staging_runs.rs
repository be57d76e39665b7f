//! Runs in a plan, and how they come in: whole, by their ids, never over one that is here. One that was
//! under way comes in as interrupted, and stays so until somebody lets it go on.

use flowkeep_core::log::words_of;
use flowkeep_core::run::{Head, Start, Status, TaskId};
use rusqlite::{Connection, OptionalExtension as _};

use crate::run::{facts, list_or_null, to_json};
use crate::run_search::begin_stretch;
use crate::search::{self, MESSAGES, PLACE_BITS, Place, Searched};
use crate::snapshot_runs::{SnapshotMessage, SnapshotRun, SnapshotRunHead, SnapshotTask};
use crate::{AttemptRecord, Staging, StoreError};

/// A run in a plan that does not come in.
#[derive(Debug)]
pub struct BrokenRun {
    /// Its id.
    pub id: String,
    /// What its workflow was called.
    pub workflow_name: String,
    /// Whether the definition it was started with is missing; else a part of itself is.
    pub without_definition: bool,
}

impl Staging {
    /// Adds a part of a run.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_run_part(&mut self, part: &SnapshotRun) -> Result<(), StoreError> {
        let plan = &self.connection;
        let (of, found) = match part {
            SnapshotRun::Definition { sha256, text } => {
                plan.prepare_cached(
                    "INSERT OR IGNORE INTO run_content(sha256, text) VALUES (?1, ?2)",
                )?
                .execute((sha256.0, text))?;
                return Ok(());
            }
            SnapshotRun::Run(run) => return add_run(plan, run),
            SnapshotRun::Tasks { of, tasks } => (of, add_tasks(plan, &of.to_string(), tasks)?),
            SnapshotRun::Attempts { of, attempts } => {
                (of, add_attempts(plan, &of.to_string(), attempts)?)
            }
            SnapshotRun::Output { of, task, value } => {
                let mut statement =
                    plan.prepare_cached("INSERT OR IGNORE INTO output VALUES (?1, ?2, ?3)")?;
                (
                    of,
                    statement.execute((of.to_string(), task.as_str(), value))?,
                )
            }
            SnapshotRun::Answer { of, task, value } => {
                let mut statement =
                    plan.prepare_cached("INSERT OR IGNORE INTO answer VALUES (?1, ?2, ?3)")?;
                (
                    of,
                    statement.execute((of.to_string(), task.as_str(), value))?,
                )
            }
            SnapshotRun::Messages { of, messages } => {
                (of, add_messages(plan, &of.to_string(), messages)?)
            }
        };
        plan.prepare_cached("UPDATE run SET found = found + ?2 WHERE id = ?1")?
            .execute((of.to_string(), found))?;
        Ok(())
    }

    /// Gives every run that is not whole to `each`: it does not come in.
    ///
    /// # Errors
    /// What the database says.
    pub fn each_broken_run(&self, mut each: impl FnMut(BrokenRun)) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare(&format!(
            "SELECT s.id, s.workflow_name, c.sha256 IS NULL
             FROM run s LEFT JOIN run_content c USING (sha256)
             WHERE c.sha256 IS NULL OR NOT ({WHOLE}) ORDER BY s.id"
        ))?;
        let rows = statement.query_map([], |row| {
            Ok(BrokenRun {
                id: row.get(0)?,
                workflow_name: row.get(1)?,
                without_definition: row.get(2)?,
            })
        })?;
        for row in rows {
            each(row?);
        }
        Ok(())
    }
}

fn add_tasks(plan: &Connection, of: &str, tasks: &[SnapshotTask]) -> Result<usize, StoreError> {
    let mut statement = plan.prepare_cached(
        "INSERT OR IGNORE INTO run_task(run, task, status, state) VALUES (?1, ?2, ?3, ?4)",
    )?;
    let mut added = 0;
    for task in tasks {
        let status = left(task.state.status()).as_str();
        let state = to_json(&task.state)?;
        added += statement.execute((of, task.task.as_str(), status, state))?;
    }
    Ok(added)
}

fn add_attempts(
    plan: &Connection,
    of: &str,
    attempts: &[AttemptRecord],
) -> Result<usize, StoreError> {
    let mut statement = plan.prepare_cached(
        "INSERT OR IGNORE INTO attempt(run, task, number, status, queued_at, started_at, \
         ended_at, agent, data_source, rule, passed_over, error, place, terms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?;
    let mut added = 0;
    for attempt in attempts {
        let place = Place::Error(attempt.task.as_str(), attempt.number);
        let words = attempt.error.as_ref().map(words_of);
        added += statement.execute(rusqlite::params![
            of,
            attempt.task.as_str(),
            attempt.number,
            left(attempt.status).as_str(),
            attempt.queued_at,
            attempt.started_at,
            attempt.ended_at,
            attempt.agent,
            attempt.data_source,
            attempt.rule,
            list_or_null(&attempt.passed_over)?,
            attempt.error.as_ref().map(to_json).transpose()?,
            place.number(),
            search::terms(&words.unwrap_or_default()),
        ])?;
    }
    Ok(added)
}

fn add_messages(
    plan: &Connection,
    of: &str,
    messages: &[SnapshotMessage],
) -> Result<usize, StoreError> {
    let mut statement = plan.prepare_cached(
        "INSERT INTO message(run, at, level, task, said, line, terms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for message in messages {
        let words = message.said.as_ref().map(words_of);
        let words = words.as_ref().or(message.line.as_ref());
        statement.execute((
            of,
            message.at,
            &message.level,
            message.task.as_ref().map(TaskId::as_str),
            message.said.as_ref().map(to_json).transpose()?,
            &message.line,
            search::terms(words.map_or("", String::as_str)),
        ))?;
    }
    Ok(messages.len())
}

/// What is told of something that was running there: here nobody runs it.
fn left(status: Status) -> Status {
    match status {
        Status::Running => Status::Interrupted,
        other => other,
    }
}

fn add_run(plan: &Connection, run: &SnapshotRunHead) -> Result<(), StoreError> {
    let open = !run.status.is_final();
    let status = if open {
        Status::Interrupted
    } else {
        run.status
    };
    let head = run.head.clone().map(|head| Head {
        status,
        orphaned: open,
        ..head
    });
    let mut statement = plan.prepare_cached(
        "INSERT OR IGNORE INTO run(id, workflow_id, workflow_name, revision, sha256, format, \
         context, start, seed, actor, face, repeats, parent, parent_task, parent_attempt, depth, \
         status, head, created_at, started_at, ended_at, rows, terms, session)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, \
         ?19, ?20, ?21, ?22, ?23, ?24)",
    )?;
    let id = run.id.to_string();
    let workflow = run.workflow_id.as_deref();
    let definition = match workflow {
        Some(_) => None,
        None => plan
            .prepare_cached("SELECT text FROM run_content WHERE sha256 = ?1")?
            .query_row([run.definition.0], |row| row.get(0))
            .optional()?,
    };
    let definition: String = definition.unwrap_or_default();
    let facts = facts(&id, workflow, &run.workflow_name, &run.context, &definition);
    statement.execute(rusqlite::params![
        id,
        run.workflow_id,
        run.workflow_name,
        run.revision,
        run.definition.0,
        run.format.as_str(),
        run.context,
        // The folder of that name may be another one here.
        to_json(&Start {
            folder: None,
            on_archive_failure: None,
            ..run.start.clone()
        })?,
        run.seed,
        run.actor,
        run.face,
        run.repeats.map(|id| id.to_string()),
        run.parent.map(|id| id.to_string()),
        run.parent_task.as_ref().map(TaskId::as_str),
        run.parent_attempt,
        run.depth,
        status.as_str(),
        head.as_ref().map(to_json).transpose()?,
        run.created_at,
        run.started_at,
        // One that has ended says when; without that it would be taken for one under way.
        run.ended_at
            .or((!open).then_some(run.created_at))
            .filter(|_| !open),
        run.rows,
        search::terms(&facts),
        run.session,
    ])?;
    Ok(())
}

/// What a run `s` of a plan has to be to come in.
const WHOLE: &str = "s.rows IS NULL OR s.rows = s.found";

/// Which of a plan's runs come in; `live` is the catalog's schema.
pub(crate) fn coming(live: &str, staged: &str) -> String {
    format!(
        "FROM {staged}.run s JOIN {staged}.run_content c USING (sha256)
         WHERE ({WHOLE}) AND s.id NOT IN (SELECT id FROM {live}.run)"
    )
}

/// Brings runs in; says how many.
pub(crate) fn put_runs(connection: &Connection) -> Result<u32, StoreError> {
    let before = last_row(connection, "run")?;
    let coming = coming("main", "staged");
    let older: bool = connection.query_row(
        &format!("SELECT coalesce(min(s.id) < (SELECT id FROM main.run ORDER BY run DESC LIMIT 1), 0) {coming}"),
        [],
        |row| row.get(0),
    )?;
    if older {
        begin_stretch(connection, before + 1)?;
    }
    connection.execute_batch(&format!(
        "INSERT INTO main.content(sha256, text)
         SELECT DISTINCT c.sha256, c.text {coming}
         ON CONFLICT(sha256) DO UPDATE SET text = excluded.text WHERE text <> excluded.text"
    ))?;
    let runs = connection.execute(
        &format!(
            "INSERT INTO main.run(id, workflow_id, workflow_name, revision, content, format,
               context, start, seed, actor, face, repeats, parent_task, parent_attempt, depth,
               status, head, created_at, started_at, ended_at, brought_in, session)
             SELECT s.id, s.workflow_id, s.workflow_name, s.revision,
               (SELECT content FROM main.content WHERE sha256 = s.sha256), s.format,
               s.context, s.start, s.seed, s.actor, s.face, s.repeats, s.parent_task,
               s.parent_attempt, s.depth, s.status, s.head, s.created_at, s.started_at, s.ended_at,
               1, (SELECT id FROM main.session WHERE id = s.session)
             {coming} ORDER BY s.id"
        ),
        [],
    )?;
    connection.execute(
        "UPDATE main.run SET parent = (SELECT p.run FROM staged.run s
           JOIN main.run p ON p.id = s.parent AND p.run > ?1 WHERE s.id = run.id) WHERE run > ?1",
        [before],
    )?;
    for (table, columns) in [
        ("run_task", "task, status, state"),
        (
            "attempt",
            "task, number, status, queued_at, started_at, ended_at, agent, data_source, rule, \
             passed_over, error",
        ),
        ("output", "task, value"),
        ("answer", "task, value"),
    ] {
        let named: Vec<_> = columns
            .split(", ")
            .map(|name| format!("s.{name}"))
            .collect();
        connection.execute(
            &format!(
                "INSERT INTO main.{table}(run, {columns}) SELECT r.run, {}
                 FROM main.run r JOIN staged.{table} s ON s.run = r.id WHERE r.run > ?1",
                named.join(", ")
            ),
            [before],
        )?;
    }
    put_messages(connection, before)?;
    Ok(u32::try_from(runs).unwrap_or(u32::MAX))
}

/// The last row a table had.
pub(crate) fn last_row(connection: &Connection, table: &str) -> Result<i64, StoreError> {
    let sql = "SELECT seq FROM main.sqlite_sequence WHERE name = ?1";
    let last = connection.query_row(sql, [table], |row| row.get(0));
    Ok(last.optional()?.unwrap_or_default())
}

/// What the runs after this one told, and what they are found by: row by row in the order of the
/// index, which begins anew whenever a row is below the one before.
fn put_messages(connection: &Connection, before: i64) -> Result<(), StoreError> {
    let last = last_row(connection, "message")?;
    connection.execute(
        "INSERT INTO main.message(message, run, at, level, task, said, line)
         SELECT ?2 + s.message, r.run, s.at, s.level, s.task, s.said, s.line
         FROM staged.message s JOIN main.run r ON r.id = s.run AND r.run > ?1 ORDER BY s.message",
        (before, last),
    )?;
    let index = Searched::Runs.table();
    connection.execute(
        &format!(
            "INSERT INTO main.{index}(rowid, terms) SELECT r.run << {PLACE_BITS}, s.terms
             FROM main.run r CROSS JOIN staged.run s ON s.id = r.id
             WHERE r.run > ?1 AND s.terms <> '' ORDER BY r.run"
        ),
        [before],
    )?;
    connection.execute(
        &format!(
            "INSERT INTO main.{index}(rowid, terms)
             SELECT r.run << {PLACE_BITS} | ((?2 + s.message) & {MESSAGES}), s.terms
             FROM main.run r CROSS JOIN staged.message s ON s.run = r.id
             WHERE r.run > ?1 AND s.terms <> '' ORDER BY r.run, s.message"
        ),
        (before, last),
    )?;
    connection.execute(
        &format!(
            "INSERT OR REPLACE INTO main.{index}(rowid, terms)
             SELECT r.run << {PLACE_BITS} | s.place, s.terms
             FROM main.run r CROSS JOIN staged.attempt s ON s.run = r.id
             WHERE r.run > ?1 AND s.terms <> '' ORDER BY r.run"
        ),
        [before],
    )?;
    Ok(())
}
