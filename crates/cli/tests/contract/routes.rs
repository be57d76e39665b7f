//! `route`: which data source a task uses, and why.

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, keys, text};

const WORKFLOW: &str = r#"{"id": "w", "name": "W", "tasks": [
    {"id": "make", "action": "sql.execute", "dataSource": "local",
     "params": {"sql": "CREATE TABLE t(key TEXT PRIMARY KEY, n INTEGER)"}},
    {"id": "keep", "action": "record.add", "dataKind": "cache", "dependsOn": ["make"],
     "params": {"table": "t", "key": "a", "values": {"n": 1}}},
    {"id": "rest", "action": "wait", "params": {"ms": 1}},
    {"id": "far", "action": "sql.query", "dataSource": "warehouse", "params": {"sql": "SELECT 1"}}
]}"#;

fn codes(explained: &Value) -> Vec<String> {
    let passed_over = explained["passed_over"].as_array().unwrap().iter();
    passed_over
        .map(|one| {
            format!(
                "{} {}",
                one["source"].as_str().unwrap(),
                one["code"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn the_rules_are_listed_set_and_set_back() {
    let flowkeep = Flowkeep::new();
    let fresh = flowkeep.done(&["route", "list"]);
    assert_eq!(keys(&fresh), ["total", "items", "defaults"]);
    assert_eq!(fresh["items"][0]["order"], 1);
    assert_eq!(fresh["items"][0]["when"], json!({"dataKind": "cache"}));
    assert_eq!(fresh["items"][0]["source"], "redis");
    // What list shows is what set takes, and changes nothing.
    let file = flowkeep.file("routes.json", fresh["items"].to_string());
    assert_eq!(flowkeep.done(&["route", "set", "--file", &file]), fresh);

    let rules = json!([
        {"order": 2, "when": {}, "source": "local"},
        {"order": 1, "when": {"action": "record.*", "workflow": "w"}, "source": "sqlite"},
    ]);
    let file = flowkeep.file("routes.json", rules.to_string());
    let set = flowkeep.done(&["route", "set", "--file", &file]);
    assert_eq!(set["defaults"], false);
    assert_eq!(set["items"][0]["source"], "sqlite");
    assert_eq!(flowkeep.done(&["route", "list"]), set);
    assert_eq!(flowkeep.done(&["route", "set", "--defaults"]), fresh);

    let wrong = json!([{"when": {"dataKind": "cash"}, "source": "redis"}]);
    let file = flowkeep.file("routes.json", wrong.to_string());
    let refused = flowkeep.refused(&["route", "set", "--file", &file], "route_invalid");
    let said = refused["error"]["message"].as_str().unwrap();
    assert!(said.contains("rule 1") && said.contains("cash"), "{said}");
    let file = flowkeep.file(
        "routes.json",
        r#"[{"when": {"kind": "cache"}, "source": "x"}]"#,
    );
    flowkeep.refused(&["route", "set", "--file", &file], "routes_unreadable");
    // A condition beside `when` would be none, and the rule would always apply.
    let beside = json!([{"order": 1, "dataKind": "cache", "source": "redis"}]);
    let file = flowkeep.file("routes.json", beside.to_string());
    flowkeep.refused(&["route", "set", "--file", &file], "routes_unreadable");
    // Added on top of what list prints, it would come behind the one that always applies.
    let mut rules = fresh["items"].as_array().unwrap().clone();
    rules.insert(0, json!({"when": {"dataKind": "log"}, "source": "local"}));
    let file = flowkeep.file("routes.json", json!(rules).to_string());
    let refused = flowkeep.refused(&["route", "set", "--file", &file], "route_invalid");
    let said = refused["error"]["message"].as_str().unwrap();
    assert!(said.contains("rule 1") && said.contains("order"), "{said}");
    assert_eq!(flowkeep.done(&["route", "list"]), fresh);
    for rule in &mut rules {
        rule.as_object_mut().unwrap().remove("order");
    }
    let file = flowkeep.file("routes.json", json!(rules).to_string());
    let set = flowkeep.done(&["route", "set", "--file", &file]);
    assert_eq!(set["items"][0]["when"], json!({"dataKind": "log"}));
    assert_eq!(flowkeep.done(&["route", "set", "--defaults"]), fresh);
}

#[test]
fn a_choice_is_explained_before_and_told_after() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("w.json", WORKFLOW);
    flowkeep.done(&["flow", "create", &file]);
    let explained = flowkeep.done(&["route", "explain", "w", "keep"]);
    assert_eq!(explained["source"], "local");
    assert_eq!(explained["rule"], "default");
    assert_eq!(explained["order"], 13);
    assert_eq!(
        codes(&explained),
        ["redis no_connection", "mysql no_connection"]
    );
    assert!(explained["passed_over"][0]["why"].is_string());

    let named = flowkeep.done(&["route", "explain", "w", "make"]);
    assert_eq!([&named["source"], &named["rule"]], ["local", "name"]);
    let rest = flowkeep.done(&["route", "explain", "w", "rest"]);
    assert_eq!(rest["code"], "route_not_needed");
    let (exit, far) = flowkeep.json(&["route", "explain", "w", "far"]);
    assert_eq!((exit, &far["code"]), (1, &json!("no_connection")));
    flowkeep.refused(&["route", "explain", "w", "nobody"], "run_unknown_task");
    flowkeep.refused(&["route", "explain", "nobody", "x"], "not_found");

    let rules = explained["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 13);
    assert_eq!(rules[0]["code"], "no_connection");
    assert_eq!(rules[1]["code"], "rule_not_applying");
    assert_eq!(rules[12].get("code"), None);
    assert_eq!(named["rules"], json!([]));

    let shown = flowkeep.say(&["--lang", "en", "route", "explain", "w", "keep"]);
    let lines: Vec<_> = shown.out.lines().collect();
    assert_eq!(lines[0], "“local”: rule 13 chose it (always)");
    assert!(
        lines[1].starts_with("  – rule 1 (kind of data: cache → redis): no connection"),
        "{lines:?}"
    );
    assert_eq!(lines[2], "  – rules 2 to 11 do not apply to this task");
    assert!(lines[3].starts_with("  – rule 12 (always → mysql): "));
    assert_eq!(lines.len(), 4);
    let shown = flowkeep.say(&["--lang", "zh-CN", "route", "explain", "w", "keep"]);
    assert!(
        shown.out.contains("规则 1（数据种类：缓存 → redis）"),
        "{}",
        shown.out
    );
    let named = flowkeep.say(&["--lang", "en", "route", "explain", "w", "make"]);
    assert_eq!(named.out, "“local”: the task names it\n");

    // The reason stays with the attempt, and travels in a backup.
    let file = flowkeep.file(
        "v.json",
        WORKFLOW
            .replace(r#""id": "w""#, r#""id": "v""#)
            .replace("warehouse", "local"),
    );
    flowkeep.done(&["flow", "create", &file]);
    let run = flowkeep.done(&["run", "start", "v", "--wait"]);
    let id = run["run_id"].as_str().unwrap();
    let attempt = |shown: &Value| {
        let tasks = shown["tasks"].as_array().unwrap().iter();
        let keep = tasks.clone().find(|task| task["id"] == "keep").unwrap();
        keep["attempts"][0].clone()
    };
    let kept = attempt(&flowkeep.done(&["run", "show", id]));
    assert_eq!(
        [&kept["data_source"], &kept["reason"]],
        ["local", "default"]
    );
    assert_eq!(codes(&kept), ["redis no_connection", "mysql no_connection"]);

    let rules = flowkeep.file("routes.json", r#"[{"when": {}, "source": "local"}]"#);
    let set = flowkeep.done(&["route", "set", "--file", &rules]);
    let backup = flowkeep.backup("backups");
    assert!(backup.join("routes.json").is_file());
    let other = Flowkeep::new();
    other.done(&["db", "restore", "-i", &text(&backup)]);
    assert_eq!(other.done(&["route", "list"]), set);
    assert_eq!(attempt(&other.done(&["run", "show", id])), kept);
}
