//! `run_trend`: how long the runs of a workflow took over time, and which of its tasks takes longest.

use std::cmp::Reverse;
use std::collections::HashMap;

use flowkeep_core::run::trend::{Ended, Stretch, slower, stretch, stretches};
use flowkeep_core::run::{Definition, Status};
use flowkeep_core::{Document, Kind};
use flowkeep_store::{Figures, RunLength, STATISTICS_RUNS, Statistics, StatisticsFilter};

use crate::types::{RunSlower, RunStretch, RunTrend, RunTrendInput, TaskLength};
use crate::{Api, AppError, time};

/// Stretches of one answer, and runs that are looked at for it: the newest, as many as for its tasks.
const STRETCHES: usize = 400;
const RUNS: u32 = STATISTICS_RUNS;

/// Runs and tasks that are told.
const TOLD: usize = 20;

/// How the runs of a workflow went.
///
/// # Errors
/// `time_unreadable`, `limit_too_large`; what the database says.
pub fn trend(api: &Api, input: RunTrendInput) -> Result<RunTrend, AppError> {
    api.mark_left();
    let RunTrendInput { workflow, moments } = input;
    if moments.len() > STRETCHES + 1 {
        return Err(AppError::new("limit_too_large")
            .with("limit", moments.len() - 1)
            .with("most", STRETCHES));
    }
    let now = api.clock.now().0;
    let moments = moments.iter().map(|moment| time::given(moment, now));
    let moments: Vec<_> = moments.collect::<Result<_, _>>()?;
    let since = moments.first().copied().unwrap_or(now);
    let until = moments.last().copied().unwrap_or(now);
    let mut lengths = api.store.run_lengths(&workflow, since, RUNS + 1)?;
    let is_longer = lengths.len() > RUNS as usize;
    if is_longer {
        lengths.remove(0);
    }
    lengths.retain(|run| run.ended.made < until);
    let runs: Vec<Ended> = lengths.iter().map(|run| run.ended).collect();
    let figures = api.store.statistics(&StatisticsFilter {
        workflow: Some(workflow.clone()),
        since: Some(since),
        until: Some(until),
    })?;
    let cut = is_longer || is_cut(&figures);
    Ok(RunTrend {
        whole: shown(stretch(runs.iter())),
        stretches: stretches(&runs, &moments).into_iter().map(shown).collect(),
        slower: slowest(&lengths, &runs),
        tasks: tasks(figures.tasks, &names(api, &workflow)?),
        cut,
    })
}

/// Whether the slowest tasks are not of all runs: those of the newest have more attempts than are looked at.
const fn is_cut(figures: &Statistics) -> bool {
    figures.looked_at < figures.total
}

fn shown(found: Stretch) -> RunStretch {
    RunStretch {
        ended: found.ended,
        succeeded: found.succeeded,
        failed: found.failed,
        cancelled: found.cancelled,
        median: found.median,
        p95: found.p95,
    }
}

/// The newest of those that took longer than usual.
fn slowest(lengths: &[RunLength], runs: &[Ended]) -> Vec<RunSlower> {
    let found = slower(runs);
    let newest = found.iter().rev().take(TOLD);
    let told = newest.filter_map(|slow| {
        let run = lengths.get(slow.at)?;
        Some(RunSlower {
            run_id: run.id.to_string(),
            start_time: time::rfc3339(run.began),
            took: run.ended.took,
            usual: slow.usual,
        })
    });
    told.collect()
}

fn tasks(figures: Vec<Figures>, names: &HashMap<String, String>) -> Vec<TaskLength> {
    let tasks = figures.into_iter().filter_map(|line| {
        let spread = line.duration?;
        let failed = line.statuses.iter();
        let failed = failed.filter(|(status, _)| *status == Status::Failed);
        Some(TaskLength {
            name: names.get(&line.name).unwrap_or(&line.name).clone(),
            task: line.name,
            attempts: line.count,
            failed: failed.map(|(_, count)| count).sum(),
            median: spread.median,
            p90: spread.p90,
        })
    });
    let mut tasks: Vec<_> = tasks.collect();
    tasks.sort_by_key(|task| Reverse(task.median));
    tasks.truncate(TOLD);
    tasks
}

/// What the tasks of a workflow are called today, by their ids.
fn names(api: &Api, workflow: &str) -> Result<HashMap<String, String>, AppError> {
    let Some(record) = api.store.document(Kind::Workflow, workflow)? else {
        return Ok(HashMap::new());
    };
    let kept = api.store.text(record.row, record.revision)?;
    let document = kept.and_then(|kept| Document::parse(record.format, kept.text).ok());
    let read = document.and_then(|document| Definition::read(document.value()).ok());
    let names = read.iter().flat_map(Definition::tasks);
    Ok(names
        .map(|task| (task.id.to_string(), task.name.clone()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bodies::run_changes;
    use crate::testing::{keep_workflow, open};
    use crate::types::{RunRef, RunStartInput};

    #[test]
    fn it_is_said_where_tasks_are_not_of_all_runs() {
        let figures = |total, looked_at| Statistics {
            total,
            looked_at,
            ..Statistics::default()
        };
        assert!(is_cut(&figures(40_000, STATISTICS_RUNS)));
        assert!(is_cut(&figures(900, 899)));
        assert!(!is_cut(&figures(900, 900)));
    }

    #[test]
    fn a_trend_has_each_stretch_and_the_whole() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let text = r#"{"id": "a", "name": "A", "tasks": [{"id": "do", "name": "Do it", "action": "manual"}]}"#;
        keep_workflow(&api, text);
        for _ in 0..3 {
            let input = RunStartInput {
                workflow: "a".to_owned(),
                ..RunStartInput::default()
            };
            let id = run_changes::start(&api, input).unwrap().run_id;
            run_changes::cancel(&api, RunRef { id }).unwrap();
        }
        let now = api.clock.now().0;
        let asked = |workflow: &str, moments: Vec<String>| {
            let workflow = workflow.to_owned();
            trend(&api, RunTrendInput { workflow, moments })
        };
        let days = |count: i64| {
            let days = (0..=count).rev();
            let days = days.map(|day| time::rfc3339(now + 1000 - day * 86_400_000));
            days.collect::<Vec<_>>()
        };
        let told = asked("a", days(2)).unwrap();
        let cancelled: Vec<_> = told.stretches.iter().map(|one| one.cancelled).collect();
        assert_eq!((cancelled, told.whole.cancelled), (vec![0, 3], 3));
        assert_eq!((told.whole.median, told.cut), (None, false));
        assert_eq!(asked("b", days(2)).unwrap().whole.ended, 0);
        let many = asked("a", days(401)).unwrap_err();
        assert_eq!(many.code, "limit_too_large");
        assert_eq!(names(&api, "a").unwrap()["do"], "Do it");
    }
}
