//! From a workflow to a run that may begin: the document, what stops a start, trust.

use std::sync::Arc;

use flowkeep_core::run::{Definition, Refused, Start};
use flowkeep_core::{Document, Kind, Message, RunId, Sha256, Value};
use flowkeep_store::{DocumentRecord, NewRun, Store, StoreError};

use crate::sources::{Source, choose};

/// What is to begin.
#[derive(Debug, Clone, Default)]
pub struct Beginning {
    /// The workflow's id.
    pub workflow: String,
    /// What the run is started with: a JSON object.
    pub context: String,
    /// How it begins.
    pub start: Start,
    /// Whether whoever starts it trusts the definition.
    pub trusted: bool,
    /// Who starts it.
    pub actor: String,
    /// Through which face.
    pub face: String,
    /// The run it repeats.
    pub repeats: Option<RunId>,
}

/// Operations after which a document is what somebody here wrote.
const WRITTEN_HERE: [&str; 3] = ["create", "update", "example_add"];

/// Reads what a workflow is now and says what its run would be.
///
/// # Errors
/// The outer one: what the database says. The inner one: `workflow_unknown`, `definition_invalid`,
/// `run_unknown_task`, `no_connection`, `source_unfit`, `trust_required`.
pub fn begin(
    store: &Store,
    connected: &[Arc<dyn Source>],
    beginning: &Beginning,
) -> Result<Result<NewRun, Refused>, StoreError> {
    let id = beginning.workflow.as_str();
    let refused = |message| Ok(Err(Refused(message)));
    let record = store.document(Kind::Workflow, id)?;
    let Some(record) = record.filter(|record| record.deleted_at.is_none()) else {
        return refused(Message::new("workflow_unknown").with("id", id));
    };
    let Some(stored) = store.text(record.row, record.revision)? else {
        return refused(Message::new("workflow_unknown").with("id", id));
    };
    let invalid = |path: &str, code: &str| {
        Message::new("definition_invalid")
            .with("name", &record.name)
            .with("path", path)
            .with("code", code)
    };
    let document = match Document::parse(stored.format, stored.text.clone()) {
        Ok(document) => document,
        Err(why) => return refused(invalid("", &why.code)),
    };
    let definition = match Definition::read(document.value()) {
        Ok(definition) => definition,
        Err(found) => {
            let first = found.errors.first();
            let (path, code) = first.map_or(("", ""), |first| (&first.path, &first.code));
            return refused(invalid(path, code));
        }
    };
    let named = beginning.start.only.iter().chain(&beginning.start.left_out);
    for task in named {
        if definition.task(task).is_none() {
            return refused(Message::new("run_unknown_task").with("task", task));
        }
    }
    for task in definition.tasks() {
        let named = task.routing.data_source.is_some();
        let choice = || choose(&task.routing, &Value::Null, task.action, connected, |_| 0);
        if named
            && !task.action.sources.is_empty()
            && let Err(error) = choice()
        {
            return refused(error.message.with("task", &task.id));
        }
    }
    if !beginning.trusted && !is_trusted(store, &record, document.value())? {
        return refused(Message::new("trust_required").with("name", &record.name));
    }
    Ok(Ok(NewRun {
        workflow_id: Some(record.id),
        workflow_name: record.name,
        revision: Some(record.revision),
        text: stored.text,
        format: stored.format,
        context: beginning.context.clone(),
        start: beginning.start.clone(),
        actor: beginning.actor.clone(),
        face: beginning.face.clone(),
        repeats: beginning.repeats,
        parent: None,
    }))
}

/// Whether a definition may run unasked: it does nothing, somebody here wrote it, or somebody has
/// said so of these very tasks.
fn is_trusted(
    store: &Store,
    record: &DocumentRecord,
    workflow: &Value,
) -> Result<bool, StoreError> {
    if !record.runs_something {
        return Ok(true);
    }
    let revisions = store.revisions(record.row)?;
    let latest = revisions
        .first()
        .and_then(|latest| latest.operation.as_deref());
    Ok(
        latest.is_some_and(|operation| WRITTEN_HERE.contains(&operation))
            || store.is_trusted(tasks_hash(workflow))?,
    )
}

/// The hash of what a workflow does: all of it but what it is called and how it is described.
pub fn tasks_hash(workflow: &Value) -> Sha256 {
    const SAID: [&str; 8] = [
        "id",
        "name",
        "description",
        "created_at",
        "updated_at",
        "author",
        "tags",
        "version",
    ];
    let members = workflow.as_object().unwrap_or_default().iter();
    let does = members.filter(|(key, _)| !SAID.contains(&key.as_str()));
    let does = Value::Object(does.cloned().collect());
    Sha256::of(does.to_json().to_string().as_bytes())
}
