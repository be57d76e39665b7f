//! `log` and `settings`: the shapes of requirement 001, 3.2.3, and of the contract.

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, keys, text, workflow};

const EXECUTION: [&str; 8] = [
    "execution_id",
    "workflow_id",
    "status",
    "state",
    "start_time",
    "end_time",
    "context",
    "messages",
];

fn ids(list: &Value, key: &str) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item[key].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn another_program_records_an_execution() {
    let flowkeep = Flowkeep::new();
    let begun = flowkeep.done(&["log", "start", "nightly", "--context", r#"{"n": 1}"#]);
    assert_eq!(keys(&begun), EXECUTION);
    assert_eq!(begun["status"], "running");
    assert_eq!(begun["context"], json!({"n": 1}));
    assert_eq!(begun["end_time"], Value::Null);
    let id = begun["execution_id"].as_str().unwrap();
    let told = [
        "log",
        "update",
        id,
        "--status",
        "completed",
        "--message",
        "执行完成",
        "--message",
        "x",
    ];
    let ended = flowkeep.done(&told);
    assert_eq!(ended["status"], "completed");
    assert_eq!(ended["state"], "succeeded");
    assert!(ended["end_time"].is_string());
    assert_eq!(keys(&ended["messages"][0]), ["at", "level", "task", "text"]);
    assert_eq!(ended["messages"][0]["text"], "执行完成");
    assert_eq!(flowkeep.done(&["log", "show", id]), ended);
    flowkeep.refused(
        &["log", "update", id, "--status", "running"],
        "execution_final",
    );
    flowkeep.refused(&["log", "update", "nobody"], "execution_unknown");
    flowkeep.refused(&["log", "start", "nightly", "--id", id], "log_entry_exists");
    flowkeep.refused(&["log", "show", "nobody"], "log_entry_nowhere");
    let found = flowkeep.done(&[
        "log",
        "executions",
        "--text",
        "行",
        "--status",
        "succeeded",
        "--count",
    ]);
    assert_eq!(keys(&found), ["items", "next", "total"]);
    assert_eq!(found["items"], json!([ended]));
    assert_eq!(
        flowkeep.done(&["log", "executions", "--workflow", "other"])["items"],
        json!([])
    );
}

#[test]
fn what_other_programs_record_does_nothing_on_a_terminal() {
    let flowkeep = Flowkeep::new();
    let acting = "a\u{1b}[2Jb\u{202e}c\u{9b}d";
    let begun = flowkeep.done(&["log", "start", acting]);
    let id = begun["execution_id"].as_str().unwrap();
    flowkeep.done(&["log", "update", id, "--message", acting]);
    let data = json!({ "to": acting }).to_string();
    let done = flowkeep.done(&["log", "operation", acting, acting, "--data", &data]);
    let operation = done["operation_id"].as_str().unwrap();
    let workflow = r#"{"id": "w", "tasks": [{"id": "a\u202e", "action": "sql.query", "params": {"sql": "SELECT 'b\u202e\u009b' AS c"}},
      {"id": "c\u202e", "action": "sql.query", "params": {"sql": "SELECT"}, "dependsOn": ["a\u202e"]}]}"#;
    flowkeep.done(&["flow", "create", &flowkeep.file("w.json", workflow)]);
    let (_, run) = flowkeep.json(&["run", "start", "w", "--wait"]);
    let run = run["run_id"].as_str().unwrap();
    for words in [
        ["run", "log", run].as_slice(),
        &["run", "output", run, "a\u{202e}"],
        &["log", "executions"],
        &["log", "operations"],
        &["log", "show", id],
        &["log", "show", operation],
        &["log", "statistics"],
        &["log", "clean-up", "--keep", "1", "--dry-run"],
    ] {
        let said = flowkeep.say(words).out;
        let acts = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!said.contains(acts), "{words:?}: {said:?}");
    }
    let shown = flowkeep.say(&["log", "show", id]).out;
    assert_eq!(shown.matches("a\\u{1b}[2Jb\\u{202e}c\\u{9b}d").count(), 2);
}

#[test]
fn our_own_runs_and_changes_are_in_the_log_and_stay_ours() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("w.json", r#"{"id": "w", "name": "W", "tasks": [{"id": "a", "name": "A", "action": "wait", "params": {"ms": 0}}]}"#);
    flowkeep.done(&["flow", "create", &file]);
    let run = flowkeep.done(&[
        "run",
        "start",
        "w",
        "--context",
        r#"{"job": "order_sync", "客户": "华东分公司"}"#,
        "--wait",
    ]);
    let run = run["run_id"].as_str().unwrap();
    let other = flowkeep.done(&["log", "start", "w"]);
    let other = other["execution_id"].as_str().unwrap();
    let all = flowkeep.done(&["log", "executions", "--workflow", "w"]);
    assert_eq!(ids(&all, "execution_id"), [other, run]);
    for words in ["sync", "华东", "东", "order 分公司"] {
        let found = flowkeep.done(&["log", "executions", "--text", words]);
        assert_eq!(ids(&found, "execution_id"), [run], "{words}");
        let found = flowkeep.done(&["run", "list", "--text", words]);
        assert_eq!(ids(&found, "id"), [run], "{words}");
    }
    let shown = flowkeep.done(&["log", "show", run]);
    assert_eq!(keys(&shown), EXECUTION);
    assert_eq!(shown["status"], "succeeded");
    flowkeep.refused(
        &["log", "update", run, "--status", "failed"],
        "execution_is_run",
    );

    let done = flowkeep.done(&[
        "log",
        "operation",
        "DEPLOY",
        "w",
        "--data",
        r#"{"to": "test"}"#,
    ]);
    assert_eq!(
        keys(&done),
        [
            "operation_id",
            "operation_type",
            "workflow_id",
            "timestamp",
            "user",
            "data"
        ]
    );
    assert_eq!(done["data"], json!({"to": "test"}));
    let list = flowkeep.done(&["log", "operations", "--workflow", "w"]);
    assert_eq!(ids(&list, "operation_type"), ["DEPLOY", "create"]);
    let first = flowkeep.done(&["log", "operations", "--workflow", "w", "--limit", "1"]);
    let next = first["next"].as_str().unwrap();
    let second = flowkeep.done(&[
        "log",
        "operations",
        "--workflow",
        "w",
        "--limit",
        "1",
        "--after",
        next,
    ]);
    assert_eq!(ids(&second, "operation_type"), ["create"]);
    assert_eq!(second["next"], Value::Null);
    assert_eq!(
        flowkeep.done(&["log", "show", done["operation_id"].as_str().unwrap()]),
        done
    );
}

#[test]
fn an_earlier_log_is_migrated_verified_and_exported() {
    let flowkeep = Flowkeep::new();
    flowkeep.file(
        "old/workflow_executions/None.json",
        r#"{"workflow_id": "742bb39b", "completed": [], "context": {}}"#,
    );
    flowkeep.file("old/workflow_executions/e-1.json", r#"{"execution_id": "e-1", "workflow_id": "w", "status": "completed", "messages": ["订单"]}"#);
    let old = text(&flowkeep.path("old"));
    let report = [
        "ok",
        "read",
        "imported",
        "unchanged",
        "differing",
        "failed",
        "items",
        "left_out",
        "checksum",
        "checksum_there",
    ];
    let (code, checked) = flowkeep.json(&["log", "verify", "--from", &old]);
    assert_eq!((code, keys(&checked)), (1, report.to_vec()));
    let dry = flowkeep.done(&["log", "migrate", "--from", &old, "--dry-run"]);
    assert_eq!(dry["imported"], 2);
    assert_eq!(flowkeep.done(&["log", "executions"])["items"], json!([]));
    let done = flowkeep.done(&["log", "migrate", "--from", &old]);
    assert_eq!(done["imported"], 2);
    assert_eq!(done["items"][0]["kind"], "run");
    assert_eq!(done["checksum"], done["checksum_there"]);
    assert_eq!(
        flowkeep.done(&["log", "migrate", "--from", &old])["unchanged"],
        2
    );
    assert_eq!(
        flowkeep.done(&["log", "verify", "--from", &old])["ok"],
        true
    );
    let to = text(&flowkeep.path("new"));
    let out = flowkeep.done(&["log", "export", "--to", &to]);
    assert_eq!(
        (&out["imported"], &out["checksum"]),
        (&json!(2), &done["checksum"])
    );
    let found = flowkeep.done(&["log", "executions", "--text", "订"]);
    assert_eq!(ids(&found, "execution_id"), ["e-1"]);
    // One broken file is named and stops nothing.
    flowkeep.file("old/workflow_executions/bad.json", "{");
    let (code, part) = flowkeep.json(&["log", "migrate", "--from", &old]);
    assert_eq!(
        (code, &part["failed"], &part["unchanged"]),
        (3, &json!(1), &json!(2))
    );
    flowkeep.refused(&["log", "migrate", "--from", "nowhere"], "path_missing");
}

#[test]
fn the_storage_is_a_setting() {
    let flowkeep = Flowkeep::new();
    let folder = text(&flowkeep.path("records"));
    let set = flowkeep.done(&[
        "settings",
        "update",
        "--log-storage",
        "both",
        "--log-dir",
        &folder,
    ]);
    assert_eq!(
        (&set["log_storage"], &set["log_dir"]),
        (&json!("both"), &json!(folder))
    );
    let both = flowkeep.done(&["log", "start", "w"]);
    let id = both["execution_id"].as_str().unwrap();
    let file = flowkeep
        .path("records/workflow_executions")
        .join(format!("{id}.json"));
    let written: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(written["execution_id"], id);
    assert_eq!(written["status"], "running");
    flowkeep.done(&["settings", "update", "--log-storage", "files"]);
    flowkeep.done(&["log", "update", id, "--status", "failed"]);
    assert_eq!(flowkeep.done(&["log", "show", id])["status"], "failed");
    flowkeep.done(&["settings", "update", "--log-storage", "database"]);
    assert_eq!(flowkeep.done(&["log", "show", id])["status"], "running");
    let nowhere = text(&flowkeep.path("a/b/c"));
    flowkeep.refused(
        &["settings", "update", "--log-dir", &nowhere],
        "folder_missing",
    );
    assert_eq!(
        flowkeep.done(&["settings", "show"])["log_dir"],
        json!(folder)
    );
}

#[test]
fn what_the_windows_settings_are_can_be_said_here() {
    let flowkeep = Flowkeep::new();
    let folder = text(&flowkeep.path("backups"));
    let all = [
        "settings",
        "update",
        "--language",
        "zh-CN",
        "--theme",
        "dark",
        "--backup-folder",
        &folder,
    ];
    let after = flowkeep.done(&all);
    assert_eq!(
        [&after["language"], &after["theme"], &after["backup_folder"]],
        ["zh-CN", "dark", &folder]
    );
    assert_eq!(after["backup_folder_asked"], true);
    let again = flowkeep.done(&["settings", "update", "--language", "system"]);
    assert_eq!([&again["language"], &again["theme"]], ["system", "dark"]);
    let nowhere = text(&flowkeep.path("a/b/c"));
    let elsewhere = ["settings", "update", "--backup-folder", &nowhere];
    flowkeep.refused(&elsewhere, "folder_missing");
    let said = flowkeep.say(&["settings", "show"]).out;
    assert!(said.contains("Appearance: Dark"), "{said}");
    assert!(said.contains("Days that runs are kept: no limit"), "{said}");
    assert!(
        !said.contains("null") && !said.contains("keep_days"),
        "{said}"
    );
}

/// The names of the files of one type in the log's folder.
fn files(flowkeep: &Flowkeep, log: &str) -> Vec<String> {
    let folder = flowkeep.data().join("logs").join(log);
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

#[test]
fn what_is_kept_in_files_is_cleaned_up_by_the_same_rule_and_said_not_to_be_counted() {
    let flowkeep = Flowkeep::new();
    flowkeep.done(&["settings", "update", "--log-storage", "files"]);
    for id in ["a", "b", "c"] {
        flowkeep.done(&["log", "start", "nightly", "--id", id]);
        flowkeep.done(&["log", "update", id, "--status", "completed"]);
    }
    flowkeep.done(&["log", "start", "nightly", "--id", "goes-on"]);
    flowkeep.done(&["log", "start", "other", "--id", "d"]);
    flowkeep.done(&["log", "update", "d", "--status", "failed"]);
    let statistics = flowkeep.done(&["log", "statistics"]);
    assert_eq!(
        (&statistics["total"], &statistics["files_left_out"]),
        (&json!(0), &json!(true))
    );
    let clean = ["log", "clean-up", "--keep", "1"];
    let would = flowkeep.done(&[&clean[..], &["--dry-run"]].concat());
    assert_eq!(would["executions"], 2, "{would}");
    assert_eq!(files(&flowkeep, "workflow_executions").len(), 5);
    let done = flowkeep.done(&clean);
    let workflows = json!([{"workflow_id": "nightly", "count": 2}]);
    assert_eq!(
        (&done["executions"], &done["workflows"]),
        (&json!(2), &workflows)
    );
    assert_eq!(done["bytes"], would["bytes"]);
    assert_eq!(
        files(&flowkeep, "workflow_executions"),
        ["c.json", "d.json", "goes-on.json"]
    );
}

#[test]
fn an_execution_that_ended_at_no_time_is_as_old_as_its_beginning_and_one_without_any_is_never_old()
{
    let flowkeep = Flowkeep::new();
    flowkeep.done(&["settings", "update", "--log-storage", "files"]);
    // The folder is made as it is used.
    flowkeep.done(&["log", "start", "nightly", "--id", "goes-on"]);
    let folder = flowkeep.data().join("logs/workflow_executions");
    let none = "1900-01-01 00:00:00";
    for (id, began, ended) in [
        ("lately-1", "2200-01-01 10:00:00", none),
        ("lately-2", "2200-01-02 10:00:00", none),
        ("lately-3", none, "2200-01-03 10:00:00"),
        ("never-1", none, none),
        ("never-2", "some day", ""),
        ("old", "2001-01-01 10:00:00", none),
    ] {
        let entry = json!({"workflow_id": "nightly", "status": "completed", "start_time": began, "end_time": ended});
        std::fs::write(folder.join(format!("{id}.json")), entry.to_string()).unwrap();
    }
    let done = flowkeep.done(&["log", "clean-up", "--older-than", "30d"]);
    assert_eq!(done["executions"], 1, "{done}");
    let left = files(&flowkeep, "workflow_executions");
    assert_eq!(
        left,
        [
            "goes-on", "lately-1", "lately-2", "lately-3", "never-1", "never-2"
        ]
        .map(|id| format!("{id}.json"))
    );
    flowkeep.done(&["log", "clean-up", "--keep", "1"]);
    assert_eq!(
        files(&flowkeep, "workflow_executions"),
        ["goes-on", "lately-3", "never-1", "never-2"].map(|id| format!("{id}.json"))
    );
}

#[test]
fn what_was_copied_into_the_folder_is_ours_and_stands_in_the_log_once() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("w.json", workflow("w", "W"));
    flowkeep.done(&["settings", "update", "--log-storage", "both"]);
    flowkeep.done(&["flow", "create", &file]);
    flowkeep.done(&["run", "start", "w", "--wait"]);
    flowkeep.done(&["run", "start", "w", "--wait"]);
    assert_eq!(files(&flowkeep, "workflow_executions").len(), 2);
    assert_eq!(files(&flowkeep, "workflow_operations").len(), 1);
    flowkeep.done(&["settings", "update", "--log-storage", "files"]);
    flowkeep.done(&["log", "start", "w", "--id", "another"]);
    for (list, key, total) in [
        ("executions", "execution_id", 3),
        ("operations", "operation_id", 1),
    ] {
        let all = flowkeep.done(&["log", list, "--count"]);
        let found: std::collections::BTreeSet<_> = ids(&all, key).into_iter().collect();
        assert_eq!(
            (found.len(), &all["total"]),
            (total, &json!(total)),
            "{all}"
        );
        assert_eq!(all["items"].as_array().unwrap().len(), total, "{all}");
    }
    let dry = flowkeep.done(&["log", "clean-up", "--keep", "1", "--dry-run"]);
    assert_eq!((&dry["runs"], &dry["executions"]), (&json!(1), &json!(0)));
    // With the run its copy goes, or it would stand there as another program's.
    flowkeep.done(&["log", "clean-up", "--keep", "1"]);
    assert_eq!(flowkeep.done(&["log", "executions", "--count"])["total"], 2);
}

#[test]
fn a_folder_that_is_away_keeps_nothing_else_from_being_cleaned_up() {
    let flowkeep = Flowkeep::new();
    let folder = flowkeep.data().join("elsewhere");
    std::fs::create_dir_all(&folder).unwrap();
    let place = folder.to_str().unwrap();
    flowkeep.done(&[
        "settings",
        "update",
        "--log-storage",
        "files",
        "--log-dir",
        place,
    ]);
    for _ in 0..3 {
        flowkeep.done(&["run", "task", "wait", "--params", r#"{"ms": 0}"#]);
    }
    std::fs::write(folder.join("workflow_executions"), "no folder").unwrap();
    let (exit, _) = flowkeep.json(&["log", "clean-up", "--keep", "1"]);
    assert_ne!(exit, 0);
    assert_eq!(flowkeep.done(&["run", "list", "--count"])["total"], 1);
}

#[test]
fn while_both_are_written_the_folder_has_our_history_too_and_loses_what_is_removed() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("w.json", workflow("w", "W"));
    flowkeep.done(&["flow", "create", &file]);
    flowkeep.done(&["run", "start", "w", "--wait"]);
    flowkeep.done(&["settings", "update", "--log-storage", "both"]);
    flowkeep.done(&["log", "start", "w", "--id", "another"]);
    let started = || {
        let run = flowkeep.done(&["run", "start", "w", "--wait"]);
        run["run_id"].as_str().unwrap().to_owned()
    };
    let first = started();
    flowkeep.done(&["flow", "delete", "w"]);
    flowkeep.done(&["flow", "undelete", "w"]);
    let second = started();
    let name = |id: &str| format!("{id}.json");
    // What was there before the setting is in no file.
    assert_eq!(
        files(&flowkeep, "workflow_executions"),
        [name(&first), name(&second), name("another")]
    );
    let operations = files(&flowkeep, "workflow_operations");
    assert_eq!(operations.len(), 2, "{operations:?}");
    let path = flowkeep
        .data()
        .join("logs/workflow_executions")
        .join(name(&first));
    let written: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(written["status"], "succeeded", "{written}");
    flowkeep.done(&["log", "clean-up", "--keep", "1"]);
    assert_eq!(
        files(&flowkeep, "workflow_executions"),
        [name(&second), name("another")]
    );
}

#[test]
fn old_runs_are_counted_shown_and_removed() {
    let flowkeep = Flowkeep::new();
    for _ in 0..5 {
        flowkeep.done(&["run", "task", "wait", "--params", r#"{"ms": 0}"#]);
    }
    let figures = flowkeep.done(&["log", "statistics"]);
    assert_eq!(
        keys(&figures),
        [
            "total",
            "looked_at",
            "files_left_out",
            "workflows",
            "tasks",
            "sources",
            "agents"
        ]
    );
    assert_eq!(figures["workflows"][0]["statuses"], json!({"succeeded": 5}));
    let line = [
        "workflow_id",
        "name",
        "count",
        "statuses",
        "duration",
        "queue",
    ];
    assert_eq!(keys(&figures["tasks"][0]), line);
    assert_eq!(
        keys(&figures["tasks"][0]["duration"]),
        ["count", "median", "p90"]
    );
    flowkeep.refused(&["log", "clean-up"], "clean_up_rule_missing");
    let dry = flowkeep.done(&["log", "clean-up", "--keep", "2", "--dry-run"]);
    assert_eq!(
        keys(&dry),
        [
            "runs",
            "executions",
            "rows",
            "bytes",
            "cancelled",
            "workflows"
        ]
    );
    assert_eq!(dry["runs"], 3);
    assert_eq!(flowkeep.done(&["run", "list", "--count"])["total"], 5);
    flowkeep.done(&["settings", "update", "--keep-runs", "2"]);
    let done = flowkeep.done(&["log", "clean-up"]);
    assert_eq!((&done["runs"], &done["rows"]), (&dry["runs"], &dry["rows"]));
    assert!(done["freed_bytes"].is_u64());
    assert_eq!(flowkeep.done(&["run", "list", "--count"])["total"], 2);
    let said = flowkeep.say(&["log", "clean-up", "--lang", "zh-CN"]);
    assert!(said.out.contains("已移除 0 次运行"), "{said:?}");
    assert_eq!(
        flowkeep.done(&["settings", "update", "--keep-runs", "0"])["keep_runs"],
        Value::Null
    );
}
