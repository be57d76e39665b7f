//! What stops a start beyond what validation finds in any document.

use std::collections::HashSet;

use super::{Definition, Flow, Position, Task, read};
use crate::run::action::{Holds, Param};
use crate::run::expression::{Path, Root, is_lone, references};
use crate::shape::items;
use crate::validate::{Severity, Type, check_workflow, cycles, types};
use crate::value::push_token;
use crate::{Message, Validation, Value};

/// Spellings of a task's fields that validation leaves to us.
const OTHER_SPELLINGS: [(&str, Type); 8] = [
    ("data_source", Type::Text),
    ("auto_select", Type::Bool),
    ("data_kind", Type::Text),
    ("run_after", Type::Text),
    ("on_failure", Type::Text),
    ("allow_fallback", Type::Bool),
    ("latency", Type::Text),
    ("volume", Type::Text),
];

/// Reads and checks. The findings are in the order of the document's parts.
pub(super) fn read(workflow: &Value) -> Result<(Definition, Validation), Validation> {
    let mut validation = Validation::default();
    check_workflow(workflow, &mut validation);
    for task in items(workflow, "tasks") {
        let (value, pointer) = (&task.value, &task.pointer);
        types(
            Severity::Error,
            value,
            pointer,
            &OTHER_SPELLINGS,
            &mut validation,
        );
    }
    if !validation.valid() {
        return Err(validation);
    }
    let Some(definition) = read::read(workflow, &mut validation) else {
        return Err(validation);
    };
    check_ids(&definition, &mut validation);
    for at in 0..definition.tasks.len() {
        check_task(&definition, at, &mut validation);
    }
    if definition.flow == Flow::Dependencies {
        check_waits(&definition, &mut validation);
    }
    if validation.valid() {
        Ok((definition, validation))
    } else {
        Err(validation)
    }
}

/// Steps without an id are known by their name, which may stand twice.
fn check_ids(definition: &Definition, validation: &mut Validation) {
    let mut seen = HashSet::new();
    for task in &definition.tasks {
        if !seen.insert(&task.id) {
            let message = Message::new("duplicate_id").with("id", &task.id);
            validation.error(&task.pointer, message);
        }
    }
}

fn check_waits(definition: &Definition, validation: &mut Validation) {
    for circle in cycles(&definition.waits()) {
        let names: Vec<_> = circle
            .iter()
            .map(|&at| definition.tasks[at].id.as_str())
            .collect();
        let path = &definition.tasks[circle[0]].pointer;
        let message = Message::new("cycle").with("cycle", names.join(" → "));
        validation.error(path, message);
    }
}

fn check_task(definition: &Definition, at: Position, validation: &mut Validation) {
    let task = &definition.tasks[at];
    let guided = definition.flow != Flow::Dependencies;
    if guided && task.action.name != "manual" && task.ways.len() > 1 {
        let several = |after| task.ways.iter().filter(|way| way.after == after).count() > 1;
        if several(super::Outcome::Success) {
            validation.warning(&task.pointer, Message::new("several_ways"));
        }
    }
    let pointer = push_token(&task.pointer, "params");
    // Steps of earlier tools carry more than a task for a person would.
    if !(guided && task.action.name == "manual") {
        check_params(task, &pointer, validation);
    }
    check_expressions(definition, at, &task.params, &pointer, validation);
    if let super::Condition::When(text) = &task.condition {
        let path = push_token(&task.pointer, "condition");
        check_condition(text, &path, validation);
        check_text(definition, at, text, &path, validation);
    }
}

fn check_params(task: &Task, pointer: &str, validation: &mut Validation) {
    // These two take their input from the run's context; whatever stands here is theirs.
    if task.action.params.is_empty() && task.action.name.starts_with("DataSource") {
        return;
    }
    for param in task.action.params {
        match task.params.get(param.name) {
            None | Some(Value::Null) if param.required => {
                let message = Message::new("parameter_missing").with("param", param.name);
                validation.error(pointer, message);
            }
            None | Some(Value::Null) => {}
            Some(value) => {
                check_param(param, value, &push_token(pointer, param.name), validation);
            }
        }
    }
    for (key, _) in task.params.as_object().unwrap_or_default() {
        if !task.action.params.iter().any(|param| param.name == key) {
            let message = Message::new("parameter_unknown").with("param", key);
            validation.warning(push_token(pointer, key), message);
        }
    }
}

fn check_param(param: &Param, value: &Value, path: &str, validation: &mut Validation) {
    // What an expression will give is not known yet.
    if value.as_str().is_some_and(|text| text.contains("${")) {
        return;
    }
    let expected = match param.holds {
        Holds::Text | Holds::LongText | Holds::Word | Holds::Sql => Type::Word,
        Holds::Whole => Type::Whole(0),
        Holds::Object => Type::Object,
        Holds::List | Holds::Words | Holds::Cases => Type::List,
        Holds::ListOrObject => Type::ListOrObject,
        Holds::Any => return,
    };
    if !expected.fits(value) {
        let message = Message::new(expected.code()).with("field", param.name);
        validation.error(path, message);
    } else if let Some(least) = expected.too_small(value) {
        let message = Message::new("field_too_small").with("field", param.name);
        validation.error(path, message.with("least", least));
    } else if param.holds == Holds::Cases {
        check_cases(value, path, validation);
    }
}

fn check_cases(cases: &Value, path: &str, validation: &mut Validation) {
    for (index, case) in cases.as_array().unwrap_or_default().iter().enumerate() {
        let path = push_token(path, &index.to_string());
        if case.get("task").and_then(Value::as_word).is_none() {
            let message = Message::new("parameter_missing").with("param", "task");
            validation.error(&path, message);
        }
        match case.get("condition") {
            None | Some(Value::Null | Value::Bool(_)) => {}
            Some(Value::String(text)) => {
                check_condition(text, &push_token(&path, "condition"), validation);
            }
            Some(_) => {
                let message = Message::new("condition_not_an_expression");
                validation.error(push_token(&path, "condition"), message);
            }
        }
    }
}

fn check_condition(text: &str, path: &str, validation: &mut Validation) {
    if !is_lone(text) {
        validation.error(path, Message::new("condition_not_an_expression"));
    }
}

fn check_expressions(
    definition: &Definition,
    at: Position,
    value: &Value,
    path: &str,
    validation: &mut Validation,
) {
    match value {
        Value::String(text) if text.contains("${") => {
            check_text(definition, at, text, path, validation);
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = push_token(path, &index.to_string());
                check_expressions(definition, at, item, &path, validation);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                check_expressions(definition, at, member, &push_token(path, key), validation);
            }
        }
        _ => {}
    }
}

/// What validation could not tell: expressions of steps, and outputs that are not there yet.
fn check_text(
    definition: &Definition,
    at: Position,
    text: &str,
    path: &str,
    validation: &mut Validation,
) {
    let found = match references(text) {
        Ok(found) => found,
        // Of tasks with dependencies validation has said so.
        Err(message) => {
            if definition.flow != Flow::Dependencies {
                validation.error(path, message);
            }
            return;
        }
    };
    for Path { root, .. } in found {
        let Root::Task(named) = root else { continue };
        match definition.positions.get(named.as_str()) {
            None => {
                let message = Message::new("unknown_reference").with("target", named);
                validation.error(path, message);
            }
            Some(&other) if !definition.may_come_before(other, at) => {
                let message = Message::new("expression_not_before").with("task", named);
                validation.warning(path, message);
            }
            Some(_) => {}
        }
    }
}

impl Definition {
    /// Whether a task can have an output when the other one starts. Of guided steps nobody knows
    /// the order; a compensation comes when all has ended.
    fn may_come_before(&self, earlier: Position, later: Position) -> bool {
        if self.flow != Flow::Dependencies || self.tasks[later].is_compensation_only() {
            return true;
        }
        let mut seen = HashSet::from([later]);
        let mut open = vec![later];
        while let Some(at) = open.pop() {
            let task = &self.tasks[at];
            for &before in task.depends_on.iter().chain(&task.callers) {
                if before == earlier || self.fallbacks(before).any(|at| at == earlier) {
                    return true;
                }
                if seen.insert(before) {
                    open.push(before);
                }
            }
        }
        false
    }
}
