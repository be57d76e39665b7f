//! `run_overview`, `engine_show`: runs on the first screen.

use flowkeep_core::Kind;
use flowkeep_core::run::TaskId;
use flowkeep_engine::definition_of;
use flowkeep_store::{RunCount, RunFilter, RunRecord};

use super::overview::proven_backup;
use super::{runs, secrets, sources};
use crate::types::{AskingTask, EngineShow, Nothing, RunOverview, RunProgress, SourceRow};
use crate::{Api, AppError, time};

/// Rows of each list.
const ROWS: u32 = 5;

/// How long a failure is worth a look on the first screen, in milliseconds.
pub(super) const LOOK_BACK: i64 = 7 * 86_400_000;

/// What of the runs needs a person, and what goes on now.
///
/// # Errors
/// What the database says.
pub fn show(api: &Api, _: Nothing) -> Result<RunOverview, AppError> {
    let (asking, waiting) = api.store.asking(ROWS)?;
    let mut asks = Vec::new();
    for record in waiting {
        let Some(run) = api.store.run_at(record.row)? else {
            continue;
        };
        let definition = definition_of(&api.store, &run)?;
        let task = definition.as_ref().and_then(|all| all.task(&record.task));
        let workflow = run.workflow_id.as_deref();
        let workflow = workflow.map(|id| api.store.document(Kind::Workflow, id));
        asks.push(AskingTask {
            deleted: workflow
                .transpose()?
                .flatten()
                .is_some_and(|found| found.deleted_at.is_some()),
            run_id: run.id.to_string(),
            workflow_name: run.workflow_name,
            task_name: task.map_or_else(|| record.task.to_string(), |task| task.name.clone()),
            task: record.task.to_string(),
            status: record.status,
            since: time::rfc3339(record.since),
        });
    }
    let open = api.store.under_way(ROWS)?;
    let mut going = Vec::new();
    for row in open.rows {
        going.extend(progress(api, row)?);
    }
    let since = api.clock.now().0.saturating_sub(LOOK_BACK);
    let (failed, failures) = api.store.failures(since, ROWS)?;
    let (sources_down, sources_behind) = wanting(api)?;
    Ok(RunOverview {
        asking,
        asks,
        under_way: open.total,
        running: open.running,
        runs: going,
        failed,
        failures: failures.into_iter().map(runs::row).collect(),
        since_backup: since_backup(api)?,
        locked: secrets::waited_for(api)?,
        sources_down,
        sources_behind,
    })
}

/// The sources that did not answer, and those that have yet to get something.
fn wanting(api: &Api) -> Result<(Vec<SourceRow>, Vec<SourceRow>), AppError> {
    // Mostly all answer and have everything, and nothing else need be read then.
    let all_answer = api.store.source_health()?.iter().all(|seen| seen.answers);
    if all_answer && api.store.fallen_counts()?.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let mut down = sources::rows(api)?;
    let behind = down.iter().filter(|row| row.fallen.is_some());
    let behind = behind.cloned().collect();
    down.retain(|row| row.answers == Some(false));
    Ok((down, behind))
}

/// How many runs were made, or have ended, since the newest backup proven by a trial restore; 0 when there is none.
pub(super) fn since_backup(api: &Api) -> Result<u32, AppError> {
    let Some(backup) = proven_backup(api)? else {
        return Ok(0);
    };
    let made_since = RunFilter {
        // One that was under way then is in it as it was then.
        touched_since: Some(backup.created_at),
        count: RunCount::All,
        ..RunFilter::default()
    };
    Ok(api.store.runs(&made_since)?.total.unwrap_or_default())
}

fn progress(api: &Api, row: i64) -> Result<Option<RunProgress>, AppError> {
    let Some(run) = api.store.run_at(row)? else {
        return Ok(None);
    };
    let definition = definition_of(&api.store, &run)?;
    let record = api.store.progress_of(row)?;
    let name = |id: TaskId| {
        let task = definition.as_ref().and_then(|all| all.task(&id));
        task.map_or_else(|| id.to_string(), |task| task.name.clone())
    };
    Ok(Some(RunProgress {
        ended: record.ended,
        total: definition
            .as_ref()
            .and_then(|all| u32::try_from(all.tasks().len()).ok()),
        running: record.running.map(name),
        run: runs::row(RunRecord {
            row,
            id: run.id,
            workflow_id: run.workflow_id,
            workflow_name: run.workflow_name,
            status: run.status,
            created_at: run.created_at,
            started_at: run.started_at,
            ended_at: run.ended_at,
            actor: run.actor,
            face: run.face,
            failed: None,
            noted: None,
            hits: Vec::new(),
        }),
    }))
}

/// How the engine is, whichever process owns it.
///
/// # Errors
/// None.
pub fn engine(api: &Api, _: Nothing) -> Result<EngineShow, AppError> {
    Ok(EngineShow {
        trouble: api.engine_trouble().err(),
    })
}

#[cfg(test)]
mod tests {
    use flowkeep_core::run::{Head, Moment, Phase, Status, TaskState};
    use flowkeep_store::{NewRun, RunWrite, StoreError};

    use super::*;
    use crate::testing::open;

    const TEXT: &str = r#"{"name": "W", "tasks": [{"id": "a", "action": "wait"}]}"#;

    /// A run that stands so, and how often the first screen tells of it: as what is asked, as what goes on.
    fn told(status: Status, phase: Phase) -> (u32, u32) {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let added = api.store.write::<_, StoreError>(move |tx| {
            let (row, id) = tx.add_run(&NewRun::of("W", TEXT))?;
            let head = Head {
                status,
                ..Head::new(id)
            };
            let mut task = TaskState::default();
            task.phase = phase;
            let writes = [
                RunWrite::Head(Box::new(head)),
                RunWrite::Task(TaskId::from("a"), Box::new(task)),
            ];
            tx.write_run(row, id, Moment(5), &writes)
        });
        added.unwrap();
        let shown = show(&api, Nothing {}).unwrap();
        let listed = [shown.asks.len(), shown.runs.len()].map(u32::try_from);
        assert_eq!(listed, [Ok(shown.asking), Ok(shown.under_way)]);
        (shown.asking, shown.under_way)
    }

    #[test]
    fn a_run_that_waits_for_a_person_is_told_once() {
        let running = Phase::Running {
            deadline: None,
            stopping: None,
            parked: None,
        };
        for (status, phase, expected) in [
            (Status::Interrupted, Phase::Interrupted, (1, 0)),
            (Status::Paused, Phase::Interrupted, (1, 0)),
            (Status::Waiting, Phase::Interrupted, (1, 0)),
            (Status::Interrupted, Phase::Pending, (0, 1)),
            (Status::Paused, Phase::Pending, (0, 1)),
            (Status::Running, running, (0, 1)),
            // The rest of it goes on meanwhile.
            (Status::Running, Phase::Interrupted, (1, 1)),
        ] {
            assert_eq!(told(status, phase), expected, "{status:?}");
        }
    }
}
