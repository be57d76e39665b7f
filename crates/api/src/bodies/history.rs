//! `log_statistics`, `log_clean_up`: figures of the history, and what is taken out of it.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use flowkeep_core::RunId;
use flowkeep_core::run::Status;
use flowkeep_store::{
    CleanUp, CleanUpActor, CleanUpRule, Figures, NewOperation, Spread, StatisticsFilter,
};

use super::logs::LogPlace;

use crate::progress::Thinned;
use crate::types::{
    CleanUpInput, CleanUpResult, CleanUpWorkflow, FiguresShow, SpreadShow, StatisticsInput,
    StatisticsShow,
};
use crate::{Api, AppError, Progress, time};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Figures of the newest runs that fit.
///
/// # Errors
/// `time_unreadable`.
pub fn statistics(api: &Api, input: StatisticsInput) -> Result<StatisticsShow, AppError> {
    let now = api.clock.now().0;
    let at = |text: Option<String>| text.map(|text| time::given(&text, now)).transpose();
    let found = api.store.statistics(&StatisticsFilter {
        workflow: input.workflow,
        since: at(input.since)?,
        until: at(input.until)?,
    })?;
    let lines = |lines: Vec<Figures>| lines.into_iter().map(figures).collect();
    let place = LogPlace::of(api)?;
    Ok(StatisticsShow {
        files_left_out: place.with_files(|_| Ok(()))?.is_some(),
        total: found.total,
        looked_at: found.looked_at,
        workflows: lines(found.workflows),
        tasks: lines(found.tasks),
        sources: lines(found.sources),
        agents: lines(found.agents),
    })
}

/// Takes old runs and executions out of the history, and gives the room back to the disk. Cancelled, it
/// answers what went until then.
///
/// # Errors
/// `clean_up_rule_missing` when neither the input nor the settings say what is old;
/// `time_unreadable`; what the database says.
pub fn clean_up(
    api: &Api,
    input: CleanUpInput,
    progress: &dyn Progress,
) -> Result<CleanUpResult, AppError> {
    let rule = rule(api, &input)?;
    let thinned = Thinned::new(progress.cancellation().clone(), |report| {
        progress.report(report);
    });
    let place = LogPlace::of(api)?;
    if input.dry_run.unwrap_or_default() {
        let mut found = api.store.clean_up_preview(&rule, &thinned)?;
        if let Some(files) = place.with_files(|folder| folder.old(&rule, &thinned))? {
            found.add(files.found());
        }
        return Ok(result(found, None, false));
    }
    let actor = CleanUpActor {
        actor: api.actor()?,
        face: api.face.as_str(),
    };
    let mut forget = |ids: &[String]| {
        if let Err(error) = place.forget(ids) {
            tracing::warn!(%error, "copies of what is removed stay in the log's folder");
        }
    };
    let mut done = api
        .store
        .clean_up(&rule, &actor, Some(&mut forget), &thinned)?;
    // The folder may be away: what the database let go of is gone all the same, and its room given back.
    let in_files = remove_files(api, &place, &rule, &actor, &thinned);
    let in_files = in_files.map(|files| done.add(files));
    let cancelled = progress.cancelled();
    if done.runs > 0 {
        remove_outputs(api)?;
    }
    let freed = if done.rows > 0 {
        Some(api.store.give_space_back(progress.cancellation())?)
    } else {
        None
    };
    if !cancelled {
        in_files?;
    }
    Ok(result(done, freed, cancelled))
}

/// Removes old executions from the log's folder where that is all there is of them, and records that as
/// far as it went.
fn remove_files(
    api: &Api,
    place: &LogPlace,
    rule: &CleanUpRule,
    actor: &CleanUpActor,
    steps: &dyn flowkeep_host::Progress,
) -> Result<CleanUp, AppError> {
    let removed = place.with_files(|folder| {
        let old = folder.old(rule, steps)?;
        Ok(folder.remove_old(&old, steps))
    })?;
    let Some((removed, stopped)) = removed else {
        return Ok(CleanUp::default());
    };
    if removed.executions > 0 {
        let (actor, count) = (actor.clone(), removed.executions.to_string());
        api.store.write::<_, AppError>(move |tx| {
            let operation = NewOperation {
                actor: &actor.actor,
                face: actor.face,
                operation: "log_clean_up",
                name: Some(&count),
                undoes: None,
                items: &[],
            };
            Ok(tx.record_operation(tx.next_operation_id()?, &operation)?)
        })?;
    }
    stopped.map_or(Ok(removed), |error| Err(error.into()))
}

/// Removes the large outputs of runs that are no more, cannot come back, and that no kept run goes on with, those of an
/// earlier clean-up that was broken off among them. What tasks wrote into folders of their own is work and no log: it stays.
pub(super) fn remove_outputs(api: &Api) -> Result<(), AppError> {
    let entries = match std::fs::read_dir(api.data_dir.join("outputs")) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(AppError::new("internal").with("detail", error)),
    };
    let mut gone = BTreeMap::new();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let run: Option<RunId> = name.to_str().and_then(|name| name.parse().ok());
        if let Some(run) = run
            && api.store.run(run)?.is_none()
        {
            gone.insert(run, entry.path());
        }
    }
    if gone.is_empty() {
        return Ok(());
    }
    // A run that repeats another one has its outputs, and these name its files.
    for run in api.store.named_in_carried_outputs()? {
        gone.remove(&run);
    }
    for (run, folder) in gone {
        // Brought back since: a deleted one is here before it stops being among those that can come back.
        if api.store.run(run)?.is_some() {
            continue;
        }
        if let Err(error) = std::fs::remove_dir_all(folder) {
            tracing::warn!(%error, %run, "outputs of a run that is no more cannot be removed");
        }
    }
    Ok(())
}

/// When the settings' limits were last applied: milliseconds.
const LAST: &str = "cleaned_up_at";

/// Removes what the settings call old, once a day: for whoever carries runs out. One that does not get to
/// its end is tried again.
///
/// # Errors
/// What the database says.
pub fn clean_up_when_due(api: &Api, progress: &dyn Progress) -> Result<(), AppError> {
    if !is_clean_up_due(api)? {
        return Ok(());
    }
    clean_up(api, CleanUpInput::default(), progress)?;
    if progress.cancelled() {
        return Ok(());
    }
    let now = api.clock.now().0;
    api.store
        .write::<_, AppError>(move |tx| Ok(tx.set_setting(LAST, &now.into())?))
}

/// Whether the settings call anything old and a day has passed since it was removed.
///
/// # Errors
/// What the database says.
pub(crate) fn is_clean_up_due(api: &Api) -> Result<bool, AppError> {
    if limits(api)? == (None, None) {
        return Ok(false);
    }
    let last = api.store.setting(LAST)?.and_then(|last| last.as_i64());
    // A clock that went back is as good a reason as a day that passed.
    let now = api.clock.now().0;
    Ok(last.is_none_or(|last| (now - last).abs() >= DAY))
}

/// Days and runs that the settings let be kept. Asked every few seconds, so these two alone are read.
fn limits(api: &Api) -> Result<(Option<u32>, Option<u32>), AppError> {
    let limit = |key| -> Result<Option<u32>, AppError> {
        let limit = api.store.setting(key)?.and_then(|limit| limit.as_u64());
        Ok(limit.and_then(|limit| u32::try_from(limit).ok()))
    };
    Ok((limit("keep_days")?, limit("keep_runs")?))
}

fn rule(api: &Api, input: &CleanUpInput) -> Result<CleanUpRule, AppError> {
    let now = api.clock.now().0;
    let before = input.older_than.as_deref();
    let mut rule = CleanUpRule {
        before: before.map(|text| time::given(text, now)).transpose()?,
        keep: input.keep,
        workflow: input.workflow.clone(),
    };
    if rule.before.is_none() && rule.keep.is_none() {
        let (days, runs) = limits(api)?;
        rule.before = days.map(|days| now - i64::from(days) * DAY);
        rule.keep = runs;
    }
    if rule.before.is_none() && rule.keep.is_none() {
        return Err(AppError::new("clean_up_rule_missing").hint("name_clean_up_rule"));
    }
    Ok(rule)
}

fn result(done: flowkeep_store::CleanUp, freed: Option<u64>, cancelled: bool) -> CleanUpResult {
    let workflows = done.workflows.into_iter();
    CleanUpResult {
        runs: done.runs,
        executions: done.executions,
        rows: done.rows,
        bytes: done.bytes,
        freed_bytes: freed,
        cancelled,
        workflows: workflows
            .map(|(workflow_id, count)| CleanUpWorkflow { workflow_id, count })
            .collect(),
    }
}

pub(super) fn spread(Spread { count, median, p90 }: Spread) -> SpreadShow {
    SpreadShow { count, median, p90 }
}

fn figures(line: Figures) -> FiguresShow {
    let statuses = line.statuses.into_iter();
    FiguresShow {
        workflow_id: line.workflow,
        name: line.name,
        count: line.count,
        statuses: statuses
            .map(|(status, count)| (Status::as_str(status), count))
            .collect(),
        duration: line.duration.map(spread),
        queue: line.queue.map(spread),
    }
}

#[cfg(test)]
mod tests {
    use flowkeep_host::Cancellation;

    use super::*;
    use crate::settings;
    use crate::testing::open;
    use crate::types::{ProgressReport, RunListInput, RunTaskInput, SettingsUpdate};
    use crate::{Silent, run_changes, runs};

    struct Stopped(Cancellation);

    impl Progress for Stopped {
        fn report(&self, _: ProgressReport) {}

        fn cancellation(&self) -> &Cancellation {
            &self.0
        }
    }

    fn run_some(api: &Api, count: u32) {
        for _ in 0..count {
            let input = RunTaskInput {
                action: "wait".to_owned(),
                params: serde_json::from_str(r#"{"ms": 0}"#).ok(),
                context: None,
                source: None,
            };
            run_changes::task(api, input, &Silent).unwrap();
        }
    }

    fn kept(api: &Api) -> usize {
        runs::list(api, RunListInput::default())
            .unwrap()
            .items
            .len()
    }

    #[test]
    fn the_files_that_a_kept_run_took_over_from_one_that_goes_stay() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        run_some(&api, 3);
        let rows = runs::list(&api, RunListInput::default()).unwrap().items;
        let [kept, carried, gone] = [0, 1, 2].map(|at: usize| rows[at].id.clone());
        let outputs = api.data_dir().join("outputs");
        for id in [&kept, &carried, &gone] {
            std::fs::create_dir_all(outputs.join(id)).unwrap();
        }
        let database = rusqlite::Connection::open(api.data_dir().join("flowkeep.db")).unwrap();
        let file = outputs.join(&carried).join("a-1.jsonl");
        let value = serde_json::json!({"rows_file": {"path": file}}).to_string();
        let sql = "UPDATE output SET value = ?2 WHERE run = (SELECT run FROM run WHERE id = ?1)";
        assert_eq!(database.execute(sql, (&kept, value)).unwrap(), 1);
        // The run between was removed before: what it repeated is known by the name alone.
        let sql = "UPDATE run SET repeats = ?2 WHERE id = ?1";
        assert_eq!(database.execute(sql, (&kept, &gone)).unwrap(), 1);
        let keep_one = CleanUpInput {
            keep: Some(1),
            ..CleanUpInput::default()
        };
        clean_up(&api, keep_one, &Silent).unwrap();
        let left = |id: &String| outputs.join(id).exists();
        assert_eq!([&kept, &carried, &gone].map(left), [true, true, false]);
    }

    #[test]
    fn what_the_settings_call_old_goes_once_a_day() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        run_some(&api, 3);
        let oldest = runs::list(&api, RunListInput::default()).unwrap().items[2]
            .id
            .clone();
        let outputs = api.data_dir().join("outputs");
        for name in [oldest.as_str(), "something-else"] {
            std::fs::create_dir_all(outputs.join(name)).unwrap();
        }
        clean_up_when_due(&api, &Silent).unwrap();
        assert_eq!(kept(&api), 3, "nothing is old unless somebody says so");
        let keep_one = SettingsUpdate {
            keep_runs: Some(1),
            ..SettingsUpdate::default()
        };
        settings::update(&api, keep_one).unwrap();
        assert!(outputs.join(&oldest).exists());
        // One that is broken off is tried again, and not a day later.
        let stopped = Stopped(Cancellation::default());
        stopped.0.cancel();
        let _ = clean_up_when_due(&api, &stopped);
        assert_eq!(kept(&api), 3);
        clean_up_when_due(&api, &Silent).unwrap();
        assert_eq!(kept(&api), 1);
        assert!(!outputs.join(&oldest).exists());
        assert!(outputs.join("something-else").exists());
        run_some(&api, 2);
        clean_up_when_due(&api, &Silent).unwrap();
        assert_eq!(kept(&api), 3, "not before tomorrow");
        let yesterday = api.clock.now().0 - DAY;
        let set = move |tx: &flowkeep_store::Tx<'_>| tx.set_setting(LAST, &yesterday.into());
        api.store
            .write::<_, flowkeep_store::StoreError>(set)
            .unwrap();
        clean_up_when_due(&api, &Silent).unwrap();
        assert_eq!(kept(&api), 1);
    }
}
