//! The order in which tasks can go, as it is shown before a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flowkeep_core::run::queue::{Queue, Waiting};
use flowkeep_core::run::{Definition, Moment};
use flowkeep_core::{Document, Format};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use crate::play::{id, run_id};

fn read(text: String) -> Definition {
    let document = Document::parse(Format::Json, text).unwrap();
    Definition::read(document.value()).unwrap()
}

/// Each task with its place, those that go only when called for in brackets.
fn said(definition: &Definition) -> String {
    let said = |placed: &flowkeep_core::run::Placed<'_>| {
        let (id, place) = (&placed.task.id, placed.place);
        if placed.on_call {
            format!("({id}){place}")
        } else {
            format!("{id}{place}")
        }
    };
    let sequence = definition.sequence();
    sequence.iter().map(said).collect::<Vec<_>>().join(" ")
}

#[rstest]
#[case::as_they_stand(json!([{"id": "b"}, {"id": "a"}]), "b1 a1")]
#[case::by_priority(json!([{"id": "b", "priority": 2}, {"id": "a", "priority": 1}]), "a1 b1")]
#[case::behind_what_it_waits_for(json!([{"id": "c", "dependsOn": ["b"], "priority": -5}, {"id": "b", "dependsOn": ["a"]}, {"id": "a"}, {"id": "z"}]), "a1 z1 b2 c3")]
#[case::a_fallback_behind_its_task(json!([{"id": "f"}, {"id": "a", "onFailure": "fallback:f"}, {"id": "z", "dependsOn": ["a"]}]), "a1 (f)2 z3")]
#[case::what_a_branch_chooses(json!([{"id": "x"}, {"id": "a", "action": "branch", "params": {"when": [{"task": "x"}]}}]), "a1 (x)2")]
#[case::what_undoes_comes_last(json!([{"id": "u", "dependsOn": ["a"]}, {"id": "a", "compensate": "u"}, {"id": "b", "dependsOn": ["a"]}]), "a1 b2 (u)3")]
fn tasks_stand_in_the_order_in_which_they_can_go(
    #[case] tasks: serde_json::Value,
    #[case] expected: &str,
) {
    let mut tasks = tasks;
    for task in tasks.as_array_mut().unwrap() {
        if task.get("action").is_none() {
            task["action"] = json!("wait");
            task["params"] = json!({"ms": 1});
        }
    }
    let definition = read(json!({"name": "W", "tasks": tasks}).to_string());
    assert_eq!(said(&definition), expected);
}

/// What leads back is no order, and a step that no way leads to stands behind all others.
#[test]
fn steps_stand_as_the_work_comes_through_them() {
    let stage = |id: &str| json!({"id": id, "name": id});
    let text = json!({
        "name": "W",
        "stages": [stage("c"), stage("a"), stage("b"), stage("lost")],
        "entry_point": "a",
        "transitions": [
            {"from": "a", "to": "b"}, {"from": "b", "to": "c"}, {"from": "c", "to": "a", "condition": "again"},
        ],
    });
    let definition = read(text.to_string());
    assert_eq!(said(&definition), "a1 b2 c3 (lost)4");
}

proptest! {
    /// Whatever waits for whatever: all tasks are there once, each behind what it depends on, and what
    /// can go at once stands as the queue takes it.
    #[test]
    fn no_task_stands_before_what_it_waits_for(
        drawn in proptest::collection::vec((any::<u16>(), -3..4_i64), 1..16),
        shuffle in any::<u64>(),
    ) {
        // Ids say in which order they may depend on one another; in the document they stand otherwise.
        let mut order: Vec<usize> = (0..drawn.len()).collect();
        order.sort_by_key(|at| (*at as u64 + 1).wrapping_mul(shuffle | 1));
        let tasks: Vec<_> = order.iter().map(|&at| {
            let (bits, priority) = drawn[at];
            let before: Vec<_> = (0..at).filter(|other| bits & (1 << other) != 0).map(|other| format!("t{other}")).collect();
            json!({"id": format!("t{at}"), "action": "wait", "params": {"ms": 1}, "dependsOn": before, "priority": priority})
        }).collect();
        let definition = read(json!({"name": "W", "tasks": tasks}).to_string());
        let sequence = definition.sequence();
        let stands: BTreeMap<_, _> = sequence.iter().enumerate().map(|(at, placed)| (placed.task.id.clone(), (at, placed.place))).collect();
        prop_assert_eq!(stands.len(), definition.tasks().len());
        for task in definition.tasks() {
            let (at, place) = stands[&task.id];
            let before = task.depends_on.iter().map(|&before| stands[definition.id(before).unwrap()]);
            let before: Vec<_> = before.collect();
            prop_assert!(before.iter().all(|one| one.0 < at));
            let latest = before.iter().map(|one| one.1).max().unwrap_or_default();
            prop_assert_eq!(place, latest + 1);
        }
        let mut queue = Queue::new(None);
        for task in definition.tasks().iter().filter(|task| task.depends_on.is_empty()) {
            queue.push(Waiting {
                run: run_id(),
                task: id(task.id.as_str()),
                attempt: 1,
                workflow: Arc::from("w"),
                priority: task.priority,
                capabilities: BTreeSet::new(),
                since: Moment(0),
            });
        }
        let turns = std::iter::from_fn(|| queue.choose()).map(|chosen| chosen.waiting.task);
        let first = sequence.iter().filter(|placed| placed.place == 1).map(|placed| placed.task.id.clone());
        prop_assert_eq!(turns.collect::<Vec<_>>(), first.collect::<Vec<_>>());
    }
}
