//! A page of runs that are found without words.
//!
//! The runs of one condition come in the order of their ids from its index; the other conditions are looked at
//! run by run. So a page costs the runs that are looked at for it, and those are counted: a pair of conditions
//! that hardly any run meets answers with what was found so far, and says up to where it looked.

use flowkeep_core::RunId;
use rusqlite::{Connection, Row, params_from_iter};

use super::filter::{Conditions, Stream};
use super::{RunFilter, RunRecord, listed};
use crate::StoreError;
use crate::run::{first_id, id_of};

/// What a walk came to: one more than the page holds, where there are more.
pub(crate) struct Walked {
    pub(crate) found: Vec<Found>,
    /// The last run that was looked at, and when it was made (milliseconds), where there may be more behind it.
    pub(crate) sought_to: Option<(RunId, i64)>,
}

/// A run, and in which of its texts the words are (`search::Place::number`).
pub(crate) struct Found {
    pub(crate) run: RunRecord,
    pub(crate) places: Vec<i64>,
}

/// The next runs of a filter without words.
pub(crate) fn page(reader: &Connection, filter: &RunFilter) -> Result<Walked, StoreError> {
    let (sql, conditions) = statement(filter);
    let mut statement = reader.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(&conditions.values))?;
    let wanted = filter.limit as usize + 1;
    let mut found = Vec::new();
    let mut looked_at = 0;
    while found.len() < wanted
        && let Some(row) = rows.next()?
    {
        looked_at += 1;
        if row.get(RunRecord::COUNT)? {
            found.push(Found {
                run: listed(row)?,
                places: Vec::new(),
            });
        }
        if found.len() < wanted && Some(looked_at) == filter.most {
            let sought_to = Some(place(row)?);
            return Ok(Walked { found, sought_to });
        }
    }
    Ok(Walked {
        found,
        sought_to: None,
    })
}

/// Where a row stands.
fn place(row: &Row<'_>) -> rusqlite::Result<(RunId, i64)> {
    Ok((id_of(row, 1)?, row.get(5)?))
}

/// How many fit, of so many that are looked at; stops when there are more than `most`.
pub(super) fn count(
    reader: &Connection,
    filter: &RunFilter,
    most: u32,
    looks: u32,
) -> Result<(u32, bool), StoreError> {
    let filter = RunFilter {
        after: None,
        limit: most,
        most: Some(looks),
        ..filter.clone()
    };
    let (sql, conditions) = counting(&filter);
    let mut statement = reader.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(&conditions.values))?;
    let (mut counted, mut looked_at) = (0, 0);
    while let Some(row) = rows.next()? {
        if looked_at == looks {
            return Ok((counted, true));
        }
        looked_at += 1;
        if row.get(0)? {
            if counted == most {
                return Ok((counted, true));
            }
            counted += 1;
        }
    }
    Ok((counted, false))
}

/// The runs of the filter's stream, each with whether it meets the rest.
pub(super) fn statement(filter: &RunFilter) -> (String, Conditions) {
    let (from, walked, rest, conditions) = parts(filter);
    let (id, order) = (key(filter.stream()), order(filter));
    let columns = RunRecord::COLUMNS;
    let sql = format!(
        "SELECT {columns}, coalesce({rest}, 0) FROM {from} WHERE {walked} ORDER BY {id} {order}"
    );
    (sql, conditions)
}

/// Whether each run of the stream meets the rest, without the run itself: where nothing more is asked, only the index
/// of the stream is read.
pub(super) fn counting(filter: &RunFilter) -> (String, Conditions) {
    let (from, walked, rest, conditions) = parts(filter);
    let stream = filter.stream();
    let (id, order) = (key(stream), order(filter));
    let from = match stream {
        // A run that used something is there for as long as what it used is known.
        Stream::Used(_) if rest == "1" => "run_used AS used",
        _ => from,
    };
    let sql = format!(
        "SELECT coalesce({rest}, 0) AS met FROM {from} WHERE {walked} ORDER BY {id} {order}"
    );
    (sql, conditions)
}

/// How many runs of a stream meet the rest, all of them.
pub(super) fn counting_all(filter: &RunFilter) -> (String, Conditions) {
    let filter = RunFilter {
        after: None,
        ..filter.clone()
    };
    let (sql, conditions) = counting(&filter);
    (
        format!("SELECT coalesce(sum(met), 0) FROM ({sql})"),
        conditions,
    )
}

fn key(stream: Stream) -> &'static str {
    if matches!(stream, Stream::Used(_)) {
        "used.id"
    } else {
        "id"
    }
}

fn order(filter: &RunFilter) -> &'static str {
    if filter.oldest_first { "ASC" } else { "DESC" }
}

/// From where the stream's runs are read, what makes them its own, and what else is asked of each.
fn parts(filter: &RunFilter) -> (&'static str, String, String, Conditions) {
    let stream = filter.stream();
    let mut conditions = Conditions::default();
    let from = filter.driven(stream, &mut conditions);
    let id = key(stream);
    // They say no more than the moments do, and end the walk of the ids.
    if let Some(since) = filter.since {
        conditions.add(&format!("{id} >= ?"), first_id(since));
    }
    if let Some(until) = filter.until {
        let newest = "SELECT max(newest) FROM run_slot WHERE level = 0 AND workflow = '*' AND slot <= ? / 3600000";
        conditions.add(&format!("{id} <= ({newest})"), until);
    }
    if let Some(after) = filter.after {
        let behind = if filter.oldest_first { ">" } else { "<" };
        conditions.add(&format!("{id} {behind} ?"), after.to_string());
    }
    let walked = conditions.take_sql();
    filter.add_rest(Some(stream), &mut conditions);
    let rest = conditions.take_sql();
    (from, walked, rest, conditions)
}
