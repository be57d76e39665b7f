//! Runs and people: what is asked, what an answer needs, what is shown before anybody trusts it.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, keys};

/// A task for a person with everything a form can have, and one that uses what was filled in.
const REVIEW: &str = r#"{"id": "review", "name": "Review", "tasks": [
  {"id": "count", "action": "sql.query", "params": {"sql": "SELECT 3 AS n"}},
  {"id": "look", "name": "Look at it", "action": "manual", "dependsOn": ["count"], "params": {
    "instruction": "Look at ${tasks.count.output.rows[0].n} rows of ${context.day}",
    "checklist": {"read": "All of it was read", "sign": true},
    "fields": [{"name": "amount", "label": "Amount", "type": "whole", "required": true},
               {"name": "way", "options": ["post", "courier"], "default": "post"}]}},
  {"id": "note", "action": "file.write", "dependsOn": ["look"],
   "params": {"path": "note.txt", "text": "${tasks.look.output.fields.way} ${tasks.look.output.fields.amount}"}}]}"#;

fn create(flowkeep: &Flowkeep, text: &str) {
    let file = flowkeep.file("workflow.json", text);
    flowkeep.done(&["flow", "create", &file]);
}

/// Starts a run that comes to wait for a person; its id.
fn waiting(flowkeep: &Flowkeep, workflow: &str, context: &str) -> String {
    let words = ["run", "start", workflow, "--context", context, "--wait"];
    let (exit, run) = flowkeep.json(&words);
    assert_eq!((exit, &run["status"]), (3, &json!("waiting")), "{run}");
    run["run_id"].as_str().unwrap().to_owned()
}

fn task(flowkeep: &Flowkeep, run: &str, id: &str) -> Value {
    let shown = flowkeep.done(&["run", "show", run]);
    let tasks = shown["tasks"].as_array().unwrap().iter();
    let mut found = tasks.filter(|task| task["id"] == id);
    found.next().unwrap().clone()
}

#[test]
fn work_is_shown_with_what_is_ticked_and_filled_in_so_far() {
    let flowkeep = Flowkeep::new();
    create(&flowkeep, REVIEW);
    let run = waiting(&flowkeep, "review", r#"{"day": "Monday"}"#);
    let look = task(&flowkeep, &run, "look");
    let question = &look["question"];
    assert_eq!(question["kind"], "work");
    assert_eq!(question["instruction"], "Look at 3 rows of Monday");
    assert_eq!(
        question["checklist"],
        json!([{"id": "read", "text": "All of it was read", "optional": false, "ticked": false},
               {"id": "sign", "text": "sign", "optional": false, "ticked": false}])
    );
    assert_eq!(question["fields"][0]["holds"], "whole");
    assert_eq!(question["fields"][1]["value"], "post");
    assert_eq!(question["open"].as_array().unwrap().len(), 3);
    assert_eq!(
        question["send_back_to"],
        json!([{"id": "count", "name": "count"}])
    );
    let counted = task(&flowkeep, &run, "count");
    assert_eq!(counted["output"]["rows"], json!([{"n": 3}]));
    assert!(counted.get("question").is_none());
    assert_eq!(task(&flowkeep, &run, "note")["waits_for"], json!(["look"]));
}

#[test]
fn an_answer_is_checked_kept_and_becomes_the_output() {
    let flowkeep = Flowkeep::new();
    create(&flowkeep, REVIEW);
    let run = waiting(&flowkeep, "review", r#"{"day": "Monday"}"#);
    let answer = |more: &[&str]| {
        let words: Vec<_> = ["run", "answer", &run, "look"]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        flowkeep.json(&words)
    };
    let refused = |more: &[&str], code: &str, field: &str, about: &str| {
        let (exit, value) = answer(more);
        assert_eq!(
            (exit, &value["error"]["code"]),
            (1, &json!(code)),
            "{value}"
        );
        assert_eq!(value["error"]["fields"][field], about, "{value}");
    };
    refused(&["--tick", "all"], "answer_item_unknown", "item", "all");
    refused(
        &["--fields", r#"{"amount": "many"}"#],
        "answer_field_not_whole",
        "field",
        "Amount",
    );
    refused(
        &["--fields", r#"{"way": "pigeon"}"#],
        "answer_field_not_choice",
        "options",
        "post, courier",
    );
    refused(
        &["--fields", r#"{"other": 1}"#],
        "answer_field_unknown",
        "field",
        "other",
    );
    refused(
        &["--approve"],
        "answer_not_ticked",
        "item",
        "All of it was read",
    );
    assert_eq!(answer(&["--tick", "read", "sign"]).0, 0);
    assert_eq!(answer(&["--untick", "read"]).0, 0);
    refused(
        &["--approve"],
        "answer_not_ticked",
        "item",
        "All of it was read",
    );
    refused(
        &["--approve", "--tick", "read"],
        "answer_field_empty",
        "field",
        "Amount",
    );
    assert_eq!(
        task(&flowkeep, &run, "look")["question"]["checklist"][0]["ticked"],
        false,
        "nothing of an answer that is refused is kept"
    );
    let (exit, value) = answer(&["--done"]);
    assert_eq!(
        (exit, &value["error"]["code"]),
        (1, &json!("run_answer_does_not_fit"))
    );
    assert_eq!(
        answer(&["--tick", "read", "--fields", r#"{"amount": 7}"#]).0,
        0
    );
    let open = &task(&flowkeep, &run, "look")["question"]["open"];
    assert_eq!(open, &json!([]));
    assert_eq!(answer(&["--approve"]).0, 0);
    let (exit, ended) = flowkeep.json(&["run", "resume", &run, "--wait"]);
    assert_eq!((exit, &ended["status"]), (0, &json!("succeeded")));
    let folder = flowkeep.data().join("task-folders").join(&run);
    let note = std::fs::read_to_string(folder.join("note.txt")).unwrap();
    assert_eq!(note, "post 7");
    // Who decided, in the words of the form.
    let given = flowkeep.done(&["run", "output", &run, "look"]);
    assert_eq!(given["output"]["fields"]["amount"], 7);
    let decided = &given["decided"];
    assert_eq!(decided["decision"], "approve");
    assert_eq!(decided["by"], given["output"]["by"]);
    assert_eq!(decided["checklist"][0]["text"], "All of it was read");
    assert_eq!(decided["checklist"][0]["ticked"], true);
    assert_eq!(decided["fields"][0]["label"], "Amount");
    assert_eq!(decided["fields"][0]["value"], 7);
    let counted = flowkeep.done(&["run", "output", &run, "count"]);
    assert!(counted.get("decided").is_none());
    let (code, value) = answer(&["--tick", "read"]);
    assert_eq!(
        (code, &value["error"]["code"]),
        (1, &json!("run_has_ended"))
    );
}

#[test]
fn work_that_is_sent_back_is_ticked_anew() {
    let flowkeep = Flowkeep::new();
    create(
        &flowkeep,
        r#"{"id": "stages", "name": "S", "stages": [
          {"id": "a", "description": "Write ${ENV}", "checklist": ["written"]},
          {"id": "b", "checklist": []}, {"id": "c"}],
         "transitions": [{"from": "a", "to": "b"}, {"from": "b", "to": "b"}, {"from": "b", "to": "c", "condition": "good"}, {"from": "b", "to": "a"}]}"#,
    );
    let run = waiting(&flowkeep, "stages", "{}");
    let first = task(&flowkeep, &run, "a")["question"].clone();
    assert_eq!(first["instruction"], "Write ${ENV}");
    flowkeep.done(&["run", "answer", &run, "a", "--tick", "written", "--approve"]);
    let second = task(&flowkeep, &run, "b")["question"].clone();
    assert_eq!(
        second["next"],
        json!([{"id": "c", "name": "c", "label": "good"}, {"id": "a", "name": "a"}, {"id": "b", "name": "b"}])
    );
    assert_eq!(second["send_back_to"][0]["id"], "a");
    let why = "The list\nis short.";
    let long = "x".repeat(2_001);
    let send = |reason| {
        [
            "run",
            "answer",
            &run,
            "b",
            "--send-back",
            "a",
            "--reason",
            reason,
        ]
    };
    flowkeep.refused(&send(&long), "run_reason_too_long");
    flowkeep.done(&send(why));
    let error = task(&flowkeep, &run, "b")["attempts"][0]["error"].clone();
    assert_eq!(error["code"], "run_sent_back_because");
    assert_eq!(error["fields"], json!({"to": "a", "reason": why}));
    let told = flowkeep.say(&["run", "log", &run]).out;
    let line = |words: &str| told.lines().position(|line| line.contains(words));
    let (started, approved, back) = (line("started the run"), line("approved it"), line("short."));
    assert!(
        started < approved && approved < back && started.is_some(),
        "{told}"
    );
    let again = task(&flowkeep, &run, "a")["question"].clone();
    assert_eq!(again["checklist"][0]["ticked"], false);
    flowkeep.refused(
        &["run", "answer", &run, "a", "--approve"],
        "answer_not_ticked",
    );
    let said = flowkeep.say(&["run", "show", &run]).out;
    assert!(said.contains("[ ] written"), "{said}");
}

#[test]
fn an_attempt_that_was_broken_off_asks_what_became_of_it() {
    let flowkeep = Flowkeep::new();
    let params = json!({"sql": "CREATE TABLE t(n)"}).to_string();
    flowkeep.done(&["run", "task", "sql.execute", "--params", &params]);
    create(
        &flowkeep,
        r#"{"id": "long", "name": "Long", "tasks": [{"id": "fill", "action": "sql.execute", "params":
          {"sql": "INSERT INTO t SELECT count(*) FROM (WITH RECURSIVE c(n) AS (SELECT ? UNION ALL SELECT n + 1 FROM c LIMIT 1000000000000) SELECT n FROM c)", "args": ["${context.from}"]}}]}"#,
    );
    let mut engine = flowkeep
        .command(&[
            "run",
            "start",
            "long",
            "--context",
            r#"{"from": 1}"#,
            "--wait",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let run = loop {
        let list = flowkeep.done(&["run", "list", "--status", "running", "--workflow", "long"]);
        if let Some(run) = list["items"][0]["id"].as_str() {
            break run.to_owned();
        }
        assert!(engine.try_wait().unwrap().is_none(), "it ended");
    };
    engine.kill().unwrap();
    engine.wait().unwrap();
    // Nobody carries it out any more, and whoever asks is told so.
    let list = flowkeep.done(&["run", "list", "--workflow", "long"]);
    assert_eq!(list["items"][0]["status"], "interrupted");
    let fill = task(&flowkeep, &run, "fill");
    assert_eq!(fill["status"], "interrupted");
    let question = &fill["question"];
    assert_eq!(
        (
            &question["kind"],
            &question["idempotent"],
            &question["times"]
        ),
        (&json!("interrupted"), &json!(false), &json!(1))
    );
    assert_eq!(question["act"]["source"], "local");
    assert_eq!(
        question["act"]["lines"][1],
        json!({"param": "args", "text": "[1]"})
    );
    flowkeep.refused(
        &["run", "answer", &run, "fill", "--approve"],
        "run_answer_does_not_fit",
    );
    flowkeep.done(&["run", "answer", &run, "fill", "--done"]);
    assert_eq!(task(&flowkeep, &run, "fill")["status"], "succeeded");
}

#[test]
fn a_preview_says_what_a_start_would_do_and_does_nothing() {
    let flowkeep = Flowkeep::new();
    let acting = REVIEW.replace("sql.query", "sql.execute");
    let file = flowkeep.file("review.json", &acting);
    flowkeep.done(&["flow", "import", &file]);
    // Without the input it would fail.
    let (exit, found) = flowkeep.json(&["run", "preview", "review"]);
    assert_eq!(exit, 1);
    assert_eq!(
        keys(&found),
        [
            "workflow_id",
            "workflow_name",
            "revision",
            "problems",
            "warnings",
            "trust",
            "context_names",
            "steps",
            "tasks",
            "sources",
            "secrets",
            "under_way",
            "folders",
            "names_folder"
        ]
    );
    assert_eq!(found["problems"], json!([]));
    assert_eq!(found["trust"]["needed"], true);
    let acts = found["trust"]["acts"].as_array().unwrap();
    let tasks: Vec<_> = acts
        .iter()
        .map(|act| act["task"].as_str().unwrap())
        .collect();
    assert_eq!(tasks, ["count", "note"]);
    assert_eq!(acts[0]["source"], "local");
    assert_eq!(
        acts[0]["lines"],
        json!([{"param": "sql", "text": "SELECT 3 AS n"}])
    );
    assert_eq!(
        found["context_names"],
        json!([{"name": "day", "given": false, "needed": true, "used": [{"task": "look", "path": "/tasks/1/params/instruction"}]}])
    );
    let given = flowkeep.done(&["run", "preview", "review", "--context", r#"{"day": 1}"#]);
    assert_eq!(given["context_names"][0]["given"], true);
    assert_eq!(flowkeep.done(&["run", "list"])["items"], json!([]));

    // The refusal to start carries the same.
    let refused = flowkeep.refused(&["run", "start", "review"], "trust_required");
    let carried = refused["error"]["fields"]["acts"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(carried).unwrap(), json!(acts));
    let said = flowkeep.say(&["run", "start", "review"]);
    assert!(said.out.contains("note.txt"), "{}", said.out);

    // What stops a start.
    create(
        &flowkeep,
        r#"{"id": "nowhere", "name": "N", "tasks": [
          {"id": "b", "action": "sql.query", "dataSource": "shop", "params": {"sql": "SELECT 1"}},
          {"id": "c", "action": "redis.command", "params": {"command": ["GET", "k"]}}]}"#,
    );
    let said = flowkeep.say(&["flow", "validate", "nowhere"]);
    assert!(
        said.out
            .contains("/tasks/0/dataSource: no connection fits “shop”"),
        "{}",
        said.out
    );
    assert!(
        said.out
            .ends_with("a data source it needs is not connected.\n"),
        "{}",
        said.out
    );
    let (exit, found) = flowkeep.json(&["run", "preview", "nowhere"]);
    let codes = |list: &Value| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let findings = list.as_array().unwrap().iter();
        findings
            .map(|found| (text(&found["code"]), text(&found["path"])))
            .collect()
    };
    let at = |code: &str, path: &str| (code.to_owned(), path.to_owned());
    assert_eq!(exit, 1);
    assert_eq!(
        codes(&found["problems"]),
        [at("no_connection", "/tasks/0/dataSource")]
    );
    assert_eq!(codes(&found["warnings"]), [at("no_connection", "/tasks/1")]);
    flowkeep.refused(&["run", "start", "nowhere"], "no_connection");
    create(
        &flowkeep,
        r#"{"id": "unsaid", "name": "U", "tasks": [{"id": "a", "action": "sql.query", "autoSelect": false, "params": {"sql": "SELECT 1"}}]}"#,
    );
    let refused = flowkeep.refused(&["run", "start", "unsaid"], "definition_invalid");
    assert_eq!(refused["error"]["fields"]["code"], "no_data_source");
}

#[test]
fn a_large_output_is_told_by_its_size_and_shown_when_asked_for() {
    let flowkeep = Flowkeep::new();
    create(
        &flowkeep,
        r#"{"id": "large", "name": "L", "tasks": [{"id": "a", "action": "sql.query", "params": {"sql": "SELECT printf('%.*c', 20000, 'x') AS x"}}]}"#,
    );
    let (exit, run) = flowkeep.json(&["run", "start", "large", "--wait"]);
    assert_eq!(exit, 0, "{run}");
    let run = run["run_id"].as_str().unwrap();
    let shown = task(&flowkeep, run, "a");
    assert!(shown.get("output").is_none());
    assert!(shown["output_bytes"].as_u64().unwrap() > 20_000);
    let whole = flowkeep.done(&["run", "output", run, "a"]);
    assert_eq!(
        whole["output"]["rows"][0]["x"].as_str().unwrap().len(),
        20_000
    );
    flowkeep.refused(&["run", "output", run, "b"], "run_no_output");
}

#[test]
fn what_tasks_can_do_is_a_list_with_typed_parameters() {
    let flowkeep = Flowkeep::new();
    let found = flowkeep.done(&["action", "list"]);
    let items = found["items"].as_array().unwrap();
    assert_eq!(found["total"], items.len());
    let first = &items[0];
    assert_eq!(
        (&first["key"], &first["name"]),
        (&json!("sql_query"), &json!("sql.query"))
    );
    assert_eq!(
        first["params"][0],
        json!({"name": "sql", "holds": "sql", "required": true})
    );
}

#[test]
fn agents_are_listed_and_set() {
    let flowkeep = Flowkeep::new();
    let fresh = flowkeep.done(&["agent", "list"]);
    assert_eq!(
        keys(&fresh["items"][0]),
        [
            "id",
            "capabilities",
            "capacity",
            "status",
            "running",
            "doing"
        ]
    );
    assert_eq!(fresh["items"][0]["status"], "away");
    // What is listed can be set again; what it does now is passed over.
    let file = flowkeep.file("agents.json", fresh["items"].to_string());
    assert_eq!(flowkeep.done(&["agent", "set", "--file", &file]), fresh);
    let file = flowkeep.file(
        "agents.json",
        r#"[{"id": "files", "capabilities": ["file"], "capacity": 1}]"#,
    );
    let set = flowkeep.done(&["agent", "set", "--file", &file, "--limit", "3"]);
    assert_eq!((&set["total"], &set["limit"]), (&json!(1), &json!(3)));
    let again = flowkeep.done(&["agent", "set", "--limit", "0"]);
    assert_eq!(
        (&again["limit"], &again["items"][0]["id"]),
        (&Value::Null, &json!("files"))
    );
    let file = flowkeep.file(
        "agents.json",
        r#"[{"id": "a", "capabilities": ["fly"], "capacity": 1}]"#,
    );
    flowkeep.refused(
        &["agent", "set", "--file", &file],
        "agent_capability_unknown",
    );
    let file = flowkeep.file("agents.json", r#"[{"id": "a"}]"#);
    flowkeep.refused(&["agent", "set", "--file", &file], "agents_unreadable");
    // What only another could do waits; what needs nobody does not.
    create(
        &flowkeep,
        r#"{"id": "w", "name": "W", "tasks": [{"id": "a", "action": "file.write", "params": {"path": "x", "text": "x"}},
          {"id": "b", "action": "wait", "params": {"ms": 0}}]}"#,
    );
    let (exit, run) = flowkeep.json(&["run", "start", "w", "--wait"]);
    assert_eq!(exit, 0, "{run}");
    let run = run["run_id"].as_str().unwrap();
    assert_eq!(task(&flowkeep, run, "a")["attempts"][0]["agent"], "files");
    assert_eq!(
        task(&flowkeep, run, "b")["attempts"][0]["agent"],
        Value::Null
    );
}

#[test]
fn a_run_that_came_with_a_restore_goes_on_only_when_somebody_trusts_it_and_says_so() {
    let there = Flowkeep::new();
    create(&there, REVIEW);
    let run = waiting(&there, "review", r#"{"day": "Monday"}"#);
    let backup = there.backup("backups");

    let here = Flowkeep::new();
    let restored = here.done(&["db", "restore", "-i", backup.to_str().unwrap()]);
    let rows = restored["items"].as_array().unwrap().iter();
    let runs: Vec<_> = rows.filter(|row| row["kind"] == "run").collect();
    assert_eq!((runs.len(), &runs[0]["count"]), (1, &json!(1)));
    let status = || here.done(&["run", "show", &run])["status"].clone();
    assert_eq!(status(), "interrupted");
    // An engine for all runs does others and leaves this one alone.
    let mut engine = here
        .command(&["--json", "engine", "run"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(engine.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    let params = json!({"sql": "SELECT 1"}).to_string();
    here.done(&["run", "task", "sql.query", "--params", &params]);
    assert_eq!(status(), "interrupted");
    here.refused(
        &["run", "answer", &run, "look", "--failed"],
        "run_brought_in",
    );
    let refused = here.refused(&["run", "resume", &run], "trust_required");
    let acts = refused["error"]["fields"]["acts"].as_str().unwrap();
    assert!(acts.contains("note.txt"), "{acts}");
    let again = ["run", "retry", &run, "--definition", "old", "--trust"];
    here.refused(&again, "run_has_not_ended");
    // Who is refused has trusted nothing.
    here.refused(&["run", "start", "review"], "trust_required");
    let hints = refused["error"]["hints"].to_string();
    let step = format!("run resume {run} --trust");
    assert!(hints.contains(&step), "{hints}");
    let (exit, resumed) = here.json(&["run", "resume", &run, "--trust"]);
    assert_eq!((exit, &resumed["status"]), (3, &json!("waiting")));
    // That was trusted with what this run brought; with other input it is another thing.
    // Nor has who is refused for want of input.
    here.refused(&["run", "start", "review", "--trust"], "input_missing");
    let tuesday = r#"{"day": "Tuesday"}"#;
    let start = ["run", "start", "review", "--context", tuesday];
    here.refused(&start, "trust_required");
    here.done(&[&start[..], &["--trust"]].concat());
    assert_eq!(
        task(&here, &run, "look")["question"]["instruction"],
        "Look at 3 rows of Monday"
    );
    engine.kill().unwrap();
    engine.wait().unwrap();
}

#[test]
fn what_a_restored_run_brings_beside_its_tasks_is_trusted_by_nobody_here() {
    let text = r#"{"id": "w", "name": "W", "tasks": [
        {"id": "name", "action": "sql.query", "params": {"sql": "SELECT ${context.file} AS f"}},
        {"id": "ask", "action": "manual", "dependsOn": ["name"]},
        {"id": "write", "action": "file.write", "dependsOn": ["ask"],
         "params": {"path": "${tasks.name.output.rows[0].f}", "text": "${context.text}"}}]}"#;
    let there = Flowkeep::new();
    create(&there, text);
    let run = waiting(&there, "w", r#"{"file": "theirs.txt", "text": "hello"}"#);
    let backup = there.backup("backups");

    // The same tasks are this machine's own.
    let here = Flowkeep::new();
    create(&here, text);
    let own = r#"{"file": "ours.txt", "text": "hello"}"#;
    here.done(&["run", "start", "w", "--context", own]);
    here.done(&["db", "restore", "-i", backup.to_str().unwrap()]);
    let refused = here.refused(&["run", "resume", &run], "trust_required");
    let acts = refused["error"]["fields"]["acts"].as_str().unwrap();
    assert!(
        acts.contains("theirs.txt") && acts.contains("hello"),
        "{acts}"
    );
    here.done(&["run", "cancel", &run]);
    for definition in ["current", "old"] {
        let again = ["run", "retry", &run, "--definition", definition];
        let refused = here.refused(&again, "trust_required");
        let acts = refused["error"]["fields"]["acts"].as_str().unwrap();
        assert!(acts.contains("theirs.txt"), "{acts}");
    }
    here.done(&["run", "retry", &run, "--trust"]);
    // Once per content.
    here.done(&["run", "retry", &run, "--definition", "old"]);
}

#[test]
fn a_run_waits_when_the_run_it_started_waits() {
    let flowkeep = Flowkeep::new();
    create(&flowkeep, REVIEW);
    create(
        &flowkeep,
        r#"{"id": "above", "name": "Above", "tasks": [
            {"id": "do", "action": "workflow.run",
             "params": {"workflow": "review", "context": {"day": "Monday"}}}]}"#,
    );
    let above = waiting(&flowkeep, "above", "{}");
    let child = task(&flowkeep, &above, "do")["child"]
        .as_str()
        .unwrap()
        .to_owned();
    let listed = flowkeep.done(&["run", "list", "--status", "waiting"]);
    let ids = listed["items"].as_array().unwrap().iter();
    let ids: Vec<_> = ids.map(|run| run["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [child.as_str(), above.as_str()]);
    let words = [
        "run", "answer", &child, "look", "--tick", "read", "--tick", "sign",
    ];
    flowkeep.done(&words);
    let fields = r#"{"amount": 3}"#;
    flowkeep.done(&[
        "run",
        "answer",
        &child,
        "look",
        "--fields",
        fields,
        "--approve",
    ]);
    let (exit, run) = flowkeep.json(&["run", "resume", &above, "--wait"]);
    assert_eq!((exit, &run["status"]), (0, &json!("succeeded")), "{run}");
}

#[test]
fn a_restored_run_is_cancelled_with_its_child_and_nothing_of_them_begins() {
    let there = Flowkeep::new();
    let text = r#"{"id": "below", "name": "Below", "tasks": [
        {"id": "ask", "action": "manual"},
        {"id": "write", "action": "program.run", "params": {"program": "false"}, "dependsOn": ["ask"], "runAfter": "any"}]}"#;
    create(&there, text);
    let text = r#"{"id": "above", "name": "Above", "tasks": [
        {"id": "do", "action": "workflow.run", "params": {"workflow": "below"}}]}"#;
    create(&there, text);
    let above = waiting(&there, "above", "{}");
    let child = task(&there, &above, "do")["child"]
        .as_str()
        .unwrap()
        .to_owned();
    let backup = there.backup("backups");

    let here = Flowkeep::new();
    here.done(&["db", "restore", "-i", backup.to_str().unwrap()]);
    here.done(&["run", "cancel", &above]);
    for run in [&above, &child] {
        assert_eq!(here.done(&["run", "show", run])["status"], "cancelled");
    }
    let attempts = |here: &Flowkeep| task(here, &child, "write")["attempts"].clone();
    assert_eq!(attempts(&here), attempts(&there));
}

#[test]
fn a_restored_run_goes_on_with_its_child_when_both_are_trusted() {
    let there = Flowkeep::new();
    let below = r#"{"id": "below", "name": "Below", "tasks": [
        {"id": "ask", "action": "manual"},
        {"id": "write", "action": "file.write", "params": {"path": "below.txt", "text": "x"}, "dependsOn": ["ask"]}]}"#;
    create(&there, below);
    create(
        &there,
        r#"{"id": "above", "name": "Above", "tasks": [
        {"id": "do", "action": "workflow.run", "params": {"workflow": "below"}},
        {"id": "write", "action": "file.write", "params": {"path": "above.txt", "text": "x"}, "dependsOn": ["do"]}]}"#,
    );
    let above = waiting(&there, "above", "{}");
    let child = task(&there, &above, "do")["child"]
        .as_str()
        .unwrap()
        .to_owned();
    let backup = there.backup("backups");

    let here = Flowkeep::new();
    here.done(&["db", "restore", "-i", backup.to_str().unwrap()]);
    let refused = here.refused(&["run", "resume", &above], "trust_required");
    let acts = refused["error"]["fields"]["acts"].as_str().unwrap();
    let acts: serde_json::Value = serde_json::from_str(acts).unwrap();
    let of = |at: usize| {
        (
            acts[at]["workflow"].as_str(),
            acts[at]["lines"][0]["text"].as_str(),
        )
    };
    assert_eq!(of(1), (None, Some("above.txt")), "{acts}");
    assert_eq!(of(2), (Some("Below"), Some("below.txt")), "{acts}");
    here.refused(
        &["run", "answer", &child, "ask", "--approve"],
        "run_brought_in",
    );
    let (exit, resumed) = here.json(&["run", "resume", &above, "--trust"]);
    assert_eq!((exit, &resumed["status"]), (3, &json!("waiting")));
    assert_eq!(here.done(&["run", "show", &above])["warnings"], json!([]));
    here.done(&["run", "answer", &child, "ask", "--approve"]);
    let (exit, run) = here.json(&["run", "resume", &above, "--wait"]);
    assert_eq!((exit, &run["status"]), (0, &json!("succeeded")), "{run}");
}

#[test]
fn to_cancel_a_restored_run_trusts_nothing_of_it() {
    let there = Flowkeep::new();
    let text = r#"{"id": "w", "name": "W", "tasks": [
        {"id": "ask", "action": "manual"},
        {"id": "write", "action": "program.run", "params": {"program": "true"}, "dependsOn": ["ask"], "runAfter": "any"}]}"#;
    create(&there, text);
    let run = waiting(&there, "w", "{}");
    let backup = there.backup("backups");

    let here = Flowkeep::new();
    here.done(&["db", "restore", "-i", backup.to_str().unwrap()]);
    here.done(&["run", "cancel", &run]);
    assert_eq!(here.done(&["run", "show", &run])["status"], "cancelled");
    let again = ["run", "retry", &run, "--definition", "old"];
    here.refused(&again, "trust_required");
    here.done(&[&again[..], &["--trust"]].concat());
}

#[test]
fn a_run_that_nobody_has_taken_up_is_paused_and_goes_on_later() {
    let flowkeep = Flowkeep::new();
    let text = r#"{"id": "w", "name": "W", "tasks": [{"id": "a", "action": "wait", "params": {"ms": 1}}]}"#;
    create(&flowkeep, text);
    let run = flowkeep.done(&["run", "start", "w"]);
    let id = run["run_id"].as_str().unwrap();
    let paused = flowkeep.done(&["run", "pause", id]);
    assert_eq!(paused["status"], "paused");
    assert_eq!(task(&flowkeep, id, "a")["status"], "queued");
    let (exit, run) = flowkeep.json(&["run", "resume", id, "--wait"]);
    assert_eq!((exit, &run["status"]), (0, &json!("succeeded")), "{run}");
}
