//! What the window asks of a long history, beside the plain SQL for the same on the same file, by turns.
//!
//! The plain SQL is what somebody would write who has the tables and no more: it answers the same rows or figures, without
//! their words. Where it costs less than we do, the difference is what we tell beside it; where it costs more, it is what
//! the slots and the order of ids spare.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use chrono::{DateTime, NaiveDate, SecondsFormat};
use flowkeep_api::types::{
    RunBegunBy, RunCompareInput, RunDaysInput, RunListInput, RunRef, RunShowInput,
    RunTimelineInput, RunWindowInput,
};
use flowkeep_api::{
    Api, Face, NoPlaces, OpenOptions, run_compare, run_steps, run_timeline, run_window, runs,
};
use flowkeep_core::run::Status;
use flowkeep_core::search_words;
use flowkeep_seed::{Plan, fill};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use crate::Extent;
use crate::measure::{at, mebibytes, median, ratio};
use crate::workshop::Workshop;

/// Questions of each sort.
const ASKED: usize = 100;

/// A question that has taken so long is asked no more.
const ENOUGH: Duration = Duration::from_secs(20);

/// Task attempts of each run.
const TASKS: usize = 5;

/// Tasks of the one large run.
const LARGE: usize = 10_000;

/// Times it is asked for.
const LARGE_ASKED: usize = 5;

const DAY: i64 = 86_400_000;

/// The first day after the last run: the same runs, whenever they are made.
const UNTIL: (i32, u32, u32) = (2026, 6, 1);

const ROWS: &str = "SELECT id, workflow_id, workflow_name, status, created_at, started_at, ended_at, actor, face FROM run";

/// Asks through the commands; answers how many there were.
type Ours = Box<dyn Fn(&Api) -> Result<u64>>;

/// Asks through the commands; answers what a page would be given.
type Asked<'a> = &'a dyn Fn() -> Result<Vec<u8>>;

/// Runs that are listed: what they have in common, as a list is asked for them and as a condition of SQL with its values.
type Listed = (&'static str, RunListInput, String, Vec<Value>);

/// What is asked, and the SQL beside it.
struct Question {
    what: String,
    ours: Ours,
    sql: String,
    values: Vec<Value>,
}

pub(crate) fn history(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    let folder = workshop.fresh("history");
    let (year, month, day) = UNTIL;
    let until = NaiveDate::from_ymd_opt(year, month, day).context("a day of the calendar")?;
    let mut plan = Plan {
        folder,
        runs: extent.runs,
        tasks: TASKS,
        seed: 1,
        until,
    };
    fill(&plan)?;
    let api = open(&plan)?;
    let beside = Connection::open_with_flags(
        plan.folder.join("flowkeep.db"),
        OpenFlags::SQLITE_OPEN_READ_ONLY,
    )?;
    // As our own readers have it (crates/store/src/readers.rs).
    beside.set_prepared_statement_cache_capacity(64);
    let mut table = format!(
        "The history: {} runs of {TASKS} attempts over two years, at most {ASKED} questions each, beside plain SQL on the same file (aim: p99 < 50 ms)\n  {:<30}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}\n",
        extent.runs, "", "p50 ms", "p99 ms", "SQL p50", "SQL p99", "ratio", "found"
    );
    for question in questions(&beside)? {
        table += &question.asked(&api, &beside)?;
    }
    drop((api, beside));
    plan.folder = workshop.fresh("large");
    plan.runs = 1;
    plan.tasks = LARGE;
    fill(&plan)?;
    table += &large(&open(&plan)?)?;
    Ok(table)
}

fn open(plan: &Plan) -> Result<Api> {
    Ok(Api::open(OpenOptions {
        data_dir: Some(plan.folder.clone()),
        face: Face::Desktop,
        places: Arc::new(NoPlaces),
    })?)
}

impl Question {
    fn new(
        what: impl Into<String>,
        ours: impl Fn(&Api) -> Result<u64> + 'static,
        sql: impl Into<String>,
        values: impl IntoIterator<Item = Value>,
    ) -> Self {
        Self {
            what: what.into(),
            ours: Box::new(ours),
            sql: sql.into(),
            values: values.into_iter().collect(),
        }
    }

    fn asked(&self, api: &Api, beside: &Connection) -> Result<String> {
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        let begun = Instant::now();
        let mut found = 0;
        while ours.len() < ASKED && (ours.len() < 3 || begun.elapsed() < ENOUGH) {
            let start = Instant::now();
            found = (self.ours)(api).with_context(|| self.what.clone())?;
            ours.push(start.elapsed());
            let start = Instant::now();
            let mut statement = beside.prepare_cached(&self.sql)?;
            let columns = statement.column_count();
            let mut rows = statement.query(params_from_iter(&self.values))?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    std::hint::black_box(row.get_ref(column)?);
                }
            }
            plain.push(start.elapsed());
        }
        let mut line = String::new();
        writeln!(
            line,
            "  {:<30}{:>9.2}{:>9.2}{:>9.2}{:>9.2}{:>9.2}{found:>9}",
            self.what,
            millis(at(&ours, 50)),
            millis(at(&ours, 99)),
            millis(at(&plain, 50)),
            millis(at(&plain, 99)),
            ratio(median(&ours), median(&plain)),
        )?;
        Ok(line)
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn moment(millis: i64) -> Result<String> {
    let at = DateTime::from_timestamp_millis(millis).context("a moment")?;
    Ok(at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// A page of a list.
fn page(input: RunListInput) -> impl Fn(&Api) -> Result<u64> {
    move |api| Ok(runs::list(api, input.clone())?.items.len() as u64)
}

/// How many there are, as the window has it counted.
fn count(input: RunListInput) -> impl Fn(&Api) -> Result<u64> {
    let input = RunListInput {
        limit: Some(1),
        count_to: Some(10_000),
        ..input
    };
    move |api| {
        Ok(u64::from(
            runs::list(api, input.clone())?.total.unwrap_or_default(),
        ))
    }
}

fn questions(beside: &Connection) -> Result<Vec<Question>> {
    let (workflow, last): (String, i64) = beside.query_row(
        "SELECT (SELECT workflow_id FROM run GROUP BY 1 ORDER BY count(*) DESC LIMIT 1), max(created_at) FROM run",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let mut all = Vec::new();
    for (what, input, condition, values) in listed(&workflow, last)? {
        all.push(Question::new(
            format!("page: {what}"),
            page(input.clone()),
            format!("{ROWS} WHERE {condition} ORDER BY id DESC LIMIT 51"),
            values.clone(),
        ));
        all.push(Question::new(
            format!("count: {what}"),
            count(input),
            format!("SELECT count(*) FROM run WHERE {condition}"),
            values,
        ));
    }
    for (what, typed) in [
        ("search: one word", "nightly"),
        ("search: two words", "busy orders"),
        ("search: one character", "库"),
    ] {
        let words = search_words(typed);
        let conditions: Vec<_> = (1..=words.len())
            .map(|word| {
                format!(
                    "run IN (SELECT rowid >> 32 FROM run_search WHERE run_search MATCH ?{word})"
                )
            })
            .collect();
        let input = RunListInput {
            text: Some(typed.to_owned()),
            ..RunListInput::default()
        };
        all.push(Question::new(
            what,
            page(input),
            format!(
                "{ROWS} WHERE {} ORDER BY id DESC LIMIT 51",
                conditions.join(" AND ")
            ),
            words.into_iter().map(Value::Text),
        ));
    }
    all.extend(charts(beside, last)?);
    all.push(compared(beside, &workflow)?);
    Ok(all)
}

/// The lists that are asked for.
fn listed(workflow: &str, last: i64) -> Result<Vec<Listed>> {
    let week = moment(last - 7 * DAY)?;
    let none = RunListInput::default;
    let of_workflow = RunListInput {
        workflow: Some(workflow.to_owned()),
        ..none()
    };
    let failed = RunListInput {
        status: Some(Status::Failed),
        ..none()
    };
    let both = RunListInput {
        status: Some(Status::Failed),
        ..of_workflow.clone()
    };
    let event = RunListInput {
        begun_by: Some(RunBegunBy::Event),
        ..none()
    };
    let source = RunListInput {
        source: Some("local".to_owned()),
        ..none()
    };
    let agent = RunListInput {
        agent: Some("local".to_owned()),
        ..none()
    };
    let of_week = RunListInput {
        since: Some(week),
        ..none()
    };
    let two = RunListInput {
        begun_by: Some(RunBegunBy::Schedule),
        status: Some(Status::Cancelled),
        ..none()
    };
    let used = |kind: &str| {
        format!("EXISTS (SELECT 1 FROM attempt a WHERE a.run = run.run AND a.{kind} = ?1)")
    };
    let text = |text: &str| Value::Text(text.to_owned());
    Ok(vec![
        ("all", none(), "1".to_owned(), vec![]),
        (
            "workflow",
            of_workflow,
            "workflow_id = ?1".to_owned(),
            vec![text(workflow)],
        ),
        (
            "status",
            failed,
            "status = ?1".to_owned(),
            vec![text("failed")],
        ),
        (
            "workflow and status",
            both,
            "workflow_id = ?1 AND status = ?2".to_owned(),
            vec![text(workflow), text("failed")],
        ),
        (
            "event",
            event,
            "begun_by = ?1".to_owned(),
            vec![text("event")],
        ),
        ("source", source, used("data_source"), vec![text("local")]),
        ("agent", agent, used("agent"), vec![text("local")]),
        (
            "a week",
            of_week,
            "created_at >= ?1".to_owned(),
            vec![Value::Integer(last - 7 * DAY)],
        ),
        (
            "two conditions",
            two,
            "begun_by = ?1 AND status = ?2".to_owned(),
            vec![text("schedule"), text("cancelled")],
        ),
    ])
}

/// The timeline of all runs at three zooms, and the calendar.
fn charts(beside: &Connection, last: i64) -> Result<Vec<Question>> {
    let mut names = beside.prepare("SELECT DISTINCT workflow_id FROM run ORDER BY 1 LIMIT 20")?;
    let names: Vec<Option<String>> = names
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut all = Vec::new();
    for (what, days) in [
        ("timeline: a day", 1),
        ("timeline: 30 days", 30),
        ("timeline: two years", 730),
    ] {
        let (since, until) = (last - days * DAY, last + 1);
        let input = RunWindowInput {
            since: moment(since)?,
            until: moment(until)?,
            buckets: 400,
            workflows: names.clone(),
            runs: None,
        };
        all.push(Question::new(
            what,
            move |api| {
                let found = run_window::window(api, input.clone())?;
                Ok(found.rows.iter().map(|row| row.chunks.len() as u64).sum())
            },
            "SELECT workflow_id, (created_at - ?1) / ?3, count(*), sum(status = 'failed'), min(created_at), max(ended_at)
             FROM run WHERE created_at < ?2 AND coalesce(ended_at, ?2) >= ?1 GROUP BY 1, 2",
            [since, until, (until - since) / 400].map(Value::Integer),
        ));
    }
    let midnights = (0..=365).map(|day| moment((last / DAY - 365 + day) * DAY));
    let input = RunDaysInput {
        midnights: midnights.collect::<Result<_>>()?,
        workflow: None,
    };
    all.push(Question::new(
        "days of a year",
        move |api| Ok(run_window::days(api, input.clone())?.days.len() as u64),
        "SELECT created_at / 86400000, count(*), sum(status = 'failed') FROM run WHERE created_at >= ?1 GROUP BY 1",
        [Value::Integer((last / DAY - 365) * DAY)],
    ));
    Ok(all)
}

fn compared(beside: &Connection, workflow: &str) -> Result<Question> {
    let newest = |status: &str| {
        beside.query_row(
            "SELECT id FROM run WHERE workflow_id = ?1 AND status = ?2 ORDER BY id DESC LIMIT 1",
            (workflow, status),
            |row| row.get::<_, String>(0),
        )
    };
    let (id, with) = (newest("failed")?, newest("succeeded")?);
    let input = RunCompareInput {
        id: id.clone(),
        with: Some(with.clone()),
        all: Some(true),
    };
    Ok(Question::new(
        "compare two",
        move |api| {
            let found = run_compare::compare(api, input.clone())?;
            Ok(serde_json::to_vec(&found)?.len() as u64)
        },
        "SELECT r.id, r.context, t.task, t.state, a.number, a.started_at, a.ended_at, a.error, o.value
         FROM run r JOIN run_task t USING (run) LEFT JOIN attempt a USING (run, task)
         LEFT JOIN output o USING (run, task) WHERE r.id IN (?1, ?2)",
        [id, with].map(Value::Text),
    ))
}

/// One run of very many tasks, as its page asks for it.
fn large(api: &Api) -> Result<String> {
    let newest = runs::list(api, RunListInput::default())?;
    let id = newest.items.first().context("a run was made")?.id.clone();
    let mut table = format!(
        "One run of {LARGE} tasks, asked for {LARGE_ASKED} times\n  {:<30}{:>9}{:>9}{:>9}\n",
        "", "p50 ms", "most ms", "MB"
    );
    let head = || {
        let input = RunShowInput {
            id: id.clone(),
            brief: Some(true),
            tasks: Some(false),
            names: Some(false),
        };
        serde_json::to_vec(&runs::show(api, input)?).map_err(anyhow::Error::from)
    };
    let timeline = |since| {
        let id = id.clone();
        run_timeline::timeline(api, RunTimelineInput { id, since })
    };
    let seen = timeline(None)?.seen;
    let tasks = |since| serde_json::to_vec(&timeline(since)?).map_err(anyhow::Error::from);
    let steps = || {
        let shown = run_steps::show(api, RunRef { id: id.clone() })?;
        serde_json::to_vec(&shown).map_err(anyhow::Error::from)
    };
    let asked: [(&str, Asked<'_>); 4] = [
        ("run_show, its head", &head),
        ("run_timeline", &|| tasks(None)),
        ("run_timeline, nothing new", &|| tasks(Some(seen.clone()))),
        ("run_steps", &steps),
    ];
    for (what, ask) in asked {
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..LARGE_ASKED {
            let start = Instant::now();
            bytes = ask().with_context(|| what.to_owned())?.len();
            times.push(start.elapsed());
        }
        writeln!(
            table,
            "  {what:<30}{:>9.1}{:>9.1}{:>9.2}",
            millis(median(&times)),
            millis(at(&times, 100)),
            mebibytes(bytes as u64)
        )?;
    }
    Ok(table)
}
