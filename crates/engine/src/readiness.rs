//! A workflow looked at before it runs: what stops a start, what is odd, what has to be trusted.

use flowkeep_core::run::route::Wanted;
use flowkeep_core::run::{Definition, Task};
use flowkeep_core::{Document, Finding, Kind, Message, Sha256, Validation, Value};
use flowkeep_store::{DocumentRecord, Store, StoreError, StoredText};

use crate::begin::task_folder;
use crate::sources::Connected;

/// A workflow as it stands.
pub struct Readiness {
    /// The document.
    pub record: DocumentRecord,
    /// Its text.
    pub stored: StoredText,
    /// What it means when it runs; absent when it cannot.
    pub definition: Option<Definition>,
    /// What is wrong with the definition, and what is odd.
    pub validation: Validation,
    /// Tasks for whose data source nothing is connected.
    pub unconnected: Vec<Unconnected>,
    /// The task folder that it names and that is not known here: a start without another one is stopped.
    pub unknown_folder: Option<Finding>,
    /// Whether it may run unasked: it does nothing, somebody here wrote it, or somebody has said
    /// so of these very tasks.
    pub trusted: bool,
    /// What its tasks are known by; absent when it cannot be read.
    pub hash: Option<Sha256>,
}

/// A task for whose data source nothing is connected.
pub struct Unconnected {
    /// What is missing, with the task.
    pub message: Message,
    /// Where the document names the source, or the task that names none.
    pub pointer: String,
    /// Whether it stops a start: the task names its source or forbids choosing.
    pub stops: bool,
}

impl Unconnected {
    /// The same as a finding.
    pub fn finding(&self) -> Finding {
        Finding {
            path: self.pointer.clone(),
            code: self.message.code.clone(),
            fields: self.message.fields.clone(),
            place: None,
        }
    }
}

/// Operations after which a document is what somebody here wrote.
const WRITTEN_HERE: [&str; 3] = ["create", "update", "example_add"];

/// Looks at a workflow; nothing when there is none of this id.
///
/// # Errors
/// What the database says.
pub fn readiness(
    store: &Store,
    connected: &Connected,
    workflow: &str,
) -> Result<Option<Readiness>, StoreError> {
    let record = store.document(Kind::Workflow, workflow)?;
    let Some(record) = record.filter(|record| record.deleted_at.is_none()) else {
        return Ok(None);
    };
    let Some(stored) = store.text(record.row, record.revision)? else {
        return Ok(None);
    };
    let mut ready = Readiness {
        record,
        stored,
        definition: None,
        validation: Validation::default(),
        unconnected: Vec::new(),
        unknown_folder: None,
        trusted: true,
        hash: None,
    };
    let document = match Document::parse(ready.stored.format, ready.stored.text.clone()) {
        Ok(document) => document,
        Err(why) => {
            ready.validation.errors.push(Finding {
                path: String::new(),
                code: why.code,
                fields: why.fields,
                place: why.place,
            });
            return Ok(Some(ready));
        }
    };
    ready.hash = Some(tasks_hash(document.value()));
    ready.unknown_folder = unknown_folder(store, document.value())?;
    match Definition::read_with_warnings(document.value()) {
        Ok((definition, validation)) => {
            ready.unconnected = missing(&definition, document.value(), workflow, connected);
            ready.trusted = definition.acting().next().is_none()
                || is_trusted(store, &ready.record, document.value())?;
            ready.validation = validation;
            let absent = absent_workflows(store, &definition, workflow)?;
            ready.validation.warnings.extend(absent);
            ready.definition = Some(definition);
        }
        Err(validation) => ready.validation = validation,
    }
    Ok(Some(ready))
}

/// The task folder that a workflow names and that is not known here.
///
/// # Errors
/// What the database says.
pub fn unknown_folder(store: &Store, workflow: &Value) -> Result<Option<Finding>, StoreError> {
    let Some((named, path)) = Definition::named_folder(workflow) else {
        return Ok(None);
    };
    let unknown = task_folder(store, &named)?.err();
    Ok(unknown.map(|unknown| Finding {
        path,
        code: unknown.code,
        fields: unknown.fields,
        place: None,
    }))
}

/// The workflows that tasks start and that are not there. `own` is the one they belong to, which need not be
/// kept yet.
///
/// # Errors
/// What the database says.
pub fn absent_workflows(
    store: &Store,
    definition: &Definition,
    own: &str,
) -> Result<Vec<Finding>, StoreError> {
    let mut absent = Vec::new();
    for (named, path) in definition.tasks().iter().filter_map(Task::starts) {
        let there = store.document(Kind::Workflow, named)?;
        if named != own && there.is_none_or(|there| there.deleted_at.is_some()) {
            absent.push(Finding {
                path,
                code: "workflow_unknown".to_owned(),
                fields: [("id".to_owned(), named.to_owned())].into(),
                place: None,
            });
        }
    }
    Ok(absent)
}

/// The data sources of a document that are not connected here. Nothing while it cannot run for other
/// reasons.
pub fn unconnected(workflow: &Value, id: &str, connected: &Connected) -> Vec<Finding> {
    let Ok(definition) = Definition::read(workflow) else {
        return Vec::new();
    };
    let missing = missing(&definition, workflow, id, connected);
    missing.iter().map(Unconnected::finding).collect()
}

/// Why a workflow cannot start by itself that needs this input.
pub(crate) fn input_not_given(input: &str) -> Message {
    Message::new("input_not_given").with("input", input)
}

fn missing(
    definition: &Definition,
    document: &Value,
    workflow: &str,
    connected: &Connected,
) -> Vec<Unconnected> {
    let missing = |task: &Task| {
        let routing = &task.routing;
        if task.action.sources.is_empty() {
            return None;
        }
        let wanted = Wanted {
            routing,
            action: task.action,
            workflow,
            context: &Value::Null,
        };
        let chosen = connected.choose(&wanted, |_| 0);
        Some(Unconnected {
            message: chosen.err()?.message.with("task", &task.id),
            pointer: task.source_pointer(document),
            stops: routing.data_source.is_some() || !routing.auto_select,
        })
    };
    definition.tasks().iter().filter_map(missing).collect()
}

fn is_trusted(
    store: &Store,
    record: &DocumentRecord,
    workflow: &Value,
) -> Result<bool, StoreError> {
    Ok(is_written_here(store, record)? || store.is_trusted(tasks_hash(workflow))?)
}

/// Whether what a document says now was written by somebody here, and not brought in.
///
/// # Errors
/// What the database says.
pub fn is_written_here(store: &Store, record: &DocumentRecord) -> Result<bool, StoreError> {
    let revisions = store.revisions(record.row)?;
    let latest = revisions
        .first()
        .and_then(|latest| latest.operation.as_deref());
    Ok(latest.is_some_and(|operation| WRITTEN_HERE.contains(&operation)))
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
