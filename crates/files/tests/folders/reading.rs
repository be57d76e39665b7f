//! Reading what is there, whoever made it.

use std::fs;

use flowkeep_files::folders::{archives, contents};

use crate::place::Place;

const OLD: &str = r#"{"backup_time": "2025-07-21T12:02:36.094246",
  "backup_directory": "file_bak_20250721_120236", "moved_files": ["a.ddl", "gone.md"],
  "failed_files": [{"file": "data_pipeline.log", "error": "[WinError 32]"}],
  "task_id": "task_20250721_113010"}"#;

#[test]
fn archives_of_earlier_tools_are_archives_and_what_is_gone_is_told() {
    let place = Place::new();
    let old = place.at("file_bak_20250721_120236");
    fs::create_dir(&old).unwrap();
    fs::write(old.join("backup_info.json"), OLD).unwrap();
    fs::write(old.join("a.ddl"), "four").unwrap();
    let ours = place.put(&["x"]).archive().archive.unwrap();
    let found = archives(&place.workshop, place.id).unwrap();
    let names: Vec<_> = found.iter().map(|found| found.archive.as_str()).collect();
    assert_eq!(names, [ours.as_str(), "file_bak_20250721_120236"]);
    let old = &found[1];
    assert_eq!((old.files, old.bytes, old.failed), (1, 4, 1));
    assert_eq!(
        (old.missing, &old.missing_names[..]),
        (1, &["gone.md".to_owned()][..])
    );
    assert_eq!((old.sequence, &old.broken), (None, &None));
    assert!(old.created_at.is_some());
}

#[test]
fn what_is_broken_or_unfinished_is_told_and_hides_nothing() {
    let place = Place::new();
    for (archive, record) in [
        ("file_bak_20250101_000001", Some("{\"moved_files\": [\"a\"")),
        ("file_bak_20250101_000002", None),
    ] {
        fs::create_dir(place.at(archive)).unwrap();
        fs::write(place.at(archive).join("a"), "x").unwrap();
        if let Some(record) = record {
            fs::write(place.at(archive).join("backup_info.json"), record).unwrap();
        }
    }
    fs::create_dir(place.at("file_bak_20250101_000003.partial")).unwrap();
    std::os::unix::fs::symlink("/etc", place.at("file_bak_20250101_000004")).unwrap();
    place.put(&["x"]).archive();
    let found = archives(&place.workshop, place.id).unwrap();
    let broken: Vec<_> = found
        .iter()
        .map(|found| found.broken.as_ref().map(|why| why.code.as_str()))
        .collect();
    assert_eq!(
        broken,
        [
            None,
            Some("archive_unfinished"),
            Some("archive_record_missing"),
            Some("archive_record_damaged")
        ]
    );
    assert_eq!(found[3].files, 1);
}

#[test]
fn what_changed_on_the_disk_is_seen_and_what_did_not_is_not_read_again() {
    let place = Place::new();
    let archive = place.put(&["a", "b"]).archive().archive.unwrap();
    let read = || archives(&place.workshop, place.id).unwrap();
    assert_eq!((read()[0].files, read()[0].missing), (2, 0));
    let known = place.workshop.store.known_archives(place.id).unwrap();
    assert_eq!(known.len(), 1);
    read();
    assert_eq!(
        place.workshop.store.known_archives(place.id).unwrap(),
        known
    );
    fs::remove_file(place.at(&archive).join("a")).unwrap();
    assert_eq!((read()[0].files, read()[0].missing), (1, 1));
    fs::remove_dir_all(place.at(&archive)).unwrap();
    assert_eq!(read(), []);
    assert_eq!(place.workshop.store.known_archives(place.id).unwrap(), []);
}

#[test]
fn what_is_in_a_folder_is_told_with_what_stays() {
    let place = Place::new();
    place.put(&["a", "table_list.txt"]);
    fs::create_dir(place.at("sub")).unwrap();
    std::os::unix::fs::symlink("a", place.at("link")).unwrap();
    let told: Vec<_> = contents(&place.workshop, place.id)
        .unwrap()
        .into_iter()
        .map(|file| (file.name, file.kept, file.link))
        .collect();
    assert_eq!(
        told,
        [
            ("a".to_owned(), false, false),
            ("link".to_owned(), false, true),
            ("table_list.txt".to_owned(), true, false)
        ]
    );
}
