//! Runs in a stretch of time, as far as they can be told apart at the width they are drawn in.
//!
//! A narrow window reads the runs themselves, from an index that holds all that is drawn. A wide one reads what is
//! counted of them by hours or half days (`run_slot`), so that a million runs cost what a thousand do. What began
//! before the window and reaches into it is found when it took more than an hour, and began no more than
//! [`REACH`] before; what has not ended, always.

use std::collections::BTreeMap;

use flowkeep_core::run::Status;
use flowkeep_core::run::chart::{Span, chunks, failures, unended};
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::run::status_of;
use crate::run_list::{Found, Of, RunCounts, RunFilter, Walked, made_between};
use crate::{Store, StoreError, run_search};

/// Buckets of one window, at most.
pub const MOST_BUCKETS: u32 = 500;

/// Runs of all rows that are read one by one, at most.
const RUNS: i64 = 30_000;

/// Runs that are drawn where only looking at each tells whether it fits.
const WALKED: u32 = 10_000;

const HOUR: i64 = 3_600_000;

/// So long before a window what reaches into it is looked for.
const REACH: i64 = 31 * 24 * HOUR;

/// Levels of the slots, from the widest on, with their lengths.
const LEVELS: [(i64, i64); 2] = [(1, 12 * HOUR), (0, HOUR)];

/// Which stretch of time, and how finely.
#[derive(Debug, Clone, Copy)]
pub struct WindowAsked {
    /// Milliseconds; from here on.
    pub since: i64,
    /// Milliseconds; to before here.
    pub until: i64,
    /// In so many equal parts; what shares one, or touches, is one chunk.
    pub buckets: u32,
    /// Milliseconds; what has not ended reaches to here.
    pub now: i64,
}

/// What is drawn of one workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowRow {
    /// Its id; absent for runs of no workflow.
    pub workflow: Option<String>,
    /// Its runs that have ended, from the earliest on; apart by more than a bucket.
    pub chunks: Vec<Span>,
    /// Where runs failed, by when they were made.
    pub failures: Vec<Span>,
    /// Those that have not ended: one that waits for days would be one chunk with all that came meanwhile. Those that
    /// wait for a person are apart from those at work.
    pub open: Vec<Span>,
    /// How many of them were made in the window.
    pub counts: RunCounts,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunWindow {
    /// A row for each workflow that was asked for.
    pub rows: Vec<WindowRow>,
    /// Milliseconds; enough runs were looked at, and none made before is drawn.
    pub sought_to: Option<i64>,
}

impl WindowAsked {
    fn bucket(&self) -> i64 {
        let buckets = self.buckets.clamp(1, MOST_BUCKETS);
        ((self.until - self.since) / i64::from(buckets)).max(1)
    }

    fn run(&self, made: i64, ended: Option<i64>, status: Status) -> Span {
        Span {
            from: made,
            made_until: made + 1,
            to: ended.unwrap_or(self.now).max(made),
            runs: 1,
            failed: u32::from(status == Status::Failed),
            cancelled: u32::from(status == Status::Cancelled),
            open: u32::from(ended.is_none()),
            waiting: u32::from(matches!(status, Status::Waiting | Status::Interrupted)),
            interrupted: u32::from(status == Status::Interrupted),
            paused: u32::from(status == Status::Paused),
            queued: u32::from(status == Status::Queued),
        }
    }

    fn shows(&self, made: i64, ended: Option<i64>) -> bool {
        made < self.until && ended.is_none_or(|ended| ended.max(made) >= self.since)
    }
}

impl Store {
    /// The workflows that have runs in a stretch of time, with what they were called last; those of no workflow
    /// last.
    ///
    /// # Errors
    /// What the database says.
    pub fn window_workflows(
        &self,
        asked: &WindowAsked,
    ) -> Result<Vec<(Option<String>, String)>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT nullif(substr(workflow, 2), ''), workflow <> '' FROM run_slot AS whole
             WHERE level = 2 AND workflow <> '*' AND (last >= ?1 AND (
               EXISTS (SELECT 1 FROM run_slot s WHERE s.level = 0 AND s.workflow = whole.workflow
                 AND s.slot BETWEEN ?1 / 3600000 AND (?2 - 1) / 3600000)
               OR EXISTS (SELECT 1 FROM run_slot s WHERE s.level = 0 AND s.workflow = whole.workflow
                 AND s.slot BETWEEN (?1 - ?3) / 3600000 AND ?1 / 3600000 AND s.last >= ?1))
               OR EXISTS (SELECT 1 FROM run INDEXED BY run_open WHERE ended_at IS NULL
                 AND workflow_id IS nullif(substr(whole.workflow, 2), '') AND created_at < ?2))
             ORDER BY workflow = '', workflow",
        )?;
        let mut name = reader.prepare_cached(
            "SELECT workflow_name FROM run WHERE workflow_id = ?1 ORDER BY id DESC LIMIT 1",
        )?;
        let rows = statement.query_map((asked.since, asked.until, REACH), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        let mut found = Vec::new();
        for row in rows {
            let (workflow, is_one): (Option<String>, bool) = row?;
            let called = match &workflow {
                Some(workflow) => name.query_row([workflow], |row| row.get(0))?,
                // An id may be empty.
                None if is_one => name.query_row([""], |row| row.get(0))?,
                None => String::new(),
            };
            let workflow = workflow.or(is_one.then(String::new));
            found.push((workflow, called));
        }
        Ok(found)
    }

    /// The types that the documents of these workflows name, of those that are there and name one.
    ///
    /// # Errors
    /// What the database says.
    pub fn workflow_types<'a>(
        &self,
        workflows: impl Iterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT doc_type FROM document
             WHERE kind = 'workflow' AND id = ?1 AND doc_type NOT NULL AND deleted_at IS NULL",
        )?;
        let mut types = BTreeMap::new();
        for workflow in workflows {
            let found = statement
                .query_row([workflow], |row| row.get(0))
                .optional()?;
            types.extend(found.map(|doc_type| (workflow.to_owned(), doc_type)));
        }
        Ok(types)
    }

    /// How many runs were made between each of these moments and the next, and what they came to: of a workflow,
    /// or of all.
    ///
    /// # Errors
    /// What the database says.
    pub fn runs_between(
        &self,
        workflow: Option<&str>,
        moments: &[i64],
    ) -> Result<Vec<RunCounts>, StoreError> {
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        let of = workflow.map_or(Of::All, Of::Workflow);
        let pairs = moments.windows(2);
        pairs
            .map(|pair| made_between(&reader, &of, Some(pair[0]), Some(pair[1])))
            .collect()
    }

    /// What is drawn of these workflows.
    ///
    /// # Errors
    /// What the database says.
    pub fn run_window(
        &self,
        asked: &WindowAsked,
        workflows: &[Option<String>],
    ) -> Result<RunWindow, StoreError> {
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        let level = level(&reader, asked, workflows)?;
        let mut rows = Vec::new();
        for workflow in workflows {
            let of = workflow.as_deref();
            let mut spans = Vec::new();
            let start = match level {
                None => {
                    read(&reader, of, asked, (asked.since, asked.until), &mut spans)?;
                    asked.since
                }
                Some((level, length)) => {
                    let first = asked.since.div_euclid(length);
                    slots(&reader, of, asked, (level, length), &mut spans)?;
                    first * length
                }
            };
            reaching(&reader, of, asked, start, &mut spans)?;
            let whose = of.map_or(Of::None, Of::Workflow);
            rows.push(WindowRow {
                workflow: workflow.clone(),
                failures: failures(&spans, asked.since, asked.bucket()),
                open: unended(open(&reader, of, asked)?, asked.since, asked.bucket()),
                chunks: chunks(spans, asked.since, asked.bucket()),
                counts: made_between(&reader, &whose, Some(asked.since), Some(asked.until))?,
            });
        }
        Ok(RunWindow {
            rows,
            sought_to: None,
        })
    }

    /// What is drawn of runs that a filter fits, where each has to be looked at.
    ///
    /// # Errors
    /// What the database says.
    pub fn filtered_window(
        &self,
        asked: &WindowAsked,
        filter: &RunFilter,
    ) -> Result<RunWindow, StoreError> {
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        let filter = RunFilter {
            since: Some(asked.since - REACH),
            until: Some(asked.until),
            limit: WALKED,
            oldest_first: false,
            after: None,
            ..filter.clone()
        };
        let Walked { found, sought_to } = match &filter.words {
            Some(words) => run_search::page(&reader, &filter, words)?,
            None => crate::run_list::page(&reader, &filter)?,
        };
        let is_full = found.len() > WALKED as usize;
        let last = found.last().filter(|_| is_full);
        let last = last.map(|found| found.run.created_at);
        let mut rows: BTreeMap<Option<String>, (Vec<Span>, Vec<Span>, RunCounts)> = BTreeMap::new();
        for Found { run, .. } in found {
            let (spans, open, counts) = rows.entry(run.workflow_id).or_default();
            if asked.shows(run.created_at, run.ended_at) {
                let whose = if run.ended_at.is_some() { spans } else { open };
                whose.push(asked.run(run.created_at, run.ended_at, run.status));
            }
            if run.created_at >= asked.since {
                counts.runs += 1;
                counts.succeeded += u32::from(run.status == Status::Succeeded);
                counts.failed += u32::from(run.status == Status::Failed);
                counts.cancelled += u32::from(run.status == Status::Cancelled);
            }
        }
        let rows = rows.into_iter();
        let rows = rows.filter(|(_, (spans, open, _))| !spans.is_empty() || !open.is_empty());
        let rows = rows.map(|(workflow, (spans, open, counts))| WindowRow {
            workflow,
            failures: failures(&spans, asked.since, asked.bucket()),
            open: unended(open, asked.since, asked.bucket()),
            chunks: chunks(spans, asked.since, asked.bucket()),
            counts,
        });
        Ok(RunWindow {
            rows: rows.collect(),
            sought_to: sought_to.map(|(_, at)| at).or(last),
        })
    }
}

fn key(workflow: Option<&str>) -> String {
    workflow.map_or(Of::None, Of::Workflow).key()
}

/// Which slots a window is read from; none where the runs themselves are.
fn level(
    reader: &Connection,
    asked: &WindowAsked,
    workflows: &[Option<String>],
) -> Result<Option<(i64, i64)>, StoreError> {
    let wide = LEVELS.iter().find(|(_, length)| asked.bucket() >= *length);
    if let Some(level) = wide {
        return Ok(Some(*level));
    }
    let mut statement = reader.prepare_cached(
        "SELECT coalesce(sum(runs), 0) FROM run_slot
         WHERE level = 0 AND workflow = ?1 AND slot BETWEEN ?2 AND ?3",
    )?;
    let mut runs = 0;
    for workflow in workflows {
        let place = (
            key(workflow.as_deref()),
            asked.since.div_euclid(HOUR),
            asked.until.div_euclid(HOUR),
        );
        runs += statement.query_row(place, |row| row.get::<_, i64>(0))?;
    }
    Ok((runs > RUNS).then_some((0, HOUR)))
}

/// Runs that were made in a stretch of time and have ended, as far as they are in the window.
fn read(
    reader: &Connection,
    workflow: Option<&str>,
    asked: &WindowAsked,
    (from, to): (i64, i64),
    spans: &mut Vec<Span>,
) -> Result<(), StoreError> {
    let mut statement = reader.prepare_cached(
        "SELECT created_at, ended_at, status FROM run INDEXED BY run_shape
         WHERE workflow_id IS ?1 AND created_at >= ?2 AND created_at < ?3 AND ended_at NOT NULL",
    )?;
    add(statement.query((workflow, from, to))?, asked, spans)
}

fn add(
    mut rows: rusqlite::Rows<'_>,
    asked: &WindowAsked,
    spans: &mut Vec<Span>,
) -> Result<(), StoreError> {
    while let Some(row) = rows.next()? {
        let (made, ended, status) = shape(row)?;
        if asked.shows(made, ended) {
            spans.push(asked.run(made, ended, status));
        }
    }
    Ok(())
}

fn shape(row: &Row<'_>) -> rusqlite::Result<(i64, Option<i64>, Status)> {
    Ok((row.get(0)?, row.get(1)?, status_of(row, 2)?))
}

/// What is counted of the runs that were made in the slots of a window.
fn slots(
    reader: &Connection,
    workflow: Option<&str>,
    asked: &WindowAsked,
    (level, length): (i64, i64),
    spans: &mut Vec<Span>,
) -> Result<(), StoreError> {
    let mut statement = reader.prepare_cached(
        "SELECT slot, last, succeeded + failed + cancelled, failed, cancelled FROM run_slot
         WHERE level = ?1 AND workflow = ?2 AND slot BETWEEN ?3 AND ?4 AND succeeded + failed + cancelled > 0",
    )?;
    let place = (
        level,
        key(workflow),
        asked.since.div_euclid(length),
        (asked.until - 1).div_euclid(length),
    );
    let rows = statement.query_map(place, |row| {
        let from = row.get::<_, i64>(0)? * length;
        Ok(Span {
            from,
            made_until: from + length,
            to: row.get::<_, i64>(1)?.max(from),
            runs: row.get(2)?,
            failed: row.get(3)?,
            cancelled: row.get(4)?,
            ..Span::default()
        })
    })?;
    for span in rows {
        spans.push(span?);
    }
    Ok(())
}

/// Runs that were made before `start` and ended in the window or behind it.
fn reaching(
    reader: &Connection,
    workflow: Option<&str>,
    asked: &WindowAsked,
    start: i64,
    spans: &mut Vec<Span>,
) -> Result<(), StoreError> {
    read(reader, workflow, asked, (start - HOUR, start), spans)?;
    let mut statement = reader.prepare_cached(
        "SELECT created_at, ended_at, status FROM run INDEXED BY run_over_hour
         WHERE workflow_id IS ?1 AND created_at >= ?2 AND created_at < ?3
           AND ended_at - created_at > 3600000 AND ended_at >= ?4",
    )?;
    let place = (workflow, start - REACH, start - HOUR, asked.since);
    add(statement.query(place)?, asked, spans)
}

/// Runs that have not ended.
fn open(
    reader: &Connection,
    workflow: Option<&str>,
    asked: &WindowAsked,
) -> Result<Vec<Span>, StoreError> {
    let mut statement = reader.prepare_cached(
        "SELECT created_at, ended_at, status FROM run INDEXED BY run_open
         WHERE ended_at IS NULL AND workflow_id IS ?1 AND created_at < ?2",
    )?;
    let mut spans = Vec::new();
    if asked.now >= asked.since {
        add(statement.query((workflow, asked.until))?, asked, &mut spans)?;
    }
    Ok(spans)
}
