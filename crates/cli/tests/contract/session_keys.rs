//! Configurations that are kept encrypted, through the command line: exact on the computer that has the key, named
//! on another one until the key is brought in.

use std::fs;

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, text, tree as files};

/// Something like a key, which no text of ours repeats.
fn secret() -> String {
    ["sk-proj-", "aB3dE5fG7hI9", "jK1lM3nO5pQ7"].concat()
}

/// A configuration with a key in it; the path of the file it begins with.
fn configuration(flowkeep: &Flowkeep) -> String {
    let tool = format!("name: sum\napi_key: {}\n", secret());
    for (path, content) in [
        ("configs/workflows/orders.yaml", "tool_set: office\n"),
        ("configs/tool-sets/office.yaml", "tools: [sum]\n"),
        ("configs/tools/sum.yaml", &tool),
    ] {
        let path = flowkeep.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    text(&flowkeep.path("configs/workflows/orders.yaml"))
}

fn encrypt(flowkeep: &Flowkeep) -> Value {
    flowkeep.done(&["settings", "update", "--snapshot-secrets", "encrypted"])
}

fn holds(folder: &std::path::Path, words: &str) -> Vec<String> {
    let files = files(folder).into_iter();
    let has = |bytes: &[u8]| bytes.windows(words.len()).any(|at| at == words.as_bytes());
    let holding = files.filter(|(_, bytes)| has(bytes));
    holding.map(|(path, _)| path).collect()
}

#[test]
fn what_is_encrypted_comes_back_exactly_and_no_file_shows_it_or_the_key() {
    let flowkeep = Flowkeep::new();
    let config = configuration(&flowkeep);
    assert_eq!(encrypt(&flowkeep)["snapshot_secrets"], "encrypted");
    let created = flowkeep.done(&["session", "create", &config]);
    let snapshot = &created["snapshot"];
    assert_eq!(snapshot["status"], "complete");
    assert_eq!(snapshot["encrypted"], true);
    assert!(
        snapshot["files"]
            .as_array()
            .unwrap()
            .iter()
            .all(|file| file["masked"].is_null())
    );
    assert_eq!(holds(&flowkeep.data(), &secret()), [""; 0]);
    assert_eq!(holds(&flowkeep.data(), "AGE-SECRET-KEY"), [""; 0]);

    let tool = fs::read(flowkeep.path("configs/tools/sum.yaml")).unwrap();
    fs::remove_dir_all(flowkeep.path("configs")).unwrap();
    let id = created["session_id"].as_str().unwrap();
    let back = flowkeep.done(&["session", "restore", id]);
    assert_eq!(back["source"], "snapshot");
    let overlay = back["overlay"].as_str().unwrap();
    assert_eq!(fs::read(format!("{overlay}/tools/sum.yaml")).unwrap(), tool);
}

#[test]
fn its_key_is_saved_to_a_file_brought_in_once_and_not_taken_out_while_it_is_needed() {
    let flowkeep = Flowkeep::new();
    let file = text(&flowkeep.path("snapshots.key"));
    flowkeep.refused(&["session", "key", "save", &file], "snapshot_key_none");
    encrypt(&flowkeep);
    flowkeep.done(&["session", "key", "save", &file]);
    let saved = fs::read_to_string(&file).unwrap();
    assert!(
        saved
            .trim_end()
            .lines()
            .last()
            .unwrap()
            .starts_with("AGE-SECRET-KEY-1")
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let there = flowkeep.refused(&["session", "key", "save", &file], "file_exists");
    assert_eq!(there["error"]["hints"], json!(["Name another file."]));
    assert_eq!(fs::read_to_string(&file).unwrap(), saved);
    assert_eq!(
        flowkeep.done(&["session", "key", "add", &file]),
        json!({"added": 0})
    );
    // Switching it on again makes no other one.
    flowkeep.done(&["settings", "update", "--snapshot-secrets", "masked"]);
    encrypt(&flowkeep);
    let again = text(&flowkeep.path("again.key"));
    flowkeep.done(&["session", "key", "save", &again]);
    assert_eq!(fs::read_to_string(&again).unwrap(), saved);

    let list = flowkeep.done(&["secret", "list"]);
    assert_eq!(list["items"][0]["name"], "snapshots/key");
    assert_eq!(list["items"][0]["what"]["code"], "secret_of_snapshots");
    let name = ["secret", "remove", "snapshots/key"];
    flowkeep.refused(&name, "snapshot_key_needed");
    flowkeep.done(&["settings", "update", "--snapshot-secrets", "masked"]);
    flowkeep.done(&name);
    let other = flowkeep.file("notes.txt", "nothing of that\n");
    flowkeep.refused(
        &["session", "key", "add", &other],
        "snapshot_key_not_in_file",
    );
}

/// What the doctor says of the snapshots.
fn snapshots_said(flowkeep: &Flowkeep) -> String {
    let (_, said) = flowkeep.json(&["doctor"]);
    let mut checks = said["checks"].as_array().unwrap().iter();
    let of = checks.find(|check| check["name"] == "snapshots").unwrap();
    of["message"].as_str().unwrap().to_owned()
}

#[test]
fn restored_on_another_computer_it_is_locked_until_the_key_is_brought_in() {
    let first = Flowkeep::new();
    let config = configuration(&first);
    encrypt(&first);
    let created = first.done(&["session", "create", &config]);
    let id = created["session_id"].as_str().unwrap();
    let key = text(&first.path("snapshots.key"));
    first.done(&["session", "key", "save", &key]);
    let backup = first.backup("backups");
    assert_eq!(holds(&backup, &secret()), [""; 0]);
    assert_eq!(holds(&backup, "AGE-SECRET-KEY"), [""; 0]);
    let names = files(&backup).into_iter().map(|(name, _)| name);
    assert_eq!(names.filter(|name| name.ends_with(".zst.age")).count(), 1);
    let readme = fs::read_to_string(backup.join("README.txt")).unwrap();
    assert!(readme.contains("age -d -i"), "{readme}");
    let backup = text(&backup);
    first.done(&["db", "verify", "-i", &backup]);
    let tool = fs::read(first.path("configs/tools/sum.yaml")).unwrap();
    fs::remove_dir_all(first.path("configs")).unwrap();

    let second = Flowkeep::new();
    // It has a key of its own by then.
    encrypt(&second);
    let restored = second.done(&["db", "restore", "-i", &backup]);
    let codes = |list: &Value| -> Vec<String> {
        let list = list.as_array().unwrap().iter();
        list.map(|one| one["code"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(codes(&restored["checklist"]), ["checklist_snapshot_key"]);
    let said = snapshots_said(&second);
    assert!(
        said.contains("a key that is not on this computer: 1"),
        "{said}"
    );
    let shown = second.say(&["session", "show", id]).out;
    assert!(shown.contains("complete; encrypted"), "{shown}");
    assert!(shown.contains("session key add"), "{shown}");
    let settings = second.done(&["settings", "show"]);
    assert_eq!(settings["snapshot_secrets"], "encrypted");
    let refused = second.refused(&["session", "restore", id], "session_not_recoverable");
    let said = refused["error"]["message"].as_str().unwrap();
    assert!(said.contains("its key is not on this computer"), "{said}");
    assert_eq!(
        second.done(&["session", "key", "add", &key]),
        json!({"added": 1})
    );
    let back = second.done(&["session", "restore", id]);
    let overlay = back["overlay"].as_str().unwrap();
    assert_eq!(fs::read(format!("{overlay}/tools/sum.yaml")).unwrap(), tool);

    let said = snapshots_said(&second);
    assert!(said.contains("nothing is known to be damaged"), "{said}");

    // One that has no key of its own.
    let third = Flowkeep::new();
    third.done(&["db", "restore", "-i", &backup]);
    let settings = third.done(&["settings", "show"]);
    assert_eq!(settings["snapshot_secrets"], "masked", "it has no key");
    third.done(&["session", "key", "add", &key]);
    let back = third.done(&["session", "restore", id]);
    let overlay = back["overlay"].as_str().unwrap();
    assert_eq!(fs::read(format!("{overlay}/tools/sum.yaml")).unwrap(), tool);
}
