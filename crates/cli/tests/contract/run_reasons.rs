//! Why a run failed, waits or cannot start, told where an operator looks for it.

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, sound_error};

fn create(flowkeep: &Flowkeep, text: &str) {
    let file = flowkeep.file("workflow.json", text);
    flowkeep.done(&["flow", "create", &file]);
}

/// Runs the one task `a` of a workflow to its failure; the run as it is shown then.
fn failed(task: &str) -> (Flowkeep, Value) {
    let flowkeep = Flowkeep::new();
    create(
        &flowkeep,
        &format!(
            r#"{{"id": "w", "name": "W", "tasks": [{{"id": "a", {task}}}, {{"id": "b", "action": "manual"}}]}}"#
        ),
    );
    let (exit, run) = flowkeep.json(&["run", "start", "w", "--wait"]);
    assert_eq!((exit, &run["status"]), (1, &json!("failed")), "{run}");
    let shown = flowkeep.done(&["run", "show", run["run_id"].as_str().unwrap()]);
    (flowkeep, shown)
}

#[test]
fn an_expression_without_a_value_is_told_with_its_place_on_the_task_and_in_the_list() {
    let condition =
        r#""action": "wait", "params": {"ms": 1}, "condition": "${tasks.b.output.absent == 1}""#;
    let params = r#""action": "wait", "params": {"ms": "${tasks.b.output.absent}"}"#;
    let branch = r#""action": "branch", "params": {"when": [{"condition": false, "task": "b"}, {"condition": "${tasks.b.output.absent == 1}", "task": "b"}]}"#;
    let sql = r#""action": "sql.query", "params": {"sql": "SELECT ${tasks.b.output.absent}"}"#;
    for (task, place) in [
        (condition, "condition ${tasks.b.output.absent == 1}"),
        (params, "ms ${tasks.b.output.absent}"),
        (branch, "when[1].condition ${tasks.b.output.absent == 1}"),
        (sql, "sql ${tasks.b.output.absent}"),
    ] {
        let (flowkeep, shown) = failed(task);
        let sentence =
            format!("{place}: the task “b” has no output; see whether it ran and gave something");
        let attempts = shown["tasks"][0]["attempts"].as_array().unwrap();
        assert_eq!(attempts.len(), 1, "{shown}");
        let error = &attempts[0]["error"];
        assert_eq!(error["code"], "expression_no_output", "{shown}");
        assert_eq!(error["message"], sentence.as_str(), "{shown}");
        let list = flowkeep.done(&["run", "list"]);
        let reason = &list["items"][0]["failed"]["error"];
        assert_eq!(reason["message"], sentence.as_str(), "{list}");
        let id = shown["id"].as_str().unwrap();
        let log = flowkeep.say(&["run", "log", id]).out;
        let told = format!("“a” failed: {sentence}");
        assert!(log.contains(&told), "{log}");
        let chinese = flowkeep.say(&["--lang", "zh-CN", "run", "log", id]).out;
        let told = format!("“a”失败：{place}：任务“b”没有输出");
        assert!(chinese.contains(&told), "{chinese}");
    }
}

#[test]
fn a_branch_takes_the_first_case_that_holds_and_looks_at_no_other() {
    let flowkeep = Flowkeep::new();
    create(
        &flowkeep,
        r#"{"id": "w", "name": "W", "tasks": [
            {"id": "a", "action": "branch", "params": {"when": [
                {"condition": "${context.n == 2}", "task": "x"}, {"condition": "${context.n == 1}", "task": "y"},
                {"condition": "${context.absent == 1}", "task": "x"}]}},
            {"id": "x", "action": "wait", "params": {"ms": 0}}, {"id": "y", "action": "wait", "params": {"ms": 0}}]}"#,
    );
    let words = ["run", "start", "w", "--context", r#"{"n": 1}"#, "--wait"];
    let run = flowkeep.done(&words);
    let output = flowkeep.done(&["run", "output", run["run_id"].as_str().unwrap(), "a"]);
    assert_eq!(output["output"], json!({"task": "y"}));
}

#[test]
fn input_that_was_not_given_is_named_and_can_be_given_to_a_retry() {
    let task = r#""action": "sql.query", "params": {"sql": "SELECT ? AS m", "args": ["${context.month}"]},
        "condition": "${1 == 1}""#;
    let (flowkeep, shown) = failed(task);
    let error = &shown["tasks"][0]["attempts"][0]["error"];
    assert_eq!(error["code"], "context_missing", "{shown}");
    assert_eq!(
        error["message"], "the input “month” was not given; run it again with it",
        "{shown}"
    );
    let names = json!([{"name": "month", "given": false, "needed": false,
        "used": [{"task": "a", "path": "/tasks/0/params/args/0"}]}]);
    assert_eq!(shown["context_names"], names, "{shown}");
    let id = shown["id"].as_str().unwrap();
    let context = r#"{"month": "2026-10"}"#;
    let retry = [
        "run",
        "retry",
        id,
        "--skip",
        "b",
        "--context",
        context,
        "--wait",
    ];
    let retried = flowkeep.done(&retry);
    assert_eq!(retried["status"], "succeeded", "{retried}");
    let again = retried["run_id"].as_str().unwrap();
    let output = flowkeep.done(&["run", "output", again, "a"]);
    assert_eq!(output["output"]["rows"], json!([{"m": "2026-10"}]));
    let shown = flowkeep.done(&["run", "show", again]);
    assert_eq!(shown["context"], json!({"month": "2026-10"}));
    assert_eq!(shown["context_names"][0]["given"], true);
    let log = flowkeep.say(&["run", "log", again]).out;
    assert!(log.contains("given anew: month"), "{log}");

    // What was given stays; what is given to another retry stands over it.
    let context = r#"{"day": 3, "month": "2026-10"}"#;
    let third = flowkeep.done(&[
        "run",
        "retry",
        again,
        "--from",
        "start",
        "--context",
        context,
    ]);
    let third = third["run_id"].as_str().unwrap();
    let shown = flowkeep.done(&["run", "show", third]);
    assert_eq!(shown["context"], json!({"month": "2026-10", "day": 3}));
}

/// Before its folder is archived, and before it is in the history.
#[test]
fn a_start_without_input_it_needs_is_refused_and_nothing_has_happened() {
    let flowkeep = Flowkeep::new();
    let task = r#"{"id": "a", "action": "sql.query", "params": {"sql": "SELECT ?, ?", "args":
        ["${context.month}", "${context.shop}"]}}"#;
    create(
        &flowkeep,
        &format!(
            r#"{{"id": "w", "name": "W", "tasks": [{task}, {{"id": "b", "action": "wait", "params": {{"ms": 0}}}}]}}"#
        ),
    );
    let made = flowkeep.done(&["folder", "create", "w", "--for-runs"]);
    let folder = std::path::Path::new(made["path"].as_str().unwrap());
    std::fs::write(folder.join("results.csv"), "precious").unwrap();
    let some = r#"{"shop": ""}"#;
    let refused = flowkeep.refused(&["run", "start", "w", "--context", some], "input_missing");
    assert_eq!(
        refused["error"]["fields"],
        json!({"input": "month", "name": "W"})
    );
    let said = flowkeep.say(&["run", "start", "w", "--wait"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(
        said.err.contains("month, shop") && said.err.contains("--context"),
        "{said:?}"
    );
    assert_eq!(flowkeep.done(&["run", "list"])["items"], json!([]));
    let lying = std::fs::read_dir(folder).unwrap();
    let lying: Vec<_> = lying.map(|file| file.unwrap().file_name()).collect();
    assert_eq!(lying, ["results.csv"]);

    // The preview says the same.
    let (exit, preview) = flowkeep.json(&["run", "preview", "w"]);
    assert_eq!(
        (exit, &preview["context_names"][0]["needed"]),
        (1, &json!(true))
    );
    let told = flowkeep.say(&["run", "preview", "w"]).out;
    assert!(
        told.ends_with("“shop” is needed by a; give it with --context\nIt would not start without that input.\n"),
        "{told}"
    );
    let all = r#"{"month": null, "shop": ""}"#;
    let told = flowkeep.say(&["run", "preview", "w", "--context", all]).out;
    assert!(told.ends_with("It would start.\n"), "{told}");

    // One task alone needs what it uses itself.
    let alone = ["run", "start", "w", "--mode", "step", "--task"];
    flowkeep.done(&[&alone[..], &["b", "--wait"]].concat());
    flowkeep.refused(&[&alone[..], &["a"]].concat(), "input_missing");
    let done = flowkeep.done(&["run", "start", "w", "--context", all, "--wait"]);
    assert_eq!(done["status"], "succeeded");
}

/// Nor does a run that another one starts, which is told at the task that does.
#[test]
fn a_workflow_that_gives_another_no_input_fails_before_that_one_is_there() {
    let flowkeep = Flowkeep::new();
    create(
        &flowkeep,
        r#"{"id": "below", "name": "Below", "tasks": [{"id": "b", "action": "wait", "params": {"ms": "${context.ms}"}}]}"#,
    );
    let start = r#""action": "workflow.run", "params": {"workflow": "below"}"#;
    create(
        &flowkeep,
        &format!(r#"{{"id": "w", "name": "W", "tasks": [{{"id": "a", {start}}}]}}"#),
    );
    let (exit, run) = flowkeep.json(&["run", "start", "w", "--wait"]);
    assert_eq!((exit, &run["status"]), (1, &json!("failed")));
    let shown = flowkeep.done(&["run", "show", run["run_id"].as_str().unwrap()]);
    let error = &shown["tasks"][0]["attempts"][0]["error"];
    assert_eq!(
        (&error["code"], &error["fields"]["input"]),
        (&json!("input_missing"), &json!("ms"))
    );
    let listed = flowkeep.done(&["run", "list", "--count"]);
    assert_eq!(listed["total"], 1, "{listed}");
}

#[test]
fn a_run_that_has_ended_is_no_longer_ending() {
    let (_, shown) = failed(r#""action": "sql.query", "params": {"sql": "SELECT"}"#);
    assert_eq!(shown["ending"], Value::Null, "{shown}");
    let said = shown["messages"].as_array().unwrap().iter();
    let mut failed = said.filter(|line| line["code"] == "run_task_failed");
    let text = failed.next().unwrap()["text"].as_str().unwrap().to_owned();
    let error = &shown["tasks"][0]["attempts"][0]["error"]["message"];
    assert!(text.ends_with(error.as_str().unwrap()), "{text}");
}

#[test]
fn a_definition_that_cannot_start_says_why_in_words() {
    let flowkeep = Flowkeep::new();
    create(
        &flowkeep,
        r#"{"id": "w", "name": "W", "tasks": [{"id": "a", "action": "manual", "dependsOn": ["zz"]}]}"#,
    );
    create(&flowkeep, r#"{"id": "empty", "name": "E", "tasks": []}"#);
    for (words, message) in [
        (
            &["run", "start", "w"][..],
            "“W” cannot start: /tasks/0/dependsOn/0: “zz” is not there",
        ),
        (
            &["run", "start", "w", "--lang", "zh-CN"],
            "“W”无法启动：/tasks/0/dependsOn/0：“zz”不存在",
        ),
        (
            &["run", "start", "empty"],
            "“E” cannot start: it has no stages and no tasks yet",
        ),
    ] {
        let refused = flowkeep.refused(words, "definition_invalid");
        assert_eq!(refused["error"]["message"], message);
    }
}

#[test]
fn what_is_no_json_object_says_why() {
    let flowkeep = Flowkeep::new();
    create(
        &flowkeep,
        r#"{"id": "w", "name": "W", "tasks": [{"id": "a", "action": "manual"}]}"#,
    );
    let folder = flowkeep.path("folder");
    std::fs::create_dir(&folder).unwrap();
    let folder = format!("@{}", folder.display());
    for (word, reason) in [
        ("@/nowhere.json", "missing"),
        (folder.as_str(), "folder"),
        ("{\"a\": 1,\n  \"b\" 2}", "line 2, column 7"),
        ("[1]", "a JSON object is expected"),
    ] {
        for option in ["--context", "--fields"] {
            let words = match option {
                "--context" => vec!["run", "start", "w", option, word],
                _ => vec!["run", "answer", "x", "a", option, word],
            };
            let (exit, value) = flowkeep.json(&words);
            assert_eq!(exit, 2, "{value}");
            sound_error_in_braces(&value);
            let message = value["error"]["message"].as_str().unwrap();
            assert!(message.contains(reason), "{reason}: {message}");
        }
    }
    let marked = flowkeep.file("marked.json", "\u{feff}{\"day\": \"Monday\"}");
    let marked = format!("@{marked}");
    let run = flowkeep.done(&["run", "start", "w", "--context", &marked]);
    let shown = flowkeep.done(&["run", "show", run["run_id"].as_str().unwrap()]);
    assert_eq!(shown["context"], json!({"day": "Monday"}));
}

/// As `sound_error`, where the refused word itself may have braces.
fn sound_error_in_braces(value: &Value) {
    let mut value = value.clone();
    let message = value["error"]["message"].as_str().unwrap().replace('{', "");
    value["error"]["message"] = message.into();
    sound_error(&value);
}

#[test]
fn what_no_agent_can_do_is_warned_of_and_told_while_it_waits() {
    let flowkeep = Flowkeep::new();
    let text = r#"{"id": "w", "name": "W", "tasks": [{"id": "a", "action": "wait", "params": {"ms": 1}, "capabilities": ["file", "levitation"]},
      {"id": "m", "action": "manual", "dependsOn": ["a"]}]}"#;
    create(&flowkeep, text);
    let found = flowkeep.done(&["flow", "validate", "w"]);
    let warning = &found["warnings"][0];
    assert_eq!(warning["code"], "unknown_capability", "{found}");
    assert_eq!(warning["path"], "/tasks/0/capabilities/1");
    let mut waiting = flowkeep
        .command(&["run", "start", "w", "--wait"])
        .spawn()
        .unwrap();
    let warning = loop {
        let list = flowkeep.done(&["run", "list"]);
        let Some(run) = list["items"][0]["id"].as_str() else {
            continue;
        };
        let shown = flowkeep.done(&["run", "show", run]);
        if let Some(warning) = shown["warnings"].get(0) {
            break warning.clone();
        }
        assert!(waiting.try_wait().unwrap().is_none(), "it ended");
    };
    let agents = flowkeep.done(&["agent", "list"]);
    waiting.kill().unwrap();
    waiting.wait().unwrap();
    let unserved = &agents["unserved"][0];
    assert_eq!(
        (&unserved["task"], &unserved["needed"]),
        (&json!("a"), &json!(["file", "levitation"]))
    );
    assert_eq!(
        warning["message"],
        "“a” waits for an agent that can do file, levitation; there is none"
    );
}

#[test]
fn a_number_that_no_machine_counts_to_is_refused_before_a_run() {
    let flowkeep = Flowkeep::new();
    for (ms, exit) in [("1e20", 1), ("1e1", 0)] {
        let text = format!(
            r#"{{"id": "w{exit}", "name": "W", "tasks": [{{"id": "a", "action": "wait", "params": {{"ms": {ms}}}}}]}}"#
        );
        create(&flowkeep, &text);
        let (code, value) = flowkeep.json(&["run", "start", &format!("w{exit}"), "--wait"]);
        assert_eq!(code, exit, "{value}");
        if exit == 1 {
            assert_eq!(value["error"]["fields"]["code"], "field_too_large");
        }
    }
}

#[cfg(unix)]
#[test]
fn whoever_stops_waiting_is_told_what_becomes_of_the_run() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Child, Command, Stdio};

    use crate::flowkeep::Answer;

    fn interrupt(waiting: &Child) {
        let id = waiting.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.unwrap().success());
    }
    let flowkeep = Flowkeep::new();
    create(
        &flowkeep,
        r#"{"id": "w", "name": "W", "tasks": [{"id": "a", "action": "wait", "params": {"ms": 3600000}}]}"#,
    );
    // What the run is like once the one who waits has been told to stop.
    let left = |code: &str| {
        let waiting = flowkeep
            .command(&["--json", "run", "start", "w", "--wait"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let run = loop {
            let list = flowkeep.done(&["run", "list", "--status", "running"]);
            if let Some(run) = list["items"][0]["id"].as_str() {
                break run.to_owned();
            }
        };
        interrupt(&waiting);
        let (exit, value) = Answer::of(waiting.wait_with_output().unwrap()).one_document();
        assert_eq!(
            (exit, &value["error"]["code"]),
            (1, &json!(code)),
            "{value}"
        );
        assert_eq!(value["error"]["fields"]["run"], run.as_str());
        sound_error(&value);
        assert!(value["error"]["message"].as_str().unwrap().contains(&run));
        flowkeep.done(&["run", "show", &run])["status"].clone()
    };
    let broken_off = left("wait_broken_off");
    assert_ne!(broken_off, "running");
    let list = flowkeep.done(&["run", "list"]);
    flowkeep.done(&["run", "cancel", list["items"][0]["id"].as_str().unwrap()]);
    let mut engine = flowkeep
        .command(&["--json", "engine", "run"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(engine.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), r#"{"running":true}"#);
    assert_eq!(left("wait_left"), "running");
    interrupt(&engine);
    assert!(engine.wait().unwrap().success());
}
