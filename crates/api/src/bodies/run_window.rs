//! `run_window`, `run_rows`: runs along the time of a calendar.

use std::collections::BTreeMap;

use flowkeep_core::run::Moment;
use flowkeep_core::run::chart::Span;
use flowkeep_engine::hindrances;
use flowkeep_host::local_zone;
use flowkeep_store::{MOST_BUCKETS, RunFilter, ScheduleRecord, WindowAsked, WindowRow};

use super::runs::filter;
use super::schedules::times_from;
use crate::types::{
    RunChunk, RunPlanned, RunRows, RunRowsInput, RunRowsRow, RunWindow, RunWindowInput,
    RunWindowRow,
};
use crate::{Api, AppError, time};

/// Rows of one answer.
const ROWS: usize = 100;

/// Times of one row that are told ahead.
const PLANNED: usize = 100;

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
    let mut planned = planned(api, &asked)?;
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
        })
        .collect();
    for (kept, _) in starting(api, &asked)? {
        let id = Some(kept.workflow_id);
        if !rows.iter().any(|row| row.workflow_id == id) {
            rows.push(RunRowsRow {
                workflow_id: id,
                workflow_name: kept.name,
            });
        }
    }
    Ok(RunRows { rows })
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
        touched_since: _,
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
        open: span.open,
    };
    RunWindowRow {
        workflow_id: row.workflow,
        made: row.counts.runs,
        succeeded: row.counts.succeeded,
        failed: row.counts.failed,
        cancelled: row.counts.cancelled,
        chunks: row.chunks.into_iter().map(chunk).collect(),
        planned,
    }
}

/// What starts by itself in the part of a stretch that is still to come, and when.
fn starting(
    api: &Api,
    asked: &WindowAsked,
) -> Result<Vec<(ScheduleRecord, Vec<Moment>)>, AppError> {
    let from = asked.since.max(asked.now);
    if from >= asked.until {
        return Ok(Vec::new());
    }
    let here = local_zone();
    let mut starting = Vec::new();
    for kept in api.store.schedules()? {
        let coming = times_from(&kept, Moment(from), &here);
        let times: Vec<_> = coming
            .take_while(|at| at.0 < asked.until)
            .take(PLANNED)
            .collect();
        if !times.is_empty() {
            starting.push((kept, times));
        }
    }
    Ok(starting)
}

fn planned(api: &Api, asked: &WindowAsked) -> Result<BTreeMap<String, Vec<RunPlanned>>, AppError> {
    let starting = starting(api, asked)?;
    if starting.is_empty() {
        return Ok(BTreeMap::new());
    }
    let connected = api.connected()?;
    let mut planned = BTreeMap::new();
    for (kept, times) in starting {
        let hindered = hindrances(&api.store, &connected, &kept)?;
        let first = hindered.first();
        let times = times.into_iter().map(|at| RunPlanned {
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
    use crate::testing::open;
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
                let runs = row.chunks.iter().map(|chunk| chunk.runs).sum::<u32>();
                (row.workflow_id.unwrap(), row.made, runs, row.chunks[0].open)
            });
            rows.collect::<Vec<_>>()
        };
        assert_eq!(
            told(asked(None)),
            [("a".to_owned(), 2, 2, 2), ("b".to_owned(), 1, 1, 1)]
        );
        let scheduled = RunListInput {
            begun_by: Some(RunBegunBy::Schedule),
            ..RunListInput::default()
        };
        assert_eq!(told(asked(Some(scheduled))), [("a".to_owned(), 1, 1, 1)]);
        let many = RunWindowInput {
            workflows: vec![None; 101],
            ..asked(None)
        };
        assert_eq!(window(&api, many).unwrap_err().code, "limit_too_large");
    }
}
