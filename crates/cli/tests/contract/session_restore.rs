//! `session restore`: a configuration as it was, whatever became of its files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, keys, text, tree, workflow};

/// What belongs to it, by its path from the root.
const FILES: [(&str, &str); 4] = [
    ("tool-sets/office.yaml", "tools: [sum, table]\n"),
    ("tools/sum.yaml", "name: sum\n"),
    ("tools/table.yaml", "name: table\n"),
    ("workflows/orders.yaml", "name: orders\ntool_set: office\n"),
];

/// Files with their bytes, by their paths.
type Tree = BTreeMap<String, Vec<u8>>;

/// Something that becomes of a file.
type Change = fn(&Path);

fn files(folder: &Path) -> Tree {
    tree(folder).into_iter().collect()
}

fn root(flowkeep: &Flowkeep) -> PathBuf {
    flowkeep.path("configs")
}

/// The tree as it is at the beginning, whatever was there.
fn lay_out(flowkeep: &Flowkeep) -> PathBuf {
    let root = root(flowkeep);
    if root.exists() {
        fs::remove_dir_all(&root).unwrap();
    }
    for (path, content) in FILES {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    root
}

/// A session on the tree; its id.
fn begun(flowkeep: &Flowkeep) -> String {
    let config = text(&lay_out(flowkeep).join("workflows/orders.yaml"));
    let (_, created) = flowkeep.json(&["session", "create", &config]);
    created["session_id"].as_str().unwrap().to_owned()
}

fn overlay(restored: &Value) -> PathBuf {
    PathBuf::from(restored["overlay"].as_str().unwrap())
}

fn list(value: &Value) -> Vec<&str> {
    let items = value.as_array().unwrap().iter();
    items.map(|item| item.as_str().unwrap()).collect()
}

/// Damages every pack that is not among these.
fn damage_packs(flowkeep: &Flowkeep, but: &[PathBuf]) {
    for pack in packs(flowkeep).iter().filter(|pack| !but.contains(pack)) {
        let mut bytes = fs::read(pack).unwrap();
        // Behind the head of its first frame, and far before the list of what is in it.
        bytes[20] ^= 0xff;
        fs::write(pack, bytes).unwrap();
    }
}

fn packs(flowkeep: &Flowkeep) -> Vec<PathBuf> {
    let folder = flowkeep.data().join("snapshots/objects");
    let files = tree(&folder).into_iter().map(|(name, _)| folder.join(name));
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "zst"))
        .collect()
}

#[test]
fn whatever_becomes_of_a_file_or_a_folder_all_of_it_comes_back() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    let was = files(&root(&flowkeep));
    let changes: [(&str, Change); 5] = [
        ("gone", |path| fs::remove_file(path).unwrap()),
        ("changed", |path| fs::write(path, "").unwrap()),
        ("changed", |path| {
            let bytes = fs::read(path).unwrap();
            fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("changed", |path| {
            let mut bytes = fs::read(path).unwrap();
            bytes[0] ^= 1;
            fs::write(path, bytes).unwrap();
        }),
        ("gone", |path| {
            fs::rename(path, path.with_extension("old")).unwrap();
        }),
    ];
    for (number, (kind, change)) in changes.into_iter().enumerate() {
        for (path, _) in FILES {
            let case = format!("{path}: {number}");
            change(&lay_out(&flowkeep).join(path));
            let today = files(&root(&flowkeep));
            let restored = flowkeep.done(&["session", "restore", &id]);
            assert_eq!(restored["source"], "snapshot", "{case}");
            assert_eq!(files(&overlay(&restored)), was, "{case}");
            let differences = restored["differences"].as_array().unwrap();
            assert!(
                differences.contains(&json!({"path": path, "kind": kind})),
                "{case}: {restored}"
            );
            assert_eq!(files(&root(&flowkeep)), today, "{case}");
        }
    }
    for folder in ["tool-sets", "tools", "workflows"] {
        for is_renamed in [false, true] {
            let at = lay_out(&flowkeep).join(folder);
            if is_renamed {
                fs::rename(&at, at.with_file_name("elsewhere")).unwrap();
            } else {
                fs::remove_dir_all(&at).unwrap();
            }
            let today = files(&root(&flowkeep));
            let restored = flowkeep.done(&["session", "restore", &id]);
            assert_eq!(files(&overlay(&restored)), was, "{folder}");
            let gone = FILES
                .iter()
                .filter(|file| file.0.starts_with(&format!("{folder}/")));
            let gone: Vec<_> = gone
                .map(|file| json!({"path": file.0, "kind": "gone"}))
                .collect();
            assert_eq!(restored["differences"], Value::Array(gone), "{folder}");
            assert_eq!(files(&root(&flowkeep)), today, "{folder}");
        }
    }
    fs::remove_dir_all(root(&flowkeep)).unwrap();
    let restored = flowkeep.done(&["session", "restore", &id]);
    assert_eq!(restored["candidates"][0]["code"], "root_gone", "{restored}");
    assert_eq!(files(&overlay(&restored)), was);
    let copies = fs::read_dir(flowkeep.data().join("overlays")).unwrap();
    assert_eq!(copies.count(), 1, "a copy that is just so is used again");
}

#[test]
fn what_is_answered_has_its_keys_and_its_reasons() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    let looked = flowkeep.done(&["session", "restore", &id, "--dry-run"]);
    assert_eq!(
        keys(&looked),
        [
            "session_id",
            "candidates",
            "differences",
            "confidence",
            "alone",
            "failures"
        ]
    );
    assert_eq!(
        (&looked["confidence"], &looked["candidates"][0]["ok"]),
        (&json!("complete"), &json!(true))
    );
    assert!(!flowkeep.data().join("overlays").exists(), "only looked");

    let restored = flowkeep.done(&["session", "restore", &id]);
    assert_eq!(restored["source"], "file");
    assert_eq!(restored["differences"], json!([]));
    assert_eq!(files(&overlay(&restored)), files(&root(&flowkeep)));

    let entry = root(&flowkeep).join("workflows/orders.yaml");
    fs::remove_file(&entry).unwrap();
    let restored = flowkeep.done(&["session", "restore", &id]);
    assert_eq!(
        keys(&restored),
        [
            "session_id",
            "source",
            "candidates",
            "restored",
            "differences",
            "overlay",
            "masked",
            "not_restored",
            "complete"
        ]
    );
    assert_eq!(restored["session_id"], id.as_str());
    assert_eq!(list(&restored["restored"]), FILES.map(|file| file.0));
    let candidates = restored["candidates"].as_array().unwrap();
    let told: Vec<_> = candidates
        .iter()
        .map(|one| json!([one["source"], one["ok"], one["code"]]))
        .collect();
    let expected = [
        json!(["file", false, "config_gone"]),
        json!(["snapshot", true, null]),
        json!(["embedded", false, "nothing_embedded"]),
        json!(["revision", false, "no_such_workflow"]),
    ];
    assert_eq!(told, expected, "{restored}");
    assert_eq!(candidates[1]["sequence"], 1);

    let said = flowkeep.say(&["session", "restore", &id]);
    assert_eq!(said.code, 0);
    assert!(
        said.out.contains("Your present files were not touched"),
        "{}",
        said.out
    );
    assert!(said.out.contains("is not there any more"), "{}", said.out);
}

#[test]
fn a_person_picks_and_a_copy_that_somebody_changed_is_left_alone() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    let was = files(&root(&flowkeep));
    let first = flowkeep.done(&["session", "restore", &id, "--use", "snapshot"]);
    assert_eq!(first["source"], "snapshot");
    let changed = overlay(&first).join("tools/sum.yaml");
    fs::write(&changed, "name: mine\n").unwrap();
    let second = flowkeep.done(&["session", "restore", &id, "--use", "snapshot"]);
    assert_ne!(first["overlay"], second["overlay"]);
    assert_eq!(files(&overlay(&second)), was);
    assert_eq!(fs::read_to_string(&changed).unwrap(), "name: mine\n");

    fs::write(root(&flowkeep).join("tools/sum.yaml"), "name: today\n").unwrap();
    let (exit, today) = flowkeep.json(&["session", "restore", &id, "--use", "file"]);
    assert_eq!((exit, &today["source"]), (3, &json!("file")), "{today}");
    assert_eq!(today["candidates"][0]["code"], "config_differs");
    assert_eq!(files(&overlay(&today)), files(&root(&flowkeep)));
    let difference = json!([{"path": "tools/sum.yaml", "kind": "changed"}]);
    assert_eq!(today["differences"], difference);
}

#[test]
fn it_comes_back_into_a_folder_that_is_named_and_nothing_there_is_written_over() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    let was = files(&root(&flowkeep));
    fs::remove_dir_all(root(&flowkeep)).unwrap();
    let to = text(&flowkeep.path("back"));
    let restore = |to: &str| flowkeep.json(&["session", "restore", &id, "--to", to]);
    let (exit, restored) = restore(&to);
    assert_eq!((exit, &restored["overlay"]), (0, &json!(to)));
    assert_eq!(files(Path::new(&to)), was);
    let (exit, error) = restore(&to);
    assert_eq!(
        (exit, &error["error"]["code"]),
        (1, &json!("folder_not_empty"))
    );
    assert_eq!(files(Path::new(&to)), was);
    let empty = flowkeep.path("empty");
    fs::create_dir(&empty).unwrap();
    assert_eq!(restore(&text(&empty)).0, 0);
    assert_eq!(files(&empty), was);
    let (exit, error) = restore(&text(&flowkeep.path("no/such/folder")));
    assert_eq!(
        (exit, &error["error"]["code"]),
        (1, &json!("folder_missing"))
    );
    let (_, looked) = flowkeep.json(&["session", "restore", &id, "--dry-run"]);
    assert_eq!(looked["failures"], 0, "that was no attempt");
    let left = fs::read_dir(flowkeep.path(".")).unwrap();
    assert_eq!(left.count(), 2, "nothing unfinished is left");
}

/// Nothing is brought into it, by whatever path; and an id is meant whole.
#[test]
fn the_data_folder_and_ids_that_nobody_has_are_refused() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    let mut inside = vec![flowkeep.data(), flowkeep.data().join("mine")];
    #[cfg(unix)]
    {
        let link = flowkeep.path("link");
        std::os::unix::fs::symlink(flowkeep.data(), &link).unwrap();
        inside.push(link.join("overlays/mine"));
    }
    fs::create_dir_all(flowkeep.data().join("overlays")).unwrap();
    for to in &inside {
        let words = ["session", "restore", &id, "--to", &text(to)];
        flowkeep.refused(&words, "copy_inside_data_folder");
        assert!(!to.join("workflows").exists(), "{}", to.display());
    }
    for unknown in ["no-such-session", &id[..8], ""] {
        flowkeep.refused(&["session", "restore", unknown], "session_unknown");
        flowkeep.refused(
            &["session", "restore", unknown, "--dry-run"],
            "session_unknown",
        );
    }
}

/// What a session holds itself means the same as in its file; what the catalog has is the same, byte for byte.
#[test]
fn a_session_that_was_brought_in_comes_back_from_its_definition_or_from_the_catalog() {
    let flowkeep = Flowkeep::new();
    let catalog = workflow("orders", "Orders");
    let file = flowkeep.file("orders.json", &catalog);
    flowkeep.done(&["flow", "create", &file]);
    let definition = json!({"name": "orders", "nodes": {"a": {"tools": ["sum"], "price": 1.5}}});
    let session = json!({
        "metadata": {"session_id": "s-1", "workflow_id": "orders"},
        "state": {"step": 1}, "workflow_config": definition,
    });
    let file = flowkeep.file("session.json", session.to_string());
    flowkeep.done(&["session", "import", &file]);
    let back = |more: &[&str]| {
        let (exit, restored) = flowkeep.json(&[&["session", "restore", "s-1"], more].concat());
        assert_eq!(exit, 3, "not all that it had: {restored}");
        let kept: Vec<_> = files(&overlay(&restored)).into_values().collect();
        let [content] = kept.as_slice() else {
            panic!("{restored}");
        };
        (restored["source"].clone(), content.clone())
    };
    let (source, content) = back(&["--use", "embedded"]);
    assert_eq!(source, "embedded");
    let content: Value = serde_json::from_slice(&content).unwrap();
    assert_eq!(content, definition);
    assert_eq!(back(&[]).0, "embedded", "it goes before the catalog");
    let (source, content) = back(&["--use", "revision"]);
    assert_eq!((source, content), (json!("revision"), catalog.into_bytes()));
    let refused = ["session", "restore", "s-1", "--use", "file"];
    flowkeep.refused(&refused, "session_not_recoverable");
}

/// A file with keys comes back with them where it is still there, and is named where it is not.
#[test]
fn keys_come_back_from_where_they_still_are() {
    let flowkeep = Flowkeep::new();
    let config = text(&lay_out(&flowkeep).join("workflows/orders.yaml"));
    let secret = ["Tr0ub4dor", "and", "3-horses"].join("-");
    let sum = root(&flowkeep).join("tools/sum.yaml");
    fs::write(&sum, format!("name: sum\npassword: {secret}\n")).unwrap();
    let was = files(&root(&flowkeep));
    let (_, created) = flowkeep.json(&["session", "create", &config]);
    let id = created["session_id"].as_str().unwrap();
    fs::remove_file(&config).unwrap();
    let looked = flowkeep.done(&["session", "restore", id, "--dry-run"]);
    assert_eq!(looked["confidence"], "complete", "the keys are still there");
    let restored = flowkeep.done(&["session", "restore", id]);
    assert_eq!(restored["masked"], json!([]));
    assert_eq!(restored["candidates"][1]["code"], json!(null), "{restored}");
    assert_eq!(files(&overlay(&restored)), was);

    fs::remove_file(&sum).unwrap();
    let to = flowkeep.path("back");
    let (exit, restored) = flowkeep.json(&["session", "restore", id, "--to", &text(&to)]);
    assert_eq!((exit, &restored["masked"]), (3, &json!(["tools/sum.yaml"])));
    assert_eq!(restored["candidates"][1]["code"], "snapshot_masked");
    let mut masked = was.clone();
    masked.insert(
        "tools/sum.yaml".to_owned(),
        b"name: sum\npassword: <masked>\n".into(),
    );
    assert_eq!(files(&to), masked);
    let looked = flowkeep.json(&["session", "restore", id, "--dry-run"]);
    assert_eq!((looked.0, &looked.1["confidence"]), (3, &json!("partial")));
}

/// What somebody fills in where the work goes on is known from then on, and is theirs when the session is forgotten.
#[test]
fn keys_that_somebody_filled_in_are_known_and_stay() {
    let flowkeep = Flowkeep::new();
    let config = text(&lay_out(&flowkeep).join("workflows/orders.yaml"));
    let sum = root(&flowkeep).join("tools/sum.yaml");
    fs::write(&sum, "name: sum\npassword: Tr0ub4dor-and-3\n").unwrap();
    let (_, created) = flowkeep.json(&["session", "create", &config]);
    let id = created["session_id"].as_str().unwrap();
    fs::remove_dir_all(root(&flowkeep)).unwrap();
    let look = || flowkeep.json(&["session", "restore", id, "--dry-run"]).1;
    let (_, restored) = flowkeep.json(&["session", "restore", id]);
    let copy = overlay(&restored);
    assert_eq!(look()["filled_in"], json!(null));
    let there = copy.join("tools/sum.yaml");
    fs::write(&there, "name: sum\npassword: filled-horse-9\n").unwrap();
    assert_eq!(look()["filled_in"], json!(["tools/sum.yaml"]));
    let (exit, again) = flowkeep.json(&["session", "restore", id]);
    assert_eq!(exit, 3, "it is not the file it was");
    assert_eq!(
        (
            overlay(&again),
            &again["masked"],
            &again["filled_otherwise"]
        ),
        (copy.clone(), &json!([]), &json!(["tools/sum.yaml"]))
    );
    fs::write(&there, "name: sum\npassword: Tr0ub4dor-and-3\n").unwrap();
    let as_it_was = flowkeep.done(&["session", "restore", id]);
    assert_eq!(
        (&as_it_was["filled_in"], as_it_was.get("filled_otherwise")),
        (&json!(["tools/sum.yaml"]), None)
    );
    fs::write(&there, "name: sum\npassword: filled-horse-9\n").unwrap();
    flowkeep.json(&["session", "forget", id]);
    let left = fs::read_to_string(&there).unwrap();
    assert!(left.contains("filled-horse-9"));
}

#[test]
fn a_damaged_pack_is_passed_over_and_named() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    let was = files(&root(&flowkeep));
    let first = packs(&flowkeep);
    let entry = root(&flowkeep).join("workflows/orders.yaml");
    fs::write(&entry, "name: orders\ntool_set: office\n# later\n").unwrap();
    flowkeep.done(&["session", "snapshot", &id]);
    fs::remove_file(&entry).unwrap();
    damage_packs(&flowkeep, &first);
    let restored = flowkeep.done(&["session", "restore", &id]);
    let told: Vec<_> = restored["candidates"].as_array().unwrap()[1..3]
        .iter()
        .map(|one| json!([one["sequence"], one["ok"], one["code"]]))
        .collect();
    assert_eq!(
        told,
        [json!([2, false, "objects_damaged"]), json!([1, true, null])],
        "{restored}"
    );
    assert_eq!(files(&overlay(&restored)), was);
}

#[test]
fn where_nothing_is_left_it_is_said_why_and_after_three_times_what_else_can_be_done() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    fs::remove_dir_all(root(&flowkeep).join("workflows")).unwrap();
    damage_packs(&flowkeep, &[]);
    let today = files(&root(&flowkeep));
    for attempt in 1..=3 {
        let (exit, error) = flowkeep.json(&["session", "restore", &id]);
        assert_eq!(exit, 1, "{error}");
        let error = &error["error"];
        assert_eq!(error["code"], "session_not_recoverable");
        let said = error["message"].as_str().unwrap();
        assert!(said.contains("damaged on the disk: 4"), "{error}");
        let hints = error["hints"].as_array().unwrap().len();
        assert_eq!(hints, if attempt < 3 { 2 } else { 3 }, "{error}");
        let lost = "tool-sets/office.yaml, tools/sum.yaml, tools/table.yaml, workflows/orders.yaml";
        assert_eq!(error["fields"]["lost"], lost);
        let (_, looked) = flowkeep.json(&["session", "restore", &id, "--dry-run"]);
        assert_eq!(
            (&looked["failures"], &looked["confidence"]),
            (&json!(attempt), &json!("none"))
        );
    }
    assert_eq!(files(&root(&flowkeep)), today);
    let copies = flowkeep.data().join("overlays");
    assert!(!copies.exists() || files(&copies).is_empty());
    // Once the files are as they were it goes on with them, and counts from the beginning.
    lay_out(&flowkeep);
    assert_eq!(
        flowkeep.done(&["session", "restore", &id])["source"],
        "file"
    );
    let looked = flowkeep.done(&["session", "restore", &id, "--dry-run"]);
    assert_eq!(looked["failures"], 0);
}

#[test]
fn an_attempt_that_brings_the_files_back_and_cannot_go_on_counts_as_one_that_came_to_nothing() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    // No workflow: it has no tasks.
    for attempt in 1..=3 {
        let (exit, error) = flowkeep.json(&["session", "restore", &id, "--resume", "--trust"]);
        assert_eq!(exit, 1, "{error}");
        let error = &error["error"];
        assert_eq!(error["code"], "definition_invalid", "{error}");
        let hints = error["hints"].to_string();
        assert_eq!(hints.contains("session export"), attempt == 3, "{error}");
        let looked = flowkeep.done(&["session", "restore", &id, "--dry-run"]);
        assert_eq!(looked["failures"], attempt);
    }
    let out = flowkeep.path("by hand");
    flowkeep.done(&["session", "export", &id, "--to", &text(&out)]);
    let attempts = fs::read_to_string(out.join("attempts.json")).unwrap();
    let attempts: Value = serde_json::from_str(&attempts).unwrap();
    let last = &attempts[2]["found"].as_array().unwrap().last().unwrap();
    assert_eq!(
        last["reason"]["code"], "error_definition_invalid",
        "{attempts}"
    );
    assert_eq!(
        (&attempts[2]["source"], &last["ok"]),
        (&json!(null), &json!(false))
    );
}

#[test]
fn what_a_dead_process_left_of_a_copy_is_gone_when_the_data_is_opened() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    let restored = flowkeep.done(&["session", "restore", &id]);
    let left = overlay(&restored).with_extension("01K.partial");
    fs::create_dir_all(left.join("tools")).unwrap();
    fs::write(left.join("tools/sum.yaml"), "half").unwrap();
    flowkeep.done(&["session", "list"]);
    assert!(!left.exists());
    assert_eq!(files(&overlay(&restored)), files(&root(&flowkeep)));
    for words in [&["restore", "01K"][..], &["restore", "01K", "--dry-run"]] {
        let words = [&["session"], words].concat();
        let (exit, error) = flowkeep.json(&words);
        assert_eq!(
            (exit, &error["error"]["code"]),
            (1, &json!("session_unknown"))
        );
    }
}

/// Which snapshot is meant is said by its number: what differs, what comes back, and what was in one file.
#[test]
fn a_snapshot_is_chosen_by_its_number() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    let was = files(&root(&flowkeep));
    let sum = root(&flowkeep).join("tools/sum.yaml");
    fs::write(&sum, "name: total\n").unwrap();
    flowkeep.done(&["session", "snapshot", &id]);
    let then = files(&root(&flowkeep));
    fs::write(&sum, "name: all\n").unwrap();
    fs::remove_file(root(&flowkeep).join("tools/table.yaml")).unwrap();
    fs::write(root(&flowkeep).join("workflows/orders.yaml"), FILES[3].1).unwrap();

    for (number, expected) in [("1", &was), ("2", &then)] {
        let to = text(&flowkeep.path(number));
        let words = ["session", "restore", &id, "--snapshot", number, "--to", &to];
        flowkeep.done(&words);
        assert_eq!(files(Path::new(&to)), *expected, "{number}");
    }
    fs::write(&sum, "name: total\n").unwrap();
    let changed = json!({"path": "tools/sum.yaml", "kind": "changed"});
    let gone = json!({"path": "tools/table.yaml", "kind": "gone"});
    for (number, expected) in [("1", json!([changed, gone])), ("2", json!([gone]))] {
        for words in [
            &["compare", &id, "--snapshot", number][..],
            &["restore", &id, "--snapshot", number, "--dry-run"],
        ] {
            let words = [&["session"], words].concat();
            let (_, found) = flowkeep.json(&words);
            assert_eq!(found["differences"], expected, "{words:?}");
        }
    }
    let newest = flowkeep.done(&["session", "compare", &id]);
    assert_eq!(
        (&newest["sequence"], &newest["differences"]),
        (&json!(2), &json!([gone]))
    );
    let file = [
        "session",
        "compare",
        &id,
        "tools/sum.yaml",
        "--snapshot",
        "1",
    ];
    let file = flowkeep.done(&file);
    assert_eq!(
        (&file["before"], &file["after"]),
        (&json!("name: sum\n"), &json!("name: total\n"))
    );
    let said = flowkeep.say(&["session", "compare", &id, "tools/table.yaml"]);
    assert!(said.out.contains("-name: table"), "{}", said.out);
    for words in [
        &["compare", &id, "--snapshot", "3"][..],
        &["restore", &id, "--snapshot", "3"],
        &["restore", &id, "--snapshot", "3", "--dry-run"],
    ] {
        flowkeep.refused(&[&["session"], words].concat(), "snapshot_number_unknown");
    }
    let both = [
        "session",
        "restore",
        &id,
        "--snapshot",
        "1",
        "--use",
        "file",
    ];
    assert_eq!(flowkeep.say(&both).code, 2);
}

/// Whatever else fails, what is kept can be had as plain files, and what cannot is named.
#[test]
fn everything_that_is_kept_can_be_written_out() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    let was = files(&root(&flowkeep));
    let first = packs(&flowkeep);
    let entry = root(&flowkeep).join("workflows/orders.yaml");
    fs::write(&entry, "name: orders\ntool_set: office\n# later\n").unwrap();
    flowkeep.done(&["session", "snapshot", &id]);
    flowkeep.json(&["session", "restore", &id]);
    damage_packs(&flowkeep, &first);
    fs::remove_dir_all(root(&flowkeep)).unwrap();

    let to = flowkeep.path("out");
    let (exit, exported) = flowkeep.json(&["session", "export", &id, "--to", &text(&to)]);
    assert_eq!(exit, 3, "{exported}");
    assert_eq!(
        keys(&exported),
        ["session_id", "target_dir", "snapshots", "files", "lost"]
    );
    assert_eq!(
        (&exported["snapshots"], &exported["files"]),
        (&json!(2), &json!(7))
    );
    let lost = &exported["lost"][0];
    assert_eq!(
        (&lost["path"], &lost["code"]),
        (
            &json!("snapshots/0002/workflows/orders.yaml"),
            &json!("object_damaged")
        )
    );
    assert_eq!(files(&to.join("snapshots/0001")), was);
    let json_of = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(to.join(name)).unwrap()).unwrap()
    };
    assert_eq!(json_of("session.json")["id"], json!(id));
    assert_eq!(json_of("attempts.json")[0]["source"], "file");
    let readme = fs::read_to_string(to.join("README.txt")).unwrap();
    assert!(
        readme.contains("snapshots/0002/workflows/orders.yaml"),
        "{readme}"
    );
    let again = ["session", "export", &id, "--to", &text(&to)];
    flowkeep.refused(&again, "folder_not_empty");
    let inside = text(&flowkeep.data().join("mine"));
    flowkeep.refused(
        &["session", "export", &id, "--to", &inside],
        "copy_inside_data_folder",
    );
}

#[test]
fn files_that_the_strategy_left_out_and_that_are_gone_are_named_and_nothing_is_called_as_it_was() {
    let flowkeep = Flowkeep::new();
    let root = lay_out(&flowkeep);
    let cheap = flowkeep.file("configs/llms/cheap.yaml", "model: cheap\n");
    let orders = "name: orders\ntool_set: office\nllm_client: cheap\n";
    let config = flowkeep.file("configs/workflows/orders.yaml", orders);
    let (_, created) = flowkeep.json(&["session", "create", &config]);
    let id = created["session_id"].as_str().unwrap();
    let words = ["session", "restore", id, "--dry-run"];
    let looked = flowkeep.done(&words);
    assert_eq!(looked["candidates"][0]["left_out"], Value::Null, "{looked}");
    fs::remove_file(cheap).unwrap();
    let (code, looked) = flowkeep.json(&words);
    assert_eq!((code, &looked["confidence"]), (3, &json!("partial")));
    for candidate in [0, 1] {
        let left_out = &looked["candidates"][candidate]["left_out"];
        assert_eq!(left_out, &json!(["llms/cheap.yaml"]), "{looked}");
    }
    let said = flowkeep.say(&words).out;
    let line = "llms/cheap.yaml: was left out by the strategy";
    assert_eq!(said.matches(line).count(), 1, "{said}");
    let (_, restored) = flowkeep.json(&["session", "restore", id]);
    assert_eq!(restored["complete"], false);
    assert!(root.exists());
}

#[test]
fn a_list_and_a_dry_run_say_by_one_rule_how_much_comes_back() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    fs::remove_file(root(&flowkeep).join("tools/sum.yaml")).unwrap();
    let (_, taken) = flowkeep.json(&["session", "snapshot", &id]);
    assert_eq!(taken["snapshot"]["status"], "partial", "{taken}");
    let listed = flowkeep.done(&["session", "list"]);
    let row = &listed["items"][0];
    assert_eq!(
        (&row["confidence"], &row["missing"]),
        (&json!("complete"), &json!(0)),
        "{listed}"
    );
    let looked = flowkeep.done(&["session", "restore", &id, "--dry-run"]);
    assert_eq!(looked["confidence"], "complete");
    // What was never there is not missed.
    fs::remove_file(root(&flowkeep).join("workflows/orders.yaml")).unwrap();
    let orders = "name: orders\ntools: [none]\n";
    let config = flowkeep.file("configs/workflows/orders.yaml", orders);
    let (_, created) = flowkeep.json(&["session", "create", &config]);
    let id = created["session_id"].as_str().unwrap();
    let shown = flowkeep.done(&["session", "show", id]);
    let looked = flowkeep.done(&["session", "restore", id, "--dry-run"]);
    assert_eq!(
        (&shown["confidence"], &shown["missing"]),
        (&looked["confidence"], &json!(1))
    );
    assert_eq!(looked["missing"], 1);
    for words in [
        &["session", "list"][..],
        &["session", "show", id],
        &["session", "restore", id, "--dry-run"],
    ] {
        let said = flowkeep.say(words).out;
        let words = "as it was kept; 1 reference was missing then";
        assert!(said.contains(words), "{said}");
    }
}

/// A name is not what a session is called by, and a file that was never there is no file that is the same.
#[test]
fn what_is_named_wrongly_is_said_with_what_is_there() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    for words in [
        &["session", "show", "orders"][..],
        &["session", "restore", &id[..8]],
    ] {
        let error = flowkeep.refused(words, "session_unknown");
        let hints = error["error"]["hints"].to_string();
        assert!(hints.contains("session list --all"), "{hints}");
    }
    let compare = ["session", "compare", &id, "workflows/order.yaml"];
    let error = flowkeep.refused(&compare, "session_file_unknown");
    assert_eq!(error["error"]["fields"]["near"], "workflows/orders.yaml");
    let compare = ["session", "compare", &id, "nope.yaml"];
    let error = flowkeep.refused(&compare, "session_file_unknown");
    assert_eq!(error["error"]["hints"], json!([]));

    // Sessions of one name are told apart by where their files are.
    let said = flowkeep.say(&["session", "list"]).out;
    assert!(said.contains("  workflows/orders.yaml"), "{said}");
    let config = flowkeep.file("others/workflows/orders.yaml", "name: orders\n");
    flowkeep.done(&["session", "create", &config]);
    let said = flowkeep.say(&["session", "list"]).out;
    let first = flowkeep.say(&["session", "list", "--limit", "1"]).out;
    assert!(
        first.contains("1 of 2") && first.contains("--offset 1"),
        "{first}"
    );
    let rest = ["session", "list", "--limit", "1", "--offset", "1"];
    let rest = flowkeep.say(&rest).out;
    assert!(!rest.contains("--offset"), "{rest}");
    for place in ["configs", "others"] {
        let file = format!("{place}/workflows/orders.yaml");
        assert!(said.contains(&file), "{said}");
    }
}
