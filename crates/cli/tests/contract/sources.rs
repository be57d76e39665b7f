//! `source` and `secret`: connections that are kept, what they are reached with, and that none of
//! it is found anywhere but where it belongs.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::flowkeep::{Answer, Flowkeep, keys, text};

/// What must be found nowhere.
const PASSWORD: &str = "hunter22-of-shop";

pub(crate) fn given(flowkeep: &Flowkeep, words: &[&str], input: &str) -> (i32, Value) {
    let mut all = vec!["--json"];
    all.extend(words);
    let mut command = flowkeep.command(&all);
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    Answer::of(child.wait_with_output().unwrap()).one_document()
}

fn database(flowkeep: &Flowkeep, name: &str) -> String {
    let path = flowkeep.path(name);
    std::fs::write(&path, []).unwrap();
    text(&path)
}

/// The files below a folder in which these bytes stand.
pub(crate) fn with_bytes(folder: &Path, bytes: &[u8], found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            with_bytes(&path, bytes, found);
        } else {
            let content = std::fs::read(&path).unwrap();
            if content.windows(bytes.len()).any(|window| window == bytes) {
                found.push(text(&path));
            }
        }
    }
}

fn shop(flowkeep: &Flowkeep) -> Value {
    let words = [
        "source",
        "add",
        "shop",
        "--type",
        "mysql",
        "--url",
        "mysql://db.example:3307/shop",
        "--user",
        "anna",
        "--password-stdin",
    ];
    let (code, added) = given(flowkeep, &words, &format!("{PASSWORD}\n"));
    assert_eq!(code, 0, "{added}");
    added
}

/// It is kept, for a disk may be away; whoever mistyped it reads so at once.
#[test]
fn a_file_that_is_not_there_is_named_when_its_connection_is_described() {
    let flowkeep = Flowkeep::new();
    let gone = text(&flowkeep.path("gone.db"));
    let add = [
        "source", "add", "archive", "--type", "sqlite", "--path", &gone,
    ];
    let added = flowkeep.done(&add);
    let warning = &added["warnings"][0];
    assert_eq!(warning["code"], "source_file_not_there", "{added}");
    assert_eq!(warning["fields"]["path"], gone.as_str());
    let folder = text(&flowkeep.path(""));
    let update = ["source", "update", "archive", "--path"];
    let said = flowkeep.say(&[&update[..], &[&gone]].concat());
    assert!(said.out.contains("Warning: there is no file "), "{said:?}");
    let there = database(&flowkeep, "archive.db");
    let updated = flowkeep.done(&[&update[..], &[&there]].concat());
    assert_eq!(updated.get("warnings"), None, "{updated}");
    let updated = flowkeep.done(&[&update[..], &[&folder]].concat());
    assert_eq!(
        updated["warnings"].as_array().unwrap().len(),
        1,
        "no file: {updated}"
    );
    let list = flowkeep.done(&["source", "list"]);
    assert_eq!(list["items"][1].get("warnings"), None, "{list}");
}

#[test]
fn a_connection_is_added_listed_tested_used_and_removed() {
    let flowkeep = Flowkeep::new();
    let path = database(&flowkeep, "archive.db");
    let words = [
        "source", "add", "archive", "--type", "sqlite", "--path", &path,
    ];
    let added = flowkeep.done(&words);
    assert_eq!(added["name"], "archive");
    assert_eq!(added["type"], "sqlite");
    assert_eq!(added["address"], path.as_str());
    flowkeep.refused(&words, "connection_exists");

    let tested = flowkeep.done(&["source", "test", "archive"]);
    assert_eq!(keys(&tested), ["ok", "version"]);
    assert_eq!(tested["ok"], true);
    let list = flowkeep.done(&["source", "list"]);
    assert_eq!(list["total"], 2);
    assert_eq!(list["items"][0]["name"], "local");
    assert_eq!(list["items"][1]["answers"], true);

    let params = json!({"sql": "CREATE TABLE t(a)"}).to_string();
    let ran = flowkeep.done(&[
        "run",
        "task",
        "sql.execute",
        "--source",
        "archive",
        "--params",
        &params,
    ]);
    assert_eq!(ran["status"], "succeeded");

    std::fs::remove_file(&path).unwrap();
    let (code, tested) = flowkeep.json(&["source", "test", "archive"]);
    assert_eq!((code, &tested["ok"]), (1, &json!(false)));
    assert_eq!(tested["error"]["code"], "source_unreachable");
    let list = flowkeep.done(&["source", "list"]);
    assert_eq!(list["items"][1]["answers"], false);

    let workflow = json!({"id": "w", "name": "Nightly", "tasks": [{"id": "a",
        "action": "sql.query", "dataSource": "archive", "params": {"sql": "SELECT 1"}}]});
    let file = flowkeep.file("w.json", workflow.to_string());
    flowkeep.done(&["flow", "create", &file]);
    let removed = flowkeep.done(&["source", "remove", "archive"]);
    assert_eq!(removed, json!({"name": "archive", "named_by": ["Nightly"]}));
    flowkeep.refused(&["source", "remove", "archive"], "connection_unknown");
    flowkeep.refused(&["source", "remove", "local"], "connection_local");
    let (_, refused) = flowkeep.json(&["run", "start", "w"]);
    assert_eq!(refused["error"]["code"], "no_connection", "{refused}");
}

#[test]
fn what_is_wrong_with_a_connection_is_told_at_its_field_and_nothing_is_kept() {
    let flowkeep = Flowkeep::new();
    for (words, field, said) in [
        (
            ["mysql", "--url", "redis://db"],
            "/url",
            "begins with mysql://",
        ),
        (
            ["redis", "--url", "redis://db/shop"],
            "/database",
            "is a number",
        ),
        (["mysql", "--user", "anna"], "/host", "name the server"),
    ] {
        let mut all = vec!["source", "add", "x", "--type"];
        all.extend(words);
        let refused = flowkeep.misused(&all, "connection_invalid");
        assert_eq!(refused["error"]["fields"]["field"], field);
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(message.contains(said), "{message}");
    }
    assert_eq!(flowkeep.done(&["source", "list"])["total"], 1);
    let secrets = flowkeep.done(&["secret", "list"]);
    assert_eq!(secrets, json!({"total": 0, "items": [], "key": null}));
}

#[test]
fn a_password_is_in_the_secrets_and_in_no_file_answer_or_backup() {
    let flowkeep = Flowkeep::new();
    let added = shop(&flowkeep);
    assert_eq!(added["address"], "mysql://anna@db.example:3307/shop");
    assert_eq!(added["with_password"], true);
    let secrets = flowkeep.done(&["secret", "list"]);
    assert_eq!(secrets["items"][0]["name"], "connection/shop");
    assert_eq!(secrets["key"], "file", "there is no desktop here");

    // One that stands in the address is split off.
    let url = format!("redis://:{PASSWORD}@cache.example/2");
    let cache = flowkeep.done(&["source", "add", "cache", "--type", "redis", "--url", &url]);
    assert_eq!(cache["address"], "redis://cache.example:6379/2");
    assert_eq!(cache["with_password"], true);

    let backup = flowkeep.backup("backups");
    let connections = std::fs::read_to_string(backup.join("connections.json")).unwrap();
    assert!(connections.contains("db.example"), "{connections}");
    let mut found = Vec::new();
    with_bytes(&flowkeep.data(), PASSWORD.as_bytes(), &mut found);
    with_bytes(&backup, PASSWORD.as_bytes(), &mut found);
    assert_eq!(found, Vec::<String>::new());

    // Into another data folder: all but the passwords, which are asked for.
    let elsewhere = Flowkeep::new();
    let restored = elsewhere.done(&["db", "restore", "-i", &text(&backup)]);
    let items = restored["items"].as_array().unwrap();
    let row = items.iter().find(|item| item["kind"] == "connection");
    assert_eq!(row.unwrap()["count"], 2, "{restored}");
    let list = elsewhere.done(&["source", "list"]);
    assert_eq!(list["items"][2]["connection"], added["connection"]);
    let human = elsewhere.say(&["source", "test", "shop"]);
    assert_eq!(human.code, 1);
    assert!(
        human.out.contains("waits for its password"),
        "{}",
        human.out
    );
    let again = elsewhere.backup("again");
    let once_more = std::fs::read_to_string(again.join("connections.json")).unwrap();
    assert_eq!(once_more, connections);

    flowkeep.done(&["source", "remove", "shop"]);
    let secrets = flowkeep.done(&["secret", "list"]);
    assert_eq!(secrets["items"][0]["name"], "connection/cache");
}

#[test]
fn a_task_waits_for_a_secret_goes_on_when_it_is_there_and_does_not_repeat_it() {
    let flowkeep = Flowkeep::new();
    let workflow = json!({"id": "w", "name": "W", "tasks": [{"id": "a", "action": "program.run",
        "params": {"program": "sh", "args": ["-c", "echo got:$TOKEN:; echo $TOKEN >&2"],
            "env": {"TOKEN": "${secret.TOKEN}"}}}]});
    let file = flowkeep.file("w.json", workflow.to_string());
    flowkeep.done(&["flow", "create", &file]);
    let (code, started) = flowkeep.json(&["run", "start", "w", "--wait"]);
    assert_eq!(
        (code, &started["status"]),
        (3, &json!("waiting")),
        "{started}"
    );
    let run = started["run_id"].as_str().unwrap().to_owned();
    let shown = flowkeep.done(&["run", "show", &run]);
    assert_eq!(shown["tasks"][0]["secret"], "TOKEN", "{shown}");
    let waits = flowkeep.say(&["run", "resume", &run, "--wait"]);
    assert_eq!(waits.code, 3);
    for told in [&waits.out, &flowkeep.say(&["run", "show", &run]).out] {
        assert!(told.contains("flowkeep secret set TOKEN"), "{told}");
        assert!(!told.contains("run answer"), "no person is asked: {told}");
    }
    assert_eq!(shown["warnings"][0]["code"], "run_secret_locked", "{shown}");

    let (code, set) = given(
        &flowkeep,
        &["secret", "set", "TOKEN"],
        &format!("{PASSWORD}\n"),
    );
    assert_eq!((code, set), (0, json!({"name": "TOKEN"})));
    let (code, went_on) = flowkeep.json(&["run", "resume", &run, "--wait"]);
    assert_eq!(
        (code, &went_on["status"]),
        (0, &json!("succeeded")),
        "{went_on}"
    );
    let shown = flowkeep.done(&["run", "show", &run]);
    assert_eq!(shown["tasks"][0].get("secret"), None, "{shown}");
    assert_eq!(shown["warnings"], json!([]), "it waits no more");
    let log = flowkeep.done(&["run", "log", &run]).to_string();
    assert!(log.contains("got:***:"), "{log}");
    let mut found = Vec::new();
    with_bytes(&flowkeep.data(), PASSWORD.as_bytes(), &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn secrets_are_named_as_tasks_can_name_them_and_activity_tells_of_them() {
    let flowkeep = Flowkeep::new();
    for name in ["a b", "a.b", "", "a}"] {
        let (code, refused) = given(&flowkeep, &["secret", "set", name], "x");
        assert_eq!(code, 2, "{refused}");
        assert_eq!(refused["error"]["code"], "secret_name_wrong");
    }
    let (code, refused) = given(&flowkeep, &["secret", "set", "a"], "\n");
    assert_eq!(
        (code, &refused["error"]["code"]),
        (1, &json!("secret_empty"))
    );
    given(&flowkeep, &["secret", "set", "令牌-1"], "x");
    flowkeep.done(&["secret", "remove", "令牌-1"]);
    flowkeep.refused(&["secret", "remove", "令牌-1"], "secret_unknown");
}

#[test]
fn of_two_processes_that_set_secrets_at_once_neither_loses_one() {
    let flowkeep = Flowkeep::new();
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let flowkeep = &flowkeep;
            scope.spawn(move || {
                for number in 0..4 {
                    let name = format!("s{writer}-{number}");
                    let (code, set) = given(flowkeep, &["secret", "set", &name], "value");
                    assert_eq!(code, 0, "{set}");
                }
            });
        }
    });
    assert_eq!(flowkeep.done(&["secret", "list"])["total"], 8);
}

#[test]
fn without_its_key_the_next_step_is_told_and_reset_begins_anew() {
    let flowkeep = Flowkeep::new();
    given(&flowkeep, &["secret", "set", "a"], "value");
    flowkeep.refused(&["secret", "reset"], "secrets_readable");
    assert_eq!(flowkeep.done(&["secret", "list"])["total"], 1);
    let keys = flowkeep.data().with_file_name(".config/flowkeep/keys");
    std::fs::remove_dir_all(&keys).unwrap();
    let refused = flowkeep.refused(&["secret", "list"], "secrets_key_gone_file");
    let said = refused["error"]["message"].as_str().unwrap();
    assert!(said.contains("flowkeep secret reset"), "{said}");
    flowkeep.done(&["secret", "reset"]);
    assert_eq!(flowkeep.done(&["secret", "list"])["total"], 0);
}

#[test]
fn a_connection_that_leads_elsewhere_says_at_once_that_it_waits_for_its_password() {
    let flowkeep = Flowkeep::new();
    assert_eq!(shop(&flowkeep)["waits"], json!(null));
    let elsewhere = "mysql://elsewhere.example:3307/shop";
    let words = ["source", "update", "shop", "--url", elsewhere];
    let moved = flowkeep.done(&words);
    assert!(moved["waits"]["code"].is_string(), "{moved}");
    let said = flowkeep.say(&words);
    assert!(said.out.contains("has not been entered yet"), "{said:?}");
}
