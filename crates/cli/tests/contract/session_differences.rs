//! `session compare`: in which places a workflow is not what a session worked with, in the words of its form.

use std::fs;

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, text};

const BEFORE: &str = "name: orders\ntasks:\n- id: load\n  name: Load\n  timeout: 5000\n";
const AFTER: &str = "name: orders\ntasks:\n- id: load\n  name: Load orders\n  timeout: 9000\n";

/// What AFTER has otherwise than BEFORE.
fn places() -> Value {
    let subject = json!({"kind": "task", "name": "Load orders"});
    json!([
        {"path": "/tasks/0/name", "subject": subject, "field": "name", "change": "changed",
         "before": "Load", "after": "Load orders"},
        {"path": "/tasks/0/timeout", "subject": subject, "field": "timeout", "change": "changed",
         "before": "5000", "after": "9000"},
    ])
}

#[test]
fn a_workflow_that_was_changed_is_told_in_the_words_of_its_form_and_as_text() {
    let flowkeep = Flowkeep::new();
    let config = flowkeep.file("configs/workflows/orders.yaml", BEFORE);
    let (_, created) = flowkeep.json(&["session", "create", &config]);
    let id = created["session_id"].as_str().unwrap();
    flowkeep.file("configs/workflows/orders.yaml", AFTER);
    let compare = ["session", "compare", id, "workflows/orders.yaml"];
    let compared = flowkeep.done(&compare);
    assert_eq!(compared["places"], places());
    assert_eq!(
        (&compared["before"], &compared["after"]),
        (&json!(BEFORE), &json!(AFTER))
    );
    let said = flowkeep.say(&compare).out;
    let (form, lines) = said.split_once("\n\n").unwrap();
    assert_eq!(
        form,
        "Task Load orders · Name: Load → Load orders\n\
         Task Load orders · Give up after: 5000 → 9000"
    );
    assert!(lines.contains("-  timeout: 5000\n"), "{said}");
}

#[test]
fn only_a_workflow_has_places() {
    let flowkeep = Flowkeep::new();
    let config = flowkeep.file("configs/workflows/orders.yaml", "tool_set: office\n");
    flowkeep.file("configs/tool-sets/office.yaml", "tools: []\n");
    let (_, created) = flowkeep.json(&["session", "create", &config]);
    let id = created["session_id"].as_str().unwrap();
    flowkeep.file("configs/tool-sets/office.yaml", "tools: [sum]\n");
    let compared = flowkeep.done(&["session", "compare", id, "tool-sets/office.yaml"]);
    assert_eq!(compared["places"], json!([]), "{compared}");
    assert_eq!(compared["after"], "tools: [sum]\n");
}

/// A workflow of the catalog, one run of it, and then the workflow as it is edited.
fn edited_since_its_run(flowkeep: &Flowkeep) -> String {
    let root = text(&flowkeep.path("configs"));
    flowkeep.file("configs/tool-sets/office.yaml", "tools: []\n");
    flowkeep.done(&["session", "roots", "add", &root]);
    let workflow = |name: &str, timeout: u32| {
        let task = json!({"id": "load", "name": name, "action": "sql.query", "timeout": timeout,
            "params": {"sql": "SELECT 1"}});
        let workflow =
            json!({"id": "orders", "name": "Orders", "tool_set": "office", "tasks": [task]});
        flowkeep.file("workflow.json", workflow.to_string())
    };
    flowkeep.done(&["flow", "create", &workflow("Load", 5000)]);
    let run = flowkeep.done(&["run", "start", "orders", "--wait"]);
    assert_eq!(run["status"], "succeeded", "{run}");
    flowkeep.done(&["flow", "update", "orders", &workflow("Load orders", 9000)]);
    let listed = flowkeep.done(&["session", "list", "--all"]);
    listed["items"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_workflow_that_was_edited_since_its_run_is_told_place_by_place() {
    let flowkeep = Flowkeep::new();
    let id = edited_since_its_run(&flowkeep);
    let (_, looked) = flowkeep.json(&["session", "restore", &id, "--dry-run"]);
    let candidates = looked["candidates"].as_array().unwrap();
    let mut candidates = candidates.iter();
    let revision = candidates.find(|one| one["source"] == "revision").unwrap();
    assert_eq!(revision["differs"], 2, "{looked}");
    let compare = ["session", "compare", &id, "--definition", "revision"];
    let compared = flowkeep.done(&compare);
    assert_eq!(
        (&compared["session_id"], &compared["definition"]),
        (&json!(id), &json!("revision"))
    );
    assert_eq!(compared["places"], places());
    let said = flowkeep.say(&compare).out;
    assert!(
        said.starts_with("Task Load orders · Name: Load → Load orders\n"),
        "{said}"
    );
    let kept = flowkeep.done(&["session", "compare", &id, "--definition", "embedded"]);
    assert_eq!(
        (&kept["places"], &kept["before"]),
        (&json!([]), &kept["after"])
    );
    flowkeep.done(&["flow", "delete", "orders"]);
    let gone = flowkeep.done(&compare);
    assert_eq!(gone["code"], "no_such_workflow", "{gone}");
}

#[test]
fn a_definition_that_an_earlier_tool_kept_stands_beside_the_file_it_began_with() {
    let flowkeep = Flowkeep::new();
    flowkeep.file("configs/workflows/orders.yaml", BEFORE);
    let definition = json!({"name": "orders",
        "tasks": [{"id": "load", "name": "Load orders", "timeout": 9000}]});
    let session = json!({
        "metadata": {"session_id": "s-1", "workflow_config_path": "configs/workflows/orders.yaml"},
        "state": {"step": 1}, "workflow_config": definition,
    });
    let file = flowkeep.file("sessions/orders-1.json", session.to_string());
    let (_, imported) = flowkeep.json(&["session", "import", &file]);
    let id = imported["items"][0]["id"].as_str();
    let id = id.unwrap_or_else(|| panic!("{imported}"));
    let compared = flowkeep.done(&["session", "compare", id, "--definition", "embedded"]);
    let told = compared["places"].as_array().unwrap().iter();
    let told: Vec<_> = told.filter(|one| one["field"] != "format").collect();
    assert_eq!(json!(told), places(), "{compared}");
    fs::remove_dir_all(flowkeep.data().join("snapshots/objects")).unwrap();
    let without = flowkeep.done(&["session", "compare", id, "--definition", "embedded"]);
    assert_eq!(without["places"], json!([]));
    assert_eq!(without["code"], "object_missing", "{without}");
}
