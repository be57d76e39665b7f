//! A number that somebody gives is the same to its last digit wherever it comes out again.

use serde_json::json;

use crate::flowkeep::Flowkeep;

/// More digits than any machine number has, an id beyond a script's numbers, a price, the largest
/// whole number of a database, spellings a machine would change.
const GIVEN: &str = r#"{"huge":12345678901234567890123,"id":9007199254740993,"price":1.50,"most":9223372036854775807,"long":123456789012345678901234567890.10,"e":1e3,"beyond":1e400,"zero":-0,"list":[{"n":10.00}]}"#;

/// What a command prints, as it stands there.
fn raw(flowkeep: &Flowkeep, words: &[&str]) -> String {
    let mut all = vec!["--json"];
    all.extend(words);
    let answer = flowkeep.say(&all);
    assert_eq!(answer.code, 0, "{words:?}: {} {}", answer.out, answer.err);
    answer.out
}

fn holds(printed: &str, part: &str) {
    assert!(printed.contains(part), "{part}\nin {printed}");
}

fn create(flowkeep: &Flowkeep, text: &str) {
    let file = flowkeep.file("workflow.json", text);
    flowkeep.done(&["flow", "create", &file]);
}

#[test]
fn of_a_context_through_expressions_sql_outputs_and_a_run_of_its_own() {
    let flowkeep = Flowkeep::new();
    create(
        &flowkeep,
        r#"{"id": "child", "name": "C", "tasks": [{"id": "a", "action": "sql.query", "params": {
            "sql": "SELECT ${context.all.huge} AS huge, typeof(${context.all.huge}) AS of_huge, ${context.all.most} AS most, typeof(${context.all.most}) AS of_most, typeof(${context.all.price}) AS of_price, ${context.all.list} AS list"}}]}"#,
    );
    create(
        &flowkeep,
        r#"{"id": "w", "name": "W", "tasks": [
            {"id": "part", "action": "workflow.run", "params": {"workflow": "child", "context": {"all": "${context}"}}},
            {"id": "look", "action": "manual", "dependsOn": ["part"], "params": {"instruction": "id ${context.id}, ${context.price}"}}]}"#,
    );
    let (exit, run) = flowkeep.json(&["run", "start", "w", "--context", GIVEN, "--wait"]);
    assert_eq!(exit, 3, "{run}");
    let id = run["run_id"].as_str().unwrap();
    let shown = raw(&flowkeep, &["run", "show", id]);
    holds(&shown, &format!(r#""context":{GIVEN}"#));
    holds(&shown, r#""instruction":"id 9007199254740993, 1.50""#);
    // The reader of this test has no number for one of them.
    let parent: serde_json::Value = serde_json::from_str(&shown.replace("1e400", "0")).unwrap();
    let child = parent["tasks"][0]["child"].as_str().unwrap();
    let shown = raw(&flowkeep, &["run", "show", child]);
    holds(&shown, &format!(r#""context":{{"all":{GIVEN}}}"#));
    let output = raw(&flowkeep, &["run", "output", child, "a"]);
    holds(
        &output,
        r#"{"huge":"12345678901234567890123","of_huge":"text","most":9223372036854775807,"of_most":"integer","of_price":"real","list":"[{\"n\":10.00}]"}"#,
    );
    let said = flowkeep.say(&["run", "output", child, "a"]).out;
    holds(&said, "9223372036854775807");
}

#[test]
fn of_the_parameters_of_one_operation() {
    let flowkeep = Flowkeep::new();
    let params = r#"{"sql": "SELECT ? AS a, ? AS b, ? AS c", "args": [12345678901234567890123, 9007199254740993, 1.50]}"#;
    let done = raw(&flowkeep, &["run", "task", "sql.query", "--params", params]);
    holds(
        &done,
        r#"{"a":"12345678901234567890123","b":9007199254740993,"c":1.5}"#,
    );
    let params = r#"{"sql": "SELECT ${context.n} AS n, typeof(${context.n}) AS t"}"#;
    let context = r#"{"n": 123456789012345678901234567890.10}"#;
    let words = [
        "run",
        "task",
        "sql.query",
        "--params",
        params,
        "--context",
        context,
    ];
    holds(
        &raw(&flowkeep, &words),
        r#"{"n":"123456789012345678901234567890.10","t":"text"}"#,
    );
}

#[test]
fn of_a_form() {
    let flowkeep = Flowkeep::new();
    create(
        &flowkeep,
        r#"{"id": "w", "name": "W", "tasks": [{"id": "a", "action": "manual", "params": {"fields": [
            {"name": "amount", "type": "number", "default": 2.50}, {"name": "id", "type": "whole"},
            {"name": "way", "options": [10.00, 20.00]}]}}]}"#,
    );
    let (_, run) = flowkeep.json(&["run", "start", "w", "--wait"]);
    let id = run["run_id"].as_str().unwrap();
    holds(&raw(&flowkeep, &["run", "show", id]), r#""value":2.50"#);
    let fields = r#"{"id": 12345678901234567890123, "way": 10.00}"#;
    flowkeep.done(&["run", "answer", id, "a", "--fields", fields]);
    let shown = raw(&flowkeep, &["run", "show", id]);
    holds(&shown, r#""value":12345678901234567890123"#);
    holds(&shown, r#""value":10.00"#);
    flowkeep.done(&["run", "answer", id, "a", "--approve"]);
    holds(
        &raw(&flowkeep, &["run", "output", id, "a"]),
        r#""fields":{"id":12345678901234567890123,"way":10.00,"amount":2.50}"#,
    );
}

#[test]
fn of_what_another_program_records() {
    let flowkeep = Flowkeep::new();
    let begun = raw(&flowkeep, &["log", "start", "w", "--context", GIVEN]);
    holds(&begun, &format!(r#""context":{GIVEN}"#));
    let id: serde_json::Value = serde_json::from_str(&begun.replace("1e400", "0")).unwrap();
    let id = id["execution_id"].as_str().unwrap();
    holds(
        &raw(&flowkeep, &["log", "show", id]),
        &format!(r#""context":{GIVEN}"#),
    );
    let words = ["log", "operation", "UPDATE", "w", "--data", GIVEN];
    holds(&raw(&flowkeep, &words), &format!(r#""data":{GIVEN}"#));
}

#[test]
fn of_what_a_retry_takes_over() {
    let flowkeep = Flowkeep::new();
    create(
        &flowkeep,
        r#"{"id": "w", "name": "W", "tasks": [{"id": "a", "action": "wait", "params": {"ms": 0}}]}"#,
    );
    let run = flowkeep.done(&[
        "run",
        "start",
        "w",
        "--context",
        r#"{"n": 1.50, "m": 1}"#,
        "--wait",
    ]);
    let id = run["run_id"].as_str().unwrap();
    let words = [
        "run",
        "retry",
        id,
        "--from",
        "start",
        "--context",
        r#"{"m": 2.0}"#,
        "--wait",
    ];
    let again = flowkeep.done(&words);
    assert_eq!(again["status"], json!("succeeded"));
    let shown = raw(
        &flowkeep,
        &["run", "show", again["run_id"].as_str().unwrap()],
    );
    holds(&shown, r#""context":{"n":1.50,"m":2.0}"#);
}
