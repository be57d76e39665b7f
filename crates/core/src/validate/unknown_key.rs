//! Keys of a task, and of how it is tried again, that mean nothing to a run and look like one that does: kept as they are, and said.
//! Whatever else other tools wrote into a task is theirs.

use super::Validation;
use super::reference::nearest;
use super::task::{FIELDS, RETRY_FIELDS, SPELLED_FIELDS};
use crate::run::action::{Action, action};
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

/// What other tools call what a run reads of `retry`.
const RETRY_ELSEWHERE: [(&str, &str); 16] = [
    ("max", "limit"),
    ("maxRetries", "limit"),
    ("max_retries", "limit"),
    ("maxAttempts", "limit"),
    ("max_attempts", "limit"),
    ("attempts", "limit"),
    ("retries", "limit"),
    ("count", "limit"),
    ("times", "limit"),
    ("interval", "delay"),
    ("wait", "delay"),
    ("delayMs", "delay"),
    ("delay_ms", "delay"),
    ("initialDelay", "delay"),
    ("factor", "backoff"),
    ("multiplier", "backoff"),
];

/// Says which keys of an object `retry` nothing reads: a task that is meant to be tried again would not be. Only where
/// the task names an action of ours; what another engine reads, it knows.
pub(super) fn check_retry(task: &Item<'_>, retry: &Value, validation: &mut Validation) {
    let named = task.value.get("action").and_then(Value::as_str);
    if named.and_then(action).is_none() {
        return;
    }
    let known = RETRY_FIELDS.map(|(key, _)| key);
    let pointer = push_token(&task.pointer, "retry");
    for (key, _) in retry.as_object().unwrap_or_default() {
        if known.contains(&key.as_str()) {
            continue;
        }
        let elsewhere = RETRY_ELSEWHERE.iter().find(|(name, _)| name == key);
        let near = || nearest(key, known.into_iter());
        let meant = elsewhere.map(|(_, meant)| *meant).or_else(near);
        let message = match meant.filter(|meant| retry.get(meant).is_none()) {
            Some(meant) => Message::new("unknown_retry_key_suggestion").with("suggestion", meant),
            None => Message::new("unknown_retry_key"),
        };
        let message = message
            .with("key", key)
            .with("task", task.name().unwrap_or_default())
            .with("known", known.join(", "));
        validation.warning(push_token(&pointer, key), message);
    }
}

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
