//! Runs in a plan, and how they come in: by their ids, never over one that is here. One that was
//! under way comes in as interrupted, and stays so until somebody lets it go on.

use flowkeep_core::Message;
use flowkeep_core::log::words_of;
use flowkeep_core::run::{Head, Status, TaskId};
use rusqlite::Connection;

use crate::run::{facts, json_of, to_json};
use crate::search::{self, Place, Searched};
use crate::snapshot_runs::{SnapshotMessage, SnapshotRun, SnapshotRunHead};
use crate::{Staging, StoreError};

impl Staging {
    /// Adds a part of a run.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_run_part(&mut self, part: &SnapshotRun) -> Result<(), StoreError> {
        let plan = &self.connection;
        match part {
            SnapshotRun::Definition { sha256, text } => {
                plan.prepare_cached(
                    "INSERT OR IGNORE INTO run_content(sha256, text) VALUES (?1, ?2)",
                )?
                .execute((sha256.0, text))?;
            }
            SnapshotRun::Run(run) => add_run(plan, run)?,
            SnapshotRun::Tasks { of, tasks } => {
                let mut statement = plan.prepare_cached(
                    "INSERT OR IGNORE INTO run_task(run, task, status, state)
                     VALUES (?1, ?2, ?3, ?4)",
                )?;
                for task in tasks {
                    let status = left(task.state.status()).as_str();
                    let state = to_json(&task.state)?;
                    statement.execute((of.to_string(), task.task.as_str(), status, state))?;
                }
            }
            SnapshotRun::Attempts { of, attempts } => {
                let mut statement = plan.prepare_cached(
                    "INSERT OR IGNORE INTO attempt(run, task, number, status, queued_at, \
                     started_at, ended_at, agent, data_source, rule, error)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                )?;
                for attempt in attempts {
                    statement.execute(rusqlite::params![
                        of.to_string(),
                        attempt.task.as_str(),
                        attempt.number,
                        left(attempt.status).as_str(),
                        attempt.queued_at,
                        attempt.started_at,
                        attempt.ended_at,
                        attempt.agent,
                        attempt.data_source,
                        attempt.rule,
                        attempt.error.as_ref().map(to_json).transpose()?,
                    ])?;
                }
            }
            SnapshotRun::Output { of, task, value } => {
                plan.prepare_cached("INSERT OR IGNORE INTO output VALUES (?1, ?2, ?3)")?
                    .execute((of.to_string(), task.as_str(), value))?;
            }
            SnapshotRun::Answer { of, task, value } => {
                plan.prepare_cached("INSERT OR IGNORE INTO answer VALUES (?1, ?2, ?3)")?
                    .execute((of.to_string(), task.as_str(), value))?;
            }
            SnapshotRun::Messages { of, messages } => {
                for message in messages {
                    add_message(plan, &of.to_string(), message)?;
                }
            }
        }
        Ok(())
    }
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
         status, head, created_at, started_at, ended_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, \
         ?19, ?20, ?21)",
    )?;
    statement.execute(rusqlite::params![
        run.id.to_string(),
        run.workflow_id,
        run.workflow_name,
        run.revision,
        run.definition.0,
        run.format.as_str(),
        run.context,
        to_json(&run.start)?,
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
    ])?;
    Ok(())
}

fn add_message(plan: &Connection, of: &str, new: &SnapshotMessage) -> Result<(), StoreError> {
    let mut statement = plan.prepare_cached(
        "INSERT INTO message(run, at, level, task, said, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    statement.execute((
        of,
        new.at,
        &new.level,
        new.task.as_ref().map(TaskId::as_str),
        new.said.as_ref().map(to_json).transpose()?,
        &new.line,
    ))?;
    Ok(())
}

/// Which of a plan's runs come in; `live` is the catalog's schema.
pub(crate) fn coming(live: &str, staged: &str) -> String {
    format!(
        "FROM {staged}.run s JOIN {staged}.run_content c USING (sha256)
         WHERE s.id NOT IN (SELECT id FROM {live}.run)"
    )
}

/// Brings runs in; says how many.
pub(crate) fn put_runs(connection: &Connection) -> Result<u32, StoreError> {
    let before: i64 = connection.query_row(
        "SELECT max(coalesce((SELECT max(run) FROM main.run), 0), coalesce(
           (SELECT seq FROM main.sqlite_sequence WHERE name = 'run'), 0))",
        [],
        |row| row.get(0),
    )?;
    let coming = coming("main", "staged");
    connection.execute_batch(&format!(
        "INSERT INTO main.content(sha256, text)
         SELECT DISTINCT c.sha256, c.text {coming}
         ON CONFLICT(sha256) DO UPDATE SET text = excluded.text WHERE text <> excluded.text"
    ))?;
    let runs = connection.execute(
        &format!(
            "INSERT INTO main.run(id, workflow_id, workflow_name, revision, content, format,
               context, start, seed, actor, face, repeats, parent_task, parent_attempt, depth,
               status, head, created_at, started_at, ended_at, brought_in)
             SELECT s.id, s.workflow_id, s.workflow_name, s.revision,
               (SELECT content FROM main.content WHERE sha256 = s.sha256), s.format,
               s.context, s.start, s.seed, s.actor, s.face, s.repeats, s.parent_task,
               s.parent_attempt, s.depth, s.status, s.head, s.created_at, s.started_at, s.ended_at,
               1
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
            "task, number, status, queued_at, started_at, ended_at, agent, data_source, rule, error",
        ),
        ("output", "task, value"),
        ("answer", "task, value"),
        ("message", "at, level, task, said, line"),
    ] {
        let order = if table == "message" {
            "ORDER BY s.message"
        } else {
            ""
        };
        let named: Vec<_> = columns
            .split(", ")
            .map(|name| format!("s.{name}"))
            .collect();
        connection.execute(
            &format!(
                "INSERT INTO main.{table}(run, {columns}) SELECT r.run, {}
                 FROM main.run r JOIN staged.{table} s ON s.run = r.id
                 WHERE r.run > ?1 {order}",
                named.join(", ")
            ),
            [before],
        )?;
    }
    make_findable(connection, before)?;
    Ok(u32::try_from(runs).unwrap_or(u32::MAX))
}

/// What the runs after this one tell is found by its words.
fn make_findable(connection: &Connection, before: i64) -> Result<(), StoreError> {
    let index = Searched::Runs;
    let mut statement = connection.prepare(
        "SELECT r.run, r.id, r.workflow_id, r.workflow_name, r.context, c.text
         FROM main.run r JOIN main.content c USING (content) WHERE r.run > ?1",
    )?;
    let mut rows = statement.query([before])?;
    while let Some(row) = rows.next()? {
        let (id, workflow): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        let (name, context): (String, String) = (row.get(3)?, row.get(4)?);
        let text: String = row.get(5)?;
        let facts = facts(&id, workflow.as_deref(), &name, &context, &text);
        search::keep(connection, index, row.get(0)?, Place::Facts, &facts)?;
    }
    let mut statement =
        connection.prepare("SELECT run, message, said, line FROM main.message WHERE run > ?1")?;
    let mut rows = statement.query([before])?;
    while let Some(row) = rows.next()? {
        let said: Option<String> = row.get(2)?;
        let words = match said {
            Some(said) => words_of(&json_of::<Message>(2, &said)?),
            None => row.get::<_, Option<String>>(3)?.unwrap_or_default(),
        };
        search::keep(
            connection,
            index,
            row.get(0)?,
            Place::Message(row.get(1)?),
            &words,
        )?;
    }
    let mut statement = connection.prepare(
        "SELECT run, task, number, error FROM main.attempt WHERE run > ?1 AND error NOT NULL",
    )?;
    let mut rows = statement.query([before])?;
    while let Some(row) = rows.next()? {
        let (task, number): (String, u32) = (row.get(1)?, row.get(2)?);
        let error: Message = json_of(3, &row.get::<_, String>(3)?)?;
        search::keep(
            connection,
            index,
            row.get(0)?,
            Place::Error(&task, number),
            &words_of(&error),
        )?;
    }
    Ok(())
}
