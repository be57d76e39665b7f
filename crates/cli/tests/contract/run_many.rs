//! Several runs in one call: started again, cancelled, deleted and brought back, each with its own answer.

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, keys};

const FAILS: &str = r#"{"id": "fails", "name": "Fails", "tasks": [
  {"id": "go", "action": "sql.query", "params": {"sql": "SELECT n FROM nowhere"}}]}"#;

const WAITS: &str = r#"{"id": "waits", "name": "Waits", "tasks": [
  {"id": "t", "action": "wait", "params": {"ms": 0}}]}"#;

const CALLS: &str = r#"{"id": "calls", "name": "Calls", "tasks": [
  {"id": "t", "action": "workflow.run", "params": {"workflow": "waits"}}]}"#;

fn create(flowkeep: &Flowkeep, text: &str) {
    let file = flowkeep.file("workflow.json", text);
    flowkeep.done(&["flow", "create", &file]);
}

fn id(run: &Value) -> String {
    run["run_id"].as_str().unwrap().to_owned()
}

fn ended(flowkeep: &Flowkeep, workflow: &str) -> String {
    id(&flowkeep.json(&["run", "start", workflow, "--wait"]).1)
}

fn listed(flowkeep: &Flowkeep) -> Vec<String> {
    let found = flowkeep.done(&["run", "list"]);
    let items = found["items"].as_array().unwrap().iter();
    items
        .map(|run| run["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn deleted_runs_come_back_whole_by_their_ids_or_an_undo() {
    let flowkeep = Flowkeep::new();
    create(&flowkeep, FAILS);
    create(&flowkeep, WAITS);
    let (fails, waits) = (ended(&flowkeep, "fails"), ended(&flowkeep, "waits"));
    let queued = id(&flowkeep.done(&["run", "start", "waits"]));
    let shown = flowkeep.done(&["run", "show", &fails]);
    let all = listed(&flowkeep);

    let (code, done) = flowkeep.json(&["run", "delete", &fails, &waits, &queued, "no-run"]);
    assert_eq!((code, &done["done"]), (3, &json!(2)), "{done}");
    assert_eq!(
        keys(&done),
        [
            "done",
            "left_out",
            "items",
            "operation_id",
            "more",
            "cancelled"
        ]
    );
    let reasons: Vec<_> = done["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["run_id"].clone(), item["code"].clone()))
        .collect();
    for told in [
        (json!(fails), Value::Null),
        (json!(waits), Value::Null),
        (json!(queued), json!("run_left_going")),
        (json!("no-run"), json!("run_left_unknown")),
    ] {
        assert!(reasons.contains(&told), "{told:?}: {reasons:?}");
    }
    assert_eq!(listed(&flowkeep), [queued]);
    let (code, gone) = flowkeep.json(&["run", "show", &fails]);
    assert_eq!((code, &gone["error"]["code"]), (1, &json!("run_unknown")));

    let back = flowkeep.done(&["run", "undelete", &fails]);
    assert_eq!(back["done"], 1);
    assert_eq!(flowkeep.done(&["run", "show", &fails]), shown);
    let operation = done["operation_id"].as_str().unwrap();
    let undone = flowkeep.done(&["db", "undo", operation]);
    assert_eq!(
        (&undone["restored"], &undone["kept"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(listed(&flowkeep), all);
    let (code, again) = flowkeep.json(&["db", "undo", operation]);
    assert_eq!(
        (code, &again["error"]["code"]),
        (1, &json!("undone_already"))
    );

    // It is no restore or import, which `db undo` takes back by itself.
    flowkeep.done(&["run", "delete", &fails]);
    let (code, none) = flowkeep.json(&["db", "undo"]);
    assert_ne!(
        none["undone"]["operation"], "run_delete",
        "{code}: the create before it, or nothing"
    );
}

#[test]
fn a_backup_does_not_have_what_is_deleted() {
    let flowkeep = Flowkeep::new();
    create(&flowkeep, WAITS);
    let (gone, kept) = (ended(&flowkeep, "waits"), ended(&flowkeep, "waits"));
    flowkeep.done(&["run", "delete", &gone]);
    let backups = flowkeep.path("backups");
    let backups = backups.to_str().unwrap();
    let made = flowkeep.done(&["db", "backup", "-o", backups]);
    let other = Flowkeep::new();
    other.json(&["db", "restore", "-i", made["target_dir"].as_str().unwrap()]);
    assert_eq!(listed(&other), [kept]);
}

#[test]
fn what_a_run_started_goes_and_comes_with_it() {
    let flowkeep = Flowkeep::new();
    create(&flowkeep, WAITS);
    create(&flowkeep, CALLS);
    let calls = ended(&flowkeep, "calls");
    let all = listed(&flowkeep);
    assert_eq!(all.len(), 2);
    let child = all.iter().find(|run| **run != calls).unwrap();
    let (code, done) = flowkeep.json(&["run", "delete", child]);
    assert_eq!(code, 3);
    let left = &done["left_out"][0];
    assert_eq!(
        (&left["code"], &left["count"]),
        (&json!("run_left_below"), &json!(1))
    );
    assert_eq!(left["fields"]["run"], json!(calls));
    flowkeep.done(&["run", "delete", &calls]);
    assert!(listed(&flowkeep).is_empty());
    flowkeep.done(&["run", "undelete", child]);
    assert_eq!(listed(&flowkeep), all);
}

#[test]
fn several_are_started_again_or_cancelled_and_each_answers() {
    let flowkeep = Flowkeep::new();
    create(&flowkeep, FAILS);
    create(&flowkeep, WAITS);
    let failed = [ended(&flowkeep, "fails"), ended(&flowkeep, "fails")];
    let fine = ended(&flowkeep, "waits");
    let (code, done) = flowkeep.json(&["run", "retry", &failed[0], &failed[1], &fine]);
    assert_eq!((code, &done["done"]), (3, &json!(2)), "{done}");
    let items = done["items"].as_array().unwrap();
    assert_eq!(items[2]["code"], "run_left_fine");
    let new: Vec<_> = items[..2]
        .iter()
        .map(|item| item["new_run_id"].as_str().unwrap().to_owned())
        .collect();
    for (run, before) in new.iter().zip(&failed) {
        let shown = flowkeep.done(&["run", "show", run]);
        assert_eq!(
            (&shown["repeats"], &shown["status"]),
            (&json!(before), &json!("queued"))
        );
    }
    // From its start one that succeeded is started again, too.
    let again = flowkeep.done(&["run", "retry", &fine, &failed[0], "--from", "start"]);
    assert_eq!(again["done"], 2);

    let (code, done) = flowkeep.json(&["run", "cancel", &new[0], &new[1], &failed[0]]);
    assert_eq!((code, &done["done"]), (3, &json!(2)), "{done}");
    let items = done["items"].as_array().unwrap();
    assert_eq!(items[0]["status"], "cancelled");
    assert_eq!(items[2]["code"], "run_left_ended");
    // One alone answers as ever.
    let (code, refused) = flowkeep.json(&["run", "cancel", &failed[0]]);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (1, &json!("run_has_ended"))
    );
    let (code, refused) = flowkeep.json(&["run", "retry", &failed[0], &fine, "--wait"]);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (1, &json!("wait_for_one"))
    );
}

#[test]
fn people_are_told_how_many_and_why_not() {
    let flowkeep = Flowkeep::new();
    create(&flowkeep, WAITS);
    let run = ended(&flowkeep, "waits");
    let queued = id(&flowkeep.done(&["run", "start", "waits"]));
    let said = flowkeep.say(&["run", "delete", &run, &queued]).out;
    assert!(
        said.contains(&format!("{queued}: It has not ended")),
        "{said}"
    );
    assert!(said.contains("Deleted: 1"), "{said}");
}
