//! Looking into one archive.

use std::fs;

use flowkeep_core::folder::How;
use flowkeep_files::folders::{FolderError, Inside, inside};

use crate::place::Place;

fn names(inside: &Inside) -> Vec<(&str, Option<How>, bool)> {
    let files = inside.files.iter();
    files
        .map(|file| (file.name.as_str(), file.how, file.missing))
        .collect()
}

#[test]
fn an_archive_tells_how_each_file_came_and_which_are_gone_or_were_added() {
    let place = Place::new();
    place.put(&["a.ddl", "b.ddl", "table_list.txt", "backup_info.json"]);
    let archive = place.archive().archive.unwrap();
    fs::remove_file(place.at(&archive).join("a.ddl")).unwrap();
    fs::write(place.at(&archive).join("later.txt"), "x").unwrap();
    fs::create_dir(place.at(&archive).join("sub")).unwrap();
    let found = inside(&place.workshop, place.id, &archive).unwrap();
    assert_eq!(
        names(&found),
        [
            ("a.ddl", Some(How::Moved), true),
            ("b.ddl", Some(How::Moved), false),
            ("backup_info.json", Some(How::Moved), false),
            ("later.txt", None, false),
            ("table_list.txt", Some(How::Copied), false),
        ]
    );
    let record = &found.files[2];
    assert_eq!(record.archived_as.as_deref(), Some("backup_info_1.json"));
    // What is gone is told as it was.
    assert_eq!(found.files[0].bytes, Some("this is a.ddl".len() as u64));
    assert!(found.files.iter().all(|file| file.modified.is_some()));
    assert_eq!(found.failed, []);
}

#[test]
fn archives_of_earlier_tools_and_broken_ones_open_too() {
    let place = Place::new();
    let old = place.at("file_bak_20250721_120236");
    fs::create_dir(&old).unwrap();
    fs::write(old.join("a.ddl"), "four").unwrap();
    let look = || inside(&place.workshop, place.id, "file_bak_20250721_120236").unwrap();
    // Without a record there are files all the same.
    assert_eq!(names(&look()), [("a.ddl", None, false)]);
    let record = r#"{"backup_time": "2025-07-21T12:02:36", "moved_files": ["a.ddl", "gone.md"],
        "backup_directory": "file_bak_20250721_120236", "task_id": "task",
        "failed_files": [{"file": "data_pipeline.log", "error": "[WinError 32]"}]}"#;
    fs::write(old.join("backup_info.json"), record).unwrap();
    let found = look();
    assert_eq!(
        names(&found),
        [
            ("a.ddl", Some(How::Moved), false),
            ("gone.md", Some(How::Moved), true)
        ]
    );
    assert_eq!(found.files[1].bytes, None);
    assert_eq!(found.failed[0].file, "data_pipeline.log");
    assert_eq!(found.failed[0].reason.fields["detail"], "[WinError 32]");
    let unfinished = "file_bak_20250101_000003.partial";
    fs::create_dir(place.at(unfinished)).unwrap();
    fs::write(place.at(unfinished).join("x"), "").unwrap();
    let found = inside(&place.workshop, place.id, unfinished).unwrap();
    assert_eq!(names(&found), [("x", None, false)]);
}

#[test]
fn nothing_but_an_archive_of_the_folder_is_opened() {
    let place = Place::new();
    fs::create_dir(place.at("sub")).unwrap();
    std::os::unix::fs::symlink("/etc", place.at("file_bak_20250101_000004")).unwrap();
    for other in [
        "",
        ".",
        "..",
        "sub",
        "/etc",
        "../data",
        "file_bak_20250101_000004",
        "file_bak_20250101_000005",
        "file_bak_20250101_000005/..",
    ] {
        let refused = inside(&place.workshop, place.id, other).unwrap_err();
        assert!(matches!(refused, FolderError::NoArchive(_)), "{other}");
    }
}
