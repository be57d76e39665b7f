//! What other programs recorded, as of the moment of a backup, piece by piece.

use rusqlite::{OptionalExtension as _, Row};
use serde::{Deserialize, Serialize};

use crate::snapshot_runs::{Ended, Lost};
use crate::{Snapshot, StoreError};

/// A part of what other programs recorded. Also a line of a backup's `log/*.jsonl`. Words, times and JSON
/// stand as they came; what they mean is found out anew where they come in.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotLog {
    /// An execution; its messages come after it.
    Execution(Box<SnapshotExecution>),
    /// Some of what an execution told.
    Messages {
        /// Its id.
        of: String,
        /// The messages.
        messages: Vec<SnapshotLogMessage>,
    },
    /// An operation.
    Operation(Box<SnapshotLoggedOperation>),
}

/// An execution without its messages.
#[derive(Debug, Serialize, Deserialize)]
pub struct SnapshotExecution {
    /// Its id.
    pub id: String,
    /// Its workflow.
    pub workflow_id: Option<String>,
    /// What the workflow was called.
    pub workflow_name: Option<String>,
    /// Its status.
    pub status: Option<String>,
    /// When it began.
    pub start_time: Option<String>,
    /// When it ended.
    pub end_time: Option<String>,
    /// What it was started with: JSON, as a text.
    pub context: Option<String>,
    /// All else that came with it: JSON, as a text.
    pub rest: Option<String>,
    /// Milliseconds; its place in the order.
    pub at: i64,
    /// How many messages it has.
    pub messages: u32,
}

/// A message of an execution.
#[derive(Debug, Serialize, Deserialize)]
pub struct SnapshotLogMessage {
    /// Its number within the execution.
    pub number: i64,
    /// When.
    pub at: Option<String>,
    /// `info`, `warning`, `error`, or another word.
    pub level: String,
    /// Which task it is about.
    pub task: Option<String>,
    /// What.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// In place of the text, where it is more than one: JSON, as a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// An operation of another program.
#[derive(Debug, Serialize, Deserialize)]
pub struct SnapshotLoggedOperation {
    /// Its id.
    pub id: String,
    /// What.
    pub operation_type: Option<String>,
    /// Of which workflow.
    pub workflow_id: Option<String>,
    /// When.
    pub timestamp: Option<String>,
    /// Who.
    pub user: Option<String>,
    /// What with: JSON, as a text.
    pub data: Option<String>,
    /// All else that came with it: JSON, as a text.
    pub rest: Option<String>,
    /// Milliseconds; its place in the order.
    pub at: i64,
}

/// What is in the log, under which number, and when.
struct Place {
    at: i64,
    is_execution: bool,
    row: i64,
}

impl Snapshot {
    /// Gives what other programs recorded of what ended or was done at or after `since` (milliseconds),
    /// in the order of time; the first argument is the moment. An entry that cannot be read whole is
    /// given to `lost`, and the others go on: of one that breaks off `each` has got the beginning, which
    /// says how much there should be.
    ///
    /// # Errors
    /// What `each` or the database says.
    pub fn log<E: From<StoreError>>(
        &self,
        since: i64,
        mut each: impl FnMut(i64, SnapshotLog) -> Result<(), E>,
        mut lost: impl FnMut(Lost),
    ) -> Result<(), E> {
        if since == i64::MAX {
            return Ok(());
        }
        let mut places = Vec::new();
        let executions = self.places("execution", true, &mut places);
        let operations = self.places("logged_operation", false, &mut places);
        places.sort_unstable_by_key(|place| (place.at, place.is_execution, place.row));
        for Place {
            at,
            is_execution,
            row,
        } in places
        {
            let read = if is_execution {
                self.execution(row, since, &mut |part| each(at, part).map_err(Ended::Other))
            } else {
                self.logged_operation(row, since, &mut |part| each(at, part).map_err(Ended::Other))
            };
            match read {
                Ok(()) => {}
                Err(Ended::Damaged) if is_execution => lost(self.lost(
                    "SELECT id, workflow_name FROM execution WHERE execution = ?1",
                    row,
                )),
                Err(Ended::Damaged) => lost(self.lost(
                    "SELECT id, NULL FROM logged_operation WHERE operation = ?1",
                    row,
                )),
                Err(Ended::Other(error)) => return Err(error),
            }
        }
        executions?;
        operations?;
        Ok(())
    }

    /// All there are. Only an index is read: a broken page of the entries themselves costs those on it
    /// and not the list.
    fn places(
        &self,
        table: &str,
        is_execution: bool,
        places: &mut Vec<Place>,
    ) -> Result<(), StoreError> {
        let before = places.len();
        let mut read = |index: &str| -> Result<(), StoreError> {
            places.truncate(before);
            let sql = format!("SELECT at, rowid FROM {table} {index}");
            let mut statement = self.connection.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                places.push(Place {
                    at: row.get(0)?,
                    is_execution,
                    row: row.get(1)?,
                });
            }
            Ok(())
        };
        match read(&format!("INDEXED BY {table}_by_time")) {
            // The index itself is broken: the table says the same.
            Err(StoreError::Damaged(_)) => read("NOT INDEXED"),
            read => read,
        }
    }

    fn execution<E: From<StoreError>>(
        &self,
        row: i64,
        since: i64,
        each: &mut impl FnMut(SnapshotLog) -> Result<(), E>,
    ) -> Result<(), E> {
        let read = |connection: &rusqlite::Connection| -> Result<_, StoreError> {
            let mut statement = connection.prepare_cached(
                "SELECT id, workflow_id, workflow_name, status, start_time, end_time, context, rest,
                   at, (SELECT count(*) FROM execution_message m WHERE m.execution = e.execution)
                 FROM execution e WHERE execution = ?1 AND coalesce(ended_at, at) >= ?2",
            )?;
            Ok(statement.query_row([row, since], execution).optional()?)
        };
        let Some(execution) = read(&self.connection)? else {
            return Ok(());
        };
        let of = execution.id.clone();
        each(SnapshotLog::Execution(Box::new(execution)))?;
        let messages = "SELECT number, at, level, task, text, value FROM execution_message
                        WHERE execution = ?1 ORDER BY number";
        self.pieces(messages, row, message, |messages| {
            let of = of.clone();
            each(SnapshotLog::Messages { of, messages })
        })
    }

    fn logged_operation<E: From<StoreError>>(
        &self,
        row: i64,
        since: i64,
        each: &mut impl FnMut(SnapshotLog) -> Result<(), E>,
    ) -> Result<(), E> {
        let read = |connection: &rusqlite::Connection| -> Result<_, StoreError> {
            let mut statement = connection.prepare_cached(
                "SELECT id, operation_type, workflow_id, timestamp, user, data, rest, at
                 FROM logged_operation WHERE operation = ?1 AND at >= ?2",
            )?;
            Ok(statement.query_row([row, since], operation).optional()?)
        };
        match read(&self.connection)? {
            Some(operation) => each(SnapshotLog::Operation(Box::new(operation))),
            None => Ok(()),
        }
    }
}

fn execution(row: &Row<'_>) -> rusqlite::Result<SnapshotExecution> {
    Ok(SnapshotExecution {
        id: row.get(0)?,
        workflow_id: row.get(1)?,
        workflow_name: row.get(2)?,
        status: row.get(3)?,
        start_time: row.get(4)?,
        end_time: row.get(5)?,
        context: row.get(6)?,
        rest: row.get(7)?,
        at: row.get(8)?,
        messages: row.get(9)?,
    })
}

fn message(row: &Row<'_>) -> rusqlite::Result<SnapshotLogMessage> {
    Ok(SnapshotLogMessage {
        number: row.get(0)?,
        at: row.get(1)?,
        level: row.get(2)?,
        task: row.get(3)?,
        text: row.get(4)?,
        value: row.get(5)?,
    })
}

fn operation(row: &Row<'_>) -> rusqlite::Result<SnapshotLoggedOperation> {
    Ok(SnapshotLoggedOperation {
        id: row.get(0)?,
        operation_type: row.get(1)?,
        workflow_id: row.get(2)?,
        timestamp: row.get(3)?,
        user: row.get(4)?,
        data: row.get(5)?,
        rest: row.get(6)?,
        at: row.get(7)?,
    })
}
