//! `db backup`, `db verify`, `db list`, `doctor`.

use std::path::Path;

use crate::flowkeep::{Flowkeep, keys, text, tree, workflow};

fn seeded() -> Flowkeep {
    let flowkeep = Flowkeep::new();
    for id in ["a", "b"] {
        let file = flowkeep.file(&format!("{id}.json"), workflow(id, &format!("Name {id}")));
        flowkeep.done(&["flow", "create", &file]);
    }
    flowkeep
}

/// The file of a document in a backup.
pub(crate) fn file_of(backup: &Path, id: &str) -> std::path::PathBuf {
    let manifest = std::fs::read(backup.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let files = manifest["files"].as_array().unwrap();
    let found = files.iter().find(|file| file["id"] == id).unwrap();
    backup.join(found["path"].as_str().unwrap())
}

#[test]
fn a_backup_is_a_new_folder_with_a_true_manifest() {
    let flowkeep = seeded();
    let into = text(&flowkeep.path("backups"));
    let made = flowkeep.done(&["db", "backup", "-o", &into]);
    assert_eq!(
        keys(&made)[..6],
        ["count", "target_dir", "type", "items", "bytes", "verified"]
    );
    assert_eq!(
        (&made["count"], &made["type"]),
        (&2.into(), &"backup".into())
    );
    assert_eq!(made["verified"], true);
    let folder = Path::new(made["target_dir"].as_str().unwrap());
    assert_eq!(
        folder.parent().unwrap(),
        flowkeep.path("backups").canonicalize().unwrap()
    );
    let name = folder.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("flowkeep-backup-2"), "{name}");

    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(
        (&manifest["format"], &manifest["version"]),
        (&"flowkeep-backup".into(), &1.into())
    );
    for key in ["app_version", "created_at", "backup_id", "counts"] {
        assert!(!manifest[key].is_null(), "{key}");
    }
    let mut listed: Vec<_> = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["path"].as_str().unwrap().to_owned())
        .chain(["manifest.json".to_owned()])
        .collect();
    listed.sort();
    let there: Vec<_> = tree(folder).into_iter().map(|(path, _)| path).collect();
    assert_eq!(listed, there, "exactly the listed files are there");
    let kept = std::fs::read_to_string(file_of(folder, "a")).unwrap();
    assert_eq!(
        kept,
        workflow("a", "Name a"),
        "a document is itself, nothing of ours inside"
    );
    assert!(folder.join("README.txt").is_file());
}

#[test]
fn backups_are_never_mixed_and_the_newest_is_found() {
    let flowkeep = seeded();
    let first = flowkeep.backup("backups");
    let before = tree(&first);
    let second = flowkeep.backup("backups");
    assert_ne!(first, second, "two backups in one second have two folders");
    assert_eq!(tree(&first), before);
    let verified = flowkeep.done(&["db", "verify", "-i", &text(&flowkeep.path("backups"))]);
    assert_eq!(verified["source_dir"], text(&second));
    assert_eq!(
        flowkeep.done(&["db", "verify"])["source_dir"],
        text(&second)
    );
    let list = flowkeep.done(&["db", "list"]);
    assert_eq!(
        (&list["total"], &list["items"][0]["path"]),
        (&2.into(), &text(&second).into())
    );
    assert_eq!(list["items"][0]["health"], "proven");
}

#[test]
fn an_empty_database_can_be_backed_up_and_restored() {
    let flowkeep = Flowkeep::new();
    let folder = text(&flowkeep.backup("backups"));
    assert_eq!(flowkeep.done(&["db", "verify", "-i", &folder])["ok"], true);
    let restored = Flowkeep::new().done(&["db", "restore", "-i", &folder]);
    assert_eq!(restored["total"], 0);
}

#[test]
fn a_backup_keeps_as_much_history_as_was_asked_for() {
    let flowkeep = seeded();
    let file = flowkeep.file("a.json", workflow("a", "Renamed"));
    flowkeep.done(&["flow", "update", "a", &file]);
    let into = text(&flowkeep.path("backups"));
    let parts = |history: &str| {
        let made = flowkeep.done(&["db", "backup", "-o", &into, "--history", history]);
        assert_eq!(
            (&made["count"], &made["verified"]),
            (&2.into(), &true.into())
        );
        let folder = made["target_dir"].as_str().unwrap().to_owned();
        let files = tree(Path::new(&folder)).into_iter().map(|(path, _)| path);
        let parts = files.filter(|path| path.contains(".jsonl")).count();
        (folder, parts)
    };
    assert_eq!(parts("all").1, 2);
    assert_eq!(parts("30").1, 2, "all of it is younger");
    let (folder, without) = parts("none");
    assert_eq!(without, 0);
    let listed: Vec<_> = flowkeep.done(&["db", "list"])["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["history"].clone())
        .collect();
    let days = serde_json::json!({"days": 30});
    assert_eq!(listed, ["none".into(), days, "all".into()]);
    let said = flowkeep.say(&["db", "list"]).out;
    let rows = said.lines().skip(1);
    let ends: Vec<_> = rows.map(|line| line.rsplit("  ").next()).collect();
    assert_eq!(ends[0], Some("without history"));
    assert_eq!(ends[1], Some("days of history: 30"));

    let other = Flowkeep::new();
    let said = other.say(&["db", "restore", "-i", &folder]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(other.texts("flow"), flowkeep.texts("flow"));
    let history = other.done(&["flow", "history", "a"]);
    let revisions: Vec<_> = history["items"].as_array().unwrap().iter().collect();
    assert_eq!((revisions.len(), &revisions[0]["revision"]), (1, &2.into()));

    for wrong in ["0", "-1", "some"] {
        let option = format!("--history={wrong}");
        let (exit, refused) = flowkeep.json(&["db", "backup", "-o", &into, &option]);
        assert_eq!(exit, 2, "{refused}");
        assert_eq!(refused["error"]["code"], "usage_invalid_value");
    }
}

#[test]
fn verify_names_the_damage_and_changes_nothing() {
    let flowkeep = seeded();
    let folder = flowkeep.backup("backups");
    let damaged = file_of(&folder, "a");
    let mut bytes = std::fs::read(&damaged).unwrap();
    bytes[10] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();
    let (exit, found) = flowkeep.json(&["db", "verify", "-i", &text(&folder)]);
    assert_eq!(exit, 1, "findings are a result with exit 1");
    assert_eq!(keys(&found)[..3], ["ok", "files", "damaged"]);
    assert_eq!(found["ok"], false);
    let list = found["damaged"].as_array().unwrap();
    assert_eq!(list.len(), 1, "{found}");
    assert_eq!(
        (&list[0]["name"], &list[0]["code"]),
        (&"Name a".into(), &"file_changed".into())
    );
    assert_eq!(folder.join(list[0]["path"].as_str().unwrap()), damaged);
    assert_eq!(
        flowkeep.done(&["db", "list"])["items"][0]["health"],
        "damaged"
    );
}

#[test]
fn verify_tells_what_is_not_part_of_the_backup() {
    let flowkeep = seeded();
    let folder = flowkeep.backup("backups");
    let verify = ["db", "verify", "-i", folder.to_str().unwrap()];
    assert_eq!(flowkeep.done(&verify)["unlisted"], serde_json::json!([]));
    std::fs::write(folder.join("workflows/mine.json"), "{}").unwrap();
    let found = flowkeep.done(&verify);
    assert_eq!(found["ok"], true, "a stranger is no damage");
    assert_eq!(
        found["unlisted"],
        serde_json::json!(["workflows/mine.json"])
    );
    let said = flowkeep.say(&verify);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("workflows/mine.json"), "{}", said.out);
}

#[test]
fn a_refused_backup_says_why_and_leaves_nothing() {
    let flowkeep = seeded();
    flowkeep.refused(&["db", "backup"], "no_backup_folder");
    let inside = text(&flowkeep.data().join("backups"));
    flowkeep.refused(&["db", "backup", "-o", &inside], "inside_data_folder");
    assert!(!Path::new(&inside).exists());
    let link = flowkeep.path("link");
    std::os::unix::fs::symlink(flowkeep.data(), &link).unwrap();
    flowkeep.refused(&["db", "backup", "-o", &text(&link)], "inside_data_folder");
    flowkeep.refused(&["db", "backup", "-o", "/nowhere/at/all"], "path_missing");
    let file = flowkeep.file("file", "x");
    flowkeep.refused(&["db", "backup", "-o", &file], "not_a_folder");
    flowkeep.refused(&["db", "verify"], "no_backup_known");
    flowkeep.refused(
        &["db", "verify", "-i", &text(&flowkeep.path(""))],
        "nothing_there",
    );
    assert_eq!(flowkeep.done(&["db", "list"])["total"], 0);
}

#[test]
fn an_unfinished_backup_is_listed_and_never_read() {
    let flowkeep = seeded();
    let folder = flowkeep.backup("backups");
    let left = folder.with_file_name("flowkeep-backup-20200101-000000.partial");
    std::fs::create_dir(&left).unwrap();
    let list = flowkeep.done(&["db", "list"]);
    assert_eq!(list["unfinished"][0]["path"], text(&left), "{list}");
    flowkeep.refused(&["db", "restore", "-i", &text(&left)], "backup_unfinished");
    let (exit, doctor) = flowkeep.json(&["doctor"]);
    assert_eq!((exit, &doctor["ok"]), (1, &false.into()));
    assert_eq!(keys(&doctor), ["ok", "checks"]);
    let check = doctor["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["name"] == "unfinished");
    let check = check.unwrap();
    assert_eq!(check["ok"], false);
    assert!(
        check["message"].as_str().unwrap().contains(&text(&left)),
        "{check}"
    );
}

#[test]
fn a_damaged_database_gives_the_rest_and_says_what_is_lost() {
    let flowkeep = seeded();
    let earlier = flowkeep.backup("backups");
    let before = tree(&earlier);
    let database = flowkeep.data().join("flowkeep.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let text = workflow("b", "Name b");
    let places =
        (0..bytes.len() - text.len()).filter(|at| bytes[*at..].starts_with(text.as_bytes()));
    let places: Vec<_> = places.collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at + 2] ^= 1;
    }
    std::fs::write(&database, bytes).unwrap();
    let into = crate::flowkeep::text(&flowkeep.path("backups"));
    let (exit, made) = flowkeep.json(&["db", "backup", "-o", &into]);
    assert_eq!((exit, &made["count"]), (3, &1.into()), "{made}");
    assert_eq!(made["damaged"][0]["name"], "Name b");
    assert_eq!(tree(&earlier), before, "the earlier backup is untouched");
    assert_eq!(
        flowkeep.done(&["db", "list"])["items"][0]["health"],
        "damaged"
    );
    let said = flowkeep.say(&["db", "backup", "-o", &into]);
    assert_eq!(said.code, 3);
    assert!(said.out.contains("Name b"), "{}", said.out);
}

#[test]
fn a_backup_and_an_export_with_keys_in_them_say_so() {
    let flowkeep = seeded();
    let with_key = include_str!("../../../core/tests/fixtures/secrets.json");
    let file = flowkeep.file("secrets.json", with_key);
    let made = flowkeep.done(&["db", "backup", "-o", &text(&flowkeep.path("before"))]);
    assert_eq!(made["warnings"], serde_json::json!([]));

    let id = flowkeep.done(&["flow", "create", &file])["id"].take();
    let made = flowkeep.done(&["db", "backup", "-o", &text(&flowkeep.path("after"))]);
    assert_eq!(made["warnings"][0]["code"], "backup_contains_keys");
    assert_eq!(made["warnings"][0]["fields"]["count"], "1");
    let folder = Path::new(made["target_dir"].as_str().unwrap());
    let readme = std::fs::read_to_string(folder.join("README.txt")).unwrap();
    assert!(readme.contains("stands in documents (1)"), "{readme}");

    let to = text(&flowkeep.path("out.json"));
    let done = flowkeep.done(&["flow", "export", id.as_str().unwrap(), "-o", &to]);
    assert_eq!(
        (&done["with_keys"], &done["failed"]),
        (&1.into(), &serde_json::json!([]))
    );
    let done = flowkeep.done(&[
        "flow",
        "export",
        "a",
        "-o",
        &text(&flowkeep.path("a-out.json")),
    ]);
    assert_eq!(done["with_keys"], 0);
}
