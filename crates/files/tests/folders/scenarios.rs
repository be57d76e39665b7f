//! The seven scenarios of requirement 003 §测试场景, by their names there.

use std::fs;

use flowkeep_core::folder::{How, Policy};
use flowkeep_files::folders::FolderError;
use flowkeep_host::testing::FailingFiles;
use flowkeep_store::OperationFilter;

use crate::place::{Place, names};

fn text_of(place: &Place, path: &str) -> String {
    fs::read_to_string(place.at(path)).unwrap()
}

/// 1. 空目录测试
#[test]
fn scenario_1_an_empty_folder_makes_no_archive() {
    let place = Place::new();
    assert_eq!(place.archive().archive, None);
    assert_eq!(place.names(), [""; 0]);
}

/// 2. 仅表清单测试
#[test]
fn scenario_2_the_list_of_tables_alone_makes_no_archive() {
    let place = Place::new();
    let archived = place.put(&["table_list.txt"]).archive();
    assert_eq!(
        (archived.archive, archived.kept),
        (None, vec!["table_list.txt".to_owned()])
    );
    assert_eq!(place.names(), ["table_list.txt"]);
}

/// 3. 有文件测试
#[test]
fn scenario_3_files_are_moved_under_their_names() {
    let place = Place::new();
    let files = [
        "a.ddl",
        "a_detail.md",
        "qs_1.json",
        "qs_1.json.backup",
        "some.log",
    ];
    let archived = place.put(&files).archive();
    assert_eq!(archived.moved, files);
    assert_eq!((&archived.copied, &archived.failed), (&vec![], &vec![]));
    let archive = archived.archive.unwrap();
    assert_eq!(place.names(), [archive.as_str()]);
    assert_eq!(
        text_of(&place, &format!("{archive}/a.ddl")),
        "this is a.ddl"
    );
    let record = place.record(&archive);
    assert_eq!(record.moved_files, files);
    assert_eq!(record.task_id, "task_20250721_083557");
    assert_eq!(record.sequence, Some(1));
    let sha256 = record.files[0].sha256.unwrap();
    assert_eq!(sha256, flowkeep_core::Sha256::of(b"this is a.ddl"));
    assert_eq!(
        archived.bytes,
        record.files.iter().map(|file| file.bytes).sum::<u64>()
    );
}

/// 2. 日志记录 of 003: Activity says which folder, and in it which archive.
#[test]
fn what_was_archived_stands_in_activity() {
    let place = Place::new();
    let archive = place.put(&["a"]).archive().archive.unwrap();
    place.archive();
    let page = place.workshop.store.operations(&OperationFilter {
        limit: 10,
        ..OperationFilter::default()
    });
    let told: Vec<_> = page
        .unwrap()
        .items
        .into_iter()
        .map(|operation| (operation.operation, operation.subject_name.unwrap()))
        .collect();
    let name = format!("task_20250721_083557/{archive}");
    assert_eq!(told, [("folder_archive".to_owned(), name)]);
}

/// 4. 混合内容测试
#[test]
fn scenario_4_folders_and_the_list_stay_and_the_list_goes_along_as_a_copy() {
    let place = Place::new();
    place.put(&["old_file.ddl", "table_list.txt"]);
    for folder in ["some_subdir", "vector_bak", "file_bak_20240101_000000"] {
        fs::create_dir(place.at(folder)).unwrap();
        fs::write(place.at(folder).join("file.txt"), "x").unwrap();
    }
    let archived = place.archive();
    let archive = archived.archive.unwrap();
    assert_eq!(archived.moved, ["old_file.ddl"]);
    assert_eq!(archived.copied, ["table_list.txt"]);
    assert_eq!(
        place.names(),
        [
            "file_bak_20240101_000000",
            archive.as_str(),
            "some_subdir",
            "table_list.txt",
            "vector_bak"
        ]
    );
    assert_eq!(
        names(&place.at(&archive)),
        ["backup_info.json", "old_file.ddl", "table_list.txt"]
    );
    let record = place.record(&archive);
    assert_eq!(
        record.moved_files,
        ["old_file.ddl"],
        "what is also here was not moved"
    );
    assert_eq!(record.files[1].how, How::Copied);
    assert_eq!(text_of(&place, "some_subdir/file.txt"), "x");
}

/// 5. 备份冲突测试
#[test]
fn scenario_5_an_archive_of_the_same_second_gets_the_next_number() {
    let place = Place::new();
    let first = place.put(&["a"]).archive().archive.unwrap();
    // What an earlier tool, or a crash, left of that second.
    fs::create_dir(place.at(&format!("{first}_1"))).unwrap();
    fs::create_dir(place.at(&format!("{first}_2.partial"))).unwrap();
    let next = place.put(&["b"]).archive().archive.unwrap();
    assert_eq!(next, format!("{first}_3"));
    assert_eq!(names(&place.at(&next)), ["b", "backup_info.json"]);
    assert_eq!(names(&place.at(&first)), ["a", "backup_info.json"]);
}

/// 6. 权限测试 under "stop": all goes back, and it is told which file and why.
#[test]
fn scenario_6_a_file_that_cannot_be_moved_stops_and_all_goes_back() {
    let mut place = Place::new();
    let files = ["a", "held", "z"];
    place.put(&files);
    place.on(FailingFiles::at(0, std::io::ErrorKind::Other).refusing("held"));
    let error = place.try_archive(Policy::Stop).unwrap_err();
    let FolderError::NotArchived {
        failed,
        stuck,
        archive,
    } = error
    else {
        panic!("{error}");
    };
    assert_eq!((failed.len(), stuck.len(), archive), (1, 0, None));
    assert_eq!(
        (failed[0].file.as_str(), failed[0].reason.code.as_str()),
        ("held", "file_forbidden")
    );
    assert_eq!(place.names(), files);
    place.is_known(&files, "then");
    assert_eq!(place.workshop.store.folder_works().unwrap(), []);
}

/// 6. 权限测试 under "continue": 应记录错误但继续执行.
#[test]
fn scenario_6_a_file_that_cannot_be_moved_is_copied_and_told_of_and_the_rest_goes_on() {
    let mut place = Place::new();
    let files = ["a", "held", "z"];
    place.put(&files);
    place.on(FailingFiles::at(0, std::io::ErrorKind::Other).refusing("held"));
    let archived = place.try_archive(Policy::Continue).unwrap();
    assert_eq!(archived.moved, ["a", "z"]);
    assert_eq!(archived.copied, ["held"]);
    assert_eq!(archived.failed[0].file, "held");
    assert_eq!(archived.failed[0].reason.code, "archive_copied_instead");
    let record = place.record(&archived.archive.unwrap());
    assert_eq!(record.failed_files[0].file, "held");
    assert!(
        !record.failed_files[0].error.is_empty(),
        "for tools that know no codes"
    );
    place.is_known(&files, "then");
}

/// 7. 重复执行测试
#[test]
fn scenario_7_each_time_makes_an_archive_of_its_own() {
    let place = Place::new();
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(place.put(&["a.ddl"]).archive().archive.unwrap());
        place.clock.pass(700);
    }
    made.dedup();
    assert_eq!(made.len(), 3);
    let sequences: Vec<_> = made
        .iter()
        .map(|name| place.record(name).sequence)
        .collect();
    assert_eq!(sequences, [Some(1), Some(2), Some(3)]);
}
