//! Manifests that cannot be trusted, and folders without one (reliability, rows 33, 38).

use std::process::Command;

use flowkeep_core::Sha256;
use flowkeep_files::{FilesError, Source, find_source, read_manifest, stage_files};
use flowkeep_host::{Cancellation, Unfollowed};
use flowkeep_store::Staging;
use rstest::rstest;
use serde_json::json;

use crate::broken_backup::{BrokenBackup, Told};
use crate::catalog::Catalog;

fn is_damaged(error: &FilesError) -> bool {
    matches!(error, FilesError::ManifestDamaged { .. })
}

#[rstest]
#[case::empty("")]
#[case::no_json("manifest")]
#[case::a_list("[]")]
#[case::an_empty_object("{}")]
#[case::another_format(r#"{"format": "tar", "version": 1, "files": []}"#)]
#[case::no_files(r#"{"format": "flowkeep-backup", "version": 1}"#)]
#[case::files_a_text(r#"{"format": "flowkeep-backup", "version": 1, "files": "all"}"#)]
#[case::a_file_a_number(r#"{"format": "flowkeep-backup", "version": 1, "files": [7]}"#)]
#[case::a_file_without_hash(
    r#"{"format": "flowkeep-backup", "version": 1, "files": [{"path": "x", "kind": "rule"}]}"#
)]
#[case::version_a_text(r#"{"format": "flowkeep-backup", "version": "1", "files": []}"#)]
#[case::key_twice(r#"{"format": "flowkeep-backup", "format": "x", "version": 1, "files": []}"#)]
#[case::text_behind_it(r#"{"format": "flowkeep-backup", "version": 1, "files": []} x"#)]
fn a_manifest_that_cannot_be_read_refuses_all(#[case] text: &str) {
    let backup = BrokenBackup::new();
    std::fs::write(backup.path("manifest.json"), text).unwrap();
    let error = backup.is_refused();
    assert!(is_damaged(&error), "{error:?}");
}

#[test]
fn a_manifest_cut_anywhere_refuses_all() {
    let backup = BrokenBackup::new();
    let whole = std::fs::read(backup.path("manifest.json")).unwrap();
    let end = whole.iter().rposition(|byte| *byte == b'}').unwrap();
    for cut in (0..end).step_by(97) {
        std::fs::write(backup.path("manifest.json"), &whole[..cut]).unwrap();
        let error = backup.is_refused();
        assert!(is_damaged(&error), "cut at {cut}: {error:?}");
    }
}

#[test]
fn an_id_that_is_no_text_refuses_all() {
    let backup = BrokenBackup::new();
    backup.change_entry("b", |entry| entry["id"] = json!({"x": 1}));
    assert!(is_damaged(&backup.is_refused()));
}

/// A pipe in the manifest's place must hold nobody, a link must lead nowhere.
#[test]
fn a_manifest_that_is_no_file_refuses_all() {
    let linked = BrokenBackup::new();
    std::fs::rename(linked.path("manifest.json"), linked.path("there.json")).unwrap();
    std::os::unix::fs::symlink("there.json", linked.path("manifest.json")).unwrap();
    assert!(is_damaged(&linked.is_refused()));

    let folder = BrokenBackup::new();
    std::fs::remove_file(folder.path("manifest.json")).unwrap();
    std::fs::create_dir(folder.path("manifest.json")).unwrap();
    assert!(is_damaged(&folder.is_refused()));

    let piped = BrokenBackup::new();
    std::fs::remove_file(piped.path("manifest.json")).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(piped.path("manifest.json"))
            .status()
            .unwrap()
            .success()
    );
    assert!(is_damaged(&piped.is_refused()));
    // Nor does the search for the newest backup wait at it.
    let above = tempfile::tempdir().unwrap();
    let inside = above.path().join("flowkeep-backup-20240101-000000");
    std::fs::rename(piped.folder(), &inside).unwrap();
    let found = find_source(above.path()).unwrap();
    // And it is told, not passed over for loose files.
    assert_eq!(found, Source::Backup(inside.clone()));
    std::fs::rename(inside, piped.folder()).unwrap();
}

#[test]
fn a_newer_backup_is_refused_with_both_versions() {
    let backup = BrokenBackup::new();
    backup.change_manifest(|manifest| {
        manifest["version"] = 7.into();
        manifest["app_version"] = "9.9".into();
    });
    let error = backup.is_refused();
    let FilesError::Newer {
        found: 7,
        known: 1,
        app_version,
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(app_version, "9.9");
}

#[test]
fn what_a_later_version_may_add_is_passed_by() {
    let backup = BrokenBackup::new();
    backup.change_manifest(|manifest| {
        manifest["comment"] = "more".into();
        manifest["files"][0]["colour"] = "red".into();
    });
    assert_eq!(read_manifest(backup.folder()).unwrap().version, 1);
    backup.restores(&crate::broken_backup::ALL);
}

#[test]
fn files_of_a_kind_of_a_later_version_are_told_and_left() {
    let backup = BrokenBackup::new();
    std::fs::write(backup.path("events.jsonl"), "later\n").unwrap();
    backup.change_manifest(|manifest| {
        let files = manifest["files"].as_array_mut().unwrap();
        files.push(json!({
            "path": "events.jsonl",
            "kind": "event",
            "sha256": Sha256::of(b"later\n").to_string(),
            "bytes": 6,
        }));
    });
    let told = backup.restores(&crate::broken_backup::ALL);
    let expected = Told {
        passed_over: vec![("events.jsonl".to_owned(), "kind_not_known".to_owned())],
        ..Told::default()
    };
    assert_eq!(told, expected);
}

#[test]
fn a_folder_without_a_manifest_is_read_as_loose_files() {
    let backup = BrokenBackup::new();
    std::fs::remove_file(backup.path("manifest.json")).unwrap();
    let source = find_source(backup.folder()).unwrap();
    assert_eq!(source, Source::Loose(backup.folder().to_owned()));
    let catalog = Catalog::new();
    let mut staging = Staging::create(catalog.scratch().join("plan.db")).unwrap();
    let paths = [backup.path("roadmaps"), backup.path("rules")];
    stage_files(&paths, None, &mut staging, &Unfollowed).unwrap();
    staging
        .compare(&catalog.store, Cancellation::never())
        .unwrap();
    assert_eq!(
        catalog.apply(&mut staging).imported,
        2,
        "documents in wrappers carry their ids"
    );
    let ids: Vec<_> = catalog.texts().into_keys().map(|(_, id)| id).collect();
    assert_eq!(ids, ["r", "u"]);
}
