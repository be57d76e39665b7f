//! A data folder that can only be read: all of it can be looked at, nothing of it changes, and whoever
//! wants to change something is told why not.

use serde_json::Value;

use crate::flowkeep::{Answer, Flowkeep, sound_error, text, tree, workflow};
use crate::places::{set_mode, unprivileged};

/// Something of everything: a document, a run, an entry of the log, a backup.
fn filled() -> Flowkeep {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("a.json", workflow("a", "A"));
    flowkeep.done(&["flow", "create", &file]);
    flowkeep.done(&["run", "task", "wait", "--params", r#"{"ms": 0}"#]);
    flowkeep.done(&["log", "start", "a", "--id", "theirs"]);
    flowkeep.backup("backups");
    flowkeep
}

/// What is asked, and what must not be done.
fn proves(flowkeep: &Flowkeep, ask: impl Fn(&[&str]) -> (i32, Value)) {
    let done = |words: &[&str]| {
        let (exit, value) = ask(words);
        assert_eq!(exit, 0, "{words:?}: {value}");
        value
    };
    assert_eq!(done(&["flow", "list"])["total"], 1);
    assert_eq!(done(&["flow", "show", "a"])["id"], "a");
    let out = text(&flowkeep.path("out.json"));
    let _ = std::fs::remove_file(&out);
    done(&["flow", "export", "a", "-o", &out]);
    assert!(flowkeep.path("out.json").is_file());
    let run = done(&["run", "list"])["items"][0]["id"].clone();
    assert_eq!(
        done(&["run", "show", run.as_str().unwrap()])["status"],
        "succeeded"
    );
    let log = done(&["log", "executions"]);
    assert_eq!(log["items"].as_array().unwrap().len(), 2);
    let logs = text(&flowkeep.path("logs"));
    assert_eq!(done(&["log", "export", "--to", &logs])["failed"], 0);
    assert_eq!(done(&["db", "verify"])["ok"], true);
    assert_eq!(done(&["db", "restore", "--dry-run"])["unchanged"], 1);
    let (exit, doctor) = ask(&["doctor"]);
    assert_eq!((exit, &doctor["ok"]), (1, &false.into()), "{doctor}");
    let checks = doctor["checks"].as_array().unwrap();
    let told = |name: &str| checks.iter().find(|check| check["name"] == name).unwrap();
    assert_eq!(told("data_folder")["code"], "error_data_only_read");
    assert_eq!(told("database")["ok"], true);

    let file = flowkeep.file("b.json", workflow("b", "B"));
    let backups = text(&flowkeep.path("more"));
    for words in [
        &["flow", "create", &file][..],
        &["flow", "delete", "a"],
        &["run", "start", "a"],
        &["run", "task", "wait", "--params", r#"{"ms": 0}"#],
        &["log", "start", "a"],
        &["db", "backup", "-o", &backups],
        &["db", "restore", "-f"],
        &["settings", "update", "--keep-days", "3"],
        &["engine", "run"],
    ] {
        let (exit, value) = ask(words);
        assert_eq!(exit, 1, "{words:?}: {value}");
        assert_eq!(
            value["error"]["code"], "data_only_read",
            "{words:?}: {value}"
        );
        sound_error(&value);
    }
    assert!(!flowkeep.path("more").exists());
}

#[test]
fn a_folder_that_may_not_be_written_can_be_looked_at() {
    let flowkeep = filled();
    let before = tree(&flowkeep.data());
    set_mode(&flowkeep.data(), 0o500);
    set_mode(&flowkeep.data().join("flowkeep.db"), 0o400);
    proves(&flowkeep, |words| unprivileged(&flowkeep, words));
    set_mode(&flowkeep.data(), 0o700);
    set_mode(&flowkeep.data().join("flowkeep.db"), 0o600);
    assert_eq!(tree(&flowkeep.data()), before);
    flowkeep.done(&["flow", "delete", "a"]);
}

mod needs_mounts {
    use super::*;

    /// Runs what follows where the folder lies on a medium that can only be read, of which nobody else sees
    /// anything.
    const MOUNTED: &str =
        r#"mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@""#;

    /// The same on one without a byte left, to which the folder is copied.
    const FULL: &str = r#"mount -t tmpfs -o size=16m tmpfs "$2" && cp -a "$1/." "$2" &&
        { cat /dev/zero > "$2/filled" 2>/dev/null || :; } && shift 2 && exec "$@""#;

    #[test]
    #[ignore = "only root may mount"]
    fn a_full_disk_is_called_full_by_whoever_only_looks() {
        let flowkeep = filled();
        let (data, full) = (text(&flowkeep.data()), flowkeep.path("full"));
        std::fs::create_dir(&full).unwrap();
        let full = text(&full);
        let before = ["unshare", "-m", "sh", "-c", FULL, "sh", &data, &full];
        for words in [["session", "list"], ["flow", "list"]] {
            let words = [&["--json", "--data-dir", &full], &words[..]].concat();
            let mut command = flowkeep.command_with(&before, &words);
            let (code, answer) = Answer::of(command.output().unwrap()).one_document();
            assert_eq!(
                (code, &answer["error"]["code"]),
                (1, &"no_space".into()),
                "{words:?}"
            );
        }
    }

    #[test]
    #[ignore = "only root may mount"]
    fn a_medium_that_can_only_be_read_can_be_looked_at() {
        let flowkeep = filled();
        let data = text(&flowkeep.data());
        let before = ["unshare", "-m", "sh", "-c", MOUNTED, "sh", &data];
        let files = tree(&flowkeep.data());
        proves(&flowkeep, |words| {
            let words = [&["--json"], words].concat();
            let mut command = flowkeep.command_with(&before, &words);
            Answer::of(command.output().unwrap()).one_document()
        });
        assert_eq!(tree(&flowkeep.data()), files);
    }
}
