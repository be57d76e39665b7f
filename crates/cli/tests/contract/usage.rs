//! Wrong usage, both languages, human output.

use crate::flowkeep::{Answer, Flowkeep, sound_error, workflow};

#[test]
fn wrong_usage_is_exit_2_and_one_document() {
    let flowkeep = Flowkeep::new();
    for words in [
        &[][..],
        &["flow"],
        &["nonsense"],
        &["flow", "nonsense"],
        &["flow", "show"],
        &["flow", "list", "--limit", "many"],
        &["flow", "list", "--unknown"],
        &["flow", "import"],
        &["flow", "import", "x", "--on-conflict", "maybe"],
        &["flow", "validate"],
        &["flow", "validate", "x", "--file", "y"],
        &["db"],
        &["db", "restore", "--only", "nonsense"],
        &["--lang", "fr", "flow", "list"],
    ] {
        for lang in ["en", "zh-CN"] {
            let mut all = words.to_vec();
            if !words.contains(&"--lang") {
                all.extend(["--lang", lang]);
            }
            let (exit, value) = flowkeep.json(&all);
            assert_eq!(exit, 2, "{all:?}: {value}");
            sound_error(&value);
            let code = value["error"]["code"].as_str().unwrap();
            assert!(code.starts_with("usage_"), "{all:?}: {value}");
            if lang == "zh-CN" && !words.contains(&"--lang") {
                let message = value["error"]["message"].as_str().unwrap();
                assert!(is_chinese(message), "{all:?}: {message}");
            }
        }
    }
    assert!(
        !flowkeep.data().exists(),
        "wrong usage touches no data folder"
    );
}

/// Words that are wrong whatever there is end with 2, as those that the grammar refuses.
#[test]
fn words_that_are_wrong_whatever_there_is_end_with_2() {
    let (flowkeep, run, folder) = with_a_run_and_a_folder();
    let (run, folder) = (run.as_str(), folder.as_str());
    let sqlite = ["source", "add", "s", "--type", "sqlite"];
    for (words, code) in [
        (&["run", "list", "--status", "asleep"][..], "status_unknown"),
        (&["run", "list", "--since", "soon"], "time_unreadable"),
        (&["log", "executions", "--until", "soon"], "time_unreadable"),
        (&["log", "clean-up", "--older-than", "5"], "time_unreadable"),
        (
            &["folder", "clean-up", "--older-than", "x"],
            "time_unreadable",
        ),
        (&["run", "list", "--limit", "9999"], "limit_too_large"),
        (&["log", "operations", "--limit", "9999"], "limit_too_large"),
        (&["notice", "list", "--limit", "9999"], "limit_too_large"),
        (&["source", "fallen", "--limit", "9999"], "limit_too_large"),
        (&["run", "answer", run, "a"], "run_answer_missing"),
        (
            &["run", "answer", run, "a", "--done", "--failed"],
            "usage_conflict",
        ),
        (
            &["run", "start", "w", "--mode", "step"],
            "usage_missing_argument",
        ),
        (
            &["run", "start", "w", "--context", "1"],
            "usage_invalid_value",
        ),
        (&["event", "emit", ""], "event_unnamed"),
        (
            &["folder", "set", folder, "--keep", "a/b"],
            "folder_keep_invalid",
        ),
        (
            &["source", "add", "", "--type", "sqlite", "--path", "x"],
            "connection_invalid",
        ),
        (&sqlite, "connection_invalid"),
        (
            &["template", "use", "t", "--value", "x"],
            "usage_invalid_value",
        ),
        (&["agent", "set"], "usage_missing_argument"),
        (&["route", "set"], "usage_missing_argument"),
        (&["schedule", "resume"], "usage_missing_argument"),
        (
            &["session", "restore", "no", "--use", "luck"],
            "usage_invalid_value",
        ),
    ] {
        flowkeep.misused(words, code);
    }
}

/// What is not there, or refused as things stand, ends with 1.
#[test]
fn what_is_not_there_or_refused_as_things_stand_ends_with_1() {
    let (flowkeep, run, folder) = with_a_run_and_a_folder();
    let (run, folder) = (run.as_str(), folder.as_str());
    for (words, code) in [
        (&["run", "show", "no"][..], "run_unknown"),
        (&["run", "start", "no"], "not_found"),
        (&["run", "start", "w", "--task", "no"], "run_unknown_task"),
        (&["run", "answer", run, "no", "--done"], "run_unknown_task"),
        (&["flow", "compare", "w", "1", "9"], "revision_not_found"),
        (&["source", "test", "no"], "connection_unknown"),
        (&["schedule", "pause", "no"], "schedule_unknown"),
        (&["folder", "put-back", folder, "no"], "archive_unknown"),
        (&["session", "show", "no"], "session_unknown"),
        (&["template", "use", "no"], "not_found"),
        (&["db", "undo", "no"], "operation_unknown"),
        // What could be said is set elsewhere otherwise.
        (&["db", "backup"], "no_backup_folder"),
        (&["log", "clean-up"], "clean_up_rule_missing"),
        (&["folder", "clean-up", folder], "archive_rule_missing"),
        (&["agent", "set", "--file", "no.json"], "path_missing"),
        (&["flow", "create", "no.json"], "path_missing"),
    ] {
        flowkeep.refused(words, code);
    }
}

/// The run waits at its task `a`.
fn with_a_run_and_a_folder() -> (Flowkeep, String, String) {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("w.json", WAITING);
    flowkeep.done(&["flow", "create", &file]);
    let run = flowkeep.json(&["run", "start", "w", "--wait"]).1;
    let folder = flowkeep.done(&["folder", "create", "w"]);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let (run, folder) = (text(&run["run_id"]), text(&folder["id"]));
    (flowkeep, run, folder)
}

const WAITING: &str = r#"{"id": "w", "name": "W", "tasks": [{"id": "a", "action": "manual"}]}"#;

#[test]
fn a_noun_alone_shows_its_help_and_programs_are_told_what_is_missing() {
    let flowkeep = Flowkeep::new();
    // A data folder that is told counts as a word, and then it is not the noun alone.
    let alone = |words: &[&str]| {
        let mut command = flowkeep.command(words);
        Answer::of(command.env_remove("FLOWKEEP_DATA_DIR").output().unwrap())
    };
    let (exit, value) = alone(&["--json", "flow"]).one_document();
    assert_eq!(exit, 2);
    assert_eq!(value["error"]["code"], "usage_missing_argument", "{value}");
    let said = alone(&["flow"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("validate"), "{}", said.err);
}

#[test]
fn errors_and_help_speak_the_language_asked_for() {
    let flowkeep = Flowkeep::new();
    let refusals = [
        &["flow", "show", "no"][..],
        &["db", "backup"],
        &["db", "undo"],
        &["db", "restore", "-i", "/nowhere"],
        &["flow", "create", "/nowhere.json"],
    ];
    for words in refusals {
        let chinese = [&["--lang", "zh-CN"], words].concat();
        let (exit, value) = flowkeep.json(&chinese);
        assert_eq!(exit, 1, "{value}");
        sound_error(&value);
        assert!(
            is_chinese(value["error"]["message"].as_str().unwrap()),
            "{value}"
        );
        let said = flowkeep.say(&chinese);
        assert!(said.out.is_empty() && is_chinese(&said.err), "{said:?}");
        let (_, english) = flowkeep.json(words);
        assert!(
            !is_chinese(english["error"]["message"].as_str().unwrap()),
            "{english}"
        );
        assert_eq!(english["error"]["code"], value["error"]["code"]);
    }
    for words in [
        &["--help"][..],
        &["flow", "--help"],
        &["db", "restore", "--help"],
    ] {
        let chinese = flowkeep.say(&[&["--lang", "zh-CN"], words].concat());
        let english = flowkeep.say(words);
        assert_eq!((chinese.code, english.code), (0, 0));
        assert!(is_chinese(&chinese.out) && !is_chinese(&english.out));
        assert!(english.out.contains("flowkeep"), "{}", english.out);
    }
}

#[test]
fn the_systems_language_is_the_default() {
    let flowkeep = Flowkeep::new();
    let output = flowkeep
        .command(&["flow", "show", "no"])
        .env("LANG", "zh_CN.UTF-8")
        .output();
    assert!(is_chinese(&String::from_utf8_lossy(
        &output.unwrap().stderr
    )));
}

#[test]
fn human_results_are_sentences_on_standard_output() {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("a.json", workflow("a", "Alpha"));
    let folder = flowkeep.path("backups");
    let folder = folder.to_str().unwrap();
    for lang in ["en", "zh-CN"] {
        for words in [
            &["flow", "import", &file][..],
            &["flow", "list"],
            &["flow", "history", "a"],
            &["flow", "validate", "a"],
            &["db", "backup", "-v", "-o", folder],
            &["db", "verify"],
            &["db", "restore", "-v"],
            &["db", "list"],
            &["flow", "export", "a", "-o", &file, "--force"],
            &["doctor"],
            &["db", "undo"],
        ] {
            let said = flowkeep.say(&[words, &["--lang", lang]].concat());
            assert_eq!(said.code, 0, "{words:?}: {said:?}");
            assert!(!said.out.trim().is_empty(), "{words:?}");
            assert!(said.err.is_empty(), "{words:?}: {}", said.err);
            assert!(
                !said.out.contains('{') && !said.out.contains("cli_"),
                "{words:?}: {}",
                said.out
            );
        }
    }
}

fn is_chinese(text: &str) -> bool {
    text.chars()
        .any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character))
}

#[test]
fn completions_end_quietly_where_nobody_reads_on() {
    let flowkeep = Flowkeep::new();
    let mut command = flowkeep.command(&["completions", "bash"]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert!(ended.status.success(), "{:?}", ended.status);
}

#[test]
fn what_was_broken_off_and_what_was_done_are_told_apart() {
    let flowkeep = Flowkeep::new();
    let answer = flowkeep.say(&["run", "answer", "--help"]).out;
    assert!(answer.contains("is done, and the run goes on"), "{answer}");
    let operation = flowkeep.say(&["log", "operation", "--help"]).out;
    assert!(operation.contains("CREATE, UPDATE, DELETE"), "{operation}");
    assert!(!answer.contains("CREATE"), "{answer}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_said_beside_the_result_changes_no_exit_code() {
    let flowkeep = Flowkeep::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let full = std::process::Stdio::from(full.unwrap());
    let listed = flowkeep.command(&["flow", "list"]).stderr(full).status();
    assert_eq!(listed.unwrap().code(), Some(0));
}
