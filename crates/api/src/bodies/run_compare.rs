//! `run_compare`: two runs side by side.

use std::collections::BTreeMap;

use flowkeep_core::run::compare::{Came, side_by_side, task_differences};
use flowkeep_core::run::{Definition, Status, TaskId};
use flowkeep_core::{Difference, Document, Format, Kind, differences};
use flowkeep_engine::state_of;
use flowkeep_store::{
    AttemptRecord, KeptRun, OutputRecord, RunCount, RunFilter, RunRecord, StoreError,
};

use super::run_folders;
use super::runs::{LOOKS, find, row};
use crate::types::{ComparedRun, ComparedTask, RunCompareInput, RunCompared, TaskCame};
use crate::{Api, AppError};

/// Places of a text that are told, and tasks.
pub(super) const PLACES: usize = 200;
const TASKS: usize = 1_000;

/// Two runs side by side, whichever of them is asked about.
///
/// # Errors
/// `run_unknown`, `run_none_succeeded`, `run_compare_itself`; what the database says.
pub fn compare(api: &Api, input: RunCompareInput) -> Result<RunCompared, AppError> {
    api.mark_left();
    let asked = find(api, &input.id)?;
    let other = match &input.with {
        Some(with) => find(api, with)?,
        None => last_success(api, &asked)?,
    };
    if asked.id == other.id {
        return Err(AppError::new("run_compare_itself"));
    }
    let (then, now) = if other.id < asked.id {
        (other, asked)
    } else {
        (asked, other)
    };
    let (then, now) = (Side::read(api, then)?, Side::read(api, now)?);
    let same_outputs = api.store.same_outputs(then.run.row, now.run.row)?;
    let rows = side_by_side(&then.ids(), &now.ids());
    let total = rows.len();
    let tasks = rows.into_iter().map(|(before, after)| {
        let (before, after) = (
            before.map(|at| &then.tasks[at]),
            after.map(|at| &now.tasks[at]),
        );
        task(before, after, &same_outputs)
    });
    let tasks: Vec<_> = tasks.collect();
    let same = tasks.iter().filter(|task| is_same(task)).count();
    let all = input.all.unwrap_or_default();
    let tasks = tasks.into_iter().filter(|task| all || !is_same(task));
    let definition = match (&then.document, &now.document) {
        (Some(then), Some(now)) => Some(told(differences(Kind::Workflow, then, now))),
        _ => None,
    };
    Ok(RunCompared {
        input: inputs(&then.run, &now.run),
        definition,
        tasks: tasks.take(TASKS).collect(),
        total: count(total),
        same: count(same),
        before: then.shown(api)?,
        after: now.shown(api)?,
    })
}

/// The last run of a workflow that succeeded before this one, else the first that did after it.
fn last_success(api: &Api, run: &KeptRun) -> Result<KeptRun, AppError> {
    let none = || AppError::new("run_none_succeeded").with("name", &run.workflow_name);
    let workflow = run.workflow_id.clone().ok_or_else(none)?;
    let nearest = |oldest_first| {
        let found = api.store.runs(&RunFilter {
            workflow: Some(workflow.clone()),
            status: Some(Status::Succeeded),
            oldest_first,
            after: Some(run.id),
            limit: 1,
            most: Some(LOOKS),
            count: RunCount::No,
            ..RunFilter::default()
        })?;
        Ok::<_, StoreError>(found.items.into_iter().next())
    };
    let found = match nearest(false)? {
        Some(before) => before,
        None => nearest(true)?.ok_or_else(none)?,
    };
    api.store.run(found.id)?.ok_or_else(none)
}

/// One of the two runs.
struct Side {
    run: KeptRun,
    document: Option<Document>,
    tasks: Vec<TaskOf>,
    took: Option<i64>,
}

/// A task of one of them.
struct TaskOf {
    id: TaskId,
    name: String,
    came: Came,
    from: Option<i64>,
    to: Option<i64>,
    output_bytes: Option<u32>,
}

impl Side {
    fn read(api: &Api, run: KeptRun) -> Result<Self, AppError> {
        let now = api.clock.now().0;
        let mut attempts: BTreeMap<_, Vec<AttemptRecord>> = BTreeMap::new();
        for attempt in api.store.attempts(run.row)? {
            attempts
                .entry(attempt.task.clone())
                .or_default()
                .push(attempt);
        }
        let outputs = api.store.outputs(run.row, 0, 0)?;
        let origin = run.started_at.unwrap_or(run.created_at);
        let until = run.ended_at.unwrap_or(now);
        let of = |id: TaskId, name: String, status, attempts: &[AttemptRecord]| {
            let spans = attempts.iter().filter_map(|attempt| {
                let began = attempt.started_at?;
                Some((began, attempt.ended_at.unwrap_or(until).max(began)))
            });
            let spans: Vec<_> = spans.collect();
            let last = attempts.last();
            TaskOf {
                came: Came {
                    status,
                    attempts: count(attempts.len()),
                    took: (!spans.is_empty())
                        .then(|| spans.iter().map(|(from, to)| to - from).sum()),
                    source: last.and_then(|last| last.data_source.clone()),
                    error: last.and_then(|last| last.error.clone()),
                },
                from: spans.iter().map(|(from, _)| from - origin).min(),
                to: spans.iter().map(|(_, to)| to - origin).max(),
                output_bytes: outputs.get(&id).map(|OutputRecord { bytes, .. }| *bytes),
                id,
                name,
            }
        };
        let text = api.store.definition_text(&run)?;
        let document = Document::parse(run.format, text).ok();
        let definition = document.as_ref();
        let definition = definition.and_then(|read| Definition::read(read.value()).ok());
        let tasks = if let Some(definition) = definition {
            let state = state_of(&api.store, &run, &definition)?;
            let tasks = definition.tasks().iter().zip(&state.tasks);
            let tasks = tasks.map(|(task, state)| {
                let attempts = attempts.remove(&task.id).unwrap_or_default();
                of(
                    task.id.clone(),
                    task.name.clone(),
                    state.status(),
                    &attempts,
                )
            });
            tasks.collect()
        } else {
            // What was tried is known all the same.
            let mut tasks: Vec<_> = attempts.into_iter().collect();
            tasks.sort_by_key(|(_, attempts)| attempts.first().map(|first| first.queued_at));
            let tasks = tasks.into_iter().map(|(id, attempts)| {
                let status = attempts.last().map_or(Status::Queued, |last| last.status);
                of(id.clone(), id.0, status, &attempts)
            });
            tasks.collect()
        };
        Ok(Self {
            took: (run.status != Status::Queued).then(|| (until - origin).max(0)),
            document,
            tasks,
            run,
        })
    }

    fn ids(&self) -> Vec<TaskId> {
        self.tasks.iter().map(|task| task.id.clone()).collect()
    }

    fn shown(self, api: &Api) -> Result<ComparedRun, AppError> {
        let run = self.run;
        let (folder, _) = run_folders::shown(api.store.run_folder(run.row)?);
        Ok(ComparedRun {
            revision: run.revision,
            took: self.took,
            folder: folder.map(|folder| folder.path),
            run: row(RunRecord {
                row: run.row,
                id: run.id,
                workflow_id: run.workflow_id,
                workflow_name: run.workflow_name,
                status: run.status,
                created_at: run.created_at,
                started_at: run.started_at,
                ended_at: run.ended_at,
                actor: run.actor,
                face: run.face,
                failed: match run.status {
                    Status::Failed => api.store.failure(run.row)?,
                    _ => None,
                },
                noted: match run.status {
                    Status::Succeeded => api.store.noted(run.row)?,
                    _ => None,
                },
                hits: Vec::new(),
            }),
        })
    }
}

fn task(
    before: Option<&TaskOf>,
    after: Option<&TaskOf>,
    same_outputs: &BTreeMap<TaskId, bool>,
) -> ComparedTask {
    let differs = match (before, after) {
        (Some(before), Some(after)) => {
            let same = same_outputs.get(&before.id).copied();
            task_differences(&before.came, &after.came, same)
        }
        _ => Vec::new(),
    };
    let called = (before.map(|task| &task.name), after.map(|task| &task.name));
    let named = after.or(before);
    ComparedTask {
        id: named.map(|task| task.id.to_string()).unwrap_or_default(),
        name: named.map(|task| task.name.clone()).unwrap_or_default(),
        name_before: match called {
            (Some(then), Some(now)) if then != now => Some(then.clone()),
            _ => None,
        },
        before: before.map(side),
        after: after.map(side),
        differs,
    }
}

fn side(task: &TaskOf) -> TaskCame {
    TaskCame {
        status: task.came.status,
        attempts: task.came.attempts,
        from: task.from,
        to: task.to,
        took: task.came.took,
        source: task.came.source.clone(),
        error: task.came.error.clone(),
        output_bytes: task.output_bytes,
    }
}

fn is_same(task: &ComparedTask) -> bool {
    task.differs.is_empty() && task.before.is_some() && task.after.is_some()
}

fn inputs(then: &KeptRun, now: &KeptRun) -> Option<Vec<Difference>> {
    let read = |run: &KeptRun| Document::parse(Format::Json, run.context.clone()).ok();
    Some(told(differences(Kind::Workflow, &read(then)?, &read(now)?)))
}

/// What differs but for the layout of the whole text, which is nobody's matter here.
pub(super) fn told(mut differences: Vec<Difference>) -> Vec<Difference> {
    differences.retain(|one| !one.path.is_empty() || one.field.as_deref() != Some("layout"));
    differences.truncate(PLACES);
    differences
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use flowkeep_core::run::{Moment, RunState};
    use flowkeep_core::{Message, RunId};
    use flowkeep_store::{NewRun, RunWrite};

    use super::*;
    use crate::testing::open;

    const THEN: &str = r#"{"name": "Orders", "tasks": [{"id": "load", "name": "Load", "action": "manual"},
        {"id": "check", "name": "Check", "action": "manual"}, {"id": "old", "name": "Old", "action": "manual"}]}"#;
    const NOW: &str = r#"{"name": "Orders", "tasks": [{"id": "load", "name": "Load orders", "action": "manual"},
        {"id": "check", "name": "Check", "action": "manual", "timeout": 5000}]}"#;

    /// A run whose tasks, in their order, ended with these.
    fn ended(api: &Api, text: &str, context: &str, ends: &[Option<&'static str>]) -> RunId {
        let new = NewRun {
            workflow_id: Some("orders".to_owned()),
            context: context.to_owned(),
            ..NewRun::of("Orders", text)
        };
        let document = Document::parse(Format::Json, text.to_owned()).unwrap();
        let definition = Definition::read(document.value()).unwrap();
        let is_bad = ends.iter().any(Option::is_some);
        let at = api.clock.now().0;
        let ends: Vec<_> = definition.tasks().iter().zip(ends).collect();
        let mut begun = Vec::new();
        let mut done = Vec::new();
        for (task, error) in ends {
            let write = |status, error: Option<&&str>| RunWrite::Attempt {
                task: task.id.clone(),
                number: 1,
                status,
                error: error.map(|code| Message::new(*code)),
            };
            begun.push(write(Status::Running, None));
            done.push(match error {
                Some(code) => write(Status::Failed, Some(code)),
                None => write(Status::Succeeded, None),
            });
        }
        let made = api.store.write::<_, StoreError>(move |tx| {
            let (row, id) = tx.add_run(&new)?;
            let head = |status| {
                let mut head = RunState::new(id, &definition).head;
                (head.status, head.begun) = (status, true);
                RunWrite::Head(Box::new(head))
            };
            begun.push(head(Status::Running));
            done.push(head(if is_bad {
                Status::Failed
            } else {
                Status::Succeeded
            }));
            tx.write_run(row, id, Moment(at), &begun)?;
            tx.write_run(row, id, Moment(at + 4_000), &done)?;
            Ok(id)
        });
        made.unwrap()
    }

    fn asked(id: RunId, with: Option<RunId>) -> RunCompareInput {
        RunCompareInput {
            id: id.to_string(),
            with: with.map(|with| with.to_string()),
            all: None,
        }
    }

    #[test]
    fn a_failure_is_set_beside_the_last_success() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let good = ended(
            &api,
            THEN,
            r#"{"day": 1, "layout": "a4"}"#,
            &[None, None, None],
        );
        let bad = ended(
            &api,
            NOW,
            r#"{"day": 2, "layout": "a3"}"#,
            &[None, Some("task_timed_out")],
        );
        // Another failure is passed over.
        ended(&api, NOW, "{}", &[Some("task_timed_out"), None]);
        let compared = compare(&api, asked(bad, None)).unwrap();
        assert_eq!(compared.before.run.id, good.to_string());
        assert_eq!(compared.after.run.id, bad.to_string());
        assert_eq!((compared.total, compared.same), (3, 1));
        let rows: Vec<_> = compared
            .tasks
            .iter()
            .map(|task| {
                (
                    task.id.as_str(),
                    task.before.is_some(),
                    task.after.is_some(),
                )
            })
            .collect();
        assert_eq!(rows, [("check", true, true), ("old", true, false)]);
        let input = compared.input.unwrap();
        let paths: Vec<_> = input.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["/day", "/layout"]);
        let definition = compared.definition.unwrap();
        let fields: Vec<_> = definition.iter().map(|one| one.field.as_deref()).collect();
        assert_eq!(fields, [Some("name"), Some("timeout"), None]);
        // Whichever is asked about, the earlier one is the one that was then.
        let turned = compare(&api, asked(good, Some(bad))).unwrap();
        assert_eq!(turned.before.run.id, good.to_string());
        let all = RunCompareInput {
            all: Some(true),
            ..asked(bad, None)
        };
        let all = compare(&api, all).unwrap().tasks;
        let names: Vec<_> = all
            .iter()
            .map(|task| (task.name.as_str(), task.name_before.as_deref()))
            .collect();
        assert_eq!(
            names,
            [
                ("Load orders", Some("Load")),
                ("Check", None),
                ("Old", None)
            ]
        );
    }

    #[test]
    fn without_a_success_nothing_is_compared_and_with_itself_neither() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let bad = ended(&api, NOW, "{}", &[None, Some("task_timed_out")]);
        let refused = |input| compare(&api, input).unwrap_err().code;
        assert_eq!(refused(asked(bad, None)), "run_none_succeeded");
        assert_eq!(refused(asked(bad, Some(bad))), "run_compare_itself");
        // One that succeeded since will do.
        let good = ended(&api, NOW, "{}", &[None, None]);
        let compared = compare(&api, asked(bad, None)).unwrap();
        assert_eq!(compared.after.run.id, good.to_string());
    }
}
