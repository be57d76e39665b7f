//! `start_show`, `start_seen`: what was under way when the app ended without being closed, and what became of it.

use flowkeep_core::run::Status;
use flowkeep_engine::{definition_of, state_of};
use flowkeep_store::KeptRun;

use super::run_questions::outlived;
use crate::types::{Nothing, StartQuestion, StartRun, StartSheet, StartShow};
use crate::{Api, AppError, time};

/// What was under way then, as it stands now; nothing where all was closed in order, while it is not yet known with
/// what the engine goes on, and once a person has decided about all that needed it.
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
    let decided = api.store.decided_since(&stopped)?;
    let was_idle = stopped.runs.is_empty();
    let mut runs = Vec::new();
    for id in stopped.runs {
        // The history may have been cleared up meanwhile.
        let Ok(id) = id.parse() else { continue };
        if let Some(run) = api.store.run(id)? {
            let decided = decided.contains(&run.id.to_string());
            runs.push(told(api, run, decided)?);
        }
    }
    // One that only waited needs nobody, unless it was held because its configuration is not as it was.
    for id in stopped.waited {
        let Ok(id) = id.parse() else { continue };
        if let Some(run) = api.store.run(id)? {
            let told = told(api, run, decided.contains(&id.to_string()))?;
            if told.held && !told.decided {
                runs.push(told);
            }
        }
    }
    if runs.is_empty() && was_idle {
        return Ok(StartShow { sheet: None });
    }
    // Whoever decided has seen it, whatever becomes of these runs later.
    if !decided.is_empty() && !runs.iter().any(StartRun::needs_a_person) {
        if !api.only_reads() {
            api.store.stopped_seen()?;
        }
        return Ok(StartShow { sheet: None });
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

impl StartRun {
    /// Whether it stands until a person has looked at it.
    fn needs_a_person(&self) -> bool {
        let stands = matches!(self.status, Status::Interrupted | Status::Paused);
        stands || self.held || !self.questions.is_empty()
    }
}

fn told(api: &Api, run: KeptRun, decided: bool) -> Result<StartRun, AppError> {
    let progress = api.store.progress_of(run.row)?;
    let mut questions = Vec::new();
    let mut steps = 0;
    if let Some(definition) = definition_of(&api.store, &run)? {
        steps = definition.tasks().len();
        let state = state_of(&api.store, &run, &definition)?;
        if !run.status.is_final() {
            let tasks = definition.tasks().iter().zip(&state.tasks);
            let asked = tasks.filter(|(_, state)| state.status() == Status::Interrupted);
            questions.extend(asked.map(|(task, now)| StartQuestion {
                task: task.id.to_string(),
                name: task.name.clone(),
                running: outlived(api, &run, task, now).ok().flatten(),
            }));
        }
    }
    let paused = run.head.as_ref().is_some_and(|head| head.paused);
    Ok(StartRun {
        held: paused && run.session.is_some() && !run.status.is_final(),
        run_id: run.id.to_string(),
        session_id: run.session,
        name: run.workflow_name,
        started_at: time::rfc3339(run.started_at.unwrap_or(run.created_at)),
        status: run.status,
        steps_done: progress.succeeded,
        steps: u32::try_from(steps).unwrap_or(u32::MAX),
        questions,
        decided,
    })
}

#[cfg(test)]
mod tests {
    use flowkeep_core::run::{Head, Moment, Phase, TaskId, TaskState};
    use flowkeep_store::{NewOperation, NewRun, OperationItemRecord, RunWrite, StoreError};

    use super::*;
    use crate::testing::open;

    const TEXT: &str = r#"{"name": "W", "tasks": [{"id": "a", "action": "manual"}]}"#;

    /// A run at work on its one step, of which its owner never left.
    fn stopped(api: &Api) -> (i64, flowkeep_core::RunId) {
        let added = api.store.write::<_, StoreError>(|tx| {
            tx.take_ownership("desktop", 1)?;
            let (row, id) = tx.add_run(&NewRun::of("W", TEXT))?;
            stand(tx, (row, id), Status::Running, |task| {
                task.phase = Phase::Running {
                    deadline: None,
                    stopping: None,
                    parked: None,
                };
            })?;
            tx.take_ownership("desktop", 1)?;
            Ok((row, id))
        });
        added.unwrap()
    }

    fn stand(
        tx: &flowkeep_store::Tx<'_>,
        (row, id): (i64, flowkeep_core::RunId),
        status: Status,
        set: impl FnOnce(&mut TaskState),
    ) -> Result<(), StoreError> {
        let head = Head {
            status,
            ..Head::new(id)
        };
        let mut task = TaskState::default();
        set(&mut task);
        let writes = [
            RunWrite::Head(Box::new(head)),
            RunWrite::Task(TaskId::from("a"), Box::new(task)),
        ];
        tx.write_run(row, id, Moment(5), &writes)
    }

    fn decide(api: &Api, run: flowkeep_core::RunId) {
        let item = OperationItemRecord {
            kind: "run".to_owned(),
            id: run.to_string(),
            name: None,
            before: None,
            after: None,
        };
        let told = api.store.write::<_, StoreError>(move |tx| {
            let operation = NewOperation {
                actor: "Ann",
                face: "desktop",
                operation: "run_done",
                name: None,
                undoes: None,
                items: &[item],
            };
            tx.record_operation(tx.next_operation_id()?, &operation)
        });
        told.unwrap();
    }

    #[test]
    fn the_sheet_goes_once_all_that_needed_a_person_is_decided() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let (row, id) = stopped(&api);
        let sheet = || show(&api, Nothing {}).unwrap().sheet;
        let write = |status| {
            let written = api
                .store
                .write::<_, StoreError>(move |tx| stand(tx, (row, id), status, |_| {}));
            written.unwrap();
        };
        assert!(!sheet().unwrap().runs[0].decided);
        let created = api.store.run(id).unwrap().unwrap().created_at;
        assert_eq!(sheet().unwrap().runs[0].started_at, time::rfc3339(created));
        write(Status::Paused);
        decide(&api, id);
        let told = sheet().unwrap();
        assert!(told.runs[0].decided && told.runs[0].needs_a_person());
        write(Status::Running);
        assert!(sheet().is_none());
        // What somebody does with it later is nothing of that crash.
        write(Status::Paused);
        assert!(sheet().is_none());
    }

    #[test]
    fn a_run_that_only_waited_is_on_the_sheet_where_it_is_held() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let waits = |paused| {
            move |tx: &flowkeep_store::Tx<'_>, (row, id): (i64, flowkeep_core::RunId)| {
                let head = Head {
                    status: Status::Waiting,
                    paused,
                    ..Head::new(id)
                };
                let writes = [RunWrite::Head(Box::new(head))];
                tx.write_run(row, id, Moment(5), &writes)
            }
        };
        let added = api.store.write::<_, StoreError>(move |tx| {
            tx.take_ownership("desktop", 1)?;
            let (row, id) = tx.add_run(&NewRun::of("W", TEXT))?;
            waits(false)(tx, (row, id))?;
            tx.join_session(row, id, "S")?;
            tx.take_ownership("desktop", 1)?;
            Ok((row, id))
        });
        let (row, id) = added.unwrap();
        let sheet = || show(&api, Nothing {}).unwrap().sheet;
        assert!(sheet().is_none(), "it goes on waiting");
        let held = api
            .store
            .write::<_, StoreError>(move |tx| waits(true)(tx, (row, id)));
        held.unwrap();
        let told = sheet().unwrap().runs;
        assert_eq!(told.len(), 1);
        assert!(told[0].held && !told[0].decided);
        decide(&api, id);
        assert!(sheet().is_none());
    }

    /// Where a person had a step done again and that was broken off too, it is once in a row again.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_program_that_outlived_a_later_attempt_is_found() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let (row, id) = stopped(&api);
        let running_in = |attempts| {
            let broken_off = api.store.write::<_, StoreError>(move |tx| {
                stand(tx, (row, id), Status::Interrupted, |task| {
                    task.phase = Phase::Interrupted;
                    (task.attempts, task.broken) = (attempts, 1);
                })
            });
            broken_off.unwrap();
            let sheet = show(&api, Nothing {}).unwrap().sheet.unwrap();
            let mut questions = sheet.runs.into_iter().flat_map(|run| run.questions);
            questions.next().unwrap().running
        };
        assert!(running_in(1).is_none());
        let text = id.to_string();
        let mark = [("FLOWKEEP_RUN", &*text), ("FLOWKEEP_TASK", "a")];
        let mut program = std::process::Command::new("cat")
            .envs(mark)
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let found = || flowkeep_host::running_with(&mark).unwrap();
        while found().is_none_or(|found| found.name != "cat") {
            std::thread::yield_now();
        }
        let found = running_in(2).map(|found| found.process);
        drop(program.stdin.take());
        let process = program.id();
        program.wait().unwrap();
        assert_eq!(found, Some(process));
    }
}
