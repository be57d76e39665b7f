//! Keys of a task that mean nothing to a run and look like one that does: kept as they are, and said.
//! Whatever else other tools wrote into a task is theirs.

use super::Validation;
use super::reference::nearest;
use super::task::{FIELDS, SPELLED_FIELDS};
use crate::run::action::Action;
use crate::shape::Item;
use crate::value::push_token;
use crate::{Message, Value};

/// Keys beside those with a type: of a task that is carried out, and of a person's work.
const OTHERS: [&str; 12] = [
    "condition",
    "when",
    "retry",
    "transitions",
    "title",
    "description",
    "checklist",
    "deliverables",
    "fields",
    "type",
    "config",
    "position",
];

/// What other tools call what a run reads.
const ELSEWHERE: [(&str, &str); 18] = [
    ("parameters", "params"),
    ("arguments", "params"),
    ("args", "params"),
    ("inputs", "params"),
    ("input", "params"),
    ("with", "params"),
    ("needs", "dependsOn"),
    ("after", "dependsOn"),
    ("requires", "dependsOn"),
    ("if", "condition"),
    ("retries", "retry"),
    ("uses", "action"),
    ("source", "dataSource"),
    ("database", "dataSource"),
    ("connection", "dataSource"),
    ("onError", "onFailure"),
    ("on_error", "onFailure"),
    ("fallback", "onFailure"),
];

/// Says which keys of a task are probably meant to be others.
pub(super) fn check(task: &Item<'_>, action: &Action, validation: &mut Validation) {
    let (value, pointer) = (task.value.as_ref(), task.pointer.as_str());
    for (key, _) in value.as_object().unwrap_or_default() {
        if known().any(|known| known == key) {
            continue;
        }
        let Some(meant) = meant(key, value, action) else {
            continue;
        };
        let message = Message::new("unknown_task_key")
            .with("key", key)
            .with("task", task.name().unwrap_or_default())
            .with("meant", meant);
        validation.warning(push_token(pointer, key), message);
    }
}

fn known() -> impl Iterator<Item = &'static str> {
    let fields = FIELDS.iter().map(|(key, _)| *key);
    let spelled = SPELLED_FIELDS.iter().flat_map(|(keys, _)| *keys);
    fields.chain(spelled).chain(OTHERS)
}

/// The key that is probably meant: a parameter that stands beside `params`, or one that the task does not
/// have and that is called so elsewhere, or nearly so.
fn meant(key: &str, task: &Value, action: &Action) -> Option<String> {
    if action.params.iter().any(|param| param.name == key) {
        return Some(format!("params.{key}"));
    }
    let elsewhere = ELSEWHERE.iter().find(|(name, _)| *name == key);
    let near = || nearest(key, known());
    let meant = elsewhere.map(|(_, meant)| *meant).or_else(near)?;
    task.get(meant).is_none().then(|| meant.to_owned())
}
