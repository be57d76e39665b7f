//! Logs of earlier tools in, ours out.

use std::path::Path;

use flowkeep_core::json;
use flowkeep_core::log::{Execution, LogEntry, LogMessage, LogType};
use flowkeep_files::FilesError;
use flowkeep_files::log::{
    DatabaseLog, FolderLog, Log, LogError, LogQuery, LogReader as _, LogReport, OwnLog, export_log,
    migrate_log, verify_log,
};
use flowkeep_host::{Cancellation, Progress, Unfollowed};
use flowkeep_store::Store;

use crate::{execution, say, store};

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn with_log<T>(store: &Store, work: impl FnOnce(&Log<'_>) -> T) -> T {
    let database = DatabaseLog { store };
    work(&Log {
        own: OwnLog { store },
        storage: &database,
        copy: None,
    })
}

/// What a real tool left, and what a bad disk made of some of it.
fn legacy(folder: &Path) {
    write(
        folder,
        "data/logs/workflow_executions/None.json",
        r#"{"workflow_id": "742bb39b", "session_id": "s", "completed": [], "context": {}, "current_stage": "stage_1"}"#,
    );
    write(
        folder,
        "data/logs/workflow_executions/e-1.json",
        "\u{feff}{\"execution_id\": \"e-1\", \"workflow_id\": \"w\",\r\n \"status\": \"completed\", \"messages\": [\"执行完成\"]}",
    );
    write(
        folder,
        "data/logs/workflow_executions/cut.json",
        r#"{"execution_id": "#,
    );
    write(folder, "data/logs/workflow_executions/list.json", "[]");
    write(
        folder,
        "data/logs/workflow_executions/notes.txt",
        "no entry",
    );
    std::fs::create_dir(folder.join("data/logs/workflow_executions/folder.json")).unwrap();
    write(
        folder,
        "data/logs/workflow_operations/o-1.json",
        r#"{"operation_type": "CREATE", "workflow_id": "w", "timestamp": "2025-01-01 10:00:00", "data": {"n": 1.0}}"#,
    );
}

fn counts(report: &LogReport) -> [u32; 5] {
    [
        report.read,
        report.imported,
        report.unchanged,
        report.differing,
        report.failed,
    ]
}

#[test]
fn an_earlier_log_comes_in_whole_once_and_its_broken_files_are_named() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    legacy(root.path());
    let from = FolderLog::new(root.path().join("data"), &say);
    with_log(&store, |log| {
        let dry = migrate_log(&from, log, true, &Unfollowed).unwrap();
        assert_eq!(counts(&dry), [6, 3, 0, 0, 3]);
        assert_ne!(dry.checksum, dry.checksum_there);
        assert!(log.find(LogType::Executions, "e-1").unwrap().is_none());
        let missing = verify_log(&from, log, &Unfollowed).unwrap();
        assert_eq!(counts(&missing), [6, 3, 0, 0, 3]);

        let done = migrate_log(&from, log, false, &Unfollowed).unwrap();
        assert_eq!(counts(&done), [6, 3, 0, 0, 3]);
        assert_eq!(done.checksum, done.checksum_there);
        assert_eq!(done.checksum, dry.checksum);
        let failed = done.items.iter().filter(|item| item.action == "failed");
        let named: Vec<_> = failed
            .map(|item| item.reason.as_ref().unwrap().code.as_str())
            .collect();
        assert_eq!(named.len(), 3);
        assert!(
            named.contains(&"file_is_folder") && named.contains(&"log_entry_not_object"),
            "{named:?}"
        );

        let again = migrate_log(&from, log, false, &Unfollowed).unwrap();
        assert_eq!(counts(&again), [6, 0, 3, 0, 3]);
        let kept = log.find(LogType::Operations, "o-1").unwrap().unwrap();
        assert!(kept.to_text(&say).contains("1.0"));
    });
}

#[test]
fn where_both_differ_the_log_here_stays_and_the_difference_is_told() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    write(
        root.path(),
        "old/e-1.json",
        r#"{"execution_id":"e-1","workflow_id":"w","status":"failed"}"#,
    );
    let ours = execution(r#"{"execution_id":"e-1","workflow_id":"w","status":"completed"}"#);
    let from = FolderLog::new(root.path().join("old"), &say);
    with_log(&store, |log| {
        log.storage.save(std::slice::from_ref(&ours)).unwrap();
        let done = migrate_log(&from, log, false, &Unfollowed).unwrap();
        assert_eq!(counts(&done), [1, 0, 0, 1, 0]);
        assert_ne!(done.checksum, done.checksum_there);
        assert_eq!(
            done.items[0].reason.as_ref().unwrap().code,
            "log_entry_differs"
        );
        assert_eq!(log.find(LogType::Executions, "e-1").unwrap(), Some(ours));
    });
}

#[test]
fn what_is_exported_comes_back_the_same_elsewhere() {
    let root = tempfile::tempdir().unwrap();
    legacy(root.path());
    let (here, there) = (root.path().join("here"), root.path().join("there"));
    std::fs::create_dir(&here).unwrap();
    std::fs::create_dir(&there).unwrap();
    let (here, there) = (store(&here), store(&there));
    let from = FolderLog::new(root.path().join("data"), &say);
    let came = with_log(&here, |log| {
        migrate_log(&from, log, false, &Unfollowed).unwrap()
    });
    let out = FolderLog::new(root.path().join("out"), &say);
    let exported = with_log(&here, |log| export_log(log, &out, &Unfollowed).unwrap());
    assert_eq!(counts(&exported), [3, 3, 0, 0, 0]);
    assert_eq!(exported.checksum, came.checksum);
    assert_eq!(exported.checksum, exported.checksum_there);
    let again = with_log(&here, |log| export_log(log, &out, &Unfollowed).unwrap());
    assert_eq!(counts(&again), [3, 0, 3, 0, 0]);
    let back = with_log(&there, |log| {
        migrate_log(&out, log, false, &Unfollowed).unwrap()
    });
    assert_eq!(counts(&back), [3, 3, 0, 0, 0]);
    assert_eq!(back.checksum, came.checksum);
    let checked = with_log(&there, |log| verify_log(&out, log, &Unfollowed).unwrap());
    assert_eq!(counts(&checked), [3, 0, 3, 0, 0]);
    // A file that somebody changed is written anew, because the log here is what counts.
    let file = root.path().join("out/workflow_executions/e-1.json");
    let text = std::fs::read_to_string(&file)
        .unwrap()
        .replace("completed", "failed");
    std::fs::write(&file, text).unwrap();
    let mended = with_log(&here, |log| export_log(log, &out, &Unfollowed).unwrap());
    assert_eq!(counts(&mended), [3, 0, 2, 1, 0]);
    let entry = json::parse(&std::fs::read_to_string(&file).unwrap());
    let entry = LogEntry::read(Some(LogType::Executions), &entry, "e-1").unwrap();
    let kept = with_log(&here, |log| log.find(LogType::Executions, "e-1").unwrap());
    assert_eq!(kept, Some(entry));
}

#[test]
fn two_files_of_one_id_are_counted_before_as_they_are_afterwards() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    for (name, id, status) in [
        ("a", "e-1", "completed"),
        ("b", "e-1", "completed"),
        ("c", "e-1", "failed"),
        ("d", "e-2", "failed"),
    ] {
        let text = format!(r#"{{"execution_id":"{id}","workflow_id":"w","status":"{status}"}}"#);
        write(root.path(), &format!("old/{name}.json"), text);
    }
    let from = FolderLog::new(root.path().join("old"), &say);
    with_log(&store, |log| {
        for dry_run in [true, false] {
            let done = migrate_log(&from, log, dry_run, &Unfollowed).unwrap();
            assert_eq!(counts(&done), [4, 2, 1, 1, 0], "{dry_run}");
        }
    });
}

#[test]
fn an_entry_that_cannot_be_read_back_is_named() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    let out = FolderLog::new(root.path().join("out"), &say);
    // Message by message it became larger than any file that is read.
    let half = "x".repeat(flowkeep_core::MAX_DOCUMENT_BYTES / 2);
    let large = LogEntry::Execution(Execution {
        id: "large".to_owned(),
        messages: vec![LogMessage::text(&half), LogMessage::text(&half)],
        ..Execution::default()
    });
    let small = execution(r#"{"execution_id":"small"}"#);
    with_log(&store, |log| {
        log.storage.save(&[large, small]).unwrap();
        let done = export_log(log, &out, &Unfollowed).unwrap();
        assert_eq!(counts(&done), [2, 1, 0, 0, 1]);
        assert_ne!(done.checksum, done.checksum_there);
        let [failed] = &done.items[..] else {
            panic!("{:?}", done.items);
        };
        assert_eq!(
            (failed.id.as_deref(), failed.action),
            (Some("large"), "failed")
        );
        assert_eq!(
            failed.reason.as_ref().unwrap().code,
            "log_entry_not_read_back"
        );
    });
}

#[test]
fn a_place_that_is_none_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    let refused = |after: &str| {
        let query = LogQuery {
            after: Some(after.to_owned()),
            limit: 9,
            ..LogQuery::default()
        };
        let page = with_log(&store, |log| log.page(LogType::Executions, &query));
        let Err(LogError::Refused(reason)) = page else {
            panic!("{after}: {page:?}");
        };
        assert_eq!(reason.code, "log_place_unknown", "{after}");
    };
    refused("");
    refused("01J00000000000000000000000");
    refused("x~");
    refused("~x");
}

#[test]
fn a_file_of_another_name_is_found_by_its_id_and_not_written_twice() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    write(
        root.path(),
        "logs/workflow_executions/None.json",
        r#"{"workflow_id":"w","session_id":"s"}"#,
    );
    let folder = FolderLog::new(root.path().join("logs"), &say);
    with_log(&store, |log| {
        migrate_log(&folder, log, false, &Unfollowed).unwrap();
        let out = export_log(log, &folder, &Unfollowed).unwrap();
        assert_eq!(counts(&out), [1, 0, 1, 0, 0]);
    });
    let names = root
        .path()
        .join("logs/workflow_executions")
        .read_dir()
        .unwrap();
    assert_eq!(names.count(), 1);
}

struct Impatient(Cancellation);

impl Progress for Impatient {
    fn step(&self, _: &'static str, done: u32, _: Option<u32>, _: Option<&str>) {
        if done == 300 {
            self.0.cancel();
        }
    }

    fn cancellation(&self) -> &Cancellation {
        &self.0
    }
}

#[test]
fn a_migration_that_is_cancelled_keeps_what_came_in_and_a_repeat_goes_on() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    for number in 0..500 {
        let text = format!(r#"{{"execution_id":"e-{number}","workflow_id":"w","status":"done"}}"#);
        write(
            root.path(),
            &format!("old/workflow_executions/e-{number}.json"),
            text,
        );
    }
    let from = FolderLog::new(root.path().join("old"), &say);
    with_log(&store, |log| {
        let impatient = Impatient(Cancellation::default());
        let error = migrate_log(&from, log, false, &impatient).unwrap_err();
        assert!(matches!(error, LogError::Files(FilesError::Cancelled)));
        let done = migrate_log(&from, log, false, &Unfollowed).unwrap();
        assert_eq!(counts(&done), [500, 300, 200, 0, 0]);
        assert_eq!(done.checksum, done.checksum_there);
    });
}

#[test]
fn a_place_without_a_log_is_said() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    let refused = |place: &str| {
        let from = FolderLog::new(root.path().join(place), &say);
        let error = with_log(&store, |log| {
            migrate_log(&from, log, false, &Unfollowed).unwrap_err()
        });
        error.to_string()
    };
    assert!(refused("nowhere").contains("does not exist"));
    assert!(refused("flowkeep.db").contains("is not a folder"));
    std::fs::create_dir(root.path().join("empty")).unwrap();
    assert!(refused("empty").contains("nothing to restore"));
}
