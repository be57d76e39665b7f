//! `run_overview`, `engine_show`: runs on the first screen.

use flowkeep_core::run::TaskId;
use flowkeep_engine::definition_of;
use flowkeep_store::RunRecord;

use super::runs;
use crate::types::{AskingTask, EngineShow, Nothing, RunOverview, RunProgress};
use crate::{Api, AppError, time};

/// Rows of each list.
const ROWS: u32 = 5;

/// How long a failure is worth a look on the first screen, in milliseconds.
const LOOK_BACK: i64 = 7 * 86_400_000;

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
        asks.push(AskingTask {
            run_id: run.id.to_string(),
            workflow_name: run.workflow_name,
            task_name: task.map_or_else(|| record.task.to_string(), |task| task.name.clone()),
            task: record.task.to_string(),
            status: record.status,
            since: time::rfc3339(record.since),
        });
    }
    let (under_way, rows) = api.store.under_way(ROWS)?;
    let mut going = Vec::new();
    for row in rows {
        going.extend(progress(api, row)?);
    }
    let failures = api
        .store
        .failures(api.clock.now().0.saturating_sub(LOOK_BACK), ROWS)?;
    Ok(RunOverview {
        asking,
        asks,
        under_way,
        runs: going,
        failures: failures.into_iter().map(runs::row).collect(),
    })
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
            failed: None,
        }),
    }))
}

/// How the engine of this process is.
///
/// # Errors
/// None.
pub fn engine(api: &Api, _: Nothing) -> Result<EngineShow, AppError> {
    Ok(EngineShow {
        trouble: api.engine_trouble().err(),
    })
}
