//! What stops a start beyond what validation finds in any document.

use std::collections::HashSet;

use super::{Definition, Flow, OnFailure, Position, Task, guided, read};
use crate::run::action::{Holds, Param};
use crate::run::expression::{Path, Root, is_lone, references};
use crate::run::work::Work;
use crate::shape::{Item, Shape, items, stages};
use crate::validate::{Known, Type, check_step, check_workflow, cycles};
use crate::value::push_token;
use crate::{Message, Validation, Value};

/// How many tasks are looked at, all in all, to tell whether outputs can be there when they are
/// used. It is only a warning: in a definition so large that this is not enough, the rest go
/// without.
const LOOKS: usize = 2_000_000;

/// Reads and checks. The findings are in the order of the document's parts.
pub(super) fn read(workflow: &Value) -> Result<(Definition, Validation), Validation> {
    let mut validation = Validation::default();
    check_workflow(workflow, &mut validation);
    match Shape::of(workflow) {
        Shape::Chain => check_steps(&items(workflow, "tasks"), &mut validation),
        Shape::Graph => check_steps(&items(workflow, "nodes"), &mut validation),
        Shape::Tasks | Shape::Stages | Shape::Empty => {}
    }
    if !validation.valid() {
        return Err(validation);
    }
    let Some(definition) = read::read(workflow, &mut validation) else {
        return Err(validation);
    };
    check_ids(&definition, &mut validation);
    check_set_aside(workflow, &mut validation);
    check_stand_ins(&definition, &mut validation);
    let mut looks = LOOKS;
    for at in 0..definition.tasks.len() {
        check_task(&definition, at, &mut looks, &mut validation);
    }
    let in_circles = check_fallbacks(&definition, &mut validation);
    if definition.flow == Flow::Dependencies && !in_circles {
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

/// Steps that stand beside those of another shape: a run does nothing of them.
fn check_set_aside(workflow: &Value, validation: &mut Validation) {
    let aside = match Shape::of(workflow) {
        Shape::Tasks | Shape::Chain => [stages(workflow), items(workflow, "nodes")].concat(),
        Shape::Graph => stages(workflow),
        Shape::Stages | Shape::Empty => Vec::new(),
    };
    if let Some(first) = aside.first() {
        let message = Message::new("steps_not_run").with("count", aside.len());
        validation.warning(&first.pointer, message);
    }
}

/// Steps of other tools that a person does instead, each type of them once.
fn check_stand_ins(definition: &Definition, validation: &mut Validation) {
    let mut kinds: Vec<(String, &str, Vec<&str>)> = Vec::new();
    for task in definition
        .tasks
        .iter()
        .filter(|task| task.action.name == "manual")
    {
        let Some(step) = Work::read(&task.params).stands_for else {
            continue;
        };
        match kinds.iter_mut().find(|(kind, ..)| *kind == step.kind) {
            Some((.., names)) => names.push(&task.name),
            None => kinds.push((step.kind, &task.pointer, vec![&task.name])),
        }
    }
    for (kind, pointer, names) in kinds {
        let message = Message::new("step_not_carried_out").with("type", kind);
        validation.warning(pointer, message.with("steps", names.join(", ")));
    }
}

/// Steps that name an action; of other shapes validation knows only how they lead to one another.
fn check_steps(steps: &[Item<'_>], validation: &mut Validation) {
    // Validation has said which ids stand twice.
    let mut known = Known::of(steps, "task", &mut Validation::default());
    for step in steps.iter().filter_map(guided::automatic) {
        check_step(&step, &mut known, validation);
    }
}

/// Fallbacks that come back to where they began: which of them has failed for good would never be
/// known. Says whether there are any.
fn check_fallbacks(definition: &Definition, validation: &mut Validation) -> bool {
    let fallback = |at: Position| match definition.tasks[at].on_failure {
        OnFailure::Fallback(fallback) => vec![fallback],
        _ => Vec::new(),
    };
    let edges: Vec<_> = (0..definition.tasks.len()).map(fallback).collect();
    let to_itself = (0..edges.len()).filter(|&at| edges[at] == [at]);
    let mut circles: Vec<_> = to_itself.map(|at| vec![at, at]).collect();
    circles.extend(cycles(&edges));
    tell_circles("fallback_cycle", definition, &circles, validation);
    !circles.is_empty()
}

fn check_waits(definition: &Definition, validation: &mut Validation) {
    tell_circles(
        "cycle",
        definition,
        &cycles(&definition.waits()),
        validation,
    );
}

fn tell_circles(
    code: &str,
    definition: &Definition,
    circles: &[Vec<Position>],
    validation: &mut Validation,
) {
    for circle in circles {
        let ids = circle.iter().map(|&at| definition.tasks[at].id.as_str());
        let names: Vec<_> = ids.collect();
        let path = &definition.tasks[circle[0]].pointer;
        let message = Message::new(code).with("cycle", names.join(" → "));
        validation.error(path, message);
    }
}

fn check_task(
    definition: &Definition,
    at: Position,
    looks: &mut usize,
    validation: &mut Validation,
) {
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
    let mut text = |text: &str, path: &str| {
        check_text(definition, at, text, path, looks, validation);
    };
    task.each_expression(&mut text);
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
        Holds::Any | Holds::Content => return,
    };
    if !expected.fits(value) {
        let message = Message::new(expected.code()).with("field", param.name);
        validation.error(path, message);
    } else if let Some(least) = expected.too_small(value) {
        let message = Message::new("field_too_small").with("field", param.name);
        validation.error(path, message.with("least", least));
    } else if param.holds == Holds::Whole && value.as_whole().is_none() {
        let message = Message::new("field_too_large").with("field", param.name);
        validation.error(path, message);
    } else if let Some(most) = param.exceeded(value) {
        let message = Message::new("field_above").with("field", param.name);
        validation.error(path, message.with("most", most));
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

/// What validation could not tell: expressions of steps, and outputs that are not there yet.
fn check_text(
    definition: &Definition,
    at: Position,
    text: &str,
    path: &str,
    looks: &mut usize,
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
            Some(&other) if !definition.may_come_before(other, at, looks) => {
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
    /// Whoever has no `looks` left is believed.
    fn may_come_before(&self, earlier: Position, later: Position, looks: &mut usize) -> bool {
        if self.flow != Flow::Dependencies || self.tasks[later].is_compensation_only() {
            return true;
        }
        let mut seen = HashSet::from([later]);
        let mut open = vec![later];
        while let Some(at) = open.pop() {
            let task = &self.tasks[at];
            for &before in task.depends_on.iter().chain(&task.callers) {
                let Some(left) = looks.checked_sub(1) else {
                    return true;
                };
                *looks = left;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Format};

    #[test]
    fn no_more_is_looked_at_than_was_allowed() {
        let task = |n: usize| {
            let before = n.saturating_sub(1);
            format!(r#"{{"id": "t{n}", "action": "manual", "dependsOn": ["t{before}"]}}"#)
        };
        let tasks: Vec<_> = (2..100).map(task).collect();
        let first = r#"{"id": "t1", "action": "manual"}, {"id": "other", "action": "manual"}"#;
        let text = format!(r#"{{"tasks": [{first}, {}]}}"#, tasks.join(", "));
        let document = Document::parse(Format::Json, text).unwrap();
        let definition = Definition::read(document.value()).unwrap();
        let (other, last) = (1, definition.tasks.len() - 1);
        let comes_before = |mut looks| {
            let answer = definition.may_come_before(other, last, &mut looks);
            (answer, looks)
        };
        assert_eq!(comes_before(1000), (false, 902));
        assert_eq!(comes_before(50), (true, 0));
    }
}
