//! Task folders in a backup, and what a restore says of them.

use std::path::Path;

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, text, workflow};

fn rows(result: &Value, kind: &str) -> Vec<Value> {
    let items = result["items"].as_array().unwrap().iter();
    items.filter(|item| item["kind"] == kind).cloned().collect()
}

#[test]
fn a_restore_brings_a_task_folder_and_says_which_is_missing() {
    let first = Flowkeep::new();
    let file = first.file("w.json", workflow("nightly", "Nightly"));
    first.done(&["flow", "create", &file]);
    let made = first.done(&["folder", "create", "nightly"]);
    let id = made["id"].as_str().unwrap();
    for (workflow, folder) in [("named", id), ("lost", "nowhere")] {
        let text = json!({"id": workflow, "name": workflow, "taskFolder": folder, "tasks": []});
        let file = first.file(&format!("{workflow}.json"), text.to_string());
        first.done(&["flow", "create", &file]);
    }
    let backup = text(&first.backup("backups"));

    let second = Flowkeep::new();
    let restore = ["db", "restore", "-i", &backup];
    let told = |result: &Value| {
        let list = result["checklist"].as_array().unwrap().iter();
        let of_folders = list.filter(|told| told["code"] == "checklist_folders");
        let names = of_folders.map(|told| told["fields"]["names"].clone());
        names.collect::<Vec<_>>()
    };
    let would = second.done(&[&restore[..], &["--dry-run"]].concat());
    assert_eq!(told(&would), [json!("lost")]);
    let only = second.done(&[&restore[..], &["--dry-run", "--only", "workflow"]].concat());
    assert_eq!(rows(&only, "folder"), [] as [Value; 0]);
    let done = second.done(&restore);
    assert_eq!(told(&done), [json!("lost")]);
    assert_eq!(rows(&done, "folder")[0]["count"], 1);
    assert_eq!(rows(&would, "folder"), rows(&done, "folder"));
    let known = second.done(&["folder", "show", id]);
    let path = Path::new(known["path"].as_str().unwrap());
    assert!(path.is_dir() && path.starts_with(second.data().canonicalize().unwrap()));

    let undone = second.done(&["db", "undo", done["undo_id"].as_str().unwrap()]);
    assert_eq!(
        (&undone["kept"], &undone["folders"]),
        (&json!(0), &json!(1))
    );
    second.refused(&["folder", "show", id], "folder_unknown");
    assert!(!path.exists());
}
