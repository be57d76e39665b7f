//! `run_preview`: what a start would do, before anything does it; `action_list`.

use std::collections::BTreeMap;

use flowkeep_core::run::action::ACTIONS;
use flowkeep_core::run::route::Wanted;
use flowkeep_core::run::{Definition, Task, TaskId, lines};
use flowkeep_core::{Kind, Value};
use flowkeep_engine::sources::Connected;
use flowkeep_engine::{params_with, readiness};
use flowkeep_host::path_text;

use super::preflight::Preflight;
use super::{preflight_folder, settings};
use crate::types::{
    ActionList, ActionRow, Nothing, Object, RunAct, RunConfiguration, RunConfigurationInput,
    RunContextName, RunContextUse, RunPreview, RunPreviewInput, RunTrust, Snapshots, StepKind,
};
use crate::{Api, AppError, belonging};

/// With which configuration a run of a workflow would work that begins now. Disks are asked, each for some seconds at
/// most.
///
/// # Errors
/// `not_found`.
pub fn configuration(
    api: &Api,
    input: RunConfigurationInput,
) -> Result<RunConfiguration, AppError> {
    let record = api.store.document(Kind::Workflow, &input.workflow)?;
    let record = record.ok_or_else(|| not_found(&input.workflow))?;
    let folder = belonging::expected(&api.store, &record)?;
    Ok(RunConfiguration {
        folder: folder.as_deref().map(path_text),
        is_kept: settings::of(&api.store)?.snapshots != Snapshots::Off,
    })
}

fn not_found(workflow: &str) -> AppError {
    AppError::new("not_found")
        .with("kind", Kind::Workflow.as_str())
        .with("id", workflow)
        .hint("list_first")
}

/// What a start of a workflow would do, and what it would meet; nothing is done, and nothing kept but
/// what data sources answered that were asked.
///
/// # Errors
/// `not_found`.
pub fn preview(api: &Api, input: RunPreviewInput) -> Result<RunPreview, AppError> {
    let connected = api.connected()?;
    let Some(ready) = readiness(&api.store, &connected, &input.workflow)? else {
        return Err(not_found(&input.workflow));
    };
    let context = input.context.map(Object::into_value);
    let trust = RunTrust {
        needed: !ready.trusted,
        hash: ready.hash.map(|hash| hash.to_string()),
        acts: acts(
            ready.definition.as_ref(),
            &ready.record.id,
            (context.as_ref(), &BTreeMap::new()),
            &connected,
        ),
    };
    let mut folder = preflight_folder::look(api, &ready, input.folder.as_deref())?;
    let names_folder = ready
        .definition
        .as_ref()
        .is_some_and(|found| found.task_folder.is_some());
    let mut problems = ready.validation.errors;
    let mut warnings = ready.validation.warnings;
    for missing in &ready.unconnected {
        let list = if missing.stops {
            &mut problems
        } else {
            &mut warnings
        };
        list.push(missing.finding());
    }
    problems.extend(folder.problem.take());
    let definition = ready.definition.as_ref();
    let preflight = Preflight {
        api,
        workflow: &ready.record.id,
        definition,
        context: context.as_ref().unwrap_or(&Value::Null),
    };
    let mut met = preflight.look(input.ask)?;
    folder.tell_what_lacks(definition, &mut met.tasks);
    Ok(RunPreview {
        under_way: preflight.under_way()?,
        folder: folder.folder,
        folders: folder.folders,
        names_folder,
        expected: met.expected,
        tasks: met.tasks,
        sources: met.sources,
        secrets: met.secrets,
        workflow_id: ready.record.id,
        workflow_name: ready.record.name,
        revision: ready.record.revision,
        problems,
        warnings,
        trust,
        context_names: definition.map_or_else(Vec::new, |found| names(found, context.as_ref())),
        steps: definition.map(StepKind::of).unwrap_or_default(),
    })
}

/// What tasks can do, with typed parameters: what a form for one is made of.
///
/// # Errors
/// None.
pub fn actions(_: &Api, _: Nothing) -> Result<ActionList, AppError> {
    let row = |action| ActionRow {
        key: flowkeep_core::run::action::Action::key(action),
        action,
    };
    let items: Vec<_> = ACTIONS.iter().map(row).collect();
    Ok(ActionList {
        total: u32::try_from(items.len()).unwrap_or(u32::MAX),
        items,
    })
}

/// Everything a workflow would have to be trusted for.
pub(super) fn acts(
    definition: Option<&Definition>,
    workflow: &str,
    (context, outputs): (Option<&Value>, &BTreeMap<TaskId, Value>),
    connected: &Connected,
) -> Vec<RunAct> {
    let acting = definition.into_iter().flat_map(Definition::acting);
    acting
        .map(|task| {
            let params = context.map(|context| params_with(task, context, outputs));
            act(
                task,
                workflow,
                (params.as_ref().unwrap_or(&task.params), context),
                connected,
            )
        })
        .collect()
}

/// What one task would do.
pub(super) fn act(
    task: &Task,
    workflow: &str,
    (params, context): (&Value, Option<&Value>),
    connected: &Connected,
) -> RunAct {
    let named = || task.routing.data_source.clone();
    let source = if task.action.sources.is_empty() {
        None
    } else {
        let wanted = Wanted {
            routing: &task.routing,
            action: task.action,
            workflow,
            context: context.unwrap_or(&Value::Null),
        };
        let chosen = connected.route(&wanted, |_| 0);
        let chosen = chosen.ok().map(|route| route.source.to_owned());
        chosen.or_else(named)
    };
    RunAct {
        task: task.id.to_string(),
        name: task.name.clone(),
        workflow: None,
        action: task.action.name.to_owned(),
        source,
        lines: lines(task.action, params, context),
    }
}

pub(super) fn names(definition: &Definition, context: Option<&Value>) -> Vec<RunContextName> {
    let given = |name: &str| context.is_some_and(|context| context.get(name).is_some());
    let names = definition.context_names().into_iter();
    names
        .map(|found| RunContextName {
            given: given(&found.name),
            needed: found.needed,
            name: found.name,
            used: found
                .used
                .into_iter()
                .map(|(task, path)| RunContextUse { task: task.0, path })
                .collect(),
        })
        .collect()
}
