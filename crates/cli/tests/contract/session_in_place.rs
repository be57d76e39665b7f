//! `session restore --in-place`: files of a session back where they were, over what is there today.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::flowkeep::{Flowkeep, keys, text, tree};

const FILES: [(&str, &str); 3] = [
    ("tool-sets/office.yaml", "tools: [sum]\n"),
    ("tools/sum.yaml", "name: sum\n"),
    ("workflows/orders.yaml", "name: orders\ntool_set: office\n"),
];

fn root(flowkeep: &Flowkeep) -> PathBuf {
    flowkeep.path("configs")
}

fn write(flowkeep: &Flowkeep, path: &str, content: &str) {
    let path = root(flowkeep).join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// A session on a new tree; its id.
fn begun(flowkeep: &Flowkeep) -> String {
    for (path, content) in FILES {
        write(flowkeep, path, content);
    }
    also(flowkeep)
}

/// One more session on the same tree.
fn also(flowkeep: &Flowkeep) -> String {
    let config = text(&root(flowkeep).join("workflows/orders.yaml"));
    let (_, created) = flowkeep.json(&["session", "create", &config]);
    created["session_id"].as_str().unwrap().to_owned()
}

fn spoil(flowkeep: &Flowkeep) {
    write(flowkeep, "tools/sum.yaml", "name: another\n");
    fs::remove_file(root(flowkeep).join("workflows/orders.yaml")).unwrap();
}

fn acts(plan: &Value) -> Vec<(&str, &str)> {
    let files = plan["files"].as_array().unwrap().iter();
    files
        .map(|file| {
            (
                file["path"].as_str().unwrap(),
                file["act"].as_str().unwrap(),
            )
        })
        .collect()
}

#[test]
fn a_plan_says_what_would_be_done_and_who_else_works_with_it() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    let other = also(&flowkeep);
    spoil(&flowkeep);
    let today = tree(&root(&flowkeep));
    let (exit, plan) = flowkeep.json(&["session", "restore", &id, "--in-place", "--dry-run"]);
    assert_eq!(exit, 0, "{plan}");
    assert_eq!(
        keys(&plan),
        [
            "session_id",
            "source",
            "snapshot",
            "sequence",
            "root",
            "files",
            "used_by",
            "stamp",
            "complete"
        ]
    );
    assert_eq!(
        acts(&plan),
        [
            ("tool-sets/office.yaml", "same"),
            ("tools/sum.yaml", "replaces"),
            ("workflows/orders.yaml", "makes")
        ]
    );
    assert_eq!(
        plan["used_by"],
        json!([{"id": other, "name": "orders", "files": 2}])
    );
    assert_eq!(tree(&root(&flowkeep)), today);
    assert!(!flowkeep.data().join("overlays").exists(), "only looked");
    let said = flowkeep.say(&["session", "restore", &id, "--in-place", "--dry-run"]);
    for words in [
        "“orders” works with 2 of the same files",
        "tools/sum.yaml: is written over",
        "Nothing was changed.",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
}

#[test]
fn files_go_back_where_they_were_and_what_was_there_goes_back_in_the_same_way() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    let was = tree(&root(&flowkeep));
    spoil(&flowkeep);
    let restored = flowkeep.done(&["session", "restore", &id, "--in-place"]);
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
            "in_place",
            "complete"
        ]
    );
    assert_eq!(tree(&root(&flowkeep)), was);
    let overlay = PathBuf::from(restored["overlay"].as_str().unwrap());
    assert_eq!(tree(&overlay), was, "the copy has the tree as it was");
    let done = &restored["in_place"];
    assert_eq!(
        (&done["written"], &done["same"], &done["left"]),
        (
            &json!(["tools/sum.yaml", "workflows/orders.yaml"]),
            &json!(["tool-sets/office.yaml"]),
            &json!([])
        )
    );
    // It goes on with its files again, and what was there is a snapshot of its own.
    let looked = flowkeep.done(&["session", "restore", &id, "--dry-run"]);
    assert_eq!(looked["candidates"][0]["ok"], true, "{looked}");
    let kept = ["begin", "before_in_place", "put_back"];
    assert_eq!(reasons(&flowkeep, &id), kept);
    let before = done["before"].as_str().unwrap();
    // Of what stood there only those files are compared.
    let compared = flowkeep.done(&["session", "compare", &id, "--snapshot", before]);
    assert_eq!(
        compared["differences"],
        json!([{"path": "tools/sum.yaml", "kind": "changed"}])
    );
    let words = [
        "session",
        "restore",
        &id,
        "--in-place",
        "--snapshot",
        before,
    ];
    let back = flowkeep.done(&words);
    assert_eq!(back["in_place"]["written"], json!(["tools/sum.yaml"]));
    assert_eq!(
        fs::read_to_string(root(&flowkeep).join("tools/sum.yaml")).unwrap(),
        "name: another\n"
    );
    // What somebody had made of them is nothing the work was to have.
    let kept = [&kept[..], &["before_in_place"]].concat();
    assert_eq!(reasons(&flowkeep, &id), kept);
}

/// Why there are the snapshots of a session.
fn reasons(flowkeep: &Flowkeep, id: &str) -> Vec<String> {
    let (_, shown) = flowkeep.json(&["session", "show", id]);
    let snapshots = shown["snapshots"].as_array().unwrap().iter();
    let reasons = snapshots.map(|snapshot| snapshot["reason"].as_str().unwrap().to_owned());
    reasons.collect()
}

#[test]
fn put_back_in_part_it_is_not_kept_as_what_the_work_has() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    let key = "k".repeat(30);
    write(
        &flowkeep,
        "tools/sum.yaml",
        &format!("name: sum\napi_key: {key}\n"),
    );
    flowkeep.json(&["session", "snapshot", &id]);
    write(&flowkeep, "tools/sum.yaml", "name: another\n");
    write(&flowkeep, "workflows/orders.yaml", "name: another\n");
    let (exit, restored) = flowkeep.json(&["session", "restore", &id, "--in-place"]);
    let done = &restored["in_place"];
    assert_eq!(
        (exit, &done["written"]),
        (3, &json!(["workflows/orders.yaml"]))
    );
    assert_eq!(done["left"][0]["path"], "tools/sum.yaml");
    assert_eq!(reasons(&flowkeep, &id).pop().unwrap(), "before_in_place");
    let before = done["before"].as_str().unwrap();
    let words = [
        "session",
        "restore",
        &id,
        "--in-place",
        "--snapshot",
        before,
    ];
    let undone = flowkeep.done(&words);
    assert_eq!(
        undone["in_place"]["written"],
        json!(["workflows/orders.yaml"])
    );
    let order = fs::read_to_string(root(&flowkeep).join("workflows/orders.yaml"));
    assert_eq!(order.unwrap(), "name: another\n");
}

#[test]
fn what_is_left_is_named_and_ends_with_3() {
    let flowkeep = Flowkeep::new();
    let key = "k".repeat(30);
    let id = begun(&flowkeep);
    write(
        &flowkeep,
        "tools/sum.yaml",
        &format!("name: sum\napi_key: {key}\n"),
    );
    let (_, taken) = flowkeep.json(&["session", "snapshot", &id]);
    assert_eq!(taken["changed"], true);
    write(&flowkeep, "tools/sum.yaml", "name: another\n");
    let today = tree(&root(&flowkeep));
    let (exit, restored) = flowkeep.json(&["session", "restore", &id, "--in-place"]);
    assert_eq!(exit, 3, "{restored}");
    let left = &restored["in_place"]["left"];
    assert_eq!(
        (&left[0]["path"], &left[0]["code"]),
        (&json!("tools/sum.yaml"), &json!("in_place_masked")),
        "{restored}"
    );
    assert_eq!(restored["complete"], false);
    assert_eq!(tree(&root(&flowkeep)), today);
    let said = flowkeep.say(&["session", "restore", &id, "--in-place"]);
    assert_eq!(said.code, 3);
    assert!(said.out.contains("never written over"), "{}", said.out);
}

#[test]
fn what_cannot_be_done_is_said_and_nothing_is_touched() {
    let flowkeep = Flowkeep::new();
    let id = begun(&flowkeep);
    let to = text(&flowkeep.path("to"));
    for more in [&["--to", &to][..], &["--resume"]] {
        let words = [&["session", "restore", &id, "--in-place"], more].concat();
        assert_eq!(flowkeep.json(&words).0, 2, "{words:?}");
    }
    let words = ["session", "restore", &id, "--use", "file", "--dry-run"];
    flowkeep.refused(&words, "session_look_at_all");
    let unknown = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let words = [
        "session",
        "restore",
        &id,
        "--in-place",
        "--snapshot",
        unknown,
    ];
    flowkeep.refused(&words, "snapshot_unknown");
    fs::rename(root(&flowkeep), flowkeep.path("elsewhere")).unwrap();
    let words = ["session", "restore", &id, "--in-place"];
    flowkeep.refused(&words, "session_root_gone");
    assert!(!root(&flowkeep).exists());
}
