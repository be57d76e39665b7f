//! `run_definition`, `run_related`, `run_data`, `run_data_save`: what a run was carried out from, the runs it belongs with, and
//! its data as a file.

use std::sync::Arc;

use flowkeep_core::json::{parse, print_lines};
use flowkeep_core::run::{Definition, Task, TaskId, lines};
use flowkeep_core::{Document, Kind, RunId, differences};
use flowkeep_files::{Existing, export_document};
use flowkeep_host::path_text;
use flowkeep_store::{KeptRun, RunRecord};

use super::run_compare::{PLACES, told};
use super::runs::{find, row};
use crate::apart::in_time;
use crate::types::{
    Exported, RunData, RunDataInput, RunDataSaveInput, RunDefinition, RunDefinitionStep,
    RunDefinitionToday, RunPart, RunRef, RunRelated, StepKind,
};
use crate::{Api, AppError};

/// Steps of a definition that are told, and runs of each sort.
const STEPS: usize = 500;
const RUNS: u32 = 200;

/// The definition a run was started with, and how the workflow is today.
///
/// # Errors
/// `run_unknown`; what the database says.
pub fn definition(api: &Api, input: RunRef) -> Result<RunDefinition, AppError> {
    let run = find(api, &input.id)?;
    let text = api.store.definition_text(&run)?;
    let read = api.definitions.of(&api.store, &run)?;
    let steps = read.as_deref().map_or(&[][..], Definition::tasks);
    let step = |task: &Task| RunDefinitionStep {
        id: task.id.to_string(),
        name: task.name.clone(),
        action: task.action.name.to_owned(),
        after: task
            .depends_on
            .iter()
            .filter_map(|&before| steps.get(before))
            .map(|before| before.name.clone())
            .collect(),
        source: task.routing.data_source.clone(),
        lines: lines(task.action, &task.params, None),
    };
    Ok(RunDefinition {
        today: today(api, &run, &text)?,
        kind: read.as_deref().map(StepKind::of).unwrap_or_default(),
        steps: steps.iter().take(STEPS).map(step).collect(),
        total: u32::try_from(steps.len()).unwrap_or(u32::MAX),
        format: run.format.as_str().to_owned(),
        text,
    })
}

fn today(api: &Api, run: &KeptRun, text: &str) -> Result<Option<RunDefinitionToday>, AppError> {
    let Some(id) = &run.workflow_id else {
        return Ok(None);
    };
    let Some(record) = api.store.document(Kind::Workflow, id)? else {
        return Ok(None);
    };
    let kept = api.store.text(record.row, record.revision)?;
    let read = |format, text: &str| Document::parse(format, text.to_owned()).ok();
    let then = read(run.format, text);
    let now = kept.and_then(|kept| read(record.format, &kept.text));
    Ok(Some(RunDefinitionToday {
        revision: record.revision,
        deleted: record.deleted_at.is_some(),
        differences: then.zip(now).map(|(then, now)| {
            let mut found = told(differences(Kind::Workflow, &then, &now));
            found.truncate(PLACES);
            found
        }),
    }))
}

/// The runs that one belongs with.
///
/// # Errors
/// `run_unknown`; what the database says.
pub fn related(api: &Api, input: RunRef) -> Result<RunRelated, AppError> {
    let run = find(api, &input.id)?;
    let above = match &run.parent {
        Some(parent) => match api.store.run_at(parent.run)? {
            Some(above) => Some(RunPart {
                task: name_of(api, &above, &parent.task)?,
                run: listed(api, above.id)?.ok_or_else(|| unknown(above.id))?,
            }),
            None => None,
        },
        None => None,
    };
    let below = api.store.started_by(run.row, RUNS)?;
    let below = below.into_iter().map(|(task, below)| {
        Ok(RunPart {
            task: name_of(api, &run, &task)?,
            run: row(below),
        })
    });
    Ok(RunRelated {
        above,
        below: below.collect::<Result<_, AppError>>()?,
        repeats: match run.repeats {
            Some(before) => listed(api, before)?,
            None => None,
        },
        repeated_by: api
            .store
            .repeated_by(run.id, RUNS)?
            .into_iter()
            .map(row)
            .collect(),
    })
}

fn unknown(id: RunId) -> AppError {
    AppError::new("run_unknown").with("id", id)
}

fn listed(api: &Api, id: RunId) -> Result<Option<crate::types::RunRow>, AppError> {
    let found: Option<RunRecord> = api.store.run_record(id)?;
    Ok(found.map(row))
}

/// What a task of a run is called; its id where the definition cannot be read any more.
fn name_of(api: &Api, run: &KeptRun, id: &TaskId) -> Result<String, AppError> {
    let definition = api.definitions.of(&api.store, run)?;
    let task = definition.as_ref().and_then(|read| read.task(id));
    Ok(task.map_or_else(|| id.to_string(), |task| task.name.clone()))
}

/// What a run was given, or what a task of it gave, as JSON text.
///
/// # Errors
/// `run_unknown`, `run_no_output`; what the database says.
pub fn data(api: &Api, input: RunDataInput) -> Result<RunData, AppError> {
    let run = find(api, &input.id)?;
    let text = match input.task.map(TaskId) {
        None => run.context,
        Some(task) => {
            let none = || AppError::new("run_no_output").with("task", &task);
            api.store.output(run.row, &task)?.ok_or_else(none)?
        }
    };
    Ok(RunData {
        text: print_lines(&parse(&text)),
    })
}

/// Writes what [`data`] answers to a file.
///
/// # Errors
/// As [`data`]; what the system says.
pub fn data_save(api: &Api, input: RunDataSaveInput) -> Result<Exported, AppError> {
    let target = api.path_of(&input.to)?;
    let RunDataSaveInput { id, task, .. } = input;
    let text = data(api, RunDataInput { id, task })?.text;
    let (files, file) = (Arc::clone(&api.files), target.clone());
    in_time(api.most, &target, move |_| {
        export_document(files.as_ref(), &text, &file, Existing::Replace)
    })?;
    Ok(Exported {
        files: vec![path_text(&target)],
    })
}

#[cfg(test)]
mod tests {
    use flowkeep_store::{NewRun, Parent, StoreError};

    use super::*;
    use crate::testing::{keep_workflow, open};
    use crate::types::ChosenPlace;

    const THEN: &str = r#"{"id": "orders", "name": "Orders", "tasks": [
        {"id": "load", "name": "Load", "action": "program.run", "params": {"program": "load"}},
        {"id": "check", "name": "Check", "action": "manual", "dependsOn": ["load"]}]}"#;

    fn add(api: &Api, new: NewRun) -> (i64, String) {
        let added = api.store.write::<_, StoreError>(move |tx| tx.add_run(&new));
        let (row, id) = added.unwrap();
        (row, id.to_string())
    }

    fn of_orders() -> NewRun {
        NewRun {
            workflow_id: Some("orders".to_owned()),
            context: r#"{"day":1,"big":12345678901234567890123}"#.to_owned(),
            ..NewRun::of("Orders", THEN)
        }
    }

    #[test]
    fn a_definition_is_told_as_it_was_with_what_is_different_today() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let (_, id) = add(&api, of_orders());
        let shown = |id: &str| definition(&api, RunRef { id: id.to_owned() }).unwrap();
        let gone = shown(&id);
        assert_eq!((&*gone.text, gone.total), (THEN, 2));
        assert!(gone.today.is_none());
        assert_eq!(gone.steps[1].after, ["Load"]);
        assert_eq!(gone.steps[0].lines[0].text, "load");
        keep_workflow(&api, THEN);
        let same = shown(&id).today.unwrap();
        assert_eq!((same.deleted, same.differences), (false, Some(vec![])));
        let other = NewRun {
            text: THEN.replace("Load", "Fetch"),
            ..of_orders()
        };
        let (_, other) = add(&api, other);
        let found = shown(&other).today.unwrap().differences.unwrap();
        assert_eq!(found[0].before.as_deref(), Some("Fetch"));
        assert_eq!(found[0].after.as_deref(), Some("Load"));
    }

    #[test]
    fn runs_are_told_with_what_they_repeat_and_are_parts_of() {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let (row, above) = add(&api, of_orders());
        let part = Parent {
            run: row,
            task: TaskId::from("load"),
            attempt: 1,
            depth: 1,
        };
        let (_, below) = add(
            &api,
            NewRun {
                parent: Some(part),
                ..NewRun::of("Below", THEN)
            },
        );
        let again = |of: &str| NewRun {
            repeats: Some(of.parse().unwrap()),
            ..of_orders()
        };
        let (_, second) = add(&api, again(&above));
        let (_, third) = add(&api, again(&above));
        let shown = |id: &str| related(&api, RunRef { id: id.to_owned() }).unwrap();
        let first = shown(&above);
        assert!(first.above.is_none() && first.repeats.is_none());
        assert_eq!(first.below[0].run.id, below);
        assert_eq!(first.below[0].task, "Load");
        let repeated = first.repeated_by.iter().map(|run| run.id.clone());
        assert_eq!(repeated.collect::<Vec<_>>(), [second.clone(), third]);
        assert_eq!(shown(&second).repeats.unwrap().id, above);
        let part = shown(&below).above.unwrap();
        assert_eq!((part.run.id, part.task), (above, "Load".to_owned()));
    }

    #[test]
    fn data_is_saved_with_every_digit() {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let (_, id) = add(&api, of_orders());
        let file = root.path().join("input.json");
        let save = |task: Option<&str>| {
            let input = RunDataSaveInput {
                id: id.clone(),
                task: task.map(str::to_owned),
                to: ChosenPlace::Path(file.clone()),
            };
            data_save(&api, input)
        };
        save(None).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("12345678901234567890123"), "{text}");
        assert_eq!(save(Some("load")).unwrap_err().code, "run_no_output");
    }
}
