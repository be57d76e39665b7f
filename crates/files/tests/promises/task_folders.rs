//! Which task folders there are is in a backup; what is in them is not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use flowkeep_core::KeptHistory;
use flowkeep_core::folder::Settings;
use flowkeep_files::{BackupTarget, estimate, read_manifest};
use flowkeep_host::{SystemFiles, Timestamp};
use flowkeep_store::{StoreError, TaskFolderRecord};

use crate::catalog::{Catalog, Given, tree};

fn know(catalog: &Catalog, n: u8, workflow: &str, path: PathBuf) -> TaskFolderRecord {
    let folder = TaskFolderRecord {
        id: format!("0000000000000000000000000{n}").parse().unwrap(),
        workflow_id: workflow.to_owned(),
        path,
        settings: Settings {
            keep: vec!["清单.csv".to_owned()],
            ..Settings::default()
        },
        sequence: 7,
        created_at: 5,
    };
    let added = folder.clone();
    catalog
        .store
        .write::<_, StoreError>(move |tx| tx.add_task_folder(&added))
        .unwrap();
    folder
}

fn own(catalog: &Catalog, name: &str) -> PathBuf {
    catalog.data().join("task-folders").join(name)
}

fn nightly() -> Given {
    Given::workflow(
        "nightly",
        r#"{"id": "nightly", "name": "Nightly", "tasks": []}"#,
    )
}

fn folder_files(backup: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut files = tree(backup);
    files.retain(|path, _| path.starts_with("folders"));
    files
}

#[test]
fn those_of_the_data_folder_come_back_with_it_wherever_it_is() {
    let first = Catalog::new();
    first.keep(&[nightly()]);
    let kept = know(&first, 1, "nightly", own(&first, "task_1"));
    let backup = first.back_up();
    assert_eq!(read_manifest(&backup.folder).unwrap().counts["folder"], 1);
    let target = BackupTarget::check(&SystemFiles, &first.backups(), &first.data()).unwrap();
    let (snapshot, all) = (first.store.snapshot().unwrap(), KeptHistory::All);
    let told = estimate(&SystemFiles, &snapshot, &target, all, Timestamp(1)).unwrap();
    let told = told.counts.into_iter().filter(|(_, count)| *count > 0);
    let made = backup.counts.iter().cloned();
    let made = made.filter(|(kind, count)| *count > 0 && kind != "operation");
    assert_eq!(told.collect::<BTreeSet<_>>(), made.collect(), "told before");
    let files = folder_files(&backup.folder);
    let text = files[Path::new("folders/00000000000000000000000001.json")]
        .clone()
        .unwrap();
    let text: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(text["path"], "task-folders/task_1");

    let second = Catalog::new();
    let (mut staging, read) = second.plan(&backup.folder).unwrap();
    assert!(read.damaged_parts.is_empty(), "{:?}", read.damaged_parts);
    assert_eq!(staging.preview(&second.store).unwrap().folders, 1);
    assert_eq!(second.apply(&mut staging).folders, 1);
    let expected = TaskFolderRecord {
        path: own(&second, "task_1"),
        sequence: 0,
        ..kept
    };
    assert_eq!(second.store.task_folders().unwrap(), [expected]);
    assert_eq!(folder_files(&second.back_up().folder), files);

    // Once more nothing comes, and nothing is said to.
    let (mut again, _) = second.plan(&backup.folder).unwrap();
    assert_eq!(again.preview(&second.store).unwrap().folders, 0);
    assert_eq!(second.apply(&mut again).folders, 0);
}

#[test]
fn one_that_lies_elsewhere_on_another_computer_is_told_and_left() {
    let first = Catalog::new();
    first.keep(&[nightly()]);
    let outside = tempfile::tempdir().unwrap();
    let outside = outside.path().canonicalize().unwrap();
    know(&first, 1, "nightly", outside.clone());
    // The backups of these tests say that they were made on another computer.
    let backup = first.back_up();
    let second = Catalog::new();
    let (mut staging, _) = second.plan(&backup.folder).unwrap();
    assert_eq!(second.apply(&mut staging).folders, 0);
    let mut told = Vec::new();
    staging
        .each_item::<StoreError>(|item| {
            told.extend(item.reason.map(|why| (item.name.unwrap(), why)));
            Ok(())
        })
        .unwrap();
    let [(name, why)] = &told[..] else {
        unreachable!("{told:?}")
    };
    assert_eq!(Some(name.as_str()), outside.file_name().unwrap().to_str());
    assert_eq!(why.code, "folder_elsewhere");
    assert_eq!(why.fields["folder"], outside.to_str().unwrap());
}

#[test]
fn a_name_that_is_none_is_no_setting_of_what_comes_in() {
    let first = Catalog::new();
    first.keep(&[nightly()]);
    let mut kept = know(&first, 1, "nightly", own(&first, "task_1"));
    kept.settings.keep = ["../sums.csv", "清单.csv", "", "a/b", "."]
        .map(str::to_owned)
        .into();
    let (id, settings) = (kept.id, kept.settings);
    first
        .store
        .write::<_, StoreError>(move |tx| tx.set_task_folder(id, &settings))
        .unwrap();
    let backup = first.back_up();
    let second = Catalog::new();
    let (mut staging, read) = second.plan(&backup.folder).unwrap();
    assert!(read.damaged_parts.is_empty(), "{:?}", read.damaged_parts);
    assert_eq!(second.apply(&mut staging).folders, 1);
    let came = second.store.task_folders().unwrap();
    assert_eq!(came[0].settings.keep, ["清单.csv"]);
}

#[test]
fn one_comes_in_only_with_its_workflow_and_where_nothing_is_known() {
    let first = Catalog::new();
    first.keep(&[nightly()]);
    know(&first, 1, "nightly", own(&first, "one"));
    know(&first, 2, "gone", own(&first, "two"));
    know(&first, 3, "nightly", own(&first, "three"));
    let backup = first.back_up();
    let second = Catalog::new();
    // Another one has its place here.
    know(&second, 9, "nightly", own(&second, "three"));
    let (mut staging, _) = second.plan(&backup.folder).unwrap();
    assert_eq!(staging.preview(&second.store).unwrap().folders, 1);
    assert_eq!(second.apply(&mut staging).folders, 1);
    let names: Vec<_> = second.store.task_folders().unwrap();
    let names: Vec<_> = names.iter().map(TaskFolderRecord::name).collect();
    assert_eq!(names, ["one", "three"]);
}
