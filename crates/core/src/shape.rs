//! The parts of workflows, roadmaps, rules and templates, whichever tool wrote them.
//!
//! Four unlike things are called "workflow" (decisions, "Across all five" 2). Nothing is turned
//! into another shape here; this only knows under which names each keeps its parts, so that
//! summaries, validation and differences need not.

use std::borrow::Cow;

use crate::Value;
use crate::document::{json, tree::View};
use crate::value::push_token;

/// Names under which a dependency list comes.
pub(crate) const DEPENDS_ON: [&str; 3] = ["dependsOn", "depends_on", "dependencies"];
/// Names under which the other fields of a task come that a run reads and that have two spellings.
/// The first is the one the product writes.
pub(crate) mod spellings {
    pub(crate) const TASK_FOLDER: [&str; 2] = ["taskFolder", "task_folder"];
    pub(crate) const DATA_SOURCE: [&str; 2] = ["dataSource", "data_source"];
    pub(crate) const AUTO_SELECT: [&str; 2] = ["autoSelect", "auto_select"];
    pub(crate) const DATA_KIND: [&str; 2] = ["dataKind", "data_kind"];
    pub(crate) const RUN_AFTER: [&str; 2] = ["runAfter", "run_after"];
    pub(crate) const ON_FAILURE: [&str; 2] = ["onFailure", "on_failure"];
    pub(crate) const ALLOW_FALLBACK: [&str; 2] = ["allowFallback", "allow_fallback"];
}
/// Names under which a transition's or edge's beginning comes.
pub(crate) const FROM: [&str; 4] = ["from", "from_stage", "from_stage_id", "source"];
/// Names under which a transition's or edge's end comes.
pub(crate) const TO: [&str; 4] = ["to", "to_stage", "to_stage_id", "target"];

/// Which of the four shapes a workflow has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Manual stages and transitions between them.
    Stages,
    /// Tasks with dependencies.
    Tasks,
    /// Tasks each of which names the next one.
    Chain,
    /// Nodes and edges.
    Graph,
    /// None of them yet.
    Empty,
}

impl Shape {
    /// The word in summaries.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Stages => "stages",
            Self::Tasks => "tasks",
            Self::Chain => "chain",
            Self::Graph => "graph",
            Self::Empty => "empty",
        }
    }

    /// The shape of a workflow document.
    pub(crate) fn of(workflow: &Value) -> Self {
        let tasks = items(workflow, "tasks");
        if is_collection(workflow, "nodes") && tasks.is_empty() {
            Self::Graph
        } else if tasks.iter().any(|task| chain_links(task).next().is_some()) {
            Self::Chain
        } else if !tasks.is_empty() {
            Self::Tasks
        } else if workflow.get_any(&["stages", "stages_data"]).is_some() {
            Self::Stages
        } else if is_collection(workflow, "tasks") {
            Self::Tasks
        } else {
            Self::Empty
        }
    }
}

/// A stage, task, node, milestone …: something in a list that has a name.
#[derive(Debug, Clone)]
pub(crate) struct Item<'v> {
    /// Where it is (RFC 6901).
    pub pointer: String,
    /// What it says.
    pub value: Cow<'v, Value>,
    /// The key it stands under, when the collection is an object.
    pub key: Option<String>,
}

impl Item<'_> {
    /// Its id: the `id` it has, else the key it stands under.
    pub(crate) fn id(&self) -> Option<&str> {
        let id = self
            .value
            .get("id")
            .and_then(Value::as_word)
            .filter(|id| !id.is_empty());
        id.or(self.key.as_deref())
    }

    /// What a person calls it: name, title, id.
    pub(crate) fn name(&self) -> Option<&str> {
        let named = self
            .value
            .get_any(&["name", "title"])
            .and_then(Value::as_word);
        named
            .filter(|name| !name.trim().is_empty())
            .or_else(|| self.id())
    }
}

/// One place where an item names another.
#[derive(Debug, Clone)]
pub(crate) struct Reference<'v> {
    /// Where the name stands.
    pub pointer: String,
    /// The name.
    pub target: &'v str,
}

/// The items of a list or object under this key; items that are no objects are there too.
pub(crate) fn items<'v>(document: &'v Value, key: &str) -> Vec<Item<'v>> {
    let pointer = push_token("", key);
    document
        .get(key)
        .map_or_else(Vec::new, |value| items_of(value, &pointer))
}

/// The items of this list or object, which stands at `pointer`.
pub(crate) fn items_of<'v>(collection: &'v Value, pointer: &str) -> Vec<Item<'v>> {
    match collection {
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(index, value)| Item {
                pointer: push_token(pointer, &index.to_string()),
                value: Cow::Borrowed(value),
                key: None,
            })
            .collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| Item {
                pointer: push_token(pointer, key),
                value: Cow::Borrowed(value),
                key: Some(key.clone()),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// How many items a list or object under this key has.
pub(crate) fn count(document: &Value, key: &str) -> usize {
    match document.get(key) {
        Some(Value::Array(list)) => list.len(),
        Some(Value::Object(members)) => members.len(),
        _ => 0,
    }
}

/// The stages: `stages`, else `stages_data` as a list, else `stages_data` as a text that holds one.
pub(crate) fn stages(document: &Value) -> Vec<Item<'_>> {
    let key = if is_collection(document, "stages") {
        "stages"
    } else {
        "stages_data"
    };
    match document.get(key) {
        Some(Value::String(text)) => {
            let Some(embedded) = embedded_list(text) else {
                return Vec::new();
            };
            // Places inside the embedded text mean nothing to a reader: all stand at the text.
            embedded
                .into_iter()
                .map(|value| Item {
                    pointer: push_token("", key),
                    value: Cow::Owned(value),
                    key: None,
                })
                .collect()
        }
        Some(value) => items_of(value, &push_token("", key)),
        None => Vec::new(),
    }
}

/// The list that a text holds as JSON.
pub(crate) fn embedded_list(text: &str) -> Option<Vec<Value>> {
    match json::read(text, &mut View) {
        Ok(Value::Array(items)) => Some(items),
        _ => None,
    }
}

/// Whether there is a list or an object under this key.
pub(crate) fn is_collection(document: &Value, key: &str) -> bool {
    matches!(document.get(key), Some(Value::Array(_) | Value::Object(_)))
}

/// The ids a task depends on.
pub(crate) fn dependencies<'v>(task: &'v Value, pointer: &str) -> Vec<Reference<'v>> {
    DEPENDS_ON
        .into_iter()
        .flat_map(|key| references(task, pointer, key))
        .collect()
}

/// The words under a key: one, or a list of them.
pub(crate) fn references<'v>(value: &'v Value, pointer: &str, key: &str) -> Vec<Reference<'v>> {
    let pointer = push_token(pointer, key);
    match value.get(key) {
        Some(Value::Array(list)) => list
            .iter()
            .enumerate()
            .filter_map(|(index, item)| {
                let pointer = push_token(&pointer, &index.to_string());
                item.as_word().map(|target| Reference { pointer, target })
            })
            .collect(),
        Some(word) => word
            .as_word()
            .map(|target| Reference { pointer, target })
            .into_iter()
            .collect(),
        None => Vec::new(),
    }
}

/// The outcomes of a chain's task and the tasks they lead to (`transitions.success.task_id`).
pub(crate) fn chain_links<'i>(task: &'i Item<'_>) -> impl Iterator<Item = Reference<'i>> {
    let outcomes = task
        .value
        .get("transitions")
        .and_then(Value::as_object)
        .unwrap_or_default();
    outcomes.iter().filter_map(|(outcome, link)| {
        let target = link.get("task_id")?.as_word()?;
        let pointer = push_token(&push_token(&task.pointer, "transitions"), outcome);
        Some(Reference {
            pointer: push_token(&pointer, "task_id"),
            target,
        })
    })
}
