//! `session import`: session files of earlier tools, as people and scripts bring them in.

use std::fs;

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, keys, text, tree as files, workflow};

fn write(flowkeep: &Flowkeep, path: &str, content: impl AsRef<[u8]>) -> String {
    let path = flowkeep.path(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    text(&path)
}

/// A configuration in `place/configs`.
fn tree(flowkeep: &Flowkeep, place: &str) {
    for (path, content) in [
        ("workflows/orders.yaml", "tool_set: office\n"),
        ("tool-sets/office.yaml", "tools: [sum]\n"),
        ("tools/sum.yaml", "name: sum\n"),
    ] {
        write(flowkeep, &format!("{place}/configs/{path}"), content);
    }
}

fn v1(id: &str, step: u32, config: &str) -> String {
    let file = json!({
        "metadata": {
            "session_id": id, "workflow_config_path": config, "agent_config": {"name": "clerk"},
            "created_at": "2025-10-22T16:34:52.728718", "status": "active",
        },
        "state": {"step": step},
        "workflow_config": {"name": "orders", "nodes": {}},
    });
    file.to_string()
}

const CONFIG: &str = "configs/workflows/orders.yaml";

#[test]
fn a_session_file_becomes_a_session_with_the_configuration_it_names() {
    let flowkeep = Flowkeep::new();
    tree(&flowkeep, "old");
    let file = write(
        &flowkeep,
        "old/sessions/orders-1.json",
        v1("s-1", 1, CONFIG),
    );
    let dry = flowkeep.done(&["session", "import", &file, "--dry-run"]);
    assert_eq!(
        (&dry["imported"], &dry["items"][0]["id"]),
        (&json!(1), &json!("s-1"))
    );
    assert_eq!(flowkeep.done(&["session", "list"])["total"], 0);
    assert!(!flowkeep.data().join("snapshots").exists());

    let done = flowkeep.done(&["session", "import", &file]);
    assert_eq!(
        keys(&done),
        [
            "imported",
            "updated",
            "unchanged",
            "skipped",
            "failed",
            "items"
        ]
    );
    let config = text(&flowkeep.path("old").join(CONFIG).canonicalize().unwrap());
    let item = json!({
        "path": file, "kind": "session", "id": "s-1", "name": "orders", "action": "imported",
        "recoverable": true, "differs": 3, "config": config, "snapshot": "complete",
    });
    assert_eq!(done["items"], json!([item]));

    let said = flowkeep.say(&["session", "import", &file, "--on-conflict", "copy", "-v"]);
    assert!(
        !said.out.contains("places that differ"),
        "it is there: {said:?}"
    );
    let show = flowkeep.done(&["session", "show", "s-1"]);
    assert_eq!(
        (
            &show["origin"],
            &show["status"],
            &show["stated_status"],
            &show["config"]
        ),
        (
            &json!("import1"),
            &json!("interrupted"),
            &json!("active"),
            &json!("workflows/orders.yaml")
        )
    );
    assert_eq!(show["agent"], r#"{"name":"clerk"}"#);
    assert_eq!(show["state"], r#"{"step":1}"#);
    let snapshot = &show["snapshots"][0];
    assert_eq!(
        (
            &snapshot["reason"],
            snapshot["files"].as_array().unwrap().len()
        ),
        (&json!("import"), 3)
    );
    let again = flowkeep.done(&["session", "import", &file]);
    assert_eq!(
        (&again["unchanged"], &again["items"][0]["action"]),
        (&json!(1), &json!("unchanged"))
    );
}

/// Of several folders that have it, one is taken, and it is said which.
#[test]
fn of_folders_that_have_the_same_file_the_one_that_is_taken_is_named() {
    let flowkeep = Flowkeep::new();
    for place in ["a", "b"] {
        tree(&flowkeep, place);
        let root = text(&flowkeep.path(&format!("{place}/configs")));
        flowkeep.done(&["session", "roots", "add", &root]);
    }
    let file = write(&flowkeep, "old/orders-1.json", v1("s-1", 1, CONFIG));
    let taken = text(&flowkeep.path("a").join(CONFIG).canonicalize().unwrap());
    let other = text(&flowkeep.path("b/configs").canonicalize().unwrap());
    let said = flowkeep.say(&["session", "import", &file, "--dry-run", "-v"]);
    assert!(
        said.out.contains(&taken) && said.out.contains(&other),
        "{said:?}"
    );
    let done = flowkeep.done(&["session", "import", &file]);
    assert_eq!(done["items"][0]["config"], taken);
    assert_eq!(done["items"][0]["also_in"], json!([other]));

    let named = v1("s-2", 1, CONFIG);
    let file = write(&flowkeep, "old/orders-2.json", named);
    let done = flowkeep.done(&["session", "import", &file, "--root", &other]);
    assert_eq!(
        done["items"][0].get("also_in"),
        None,
        "the operator said it"
    );
}

/// The definition that a file holds is compared with the file it names, however both are written.
#[test]
fn what_a_session_holds_is_compared_with_what_it_names() {
    let flowkeep = Flowkeep::new();
    let config = write(
        &flowkeep,
        "old/configs/workflows/orders.yaml",
        "# ours\nname: orders\nnodes: {}\n",
    );
    let file = write(&flowkeep, "old/one.json", v1("s-1", 1, CONFIG));
    let words = ["session", "import", &file, "--dry-run"];
    assert_eq!(flowkeep.done(&words)["items"][0]["differs"], 0);
    let said = flowkeep.say(&words).out;
    assert!(
        said.contains("the definition in it is the same as in that file"),
        "{said}"
    );
    fs::write(&config, "name: others\nnodes: {}\n").unwrap();
    assert_eq!(flowkeep.done(&words)["items"][0]["differs"], 1);
    let said = flowkeep.say(&words).out;
    assert!(said.contains("places that differ: 1"), "{said}");
    fs::write(&config, "name: [").unwrap();
    assert_eq!(flowkeep.done(&words)["items"][0].get("differs"), None);
}

/// It is brought in with all that its file says, and it is said that this is no configuration.
#[test]
fn a_file_with_a_summary_alone_is_brought_in_and_said_to_be_unrecoverable() {
    let flowkeep = Flowkeep::new();
    let summary = r#"{"metadata": {"session_id": "s-2", "workflow_id": "w", "workflow_summary": {"name": "two"}}}"#;
    let file = write(&flowkeep, "two.json", summary);
    let dry = flowkeep.say(&["session", "import", &file, "--dry-run"]).out;
    assert!(
        dry.contains("nothing a configuration could be restored from: 1"),
        "{dry}"
    );
    let done = flowkeep.done(&["session", "import", &file]);
    let item = &done["items"][0];
    assert_eq!(
        (&item["action"], &item["recoverable"]),
        (&json!("imported"), &json!(false))
    );
    let refused = flowkeep.refused(&["session", "restore", "s-2"], "session_not_recoverable");
    assert!(!refused["error"]["message"].as_str().unwrap().is_empty());
    // With its workflow in the catalog there is something to go on from.
    let workflow = flowkeep.file("w.json", workflow("w", "W"));
    flowkeep.done(&["flow", "create", &workflow]);
    let again = flowkeep.done(&["session", "import", &file]);
    assert_eq!(again["items"][0]["recoverable"], true, "{again}");
}

#[test]
fn one_that_differs_is_left_out_unless_it_is_to_replace_or_to_be_kept_beside() {
    let flowkeep = Flowkeep::new();
    tree(&flowkeep, "old");
    let file = write(&flowkeep, "old/one.json", v1("s-1", 1, CONFIG));
    flowkeep.done(&["session", "import", &file]);
    write(&flowkeep, "old/one.json", v1("s-1", 2, CONFIG));
    let left = flowkeep.done(&["session", "import", &file]);
    let reason = left["items"][0]["reason"].as_str().unwrap();
    assert_eq!(
        (&left["skipped"], reason.contains("this id")),
        (&json!(1), true)
    );
    let state = |id: &str| flowkeep.done(&["session", "show", id])["state"].clone();
    assert_eq!(state("s-1"), r#"{"step":1}"#);

    let words = ["session", "import", &file, "--on-conflict", "copy"];
    let copied = flowkeep.done(&words);
    let copy = copied["items"][0]["id"].as_str().unwrap().to_owned();
    assert_ne!(copy, "s-1");
    assert_eq!(
        (state("s-1"), state(&copy)),
        (json!(r#"{"step":1}"#), json!(r#"{"step":2}"#))
    );
    assert_eq!(flowkeep.done(&words)["unchanged"], 1, "one copy is enough");

    let words = ["session", "import", &file, "--on-conflict", "replace"];
    assert_eq!(flowkeep.done(&words)["updated"], 1);
    let show = flowkeep.done(&["session", "show", "s-1"]);
    assert_eq!(show["state"], r#"{"step":2}"#);
    let kept = show["snapshots"].as_array().unwrap().len();
    assert_eq!(kept, 2, "the earlier snapshot stays");

    // Another configuration that is not there is not taken for the one that was.
    write(
        &flowkeep,
        "old/one.json",
        v1("s-1", 2, "configs/workflows/gone.yaml"),
    );
    let gone = flowkeep.done(&words);
    assert_eq!(
        (&gone["updated"], &gone["items"][0]["config"]),
        (&json!(1), &Value::Null)
    );
    assert_eq!(
        flowkeep.done(&["session", "show", "s-1"])["config"],
        Value::Null
    );

    // What did not come from a file is not replaced by one.
    let config = text(&flowkeep.path("old").join(CONFIG));
    let created = flowkeep.done(&["session", "create", &config]);
    let ours = created["session_id"].as_str().unwrap();
    write(&flowkeep, "old/one.json", v1(ours, 3, CONFIG));
    let left = flowkeep.done(&words);
    assert_eq!(left["skipped"], 1, "{left}");
    assert_eq!(
        flowkeep.done(&["session", "show", ours])["origin"],
        "config"
    );
}

#[test]
fn folders_are_gone_through_and_every_file_is_told_of() {
    let flowkeep = Flowkeep::new();
    write(&flowkeep, "in/one.json", v1("s-1", 1, CONFIG));
    write(&flowkeep, "in/twice.json", v1("s-1", 1, CONFIG));
    write(&flowkeep, "in/twice-other.json", v1("s-1", 2, CONFIG));
    write(
        &flowkeep,
        "in/cut.json",
        "{\n  \"metadata\": {\"session_id\":",
    );
    write(&flowkeep, "in/notes.md", "# notes\n");
    write(
        &flowkeep,
        "in/workflow.json",
        r#"{"name": "x", "tasks": []}"#,
    );
    write(
        &flowkeep,
        "in/deep/two.json",
        r#"{"metadata": {"workflow_summary": {"name": "two"}, "status": "halted"}, "state": {}}"#,
    );
    let folder = text(&flowkeep.path("in"));
    let (exit, done) = flowkeep.json(&["session", "import", &folder]);
    assert_eq!(exit, 3, "{done}");
    let told: Vec<_> = done["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let path = item["path"].as_str().unwrap();
            let name = path.rsplit('/').next().unwrap().to_owned();
            (name, item["action"].clone(), item["id"].clone())
        })
        .collect();
    let expected = [
        ("cut.json", "failed", Value::Null),
        ("two.json", "imported", json!("two")),
        ("notes.md", "skipped", Value::Null),
        ("one.json", "imported", json!("s-1")),
        ("twice-other.json", "skipped", json!("s-1")),
        ("twice.json", "unchanged", json!("s-1")),
        ("workflow.json", "skipped", Value::Null),
    ];
    let expected = expected.map(|(name, action, id)| (name.to_owned(), json!(action), id));
    assert_eq!(told, expected);
    let cut = &done["items"][0];
    assert_eq!(
        (&cut["line"], cut["column"].is_u64()),
        (&json!(2), true),
        "{cut}"
    );
    assert_eq!(done["items"][3]["config"], Value::Null);
    let two = flowkeep.done(&["session", "show", "two"]);
    assert_eq!(
        (&two["origin"], &two["status"], &two["stated_status"]),
        (&json!("import2"), &json!("interrupted"), &json!("halted"))
    );
    let said = flowkeep.say(&["session", "import", &folder, "--on-conflict", "copy"]);
    assert!(said.out.contains("--root"), "{}", said.out);

    // Where its configuration is may be said later.
    tree(&flowkeep, "elsewhere");
    let root = text(&flowkeep.path("elsewhere/configs"));
    let one = text(&flowkeep.path("in/one.json"));
    let found = flowkeep.done(&["session", "import", &one, "--root", &root]);
    assert_eq!(
        (&found["updated"], &found["items"][0]["snapshot"]),
        (&json!(1), &json!("complete"))
    );
    let other = write(&flowkeep, "in/other.json", v1("s-3", 1, CONFIG));
    let found = flowkeep.done(&["session", "import", &other]);
    assert_eq!(
        found["items"][0]["snapshot"], "complete",
        "the root is known by now"
    );
    let missing = flowkeep.json(&["session", "import", &one, "--root", "/nowhere/at/all"]);
    assert_eq!(
        (missing.0, &missing.1["error"]["code"]),
        (1, &json!("root_missing"))
    );
}

#[test]
fn what_a_session_file_names_outside_is_not_read() {
    let flowkeep = Flowkeep::new();
    tree(&flowkeep, "other");
    let outside = text(&flowkeep.path("other").join(CONFIG));
    write(&flowkeep, "old/configs/workflows/own.yaml", "a: 1\n");
    let names = [
        outside.as_str(),
        "../../../../../../../../etc/passwd",
        "configs/../../other/configs/workflows/orders.yaml",
        "configs\u{0}",
        "",
    ];
    for (number, config) in names.into_iter().enumerate() {
        let id = format!("../{number}\u{0}");
        let name = format!("old/{number}.json");
        let file = write(&flowkeep, &name, v1(&id, 1, config));
        let done = flowkeep.done(&["session", "import", &file]);
        assert_eq!(
            (&done["imported"], &done["items"][0]["config"]),
            (&json!(1), &Value::Null),
            "{config}"
        );
    }
    #[cfg(unix)]
    {
        let linked = flowkeep.path("old/configs/workflows/linked.yaml");
        std::os::unix::fs::symlink(&outside, linked).unwrap();
        let config = "configs/workflows/linked.yaml";
        let file = write(&flowkeep, "old/linked.json", v1("linked", 1, config));
        let done = flowkeep.done(&["session", "import", &file]);
        assert_eq!(done["items"][0]["config"], Value::Null);
    }
    assert_eq!(flowkeep.done(&["session", "stats"])["snapshots"], 0);
    // Below the root that is named, the whole path may stand in the file.
    let root = text(&flowkeep.path("other/configs"));
    let file = text(&flowkeep.path("old/0.json"));
    let done = flowkeep.done(&["session", "import", &file, "--root", &root]);
    assert_eq!(done["items"][0]["snapshot"], "complete");
}

/// A key in the agent, the state or the definition is in no file of the data folder.
#[test]
fn no_key_of_a_session_file_comes_into_the_data_folder() {
    let flowkeep = Flowkeep::new();
    let secret = ["Tr0ub4dor", "and", "3-horses"].join("-");
    let content = json!({
        "metadata": {"session_id": "s-1", "agent_config": {"name": "clerk", "api_key": secret}},
        "state": {"step": 1, "token": secret},
        "workflow_config": {"name": "orders", "password": secret},
    });
    let file = write(&flowkeep, "one.json", content.to_string());
    let done = flowkeep.done(&["session", "import", &file]);
    assert!(!done.to_string().contains(&secret), "{done}");
    let show = flowkeep.done(&["session", "show", "s-1"]);
    assert_eq!(show["agent"], r#"{"name":"clerk","api_key":"<masked>"}"#);
    assert_eq!(show["state"], r#"{"step":1,"token":"<masked>"}"#);
    for (path, bytes) in files(&flowkeep.data()) {
        let is_there = bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!is_there, "{path}");
    }
    assert_eq!(flowkeep.done(&["session", "import", &file])["unchanged"], 1);
}

#[test]
fn an_import_of_documents_says_where_a_session_belongs() {
    let flowkeep = Flowkeep::new();
    let file = write(&flowkeep, "one.json", v1("s-1", 1, CONFIG));
    let done = flowkeep.done(&["flow", "import", &file]);
    assert_eq!(done["skipped"], 1);
    let reason = done["items"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("session import"), "{reason}");
}

#[test]
fn with_snapshots_switched_off_a_session_is_brought_in_and_linked() {
    let flowkeep = Flowkeep::new();
    tree(&flowkeep, "old");
    flowkeep.done(&["settings", "update", "--snapshots", "off"]);
    let file = write(&flowkeep, "old/one.json", v1("s-1", 1, CONFIG));
    let done = flowkeep.done(&["session", "import", &file]);
    assert_eq!(keys(&done["items"][0]).last(), Some(&"config"));
    let show = flowkeep.done(&["session", "show", "s-1"]);
    assert_eq!(
        (&show["config"], &show["snapshots"]),
        (&json!("workflows/orders.yaml"), &json!([]))
    );
    flowkeep.done(&["settings", "update", "--snapshots", "on"]);
    let done = flowkeep.done(&["session", "import", &file]);
    assert_eq!(done["items"][0]["snapshot"], "complete");
}

/// The clock of another machine is kept as it stands, also through a backup; what says no zone is told to say none.
#[test]
fn the_times_of_a_session_file_are_kept_as_they_stand_there() {
    let flowkeep = Flowkeep::new();
    let without = "2025-10-22T16:34:52.728718";
    let with = "2025-10-22T16:40:00+08:00";
    let mut file: Value = serde_json::from_str(&v1("s-1", 1, CONFIG)).unwrap();
    file["metadata"]["updated_at"] = with.into();
    let path = write(&flowkeep, "old/s-1.json", file.to_string());
    flowkeep.done(&["session", "import", &path]);
    let created = json!({"text": without, "has_zone": false});
    let updated = json!({"text": with, "has_zone": true});
    let told = |flowkeep: &Flowkeep| {
        let show = flowkeep.done(&["session", "show", "s-1"]);
        let list = flowkeep.done(&["session", "list"]);
        for key in ["stated_created_at", "stated_updated_at"] {
            assert_eq!(list["items"][0][key], show[key]);
        }
        [
            show["stated_created_at"].clone(),
            show["stated_updated_at"].clone(),
        ]
    };
    assert_eq!(told(&flowkeep), [created.clone(), updated.clone()]);
    let said = flowkeep.say(&["session", "show", "s-1"]).out;
    let line = format!("Its file says it began: {without} (no time zone)");
    assert!(said.contains(&line), "{said}");

    let backup = text(&flowkeep.backup("backups"));
    let second = Flowkeep::new();
    second.done(&["db", "restore", "-i", &backup]);
    assert_eq!(told(&second), [created.clone(), updated]);

    file["metadata"]["updated_at"] = Value::Null;
    write(&flowkeep, "old/s-1.json", file.to_string());
    flowkeep.done(&["session", "import", &path, "--on-conflict", "replace"]);
    assert_eq!(told(&flowkeep), [created, Value::Null]);
    let config = write(&flowkeep, "new/workflows/a.yaml", "name: a\n");
    flowkeep.done(&["session", "create", &config]);
    let list = flowkeep.done(&["session", "list"]);
    assert_eq!(list["items"][0].get("stated_created_at"), None);
}
