//! What other programs recorded, as of the moment of a backup, piece by piece.

use rusqlite::{OptionalExtension as _, Row};
use serde::{Deserialize, Serialize};

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

impl Snapshot {
    /// Gives what other programs recorded of what ended or was done at or after `since` (milliseconds),
    /// in the order of time; the first argument is the moment.
    ///
    /// # Errors
    /// What `each` or the database says.
    pub fn log<E: From<StoreError>>(
        &self,
        since: i64,
        mut each: impl FnMut(i64, SnapshotLog) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self
            .connection
            .prepare(
                "SELECT at, 1, execution FROM execution WHERE coalesce(ended_at, at) >= ?1
                 UNION ALL SELECT at, 0, operation FROM logged_operation WHERE at >= ?1
                 ORDER BY 1, 2, 3",
            )
            .map_err(StoreError::from)?;
        let mut rows = statement.query([since]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            let place = || -> rusqlite::Result<(i64, bool, i64)> {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            };
            let (at, is_execution, row) = place().map_err(StoreError::from)?;
            if is_execution {
                self.execution(row, &mut |part| each(at, part))?;
            } else if let Some(operation) = self.logged_operation(row)? {
                each(at, SnapshotLog::Operation(Box::new(operation)))?;
            }
        }
        Ok(())
    }

    fn execution<E: From<StoreError>>(
        &self,
        row: i64,
        each: &mut impl FnMut(SnapshotLog) -> Result<(), E>,
    ) -> Result<(), E> {
        let read = |connection: &rusqlite::Connection| -> Result<_, StoreError> {
            let mut statement = connection.prepare_cached(
                "SELECT id, workflow_id, workflow_name, status, start_time, end_time, context, rest,
                   at, (SELECT count(*) FROM execution_message m WHERE m.execution = e.execution)
                 FROM execution e WHERE execution = ?1",
            )?;
            Ok(statement.query_row([row], execution).optional()?)
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

    fn logged_operation(&self, row: i64) -> Result<Option<SnapshotLoggedOperation>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, operation_type, workflow_id, timestamp, user, data, rest, at
             FROM logged_operation WHERE operation = ?1",
        )?;
        Ok(statement.query_row([row], operation).optional()?)
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
