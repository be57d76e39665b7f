//! Runs that are found by words, in the order of their ids.
//!
//! The index is walked by rows, and ids rise with rows only within a *stretch*: what a restore brings
//! in may be older than all that is here and begins a stretch of its own. Each stretch is walked by
//! itself and what they give is merged, so that a page costs what is in it.

use std::ops::Range;

use flowkeep_core::RunId;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension as _, Statement, params_from_iter};

use crate::run_list::{RunFilter, RunRecord, listed};
use crate::search::{self, Hits, Searched};
use crate::{StoreError, Tx};

/// Says that ids do not go on rising at this row.
pub(crate) fn begin_stretch(connection: &Connection, first: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO run_stretch(first) VALUES (?1)")?
        .execute([first])?;
    Ok(())
}

/// Forgets where ids did not go on rising, wherever they do once more or no run is left: each stretch costs
/// every search.
pub(crate) fn join_stretches(connection: &Connection) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "DELETE FROM run_stretch AS s WHERE
               coalesce((SELECT id FROM run WHERE run < s.first ORDER BY run DESC LIMIT 1)
                 < (SELECT id FROM run WHERE run >= s.first ORDER BY run LIMIT 1), 1)
               OR EXISTS (SELECT 1 FROM run_stretch n WHERE n.first > s.first AND NOT EXISTS (
                 SELECT 1 FROM run WHERE run >= s.first AND run < n.first))",
        )?
        .execute([])?;
    Ok(())
}

impl Tx<'_> {
    /// Begins a stretch with a run that is about to be added, where it is older than the last one here.
    pub(crate) fn begin_stretch_for(&self, id: RunId) -> Result<(), StoreError> {
        let (last, next): (Option<String>, i64) = self
            .connection
            .prepare_cached(
                "SELECT (SELECT id FROM run ORDER BY run DESC LIMIT 1),
                   coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'run'), 0) + 1",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if last.is_some_and(|last| id.to_string() < last) {
            begin_stretch(self.connection, next)?;
        }
        Ok(())
    }
}

/// The runs of a page, the newest first and one more than wanted, and how many there are in all when
/// that is wanted: then the walk goes on to the end. `conditions` are all of the filter but its words
/// and its place, with `values` bound in them.
pub(crate) fn found(
    reader: &Connection,
    filter: &RunFilter,
    words: &[String],
    conditions: &str,
    values: &[Sql],
) -> Result<(Vec<RunRecord>, Option<u32>), StoreError> {
    let mut stretches = stretches(reader)?;
    if let Some(after) = filter.after.filter(|_| !filter.count) {
        for stretch in &mut stretches {
            *stretch = older(reader, stretch, after)?;
        }
    }
    let statements = stretches
        .iter()
        .map(|_| search::statements(reader, Searched::Runs, words));
    let mut statements = statements.collect::<Result<Vec<_>, _>>()?;
    let mut fitting = reader.prepare(&format!(
        "SELECT {}, coalesce({conditions}, 0) FROM run WHERE run = ?{}",
        RunRecord::COLUMNS,
        values.len() + 1
    ))?;
    let mut walks = Vec::new();
    for (statements, rows) in statements.iter_mut().zip(&stretches) {
        let hits = Hits::begin(statements, words, rows)?;
        let mut walk = Walk { hits, head: None };
        walk.go_on(&mut fitting, values)?;
        walks.push(walk);
    }
    let mut items = Vec::new();
    let mut total = 0;
    let wanted = filter.limit as usize;
    while filter.count || items.len() <= wanted {
        let newest = walks
            .iter_mut()
            .max_by_key(|walk| walk.head.as_ref().map(|(run, _)| run.id));
        let Some(newest) = newest else { break };
        let Some((run, fits)) = newest.head.take() else {
            break;
        };
        newest.go_on(&mut fitting, values)?;
        if fits {
            total += 1;
            if items.len() <= wanted && filter.after.is_none_or(|after| run.id < after) {
                items.push(run);
            }
        }
    }
    Ok((items, filter.count.then_some(total)))
}

/// The hits of one stretch.
struct Walk<'a> {
    hits: Hits<'a>,
    /// The next of them, and whether it meets the other conditions.
    head: Option<(RunRecord, bool)>,
}

impl Walk<'_> {
    fn go_on(&mut self, fitting: &mut Statement<'_>, values: &[Sql]) -> Result<(), StoreError> {
        self.head = None;
        while self.head.is_none()
            && let Some(row) = self.hits.next()?
        {
            let values = values.iter().cloned().chain([row.into()]);
            let found = fitting.query_row(params_from_iter(values), |row| {
                Ok((listed(row)?, row.get(RunRecord::COUNT)?))
            });
            self.head = found.optional()?;
        }
        Ok(())
    }
}

fn stretches(reader: &Connection) -> Result<Vec<Range<i64>>, StoreError> {
    let mut statement = reader.prepare_cached("SELECT first FROM run_stretch ORDER BY first")?;
    let firsts = statement.query_map([], |row| row.get(0))?;
    let mut stretches = Vec::new();
    let mut start = 0;
    for first in firsts {
        let first = first?;
        stretches.push(start..first);
        start = first;
    }
    stretches.push(start..i64::MAX);
    Ok(stretches)
}

/// The rows of a stretch whose runs are older than one, which need not be there any more.
fn older(reader: &Connection, stretch: &Range<i64>, id: RunId) -> Result<Range<i64>, StoreError> {
    let mut first = reader
        .prepare_cached("SELECT run, id < ?3 FROM run WHERE run >= ?1 AND run < ?2 ORDER BY run")?;
    let last: i64 = reader
        .prepare_cached("SELECT coalesce(max(run), 0) FROM run")?
        .query_row([], |row| row.get(0))?;
    let id = id.to_string();
    // Those before `low` are older, those from `high` on are not.
    let (mut low, mut high) = (stretch.start, stretch.end.min(last + 1));
    while low < high {
        let middle = low + (high - low) / 2;
        let found: Result<(i64, bool), _> =
            first.query_row((middle, high, &id), |row| Ok((row.get(0)?, row.get(1)?)));
        match found.optional()? {
            Some((row, true)) => low = row + 1,
            Some((_, false)) | None => high = middle,
        }
    }
    Ok(stretch.start..low)
}
