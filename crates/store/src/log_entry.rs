//! Executions and operations that other programs record, one by one. Our own are not here: they are
//! runs and Activity.

use flowkeep_core::Message;
use flowkeep_core::json;
use flowkeep_core::log::Said;
use flowkeep_core::log::{Execution, ExecutionUpdate, LogEntry, LogMessage, LogType, Operation};
use flowkeep_host::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::search::{self, Place, Searched};
use crate::{Store, StoreError, Tag, Tx};

/// What became of an entry that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SavedEntry {
    /// It is there now.
    Added,
    /// It was there, just so.
    Unchanged,
    /// There is another one of its id, which stays as it is.
    Differs,
}

pub(crate) const EXECUTION: &str =
    "e.id, e.workflow_id, e.status, e.start_time, e.end_time, e.context, e.rest";
pub(crate) const OPERATION: &str =
    "e.id, e.operation_type, e.workflow_id, e.timestamp, e.user, e.data, e.rest";

/// An execution without its messages.
pub(crate) fn execution(row: &Row<'_>) -> rusqlite::Result<Execution> {
    Ok(Execution {
        id: row.get(0)?,
        workflow_id: row.get(1)?,
        status: row.get(2)?,
        start_time: row.get(3)?,
        end_time: row.get(4)?,
        context: value(row, 5)?,
        messages: Vec::new(),
        rest: rest(row, 6)?,
    })
}

pub(crate) fn operation(row: &Row<'_>) -> rusqlite::Result<Operation> {
    Ok(Operation {
        id: row.get(0)?,
        operation_type: row.get(1)?,
        workflow_id: row.get(2)?,
        timestamp: row.get(3)?,
        user: row.get(4)?,
        data: value(row, 5)?,
        rest: rest(row, 6)?,
    })
}

fn value(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<flowkeep_core::Value>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.as_deref().map(json::parse))
}

fn rest(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<(String, flowkeep_core::Value)>> {
    let members = value(row, column)?;
    let members = members.as_ref().and_then(flowkeep_core::Value::as_object);
    Ok(members.unwrap_or_default().to_vec())
}

/// Messages of an execution that an update of it answers with, at most: the newest.
pub const UPDATED_MESSAGES: u32 = 100;

/// What it told, the first `most` messages.
pub(crate) fn messages(
    connection: &Connection,
    row: i64,
    most: u32,
) -> Result<Vec<LogMessage>, StoreError> {
    let sql = "SELECT at, level, task, text, value FROM execution_message
               WHERE execution = ?1 ORDER BY number LIMIT ?2";
    read_messages(connection, sql, (row, most))
}

fn read_messages(
    connection: &Connection,
    sql: &str,
    values: (i64, u32),
) -> Result<Vec<LogMessage>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(values, |row| {
        let value: Option<String> = row.get(4)?;
        if let Some(value) = value {
            return Ok(LogMessage::read(&json::parse(&value)));
        }
        Ok(LogMessage {
            at: row.get(0)?,
            level: row.get(1)?,
            task: row.get(2)?,
            said: Said::Text(row.get::<_, Option<String>>(3)?.unwrap_or_default()),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn find(connection: &Connection, log: LogType, id: &str) -> Result<Option<LogEntry>, StoreError> {
    let found = match log {
        LogType::Executions => {
            let sql = format!("SELECT {EXECUTION}, e.execution FROM execution e WHERE e.id = ?1");
            let mut statement = connection.prepare_cached(&sql)?;
            let found = statement.query_row([id], |row| Ok((execution(row)?, row.get(7)?)));
            match found.optional()? {
                Some((mut found, row)) => {
                    found.messages = messages(connection, row, u32::MAX)?;
                    Some(LogEntry::Execution(found))
                }
                None => None,
            }
        }
        LogType::Operations => {
            let sql = format!("SELECT {OPERATION} FROM logged_operation e WHERE e.id = ?1");
            let mut statement = connection.prepare_cached(&sql)?;
            let found = statement.query_row([id], operation);
            found.optional()?.map(LogEntry::Operation)
        }
    };
    Ok(found)
}

impl Store {
    /// An entry that another program recorded, with all its messages.
    ///
    /// # Errors
    /// What the database says.
    pub fn log_entry(&self, log: LogType, id: &str) -> Result<Option<LogEntry>, StoreError> {
        find(&*self.reader()?, log, id)
    }
}

impl Tx<'_> {
    /// Keeps an entry that another program recorded, whole.
    ///
    /// # Errors
    /// What the database says.
    pub fn save_log_entry(&self, entry: &LogEntry) -> Result<SavedEntry, StoreError> {
        if let Some(kept) = find(self.connection, entry.log_type(), entry.id())? {
            return Ok(if kept.sha256() == entry.sha256() {
                SavedEntry::Unchanged
            } else {
                SavedEntry::Differs
            });
        }
        match entry {
            LogEntry::Execution(execution) => self.add_execution(entry, execution)?,
            LogEntry::Operation(operation) => self.add_logged_operation(operation)?,
        }
        self.tag(&Tag::Log);
        Ok(SavedEntry::Added)
    }

    fn add_execution(&self, entry: &LogEntry, new: &Execution) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO execution(id, workflow_id, workflow_name, status, state, start_time, \
             end_time, context, rest, at, ended_at)
             VALUES (?1, ?2,
               (SELECT name FROM document WHERE kind = 'workflow' AND id = ?2),
               ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        statement.execute(rusqlite::params![
            new.id,
            new.workflow_id,
            new.status,
            new.state().map(flowkeep_core::run::Status::as_str),
            new.start_time,
            new.end_time,
            new.context.as_ref().map(json::print),
            rest_text(&new.rest),
            stated(new.start_time.as_deref()).unwrap_or(self.now().0),
            stated(new.end_time.as_deref()),
        ])?;
        let row = self.connection.last_insert_rowid();
        let searched = Searched::Executions;
        search::keep(self.connection, searched, row, Place::Facts, &entry.words())?;
        self.add_messages(row, 0, &new.messages)
    }

    fn add_messages(
        &self,
        row: i64,
        after: i64,
        messages: &[LogMessage],
    ) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO execution_message(execution, number, at, level, task, text, value)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for (number, message) in (after + 1..).zip(messages) {
            let (text, value) = message.to_kept();
            let (at, level, task) = (&message.at, &message.level, &message.task);
            statement.execute((row, number, at, level, task, text, value))?;
            let place = Place::Message(number);
            search::keep(
                self.connection,
                Searched::Executions,
                row,
                place,
                &message.words(),
            )?;
        }
        Ok(())
    }

    fn add_logged_operation(&self, new: &Operation) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO logged_operation(id, operation_type, workflow_id, timestamp, user, data, \
             rest, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        statement.execute((
            &new.id,
            &new.operation_type,
            &new.workflow_id,
            &new.timestamp,
            &new.user,
            new.data.as_ref().map(json::print),
            rest_text(&new.rest),
            stated(new.timestamp.as_deref()).unwrap_or(self.now().0),
        ))?;
        Ok(())
    }

    /// Writes down what has become of another program's execution, and gives it as it is then: of its
    /// messages the newest, at most [`UPDATED_MESSAGES`].
    ///
    /// # Errors
    /// What the database says. Inside: `execution_unknown`, `execution_final`.
    pub fn update_execution(
        &self,
        id: &str,
        update: ExecutionUpdate,
    ) -> Result<Result<Execution, Message>, StoreError> {
        let sql = format!(
            "SELECT {EXECUTION}, e.execution, (SELECT max(number) FROM execution_message m
               WHERE m.execution = e.execution)
             FROM execution e WHERE e.id = ?1"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let found = statement.query_row([id], |row| {
            let last: Option<i64> = row.get(8)?;
            Ok((
                execution(row)?,
                row.get::<_, i64>(7)?,
                last.unwrap_or_default(),
            ))
        });
        let Some((before, row, last)) = found.optional()? else {
            return Ok(Err(Message::new("execution_unknown").with("id", id)));
        };
        let mut after = match before.updated(update, &self.now().rfc3339()) {
            Ok(after) => after,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.connection
            .prepare_cached(
                "UPDATE execution SET status = ?2, state = ?3, end_time = ?4, ended_at = ?5
                 WHERE execution = ?1",
            )?
            .execute((
                row,
                &after.status,
                after.state().map(flowkeep_core::run::Status::as_str),
                &after.end_time,
                stated(after.end_time.as_deref()),
            ))?;
        self.add_messages(row, last, &after.messages)?;
        self.tag(&Tag::Log);
        let newest = "SELECT at, level, task, text, value FROM execution_message
                      WHERE execution = ?1 ORDER BY number DESC LIMIT ?2";
        after.messages = read_messages(self.connection, newest, (row, UPDATED_MESSAGES))?;
        after.messages.reverse();
        Ok(Ok(after))
    }
}

pub(crate) fn rest_text(rest: &[(String, flowkeep_core::Value)]) -> Option<String> {
    (!rest.is_empty()).then(|| json::print(&flowkeep_core::Value::Object(rest.to_vec())))
}

/// Milliseconds of a time as it came.
pub(crate) fn stated(text: Option<&str>) -> Option<i64> {
    text.and_then(Timestamp::stated).map(|at| at.0)
}
