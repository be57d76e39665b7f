//! Stages with transitions, task chains, nodes with edges: steps that lead from one to the next.

use std::borrow::Cow;

use super::read::{Names, manual, names, task};
use super::{Flow, Outcome, Position, Task, Way, fields};
use crate::shape::{FROM, Item, TO, items, references, stages as stage_items};
use crate::validate::ENTRY;
use crate::{Validation, Value};

/// Outcomes of a chain's task that mean it failed.
const FAILURES: [&str; 6] = [
    "failure",
    "failed",
    "fail",
    "error",
    "on_failure",
    "on_error",
];
/// Beginnings of edges that are no node.
const STARTS: [&str; 2] = ["start", "__start__"];

/// Stages are worked through by people, along the transitions; without any, in their order.
pub(super) fn stages(workflow: &Value, priority: i64) -> Option<(Flow, Vec<Task>)> {
    let mut list = stage_items(workflow);
    list.sort_by_key(|stage| {
        fields::whole(&stage.value, &["order", "order_index"]).unwrap_or(i64::MAX)
    });
    let tasks: Option<Vec<Task>> = list.iter().map(|stage| manual(stage, priority)).collect();
    let links = items(workflow, "transitions");
    let (names, mut tasks) = (names_or_titles(&list), tasks?);
    if links.is_empty() {
        for at in 1..tasks.len() {
            tasks[at - 1].ways.push(onwards(at));
        }
    }
    add_links(&links, &names, &mut tasks);
    let entry = entry(workflow, &names).unwrap_or(0);
    Some((Flow::Guided { entry }, tasks))
}

/// Tasks each of which names the next one by what it came to.
pub(super) fn chain(
    workflow: &Value,
    priority: i64,
    validation: &mut Validation,
) -> Option<(Flow, Vec<Task>)> {
    let list = items(workflow, "tasks");
    let mut tasks = steps(&list, priority, validation)?;
    let names = names_or_titles(&list);
    for (at, item) in list.iter().enumerate() {
        let outcomes = item.value.get("transitions").and_then(Value::as_object);
        for (outcome, link) in outcomes.unwrap_or_default() {
            let failed = FAILURES.contains(&outcome.to_ascii_lowercase().as_str());
            // Leading nowhere after a failure is failing; after anything else it is the end.
            let to = link.get("task_id").and_then(Value::as_word);
            if failed && to.is_none_or(|to| !names.contains_key(to)) {
                continue;
            }
            tasks[at].ways.push(Way {
                to: to.and_then(|to| names.get(to).copied()),
                after: if failed {
                    Outcome::Failure
                } else {
                    Outcome::Success
                },
                label: Some(outcome.clone()),
            });
        }
    }
    let entry = entry(workflow, &names).unwrap_or(0);
    Some((Flow::Guided { entry }, tasks))
}

/// Nodes that name an action run by themselves, the others are for people.
pub(super) fn graph(
    workflow: &Value,
    priority: i64,
    validation: &mut Validation,
) -> Option<(Flow, Vec<Task>)> {
    let list = items(workflow, "nodes");
    let mut tasks = steps(&list, priority, validation)?;
    let names = names_or_titles(&list);
    let edges = items(workflow, "edges");
    add_links(&edges, &names, &mut tasks);
    for (at, item) in list.iter().enumerate() {
        let Some(config) = item.value.get("config") else {
            continue;
        };
        let conditions = items(config, "conditions");
        let next = conditions
            .iter()
            .flat_map(|condition| references(&condition.value, "", "next_node"))
            .chain(references(config, "", "default_next_node"));
        for reference in next {
            let to = names.get(reference.target).copied();
            add_way(&mut tasks[at].ways, to, None);
        }
    }
    let from_start = || {
        edges.iter().find_map(|edge| {
            let from = fields::text(&edge.value, &FROM)?;
            let is_start = STARTS.contains(&from.as_str()) && !names.contains_key(from.as_str());
            let to = fields::text(&edge.value, &TO)?;
            names.get(to.as_str()).copied().filter(|_| is_start)
        })
    };
    let entry = entry(workflow, &names).or_else(from_start).unwrap_or(0);
    Some((Flow::Guided { entry }, tasks))
}

/// Tasks or nodes: automatic where they name an action, at the item itself or in its `config`.
fn steps(list: &[Item<'_>], priority: i64, validation: &mut Validation) -> Option<Vec<Task>> {
    let names = names(list);
    let mut tasks = Vec::with_capacity(list.len());
    for item in list {
        tasks.push(match automatic(item) {
            Some(item) => task(&item, priority, &names, validation)?,
            None => manual(item, priority)?,
        });
    }
    Some(tasks)
}

/// The part of a step that names an action: the item itself, or its `config`.
pub(super) fn automatic<'i>(item: &'i Item<'_>) -> Option<Item<'i>> {
    let value = item.value.as_ref();
    let names_action = |value: &&Value| value.get("action").is_some();
    if names_action(&value) {
        return Some(Item {
            pointer: item.pointer.clone(),
            value: Cow::Borrowed(value),
            key: item.key.clone(),
        });
    }
    let config = value.get("config").filter(names_action)?;
    Some(Item {
        pointer: format!("{}/config", item.pointer),
        value: Cow::Borrowed(config),
        key: item.id().map(str::to_owned),
    })
}

/// Transitions and edges of earlier tools name steps by id or by what people call them.
fn names_or_titles<'i>(list: &'i [Item<'_>]) -> Names<'i> {
    let mut known = Names::new();
    for (at, item) in list.iter().enumerate() {
        if let Some(name) = item.name() {
            known.entry(name).or_insert(at);
        }
    }
    known.extend(names(list));
    known
}

fn entry(workflow: &Value, names: &Names<'_>) -> Option<Position> {
    names.get(fields::text(workflow, &ENTRY)?.as_str()).copied()
}

fn add_links(links: &[Item<'_>], names: &Names<'_>, tasks: &mut [Task]) {
    for link in links {
        let label = fields::text(&link.value, &["condition", "label", "description"]);
        let targets = ends(link, &TO);
        for from in ends(link, &FROM) {
            let Some(&from) = names.get(from) else {
                continue;
            };
            for to in &targets {
                add_way(&mut tasks[from].ways, names.get(to).copied(), label.clone());
            }
        }
    }
}

fn ends<'v>(link: &'v Item<'_>, keys: &[&str]) -> Vec<&'v str> {
    let named = keys.iter().flat_map(|key| references(&link.value, "", key));
    named.map(|reference| reference.target).collect()
}

/// One more way; a second to the same step only says another reason for it.
fn add_way(ways: &mut Vec<Way>, to: Option<Position>, label: Option<String>) {
    if !ways.iter().any(|way| way.to == to) {
        let after = Outcome::Success;
        ways.push(Way { to, after, label });
    }
}

const fn onwards(at: Position) -> Way {
    Way {
        to: Some(at),
        after: Outcome::Success,
        label: None,
    }
}
