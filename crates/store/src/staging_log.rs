//! What other programs recorded, in a plan, and how it comes in: by its ids, never over an entry that is
//! here, be it another program's or our own.

use flowkeep_core::json;
use flowkeep_core::log::{Execution, LogEntry, LogMessage, status_of_word};
use flowkeep_core::run::Status;
use rusqlite::Connection;

use crate::log_entry::{rest_text, stated};
use crate::search::{self, MESSAGES, PLACE_BITS, Searched};
use crate::snapshot_log::{
    SnapshotExecution, SnapshotLog, SnapshotLogMessage, SnapshotLoggedOperation,
};
use crate::staging_runs::last_row;
use crate::{Staging, StoreError};

impl Staging {
    /// Adds a part of what other programs recorded.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_log_part(&mut self, part: &SnapshotLog) -> Result<(), StoreError> {
        let plan = &self.connection;
        match part {
            SnapshotLog::Execution(execution) => add_execution(plan, execution),
            SnapshotLog::Messages { of, messages } => add_messages(plan, of, messages),
            SnapshotLog::Operation(operation) => add_operation(plan, operation),
        }
    }

    /// Adds an execution that another program recorded, whole.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_execution(&mut self, new: &Execution) -> Result<(), StoreError> {
        let mut times = [&new.start_time, &new.end_time].into_iter();
        let at = times.find_map(|time| stated(time.as_deref()));
        let messages = (1..).zip(&new.messages).map(|(number, message)| {
            let (text, value) = message.to_kept();
            SnapshotLogMessage {
                number,
                at: message.at.clone(),
                level: message.level.clone(),
                task: message.task.clone(),
                text,
                value,
            }
        });
        let messages: Vec<_> = messages.collect();
        let execution = SnapshotExecution {
            id: new.id.clone(),
            workflow_id: new.workflow_id.clone(),
            workflow_name: None,
            status: new.status.clone(),
            start_time: new.start_time.clone(),
            end_time: new.end_time.clone(),
            context: new.context.as_ref().map(json::print),
            rest: rest_text(&new.rest),
            at: at.unwrap_or_default(),
            messages: u32::try_from(messages.len()).unwrap_or(u32::MAX),
        };
        self.add_log_part(&SnapshotLog::Execution(Box::new(execution)))?;
        self.add_log_part(&SnapshotLog::Messages {
            of: new.id.clone(),
            messages,
        })
    }

    /// Gives the id of every execution that is not whole to `each`: it does not come in.
    ///
    /// # Errors
    /// What the database says.
    pub fn each_broken_execution(&self, mut each: impl FnMut(String)) -> Result<(), StoreError> {
        let sql = "SELECT id FROM execution WHERE messages <> found ORDER BY id";
        let mut statement = self.connection.prepare(sql)?;
        for id in statement.query_map([], |row| row.get(0))? {
            each(id?);
        }
        Ok(())
    }
}

fn add_execution(plan: &Connection, new: &SnapshotExecution) -> Result<(), StoreError> {
    let text = |text: &Option<String>| text.as_deref().map(json::parse);
    let entry = LogEntry::Execution(Execution {
        id: new.id.clone(),
        workflow_id: new.workflow_id.clone(),
        context: text(&new.context),
        rest: text(&new.rest)
            .as_ref()
            .and_then(flowkeep_core::Value::as_object)
            .unwrap_or_default()
            .to_vec(),
        ..Execution::default()
    });
    let state = new.status.as_deref().and_then(status_of_word);
    plan.prepare_cached(
        "INSERT OR IGNORE INTO execution(id, workflow_id, workflow_name, status, state, start_time, \
         end_time, context, rest, at, ended_at, messages, terms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(rusqlite::params![
        new.id,
        new.workflow_id,
        new.workflow_name,
        new.status,
        state.map(Status::as_str),
        new.start_time,
        new.end_time,
        new.context,
        new.rest,
        new.at,
        stated(new.end_time.as_deref()),
        new.messages,
        search::terms(&entry.words()),
    ])?;
    Ok(())
}

fn add_messages(
    plan: &Connection,
    of: &str,
    messages: &[SnapshotLogMessage],
) -> Result<(), StoreError> {
    let mut statement = plan.prepare_cached(
        "INSERT OR IGNORE INTO execution_message(execution, number, at, level, task, text, value, \
         terms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let mut found = 0;
    for message in messages {
        let words = match &message.value {
            Some(value) => LogMessage::read(&json::parse(value)).words(),
            None => message.text.clone().unwrap_or_default(),
        };
        found += statement.execute((
            of,
            message.number,
            &message.at,
            &message.level,
            &message.task,
            &message.text,
            &message.value,
            search::terms(&words),
        ))?;
    }
    plan.prepare_cached("UPDATE execution SET found = found + ?2 WHERE id = ?1")?
        .execute((of, found))?;
    Ok(())
}

fn add_operation(plan: &Connection, new: &SnapshotLoggedOperation) -> Result<(), StoreError> {
    plan.prepare_cached(
        "INSERT OR IGNORE INTO logged_operation(id, operation_type, workflow_id, timestamp, user, \
         data, rest, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((
        &new.id,
        &new.operation_type,
        &new.workflow_id,
        &new.timestamp,
        &new.user,
        &new.data,
        &new.rest,
        new.at,
    ))?;
    Ok(())
}

/// Which of a plan's executions and operations come in; `live` is the catalog's schema.
pub(crate) fn coming(live: &str, staged: &str) -> (String, String) {
    (
        format!(
            "FROM {staged}.execution s WHERE s.messages = s.found
               AND s.id NOT IN (SELECT id FROM {live}.execution)
               AND s.id NOT IN (SELECT id FROM {live}.run)"
        ),
        format!(
            "FROM {staged}.logged_operation s
             WHERE s.id NOT IN (SELECT id FROM {live}.logged_operation)
               AND s.id NOT IN (SELECT id FROM {live}.operation)"
        ),
    )
}

/// Brings in what other programs recorded; says how many entries.
pub(crate) fn put_log(connection: &Connection) -> Result<u32, StoreError> {
    let before = last_row(connection, "execution")?;
    let (executions, operations) = coming("main", "staged");
    let columns = "id, operation_type, workflow_id, timestamp, user, data, rest, at";
    let operations = connection.execute(
        &format!(
            "INSERT INTO main.logged_operation({columns}) SELECT {columns} {operations}
             ORDER BY s.at, s.rowid"
        ),
        [],
    )?;
    let columns = "id, workflow_id, workflow_name, status, state, start_time, end_time, context, \
                   rest, at, ended_at";
    let executions = connection.execute(
        &format!(
            "INSERT INTO main.execution({columns}) SELECT {columns} {executions}
             ORDER BY s.at, s.rowid"
        ),
        [],
    )?;
    // In the order of the index, as the messages of runs.
    let messages =
        "FROM main.execution e CROSS JOIN staged.execution_message s ON s.execution = e.id
                    WHERE e.execution > ?1";
    connection.execute(
        &format!(
            "INSERT INTO main.execution_message(execution, number, at, level, task, text, value)
             SELECT e.execution, s.number, s.at, s.level, s.task, s.text, s.value {messages}
             ORDER BY e.execution, s.number"
        ),
        [before],
    )?;
    let index = Searched::Executions.table();
    connection.execute(
        &format!(
            "INSERT INTO main.{index}(rowid, terms) SELECT e.execution << {PLACE_BITS}, s.terms
             FROM main.execution e CROSS JOIN staged.execution s ON s.id = e.id
             WHERE e.execution > ?1 AND s.terms <> '' ORDER BY e.execution"
        ),
        [before],
    )?;
    connection.execute(
        &format!(
            "INSERT OR REPLACE INTO main.{index}(rowid, terms)
             SELECT e.execution << {PLACE_BITS} | (s.number & {MESSAGES}), s.terms {messages}
               AND s.terms <> '' ORDER BY e.execution, s.number"
        ),
        [before],
    )?;
    Ok(u32::try_from(executions + operations).unwrap_or(u32::MAX))
}
