//! Stages with transitions, task chains, and nodes with edges: parts that lead to one another.
//!
//! Loops are legal in all three (a stage may lead back to itself), so only references are looked
//! at. What a node's own configuration says belongs to the tool that wrote it; a wrong name in it
//! is a warning.

use super::field::{Type, types};
use super::reference::Known;
use super::{Severity, Validation};
use crate::shape::{FROM, Item, TO, chain_links, items, references};
use crate::value::push_token;
use crate::{Message, Value};

/// Names under which the first part comes.
pub(crate) const ENTRY: [&str; 6] = [
    "entry_point",
    "start_task",
    "start_task_id",
    "start_at",
    "initial_stage",
    "start_stage",
];

/// Checks stages and the transitions between them.
pub(super) fn check_stages(workflow: &Value, stages: &[Item<'_>], validation: &mut Validation) {
    for stage in stages {
        check_stage(stage, validation);
    }
    let mut known = Known::of(stages, "stage", validation);
    check_links(workflow, "transitions", &mut known, validation);
    check_entry(workflow, &mut known, validation);
}

fn check_stage(stage: &Item<'_>, validation: &mut Validation) {
    if stage.value.as_object().is_none() {
        validation.warning(
            &stage.pointer,
            Message::new("part_not_object").with("part", "stage"),
        );
        return;
    }
    if stage.name().is_none() {
        validation.warning(&stage.pointer, Message::new("stage_without_name"));
    }
    let fields = [
        ("name", Type::Word),
        ("order", Type::Amount),
        ("order_index", Type::Amount),
        ("checklist", Type::ListOrObject),
        ("deliverables", Type::ListOrObject),
    ];
    types(
        Severity::Warning,
        &stage.value,
        &stage.pointer,
        &fields,
        validation,
    );
}

/// Checks tasks that name their successors.
pub(super) fn check_chain(workflow: &Value, tasks: &[Item<'_>], validation: &mut Validation) {
    let mut known = Known::of(tasks, "task", validation);
    for task in tasks {
        if task.value.as_object().is_none() {
            validation.error(
                &task.pointer,
                Message::new("part_not_object").with("part", "task"),
            );
        } else if task.id().is_none() {
            validation.error(&task.pointer, Message::new("missing_id"));
        }
        for link in chain_links(task) {
            known.check_target(Severity::Error, &link, validation);
        }
    }
    check_entry(workflow, &mut known, validation);
}

/// Checks nodes and edges.
pub(super) fn check_graph(workflow: &Value, nodes: &[Item<'_>], validation: &mut Validation) {
    let mut known = Known::of(nodes, "node", validation);
    check_links(workflow, "edges", &mut known, validation);
    check_entry(workflow, &mut known, validation);
    for node in nodes {
        if let Some(config) = node.value.get("config") {
            check_node(
                config,
                &push_token(&node.pointer, "config"),
                &mut known,
                validation,
            );
        }
    }
}

fn check_node(config: &Value, pointer: &str, known: &mut Known<'_>, validation: &mut Validation) {
    let conditions = items(config, "conditions");
    let next = conditions.iter().flat_map(|condition| {
        let pointer = format!("{pointer}{}", condition.pointer);
        references(&condition.value, &pointer, "next_node")
    });
    for reference in next.chain(references(config, pointer, "default_next_node")) {
        known.check_target(Severity::Warning, &reference, validation);
    }
}

/// Checks both ends of every transition or edge.
fn check_links(workflow: &Value, key: &str, known: &mut Known<'_>, validation: &mut Validation) {
    for link in items(workflow, key) {
        if link.value.as_object().is_none() {
            let message = Message::new("part_not_object").with("part", "transition");
            validation.warning(&link.pointer, message);
            continue;
        }
        for ends in [&FROM, &TO] {
            for name in ends {
                for reference in references(&link.value, &link.pointer, name) {
                    known.check_target(Severity::Error, &reference, validation);
                }
            }
        }
    }
}

fn check_entry(workflow: &Value, known: &mut Known<'_>, validation: &mut Validation) {
    for key in ENTRY {
        for reference in references(workflow, "", key) {
            known.check_target(Severity::Error, &reference, validation);
        }
    }
}
