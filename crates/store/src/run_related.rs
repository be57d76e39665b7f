//! The runs that belong to one: what it repeats and what repeats it, what it is a part of and what is a part of it.

use flowkeep_core::RunId;
use flowkeep_core::run::{Status, TaskId};
use rusqlite::{Connection, OptionalExtension as _, Params};

use crate::run_list::listed;
use crate::run_noted::noted;
use crate::run_overview::failure;
use crate::{RunRecord, Store, StoreError};

impl Store {
    /// A run as a list tells it.
    ///
    /// # Errors
    /// What the database says.
    pub fn run_record(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        let reader = self.reader()?;
        let sql = format!("SELECT {} FROM run WHERE id = ?1", RunRecord::COLUMNS);
        let found = reader
            .prepare_cached(&sql)?
            .query_row([id.to_string()], listed)
            .optional()?;
        found.map(|run| told(&reader, run)).transpose()
    }

    /// The runs that repeat this one, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub fn repeated_by(&self, id: RunId, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        let sql = format!(
            "SELECT {} FROM run WHERE repeats = ?1 ORDER BY id LIMIT ?2",
            RunRecord::COLUMNS
        );
        all_told(&*self.reader()?, &sql, (id.to_string(), limit))
    }

    /// The runs that the tasks of one started, each with its task, in the order in which they were made; at most
    /// `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub fn started_by(&self, row: i64, limit: u32) -> Result<Vec<(TaskId, RunRecord)>, StoreError> {
        let reader = self.reader()?;
        let sql = format!(
            "SELECT {}, parent_task FROM run WHERE parent = ?1 ORDER BY id LIMIT ?2",
            RunRecord::COLUMNS
        );
        let mut statement = reader.prepare_cached(&sql)?;
        let rows = statement.query_map((row, limit), |row| {
            Ok((TaskId(row.get(RunRecord::COUNT)?), listed(row)?))
        })?;
        rows.map(|row| {
            let (task, run) = row?;
            Ok((task, told(&reader, run)?))
        })
        .collect()
    }
}

fn all_told(
    reader: &Connection,
    sql: &str,
    with: impl Params,
) -> Result<Vec<RunRecord>, StoreError> {
    let mut statement = reader.prepare_cached(sql)?;
    let rows = statement.query_map(with, listed)?;
    rows.map(|run| told(reader, run?)).collect()
}

/// With why it failed, or what it warned of.
fn told(reader: &Connection, mut run: RunRecord) -> Result<RunRecord, StoreError> {
    match run.status {
        Status::Failed => run.failed = failure(reader, run.row)?,
        Status::Succeeded => run.noted = noted(reader, run.row)?,
        _ => {}
    }
    Ok(run)
}
