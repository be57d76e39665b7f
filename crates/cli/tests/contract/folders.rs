//! `folder`: task folders, as people and scripts reach them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::flowkeep::{Answer, Flowkeep, keys, text, workflow};
use crate::places::{set_mode, unprivileged};

fn machine() -> Flowkeep {
    let flowkeep = Flowkeep::new();
    let file = flowkeep.file("w.json", workflow("nightly", "Nightly"));
    flowkeep.done(&["flow", "create", &file]);
    flowkeep
}

/// A folder of that name with these files, adopted; its id and where it is.
fn adopted(flowkeep: &Flowkeep, name: &str, files: &[&str]) -> (String, PathBuf) {
    let folder = flowkeep.path(name);
    fs::create_dir(&folder).unwrap();
    for file in files {
        fs::write(folder.join(file), format!("this is {file}")).unwrap();
    }
    let made = flowkeep.done(&["folder", "adopt", "nightly", &text(&folder)]);
    (made["id"].as_str().unwrap().to_owned(), folder)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_folder_is_made_listed_set_archived_and_its_archives_are_listed() {
    let flowkeep = machine();
    assert_eq!(flowkeep.done(&["folder", "list"])["total"], 0);
    let made = flowkeep.done(&["folder", "create", "nightly"]);
    assert_eq!(keys(&made)[..2], ["id", "path"]);
    let (id, path) = (made["id"].as_str().unwrap(), made["path"].as_str().unwrap());
    let folder = Path::new(path);
    let name = folder.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("task_") && name.len() == 20, "{name}");
    assert!(folder.starts_with(flowkeep.data().canonicalize().unwrap().join("task-folders")));
    let root = flowkeep.path("elsewhere");
    fs::create_dir(&root).unwrap();
    let other = flowkeep.done(&["folder", "create", "nightly", "--root", &text(&root)]);
    assert!(Path::new(other["path"].as_str().unwrap()).is_dir());

    for file in ["a.ddl", "b.md", "table_list.txt", "input.csv"] {
        fs::write(folder.join(file), "x").unwrap();
    }
    let list = flowkeep.done(&["folder", "list"]);
    assert_eq!(list["total"], 2);
    assert_eq!(
        keys(&list["items"][0])[..4],
        ["id", "path", "workflow_id", "archives"]
    );
    assert_eq!(list["items"][0]["file_count"], 4);
    let set = [
        "folder",
        "set",
        id,
        "--on-archive-failure",
        "continue",
        "--archive",
        "off",
        "--keep",
        "input.csv",
    ];
    let set = flowkeep.done(&set);
    assert_eq!(set["settings"]["on_archive_failure"], "continue");
    assert_eq!(set["settings"]["archive"], false);
    // By its name and by its path it is the same one.
    let shown = flowkeep.done(&["folder", "show", path]);
    assert_eq!(shown["id"], id);
    if other["path"].as_str().unwrap().ends_with(name) {
        // Both were made within one second.
        flowkeep.refused(&["folder", "show", name], "folder_ambiguous");
    } else {
        assert_eq!(flowkeep.done(&["folder", "show", name])["id"], id);
    }
    assert_eq!(shown["archives"], 0);
    let file = |name: &str, kept: bool| json!([name, 1, kept]);
    let files = shown["files"].as_array().unwrap().iter();
    let files: Vec<Value> = files
        .map(|file| json!([file["name"], file["bytes"], file["kept"]]))
        .collect();
    assert_eq!(
        files,
        [
            file("a.ddl", false),
            file("b.md", false),
            file("input.csv", true),
            file("table_list.txt", true)
        ]
    );

    let archived = flowkeep.done(&["folder", "archive", path]);
    assert_eq!(
        keys(&archived)[..5],
        ["archive", "moved", "copied", "failed", "kept"]
    );
    assert_eq!(archived["moved"], json!(["a.ddl", "b.md"]));
    assert_eq!(archived["copied"], json!(["table_list.txt"]));
    assert_eq!(archived["kept"], json!(["input.csv", "table_list.txt"]));
    let archive = archived["archive"].as_str().unwrap();
    assert_eq!(names(folder), [archive, "input.csv", "table_list.txt"]);
    let again = flowkeep.done(&["folder", "archive", id]);
    assert_eq!(
        again["archive"],
        json!(null),
        "nothing to archive makes nothing"
    );

    let listed = flowkeep.done(&["folder", "archives", id]);
    assert_eq!(listed["total"], 1);
    let item = &listed["items"][0];
    assert_eq!(keys(item)[..4], ["archive", "created_at", "files", "bytes"]);
    assert_eq!((&item["files"], &item["bytes"]), (&json!(3), &json!(3)));
    assert_eq!(item["copied"], 1, "the list of tables stayed, too");
    assert_eq!(flowkeep.done(&["folder", "show", id])["archives"], 1);

    let said = flowkeep.say(&["folder", "archives", id]);
    assert!(said.out.contains(archive), "{}", said.out);
}

#[test]
fn a_start_that_is_waited_for_tells_what_was_archived() {
    let flowkeep = machine();
    let (_, folder) = adopted(&flowkeep, "one", &["a.ddl"]);
    let words = [
        "run",
        "start",
        "nightly",
        "--folder",
        &text(&folder),
        "--wait",
    ];
    let said = flowkeep.say(&words);
    let line = said.out.lines().find(|line| line.contains("file_bak_"));
    assert!(
        line.is_some_and(|line| line.contains("1 moved")),
        "{}",
        said.out
    );
}

#[test]
fn places_whose_files_nobody_may_move_are_refused() {
    let flowkeep = machine();
    let refused = |path: &Path| {
        let value = flowkeep.refused(
            &["folder", "adopt", "nightly", &text(path)],
            "folder_unsafe",
        );
        value["error"]["message"].as_str().unwrap().to_owned()
    };
    refused(Path::new("/"));
    // The home of the person is the machine's root here.
    refused(flowkeep.path("").parent().unwrap().parent().unwrap());
    refused(&flowkeep.data());
    let (_, folder) = adopted(&flowkeep, "one", &[]);
    fs::create_dir(folder.join("deeper")).unwrap();
    let said = refused(&folder.join("deeper"));
    assert!(said.contains("one"), "{said}");
    refused(&flowkeep.path(""));
    let again = ["folder", "adopt", "nightly", &text(&folder)];
    flowkeep.refused(&again, "folder_known");
    let gone = text(&flowkeep.path("gone"));
    flowkeep.refused(&["folder", "adopt", "nightly", &gone], "path_missing");
    flowkeep.refused(&["folder", "adopt", "nobody", &text(&folder)], "not_found");
    flowkeep.refused(&["folder", "show", "nobody"], "folder_unknown");
    fs::remove_dir_all(&folder).unwrap();
    flowkeep.refused(&["folder", "archive", "one"], "folder_gone");
    let list = flowkeep.done(&["folder", "list"]);
    assert_eq!(list["items"][0]["problem"]["code"], "error_folder_gone");
}

/// Scenario 6 of requirement 003, as somebody who may not.
#[test]
fn a_file_that_may_not_be_moved_stops_or_is_copied_as_one_wants() {
    let flowkeep = machine();
    let (id, folder) = adopted(&flowkeep, "task_1", &["a", "others", "z"]);
    // Another person's file in another person's folder, where everybody may put files of his own.
    let others = 65_534;
    let chown = |path: &Path| std::os::unix::fs::chown(path, Some(others), Some(others));
    if chown(&folder.join("others")).is_err() {
        // Only root can give files away.
        return;
    }
    chown(&folder).unwrap();
    set_mode(&folder, 0o1777);
    let before = names(&folder);
    let (code, refused) = unprivileged(&flowkeep, &["folder", "archive", &id]);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (1, &json!("archive_failed"))
    );
    let failed = refused["error"]["fields"]["failed"].as_str().unwrap();
    let failed: Value = serde_json::from_str(failed).unwrap();
    assert_eq!(failed[0]["file"], "others");
    assert_eq!(names(&folder), before, "all is where it was");

    let (code, archived) =
        unprivileged(&flowkeep, &["folder", "archive", &id, "--continue-anyway"]);
    assert_eq!(code, 3, "{archived}");
    assert_eq!(archived["moved"], json!(["a", "z"]));
    assert_eq!(archived["copied"], json!(["others"]));
    assert_eq!(archived["failed"][0]["file"], "others");
    let reason = archived["failed"][0]["reason"].as_str().unwrap();
    assert!(reason.contains(' '), "a sentence: {reason}");
    let archive = archived["archive"].as_str().unwrap();
    assert_eq!(names(&folder), [archive, "others"]);

    // Where nothing can be written, nothing can be archived.
    set_mode(&folder, 0o555);
    fs::write(folder.join("b"), "x").unwrap();
    let (code, refused) = unprivileged(&flowkeep, &["folder", "archive", &id]);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (1, &json!("folder_not_written")),
        "{refused}"
    );
    let (said, hints) = (&refused["error"]["message"], &refused["error"]["hints"]);
    let said = said.as_str().unwrap();
    assert!(
        said.contains(&text(&folder)) && !said.contains(".partial"),
        "{said}"
    );
    assert!(said.contains("may not write there"), "{said}");
    assert_eq!(*hints, json!(["Check who may write there."]));
    let put = ["folder", "put-back", &id, archive, "--file", "a"];
    let (code, not_put) = unprivileged(&flowkeep, &put);
    assert_eq!((code, &not_put["error"]), (1, &refused["error"]));
    let anyway = ["folder", "archive", &id, "--continue-anyway"];
    let (code, none) = unprivileged(&flowkeep, &anyway);
    assert_eq!((code, &none["archive"]), (3, &json!(null)), "{none}");
    assert_eq!(none["failed"].as_array().unwrap().len(), 2, "{none}");
}

#[test]
fn archives_of_earlier_tools_are_taken_as_they_are() {
    let flowkeep = machine();
    let folder = flowkeep.path("task_20250721_113010");
    let old = folder.join("file_bak_20250721_120236");
    fs::create_dir_all(&old).unwrap();
    fs::write(old.join("a.ddl"), "x").unwrap();
    let record = json!({"backup_time": "2025-07-21T12:02:36.094246",
        "backup_directory": "file_bak_20250721_120236", "moved_files": ["a.ddl", "gone.md"],
        "failed_files": [{"file": "data_pipeline.log", "error": "[WinError 32]"}],
        "task_id": "task_20250721_113010"});
    fs::write(old.join("backup_info.json"), record.to_string()).unwrap();
    flowkeep.done(&["folder", "adopt", "nightly", &text(&folder)]);
    let archives = flowkeep.done(&["folder", "archives", "task_20250721_113010"]);
    let item = &archives["items"][0];
    assert_eq!(item["archive"], "file_bak_20250721_120236");
    assert_eq!(
        (&item["files"], &item["missing"], &item["failed"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(item["missing_names"], json!(["gone.md"]));

    // Nothing proves what comes back of it, and that is said before and after.
    let put_back = [
        "folder",
        "put-back",
        "task_20250721_113010",
        "file_bak_20250721_120236",
    ];
    let dry = [&put_back[..], &["--dry-run"]].concat();
    let said = flowkeep.say(&dry).out;
    assert!(said.contains("no checksums for 1 of them"), "{said}");
    assert_eq!(flowkeep.json(&dry).1["unverified"], 1);
    let said = flowkeep.say(&put_back).out;
    assert!(said.contains("no checksums for 1 of them"), "{said}");
    fs::remove_file(folder.join("a.ddl")).unwrap();
    assert_eq!(flowkeep.json(&put_back).1["unverified"], 1);
}

#[test]
fn a_file_that_cannot_be_read_is_not_called_damaged() {
    let flowkeep = machine();
    let (id, folder, archive) = archived(&flowkeep);
    set_mode(&folder.join(&archive).join("b"), 0);
    fs::write(folder.join(&archive).join("a"), "this is A").unwrap();
    let (code, checked) = unprivileged(&flowkeep, &["folder", "check", &id]);
    let item = &checked["items"][0];
    assert_eq!((code, &item["unreadable"]), (3, &json!(1)), "{checked}");
    assert_eq!(item["failed"].as_array().unwrap().len(), 2);
    assert_eq!(item["failed"][1]["code"], "file_forbidden");
    // Whoever may read everything finds it sound.
    set_mode(&folder.join(&archive).join("b"), 0o644);
    let said = flowkeep.say(&["folder", "check", &id]).out;
    assert!(
        said.contains("damaged or missing: 1, not readable: 0"),
        "{said}"
    );
}

#[test]
fn a_dry_run_of_putting_back_says_what_would_be_refused() {
    let flowkeep = machine();
    let (id, folder, archive) = archived(&flowkeep);
    let asks = r#"{"id": "asks", "name": "Asks", "tasks": [
        {"id": "t", "name": "T", "action": "manual", "params": {"instruction": "Look"}}]}"#;
    let file = flowkeep.file("asks.json", asks);
    flowkeep.done(&["flow", "create", &file]);
    let (code, run) = flowkeep.json(&["run", "start", "asks", "--folder", &id, "--wait"]);
    assert_eq!(code, 3, "{run}");
    let put_back = ["folder", "put-back", &id, &archive];
    let dry = [&put_back[..], &["--dry-run"]].concat();
    let refused = flowkeep.refused(&put_back, "folder_busy");
    assert_eq!(flowkeep.refused(&dry, "folder_busy"), refused);
    assert!(folder.join(&archive).is_dir());
    flowkeep.done(&["run", "cancel", run["run_id"].as_str().unwrap()]);
    flowkeep.done(&dry);
}

#[test]
fn old_archives_go_when_somebody_says_which_and_never_the_newest() {
    let flowkeep = machine();
    let made = flowkeep.done(&["folder", "create", "nightly"]);
    let (id, path) = (made["id"].as_str().unwrap(), made["path"].as_str().unwrap());
    let archives: Vec<String> = (0..3)
        .map(|_| {
            fs::write(Path::new(path).join("a.ddl"), "x").unwrap();
            let archived = flowkeep.done(&["folder", "archive", id]);
            archived["archive"].as_str().unwrap().to_owned()
        })
        .collect();
    let newest = &archives[2];
    flowkeep.refused(&["folder", "clean-up"], "archive_rule_missing");
    let would = flowkeep.done(&["folder", "clean-up", id, "--keep", "2", "--dry-run"]);
    assert_eq!(keys(&would)[..4], ["removed", "kept", "broken", "bytes"]);
    assert_eq!(would["removed"], json!([archives[0]]));
    assert_eq!(would["kept"], json!([newest, archives[1]]));
    assert_eq!(would["broken"], json!([]));
    assert_eq!(would["bytes"], 1);
    assert_eq!(names(Path::new(path)).len(), 3, "nothing was removed");

    let said = flowkeep.say(&["folder", "clean-up", id, "--keep", "2"]);
    assert!(
        said.out.contains("Archives removed: 1 (1 bytes)"),
        "{}",
        said.out
    );
    assert!(!Path::new(path).join(&archives[0]).exists());
    let listed = flowkeep.done(&["folder", "archives", id]);
    assert_eq!(listed["statistics"]["archives"], 2);
    assert_eq!(listed["statistics"]["files"], 2);

    // What the folder's own settings say holds where nothing else is named.
    let set = flowkeep.done(&["folder", "set", id, "--keep-archives", "1"]);
    assert_eq!(set["settings"]["clean_up"], json!({"keep": 1}));
    fs::remove_file(Path::new(path).join(newest).join("backup_info.json")).unwrap();
    let broken = flowkeep.done(&["folder", "clean-up"]);
    assert_eq!(broken["removed"], json!([]));
    assert_eq!(broken["kept"], json!([archives[1]]));
    assert_eq!(broken["broken"], json!([newest]));
    let none = flowkeep.done(&["folder", "set", id, "--keep-archives", "0"]);
    assert_eq!(none["settings"]["clean_up"], json!({}));
}

#[test]
fn a_workflow_is_told_to_work_in_a_folder_that_is_made_for_its_runs() {
    let flowkeep = Flowkeep::new();
    let yaml = "id: report\nname: Report # monthly\ntasks:\n  - {id: a, action: file.write, params: {path: a.csv, text: x}}\n";
    let file = flowkeep.file("report.yaml", yaml);
    flowkeep.done(&["flow", "create", &file]);
    flowkeep.done(&["folder", "create", "report"]);
    let text = |flowkeep: &Flowkeep| {
        let shown = flowkeep.done(&["flow", "show", "report"]);
        shown["raw"].as_str().unwrap().to_owned()
    };
    assert_eq!(text(&flowkeep), yaml, "only where it is wanted");
    let made = flowkeep.done(&["folder", "create", "report", "--for-runs"]);
    let (id, path) = (made["id"].as_str().unwrap(), made["path"].as_str().unwrap());
    // An edit of its own: what stood there stands there as it was.
    assert_eq!(text(&flowkeep), format!("{yaml}taskFolder: \"{id}\"\n"));
    assert_eq!(made["warnings"], json!([]));
    let run = flowkeep.done(&["run", "start", "report", "--trust", "--wait"]);
    assert_eq!(run["status"], "succeeded", "{run}");
    assert!(Path::new(path).join("a.csv").is_file());
    // The next one takes the place of the one before, named once.
    let again = flowkeep.done(&["folder", "create", "report", "--for-runs"]);
    let id = again["id"].as_str().unwrap();
    assert_eq!(text(&flowkeep), format!("{yaml}taskFolder: \"{id}\"\n"));
}

#[test]
fn a_copy_of_the_data_works_in_its_own_folders() {
    let flowkeep = machine();
    let made = flowkeep.done(&["folder", "create", "nightly"]);
    let (id, path) = (made["id"].as_str().unwrap(), made["path"].as_str().unwrap());
    fs::write(Path::new(path).join("a.ddl"), "the original's").unwrap();
    let (_, outside) = adopted(&flowkeep, "exports", &[]);
    let copy = flowkeep.path("copy");
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .args([&flowkeep.data(), &copy])
        .status();
    assert!(copied.unwrap().success());
    let copy = text(&copy.canonicalize().unwrap());
    let there = |args: &[&str]| flowkeep.done(&[&["--data-dir", copy.as_str()], args].concat());
    let listed = there(&["folder", "list"]);
    let paths = listed["items"].as_array().unwrap().iter();
    let paths: Vec<&str> = paths.map(|item| item["path"].as_str().unwrap()).collect();
    assert!(paths[0].starts_with(&copy), "{paths:?}");
    // What was never in it is one place for both.
    assert_eq!(paths[1], text(&outside.canonicalize().unwrap()));
    there(&["folder", "archive", id]);
    assert_eq!(
        names(Path::new(path)),
        ["a.ddl"],
        "the original is as it was"
    );
    assert_eq!(names(Path::new(paths[0])).len(), 1, "archived in the copy");
}

/// A folder whose archive has `a`, `b` and the list, and in which `a` is another one by now.
fn archived(flowkeep: &Flowkeep) -> (String, PathBuf, String) {
    let (id, folder) = adopted(flowkeep, "task_1", &["a", "b", "table_list.txt"]);
    let archive = flowkeep.done(&["folder", "archive", &id])["archive"].clone();
    fs::write(folder.join("a"), "this is not a").unwrap();
    fs::write(folder.join("new"), "x").unwrap();
    (id, folder, archive.as_str().unwrap().to_owned())
}

#[test]
fn an_archive_is_put_back_and_what_was_there_is_archived_first() {
    let flowkeep = machine();
    let (id, folder, archive) = archived(&flowkeep);
    let before = names(&folder);
    let dry = flowkeep.done(&["folder", "put-back", &id, &archive, "--dry-run"]);
    assert_eq!(keys(&dry)[..2], ["restored", "archived_first"]);
    assert_eq!(dry["restored"], json!(["a", "b"]));
    assert_eq!(dry["archived_first"], json!(null));
    assert_eq!(dry["makes_way"], json!(["a", "new"]));
    assert_eq!(names(&folder), before, "nothing is written");

    let one = ["folder", "put-back", &id, &archive, "--file", "b"];
    let put = flowkeep.done(&one);
    assert_eq!(put["restored"], json!(["b"]));
    assert_eq!(put["archived_first"], json!(null));
    assert_eq!(
        fs::read_to_string(folder.join("a")).unwrap(),
        "this is not a"
    );

    let put = flowkeep.done(&["folder", "put-back", &id, &archive]);
    assert_eq!(keys(&put)[..2], ["restored", "archived_first"]);
    assert_eq!(put["restored"], json!(["a"]));
    assert_eq!(put["same"], json!(["b", "table_list.txt"]));
    let first = put["archived_first"].as_str().unwrap();
    let kept = fs::read_to_string(folder.join(first).join("a")).unwrap();
    assert_eq!(kept, "this is not a");
    assert_eq!(
        names(&folder.join(&archive)).len(),
        4,
        "the archive is whole"
    );
    let listed = flowkeep.done(&["folder", "archives", &id]);
    assert_eq!(listed["total"], 2);
    let unknown = ["folder", "put-back", &id, &archive, "--file", "nobody"];
    flowkeep.refused(&unknown, "archive_file_unknown");
    let unknown = ["folder", "put-back", &id, "file_bak_20200101_000000"];
    flowkeep.refused(&unknown, "archive_unknown");
    let said = flowkeep.say(&["folder", "put-back", &id, first]);
    assert!(!said.out.contains("checksums"), "{}", said.out);
    assert!(
        said.out.contains("What was there is in file_bak_"),
        "{}",
        said.out
    );
}

#[test]
fn what_is_damaged_in_an_archive_is_named_and_the_rest_comes_back() {
    let flowkeep = machine();
    let (id, folder, archive) = archived(&flowkeep);
    fs::write(folder.join(&archive).join("a"), "this is A").unwrap();
    let (code, put) = flowkeep.json(&["folder", "put-back", &id, &archive]);
    assert_eq!(code, 3, "{put}");
    assert_eq!(put["restored"], json!(["b"]));
    assert_eq!(put["failed"][0]["file"], "a");
    let why = put["failed"][0]["reason"].as_str().unwrap();
    assert!(why.contains("record"), "a sentence: {why}");
    assert_eq!(
        fs::read_to_string(folder.join("a")).unwrap(),
        "this is not a"
    );

    let (code, checked) = flowkeep.json(&["folder", "check", &id]);
    assert_eq!((code, &checked["total"]), (3, &json!(2)), "{checked}");
    let damaged = &checked["items"][1];
    assert_eq!(damaged["archive"], archive);
    assert_eq!(damaged["failed"][0]["file"], "a");
    assert_eq!(damaged["proven"], 2);
    let sound = checked["items"][0]["archive"].as_str().unwrap();
    let checked = flowkeep.done(&["folder", "check", &id, sound]);
    assert_eq!(checked["items"][0]["failed"], json!([]));
}

#[test]
fn an_archive_is_compared_with_the_folder_and_with_another() {
    let flowkeep = machine();
    let (id, folder, archive) = archived(&flowkeep);
    let relation = |value: &Value, at: usize| {
        let item = &value["items"][at];
        json!([item["name"], item["relation"]])
    };
    let compared = flowkeep.done(&["folder", "compare", &id, &archive]);
    assert_eq!(
        (&compared["total"], &compared["changed"]),
        (&json!(4), &json!(3))
    );
    assert_eq!(relation(&compared, 0), json!(["a", "changed"]));
    assert_eq!(relation(&compared, 1), json!(["b", "only_then"]));
    assert_eq!(relation(&compared, 2), json!(["new", "only_now"]));
    assert_eq!(relation(&compared, 3), json!(["table_list.txt", "same"]));

    // As another system spells it, it is the same text.
    let utf16: Vec<u8> = "\u{feff}one\r\ntwo\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(folder.join("a"), utf16).unwrap();
    let of = ["folder", "compare", &id, &archive, "--file", "a"];
    let one = flowkeep.done(&of);
    assert_eq!(one["total"], 1);
    assert_eq!(one["texts"]["before"], "this is a");
    assert_eq!(one["texts"]["after"], "one\r\ntwo\r\n");
    assert_eq!(one["texts"]["after_encoding"], "utf16");
    let said = flowkeep.say(&of);
    assert!(said.out.contains("-this is a"), "{}", said.out);
    assert!(said.out.contains("+one"), "{}", said.out);
    fs::write(folder.join("a"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap();
    let one = flowkeep.done(&of);
    assert_eq!(one["texts"]["before"], json!(null));
    assert!(one["texts"]["reason"].as_str().unwrap().contains("text"));

    let second = flowkeep.done(&["folder", "archive", &id])["archive"].clone();
    let second = second.as_str().unwrap();
    let compared = flowkeep.done(&["folder", "compare", &id, &archive, second]);
    assert_eq!(relation(&compared, 1), json!(["b", "only_then"]));
    assert_eq!(relation(&compared, 2), json!(["new", "only_now"]));
}

#[test]
fn a_folder_tells_the_tables_of_its_list_and_takes_another() {
    let flowkeep = machine();
    let (id, folder) = adopted(&flowkeep, "task_1", &[]);
    let none = flowkeep.done(&["folder", "tables", &id]);
    assert_eq!(keys(&none), ["id", "path", "encoding", "tables", "dropped"]);
    assert_eq!((&none["path"], &none["tables"]), (&json!(null), &json!([])));
    let said = flowkeep.say(&["folder", "tables", &id]);
    assert!(
        said.code == 0 && said.out.contains("table_list.txt"),
        "{said:?}"
    );

    // 表一, in GBK.
    let file = flowkeep.path("mine.txt");
    fs::write(&file, b"\xb1\xed\xd2\xbb, orders\ntwo words\norders\n").unwrap();
    let file = text(&file);
    let list = folder.join("table_list.txt");
    let put = |more: &[&str]| {
        let words = ["folder", "tables", &id, "--from", &file];
        flowkeep.json(&[&words[..], more].concat())
    };
    let (exit, would) = put(&["--dry-run"]);
    assert_eq!((exit, &would["path"]), (3, &json!(file)));
    assert!(!list.exists(), "a dry run writes nothing");
    let (exit, done) = put(&[]);
    assert_eq!((exit, &done["path"]), (3, &json!(text(&list))));
    for answer in [&would, &done] {
        assert_eq!(answer["id"], json!(id));
        assert_eq!(answer["encoding"], "gb18030");
        assert_eq!(answer["tables"], json!(["表一", "orders"]));
        let lines = answer["dropped"].as_array().unwrap().iter();
        let lines: Vec<_> = lines
            .map(|dropped| (&dropped["line"], &dropped["text"]))
            .collect();
        assert_eq!(
            lines,
            [
                (&json!(2), &json!("two words")),
                (&json!(3), &json!("orders"))
            ]
        );
        assert_eq!(
            (&answer["same"], &answer["kept_as"]),
            (&json!(false), &json!(null))
        );
    }
    assert_eq!(put(&[]).1["same"], true);
    let said = flowkeep.say(&["folder", "tables", &id]);
    assert_eq!(said.code, 0);
    for word in ["表一\n", "orders\n", "two words", "2 tables"] {
        assert!(said.out.contains(word), "{said:?}");
    }

    fs::write(&file, "customers\n").unwrap();
    let (exit, other) = put(&[]);
    assert_eq!((exit, &other["tables"]), (0, &json!(["customers"])));
    let kept = folder.join(other["kept_as"].as_str().unwrap());
    assert!(kept.is_file(), "the list before stays beside it");
    fs::write(&file, "# nothing\n").unwrap();
    let refused = ["folder", "tables", &id, "--from", &file];
    let said = flowkeep.refused(&refused, "table_list_unreadable");
    let dry = [&refused[..], &["--dry-run"]].concat();
    let would = flowkeep.refused(&dry, "table_list_unreadable");
    assert_eq!(would, said, "a dry run says what would be said");
    assert_eq!(fs::read_to_string(&list).unwrap(), "customers\n");
    let (exit, _) = flowkeep.json(&["folder", "tables", &id, "--dry-run"]);
    assert_eq!(exit, 2, "a dry run of nothing");
}

#[test]
fn a_folder_leaves_the_list_and_nothing_else() {
    let flowkeep = machine();
    let (id, folder) = adopted(&flowkeep, "one", &["a.ddl"]);
    let archive = flowkeep.done(&["folder", "archive", &id])["archive"].clone();
    let kept = names(&folder);
    let named = json!({"id": "nightly", "name": "Nightly", "taskFolder": id, "tasks": [
        {"id": "rest", "name": "Rest", "action": "wait", "params": {"ms": 1}}]});
    let file = flowkeep.file("named.json", named.to_string());
    flowkeep.done(&["flow", "update", "nightly", &file]);

    let gone = flowkeep.done(&["folder", "forget", &text(&folder)]);
    let path = text(&folder.canonicalize().unwrap());
    let used = json!({"workflows": [{"id": "nightly", "name": "Nightly"}], "more": false});
    assert_eq!(gone, json!({"id": id, "path": path, "used_by": used}));
    assert_eq!(flowkeep.done(&["folder", "list"])["total"], 0);
    assert_eq!(names(&folder), kept);
    // The workflow has nothing but its id: people are told the place that they know.
    for refused in [&["folder", "forget", &id][..], &["run", "start", "nightly"]] {
        let error = flowkeep.refused(refused, "folder_unknown");
        assert_eq!(error["error"]["fields"]["folder"], json!(path), "{error}");
    }
    let told = flowkeep.done(&["flow", "validate", "nightly"]);
    let warning = &told["warnings"][0];
    assert_eq!(warning["code"], "folder_unknown");
    let said = warning["message"].as_str().unwrap();
    assert!(said.contains(&path) && !said.contains(&id), "{said}");
    let error = flowkeep.refused(
        &["folder", "show", "0".repeat(26).as_str()],
        "folder_unknown",
    );
    assert_eq!(
        error["error"]["fields"]["folder"],
        json!("0".repeat(26)),
        "nothing is known"
    );

    // Whoever takes it again finds its past, and the numbers go on; the workflow means it again.
    let again = flowkeep.done(&["folder", "adopt", "nightly", &text(&folder)]);
    let again = again["id"].as_str().unwrap();
    assert_eq!(again, id);
    let told = flowkeep.done(&["flow", "validate", "nightly"]);
    assert_eq!(told["warnings"], json!([]));
    let archives = flowkeep.done(&["folder", "archives", again]);
    assert_eq!(archives["items"][0]["archive"], archive);
    fs::write(folder.join("b.ddl"), "b").unwrap();
    let second = flowkeep.done(&["folder", "archive", again])["archive"].clone();
    let record = folder
        .join(second.as_str().unwrap())
        .join("backup_info.json");
    let record: Value = serde_json::from_slice(&fs::read(record).unwrap()).unwrap();
    assert_eq!(record["sequence"], 2);
    let said = flowkeep.say(&["folder", "forget", again]);
    assert!(said.out.contains(&path), "{}", said.out);
}

#[test]
fn every_workflow_that_works_in_a_folder_stands_beside_it() {
    let flowkeep = machine();
    let (id, folder) = adopted(&flowkeep, "one", &[]);
    for (other, named) in [("by-id", id.as_str()), ("by-name", "one")] {
        let workflow =
            json!({"id": other, "name": format!("The {other}"), "taskFolder": named, "tasks": []});
        let file = flowkeep.file("other.json", workflow.to_string());
        flowkeep.done(&["flow", "create", &file]);
    }
    let list = flowkeep.done(&["folder", "list"]);
    let shown = flowkeep.done(&["folder", "show", &id]);
    for row in [&list["items"][0], &shown] {
        let those = row["named_by"]["workflows"].as_array().unwrap().iter();
        let those: Vec<_> = those.map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(those, ["by-id", "by-name"]);
    }
    for words in [&["folder", "list"][..], &["folder", "show", &id]] {
        let said = flowkeep.say(words);
        assert!(
            said.out.contains("Nightly, The by-id, The by-name"),
            "{said:?}"
        );
    }
    // Whoever wants it for another workflow is told whose it is, and that it need not be brought.
    let path = text(&folder);
    let error = flowkeep.refused(&["folder", "adopt", "by-id", &path], "folder_known");
    assert_eq!(error["error"]["fields"]["workflow"], "Nightly");
    let hint = error["error"]["hints"][0].as_str().unwrap();
    assert!(hint.contains("Nothing has to be made or brought"), "{hint}");
}

#[test]
fn a_folder_on_a_drive_that_is_away_is_named_by_a_relative_path() {
    let flowkeep = machine();
    let (_, folder) = adopted(&flowkeep, "drive", &[]);
    let above = folder.parent().unwrap();
    fs::rename(&folder, above.join("elsewhere")).unwrap();
    let mut command = flowkeep.command(&["--json", "folder", "show", "./drive"]);
    let answer = Answer::of(command.current_dir(above).output().unwrap());
    let (code, refused) = answer.one_document();
    assert_eq!(
        (code, &refused["error"]["code"]),
        (1, &json!("folder_gone"))
    );
}

#[test]
fn a_folder_that_a_run_has_stays_on_the_list() {
    let flowkeep = machine();
    let (id, _) = adopted(&flowkeep, "one", &[]);
    let asks = json!({"id": "asks", "name": "Asks", "tasks": [
        {"id": "look", "name": "Look", "action": "manual", "params": {"instruction": "Look"}}]});
    let file = flowkeep.file("asks.json", asks.to_string());
    flowkeep.done(&["flow", "create", &file]);
    let (code, _) = flowkeep.json(&["run", "start", "asks", "--folder", &id, "--wait"]);
    assert_eq!(code, 3);
    flowkeep.refused(&["folder", "forget", &id], "folder_busy");
    assert_eq!(flowkeep.done(&["folder", "list"])["total"], 1);
}

mod needs_mounts {
    use super::*;

    /// Runs what follows where a disk is mounted on one folder and a part of that on another, of which nobody else sees anything.
    const MOUNTED: &str = r#"mount -t tmpfs none "$1" && mkdir "$1/in" "$1/other" &&
        mount --bind "$1/other" "$1 in part" && shift && exec "$@""#;

    #[test]
    #[ignore = "only root may mount"]
    fn where_something_is_mounted_is_no_task_folder() {
        let flowkeep = machine();
        let disk = flowkeep.path("disk");
        fs::create_dir(&disk).unwrap();
        let disk = text(&disk);
        let part = format!("{disk} in part");
        fs::create_dir(&part).unwrap();
        let adopt = |path: &str| {
            let before = ["unshare", "-m", "sh", "-c", MOUNTED, "sh", &disk];
            let words = ["--json", "folder", "adopt", "nightly", path];
            let mut command = flowkeep.command_with(&before, &words);
            Answer::of(command.output().unwrap()).one_document()
        };
        for mounted in [&disk, &part] {
            let (code, refused) = adopt(mounted);
            let error = &refused["error"];
            assert_eq!((code, &error["code"]), (1, &json!("folder_unsafe")));
            let why = error["message"].as_str().unwrap();
            assert!(why.contains("a folder inside it"), "{why}");
        }
        let (code, taken) = adopt(&format!("{disk}/in"));
        assert_eq!(code, 0, "{taken}");
    }
}
