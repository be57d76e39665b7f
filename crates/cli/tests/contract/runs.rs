//! `run`: the shapes of the contract, on a fresh data folder with nothing connected.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, keys, workflow};

const NIGHTLY: &str = r#"{"id": "nightly", "name": "Nightly", "priority": 1, "maxConcurrent": 3, "trigger": "api",
 "tasks": [
  {"id": "load",  "name": "Load",  "action": "sql.execute", "dataSource": "local", "params": {"sql": "INSERT INTO t VALUES (?)", "args": [1]}},
  {"id": "check", "name": "Check", "action": "sql.query",   "dataSource": "local", "params": {"sql": "SELECT count(*) AS n FROM t"}, "dependsOn": ["load"]}]}"#;

/// Requirement 002, 3.3, as it stands there.
const OPERATIONS: &str = r#"{"id": "high_priority_db_ops", "name": "高优先级数据库操作", "priority": 0,
 "maxConcurrent": 3, "trigger": "event", "tasks": [
  {"id": "determine_data_source", "name": "确定数据源", "action": "DataSourceTaskExecutor.determineDataSource", "autoSelect": true},
  {"id": "execute_db_operation", "name": "执行数据库操作", "action": "DataSourceTaskExecutor.execute", "dependsOn": ["determine_data_source"]}]}"#;

/// The second example there.
const LOGGING: &str = r#"{"id": "logging_workflow", "name": "日志记录工作流", "priority": 2, "maxConcurrent": 5,
 "trigger": "event", "tasks": [
  {"id": "select_sqlite", "name": "选择SQLite存储", "action": "DataSourceTaskExecutor.execute", "dataSource": "sqlite"}]}"#;

fn query(flowkeep: &Flowkeep, sql: &str) -> Value {
    let params = json!({"sql": sql}).to_string();
    let done = flowkeep.done(&["run", "task", "sql.query", "--params", &params]);
    assert_eq!(keys(&done), ["run_id", "status", "output"]);
    done["output"]["rows"].clone()
}

fn execute(flowkeep: &Flowkeep, sql: &str) {
    let params = json!({"sql": sql}).to_string();
    flowkeep.done(&["run", "task", "sql.execute", "--params", &params]);
}

fn create(flowkeep: &Flowkeep, text: &str) {
    let file = flowkeep.file("workflow.json", text);
    flowkeep.done(&["flow", "create", &file]);
}

/// Starts a run and waits; its id.
fn waited(flowkeep: &Flowkeep, words: &[&str], exit: i32, status: &str) -> String {
    let (code, value) = flowkeep.json(words);
    assert_eq!(
        (code, value["status"].as_str()),
        (exit, Some(status)),
        "{value}"
    );
    assert_eq!(keys(&value), ["run_id", "status"]);
    value["run_id"].as_str().unwrap().to_owned()
}

/// The statuses of a run's tasks, by their ids.
fn tasks(flowkeep: &Flowkeep, run: &str) -> Value {
    let shown = flowkeep.done(&["run", "show", run]);
    let tasks = shown["tasks"].as_array().unwrap().iter();
    tasks
        .map(|task| {
            (
                task["id"].as_str().unwrap().to_owned(),
                task["status"].clone(),
            )
        })
        .collect()
}

#[test]
fn the_example_runs_with_nothing_connected() {
    let flowkeep = Flowkeep::new();
    execute(&flowkeep, "CREATE TABLE t(n)");
    create(&flowkeep, NIGHTLY);
    let run = waited(
        &flowkeep,
        &["run", "start", "nightly", "--wait"],
        0,
        "succeeded",
    );
    assert_eq!(query(&flowkeep, "SELECT n FROM t"), json!([{"n": 1}]));
    let shown = flowkeep.done(&["run", "show", &run]);
    let attempt = &shown["tasks"][0]["attempts"][0];
    assert_eq!(
        keys(attempt),
        [
            "number",
            "status",
            "queued_at",
            "started_at",
            "ended_at",
            "agent",
            "data_source",
            "reason",
            "error"
        ]
    );
    assert_eq!(attempt["data_source"], "local");
    let list = flowkeep.done(&["run", "list", "--workflow", "nightly", "--count"]);
    assert_eq!(
        (&list["total"], &list["items"][0]["id"]),
        (&json!(1), &json!(run))
    );
    assert_eq!(
        keys(&list["items"][0]),
        [
            "id",
            "workflow_id",
            "workflow_name",
            "status",
            "start_time",
            "end_time",
            "started_by"
        ]
    );
    // A step alone, and the history of a workflow that is gone.
    let step = [
        "run", "start", "nightly", "--mode", "step", "--task", "load", "--wait",
    ];
    let run = waited(&flowkeep, &step, 0, "succeeded");
    assert_eq!(
        tasks(&flowkeep, &run),
        json!({"load": "succeeded", "check": "skipped"})
    );
    flowkeep.refused(
        &[
            "run",
            "start",
            "nightly",
            "--folder",
            "f",
            "--continue-anyway",
        ],
        "folder_unknown",
    );
    flowkeep.done(&["flow", "delete", "nightly"]);
    assert_eq!(
        flowkeep.done(&["run", "show", &run])["workflow_name"],
        "Nightly"
    );
    flowkeep.refused(&["run", "start", "nightly"], "not_found");
    flowkeep.refused(
        &["run", "show", "01ARZ3NDEKTSV4RRFFQ69G5FAV"],
        "run_unknown",
    );
}

#[test]
fn the_example_of_the_requirement_runs_as_written() {
    let flowkeep = Flowkeep::new();
    execute(&flowkeep, "CREATE TABLE t(n)");
    create(&flowkeep, OPERATIONS);
    let context =
        r#"{"query": "INSERT INTO t VALUES (?)", "values": [7], "isHistoricalData": true}"#;
    let words = [
        "run",
        "start",
        "high_priority_db_ops",
        "--context",
        context,
        "--wait",
    ];
    waited(&flowkeep, &words, 0, "succeeded");
    assert_eq!(query(&flowkeep, "SELECT n FROM t"), json!([{"n": 7}]));
    create(&flowkeep, LOGGING);
    let context = r#"{"query": "INSERT INTO t VALUES (?)", "values": [8]}"#;
    let words = [
        "run",
        "start",
        "logging_workflow",
        "--context",
        context,
        "--wait",
    ];
    let run = waited(&flowkeep, &words, 0, "succeeded");
    let shown = flowkeep.done(&["run", "show", &run]);
    assert_eq!(shown["tasks"][0]["attempts"][0]["data_source"], "local");
    let rows = query(&flowkeep, "SELECT n FROM t ORDER BY n");
    assert_eq!(rows, json!([{"n": 7}, {"n": 8}]));
}

#[test]
fn what_fails_is_repeated_from_there_with_the_corrected_definition() {
    let flowkeep = Flowkeep::new();
    execute(&flowkeep, "CREATE TABLE t(n)");
    create(&flowkeep, &NIGHTLY.replace("FROM t\"", "FROM missing\""));
    let first = waited(
        &flowkeep,
        &["run", "start", "nightly", "--wait"],
        1,
        "failed",
    );
    assert_eq!(
        tasks(&flowkeep, &first),
        json!({"load": "succeeded", "check": "failed"})
    );
    let old = ["run", "retry", &first, "--definition", "old", "--wait"];
    waited(&flowkeep, &old, 1, "failed");
    let file = flowkeep.file("corrected.json", NIGHTLY);
    flowkeep.done(&["flow", "update", "nightly", &file]);
    let again = waited(
        &flowkeep,
        &["run", "retry", &first, "--wait"],
        0,
        "succeeded",
    );
    assert_ne!(first, again);
    let rows = query(&flowkeep, "SELECT count(*) AS n FROM t");
    assert_eq!(
        rows,
        json!([{"n": 1}]),
        "what had succeeded was not done again"
    );
    flowkeep.refused(
        &["run", "retry", &first, "--from", "nothing"],
        "run_unknown_task",
    );
}

#[test]
fn a_person_answers_and_the_run_goes_on() {
    let flowkeep = Flowkeep::new();
    create(
        &flowkeep,
        r#"{"id": "p", "name": "P", "tasks": [
          {"id": "look", "action": "manual", "params": {"instruction": "Look", "checklist": ["read"]}},
          {"id": "note", "action": "file.write", "params": {"path": "note.txt", "text": "${tasks.look.output.fields.word}"}, "dependsOn": ["look"]}]}"#,
    );
    let run = waited(&flowkeep, &["run", "start", "p", "--wait"], 3, "waiting");
    flowkeep.refused(
        &["run", "answer", &run, "note", "--approve"],
        "run_task_not_waiting",
    );
    flowkeep.done(&["run", "answer", &run, "look", "--tick", "read"]);
    let fields = r#"{"word": "好"}"#;
    flowkeep.done(&[
        "run",
        "answer",
        &run,
        "look",
        "--approve",
        "--fields",
        fields,
    ]);
    waited(
        &flowkeep,
        &["run", "resume", &run, "--wait"],
        0,
        "succeeded",
    );
    let folder = flowkeep.data().join("task-folders").join(&run);
    assert_eq!(
        std::fs::read_to_string(folder.join("note.txt")).unwrap(),
        "好"
    );
    flowkeep.refused(
        &["run", "answer", &run, "look", "--approve"],
        "run_has_ended",
    );
}

#[test]
fn what_came_from_elsewhere_is_trusted_first() {
    let flowkeep = Flowkeep::new();
    execute(&flowkeep, "CREATE TABLE t(n)");
    let file = flowkeep.file("nightly.json", NIGHTLY);
    flowkeep.done(&["flow", "import", &file]);
    flowkeep.refused(&["run", "start", "nightly", "--wait"], "trust_required");
    assert_eq!(query(&flowkeep, "SELECT n FROM t"), json!([]));
    let trusting = ["run", "start", "nightly", "--trust", "--wait"];
    waited(&flowkeep, &trusting, 0, "succeeded");
    waited(
        &flowkeep,
        &["run", "start", "nightly", "--wait"],
        0,
        "succeeded",
    );
}

#[test]
fn an_engine_takes_up_what_others_start_and_does_what_they_want() {
    let flowkeep = Flowkeep::new();
    create(
        &flowkeep,
        r#"{"id": "long", "name": "Long", "tasks": [
          {"id": "a", "action": "wait", "params": {"ms": 3600000}}, {"id": "b", "action": "wait", "params": {"ms": 1}}]}"#,
    );
    let (exit, queued) = flowkeep.json(&["run", "start", "long"]);
    assert_eq!((exit, &queued["status"]), (0, &json!("queued")));
    let mut engine = flowkeep
        .command(&["--json", "engine", "run"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(engine.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), r#"{"running":true}"#);
    let first = queued["run_id"].as_str().unwrap();
    let paused = flowkeep.done(&["run", "pause", first]);
    assert_eq!(paused["status"], "paused");
    assert_eq!(
        flowkeep.done(&["run", "resume", first])["status"],
        "running"
    );
    flowkeep.refused(&["run", "resume", first], "run_is_not_paused");
    flowkeep.done(&["run", "cancel", first]);
    assert_eq!(
        flowkeep.done(&["run", "show", first])["status"],
        "cancelled"
    );
    // What is under way when its owner is killed is only marked by whoever looks next.
    let second = flowkeep.done(&["run", "start", "long"])["run_id"].clone();
    let second = second.as_str().unwrap();
    flowkeep.done(&["run", "pause", second]);
    flowkeep.done(&["run", "resume", second]);
    engine.kill().unwrap();
    engine.wait().unwrap();
    assert_eq!(
        flowkeep.done(&["run", "show", second])["status"],
        "interrupted"
    );
    flowkeep.done(&["run", "cancel", second]);
    assert_eq!(tasks(&flowkeep, second)["a"], "cancelled");
}

#[test]
fn a_step_without_its_task_is_wrong_use() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("w.json", workflow("w", "W"));
    flowkeep.done(&["flow", "create", &file]);
    let (code, refused) = flowkeep.json(&["run", "start", "w", "--mode", "step"]);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (2, &"usage_missing_argument".into())
    );
    let said = refused["error"]["message"].as_str().unwrap();
    assert!(said.contains("--task"), "{said}");
    assert_eq!(flowkeep.done(&["run", "list", "--count"])["total"], 0);
}

#[test]
fn what_a_run_warns_of_is_told_to_whoever_waits_for_it() {
    let flowkeep = Flowkeep::new();
    let text = r#"{"id": "w", "name": "W", "tasks": [
        {"id": "a", "name": "A", "action": "program.run", "params": {"program": "false"}, "onFailure": "continue"},
        {"id": "b", "name": "B", "action": "wait", "params": {"ms": 1}}]}"#;
    let file = flowkeep.file("w.json", text);
    flowkeep.done(&["flow", "create", &file]);
    let start = ["run", "start", "w", "--wait"];
    let run = flowkeep.done(&start);
    let shown = flowkeep.done(&["run", "show", run["run_id"].as_str().unwrap()]);
    assert_eq!(run["warnings"], shown["warnings"]);
    let [warning] = run["warnings"].as_array().unwrap().as_slice() else {
        panic!("{run}");
    };
    let said = flowkeep.say(&start);
    let warning = warning["message"].as_str().unwrap();
    assert_eq!(said.err.matches(warning).count(), 1, "{said:?}");
    assert!(!said.out.contains(warning), "{said:?}");
}
