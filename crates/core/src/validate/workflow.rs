//! A workflow as a whole: its own fields, then its parts by shape.

use std::collections::HashSet;

use super::cycle::cycles;
use super::field::{Type, choice, types};
use super::reference::Known;
use super::{Severity, Validation, graph, task};
use crate::bound::is_whole_path;
use crate::schedule::{check_cron, is_zone};
use crate::shape::{
    DEPENDS_ON, Item, Shape, dependencies, embedded_list, is_collection, items, stages,
};
use crate::value::push_token;
use crate::{Message, Value};

/// Fields of a workflow and the types a run needs them to have.
const FIELDS: [(&str, Type); 11] = [
    ("id", Type::Word),
    ("name", Type::Word),
    ("priority", Type::Whole(i64::MIN)),
    ("maxConcurrent", Type::Whole(1)),
    ("max_concurrent", Type::Whole(1)),
    ("schedule", Type::Object),
    ("watch", Type::Object),
    ("taskFolder", Type::Word),
    ("task_folder", Type::Word),
    ("tasks", Type::ListOrObject),
    ("transitions", Type::ListOrObject),
];

/// Checks a workflow of any shape.
pub(crate) fn check(workflow: &Value, validation: &mut Validation) {
    check_name(workflow, validation);
    types(Severity::Error, workflow, "", &FIELDS, validation);
    check_trigger(workflow, validation);
    check_schedule(workflow, validation);
    check_watch(workflow, validation);
    check_stage_list(workflow, validation);
    let stages = stages(workflow);
    if !stages.is_empty() {
        graph::check_stages(workflow, &stages, validation);
    }
    match Shape::of(workflow) {
        Shape::Graph => graph::check_graph(workflow, &items(workflow, "nodes"), validation),
        Shape::Chain => graph::check_chain(workflow, &items(workflow, "tasks"), validation),
        Shape::Tasks => check_tasks(&items(workflow, "tasks"), validation),
        Shape::Stages => {}
        Shape::Empty => validation.warning("", Message::new("workflow_empty")),
    }
}

/// A name that is missing is offered one; only its absence is said.
pub(super) fn check_name(document: &Value, validation: &mut Validation) {
    let named = |value: &Value| {
        ["name", "title"].iter().any(|key| {
            value.get(key).is_some_and(|name| {
                // A name of the wrong type is said elsewhere.
                name.as_word()
                    .map_or(!name.is_null(), |word| !word.trim().is_empty())
            })
        })
    };
    if !named(document) && !document.get("metadata").is_some_and(named) {
        validation.warning("", Message::new("name_missing"));
    }
}

fn check_trigger(workflow: &Value, validation: &mut Validation) {
    match workflow.get("trigger") {
        None | Some(Value::Null) => {}
        Some(Value::String(_)) => {
            let choices = ["api", "event", "schedule"];
            choice(
                Severity::Error,
                workflow,
                "",
                "trigger",
                &choices,
                validation,
            );
        }
        Some(_) => {
            let message = Message::new("field_not_text").with("field", "trigger");
            validation.error("/trigger", message);
        }
    }
    // `event` is `{name}`; a bare name is understood.
    let event = workflow
        .get("event")
        .filter(|event| event.as_str().is_none());
    if event.is_some() {
        types(
            Severity::Error,
            workflow,
            "",
            &[("event", Type::Object)],
            validation,
        );
    }
    if let Some(event @ Value::Object(_)) = workflow.get("event") {
        let name = [("name", Type::Word)];
        types(Severity::Error, event, "/event", &name, validation);
    }
}

fn check_watch(workflow: &Value, validation: &mut Validation) {
    let Some(watch @ Value::Object(_)) = workflow.get("watch") else {
        return;
    };
    let fields = [("folder", Type::Text), ("pattern", Type::Text)];
    types(Severity::Error, watch, "/watch", &fields, validation);
    for (field, _) in fields {
        if watch.get(field).is_none_or(Value::is_null) {
            let message = Message::new("watch_incomplete").with("field", field);
            validation.warning("/watch", message);
        }
    }
    let folder = watch.get("folder").and_then(Value::as_str).map(str::trim);
    let Some(folder) = folder.filter(|folder| !folder.is_empty()) else {
        return;
    };
    if !is_whole_path(folder) {
        let message = Message::new("watch_not_absolute").with("folder", folder);
        validation.warning("/watch/folder", message);
    }
    let event = workflow.get("event");
    let event = event.and_then(|event| event.get("name").unwrap_or(event).as_str());
    if let Some(event) = event.filter(|name| !name.trim().is_empty()) {
        let message = Message::new("watch_and_event").with("event", event);
        validation.warning("/event", message);
    }
}

fn check_schedule(workflow: &Value, validation: &mut Validation) {
    let scheduled = workflow.get("trigger").and_then(Value::as_str) == Some("schedule");
    let Some(schedule @ Value::Object(_)) = workflow.get("schedule") else {
        if scheduled {
            validation.warning("/trigger", Message::new("schedule_without_cron"));
        }
        return;
    };
    let fields = [
        ("cron", Type::Text),
        ("zone", Type::Text),
        ("missed", Type::Text),
    ];
    types(Severity::Error, schedule, "/schedule", &fields, validation);
    let missed = ["once", "all", "none"];
    choice(
        Severity::Error,
        schedule,
        "/schedule",
        "missed",
        &missed,
        validation,
    );
    if let Some(zone) = schedule.get("zone").and_then(Value::as_str)
        && !is_zone(zone)
    {
        let message = Message::new("zone_unknown").with("zone", zone);
        validation.warning("/schedule/zone", message);
    }
    match schedule.get("cron").and_then(Value::as_str) {
        Some(cron) => {
            if let Err(message) = check_cron(cron) {
                validation.error("/schedule/cron", message);
            }
        }
        None if scheduled => {
            validation.warning("/schedule", Message::new("schedule_without_cron"));
        }
        _ => {}
    }
}

/// The stages may be a list, an object, or a text that holds a list.
fn check_stage_list(workflow: &Value, validation: &mut Validation) {
    for key in ["stages", "stages_data"] {
        let path = push_token("", key);
        match workflow.get(key) {
            None | Some(Value::Null | Value::Array(_) | Value::Object(_)) => {}
            Some(Value::String(text)) if key == "stages_data" => {
                if !is_collection(workflow, "stages") && embedded_list(text).is_none() {
                    validation.error(path, Message::new("stages_unreadable"));
                }
            }
            Some(_) => {
                let message = Message::new("field_not_list").with("field", key);
                validation.error(path, message);
            }
        }
    }
}

fn check_tasks(tasks: &[Item<'_>], validation: &mut Validation) {
    let mut known = Known::of(tasks, "task", validation);
    for task in tasks {
        task::check(task, &mut known, validation);
    }
    check_cycles(tasks, &known, validation);
}

/// Circles among dependencies; a task that depends on itself is said with the task.
fn check_cycles(tasks: &[Item<'_>], known: &Known<'_>, validation: &mut Validation) {
    let edges: Vec<Vec<usize>> = tasks
        .iter()
        .map(|task| {
            let targets = dependencies(&task.value, &task.pointer);
            let mut seen = HashSet::new();
            targets
                .iter()
                .filter_map(|reference| known.position(reference.target))
                .filter(|position| seen.insert(*position))
                .collect()
        })
        .collect();
    for circle in cycles(&edges) {
        let names: Vec<&str> = circle.iter().filter_map(|&at| tasks[at].id()).collect();
        let first = &tasks[circle[0]];
        let key = DEPENDS_ON
            .into_iter()
            .find(|key| first.value.get(key).is_some());
        let path = push_token(&first.pointer, key.unwrap_or(DEPENDS_ON[0]));
        validation.error(path, Message::new("cycle").with("cycle", names.join(" → ")));
    }
}
