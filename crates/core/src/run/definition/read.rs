//! Tasks with `dependsOn` (requirement 002), and what all shapes have in common.

use std::collections::HashMap;

use super::{Condition, Definition, Flow, OnFailure, Position, RunAfter, Task, fields, guided};
use crate::run::action::{Action, action};
use crate::run::task_id::TaskId;
use crate::run::work::STANDS_FOR;
use crate::shape::spellings::{ON_FAILURE, TASK_FOLDER};
use crate::shape::{Item, Shape, dependencies, items};
use crate::value::push_token;
use crate::{Message, Validation, Value};

/// Reads a workflow that validation found no error in.
pub(super) fn read(workflow: &Value, validation: &mut Validation) -> Option<Definition> {
    let priority = fields::whole(workflow, &["priority"]).unwrap_or(0);
    let max_concurrent = fields::count(workflow, &["maxConcurrent", "max_concurrent"])
        .map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    let read = match Shape::of(workflow) {
        Shape::Tasks => Some((Flow::Dependencies, tasks(workflow, priority, validation)?)),
        Shape::Chain => guided::chain(workflow, priority, validation),
        Shape::Stages => guided::stages(workflow, priority),
        Shape::Graph => guided::graph(workflow, priority, validation),
        Shape::Empty => None,
    };
    let (flow, tasks) = read.filter(|(_, tasks)| !tasks.is_empty()).or_else(|| {
        validation.error("", Message::new("workflow_empty"));
        None
    })?;
    let mut definition = Definition::link(priority, max_concurrent, flow, tasks);
    definition.task_folder = fields::text(workflow, &TASK_FOLDER);
    Some(definition)
}

/// Names of tasks and where they stand.
pub(super) type Names<'i> = HashMap<&'i str, Position>;

pub(super) fn names<'i>(items: &'i [Item<'_>]) -> Names<'i> {
    let ids = items.iter().enumerate();
    ids.filter_map(|(at, item)| Some((item.id()?, at)))
        .collect()
}

fn tasks(workflow: &Value, priority: i64, validation: &mut Validation) -> Option<Vec<Task>> {
    let list = items(workflow, "tasks");
    let names = names(&list);
    let mut tasks = Vec::with_capacity(list.len());
    for item in &list {
        let mut task = task(item, priority, &names, validation)?;
        let mut depends_on: Vec<_> = dependencies(&item.value, &item.pointer)
            .iter()
            .filter_map(|reference| names.get(reference.target).copied())
            .collect();
        depends_on.sort_unstable();
        depends_on.dedup();
        task.depends_on = depends_on;
        tasks.push(task);
    }
    Some(tasks)
}

/// A task that names its action, without what comes before or after it.
pub(super) fn task(
    item: &Item<'_>,
    priority: i64,
    names: &Names<'_>,
    validation: &mut Validation,
) -> Option<Task> {
    let value = item.value.as_ref();
    let name = fields::text(value, &["action"])?;
    let Some(action) = action(&name) else {
        let path = push_token(&item.pointer, "action");
        validation.error(path, Message::new("unknown_action").with("action", name));
        return None;
    };
    let mut task = blank(item, action, priority)?;
    task.params = match value.get("params") {
        Some(params @ Value::Object(_)) => params.clone(),
        _ => Value::Object(Vec::new()),
    };
    task.idempotent = fields::truth(value, &["idempotent"])
        .unwrap_or_else(|| action.idempotent_by_default(&task.params));
    if let Some(capabilities) = fields::words(value, &["capabilities"]) {
        task.capabilities = capabilities;
    }
    let target = |name: &str| names.get(name.trim()).copied();
    let reaction = fields::text(value, &ON_FAILURE);
    task.on_failure = match reaction.as_deref() {
        Some("continue") => OnFailure::Continue,
        Some(other) => other
            .strip_prefix("fallback:")
            .and_then(target)
            .map_or(OnFailure::Stop, OnFailure::Fallback),
        None => OnFailure::Stop,
    };
    task.compensate = fields::text(value, &["compensate"]).and_then(|name| target(&name));
    task.calls = match task.on_failure {
        OnFailure::Fallback(fallback) => vec![fallback],
        _ => Vec::new(),
    };
    if action.name == "branch" {
        let cases = task.params.get("when").and_then(Value::as_array);
        for case in cases.unwrap_or_default() {
            let called = case.get("task").and_then(Value::as_word).and_then(target);
            task.calls
                .extend(called.filter(|at| !task.calls.contains(at)));
        }
    }
    Some(task)
}

/// A task of this action with the fields that every shape may give.
pub(super) fn blank(item: &Item<'_>, action: &'static Action, priority: i64) -> Option<Task> {
    let value = item.value.as_ref();
    let id = item.id().or_else(|| item.name())?;
    let mut routing = fields::routing(value);
    let by_action = || action.data_kind.map(str::to_owned);
    routing.data_kind = routing.data_kind.or_else(by_action);
    Some(Task {
        id: TaskId::from(id),
        name: item.name().unwrap_or(id).to_owned(),
        pointer: item.pointer.clone(),
        action,
        params: Value::Object(Vec::new()),
        routing,
        depends_on: Vec::new(),
        run_after: fields::run_after(value),
        condition: fields::condition(value),
        priority: fields::whole(value, &["priority"]).unwrap_or(priority),
        timeout: fields::count(value, &["timeout"]).filter(|&ms| ms > 0),
        retry: fields::retry(value),
        idempotent: action.idempotent_by_default(&Value::Null),
        on_failure: OnFailure::Stop,
        compensate: None,
        capabilities: action
            .capabilities
            .iter()
            .map(|&word| word.to_owned())
            .collect(),
        ways: Vec::new(),
        dependents: Vec::new(),
        calls: Vec::new(),
        callers: Vec::new(),
        undoes: Vec::new(),
    })
}

/// A step for a person: what the document says of it is the instruction, its checklist is there
/// to be ticked. Its other fields belong to the tool that wrote it.
pub(super) fn manual(item: &Item<'_>, priority: i64) -> Option<Task> {
    let mut task = blank(item, action("manual")?, priority)?;
    let value = item.value.as_ref();
    let given = [
        ("instruction", ["instruction", "description"].as_slice()),
        ("checklist", &["checklist"]),
        ("fields", &["fields"]),
        ("deliverables", &["deliverables"]),
    ];
    let params = given
        .into_iter()
        .filter_map(|(key, keys)| Some((key.to_owned(), literal(value.get_any(keys)?))));
    let stands_for = stands_for(value).map(|step| (STANDS_FOR.to_owned(), literal(&step)));
    task.params = Value::Object(params.chain(stands_for).collect());
    task.condition = Condition::Always;
    task.run_after = RunAfter::Success;
    task.timeout = None;
    task.retry = super::Retry::default();
    task.priority = priority;
    Some(task)
}

/// Types of steps that are for people, or only mark where a graph begins, ends or forks.
const FOR_PEOPLE: [&str; 16] = [
    "manual",
    "human",
    "person",
    "user",
    "people",
    "review",
    "approval",
    "input",
    "form",
    "checklist",
    "stage",
    "step",
    "task",
    "start",
    "end",
    "simple",
];

/// What a step of another tool would do, where it says of which type it is and that is nothing a
/// person would expect to do: its type and its settings.
fn stands_for(step: &Value) -> Option<Value> {
    let kind = step.get("type")?.as_str()?.trim();
    let word = kind.to_ascii_lowercase();
    let word = ["_node", "_task", "_step", "_review", "_input"]
        .iter()
        .find_map(|end| word.strip_suffix(end))
        .unwrap_or(&word);
    if word.is_empty() || FOR_PEOPLE.contains(&word) {
        return None;
    }
    let settings = step.get("config").cloned().unwrap_or_else(|| {
        let of_people = [
            "id",
            "name",
            "type",
            "description",
            "instruction",
            "position",
        ];
        let members = step.as_object().unwrap_or_default().iter();
        let members = members.filter(|(key, _)| !of_people.contains(&key.as_str()));
        Value::Object(members.cloned().collect())
    });
    Some(Value::object([
        ("kind", kind.into()),
        ("settings", settings),
    ]))
}

/// A text of another tool means what it says: its `${…}` is no expression of ours.
fn literal(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("${", "$${")),
        Value::Array(items) => Value::Array(items.iter().map(literal).collect()),
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(key, value)| (key.clone(), literal(value)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}
