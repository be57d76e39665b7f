//! `db restore` and `db undo`.

use std::path::{Path, PathBuf};

use crate::backup::file_of;
use crate::flowkeep::{Flowkeep, keys, text, workflow};

const HEAD: [&str; 8] = [
    "imported",
    "updated",
    "unchanged",
    "skipped",
    "failed",
    "total",
    "source_dir",
    "type",
];

/// Three documents in a backup; since then `a` was changed, `b` deleted, `c` left alone.
fn changed_since() -> (Flowkeep, PathBuf) {
    let flowkeep = Flowkeep::new();
    for id in ["a", "b", "c"] {
        let file = flowkeep.file(&format!("{id}.json"), workflow(id, &format!("Old {id}")));
        flowkeep.done(&["flow", "create", &file]);
    }
    let folder = flowkeep.backup("backups");
    let newer = flowkeep.file("new.json", workflow("a", "New a"));
    flowkeep.done(&["flow", "update", "a", &newer]);
    flowkeep.done(&["flow", "delete", "b"]);
    (flowkeep, folder)
}

fn name_of(flowkeep: &Flowkeep, id: &str) -> String {
    flowkeep.done(&["flow", "show", id])["name"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn without_force_what_is_here_stays() {
    let (flowkeep, folder) = changed_since();
    let would = flowkeep.done(&["db", "restore", "-i", &text(&folder), "--dry-run"]);
    flowkeep.refused(&["flow", "show", "b"], "not_found");
    let done = flowkeep.done(&["db", "restore", "-i", &text(&folder)]);
    assert_eq!(keys(&done)[..8], HEAD);
    assert_eq!(done["type"], "restore");
    for (key, count) in [
        ("imported", 1),
        ("updated", 0),
        ("unchanged", 1),
        ("skipped", 1),
        ("failed", 0),
        ("total", 3),
    ] {
        assert_eq!(
            (&done[key], &would[key]),
            (&count.into(), &count.into()),
            "{key}"
        );
    }
    let items = done["items"].as_array().unwrap().iter();
    let actions: Vec<_> = items
        .map(|item| (item["id"].as_str(), item["action"].as_str()))
        .collect();
    assert!(
        actions.contains(&(Some("a"), Some("skipped"))),
        "{actions:?}"
    );
    assert!(
        actions.contains(&(Some("b"), Some("imported"))),
        "{actions:?}"
    );
    assert!(
        actions.contains(&(Some("c"), Some("unchanged"))),
        "{actions:?}"
    );
    assert_eq!(
        (name_of(&flowkeep, "a"), name_of(&flowkeep, "b")),
        ("New a".into(), "Old b".into())
    );
}

#[test]
fn a_dry_run_shows_the_rows_of_the_real_one() {
    let (_flowkeep, folder) = changed_since();
    let other = Flowkeep::new();
    let restore = ["db", "restore", "-i", folder.to_str().unwrap()];
    let would = other.done(&[&restore[..], &["--dry-run"]].concat());
    let done = other.done(&restore);
    assert_eq!(would["items"], done["items"]);
    let rows = done["items"].as_array().unwrap();
    let activity: Vec<_> = rows
        .iter()
        .filter(|row| row["kind"] == "operation")
        .collect();
    assert_eq!((activity.len(), &activity[0]["count"]), (1, &3.into()));
}

#[test]
fn with_force_the_backup_wins_and_undo_takes_it_back() {
    let (flowkeep, folder) = changed_since();
    let done = flowkeep.done(&["db", "restore", "-f", "-i", &text(&folder)]);
    assert_eq!(
        (&done["imported"], &done["updated"]),
        (&1.into(), &1.into())
    );
    assert_eq!(name_of(&flowkeep, "a"), "Old a");
    let undone = flowkeep.done(&["db", "undo", done["undo_id"].as_str().unwrap()]);
    assert_eq!(
        (&undone["restored"], &undone["kept"]),
        (&2.into(), &0.into())
    );
    assert_eq!(name_of(&flowkeep, "a"), "New a");
    flowkeep.refused(&["flow", "show", "b"], "not_found");
    let again = ["db", "undo", done["undo_id"].as_str().unwrap()];
    flowkeep.refused(&again, "undone_already");
}

#[test]
fn undo_keeps_what_was_changed_since_and_says_so() {
    let (flowkeep, folder) = changed_since();
    let done = flowkeep.done(&["db", "restore", "-f", "-i", &text(&folder)]);
    let newest = flowkeep.file("newest.json", workflow("a", "Newest a"));
    flowkeep.done(&["flow", "update", "a", &newest]);
    // Without an id it is the latest restore or import.
    let (exit, undone) = flowkeep.json(&["db", "undo"]);
    assert_eq!(exit, 3, "{undone}");
    assert_eq!(
        (&undone["restored"], &undone["kept"]),
        (&1.into(), &1.into())
    );
    let conflict = &undone["conflicts"][0];
    assert_eq!(
        (&conflict["kind"], &conflict["id"]),
        (&"workflow".into(), &"a".into())
    );
    assert!(
        conflict["reason"].as_str().unwrap().contains(' '),
        "{conflict}"
    );
    assert_eq!(name_of(&flowkeep, "a"), "Newest a");
    flowkeep.refused(
        &["db", "undo", done["undo_id"].as_str().unwrap()],
        "undone_already",
    );
    flowkeep.refused(
        &["db", "undo", "01ARZ3NDEKTSV4RRFFQ69G5FAV"],
        "operation_unknown",
    );
}

#[test]
fn only_the_kinds_asked_for_come_in() {
    let flowkeep = Flowkeep::new();
    let flow = flowkeep.file("f.json", workflow("a", "A"));
    let roadmap = flowkeep.file("r.json", r#"{"id": "r", "name": "R", "milestones": []}"#);
    flowkeep.done(&["flow", "create", &flow]);
    flowkeep.done(&["roadmap", "create", &roadmap]);
    let folder = text(&flowkeep.backup("backups"));
    let other = Flowkeep::new();
    let done = other.done(&["db", "restore", "-i", &folder, "--only", "roadmap"]);
    assert_eq!((&done["imported"], &done["total"]), (&1.into(), &1.into()));
    assert_eq!(other.done(&["flow", "list"])["total"], 0);
    // A kind this backup has none of is no mistake.
    let none = other.done(&["db", "restore", "-i", &folder, "--only", "session,rule"]);
    assert_eq!(none["total"], 0);
    let rest = other.done(&[
        "db",
        "restore",
        "-i",
        &folder,
        "--only",
        "workflow,operation",
    ]);
    assert_eq!(rest["imported"], 1);
    let row = rest["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["kind"] == "operation");
    assert!(row.unwrap()["count"].as_u64().unwrap() >= 2, "{rest}");
}

#[test]
fn damaged_items_are_named_and_the_rest_comes_in() {
    let (flowkeep, folder) = changed_since();
    std::fs::write(file_of(&folder, "b"), "cut").unwrap();
    let other = Flowkeep::new();
    let (exit, done) = other.json(&["db", "restore", "-i", &text(&folder)]);
    assert_eq!(exit, 3, "{done}");
    assert_eq!(
        (&done["imported"], &done["failed"], &done["total"]),
        (&2.into(), &1.into(), &3.into())
    );
    let damaged = done["damaged"].as_array().unwrap();
    assert_eq!(damaged.len(), 1, "{done}");
    let path = file_of(&folder, "b");
    assert_eq!(folder.join(damaged[0]["path"].as_str().unwrap()), path);
    assert!(
        damaged[0]["path"]
            .as_str()
            .unwrap()
            .starts_with("workflows")
    );
    let failed = done["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["action"] == "failed");
    let failed = failed.unwrap();
    assert_eq!(
        (&failed["id"], &failed["name"]),
        (&"b".into(), &"Old b".into())
    );
    assert_eq!(failed["code"], "file_cut_short");
    assert!(failed["reason"].as_str().unwrap().contains(' '));
    assert_eq!(name_of(&other, "c"), "Old c");
    let said = Flowkeep::new().say(&["db", "restore", "-i", &text(&folder)]);
    assert_eq!(said.code, 3);
    assert!(
        said.out.contains("Old b"),
        "named without -v too: {}",
        said.out
    );
    drop(flowkeep);
}

#[test]
fn files_with_one_id_are_undecided_and_not_damaged() {
    let flowkeep = Flowkeep::new();
    let first = flowkeep.file("loose/1.json", workflow("a", "One"));
    flowkeep.file("loose/2.json", workflow("a", "Two"));
    flowkeep.file("loose/3.json", workflow("b", "Three"));
    let loose = text(Path::new(&first).parent().unwrap());
    let (exit, done) = flowkeep.json(&["db", "restore", "-i", &loose]);
    assert_eq!((exit, &done["failed"]), (3, &2.into()), "{done}");
    assert_eq!(done["damaged"], serde_json::json!([]), "{done}");
    let said = Flowkeep::new().say(&["db", "restore", "-i", &loose]);
    assert!(
        said.out.contains("not brought in: One: another file"),
        "{}",
        said.out
    );
    assert!(!said.out.to_lowercase().contains("damaged"), "{}", said.out);
}

#[test]
fn a_manifest_that_cannot_be_read_refuses_all() {
    let (flowkeep, folder) = changed_since();
    let manifest = folder.join("manifest.json");
    let whole = std::fs::read(&manifest).unwrap();
    let before = flowkeep.texts("flow");
    let newer = String::from_utf8(whole.clone())
        .unwrap()
        .replace("\"version\": 1,", "\"version\": 7,");
    for (text_of_manifest, code) in [
        (&whole[..whole.len() / 2], "backup_damaged"),
        (newer.as_bytes(), "backup_newer"),
    ] {
        std::fs::write(&manifest, text_of_manifest).unwrap();
        for verb in [&["db", "restore", "-f", "-i"][..], &["db", "verify", "-i"]] {
            let words = [verb, &[folder.to_str().unwrap()]].concat();
            let refused = flowkeep.refused(&words, code);
            if code == "backup_newer" {
                let message = refused["error"]["message"].as_str().unwrap();
                assert!(message.contains('7') && message.contains('1'), "{message}");
            }
        }
    }
    assert_eq!(flowkeep.texts("flow"), before);
}

#[test]
fn loose_files_are_restored_by_the_same_path() {
    let flowkeep = Flowkeep::new();
    flowkeep.file("loose/a.json", workflow("a", "A"));
    flowkeep.file("loose/notes.txt", "not ours");
    let folder = text(&flowkeep.path("loose"));
    let done = flowkeep.done(&["db", "restore", "-i", &folder]);
    assert_eq!(
        (&done["imported"], &done["total"]),
        (&1.into(), &1.into()),
        "{done}"
    );
    flowkeep.done(&["db", "undo"]);
    flowkeep.refused(&["flow", "show", "a"], "not_found");
    flowkeep.refused(&["db", "restore", "-i", "/nowhere"], "path_missing");
    std::fs::create_dir(flowkeep.path("void")).unwrap();
    flowkeep.refused(
        &["db", "restore", "-i", &text(&flowkeep.path("void"))],
        "nothing_there",
    );
}

#[test]
fn history_and_activity_come_along_into_an_empty_folder() {
    let (flowkeep, _) = changed_since();
    let folder = text(&flowkeep.backup("backups"));
    let other = Flowkeep::new();
    other.done(&["db", "restore", "-i", &folder]);
    let there = flowkeep.done(&["flow", "history", "a"]);
    let here = other.done(&["flow", "history", "a"]);
    assert_eq!((&here["total"], &there["total"]), (&2.into(), &2.into()));
    assert_eq!(here["items"][1]["operation"], "create");
    assert_eq!(other.done(&["flow", "revert", "a", "1"])["revision"], 3);
    assert_eq!(name_of(&other, "a"), "Old a");
}

#[test]
fn damaged_activity_is_named_and_strangers_are_told_and_left() {
    let (_flowkeep, folder) = changed_since();
    let operations = std::fs::read_dir(folder.join("operations"))
        .unwrap()
        .next()
        .unwrap();
    std::fs::write(operations.unwrap().path(), "{}\n").unwrap();
    std::fs::write(folder.join("workflows/mine.json"), workflow("mine", "Mine")).unwrap();
    let other = Flowkeep::new();
    let (exit, done) = other.json(&["db", "restore", "-i", &text(&folder)]);
    assert_eq!(exit, 3, "{done}");
    assert_eq!(
        (&done["imported"], &done["failed"], &done["total"]),
        (&3.into(), &0.into(), &3.into())
    );
    let damaged = &done["damaged"][0];
    assert!(
        damaged["path"].as_str().unwrap().starts_with("operations/"),
        "{done}"
    );
    assert_eq!(damaged["code"], "file_cut_short");
    assert!(
        damaged["reason"].as_str().unwrap().contains(' '),
        "{damaged}"
    );
    let items = done["items"].as_array().unwrap();
    let stranger = items
        .iter()
        .find(|item| item["code"] == "file_not_listed")
        .unwrap();
    assert_eq!(stranger["path"], text(&folder.join("workflows/mine.json")));
    assert_eq!(stranger["action"], "skipped");
    other.refused(&["flow", "show", "mine"], "not_found");
    let said = Flowkeep::new().say(&["db", "restore", "-i", &text(&folder)]);
    assert_eq!(said.code, 3);
    assert!(said.out.contains("operations/"), "{}", said.out);
}

#[test]
fn what_happened_elsewhere_is_never_undone_here() {
    let there = Flowkeep::new();
    there.done(&[
        "flow",
        "import",
        &there.file("w.json", workflow("w", "Theirs")),
    ]);
    let backup = there.backup("b").display().to_string();
    let here = Flowkeep::new();
    here.done(&[
        "flow",
        "create",
        &here.file("w.json", workflow("w", "Mine")),
    ]);
    here.done(&["db", "restore", "-i", &backup]);
    // Their import came with the backup: it is told in Activity, and no undo picks it.
    here.refused(&["db", "undo"], "nothing_to_undo");
    let kept = here.texts("flow");
    assert!(
        kept.iter()
            .any(|(id, text)| id == "w" && text.contains("Mine")),
        "{kept:?}"
    );
}

#[test]
fn a_manifest_that_lost_entries_is_not_whole() {
    let flowkeep = Flowkeep::new();
    flowkeep.done(&[
        "flow",
        "create",
        &flowkeep.file("w.json", workflow("w", "W")),
    ]);
    let backup = flowkeep.backup("b");
    let path = backup.join("manifest.json");
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let files = manifest["files"].as_array_mut().unwrap();
    files.retain(|file| file["kind"] != "workflow");
    std::fs::write(&path, manifest.to_string()).unwrap();
    let (code, found) = flowkeep.json(&["db", "verify", "-i", &backup.display().to_string()]);
    assert_eq!((code, &found["ok"]), (1, &false.into()), "{found}");
    assert!(
        found["damaged"].to_string().contains("manifest_incomplete"),
        "{found}"
    );
}

#[test]
fn a_link_among_the_backups_is_not_followed() {
    let flowkeep = Flowkeep::new();
    flowkeep.done(&[
        "flow",
        "create",
        &flowkeep.file("w.json", workflow("w", "W")),
    ]);
    let backup = flowkeep.backup("b");
    let link = flowkeep.path("b").join("flowkeep-backup-20990101-000000");
    std::os::unix::fs::symlink(flowkeep.data(), link).unwrap();
    let above = flowkeep.path("b").display().to_string();
    let found = flowkeep.done(&["db", "verify", "-i", &above]);
    assert_eq!(found["source_dir"], backup.display().to_string());
}
