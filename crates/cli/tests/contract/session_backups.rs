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
