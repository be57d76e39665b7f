//! `run_trend`, `run_trend_export`: how long the runs of a workflow took over time, and which of its tasks takes longest.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Datelike as _, Local, Months, NaiveDate, NaiveTime, TimeDelta, Weekday};
use flowkeep_core::run::trend::{Ended, Stretch, slower, stretch, stretches};
use flowkeep_core::run::{Definition, Status};
use flowkeep_core::{Document, Kind};
use flowkeep_files::{Existing, export_document};
use flowkeep_host::path_text;
use flowkeep_store::{Figures, RunLength, STATISTICS_RUNS, Statistics, StatisticsFilter};

use crate::apart::in_time;
use crate::report::TrendPage;
use crate::types::{
    Exported, RunSlower, RunStretch, RunTrend, RunTrendExportInput, RunTrendInput, TaskLength,
};
use crate::{Api, AppError, Catalogue, Tongue, time};

/// Stretches of one answer, and runs that are looked at for it: the newest, as many as for its tasks.
const STRETCHES: usize = 400;
const RUNS: u32 = STATISTICS_RUNS;

/// Runs and tasks that are told.
const TOLD: usize = 20;

/// Which stretches of time are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrendSpan {
    /// 30 days.
    Days,
    /// 26 weeks, from Monday on.
    Weeks,
    /// 24 months.
    Months,
}

/// When each stretch of a span begins, and at last when the last one ends: midnights of this place's clock, today in
/// the last stretch.
pub fn moments(api: &Api, span: TrendSpan) -> Vec<String> {
    let now = DateTime::from_timestamp_millis(api.clock.now().0).unwrap_or_default();
    let today = now.with_timezone(&Local).date_naive();
    let days = days(span, today).into_iter();
    days.map(|day| {
        let midnight = day.and_time(NaiveTime::MIN).and_local_timezone(Local);
        // Where clocks go forward at midnight, a day begins an hour later.
        let begins = midnight.earliest().or_else(|| {
            let later = day.and_hms_opt(1, 0, 0)?;
            later.and_local_timezone(Local).earliest()
        });
        time::rfc3339(begins.map_or_else(|| now.timestamp_millis(), |at| at.timestamp_millis()))
    })
    .collect()
}

fn days(span: TrendSpan, today: NaiveDate) -> Vec<NaiveDate> {
    match span {
        TrendSpan::Days => (-29..=1).map(|n| today + TimeDelta::days(n)).collect(),
        TrendSpan::Weeks => {
            let monday = today.week(Weekday::Mon).first_day();
            (-25..=1).map(|n| monday + TimeDelta::weeks(n)).collect()
        }
        TrendSpan::Months => {
            let first = today.with_day(1).unwrap_or(today);
            let before = (0..24).rev().map(|n| first - Months::new(n));
            before.chain([first + Months::new(1)]).collect()
        }
    }
}

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

/// Writes them to a file as a page that any browser shows and prints, in place of what is there.
///
/// # Errors
/// As [`trend`]; what the system says.
pub fn export(api: &Api, input: RunTrendExportInput) -> Result<Exported, AppError> {
    export_over(api, input, Existing::Replace)
}

/// The same for the command line, told what becomes of a file that is there already.
///
/// # Errors
/// As [`export`]; `file_exists` when it is to be kept.
pub fn export_over(
    api: &Api,
    input: RunTrendExportInput,
    existing: Existing,
) -> Result<Exported, AppError> {
    let RunTrendExportInput {
        workflow,
        moments,
        language,
        to,
    } = input;
    let target = api.path_of(&to)?;
    let tongue = language.as_deref();
    let tongue = tongue.map_or_else(Tongue::of_system, Tongue::of_locale);
    let days: Vec<_> = moments
        .iter()
        .map(|moment| time::local_day(moment))
        .collect();
    let record = api.store.document(Kind::Workflow, &workflow)?;
    let name = record.map_or_else(|| workflow.clone(), |record| record.name);
    let trend = trend(api, RunTrendInput { workflow, moments })?;
    let page = TrendPage {
        catalogue: Catalogue::new(tongue),
        workflow: &name,
        days: &days,
        trend: &trend,
        at: &time::rfc3339(api.clock.now().0),
    }
    .html();
    let (files, file) = (Arc::clone(&api.files), target.clone());
    in_time(api.most, &target, move |_| {
        export_document(files.as_ref(), &page, &file, existing)
    })?;
    Ok(Exported {
        files: vec![path_text(&target)],
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

    #[test]
    fn stretches_are_whole_days_weeks_and_months_and_today_is_in_the_last() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let told = |span| {
            let days = days(span, today);
            let ends = [days[0], days[days.len() - 2], days[days.len() - 1]];
            (days.len() - 1, ends.map(|day| day.to_string()))
        };
        let all = |days: [&str; 3]| days.map(str::to_owned);
        let days = all(["2026-03-02", "2026-03-31", "2026-04-01"]);
        assert_eq!(told(TrendSpan::Days), (30, days));
        let weeks = all(["2025-10-06", "2026-03-30", "2026-04-06"]);
        assert_eq!(told(TrendSpan::Weeks), (26, weeks));
        let months = all(["2024-04-01", "2026-03-01", "2026-04-01"]);
        assert_eq!(told(TrendSpan::Months), (24, months));
    }
}
