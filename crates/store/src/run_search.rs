//! Runs that are found by words, in the order of their ids.
//!
//! The index is walked by rows, and ids rise with rows only within a *stretch*: what a restore brings
//! in may be older than all that is here and begins a stretch of its own. Each stretch is walked by
//! itself and what they give is merged, so that a page costs what is in it.

use std::ops::Range;

use flowkeep_core::RunId;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension as _, Statement, params_from_iter};

use crate::run::id_of;
use crate::run_list::{Found, RunFilter, RunRecord, Walked, listed};
use crate::search::{self, Hit, Hits, Order, Searched};
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

/// Steps through the index for each run that a page looks at, and what it costs to look at a run.
const STEPS: u32 = 10;

/// A page of the runs of a filter in whose texts all these words are.
pub(crate) fn page(
    reader: &Connection,
    filter: &RunFilter,
    words: &[String],
) -> Result<Walked, StoreError> {
    let wanted = filter.limit as usize + 1;
    let mut found = Vec::new();
    let sought_to = each(reader, filter, words, |run| {
        found.push(run);
        found.len() < wanted
    })?;
    Ok(Walked { found, sought_to })
}

/// How many of them there are, of so many that are looked at; stops when there are more than `most`.
pub(crate) fn count(
    reader: &Connection,
    filter: &RunFilter,
    words: &[String],
    most: u32,
    looks: u32,
) -> Result<(u32, bool), StoreError> {
    let filter = RunFilter {
        after: None,
        most: Some(looks),
        ..filter.clone()
    };
    let mut counted = 0;
    let mut more = false;
    let sought_to = each(reader, &filter, words, |_| {
        more = counted == most;
        counted += u32::from(!more);
        !more
    })?;
    Ok((counted, more || sought_to.is_some()))
}

/// Takes the runs one after the other while that is wanted. Where enough were looked at: up to which, and when
/// that was made.
fn each(
    reader: &Connection,
    filter: &RunFilter,
    words: &[String],
    mut take: impl FnMut(Found) -> bool,
) -> Result<Option<(RunId, i64)>, StoreError> {
    let order = if filter.oldest_first {
        Order::OldestFirst
    } else {
        Order::NewestFirst
    };
    let mut stretches = stretches(reader)?;
    if let Some(after) = filter.after {
        for stretch in &mut stretches {
            *stretch = behind(reader, stretch, after, order)?;
        }
    }
    let of_each = u32::try_from(stretches.len()).unwrap_or(u32::MAX);
    let steps = filter
        .most
        .map_or(u32::MAX, |most| most.saturating_mul(STEPS) / of_each);
    // Each word is looked for at least once, so that every page comes further.
    let least = u32::try_from(words.len())
        .unwrap_or(u32::MAX)
        .saturating_add(1);
    let statements = stretches
        .iter()
        .map(|_| search::statements(reader, Searched::Runs, words, order));
    let mut statements = statements.collect::<Result<Vec<_>, _>>()?;
    let (conditions, values) = filter.conditions();
    let mut fitting = Fitting {
        statement: reader.prepare(&format!(
            "SELECT {}, coalesce({conditions}, 0) FROM run WHERE run = ?{}",
            RunRecord::COLUMNS,
            values.len() + 1
        ))?,
        values,
    };
    let mut walks = Vec::new();
    for (statements, rows) in statements.iter_mut().zip(&stretches) {
        let hits = Hits::begin(statements, words, rows)?;
        let mut walk = Walk {
            hits,
            rows: rows.clone(),
            left: steps.max(least),
            head: Head::End,
        };
        walk.go_on(reader, &mut fitting, order)?;
        walks.push(walk);
    }
    loop {
        let heads = walks.iter_mut();
        let next = match order {
            Order::NewestFirst => heads.max_by_key(|walk| walk.head.id()),
            // `None` is less than any id.
            Order::OldestFirst => heads
                .filter(|walk| walk.head.id().is_some())
                .min_by_key(|walk| walk.head.id()),
        };
        let Some(next) = next else { return Ok(None) };
        match std::mem::replace(&mut next.head, Head::End) {
            Head::Run(run, fits) => {
                next.go_on(reader, &mut fitting, order)?;
                if fits && !take(*run) {
                    return Ok(None);
                }
            }
            Head::SoughtTo(id, at) => return Ok(Some((id, at))),
            Head::End => return Ok(None),
        }
    }
}

/// The hits of one stretch.
struct Walk<'a> {
    hits: Hits<'a>,
    rows: Range<i64>,
    /// So many steps through the index are left.
    left: u32,
    head: Head,
}

/// Where the walk through a stretch stands.
enum Head {
    /// At a run that has the words, and whether it meets the other conditions.
    Run(Box<Found>, bool),
    /// Enough steps were made; what has the words lies behind this run.
    SoughtTo(RunId, i64),
    /// At its end.
    End,
}

impl Head {
    fn id(&self) -> Option<RunId> {
        match self {
            Self::Run(found, _) => Some(found.run.id),
            Self::SoughtTo(id, _) => Some(*id),
            Self::End => None,
        }
    }
}

/// Reads a run, and whether it meets the conditions.
struct Fitting<'a> {
    statement: Statement<'a>,
    values: Vec<Sql>,
}

impl Walk<'_> {
    fn go_on(
        &mut self,
        reader: &Connection,
        fitting: &mut Fitting<'_>,
        order: Order,
    ) -> Result<(), StoreError> {
        self.head = loop {
            match self.hits.next(&mut self.left)? {
                Hit::Row(row) => {
                    self.left = self.left.saturating_sub(STEPS);
                    let values = fitting.values.iter().cloned().chain([row.into()]);
                    let found = fitting
                        .statement
                        .query_row(params_from_iter(values), |row| {
                            Ok((listed(row)?, row.get(RunRecord::COUNT)?))
                        });
                    // Without a run a text is left over from one that is gone.
                    if let Some((run, fits)) = found.optional()? {
                        let places = self.hits.places();
                        break Head::Run(Box::new(Found { run, places }), fits);
                    }
                }
                Hit::NoneTo(row) => break self.sought_to(reader, row, order)?,
                Hit::End => break Head::End,
            }
        };
        Ok(())
    }

    /// The last run before what was not looked at.
    fn sought_to(&self, reader: &Connection, row: i64, order: Order) -> Result<Head, StoreError> {
        let sql = match order {
            Order::NewestFirst => {
                "SELECT id, created_at FROM run WHERE run >= ?1 AND run >= ?2 AND run < ?3 ORDER BY run LIMIT 1"
            }
            Order::OldestFirst => {
                "SELECT id, created_at FROM run WHERE run <= ?1 AND run >= ?2 AND run < ?3 ORDER BY run DESC LIMIT 1"
            }
        };
        let found = reader
            .prepare_cached(sql)?
            .query_row((row, self.rows.start, self.rows.end), |row| {
                Ok(Head::SoughtTo(id_of(row, 0)?, row.get(1)?))
            });
        Ok(found.optional()?.unwrap_or(Head::End))
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

/// The rows of a stretch whose runs come behind one, which need not be there any more.
fn behind(
    reader: &Connection,
    stretch: &Range<i64>,
    id: RunId,
    order: Order,
) -> Result<Range<i64>, StoreError> {
    let before = match order {
        Order::NewestFirst => "<",
        Order::OldestFirst => "<=",
    };
    let mut first = reader.prepare_cached(&format!(
        "SELECT run, id {before} ?3 FROM run WHERE run >= ?1 AND run < ?2 ORDER BY run"
    ))?;
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
    Ok(match order {
        Order::NewestFirst => stretch.start..low,
        Order::OldestFirst => low..stretch.end,
    })
}
