//! The fields of a task that the engine runs (contracts, "A definition that runs").

use super::field::{Type, choice, types};
use super::reference::{Known, nearest};
use super::{Severity, Validation, unknown_key};
use crate::run::action::{ACTIONS, CAPABILITIES, action};
use crate::run::expression::{Root, is_lone, references as paths_in};
use crate::shape::spellings::{
    ALLOW_FALLBACK, AUTO_SELECT, DATA_KIND, DATA_SOURCE, ON_FAILURE, RUN_AFTER,
};
use crate::shape::{DEPENDS_ON, Item, Reference, references};
use crate::value::push_token;
use crate::{Message, Value};

/// Fields of a task and the types a run needs them to have.
pub(super) const FIELDS: [(&str, Type); 14] = [
    ("id", Type::Word),
    ("name", Type::Word),
    ("action", Type::Text),
    ("params", Type::Object),
    ("latency", Type::Text),
    ("volume", Type::Text),
    ("dependsOn", Type::Words),
    ("depends_on", Type::Words),
    ("dependencies", Type::Words),
    ("priority", Type::Whole(i64::MIN)),
    ("timeout", Type::Whole(1)),
    ("idempotent", Type::Bool),
    ("compensate", Type::Word),
    ("capabilities", Type::Words),
];

/// Fields that come in two spellings.
pub(super) const SPELLED_FIELDS: [([&str; 2], Type); 6] = [
    (DATA_SOURCE, Type::Text),
    (AUTO_SELECT, Type::Bool),
    (DATA_KIND, Type::Text),
    (RUN_AFTER, Type::Text),
    (ON_FAILURE, Type::Text),
    (ALLOW_FALLBACK, Type::Bool),
];

pub(super) const RETRY_FIELDS: [(&str, Type); 5] = [
    ("limit", Type::Whole(0)),
    ("delay", Type::Amount),
    ("backoff", Type::Amount),
    ("jitter", Type::Bool),
    ("on", Type::Words),
];

/// Checks one task by itself and the references in it.
pub(super) fn check(task: &Item<'_>, known: &mut Known<'_>, validation: &mut Validation) {
    let (value, pointer) = (task.value.as_ref(), task.pointer.as_str());
    if value.as_object().is_none() {
        validation.error(
            pointer,
            Message::new("part_not_object").with("part", "task"),
        );
        return;
    }
    if task.id().is_none() {
        let message = match task.name() {
            Some(name) => Message::new("missing_id_named").with("name", name),
            None => Message::new("missing_id"),
        };
        validation.error(pointer, message);
    }
    check_action(value, pointer, validation);
    // What an action does that is not known here, and with which keys, another engine knows.
    if let Some(action) = value.get("action").and_then(Value::as_str).and_then(action) {
        unknown_key::check(task, action, validation);
    }
    check_fields(task, &DEPENDS_ON, known, validation);
    for key in ["params", "condition", "when"] {
        if let Some(inner) = value.get(key).filter(|inner| has_expression(inner)) {
            check_expressions(inner, &push_token(pointer, key), known, validation);
        }
    }
}

/// Checks what a step of another shape says of the action it names: its fields mean to a run what
/// they mean in a task.
pub(crate) fn check_step(step: &Item<'_>, known: &mut Known<'_>, validation: &mut Validation) {
    check_fields(step, &[], known, validation);
}

/// Fields by themselves, and the tasks they name; under the keys `depends_on` those before it.
fn check_fields(
    task: &Item<'_>,
    depends_on: &[&str],
    known: &mut Known<'_>,
    validation: &mut Validation,
) {
    let (value, pointer) = (task.value.as_ref(), task.pointer.as_str());
    types(Severity::Error, value, pointer, &FIELDS, validation);
    for (spellings, expected) in SPELLED_FIELDS {
        let fields = spellings.map(|key| (key, expected));
        types(Severity::Error, value, pointer, &fields, validation);
    }
    check_capabilities(value, pointer, validation);
    check_retry(task, validation);
    check_routing(value, pointer, validation);
    check_fallback(value, pointer, validation);
    check_references(task, depends_on, known, validation);
    check_condition(value, pointer, validation);
}

fn check_action(value: &Value, pointer: &str, validation: &mut Validation) {
    let path = push_token(pointer, "action");
    match value.get("action") {
        None | Some(Value::Null) => validation.error(pointer, Message::new("no_action")),
        Some(Value::String(action)) if action.trim().is_empty() => {
            validation.error(path, Message::new("no_action"));
        }
        Some(Value::String(name)) if action(name).is_none() => {
            // Only a warning: the document may be meant for an engine that knows more.
            let message = match nearest(name, ACTIONS.iter().map(|action| action.name)) {
                Some(near) => Message::new("unknown_action_suggestion").with("suggestion", near),
                None => Message::new("unknown_action"),
            };
            validation.warning(path, message.with("action", name));
        }
        _ => {}
    }
}

/// No agent can have been given an unknown capability, so the task would wait for ever. Only a
/// warning: the document may be meant for another engine.
fn check_capabilities(value: &Value, pointer: &str, validation: &mut Validation) {
    let Some(found) = value.get("capabilities") else {
        return;
    };
    let path = push_token(pointer, "capabilities");
    let words: Vec<_> = match found {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    };
    for (index, word) in words.into_iter().enumerate() {
        let Some(word) = word.as_word().filter(|word| !CAPABILITIES.contains(word)) else {
            continue;
        };
        let path = match found {
            Value::Array(_) => push_token(&path, &index.to_string()),
            _ => path.clone(),
        };
        let message = Message::new("unknown_capability").with("capability", word);
        validation.warning(path, message.with("known", CAPABILITIES.join(", ")));
    }
}

/// `retry` is a number of further tries, or an object.
fn check_retry(task: &Item<'_>, validation: &mut Validation) {
    let (value, pointer) = (task.value.as_ref(), task.pointer.as_str());
    match value.get("retry") {
        Some(retry @ Value::Object(_)) => {
            let pointer = push_token(pointer, "retry");
            types(Severity::Error, retry, &pointer, &RETRY_FIELDS, validation);
            unknown_key::check_retry(task, retry, validation);
        }
        Some(_) => {
            types(
                Severity::Error,
                value,
                pointer,
                &[("retry", Type::Whole(0))],
                validation,
            );
        }
        None => {}
    }
}

fn check_routing(value: &Value, pointer: &str, validation: &mut Validation) {
    let has_source = value
        .get_any(&DATA_SOURCE)
        .and_then(Value::as_str)
        .is_some_and(|s| !s.is_empty());
    for key in AUTO_SELECT {
        if value.get(key) == Some(&Value::Bool(false)) && !has_source {
            let message = Message::new("no_data_source");
            validation.error(push_token(pointer, key), message);
        }
    }
    let mut choices = |severity, keys: &[&str], choices: &[&str]| {
        for key in keys {
            choice(severity, value, pointer, key, choices, validation);
        }
    };
    let kinds = ["business", "cache", "temporary", "history", "log", "search"];
    choices(Severity::Warning, &DATA_KIND, &kinds);
    choices(Severity::Warning, &["latency"], &["low", "normal"]);
    choices(
        Severity::Warning,
        &["volume"],
        &["small", "medium", "large"],
    );
    choices(Severity::Error, &RUN_AFTER, &["success", "any"]);
    let reactions = ["stop", "continue", "fallback:TASK"];
    for key in ON_FAILURE {
        let reaction = value.get(key).and_then(Value::as_str);
        if !reaction.is_some_and(|reaction| reaction.starts_with("fallback:")) {
            choices(Severity::Error, &[key], &reactions);
        }
    }
}

/// What a source numbers itself cannot be told apart at another one, so a new record without a key
/// waits for its own.
fn check_fallback(value: &Value, pointer: &str, validation: &mut Validation) {
    let adds = value.get("action").and_then(Value::as_str) == Some("record.add");
    let has_key = value
        .pointer("/params/key")
        .is_some_and(|key| !key.is_null());
    for key in ALLOW_FALLBACK {
        if adds && !has_key && value.get(key) == Some(&Value::Bool(true)) {
            let message = Message::new("fallback_without_key");
            validation.warning(push_token(pointer, key), message);
        }
    }
}

fn check_references(
    task: &Item<'_>,
    depends_on: &[&str],
    known: &mut Known<'_>,
    validation: &mut Validation,
) {
    let (value, pointer) = (task.value.as_ref(), task.pointer.as_str());
    let mut named: Vec<Reference<'_>> = depends_on
        .iter()
        .chain(&["compensate"])
        .flat_map(|key| references(value, pointer, key))
        .collect();
    for key in ON_FAILURE {
        let fallback = value.get(key).and_then(Value::as_str);
        if let Some(target) = fallback.and_then(|reaction| reaction.strip_prefix("fallback:")) {
            named.push(Reference {
                pointer: push_token(pointer, key),
                target: target.trim(),
            });
        }
    }
    if value.get("action").and_then(Value::as_str) == Some("branch") {
        named.extend(branch_targets(value, pointer));
    }
    for reference in &named {
        if task.id() == Some(reference.target) {
            let message = Message::new("self_dependency").with("id", reference.target);
            validation.error(reference.pointer.clone(), message);
        } else {
            known.check_id(Severity::Error, reference, validation);
        }
    }
}

/// The tasks a branch may call: `params.when[].task`.
fn branch_targets<'v>(task: &'v Value, pointer: &str) -> Vec<Reference<'v>> {
    let when = task
        .pointer("/params/when")
        .and_then(Value::as_array)
        .unwrap_or_default();
    let cases = when.iter().enumerate();
    cases
        .filter_map(|(index, case)| {
            let target = case.get("task")?.as_word()?;
            Some(Reference {
                pointer: format!("{pointer}/params/when/{index}/task"),
                target,
            })
        })
        .collect()
}

/// A condition is one expression, or plainly true or false.
fn check_condition(value: &Value, pointer: &str, validation: &mut Validation) {
    match value.get("condition") {
        None | Some(Value::Null | Value::Bool(_)) => {}
        Some(Value::String(text)) if is_lone(text) => {}
        Some(_) => {
            let path = push_token(pointer, "condition");
            validation.error(path, Message::new("condition_not_an_expression"));
        }
    }
}

/// Whether there is anything to check: most parameters hold no expression, and naming the place
/// of each is the costly part.
fn has_expression(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("${"),
        Value::Array(items) => items.iter().any(has_expression),
        Value::Object(members) => members.iter().any(|(_, member)| has_expression(member)),
        _ => false,
    }
}

fn check_expressions(
    value: &Value,
    pointer: &str,
    known: &mut Known<'_>,
    validation: &mut Validation,
) {
    match value {
        Value::String(text) => {
            check_text(text, pointer, known, validation);
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let pointer = push_token(pointer, &index.to_string());
                check_expressions(item, &pointer, known, validation);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                check_expressions(member, &push_token(pointer, key), known, validation);
            }
        }
        _ => {}
    }
}

/// That the expressions of a text can be read, and that the tasks they name are there.
fn check_text(text: &str, pointer: &str, known: &mut Known<'_>, validation: &mut Validation) {
    let paths = match paths_in(text) {
        Ok(paths) => paths,
        Err(message) => return validation.error(pointer, message),
    };
    for path in paths {
        if let Root::Task(target) = &path.root {
            let reference = Reference {
                pointer: pointer.to_owned(),
                target,
            };
            known.check_id(Severity::Error, &reference, validation);
        }
    }
}
