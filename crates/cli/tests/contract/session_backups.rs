//! Sessions in a backup, and what a restore and its undo say of them.

use std::fs;

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, text};

fn counted(result: &Value) -> Option<Value> {
    let items = result["items"].as_array().unwrap().iter();
    let mut of_sessions = items.filter(|item| item["kind"] == "session");
    of_sessions.next().map(|item| item["count"].clone())
}

#[test]
fn a_session_comes_with_a_restore_can_be_brought_back_and_goes_with_the_undo() {
    let first = Flowkeep::new();
    for (path, content) in [
        ("configs/workflows/orders.yaml", "tool_set: office\n"),
        ("configs/tool-sets/office.yaml", "tools: [sum]\n"),
        ("configs/tools/sum.yaml", "name: sum\n"),
    ] {
        let path = first.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let config = text(&first.path("configs/workflows/orders.yaml"));
    let made = first.done(&["session", "create", &config]);
    let id = made["session_id"].as_str().unwrap();
    let backup = text(&first.backup("backups"));
    fs::remove_dir_all(first.path("configs")).unwrap();

    let second = Flowkeep::new();
    let restore = ["db", "restore", "-i", &backup];
    let would = second.done(&[&restore[..], &["--dry-run"]].concat());
    assert_eq!(counted(&would), Some(json!(1)));
    let without = second.done(&[&restore[..], &["--dry-run", "--only", "run"]].concat());
    assert_eq!(counted(&without), None);
    let done = second.done(&[&restore[..], &["--only", "session"]].concat());
    assert_eq!(counted(&done), Some(json!(1)));
    let shown = second.done(&["session", "show", id]);
    assert_eq!(shown["status"], "interrupted");
    assert_eq!(shown["works_with"], "file");
    assert_eq!(shown["snapshots"][0]["files"].as_array().unwrap().len(), 3);
    let again = second.done(&restore);
    assert_eq!(counted(&again), None);

    let undone = second.done(&["db", "undo", done["undo_id"].as_str().unwrap()]);
    assert_eq!(undone["sessions"], 1);
    second.refused(&["session", "show", id], "session_unknown");
    second.done(&restore);
    let restored = second.done(&["session", "restore", id]);
    assert_eq!(restored["source"], "snapshot");
    let overlay = restored["overlay"].as_str().unwrap();
    let sum = fs::read_to_string(format!("{overlay}/tools/sum.yaml")).unwrap();
    assert_eq!(sum, "name: sum\n");
}

const ORDERS: &str = r#"{"id": "orders", "name": "Orders", "tool_set": "office", "tasks": [
  {"id": "load", "name": "Load", "action": "program.run", "params": {"program": "true"}}]}"#;

fn listed(flowkeep: &Flowkeep) -> Vec<(String, String)> {
    let roots = flowkeep.done(&["session", "roots"]);
    let roots = roots["items"].as_array().unwrap().iter();
    let word = |root: &Value, key: &str| root[key].as_str().unwrap().to_owned();
    let listed = roots.filter(|root| root["listed"] == true);
    listed
        .map(|root| (word(root, "path"), word(root, "state")))
        .collect()
}

fn left_to_do(result: &Value) -> Vec<&str> {
    let items = result["checklist"].as_array().unwrap().iter();
    items.filter_map(|item| item["code"].as_str()).collect()
}

#[cfg(unix)]
#[test]
fn folders_of_configurations_come_back_and_runs_keep_what_is_in_them() {
    let first = Flowkeep::new();
    first.file("configs/tool-sets/office.yaml", "tools: [sum]\n");
    first.file("configs/tools/sum.yaml", "name: sum\n");
    first.file("gone/workflows/a.yaml", "name: a\n");
    let workflow = first.file("workflow.json", ORDERS);
    first.done(&["flow", "create", &workflow]);
    let real = |name: &str| text(&first.path(name).canonicalize().unwrap());
    let (configs, gone) = (real("configs"), real("gone"));
    for root in [&configs, &gone] {
        first.done(&["session", "roots", "add", root]);
    }
    let backup = text(&first.backup("backups"));
    let settings = fs::read_to_string(format!("{backup}/settings.json")).unwrap();
    let settings: Value = serde_json::from_str(&settings).unwrap();
    assert_eq!(settings["config_roots"], json!([configs, gone]));
    fs::rename(first.path("gone"), first.path("moved")).unwrap();

    let second = Flowkeep::new();
    let restore = ["db", "restore", "-i", &backup];
    let would = second.done(&[&restore[..], &["--dry-run"]].concat());
    assert_eq!(left_to_do(&would), ["checklist_config_roots"]);
    let without = second.done(&[&restore[..], &["--dry-run", "--only", "workflow"]].concat());
    assert_eq!(left_to_do(&without), [""; 0]);
    let restored = second.done(&restore);
    let told = &restored["checklist"][0];
    assert_eq!(told["fields"], json!({"count": "1", "names": gone}));
    let mut both = vec![
        (configs.clone(), "there".to_owned()),
        (gone.clone(), "gone".to_owned()),
    ];
    assert_eq!(listed(&second), both);
    let run = second.done(&["run", "start", "orders", "--trust", "--wait"]);
    assert_eq!(run["status"], "succeeded", "{run}");
    let id = run["run_id"].as_str().unwrap();
    let kept = second.done(&["session", "show", id]);
    assert_eq!(kept["snapshots"][0]["files"].as_array().unwrap().len(), 2);

    // What is on the list already is told of no more.
    let again = second.done(&restore);
    assert_eq!(left_to_do(&again), [""; 0]);
    let moved = text(&first.path("moved"));
    second.done(&["session", "relink", &gone, &moved]);
    both[1] = (real("moved"), "there".to_owned());
    assert_eq!(listed(&second), both);
    assert_eq!(listed(&first)[1].1, "gone");
}
