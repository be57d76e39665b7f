//! `schedule` and `event`: what starts workflows beside people.

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, keys};
use crate::sources::given;

fn workflow(id: &str, triggered: &Value) -> String {
    let mut whole = json!({"id": id, "name": id.to_uppercase(), "tasks": [
        {"id": "a", "action": "wait", "params": {"ms": 0}}]});
    for (key, value) in triggered.as_object().unwrap() {
        whole[key] = value.clone();
    }
    whole.to_string()
}

fn nightly() -> Value {
    json!({"trigger": "schedule", "schedule": {"cron": "0 2 * * *", "zone": "Asia/Shanghai"}})
}

fn create(flowkeep: &Flowkeep, id: &str, triggered: &Value) {
    let file = flowkeep.file(&format!("{id}.json"), workflow(id, triggered));
    flowkeep.done(&["flow", "create", &file]);
}

#[test]
fn what_starts_by_itself_is_listed_paused_and_switched_on() {
    let flowkeep = Flowkeep::new();
    assert_eq!(flowkeep.done(&["schedule", "list"])["total"], 0);
    create(&flowkeep, "report", &nightly());
    create(&flowkeep, "by-hand", &json!({"trigger": "api"}));
    let list = flowkeep.done(&["schedule", "list"]);
    assert_eq!(list["total"], 1);
    let item = &list["items"][0];
    assert_eq!(keys(item)[..3], ["workflow_id", "next", "paused"]);
    assert_eq!(item["workflow_id"], "report");
    assert_eq!(item["paused"], false);
    assert_eq!(item["zone"], "Asia/Shanghai");
    let next = item["next"].as_str().unwrap();
    assert!(
        next.ends_with("T18:00:00.000Z"),
        "two o'clock there: {next}"
    );

    let paused = flowkeep.done(&["schedule", "pause", "report"]);
    assert_eq!(
        (&paused["paused"], &paused["next"]),
        (&json!(true), &json!(null))
    );
    // What a person paused goes on when a person says so of it.
    let all = flowkeep.done(&["schedule", "resume", "--all"]);
    assert_eq!(all["items"][0]["paused"], true);
    assert_eq!(
        flowkeep.done(&["schedule", "resume", "report"])["paused"],
        false
    );
    flowkeep.refused(&["schedule", "pause", "by-hand"], "schedule_unknown");
    flowkeep.refused(&["schedule", "resume", "nobody"], "schedule_unknown");

    flowkeep.done(&["flow", "delete", "report"]);
    assert_eq!(flowkeep.done(&["schedule", "list"])["total"], 0);
    flowkeep.done(&["flow", "undelete", "report"]);
    assert_eq!(flowkeep.done(&["schedule", "list"])["total"], 1);
}

#[test]
fn what_cannot_be_read_as_a_time_says_so() {
    let flowkeep = Flowkeep::new();
    let wrong = json!({"trigger": "schedule", "schedule": {"cron": "0 25 * * *"}});
    create(&flowkeep, "report", &wrong);
    let item = flowkeep.done(&["schedule", "list"])["items"][0].clone();
    assert_eq!(item["next"], Value::Null);
    assert_eq!(item["code"], "cron_unreadable");
}

#[test]
fn nothing_that_was_brought_in_starts_by_itself() {
    let there = Flowkeep::new();
    create(&there, "report", &nightly());
    let backup = there.backup("backup");
    let here = Flowkeep::new();
    here.done(&["db", "restore", "-i", backup.to_str().unwrap()]);
    let list = here.done(&["schedule", "list"]);
    assert_eq!(
        (&list["held"][0]["cause"], &list["held"][0]["names"]),
        (&json!("brought_in"), &json!(["REPORT"]))
    );
    assert_eq!(list["items"][0]["paused"], true);
    assert_eq!(list["items"][0]["code"], "schedule_brought_in");
    let all = here.done(&["schedule", "resume", "--all"]);
    assert_eq!(
        (&all["held"], &all["items"][0]["paused"]),
        (&json!([]), &json!(false))
    );

    let event = json!({"trigger": "event", "event": {"name": "stock.low"}});
    let file = here.file("order.json", workflow("order", &event));
    here.done(&["flow", "import", &file]);
    assert_eq!(
        here.done(&["event", "emit", "stock.low"])["started"],
        json!([])
    );
    here.done(&["schedule", "resume", "order"]);
    let emitted = here.done(&["event", "emit", "stock.low"]);
    assert_eq!(emitted["started"].as_array().unwrap().len(), 1);
    // The same once more, over what is here: it was changed elsewhere, and waits again.
    let changed = workflow("order", &event).replace("ORDER", "Order");
    let file = here.file("order.json", changed);
    let import = ["flow", "import", &file, "--on-conflict", "replace"];
    let started = || {
        let emitted = here.done(&["event", "emit", "stock.low"]);
        emitted["started"].as_array().unwrap().len()
    };
    let imported = here.done(&import);
    assert_eq!(started(), 0);
    // Undone, it is as it was, and that was on.
    here.done(&["db", "undo", imported["undo_id"].as_str().unwrap()]);
    assert_eq!(started(), 1);
    // But not where somebody has said another thing since.
    let imported = here.done(&import);
    here.done(&["schedule", "pause", "order"]);
    here.done(&["db", "undo", imported["undo_id"].as_str().unwrap()]);
    assert_eq!(started(), 0);
}

#[test]
fn what_somebody_paused_is_still_paused_after_a_restore_and_no_go_on_of_all_switches_it_on() {
    let there = Flowkeep::new();
    create(&there, "off", &nightly());
    create(&there, "on", &nightly());
    there.done(&["schedule", "pause", "off"]);
    let backup = there.backup("backup");
    let kept = std::fs::read_to_string(backup.join("schedules.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&kept).unwrap(),
        json!([{"workflow": "off", "paused": true}])
    );
    let here = Flowkeep::new();
    here.done(&["db", "restore", "-i", backup.to_str().unwrap()]);
    let all = here.done(&["schedule", "resume", "--all"]);
    let paused = |id: &str| {
        let mut items = all["items"].as_array().unwrap().iter();
        items.find(|item| item["workflow_id"] == id).unwrap()["paused"].clone()
    };
    assert_eq!((paused("off"), paused("on")), (json!(true), json!(false)));
    // What is in a backup of what was restored is the same.
    let again = std::fs::read_to_string(here.backup("again").join("schedules.json")).unwrap();
    assert_eq!(again, kept);
}

/// A task that tells of an event its own workflow listens to.
#[test]
fn a_run_that_starts_itself_by_an_event_is_stopped() {
    let flowkeep = Flowkeep::new();
    create(&flowkeep, "own", &json!({"trigger": "event"}));
    let emit = |run: &str| {
        let mut command = flowkeep.command(&["--json", "event", "emit", "own"]);
        let said = command.env("FLOWKEEP_RUN", run).output().unwrap();
        serde_json::from_slice::<Value>(&said.stdout).unwrap()
    };
    // A run of another data folder is none of this chain.
    let mut run = "01J00000000000000000000000".to_owned();
    let mut started = 0;
    let refused = loop {
        let emitted = emit(&run);
        match emitted["started"].as_array().unwrap().first() {
            Some(next) => next.as_str().unwrap().clone_into(&mut run),
            None => break emitted,
        }
        started += 1;
        assert!(started < 20, "it would never end");
    };
    let why = &refused["refused"][0]["code"];
    assert_eq!(why, "event_chain_too_long", "{refused}");
    assert_eq!(started, 17);
}

/// Who switches it on is there; at two in the night nobody is.
#[test]
fn what_will_keep_a_workflow_from_starting_is_told_when_it_is_switched_on() {
    let there = Flowkeep::new();
    let mut text: Value = serde_json::from_str(&workflow("report", &nightly())).unwrap();
    text["tasks"] = json!([{"id": "a", "action": "file.write",
        "params": {"path": "a.txt", "text": "a"}}]);
    let file = there.file("report.json", text.to_string());
    there.done(&["flow", "create", &file]);
    let backup = there.backup("backup");
    let here = Flowkeep::new();
    here.done(&["db", "restore", "-i", backup.to_str().unwrap()]);
    let told = ["notice", "set", "webhook", "--on", "--secret-stdin"];
    assert_eq!(given(&here, &told, "http://127.0.0.1:1/robot").0, 0);
    let on = here.done(&["schedule", "resume", "report"]);
    assert_eq!(
        (&on["paused"], &on["code"]),
        (&json!(false), &json!("schedule_untrusted"))
    );
    // Whoever switches it on reads it there; nothing was missed yet.
    assert_eq!(here.done(&["notice", "list"])["total"], 0);
    here.done(&["run", "start", "report", "--trust", "--wait"]);
    let list = here.done(&["schedule", "list"]);
    assert_eq!(list["items"][0]["code"], Value::Null, "it would start now");
}

#[test]
fn an_event_starts_what_listens_with_its_context() {
    let flowkeep = Flowkeep::new();
    create(
        &flowkeep,
        "order",
        &json!({"trigger": "event", "event": {"name": "stock.low"}}),
    );
    create(&flowkeep, "own", &json!({"trigger": "event"}));
    let emitted = flowkeep.done(&[
        "event",
        "emit",
        "stock.low",
        "--context",
        r#"{"item": "ink"}"#,
    ]);
    assert_eq!(keys(&emitted), ["started"]);
    let started = emitted["started"].as_array().unwrap();
    assert_eq!(started.len(), 1);
    let run = flowkeep.done(&["run", "show", started[0].as_str().unwrap()]);
    assert_eq!(run["workflow_id"], "order");
    assert_eq!(run["context"], json!({"item": "ink"}));
    assert_eq!(run["event"], "stock.low");
    assert_eq!(
        flowkeep.done(&["event", "emit", "own"])["started"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        flowkeep.done(&["event", "emit", "nothing"]),
        json!({"started": []})
    );
    flowkeep.misused(&["event", "emit", " "], "event_unnamed");
}

#[test]
fn what_will_keep_a_schedule_from_starting_is_told_where_it_is_written_and_listed() {
    let flowkeep = Flowkeep::new();
    let text = json!({"id": "w", "name": "W", "schedule": {"cron": "0 2 * * *"},
        "tasks": [{"id": "a", "action": "wait", "params": {"ms": "${context.ms}"}}]});
    let file = flowkeep.file("w.json", text.to_string());
    let made = flowkeep.done(&["flow", "create", &file]);
    assert_eq!(made["warnings"][0]["code"], "input_not_given", "{made}");
    let updated = flowkeep.say(&["flow", "update", "w", &file]).out;
    assert!(updated.contains("Warning: /tasks/0/params/ms"), "{updated}");
    let checked = flowkeep.done(&["flow", "validate", "--file", &file]);
    assert_eq!(
        checked["warnings"][0]["code"], "input_not_given",
        "{checked}"
    );
    assert_eq!(
        flowkeep.done(&["flow", "validate", "w"])["warnings"],
        checked["warnings"]
    );

    let listed = flowkeep.done(&["schedule", "list"]);
    let row = &listed["items"][0];
    assert!(row["next"].is_string(), "the time stays: {row}");
    assert_eq!(row["hindered"]["code"], "input_not_given", "{row}");
    let said = flowkeep.say(&["schedule", "list"]).out;
    assert!(said.contains("Nobody gives the input “ms”"), "{said}");

    let wrong = json!({"id": "t", "name": "T", "trigger": {"cron": "0 2 * * *"},
        "tasks": [{"id": "a", "action": "wait", "params": {"ms": 0}}]});
    let file = flowkeep.file("t.json", wrong.to_string());
    let made = flowkeep.done(&["flow", "create", &file]);
    assert_eq!(
        made["errors"][0]["path"], "/trigger",
        "it is kept, and said: {made}"
    );
}
