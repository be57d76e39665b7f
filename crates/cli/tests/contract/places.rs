//! Folders that cannot be written. As root nothing is ever forbidden, so these commands run without
//! root's privileges: as the same user, stripped of every capability. And folders with odd names.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::flowkeep::{Answer, Flowkeep, sound_error, text, tree, workflow};

/// Runs without privileges; `setpriv` belongs to every Debian.
pub(crate) fn unprivileged(flowkeep: &Flowkeep, words: &[&str]) -> (i32, Value) {
    let strip = [
        "setpriv",
        "--bounding-set=-all",
        "--inh-caps=-all",
        "--no-new-privs",
    ];
    let words = [&["--json"], words].concat();
    // Whoever is not root has nothing to strip, and may not.
    let root = tree_owner_is_root(&flowkeep.path(""));
    let before = if root { &strip[..] } else { &[] };
    Answer::of(flowkeep.command_with(before, &words).output().unwrap()).one_document()
}

fn tree_owner_is_root(path: &Path) -> bool {
    std::os::unix::fs::MetadataExt::uid(&path.metadata().unwrap()) == 0
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn refused(answer: (i32, Value), code: &str) -> Value {
    let (exit, value) = answer;
    assert_eq!(
        (exit, &value["error"]["code"]),
        (1, &code.into()),
        "{value}"
    );
    sound_error(&value);
    value
}

fn seeded() -> Flowkeep {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("a.json", workflow("a", "A"));
    flowkeep.done(&["flow", "create", &file]);
    flowkeep
}

#[test]
fn a_backup_folder_that_cannot_be_written_is_said_before_anything_is_written() {
    let flowkeep = seeded();
    let folder = flowkeep.path("closed");
    std::fs::create_dir(&folder).unwrap();
    set_mode(&folder, 0o500);
    let words = ["db", "backup", "-o", &text(&folder)];
    let value = refused(unprivileged(&flowkeep, &words), "folder_unwritable");
    assert_eq!(value["error"]["fields"]["path"], text(&folder));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    // Nor can a folder be made inside it.
    let below = text(&folder.join("new"));
    refused(
        unprivileged(&flowkeep, &["db", "backup", "-o", &below]),
        "folder_unwritable",
    );
    set_mode(&folder, 0o700);
    assert_eq!(
        unprivileged(&flowkeep, &words).0,
        0,
        "the same call, once it may"
    );
}

#[test]
fn a_data_folder_in_which_none_can_be_made_is_said() {
    let flowkeep = Flowkeep::new();
    std::fs::create_dir(flowkeep.data()).unwrap();
    set_mode(&flowkeep.data(), 0o500);
    let answer = unprivileged(&flowkeep, &["flow", "list"]);
    set_mode(&flowkeep.data(), 0o700);
    refused(answer, "data_folder_unwritable");
    assert!(tree(&flowkeep.data()).is_empty());
}

#[test]
fn the_doctor_answers_where_nothing_can_be_opened() {
    let flowkeep = Flowkeep::new();
    std::fs::create_dir(flowkeep.data()).unwrap();
    set_mode(&flowkeep.data(), 0o500);
    let (exit, found) = unprivileged(&flowkeep, &["doctor"]);
    set_mode(&flowkeep.data(), 0o700);
    assert_eq!((exit, &found["ok"]), (1, &false.into()), "{found}");
    let check = &found["checks"][0];
    assert_eq!(
        (&check["name"], &check["code"]),
        (
            &"data_folder".into(),
            &"error_data_folder_unwritable".into()
        )
    );
}

#[test]
fn a_file_of_a_backup_that_may_not_be_read_is_named_and_the_rest_comes_in() {
    let flowkeep = seeded();
    let other = flowkeep.file("b.json", workflow("b", "B"));
    flowkeep.done(&["flow", "create", &other]);
    let folder = flowkeep.backup("backups");
    set_mode(&crate::backup::file_of(&folder, "b"), 0o000);
    let empty = Flowkeep::new();
    let (exit, done) = unprivileged(&empty, &["db", "restore", "-i", &text(&folder)]);
    assert_eq!(exit, 3, "{done}");
    let failed = done["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["action"] == "failed");
    assert_eq!(failed.unwrap()["code"], "file_forbidden");
    assert_eq!(done["imported"], 1);
}

#[test]
fn a_safety_copy_that_cannot_be_made_stops_the_restore_unless_told_otherwise() {
    let flowkeep = seeded();
    let folder = text(&flowkeep.backup("backups"));
    flowkeep.done(&["flow", "delete", "a"]);
    // Something else has the name of the folder for safety copies.
    let safety = flowkeep.data().join("safety");
    let _ = std::fs::remove_dir_all(&safety);
    std::fs::write(&safety, "").unwrap();
    flowkeep.refused(&["db", "restore", "-i", &folder], "safety_copy_failed");
    flowkeep.refused(&["flow", "show", "a"], "not_found");
    flowkeep.done(&["db", "restore", "-i", &folder, "--without-safety-copy"]);
    flowkeep.done(&["flow", "show", "a"]);
}

#[test]
fn folders_that_sync_clients_keep_are_refused() {
    let flowkeep = Flowkeep::new();
    let folder = flowkeep.path("synced");
    std::fs::create_dir_all(folder.join(".stfolder")).unwrap();
    let data = text(&folder.join("data"));
    let value = refused(
        flowkeep.json(&["--data-dir", &data, "flow", "list"]),
        "data_folder_synced",
    );
    assert_eq!(value["error"]["fields"]["client"], "Syncthing");
    assert!(!Path::new(&data).exists());
}

#[test]
fn a_database_of_a_newer_version_or_of_nobody_is_left_alone() {
    let flowkeep = Flowkeep::new();
    std::fs::create_dir(flowkeep.data()).unwrap();
    let path = flowkeep.data().join("flowkeep.db");
    std::fs::write(&path, "x".repeat(8192)).unwrap();
    flowkeep.refused(&["flow", "list"], "database_damaged");
    assert_eq!(std::fs::read(&path).unwrap(), "x".repeat(8192).as_bytes());
}

/// What is printed for a name that is not Unicode leads back to the very same file.
#[test]
fn a_name_that_is_not_unicode_can_be_opened_as_it_was_printed() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let flowkeep = Flowkeep::new();
    let folder = flowkeep
        .path("")
        .join(OsStr::from_bytes(b"\xd6\xd0\xce\xc4"));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a.json"), workflow("a", "A")).unwrap();
    let mut import = flowkeep.command(&["--json", "flow", "import", "--dry-run"]);
    let output = import.arg(&folder).output().unwrap();
    let (_, met) = Answer::of(output).one_document();
    let path = met["items"][0]["path"].as_str().unwrap();
    assert!(path.starts_with("file:///"), "{path}");
    assert_eq!(flowkeep.done(&["flow", "import", path])["imported"], 1);

    let printed = path.strip_suffix("/a.json").unwrap();
    let made = flowkeep.done(&["db", "backup", "-o", printed]);
    let backup = made["target_dir"].as_str().unwrap();
    let name = Path::new(backup).file_name().unwrap();
    assert!(folder.join(name).join("manifest.json").is_file());
    for words in [&["db", "verify"][..], &["db", "verify", "-i", backup]] {
        let found = flowkeep.done(words);
        assert_eq!(
            (&found["ok"], &found["source_dir"]),
            (&true.into(), &backup.into())
        );
    }
    let row = &flowkeep.done(&["db", "list"])["items"][0];
    assert_eq!(
        (&row["path"], &row["health"]),
        (&backup.into(), &"proven".into())
    );
    let restored = Flowkeep::new().done(&["db", "restore", "-i", backup]);
    assert_eq!(restored["imported"], 1);
    let out = format!("{printed}/out.json");
    assert_eq!(
        flowkeep.done(&["flow", "export", "a", "-o", &out])["files"][0],
        out
    );
    assert!(folder.join("out.json").is_file());
}

/// The data folder itself may be called by any bytes: plans and copies are made beside its database
/// and nowhere else.
#[test]
fn a_data_folder_whose_name_is_not_unicode_works() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let flowkeep = Flowkeep::new();
    let home = flowkeep.path("homes");
    std::fs::create_dir(&home).unwrap();
    let data = home.join(OsStr::from_bytes(b"\xd6\xd0\xce\xc4"));
    let document = flowkeep.path("a.json");
    std::fs::write(&document, workflow("a", "A")).unwrap();
    let backups = text(&flowkeep.path("backups"));
    let run = |words: &[&str]| {
        let mut command = flowkeep.command(&[]);
        command
            .arg("--data-dir")
            .arg(&data)
            .arg("--json")
            .args(words);
        Answer::of(command.output().unwrap()).one_document()
    };
    assert_eq!(run(&["flow", "import", &text(&document)]).1["imported"], 1);
    assert_eq!(run(&["db", "backup", "-o", &backups]).1["verified"], true);
    run(&["flow", "delete", "a"]);
    let (code, restored) = run(&["db", "restore", "-i", &backups, "-f"]);
    assert_eq!((code, &restored["imported"]), (0, &1.into()), "{restored}");
    let found: Vec<_> = std::fs::read_dir(&home)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(found, [data], "nothing was made beside it");
}
