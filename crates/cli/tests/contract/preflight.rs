//! What `run preview` tells of what the tasks would meet.

use serde_json::{Value, json};

use crate::flowkeep::Flowkeep;

#[test]
fn a_preview_says_in_which_order_on_what_and_how_long() {
    let flowkeep = Flowkeep::new();
    let text = json!({"id": "w", "name": "W", "tasks": [
        {"id": "look", "name": "Look it over", "action": "manual", "dependsOn": ["count"]},
        {"id": "count", "name": "Count", "action": "sql.query", "params": {"sql": "SELECT 1"}},
        {"id": "spare", "name": "Spare", "action": "wait", "params": {"ms": 1}},
    ]});
    let mut text = text;
    text["tasks"][1]["onFailure"] = json!("fallback:spare");
    let file = flowkeep.file("w.json", text.to_string());
    flowkeep.done(&["flow", "create", &file]);
    let placed = |found: &Value| -> Vec<Value> {
        let tasks = found["tasks"].as_array().unwrap().iter();
        tasks
            .map(|task| {
                json!([
                    task["place"],
                    task["id"],
                    task["on_call"],
                    task["worker"],
                    task["source"]
                ])
            })
            .collect()
    };
    let found = flowkeep.done(&["run", "preview", "w"]);
    assert_eq!(
        placed(&found),
        [
            json!([1, "count", false, "attempt", "local"]),
            json!([2, "spare", true, "attempt", null]),
            json!([3, "look", false, "person", null]),
        ]
    );
    let said = flowkeep.say(&["run", "preview", "w"]).out;
    for line in [
        "How long it may take: no history yet",
        "local: not asked yet",
        "  1  Count  sql.query  local (rule 13)",
        "  3  Look it over  manual  a person",
        "  2  Spare  wait  if needed",
        "It would start.",
    ] {
        assert!(said.lines().any(|one| one == line), "{line} in {said}");
    }

    let (_, run) = flowkeep.json(&["run", "start", "w", "--wait"]);
    let id = run["run_id"].as_str().unwrap();
    let open = &flowkeep.done(&["run", "preview", "w"])["under_way"];
    assert_eq!(
        (&open["total"], &open["runs"][0]["id"]),
        (&json!(1), &run["run_id"])
    );
    let said = flowkeep.say(&["run", "preview", "w"]).out;
    assert!(said.contains("1 run of it goes on already."), "{said}");
    flowkeep.done(&["run", "answer", id, "look", "--approve"]);
    let found = flowkeep.done(&["run", "preview", "w"]);
    assert_eq!(
        (&found["under_way"]["total"], &found["expected"]["count"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(found["tasks"][0]["expected"]["count"], 1);
    let said = flowkeep.say(&["run", "preview", "w"]).out;
    assert!(said.contains("last time"), "{said}");
}

/// It is asked when that is wanted, and a run may start all the same.
#[test]
fn a_preview_asks_the_data_sources_when_it_is_told_to() {
    let flowkeep = Flowkeep::new();
    let text = json!({"id": "w", "name": "W", "tasks": [
        {"id": "a", "name": "A", "action": "redis.command", "dataSource": "shop", "params": {"command": ["GET", "k"]}},
    ]});
    let file = flowkeep.file("w.json", text.to_string());
    flowkeep.done(&["flow", "create", &file]);
    let words = [
        "source",
        "add",
        "shop",
        "--type",
        "redis",
        "--url",
        "redis://127.0.0.1:1",
    ];
    flowkeep.done(&words);
    let known = flowkeep.done(&["run", "preview", "w"]);
    assert_eq!(
        known["sources"],
        json!([{"name": "shop", "type": "redis", "asked": false}])
    );
    let asked = flowkeep.done(&["run", "preview", "w", "--ask"]);
    let shop = &asked["sources"][0];
    assert_eq!(
        (&shop["asked"], &shop["answers"], &shop["error"]["code"]),
        (&json!(true), &json!(false), &json!("server_refused"))
    );
    assert_eq!(asked["tasks"][0]["source"], "shop");
    let said = flowkeep.say(&["run", "preview", "w"]).out;
    assert!(
        said.contains("shop: no answer: nothing answers at 127.0.0.1:1"),
        "{said}"
    );
    assert!(said.ends_with("It would start.\n"), "{said}");
}

/// A start that would not get far is not told as one that would simply start.
#[test]
fn a_preview_that_asks_names_the_task_that_is_not_got_past() {
    let flowkeep = Flowkeep::new();
    // Nobody listens there.
    let url = "redis://127.0.0.1:1?tls=false";
    flowkeep.done(&["source", "add", "shop", "--type", "redis", "--url", url]);
    let text = json!({"id": "w", "name": "W", "tasks": [
        {"id": "a", "name": "Ask the shop", "action": "redis.command", "dataSource": "shop",
         "params": {"command": ["PING"]}},
        {"id": "b", "name": "Tell them", "action": "http.request",
         "params": {"method": "GET", "url": "http://127.0.0.1:1/${secret.PLACE}"}}]});
    let file = flowkeep.file("w.json", text.to_string());
    flowkeep.done(&["flow", "create", &file]);
    let said = flowkeep.say(&["run", "preview", "w", "--ask"]).out;
    let mut last: Vec<_> = said.lines().rev().take(2).collect();
    last.reverse();
    assert!(last[0].contains("wait at Tell them"), "{said}");
    assert!(last[1].contains("not get past Ask the shop"), "{said}");
    assert!(!said.contains("It would start.\n"), "{said}");
    let unasked = flowkeep.say(&["run", "preview", "w"]).out;
    assert!(!unasked.contains("Ask the shop: "), "{unasked}");
    assert!(!unasked.contains("not get past"), "nobody knows: {unasked}");
}
