//! How many runs fit: from what is counted as they come and go, where that says it; else by walking.

use flowkeep_core::run::Status;
use rusqlite::{Connection, Row, params_from_iter};

use super::{RunCount, RunFilter, walk};
use crate::{StoreError, run_search};

/// Of a count that stops somewhere, so many times as many are looked at.
const LOOKS: u32 = 10;

const HOUR: i64 = 3_600_000;

/// How many there are, when that is wanted, and whether there are more.
pub(super) fn counted(
    reader: &Connection,
    filter: &RunFilter,
) -> Result<(Option<u32>, bool), StoreError> {
    if filter.count == RunCount::No {
        return Ok((None, false));
    }
    if let Some(one) = slots(filter) {
        let of = filter.workflow.as_deref().map_or(Of::All, Of::Workflow);
        let all = made_between(reader, &of, filter.since, filter.until)?;
        return Ok((Some(one(&all)), false));
    }
    let (total, more) = match (filter.count, &filter.words) {
        (RunCount::To(most), None) => {
            walk::count(reader, filter, most, most.saturating_mul(LOOKS))?
        }
        (RunCount::To(most), Some(words)) => {
            run_search::count(reader, filter, words, most, most.saturating_mul(LOOKS))?
        }
        (_, Some(words)) => run_search::count(reader, filter, words, u32::MAX, u32::MAX)?,
        // Among the runs that used something, not among all.
        (_, None) if filter.source.is_some() || filter.agent.is_some() => {
            let (sql, conditions) = walk::counting_all(filter);
            let values = params_from_iter(&conditions.values);
            (reader.query_row(&sql, values, |row| row.get(0))?, false)
        }
        (_, None) => {
            let (conditions, values) = filter.conditions();
            let sql = counting(&conditions);
            let count = reader.query_row(&sql, params_from_iter(&values), |row| row.get(0))?;
            (count, false)
        }
    };
    Ok((Some(total), more))
}

/// How many runs these conditions hold for.
pub(super) fn counting(conditions: &str) -> String {
    format!("SELECT count(*) FROM run WHERE {conditions}")
}

/// What is counted of the slots for what a filter asks, where that is all it asks.
fn slots(filter: &RunFilter) -> Option<fn(&RunCounts) -> u32> {
    let RunFilter {
        workflow: _,
        status,
        needs: None,
        begun_by: None,
        source: None,
        agent: None,
        since: _,
        until: _,
        touched_since: None,
        words: None,
        oldest_first: _,
        after: _,
        limit: _,
        most: _,
        count: _,
    } = filter
    else {
        return None;
    };
    match status {
        None => Some(|counts| counts.runs),
        Some(Status::Succeeded) => Some(|counts| counts.succeeded),
        Some(Status::Failed) => Some(|counts| counts.failed),
        Some(Status::Cancelled) => Some(|counts| counts.cancelled),
        Some(_) => None,
    }
}

/// How many runs there are, and how many of them came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// All of them.
    pub runs: u32,
    /// Those that succeeded.
    pub succeeded: u32,
    /// Those that failed.
    pub failed: u32,
    /// Those that were cancelled.
    pub cancelled: u32,
}

impl RunCounts {
    fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.cancelled += other.cancelled;
    }
}

const SUMS: &str = "coalesce(sum(runs), 0), coalesce(sum(succeeded), 0), coalesce(sum(failed), 0),
    coalesce(sum(cancelled), 0)";

fn counts(row: &Row<'_>) -> rusqlite::Result<RunCounts> {
    Ok(RunCounts {
        runs: row.get(0)?,
        succeeded: row.get(1)?,
        failed: row.get(2)?,
        cancelled: row.get(3)?,
    })
}

/// Levels of the slots, from the widest on, with their lengths.
const LEVELS: [(i64, i64); 2] = [(1, 12 * HOUR), (0, HOUR)];

/// The runs that were made in a stretch of time: of a workflow, of none, or of all.
pub(crate) fn made_between(
    reader: &Connection,
    of: &Of<'_>,
    since: Option<i64>,
    until: Option<i64>,
) -> Result<RunCounts, StoreError> {
    if (since, until) == (None, None) {
        let sql = format!("SELECT {SUMS} FROM run_slot WHERE level = 2 AND workflow = ?1");
        let whole = reader.prepare_cached(&sql)?.query_row([of.key()], counts)?;
        return Ok(whole);
    }
    let levels = match of {
        // All runs together are counted by hours alone.
        Of::All => &LEVELS[1..],
        Of::Workflow(_) | Of::None => &LEVELS[..],
    };
    let (since, until) = (since.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX));
    let mut all = RunCounts::default();
    add_between(reader, of, levels, (since, until), &mut all)?;
    Ok(all)
}

/// Whose runs.
pub(crate) enum Of<'a> {
    All,
    Workflow(&'a str),
    None,
}

impl Of<'_> {
    pub(crate) fn key(&self) -> String {
        match self {
            Self::All => "*".to_owned(),
            Self::Workflow(id) => format!("={id}"),
            Self::None => String::new(),
        }
    }
}

/// The whole slots of the widest level that lie between the two moments, and what is before and behind them by
/// the next one; in the end run by run.
fn add_between(
    reader: &Connection,
    of: &Of<'_>,
    levels: &[(i64, i64)],
    (since, until): (i64, i64),
    all: &mut RunCounts,
) -> Result<(), StoreError> {
    if since >= until {
        return Ok(());
    }
    let Some(((level, length), finer)) = levels.split_first() else {
        all.add(made_one_by_one(reader, of, since, until)?);
        return Ok(());
    };
    let first = since.div_euclid(*length) + i64::from(since.rem_euclid(*length) > 0);
    let end = until.div_euclid(*length);
    if first >= end {
        return add_between(reader, of, finer, (since, until), all);
    }
    let sql = format!(
        "SELECT {SUMS} FROM run_slot WHERE level = ?1 AND workflow = ?2 AND slot >= ?3 AND slot < ?4"
    );
    let mut statement = reader.prepare_cached(&sql)?;
    all.add(statement.query_row((level, of.key(), first, end), counts)?);
    let of_slot = |slot: i64| slot.saturating_mul(*length);
    if since != i64::MIN {
        add_between(reader, of, finer, (since, of_slot(first)), all)?;
    }
    if until != i64::MAX {
        add_between(reader, of, finer, (of_slot(end), until), all)?;
    }
    Ok(())
}

fn made_one_by_one(
    reader: &Connection,
    of: &Of<'_>,
    since: i64,
    until: i64,
) -> Result<RunCounts, StoreError> {
    let (from, workflow) = match of {
        Of::All => ("run_by_time WHERE ?3 IS NULL", None),
        Of::Workflow(id) => ("run_shape WHERE workflow_id = ?3", Some(*id)),
        Of::None => ("run_shape WHERE workflow_id IS ?3", None),
    };
    let sql = format!(
        "SELECT count(*), count(*) FILTER (WHERE status = 'succeeded'), count(*) FILTER (WHERE status = 'failed'),
           count(*) FILTER (WHERE status = 'cancelled')
         FROM run INDEXED BY {from} AND created_at >= ?1 AND created_at < ?2"
    );
    let mut statement = reader.prepare_cached(&sql)?;
    Ok(statement.query_row((since, until, workflow), counts)?)
}
