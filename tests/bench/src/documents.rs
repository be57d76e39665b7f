//! Workflows of two kilobytes as people write them: stages, tasks, names in two languages, the same
//! for the same number.

use serde_json::{Value, json};

const TOPICS: [&str; 8] = [
    "invoices",
    "shipments",
    "库存盘点",
    "customer letters",
    "月度报告",
    "sensor readings",
    "贷款审批",
    "daily backups",
];

const VERBS: [&str; 6] = ["collect", "check", "整理", "approve", "发送", "archive"];

/// The id of the n-th workflow.
pub(crate) fn id(n: usize) -> String {
    format!("wf-{n:06}")
}

/// The text of the n-th workflow. A word that only every thousandth has is among its words.
pub(crate) fn workflow(n: usize) -> String {
    let topic = TOPICS[n % TOPICS.len()];
    let rare = if n.is_multiple_of(1000) {
        format!(" quokka{}", n / 1000)
    } else {
        String::new()
    };
    let tasks: Vec<Value> = (0..6)
        .map(|task| {
            let verb = VERBS[(n + task) % VERBS.len()];
            json!({
                "id": format!("t{task}"),
                "name": format!("{verb} {topic} {task}"),
                "action": "wait",
                "params": {"ms": task * 100},
                "dependsOn": if task == 0 { vec![] } else { vec![format!("t{}", task - 1)] },
                "description": format!("Step {task} of {topic}: {verb} what came in since yesterday, \
                    then hand it on to the next one in line with a note of what was left out."),
            })
        })
        .collect();
    let workflow = json!({
        "id": id(n),
        "name": format!("{topic} {n}{rare}"),
        "type": "standard",
        "description": format!("Handles {topic} for region {}. {}", n % 97, "Details follow. ".repeat(12)),
        "priority": n % 5,
        "tasks": tasks,
    });
    serde_json::to_string_pretty(&workflow).unwrap_or_default()
}
