//! Texts in which a run was found.

use flowkeep_core::Message;
use flowkeep_core::run::TaskId;
use rusqlite::{Connection, OptionalExtension as _};

use super::{MessageRecord, message};
use crate::StoreError;
use crate::run::json_of;
use crate::search::{ERRORS, Place};

/// So many texts are told of one run.
const TOLD: usize = 3;

/// A text in which a run was found.
#[derive(Debug, Clone)]
pub enum RunHit {
    /// Its names and ids, or what it was started with: a JSON object.
    Facts {
        /// The input.
        context: String,
    },
    /// A line of its log.
    Message(MessageRecord),
    /// Why a task failed.
    Error {
        /// The task.
        task: TaskId,
        /// Why.
        error: Message,
    },
}

/// The texts at these places of a run; of one that is not found any more nothing is told.
pub(super) fn hits(
    reader: &Connection,
    row: i64,
    places: &[i64],
) -> Result<Vec<RunHit>, StoreError> {
    let mut hits = Vec::new();
    for place in places.iter().take(TOLD) {
        let hit = match *place {
            0 => facts(reader, row)?,
            place if place < ERRORS => line(reader, row, place)?,
            place => error(reader, row, place)?,
        };
        hits.extend(hit);
    }
    Ok(hits)
}

fn facts(reader: &Connection, row: i64) -> Result<Option<RunHit>, StoreError> {
    let mut statement = reader.prepare_cached("SELECT context FROM run WHERE run = ?1")?;
    let found = statement.query_row([row], |row| {
        Ok(RunHit::Facts {
            context: row.get(0)?,
        })
    });
    Ok(found.optional()?)
}

fn line(reader: &Connection, row: i64, number: i64) -> Result<Option<RunHit>, StoreError> {
    let mut statement = reader.prepare_cached(
        "SELECT message, at, level, task, said, line FROM message WHERE run = ?1 AND message = ?2",
    )?;
    let found = statement.query_row((row, number), |row| Ok(RunHit::Message(message(row)?)));
    Ok(found.optional()?)
}

fn error(reader: &Connection, row: i64, place: i64) -> Result<Option<RunHit>, StoreError> {
    let mut statement = reader.prepare_cached(
        "SELECT task, number, error FROM attempt WHERE run = ?1 AND error NOT NULL",
    )?;
    let mut rows = statement.query([row])?;
    while let Some(row) = rows.next()? {
        let task: String = row.get(0)?;
        if Place::Error(&task, row.get(1)?).number() == place {
            let error: String = row.get(2)?;
            let error = json_of(2, &error)?;
            return Ok(Some(RunHit::Error {
                task: TaskId(task),
                error,
            }));
        }
    }
    Ok(None)
}
