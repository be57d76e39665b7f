//! `session strategies`: what is kept of a configuration is for a person to say.

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, keys, text};

/// A configuration with a file of each of five kinds; the file it begins with.
fn configuration(flowkeep: &Flowkeep) -> String {
    flowkeep.file("configs/tool-sets/office.yaml", "tools: [sum, sum_test]\n");
    flowkeep.file("configs/tools/sum.yaml", "name: sum\n");
    flowkeep.file("configs/tools/sum_test.yaml", "name: sum_test\n");
    flowkeep.file("configs/llms/cheap.yaml", "model: small\n");
    flowkeep.file(
        "configs/workflows/orders.yaml",
        "tool_set: office\nllm: llms/cheap.yaml\n",
    )
}

fn paths(taken: &Value) -> Vec<&str> {
    let files = taken["files"].as_array().unwrap().iter();
    let mut paths: Vec<_> = files.map(|file| file["path"].as_str().unwrap()).collect();
    paths.sort_unstable();
    paths
}

fn row<'a>(listed: &'a Value, name: &str) -> &'a Value {
    let mut rows = listed["items"].as_array().unwrap().iter();
    rows.find(|row| row["name"] == name).unwrap()
}

const STANDARD: [&str; 3] = [
    "tool-sets/office.yaml",
    "tools/sum.yaml",
    "workflows/orders.yaml",
];
const CHANGED: [&str; 4] = [
    "llms/cheap.yaml",
    "tool-sets/office.yaml",
    "tools/sum_test.yaml",
    "workflows/orders.yaml",
];

#[test]
fn what_somebody_says_of_a_strategy_holds_for_whatever_is_kept_from_then_on() {
    let flowkeep = Flowkeep::new();
    let config = configuration(&flowkeep);
    let preview = || {
        let (_, found) = flowkeep.json(&["session", "preview", &config]);
        found
    };
    let (_, old) = flowkeep.json(&["session", "create", &config]);
    assert_eq!(paths(&old["snapshot"]), STANDARD);
    assert_eq!(paths(&preview()), STANDARD);

    let kinds = "workflows,tools,llms,tool-sets";
    let exclude = ["--exclude", "other.yaml", "tools/sum.y*"];
    let set = ["session", "strategies", "set", "standard", "--kinds", kinds];
    let listed = flowkeep.done(&[&set[..], &exclude].concat());
    assert_eq!(keys(&listed), ["total", "items", "chosen"]);
    assert_eq!(
        row(&listed, "standard"),
        &json!({"name": "standard", "kinds": ["workflows", "llms", "tool-sets", "tools"],
            "exclude": ["other.yaml", "tools/sum.y*"], "is_changed": true})
    );
    assert_eq!(paths(&preview()), CHANGED);
    let (_, new) = flowkeep.json(&["session", "create", &config]);
    assert_eq!(paths(&new["snapshot"]), CHANGED);
    // The next snapshot of work that began before follows it; what is kept already stays.
    let id = old["session_id"].as_str().unwrap();
    let (_, taken) = flowkeep.json(&["session", "snapshot", id]);
    assert_eq!(paths(&taken["snapshot"]), CHANGED, "{taken}");
    let shown = flowkeep.done(&["session", "show", id]);
    assert_eq!(paths(&shown["snapshots"][0]), STANDARD);

    let listed = flowkeep.done(&["session", "strategies", "reset", "standard"]);
    assert_eq!(row(&listed, "standard")["is_changed"], false);
    assert_eq!(paths(&preview()), STANDARD);
}

#[test]
fn only_what_is_named_of_a_strategy_is_changed() {
    let flowkeep = Flowkeep::new();
    let set = |more: &[&str]| {
        let words = [&["session", "strategies", "set", "standard"], more].concat();
        row(&flowkeep.done(&words), "standard").clone()
    };
    let kinds = json!(["workflows", "tool-sets", "tools"]);
    let changed = set(&["--exclude", "a.yaml", "b.yaml"]);
    assert_eq!(
        (&changed["kinds"], &changed["exclude"]),
        (&kinds, &json!(["a.yaml", "b.yaml"]))
    );
    let changed = set(&["--kinds", "workflows"]);
    assert_eq!(
        (&changed["kinds"], &changed["exclude"]),
        (&json!(["workflows"]), &json!(["a.yaml", "b.yaml"]))
    );
    assert_eq!(set(&["--exclude"])["exclude"], json!([]));
    let said = flowkeep.say(&["session", "strategies"]).out;
    assert_eq!(
        said,
        "minimal: workflows\n\
         standard (used for new sessions, changed): workflows\n\
         comprehensive: workflows, llms, tool-sets, tools, agents, prompts, global\n"
    );
}

#[test]
fn what_no_strategy_can_be_is_refused_and_changes_nothing() {
    let flowkeep = Flowkeep::new();
    let set = ["session", "strategies", "set"];
    let long = "x".repeat(501);
    let many: Vec<_> = (0..=100).map(|number| number.to_string()).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    for (more, code) in [
        (&["none", "--kinds", "workflows"][..], "strategy_unknown"),
        (
            &["standard", "--kinds", "workflows,wheels"],
            "strategy_kind_unknown",
        ),
        (
            &["standard", "--exclude", &long],
            "strategy_pattern_unusable",
        ),
        (
            &["standard", "--exclude", "a\nb"],
            "strategy_pattern_unusable",
        ),
        (
            &[&["standard", "--exclude"][..], &many].concat(),
            "strategy_pattern_unusable",
        ),
    ] {
        flowkeep.misused(&[&set[..], more].concat(), code);
    }
    flowkeep.misused(
        &["session", "strategies", "reset", "none"],
        "strategy_unknown",
    );
    let listed = flowkeep.done(&["session", "strategies"]);
    let items = listed["items"].as_array().unwrap().iter();
    let changed: Vec<_> = items.filter(|row| row["is_changed"] == true).collect();
    assert_eq!(changed, Vec::<&Value>::new());
}

#[test]
fn what_somebody_said_of_a_strategy_comes_back_with_a_backup() {
    let first = Flowkeep::new();
    let set = ["session", "strategies", "set", "minimal", "--kinds"];
    let listed = first.done(&[&set[..], &["workflows,tools", "--exclude", "*.old"]].concat());
    let backup = text(&first.backup("backups"));
    let second = Flowkeep::new();
    second.done(&["db", "restore", "-i", &backup]);
    let restored = second.done(&["session", "strategies"]);
    assert_eq!(row(&restored, "minimal"), row(&listed, "minimal"));
    assert_eq!(row(&restored, "minimal")["is_changed"], true);
}
