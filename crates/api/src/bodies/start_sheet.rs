//! `start_show`, `start_seen`: what was under way when the app ended without being closed, and what became of it.

use flowkeep_core::run::Status;
use flowkeep_engine::{definition_of, state_of};
use flowkeep_store::KeptRun;

use super::run_questions::still_running;
use crate::types::{Nothing, StartQuestion, StartRun, StartSheet, StartShow};
use crate::{Api, AppError, time};

/// What was under way then, as it stands now; nothing where all was closed in order, and while it is not yet
/// known with what the engine goes on.
///
/// # Errors
/// What the database says.
pub fn show(api: &Api, _: Nothing) -> Result<StartShow, AppError> {
    if !api.has_taken_up() {
        return Ok(StartShow { sheet: None });
    }
    let Some(stopped) = api.store.stopped()? else {
        return Ok(StartShow { sheet: None });
    };
    let mut runs = Vec::new();
    for id in stopped.runs {
        // The history may have been cleared up meanwhile.
        let Ok(id) = id.parse() else { continue };
        if let Some(run) = api.store.run(id)? {
            runs.push(told(api, run)?);
        }
    }
    Ok(StartShow {
        sheet: Some(StartSheet {
            stopped_at: time::rfc3339(stopped.last_sign),
            runs,
            folders: api.put_right().to_vec(),
        }),
    })
}

/// Somebody has seen it.
///
/// # Errors
/// What the database says.
pub fn seen(api: &Api, _: Nothing) -> Result<Nothing, AppError> {
    api.store.stopped_seen()?;
    Ok(Nothing {})
}

fn told(api: &Api, run: KeptRun) -> Result<StartRun, AppError> {
    let progress = api.store.progress_of(run.row)?;
    let mut questions = Vec::new();
    let mut steps = 0;
    if let Some(definition) = definition_of(&api.store, &run)? {
        steps = definition.tasks().len();
        let state = state_of(&api.store, &run, &definition)?;
        if !run.status.is_final() {
            let tasks = definition.tasks().iter().zip(&state.tasks);
            let asked = tasks.filter(|(_, state)| state.status() == Status::Interrupted);
            questions.extend(asked.map(|(task, _)| StartQuestion {
                task: task.id.to_string(),
                name: task.name.clone(),
                running: still_running(&run, task),
            }));
        }
    }
    let paused = run.head.as_ref().is_some_and(|head| head.paused);
    Ok(StartRun {
        held: paused && run.session.is_some() && !run.status.is_final(),
        run_id: run.id.to_string(),
        session_id: run.session,
        name: run.workflow_name,
        status: run.status,
        steps_done: progress.succeeded,
        steps: u32::try_from(steps).unwrap_or(u32::MAX),
        questions,
    })
}
