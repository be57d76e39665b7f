//! From a workflow to a run that may begin.

use flowkeep_core::json::parse;
use flowkeep_core::run::{Definition, Refused, Start};
use flowkeep_core::{Message, RunId, Validation};
use flowkeep_host::path_text;
use flowkeep_store::{NewRun, Store, StoreError, TaskFolderRecord};

use crate::readiness::{Readiness, readiness};
use crate::sources::Connected;

/// What is to begin.
#[derive(Debug, Clone, Default)]
pub struct Beginning {
    /// The workflow's id.
    pub workflow: String,
    /// What the run is started with: a JSON object.
    pub context: String,
    /// How it begins.
    pub start: Start,
    /// Who starts it.
    pub actor: String,
    /// Through which face.
    pub face: String,
    /// The run it repeats.
    pub repeats: Option<RunId>,
    /// The task folder it works in, by its id, name or path; unless told the one that the definition
    /// names, and a folder of the run's own where it names none.
    pub folder: Option<String>,
}

/// A run that may begin.
pub struct Begun {
    /// The run.
    pub new: NewRun,
    /// Whether its definition may run unasked ([`Readiness::trusted`](crate::Readiness::trusted)).
    pub trusted: bool,
    /// Input that it cannot do without and does not get.
    pub lacks: Vec<String>,
}

/// Reads what a workflow is now and says what its run would be. Whether its definition is trusted,
/// and whether it gets what it needs, is for whoever begins it to look at.
///
/// # Errors
/// The outer one: what the database says. The inner one: `workflow_unknown`, `definition_invalid`,
/// `run_unknown_task`, `no_connection`, `source_unfit`, `no_choice`, `folder_unknown`,
/// `folder_ambiguous`.
pub fn begin(
    store: &Store,
    connected: &Connected,
    beginning: &Beginning,
) -> Result<Result<Begun, Refused>, StoreError> {
    let id = beginning.workflow.as_str();
    let refused = |message| Ok(Err(Refused(message)));
    let Some(ready) = readiness(store, connected, id)? else {
        return refused(Message::new("workflow_unknown").with("id", id));
    };
    let name = &ready.record.name;
    let Some(definition) = &ready.definition else {
        return refused(definition_invalid(name, &ready.validation));
    };
    let named = beginning.start.only.iter().chain(&beginning.start.left_out);
    for task in named {
        if definition.task(task).is_none() {
            return refused(Message::new("run_unknown_task").with("task", task));
        }
    }
    if let Some(missing) = ready.unconnected.into_iter().find(|missing| missing.stops) {
        return refused(missing.message);
    }
    let lacks = lacking(definition, &beginning.start, &beginning.context);
    let folder = beginning
        .folder
        .as_ref()
        .or(definition.task_folder.as_ref());
    let folder = match folder.map(|named| task_folder(store, named)).transpose()? {
        Some(Ok(found)) => Some(found.id),
        Some(Err(unknown)) => return refused(unknown),
        None => None,
    };
    let new = NewRun {
        workflow_id: Some(ready.record.id),
        workflow_name: ready.record.name,
        revision: Some(ready.record.revision),
        text: ready.stored.text,
        format: ready.stored.format,
        context: beginning.context.clone(),
        start: Start {
            folder,
            ..beginning.start.clone()
        },
        actor: beginning.actor.clone(),
        face: beginning.face.clone(),
        repeats: beginning.repeats,
        parent: None,
    };
    Ok(Ok(Begun {
        new,
        trusted: ready.trusted,
        lacks,
    }))
}

/// Input that a run which begins like this cannot do without and does not get.
pub fn lacking(definition: &Definition, start: &Start, context: &str) -> Vec<String> {
    let context = parse(context);
    let lacks = definition.not_given(start, |name| context.get(name).is_some());
    lacks.into_iter().map(|name| name.name).collect()
}

/// That a run would end at a task that needs what it does not get; nothing where it gets all.
pub fn input_missing(workflow: &str, lacks: &[String]) -> Option<Message> {
    let message = Message::new("input_missing").with("name", workflow);
    (!lacks.is_empty()).then(|| message.with("input", lacks.join(", ")))
}

/// The task folder that is meant by an id, a name or a path.
///
/// # Errors
/// The outer one: what the database says. The inner one: `folder_unknown`, `folder_ambiguous` for a
/// name that several have.
pub fn task_folder(
    store: &Store,
    named: &str,
) -> Result<Result<TaskFolderRecord, Message>, StoreError> {
    let mut meant = store.task_folders_meant(named)?;
    Ok(match (meant.pop(), meant.is_empty()) {
        (Some(folder), true) => Ok(folder),
        (Some(last), false) => {
            let paths = meant.iter().chain([&last]).map(|one| path_text(&one.path));
            let paths: Vec<_> = paths.collect();
            let message = Message::new("folder_ambiguous").with("folder", named);
            Err(message.with("paths", paths.join(", ")))
        }
        (None, _) => Err(unknown(store, named)?),
    })
}

/// That there is no such folder. One that has left the list is told as people knew it, and not by its id alone.
fn unknown(store: &Store, named: &str) -> Result<Message, StoreError> {
    let message = Message::new("folder_unknown");
    let Ok(id) = named.parse() else {
        return Ok(message.with("folder", named));
    };
    Ok(match store.forgotten_folder(id)? {
        Some(was) => message.with("folder", was.told(id)).with("id", id),
        None => message.with("folder", named),
    })
}

/// All that keeps a workflow from starting as it is; first what a start is refused for.
pub(crate) fn refusals(ready: &Readiness) -> Vec<Message> {
    let mut found = Vec::new();
    if ready.definition.is_none() {
        found.push(definition_invalid(&ready.record.name, &ready.validation));
    }
    // A source that several tasks lack is one thing to mend.
    let mut lacking = Vec::new();
    for missing in ready.unconnected.iter().filter(|missing| missing.stops) {
        let mut lacks = missing.message.clone();
        lacks.fields.remove("task");
        if !lacking.contains(&lacks) {
            lacking.push(lacks);
            found.push(missing.message.clone());
        }
    }
    found.extend(ready.unknown_folder.as_ref().map(|finding| Message {
        fields: finding.fields.clone(),
        ..Message::new(&finding.code)
    }));
    found
}

/// Why a definition cannot start: the first thing that validation finds, at its place.
pub fn definition_invalid(name: &str, found: &Validation) -> Message {
    let message = Message::new("definition_invalid").with("name", name);
    let Some(first) = found.errors.first() else {
        return message;
    };
    let mut why = Message::new(&first.code);
    why.fields.clone_from(&first.fields);
    if !first.path.is_empty() {
        why = Message::new("in_part")
            .with("part", &first.path)
            .because(why);
    }
    message
        .with("path", &first.path)
        .with("code", &first.code)
        .because(why)
}
