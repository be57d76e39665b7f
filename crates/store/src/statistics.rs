//! Figures of the history, gathered in one walk over a bounded number of the newest runs.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use flowkeep_core::run::Status;
use rusqlite::types::Value as Sql;
use rusqlite::{Row, Rows};

use crate::run::{first_id, status_of};
use crate::{Store, StoreError};

/// Runs that are looked at, the newest.
pub const STATISTICS_RUNS: u32 = 20_000;

/// Attempts after which no further run of ours is looked at: each is sixteen bytes in three lists.
const ATTEMPTS: usize = 1_000_000;

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

/// Of which workflow, and what it is called.
type Key = (Option<String>, String);

/// What one run, execution or attempt adds to its lines.
struct Sample {
    status: Status,
    /// Milliseconds; of what succeeded.
    duration: Option<i64>,
    /// Milliseconds until it began.
    queue: Option<i64>,
}

/// A line while it is gathered.
#[derive(Default)]
struct Gathered {
    statuses: BTreeMap<Status, u32>,
    durations: Vec<i64>,
    queues: Vec<i64>,
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
        let mut of_run = reader.prepare(
            "SELECT task, data_source, agent, status, queued_at, started_at,
               iif(started_at NOT NULL, ended_at, NULL)
             FROM attempt WHERE run = ?1",
        )?;
        let mut workflows: BTreeMap<Option<String>, (String, Gathered)> = BTreeMap::new();
        let mut attempts = Attempts::default();
        let mut looked_at = 0;
        let mut chosen = reader.prepare(&chosen)?;
        let mut rows = chosen.query(rusqlite::params_from_iter(&values))?;
        while let Some(row) = rows.next()? {
            let run: Option<i64> = row.get(0)?;
            if run.is_some() && attempts.seen >= ATTEMPTS {
                continue;
            }
            looked_at += 1;
            let workflow: Option<String> = row.get(1)?;
            if run.is_some() {
                attempts.add(workflow.as_deref(), of_run.query([run])?)?;
            }
            // The newest comes first, and has the workflow's last name.
            let named = || row.get(2).map(|name| (name, Gathered::default()));
            let (_, line) = match workflows.entry(workflow) {
                Entry::Occupied(there) => there.into_mut(),
                Entry::Vacant(place) => place.insert(named()?),
            };
            line.add(&sample(row, 3)?);
        }
        let workflows = workflows
            .into_iter()
            .map(|(id, (name, line))| ((id, name), line));
        Ok(Statistics {
            total,
            looked_at,
            workflows: lines(workflows),
            tasks: lines(attempts.tasks),
            sources: lines(attempts.sources),
            agents: lines(attempts.agents),
        })
    }
}

/// The attempts of the runs that are looked at.
#[derive(Default)]
struct Attempts {
    seen: usize,
    tasks: BTreeMap<Key, Gathered>,
    sources: BTreeMap<Key, Gathered>,
    agents: BTreeMap<Key, Gathered>,
}

impl Attempts {
    /// The attempts of a run of this workflow.
    fn add(&mut self, workflow: Option<&str>, mut rows: Rows<'_>) -> rusqlite::Result<()> {
        while let Some(row) = rows.next()? {
            self.seen += 1;
            let sample = sample(row, 3)?;
            let task = (workflow.map(str::to_owned), row.get(0)?);
            self.tasks.entry(task).or_default().add(&sample);
            if let Some(source) = row.get(1)? {
                self.sources.entry((None, source)).or_default().add(&sample);
            }
            if let Some(agent) = row.get(2)? {
                self.agents.entry((None, agent)).or_default().add(&sample);
            }
        }
        Ok(())
    }
}

impl Gathered {
    fn add(&mut self, sample: &Sample) {
        *self.statuses.entry(sample.status).or_default() += 1;
        self.durations.extend(sample.duration);
        self.queues.extend(sample.queue);
    }
}

/// From four columns: its status, since when it waited, when it began, when it ended.
fn sample(row: &Row<'_>, first: usize) -> rusqlite::Result<Sample> {
    let status = status_of(row, first)?;
    let waited: i64 = row.get(first + 1)?;
    let began: Option<i64> = row.get(first + 2)?;
    let ended: Option<i64> = row.get(first + 3)?;
    Ok(Sample {
        status,
        duration: ended
            .filter(|_| status == Status::Succeeded)
            .map(|ended| ended - began.unwrap_or(waited)),
        queue: began.map(|began| began - waited),
    })
}

fn lines(gathered: impl IntoIterator<Item = (Key, Gathered)>) -> Vec<Figures> {
    let mut lines: Vec<_> = gathered
        .into_iter()
        .map(|((workflow, name), line)| {
            let mut statuses: Vec<_> = line.statuses.into_iter().collect();
            statuses.sort_by_key(|(status, _)| status.as_str());
            Figures {
                workflow,
                name,
                count: statuses.iter().map(|(_, count)| count).sum(),
                statuses,
                duration: spread(line.durations),
                queue: spread(line.queues),
            }
        })
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.count));
    lines.truncate(LINES as usize);
    lines
}

/// By the nearest rank: the smallest one that so many of them are not above.
pub(crate) fn spread(mut lengths: Vec<i64>) -> Option<Spread> {
    lengths.sort_unstable();
    let rank = |percent: usize| {
        let place = (lengths.len() * percent).div_ceil(100);
        lengths.get(place.checked_sub(1)?).copied()
    };
    Some(Spread {
        count: u32::try_from(lengths.len()).unwrap_or(u32::MAX),
        median: rank(50)?,
        p90: rank(90)?,
    })
}

/// The rows that are looked at, newest first, how many there are in all, and what is bound in both.
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
               SELECT run, workflow_id, workflow_name, status, created_at, started_at, ended_at, id
               FROM run WHERE {walked} ORDER BY id DESC LIMIT {STATISTICS_RUNS})
             UNION ALL SELECT * FROM (
               SELECT NULL, workflow_id, coalesce(workflow_name, workflow_id, ''), state, at, NULL,
                 ended_at, id
               FROM execution WHERE {executions_ours} AND {executions}
               ORDER BY at DESC LIMIT {STATISTICS_RUNS})
             ORDER BY created_at DESC, id DESC"
        ),
        format!(
            "SELECT (SELECT count(*) FROM run WHERE {runs})
                  + (SELECT count(*) FROM execution WHERE {executions_ours} AND {executions})"
        ),
        values,
    )
}
