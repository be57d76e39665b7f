//! `run_window`, `run_rows`, `run_days`: runs along the time of a calendar.

use std::collections::BTreeMap;

use flowkeep_core::run::Moment;
use flowkeep_core::run::chart::Span;
use flowkeep_engine::hindrances;
use flowkeep_host::local_zone;
use flowkeep_store::{MOST_BUCKETS, RunCounts, RunFilter, ScheduleRecord, WindowAsked, WindowRow};

use super::runs::filter;
use super::schedules::times_from;
use crate::types::{
    RunChunk, RunDay, RunDays, RunDaysInput, RunPlanned, RunRows, RunRowsInput, RunRowsRow,
    RunWindow, RunWindowInput, RunWindowRow,
};
use crate::{Api, AppError, time};

/// Rows of one answer.
const ROWS: usize = 100;

/// Times of one row that are told ahead.
const PLANNED: usize = 100;

/// Days of one answer: a year, with what is left of its first and last week.
const DAYS: usize = 400;

/// What there is to draw of a stretch of time.
///
/// # Errors
/// `time_unreadable`, `limit_too_large`.
pub fn window(api: &Api, input: RunWindowInput) -> Result<RunWindow, AppError> {
    let asked = asked(api, &input.since, &input.until, input.buckets)?;
    let limit = input.workflows.len();
    if limit > ROWS {
        return Err(AppError::new("limit_too_large")
            .with("limit", limit)
            .with("most", ROWS));
    }
    let runs = input.runs.unwrap_or_default();
    let of_each = RunFilter {
        limit: 0,
        ..filter(api, runs)?
    };
    let found = if is_plain(&of_each) {
        api.store.run_window(&asked, &input.workflows)?
    } else {
        api.store.filtered_window(&asked, &of_each)?
    };
    let workflows = found.rows.iter().filter_map(|row| row.workflow.as_deref());
    let mut planned = planned(api, &asked, workflows)?;
    let rows = found.rows.into_iter().map(|row| {
        let planned = row.workflow.as_ref().and_then(|id| planned.remove(id));
        shown(row, &asked, planned.unwrap_or_default())
    });
    Ok(RunWindow {
        rows: rows.collect(),
        sought_to: found.sought_to.map(time::rfc3339),
    })
}

/// The workflows that have runs in a stretch of time, or start by themselves in it.
///
/// # Errors
/// `time_unreadable`.
pub fn rows(api: &Api, input: RunRowsInput) -> Result<RunRows, AppError> {
    let asked = asked(api, &input.since, &input.until, MOST_BUCKETS)?;
    let mut rows: Vec<_> = api
        .store
        .window_workflows(&asked)?
        .into_iter()
        .map(|(workflow_id, workflow_name)| RunRowsRow {
            workflow_id,
            workflow_name,
            workflow_type: None,
        })
        .collect();
    for kept in starting(api, &asked)? {
        let id = Some(kept.workflow_id);
        if !rows.iter().any(|row| row.workflow_id == id) {
            rows.push(RunRowsRow {
                workflow_id: id,
                workflow_name: kept.name,
                workflow_type: None,
            });
        }
    }
    let ids = rows.iter().filter_map(|row| row.workflow_id.as_deref());
    let mut types = api.store.workflow_types(ids)?;
    for row in &mut rows {
        row.workflow_type = row.workflow_id.as_ref().and_then(|id| types.remove(id));
    }
    Ok(RunRows { rows })
}

/// How many runs each day had, and what they came to.
///
/// # Errors
/// `time_unreadable`, `limit_too_large`.
pub fn days(api: &Api, input: RunDaysInput) -> Result<RunDays, AppError> {
    let RunDaysInput {
        midnights,
        workflow,
    } = input;
    if midnights.len() > DAYS + 1 {
        return Err(AppError::new("limit_too_large")
            .with("limit", midnights.len() - 1)
            .with("most", DAYS));
    }
    let now = api.clock.now().0;
    let moments = midnights.iter().map(|midnight| time::given(midnight, now));
    let moments: Vec<_> = moments.collect::<Result<_, _>>()?;
    let counts = api.store.runs_between(workflow.as_deref(), &moments)?;
    let day = |counts: RunCounts| RunDay {
        made: counts.runs,
        succeeded: counts.succeeded,
        failed: counts.failed,
        cancelled: counts.cancelled,
    };
    Ok(RunDays {
        days: counts.into_iter().map(day).collect(),
    })
}

/// Whether a filter asks for nothing but workflows.
fn is_plain(filter: &RunFilter) -> bool {
    let RunFilter {
        workflow: _,
        status: None,
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
        return false;
    };
    true
}

fn asked(api: &Api, since: &str, until: &str, buckets: u32) -> Result<WindowAsked, AppError> {
    let now = api.clock.now().0;
    Ok(WindowAsked {
        since: time::given(since, now)?,
        until: time::given(until, now)?,
        buckets,
        now,
    })
}

fn shown(row: WindowRow, asked: &WindowAsked, planned: Vec<RunPlanned>) -> RunWindowRow {
    let chunk = |span: Span| RunChunk {
        from: span.from - asked.since,
        to: span.to - asked.since,
        made_until: span.made_until - asked.since,
        runs: span.runs,
        failed: span.failed,
        cancelled: span.cancelled,
        open: span.open,
        waiting: span.waiting,
        interrupted: span.interrupted,
        paused: span.paused,
        queued: span.queued,
    };
    RunWindowRow {
        workflow_id: row.workflow,
        made: row.counts.runs,
        succeeded: row.counts.succeeded,
        failed: row.counts.failed,
        cancelled: row.counts.cancelled,
        chunks: row.chunks.into_iter().map(chunk).collect(),
        failures: row.failures.into_iter().map(chunk).collect(),
        open: row.open.into_iter().map(chunk).collect(),
        planned,
    }
}

/// The times from now on at which a workflow starts by itself in a stretch.
fn times(
    kept: &ScheduleRecord,
    asked: &WindowAsked,
    here: &str,
) -> impl Iterator<Item = Moment> + use<> {
    let until = asked.until;
    let from = Moment(asked.since.max(asked.now));
    times_from(kept, from, here).take_while(move |at| at.0 < until)
}

/// What starts by itself in the part of a stretch that is still to come.
fn starting(api: &Api, asked: &WindowAsked) -> Result<Vec<ScheduleRecord>, AppError> {
    if asked.now >= asked.until {
        return Ok(Vec::new());
    }
    let here = local_zone();
    let mut kept = api.store.schedules()?;
    kept.retain(|kept| times(kept, asked, &here).next().is_some());
    Ok(kept)
}

/// When these workflows start by themselves, and why they will not: of no others, because each has its text read.
fn planned<'a>(
    api: &Api,
    asked: &WindowAsked,
    workflows: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, Vec<RunPlanned>>, AppError> {
    let mut planned = BTreeMap::new();
    if asked.now >= asked.until {
        return Ok(planned);
    }
    let here = local_zone();
    let mut connected = None;
    for workflow in workflows {
        let Some(kept) = api.store.schedule(workflow)? else {
            continue;
        };
        let mut times = times(&kept, asked, &here).take(PLANNED).peekable();
        if times.peek().is_none() {
            continue;
        }
        let connected = match &connected {
            Some(connected) => connected,
            None => connected.insert(api.connected()?),
        };
        let hindered = hindrances(&api.store, connected, &kept)?;
        let first = hindered.first();
        let times = times.map(|at| RunPlanned {
            at: at.0 - asked.since,
            hindered: first.cloned(),
        });
        planned.insert(kept.workflow_id, times.collect());
    }
    Ok(planned)
}

#[cfg(test)]
mod tests {
    use flowkeep_store::{NewRun, StoreError};

    use super::*;
    use crate::testing::{keep_workflow, open};
    use crate::types::{RunBegunBy, RunListInput};

    fn add(api: &Api, name: &str, face: &str) {
        let new = NewRun {
            workflow_id: Some(name.to_owned()),
            face: face.to_owned(),
            ..NewRun::of(name, r#"{"tasks": [{"id": "do", "action": "manual"}]}"#)
        };
        let added = api.store.write::<_, StoreError>(move |tx| tx.add_run(&new));
        added.unwrap();
    }

    #[test]
    fn a_window_tells_the_runs_of_each_workflow_and_those_a_filter_fits() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let now = api.clock.now().0;
        for (name, face) in [("a", "cli"), ("a", "schedule"), ("b", "cli")] {
            add(&api, name, face);
        }
        let (since, until) = (
            time::rfc3339(now - 3_600_000),
            time::rfc3339(now + 3_600_000),
        );
        let rows = rows(
            &api,
            RunRowsInput {
                since: since.clone(),
                until: until.clone(),
            },
        );
        let names: Vec<_> = rows
            .unwrap()
            .rows
            .into_iter()
            .map(|row| row.workflow_name)
            .collect();
        assert_eq!(names, ["a", "b"]);
        let asked = |runs: Option<RunListInput>| RunWindowInput {
            since: since.clone(),
            until: until.clone(),
            buckets: 100,
            workflows: vec![Some("a".to_owned()), Some("b".to_owned())],
            runs,
        };
        let told = |input: RunWindowInput| {
            let rows = window(&api, input).unwrap().rows.into_iter();
            let rows = rows.map(|row| {
                let runs = row.open.iter().map(|chunk| chunk.runs).sum::<u32>();
                (row.workflow_id.unwrap(), row.made, runs, row.chunks.len())
            });
            rows.collect::<Vec<_>>()
        };
        assert_eq!(
            told(asked(None)),
            [("a".to_owned(), 2, 2, 0), ("b".to_owned(), 1, 1, 0)]
        );
        let scheduled = RunListInput {
            begun_by: Some(RunBegunBy::Schedule),
            ..RunListInput::default()
        };
        assert_eq!(told(asked(Some(scheduled))), [("a".to_owned(), 1, 1, 0)]);
        let many = RunWindowInput {
            workflows: vec![None; 101],
            ..asked(None)
        };
        assert_eq!(window(&api, many).unwrap_err().code, "limit_too_large");
        let (today, morning) = (since.clone(), until.clone());
        let of = |midnights: Vec<String>, workflow: Option<&str>| {
            let workflow = workflow.map(str::to_owned);
            days(
                &api,
                RunDaysInput {
                    midnights,
                    workflow,
                },
            )
        };
        let made = |workflow| {
            let told = of(
                vec![
                    today.clone(),
                    morning.clone(),
                    "2100-01-01T00:00:00Z".to_owned(),
                ],
                workflow,
            );
            told.unwrap()
                .days
                .into_iter()
                .map(|day| day.made)
                .collect::<Vec<_>>()
        };
        assert_eq!((made(None), made(Some("a"))), (vec![3, 0], vec![2, 0]));
        let many = of(vec![since.clone(); 402], None);
        assert_eq!(many.unwrap_err().code, "limit_too_large");
    }

    #[test]
    fn only_what_is_asked_for_has_its_times_told() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        for name in ["a", "b"] {
            keep_workflow(
                &api,
                &format!(
                    r#"{{"id": "{name}", "name": "{name}", "schedule": {{"cron": "* * * * *"}},
                        "tasks": [{{"id": "do", "action": "manual"}}]}}"#
                ),
            );
        }
        let now = api.clock.now().0;
        let until = now + 4 * 3_600_000;
        let asked = WindowAsked {
            since: now,
            until,
            buckets: 100,
            now,
        };
        let told = planned(&api, &asked, ["a", "gone"].into_iter()).unwrap();
        assert_eq!(told.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(told["a"].len(), PLANNED);
        let input = RunRowsInput {
            since: time::rfc3339(now),
            until: time::rfc3339(until),
        };
        let there = rows(&api, input).unwrap().rows.into_iter();
        let there: Vec<_> = there.map(|row| row.workflow_name).collect();
        assert_eq!(there, ["a", "b"]);
        let past = WindowAsked {
            until: now,
            ..asked
        };
        assert!(planned(&api, &past, ["a"].into_iter()).unwrap().is_empty());
    }

    #[test]
    fn a_row_names_the_type_that_its_document_has() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let text = r#"{"id": "a", "name": "A", "type": "reporting", "tasks": [{"id": "do", "action": "manual"}]}"#;
        keep_workflow(&api, text);
        add(&api, "a", "cli");
        add(&api, "gone", "cli");
        let now = api.clock.now().0;
        let asked = RunRowsInput {
            since: time::rfc3339(now - 3_600_000),
            until: time::rfc3339(now + 3_600_000),
        };
        let told = rows(&api, asked).unwrap().rows.into_iter();
        let types: Vec<_> = told
            .map(|row| (row.workflow_name, row.workflow_type))
            .collect();
        assert_eq!(
            types,
            [
                ("a".to_owned(), Some("reporting".to_owned())),
                ("gone".to_owned(), None)
            ]
        );
    }
}
