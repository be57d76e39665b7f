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

fn codes(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one["code"].as_str().unwrap().to_owned())
        .collect()
}

fn begin(flowkeep: &Flowkeep, config: &str) -> String {
    let created = flowkeep.done(&["session", "create", config]);
    created["session_id"].as_str().unwrap().to_owned()
}

/// The key to the secrets goes, as when the settings folder of an account is lost.
fn lose_the_key_to_the_secrets(flowkeep: &Flowkeep) {
    let keys = flowkeep.data().with_file_name(".config/flowkeep/keys");
    fs::remove_dir_all(keys).unwrap();
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
        json!({"added": 0, "in_use": false})
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
    let hints = refused["error"]["hints"].to_string();
    assert!(hints.contains("session key add FILE"), "{hints}");
    assert_eq!(
        second.done(&["session", "key", "add", &key]),
        json!({"added": 1, "in_use": true})
    );
    let back = second.done(&["session", "restore", id]);
    let overlay = back["overlay"].as_str().unwrap();
    assert_eq!(fs::read(format!("{overlay}/tools/sum.yaml")).unwrap(), tool);

    let said = snapshots_said(&second);
    assert!(said.contains("nothing is known to be damaged"), "{said}");

    // One that has no key of its own.
    let third = Flowkeep::new();
    let restored = third.done(&["db", "restore", "-i", &backup]);
    let told = ["checklist_snapshot_key", "checklist_snapshot_secrets"];
    assert_eq!(codes(&restored["checklist"]), told);
    let settings = third.done(&["settings", "show"]);
    assert_eq!(settings["snapshot_secrets"], "masked", "it has no key");
    third.done(&["session", "key", "add", &key]);
    let back = third.done(&["session", "restore", id]);
    let overlay = back["overlay"].as_str().unwrap();
    assert_eq!(fs::read(format!("{overlay}/tools/sum.yaml")).unwrap(), tool);
}

/// Computer 2 begins a session of the same bytes with a key of its own before it has that of computer 1; who has the file of
/// computer 1 alone opens on computer 3 all they could before.
#[test]
fn whoever_has_one_key_alone_can_open_all_they_could_whatever_was_kept_under_another_since() {
    let first = Flowkeep::new();
    let config = configuration(&first);
    encrypt(&first);
    let of_first = begin(&first, &config);
    let key = text(&first.path("first.key"));
    first.done(&["session", "key", "save", &key]);
    let backup = text(&first.backup("backups"));
    let tool = fs::read(first.path("configs/tools/sum.yaml")).unwrap();
    fs::remove_dir_all(first.path("configs")).unwrap();

    let second = Flowkeep::new();
    second.done(&["db", "restore", "-i", &backup]);
    encrypt(&second);
    let of_second = begin(&second, &configuration(&second));
    let own = text(&second.path("second.key"));
    second.done(&["session", "key", "save", &own]);
    let added = second.done(&["session", "key", "add", &key]);
    assert_eq!(added, json!({"added": 1, "in_use": false}));
    let backup = text(&second.backup("backups"));
    second.done(&["db", "verify", "-i", &backup]);
    fs::remove_dir_all(second.path("configs")).unwrap();

    for key in [key, own] {
        let third = Flowkeep::new();
        third.done(&["db", "restore", "-i", &backup]);
        third.done(&["session", "key", "add", &key]);
        for id in [&of_first, &of_second] {
            let back = third.done(&["session", "restore", id]);
            let overlay = back["overlay"].as_str().unwrap();
            let given = fs::read(format!("{overlay}/tools/sum.yaml")).unwrap();
            assert_eq!(given, tool, "{key}");
        }
    }
}

#[test]
fn after_a_key_is_brought_back_nothing_is_encrypted_to_one_that_nobody_saved() {
    let flowkeep = Flowkeep::new();
    let config = configuration(&flowkeep);
    encrypt(&flowkeep);
    begin(&flowkeep, &config);
    let said = snapshots_said(&flowkeep);
    assert!(said.contains("no copy was saved: 1"), "{said}");
    let key = text(&flowkeep.path("saved.key"));
    flowkeep.done(&["session", "key", "save", &key]);
    let said = snapshots_said(&flowkeep);
    assert!(said.contains("nothing is known to be damaged"), "{said}");

    lose_the_key_to_the_secrets(&flowkeep);
    // Both steps, in their order, wherever it is told that the key is missing.
    let listed = flowkeep.say(&["session", "list"]).out;
    for said in [snapshots_said(&flowkeep), listed] {
        let reset = said.find("flowkeep secret reset").expect("the first step");
        let add = said.find("flowkeep session key add").expect("the second");
        assert!(reset < add, "{said}");
    }
    flowkeep.refused(&["session", "key", "add", &key], "secrets_key_gone_file");
    flowkeep.done(&["secret", "reset"]);
    let added = flowkeep.done(&["session", "key", "add", &key]);
    assert_eq!(added, json!({"added": 1, "in_use": true}));
    fs::write(flowkeep.path("configs/tools/sum.yaml"), secret()).unwrap();
    begin(&flowkeep, &config);
    let said = snapshots_said(&flowkeep);
    assert!(said.contains("nothing is known to be damaged"), "{said}");
    let listed = flowkeep.done(&["session", "list"]);
    let listed = listed["items"].as_array().unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|row| row["confidence"] == "complete"));

    // What the file opens is all there is.
    let backup = text(&flowkeep.backup("backups"));
    let other = Flowkeep::new();
    other.done(&["db", "restore", "-i", &backup]);
    other.done(&["session", "key", "add", &key]);
    for row in listed {
        other.done(&["session", "restore", row["id"].as_str().unwrap()]);
    }
}

#[test]
fn a_new_key_is_announced_and_asked_for_until_it_is_saved() {
    let flowkeep = Flowkeep::new();
    let config = configuration(&flowkeep);
    encrypt(&flowkeep);
    let id = begin(&flowkeep, &config);
    let key = text(&flowkeep.path("saved.key"));
    flowkeep.done(&["session", "key", "save", &key]);
    lose_the_key_to_the_secrets(&flowkeep);
    let reset = flowkeep.say(&["secret", "reset"]);
    assert!(reset.err.contains("session key add FILE"), "{reset:?}");
    let created = flowkeep.say(&["session", "create", &config]);
    assert!(created.err.contains("a new key from now on"), "{created:?}");
    let taken = flowkeep.say(&["session", "snapshot", &id]);
    assert!(taken.err.contains("session key save FILE"), "{taken:?}");
    let again = text(&flowkeep.path("again.key"));
    flowkeep.done(&["session", "key", "save", &again]);
    let created = flowkeep.say(&["session", "create", &config]);
    assert!(!created.err.contains("new key"), "{created:?}");
}

#[test]
fn what_no_key_here_opens_is_told_of_each_session_also_where_there_is_another_key() {
    let flowkeep = Flowkeep::new();
    let config = configuration(&flowkeep);
    encrypt(&flowkeep);
    let id = begin(&flowkeep, &config);
    let row = |flowkeep: &Flowkeep| flowkeep.done(&["session", "list"])["items"][0].clone();
    assert_eq!(row(&flowkeep)["confidence"], "complete");
    assert!(row(&flowkeep)["closed"].is_null());
    let backup = text(&flowkeep.backup("backups"));

    let other = Flowkeep::new();
    other.done(&["db", "restore", "-i", &backup]);
    encrypt(&other);
    assert_eq!(row(&other)["closed"], 1);
    assert_ne!(row(&other)["confidence"], "complete");
    let shown = other.done(&["session", "show", &id]);
    assert_eq!(shown["snapshots"][0]["closed"], true);
    assert_eq!(shown["confidence"], row(&other)["confidence"]);
    for words in [&["session", "list"][..], &["session", "show", &id]] {
        let said = other.say(words).out;
        let closed = "cannot be opened with the keys here";
        assert!(said.contains(closed), "{said}");
    }
    let (_, scrubbed) = other.json(&["session", "scrub"]);
    assert_eq!(
        (&scrubbed["closed"], &scrubbed["damaged"]),
        (&json!(1), &json!([]))
    );
    let said = other.say(&["session", "scrub"]).out;
    assert!(
        said.contains("1 snapshot is encrypted with a key"),
        "{said}"
    );
}

#[test]
fn a_key_is_not_saved_beside_what_it_opens() {
    let flowkeep = Flowkeep::new();
    let config = configuration(&flowkeep);
    encrypt(&flowkeep);
    begin(&flowkeep, &config);
    let backup = flowkeep.backup("backups");
    let elsewhere = flowkeep.path("kept");
    for folder in [&flowkeep.data(), &backup] {
        let key = text(&folder.join("key.txt"));
        let refused = flowkeep.refused(&["session", "key", "save", &key], "snapshot_key_beside");
        assert_ne!(refused["error"]["hints"], json!([]));
        assert!(!std::path::Path::new(&key).exists());
    }
    flowkeep.done(&["session", "move-store", &text(&elsewhere)]);
    let key = text(&elsewhere.join("key.txt"));
    flowkeep.refused(&["session", "key", "save", &key], "snapshot_key_beside");
    flowkeep.done(&["session", "key", "save", &text(&flowkeep.path("key.txt"))]);
}
