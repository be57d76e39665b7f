//! The kind of a document, from what it says.

use crate::document::{Document, markdown};
use crate::shape::{DEPENDS_ON, is_collection, items};
use crate::{Kind, Message, Value};

/// Front matter keys that only rules have.
const RULE_KEYS: [&str; 6] = [
    "globs",
    "alwaysApply",
    "always_apply",
    "rule_type",
    "rule_id",
    "applies_to",
];

/// Keys of a roadmap's tasks that a workflow's never have.
const ROADMAP_TASK_KEYS: [&str; 8] = [
    "milestone",
    "milestone_id",
    "epic",
    "story",
    "assignee",
    "assignees",
    "estimate",
    "labels",
];

/// The kind of an object, when it has the parts of one.
pub(super) fn of_object(value: &Value) -> Option<Kind> {
    let has = |key: &str| value.get(key).is_some_and(|value| !value.is_null());
    // A template says what it makes (`type: roadmap`), so its own parts are looked at first.
    if is_template(value) {
        return Some(Kind::Template);
    }
    let said = value
        .get("type")
        .and_then(Value::as_str)
        .map(str::to_ascii_lowercase);
    let said = said.as_deref().unwrap_or_default();
    let workflow_parts = ["stages", "stages_data", "nodes"]
        .iter()
        .any(|key| has(key));
    if workflow_parts && !(has("milestones") || has("epics")) {
        return Some(Kind::Workflow);
    }
    if said == "rule" || (has("content") && RULE_KEYS.iter().any(|key| has(key))) {
        return Some(Kind::Rule);
    }
    if said == "roadmap"
        || ["milestones", "epics", "stories"]
            .iter()
            .any(|key| is_collection(value, key))
    {
        return Some(Kind::Roadmap);
    }
    if is_collection(value, "tasks") {
        return Some(if has_roadmap_tasks(value) {
            Kind::Roadmap
        } else {
            Kind::Workflow
        });
    }
    let engine_keys = [
        "trigger",
        "maxConcurrent",
        "max_concurrent",
        "schedule",
        "source_rule",
    ];
    let named = has("id") || has("name");
    let workflow = matches!(said, "workflow" | "flow" | "workflow_definition")
        || (named && engine_keys.iter().any(|key| has(key)));
    workflow.then_some(Kind::Workflow)
}

fn is_template(value: &Value) -> bool {
    let has = |key: &str| value.get(key).is_some_and(|value| !value.is_null());
    let variables = is_collection(value, "variables");
    let content = matches!(
        value.get("content"),
        Some(Value::String(_) | Value::Object(_))
    );
    // A text under `template` may as well be the name of one that was used.
    let wrapped = match value.get("template") {
        Some(Value::Object(_)) => true,
        Some(Value::String(text)) => variables || has_placeholders(text),
        _ => false,
    };
    let said = value.get("type").and_then(Value::as_str) == Some("template");
    (wrapped && (variables || !has("tasks") && !has("stages"))) || (content && (variables || said))
}

/// Whether the tasks are those of a roadmap: titled work items, nothing that runs.
fn has_roadmap_tasks(value: &Value) -> bool {
    let tasks = items(value, "tasks");
    let runs = |task: &Value| {
        ["action", "params", "transitions", "dataSource", "trigger"]
            .iter()
            .chain(&DEPENDS_ON)
            .any(|key| task.get(key).is_some())
    };
    if tasks.is_empty() || tasks.iter().any(|task| runs(&task.value)) {
        // No tasks tell nothing: a roadmap's title does.
        return tasks.is_empty()
            && value
                .get("metadata")
                .is_some_and(|m| m.get("title").is_some());
    }
    let planned = |task: &Value| {
        ROADMAP_TASK_KEYS.iter().any(|key| task.get(key).is_some())
            || (task.get("title").is_some() && task.get("status").is_some())
    };
    tasks.iter().any(|task| planned(&task.value))
}

/// The kind of a Markdown document. `is_rule_file`: the name says rule (`.mdc`).
pub(super) fn of_markdown(document: &Document, is_rule_file: bool) -> Result<Kind, Message> {
    let text = document.text();
    let parts = markdown::parts(text);
    let value = document.value();
    let has = |key: &str| value.get(key).is_some();
    match value.get("type").and_then(Value::as_str) {
        Some("rule") => return Ok(Kind::Rule),
        Some("template") => return Ok(Kind::Template),
        _ => {}
    }
    let front = parts.front.map(|front| &text[front]);
    let in_front = front.is_some_and(has_placeholders);
    let in_body = has_placeholders(&text[parts.body]);
    if is_collection(value, "variables") || in_front || (in_body && !is_rule_file) {
        return Ok(Kind::Template);
    }
    let rule_like = ["description", "name", "title", "id"]
        .iter()
        .chain(&RULE_KEYS)
        .any(|key| has(key));
    if is_rule_file || (front.is_some() && rule_like) {
        return Ok(Kind::Rule);
    }
    Err(Message::new("not_ours_plain_text"))
}

/// Whether there is a `{{ name }}` or `{% statement %}` outside code.
fn has_placeholders(text: &str) -> bool {
    let mut fenced = false;
    text.lines().any(|line| {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            fenced = !fenced;
            return false;
        }
        // Between backticks stands what is talked about, not what is filled in.
        !fenced && line.split('`').step_by(2).any(is_placeholder_in)
    })
}

fn is_placeholder_in(text: &str) -> bool {
    [("{{", "}}"), ("{%", "%}")].iter().any(|(open, close)| {
        text.split(open).skip(1).any(|rest| {
            rest.split_once(close).is_some_and(|(inner, _)| {
                inner
                    .trim_start_matches('-')
                    .trim()
                    .starts_with(|c: char| c.is_alphabetic() || c == '_')
            })
        })
    })
}
