//! Figures of the history, computed by the database from a bounded number of the newest runs.

use std::collections::BTreeMap;

use flowkeep_core::run::Status;
use rusqlite::Connection;
use rusqlite::types::Value as Sql;

use crate::run::{first_id, status_of};
use crate::{Store, StoreError};

/// Runs that are looked at, the newest.
pub const STATISTICS_RUNS: u32 = 20_000;

/// Rows of a list of figures, at most: those with the most attempts or runs.
const LINES: u32 = 500;

/// Which runs.
#[derive(Debug, Clone, Default)]
pub struct StatisticsFilter {
    /// Of this workflow.
    pub workflow: Option<String>,
    /// Milliseconds; made at or after.
    pub since: Option<i64>,
    /// Milliseconds; made before.
    pub until: Option<i64>,
}

/// Figures of the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Runs and executions there are.
    pub total: u32,
    /// How many of them, the newest, were looked at.
    pub looked_at: u32,
    /// By workflow: its id.
    pub workflows: Vec<Figures>,
    /// By task of a workflow: attempts.
    pub tasks: Vec<Figures>,
    /// By data source: attempts.
    pub sources: Vec<Figures>,
    /// By agent: attempts.
    pub agents: Vec<Figures>,
}

/// Figures of one workflow, task, source or agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// The workflow, where the line is one's or of its task; without an id that of single
    /// operations.
    pub workflow: Option<String>,
    /// What it is called: the workflow's last name, the task's id, the source, the agent.
    pub name: String,
    /// How many.
    pub count: u32,
    /// How many came to what.
    pub statuses: Vec<(Status, u32)>,
    /// How long those took that succeeded.
    pub duration: Option<Spread>,
    /// How long those waited for their turn that began.
    pub queue: Option<Spread>,
}

/// Of some lengths of time, in milliseconds: half are at most the median, nine in ten at most p90.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// How many.
    pub count: u32,
    /// Half of them.
    pub median: i64,
    /// Nine in ten.
    pub p90: i64,
}

/// One more column of what is looked at: its samples and how they are grouped.
struct Sample {
    /// `WITH` up to and with `sample(workflow, name, status, duration, queue)`.
    with: String,
    values: Vec<Sql>,
}

impl Store {
    /// Figures of the newest runs that fit.
    ///
    /// # Errors
    /// What the database says.
    pub fn statistics(&self, filter: &StatisticsFilter) -> Result<Statistics, StoreError> {
        let reader = self.reader()?;
        let reader = reader.unchecked_transaction()?;
        let (chosen, counted, values) = chosen(filter);
        let total = reader.query_row(&counted, rusqlite::params_from_iter(&values), |row| {
            row.get(0)
        })?;
        let lines = |sample: &str| {
            let with = format!("WITH chosen AS MATERIALIZED ({chosen}), sample AS ({sample})");
            figures(
                &reader,
                &Sample {
                    with,
                    values: values.clone(),
                },
            )
        };
        let workflows = lines(
            "SELECT workflow_id AS workflow,
               first_value(workflow_name) OVER (
                 PARTITION BY workflow_id ORDER BY created_at DESC, id DESC) AS name,
               status,
               iif(status = 'succeeded', ended_at - coalesce(started_at, created_at), NULL)
                 AS duration,
               started_at - created_at AS queue
             FROM chosen",
        )?;
        let attempts = |workflow: &str, name: &str| {
            format!(
                "SELECT {workflow} AS workflow, {name} AS name, a.status AS status,
                   iif(a.status = 'succeeded', a.ended_at - a.started_at, NULL) AS duration,
                   a.started_at - a.queued_at AS queue
                 FROM chosen c JOIN attempt a USING (run) WHERE {name} NOT NULL"
            )
        };
        let sql = format!("SELECT count(*) FROM ({chosen})");
        let looked_at =
            reader.query_row(&sql, rusqlite::params_from_iter(&values), |row| row.get(0))?;
        Ok(Statistics {
            total,
            looked_at,
            workflows,
            tasks: lines(&attempts("c.workflow_id", "a.task"))?,
            sources: lines(&attempts("NULL", "a.data_source"))?,
            agents: lines(&attempts("NULL", "a.agent"))?,
        })
    }
}

/// The rows that are looked at, how many there are in all, and what is bound in both.
fn chosen(filter: &StatisticsFilter) -> (String, String, Vec<Sql>) {
    let mut values = Vec::new();
    let mut of = |workflow: &str, at: &str| {
        let mut conditions = vec!["1".to_owned()];
        let mut add = |condition: String, value: Sql| {
            values.push(value);
            conditions.push(format!("{condition} ?{}", values.len()));
        };
        if let Some(id) = &filter.workflow {
            add(format!("{workflow} ="), id.clone().into());
        }
        if let Some(since) = filter.since {
            add(format!("{at} >="), since.into());
        }
        if let Some(until) = filter.until {
            add(format!("{at} <"), until.into());
        }
        conditions.join(" AND ")
    };
    let runs = of("workflow_id", "created_at");
    // It says no more than the moment does, and ends the walk down the ids.
    let walked = match filter.since {
        Some(since) => format!("{runs} AND id >= '{}'", first_id(since)),
        None => runs.clone(),
    };
    let executions = of("workflow_id", "at");
    // Of other programs' executions nobody knows how long they waited, nor their attempts.
    let executions_ours = "state NOT NULL";
    (
        format!(
            "SELECT * FROM (
               SELECT run, id, workflow_id, workflow_name, status, created_at, started_at, ended_at
               FROM run WHERE {walked} ORDER BY id DESC LIMIT {STATISTICS_RUNS})
             UNION ALL SELECT * FROM (
               SELECT NULL, id, workflow_id, coalesce(workflow_name, workflow_id, ''), state, at, NULL,
                 ended_at
               FROM execution WHERE {executions_ours} AND {executions}
               ORDER BY at DESC LIMIT {STATISTICS_RUNS})"
        ),
        format!(
            "SELECT (SELECT count(*) FROM run WHERE {runs})
                  + (SELECT count(*) FROM execution WHERE {executions_ours} AND {executions})"
        ),
        values,
    )
}

type Key = (Option<String>, String);

fn figures(connection: &Connection, sample: &Sample) -> Result<Vec<Figures>, StoreError> {
    let key = |row: &rusqlite::Row<'_>| -> rusqlite::Result<Key> { Ok((row.get(0)?, row.get(1)?)) };
    let mut lines: BTreeMap<Key, Figures> = BTreeMap::new();
    let mut statement = connection.prepare(&format!(
        "{} SELECT workflow, name, status, count(*) FROM sample GROUP BY workflow, name, status",
        sample.with
    ))?;
    let mut rows = statement.query(rusqlite::params_from_iter(&sample.values))?;
    while let Some(row) = rows.next()? {
        let (workflow, name) = key(row)?;
        let line = lines
            .entry((workflow.clone(), name.clone()))
            .or_insert(Figures {
                workflow,
                name,
                ..Figures::default()
            });
        let count: u32 = row.get(3)?;
        line.count += count;
        line.statuses.push((status_of(row, 2)?, count));
    }
    for (column, into) in [
        (
            "duration",
            (|line| &mut line.duration) as fn(&mut Figures) -> &mut Option<Spread>,
        ),
        ("queue", |line| &mut line.queue),
    ] {
        // The nearest rank: the smallest one that so many of them are not above.
        let mut statement = connection.prepare(&format!(
            "{}, ranked AS (
               SELECT workflow, name, {column} AS length,
                 row_number() OVER (PARTITION BY workflow, name ORDER BY {column}) AS place,
                 count(*) OVER (PARTITION BY workflow, name) AS of
               FROM sample WHERE {column} NOT NULL)
             SELECT workflow, name, of, max(iif(place = (of + 1) / 2, length, NULL)),
               max(iif(place = (of * 9 + 9) / 10, length, NULL))
             FROM ranked GROUP BY workflow, name",
            sample.with
        ))?;
        let mut rows = statement.query(rusqlite::params_from_iter(&sample.values))?;
        while let Some(row) = rows.next()? {
            if let Some(line) = lines.get_mut(&key(row)?) {
                *into(line) = Some(Spread {
                    count: row.get(2)?,
                    median: row.get(3)?,
                    p90: row.get(4)?,
                });
            }
        }
    }
    let mut lines: Vec<_> = lines.into_values().collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.count));
    lines.truncate(LINES as usize);
    Ok(lines)
}
