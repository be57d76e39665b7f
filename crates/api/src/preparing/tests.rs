//! Whole runs in real folders, as somebody starts them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flowkeep_core::Kind;
use flowkeep_core::folder::Settings;
use flowkeep_core::run::{Reason, Status};
use flowkeep_host::SystemFiles;
use flowkeep_host::testing::FailingFiles;

use super::*;
use crate::testing::{keep_workflow, know, open, task_folder};
use crate::types::{
    FolderRef, RunMode, RunPreviewInput, RunRetryInput, RunShow, RunShowInput, RunStartInput,
};
use crate::{Api, Silent, run_changes, run_previews, runs};

const FOLDER: &str = "01M7Z8Q2B4C6D8E0F2G4H6J8K0";

/// Writes two files, the second after the first.
const REPORT: &str = r#"{"id": "report", "name": "Report", "tasks": [
  {"id": "one", "action": "file.write", "params": {"path": "one.csv", "text": "${context.month}"}},
  {"id": "two", "action": "file.copy", "params": {"from": "one.csv", "to": "two.csv"}, "dependsOn": ["one"]}]}"#;

struct Place {
    _root: tempfile::TempDir,
    api: Api,
    folder: PathBuf,
}

impl Place {
    fn new(settings: Settings) -> Self {
        let root = tempfile::tempdir().unwrap();
        let api = open(&root.path().join("data"));
        let folder = root.path().canonicalize().unwrap().join("task_one");
        fs::create_dir(&folder).unwrap();
        let mut known = task_folder(FOLDER, "report", &folder);
        known.settings = settings;
        know(&api, &known);
        let place = Self {
            _root: root,
            api,
            folder,
        };
        place.create(REPORT);
        place
    }

    fn create(&self, text: &str) {
        keep_workflow(&self.api, text);
    }

    /// Starts it and waits for its end.
    fn run(&self, input: RunStartInput) -> RunShow {
        let run = run_changes::start(&self.api, input).unwrap();
        self.waited(&run.run_id)
    }

    fn waited(&self, id: &str) -> RunShow {
        run_changes::wait(&self.api, id, &Silent).unwrap();
        let input = RunShowInput {
            id: id.to_owned(),
            ..RunShowInput::default()
        };
        runs::show(&self.api, input).unwrap()
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }

    /// What makes folders ready, on another disk.
    fn folders(&self, disk: impl EntryFiles + 'static) -> TaskFolders {
        TaskFolders {
            store: Arc::clone(&self.api.store),
            files: Arc::new(disk),
            data_dir: self.api.data_dir.clone(),
            clock: Arc::clone(&self.api.clock),
        }
    }

    /// The files of a folder and what is in them.
    fn files(&self, below: &str) -> BTreeMap<String, String> {
        let found = fs::read_dir(self.folder.join(below))
            .unwrap()
            .map(Result::unwrap);
        let files = found.filter(|entry| entry.file_type().unwrap().is_file());
        files
            .map(|entry| {
                let name = entry.file_name().into_string().unwrap();
                (name, fs::read_to_string(entry.path()).unwrap())
            })
            .collect()
    }

    fn archives(&self) -> Vec<String> {
        let found = fs::read_dir(&self.folder).unwrap().map(Result::unwrap);
        let names = found.map(|entry| entry.file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name.starts_with("file_bak_")).collect();
        names.sort_unstable();
        names
    }
}

/// A start of the report, in its folder.
fn report(month: &str) -> RunStartInput {
    let context = serde_json::json!({"month": month}).to_string();
    RunStartInput {
        workflow: "report".to_owned(),
        context: Some(serde_json::from_value(context.into()).unwrap()),
        folder: Some("task_one".to_owned()),
        ..RunStartInput::default()
    }
}

fn files(of: &[(&str, &str)]) -> BTreeMap<String, String> {
    of.iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

fn codes(run: &RunShow) -> Vec<&str> {
    run.warnings
        .iter()
        .map(|warning| warning.code.as_str())
        .collect()
}

/// Somebody has it open and writes it.
fn written(path: &Path) -> File {
    fs::OpenOptions::new().append(true).open(path).unwrap()
}

#[test]
fn what_a_run_left_is_archived_before_the_next_one_begins() {
    let place = Place::new(Settings::default());
    place.put("table_list.txt", "orders");
    let first = place.run(report("May"));
    assert_eq!(first.status, Status::Succeeded);
    // There was nothing but what is kept.
    assert!(first.archive.is_none());
    assert_eq!(place.archives(), [""; 0]);
    let second = place.run(report("June"));
    assert_eq!(second.status, Status::Succeeded);
    let archive = second.archive.unwrap();
    assert_eq!(second.start_time, archive.started_at, "its time counts");
    assert_eq!((archive.moved, archive.copied, archive.kept), (2, 1, 1));
    assert_eq!(archive.names[..2], ["one.csv", "two.csv"]);
    let name = archive.name.unwrap();
    assert_eq!(place.archives(), std::slice::from_ref(&name));
    let mut archived = place.files(&name);
    assert!(archived.remove("backup_info.json").is_some());
    let kept = ("table_list.txt", "orders");
    assert_eq!(
        archived,
        files(&[("one.csv", "May"), ("two.csv", "May"), kept])
    );
    let now = files(&[("one.csv", "June"), ("two.csv", "June"), kept]);
    assert_eq!(place.files(""), now);
    // Each leads to what it wrote.
    let written = |run: &str| {
        let place = crate::run_folders::place(&place.api, run, false);
        fs::read_to_string(place.unwrap().join("one.csv")).unwrap()
    };
    assert_eq!(
        (written(&first.id), written(&second.id)),
        ("May".into(), "June".into())
    );
    // And the archive tells before which run it was made.
    let folder = FolderRef {
        id: "task_one".to_owned(),
    };
    let listed = crate::folders::archives(&place.api, folder).unwrap();
    assert_eq!(listed.items[0].archive, name);
    assert_eq!(listed.items[0].run.as_deref(), Some(second.id.as_str()));
    assert!(!place.api.data_dir.join("task-folders").exists());
}

#[test]
fn one_task_alone_archives_nothing_unless_the_folder_is_set_to() {
    for archive_in_step_mode in [false, true] {
        let place = Place::new(Settings {
            archive_in_step_mode,
            ..Settings::default()
        });
        place.put("one.csv", "old");
        let run = place.run(RunStartInput {
            mode: Some(RunMode::Step),
            task: Some("one".to_owned()),
            ..report("May")
        });
        assert_eq!(run.status, Status::Succeeded);
        assert_eq!(place.archives().len(), usize::from(archive_in_step_mode));
        assert_eq!(place.files(""), files(&[("one.csv", "May")]));
    }
}

#[test]
fn a_folder_that_is_set_not_to_be_archived_is_not_and_that_is_told() {
    let place = Place::new(Settings {
        archive: false,
        ..Settings::default()
    });
    place.put("one.csv", "old");
    let run = place.run(report("May"));
    assert_eq!((run.status, place.archives().len()), (Status::Succeeded, 0));
    let told = serde_json::to_string(&run.messages).unwrap();
    assert!(told.contains("run_archive_switched_off"), "{told}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_being_written_stops_the_run_and_continue_anyway_copies_it() {
    let place = Place::new(Settings::default());
    place.put("book.xlsx", "half");
    place.put("one.csv", "old");
    let before = place.files("");
    let writer = written(&place.folder.join("book.xlsx"));
    let run = place.run(report("May"));
    assert_eq!(run.status, Status::Failed);
    let why = run.hindered.clone().unwrap();
    assert_eq!(why.code, "archive_failed");
    assert!(why.because.unwrap().fields["file"].contains("book.xlsx"));
    assert_eq!(run.archive.as_ref().unwrap().failed[0].file, "book.xlsx");
    let reasons: Vec<_> = run.tasks.iter().map(|task| task.why).collect();
    assert_eq!(reasons, [Some(Reason::NotBegun); 2]);
    // Nothing has changed.
    assert_eq!((place.files(""), place.archives().len()), (before, 0));
    let input = RunRetryInput {
        id: run.id,
        continue_anyway: Some(true),
        ..RunRetryInput::default()
    };
    let again = run_changes::retry(&place.api, input).unwrap();
    let again = place.waited(&again.run_id);
    assert_eq!(again.status, Status::Succeeded);
    assert_eq!(codes(&again), ["run_archive_failed_file"]);
    let archive = again.archive.unwrap();
    assert_eq!((archive.moved, archive.copied), (1, 1));
    let archived = place.files(&archive.name.unwrap());
    assert_eq!(
        (&*archived["book.xlsx"], &*archived["one.csv"]),
        ("half", "old")
    );
    let now = [
        ("book.xlsx", "half"),
        ("one.csv", "May"),
        ("two.csv", "May"),
    ];
    assert_eq!(place.files(""), files(&now));
    drop(writer);
}

#[test]
fn a_second_run_in_the_folder_is_refused_and_nothing_of_it_is_kept() {
    let place = Place::new(Settings::default());
    let first = run_changes::start(&place.api, report("May")).unwrap();
    let refused = run_changes::start(&place.api, report("June")).unwrap_err();
    assert_eq!(refused.code, "folder_in_use");
    assert_eq!(refused.fields["run"], first.run_id);
    assert!(refused.retryable);
    let preview = run_previews::preview(
        &place.api,
        RunPreviewInput {
            workflow: "report".to_owned(),
            folder: Some(FOLDER.to_owned()),
            ..RunPreviewInput::default()
        },
    );
    let held = preview.unwrap().folder.unwrap().held_by;
    assert_eq!(held.unwrap().id, first.run_id);
    assert_eq!(place.waited(&first.run_id).status, Status::Succeeded);
    assert_eq!(place.run(report("June")).status, Status::Succeeded);
}

#[test]
fn a_workflow_names_its_folder_and_an_unknown_one_stops_a_start_with_the_next_step() {
    let place = Place::new(Settings::default());
    let named = |id: &str, folder: &str| {
        let text = REPORT.replace(
            r#""id": "report""#,
            &format!(r#""id": "{id}", "taskFolder": "{folder}""#),
        );
        place.create(&text);
    };
    named("known", "task_one");
    named("unknown", "elsewhere");
    let start = |workflow: &str| RunStartInput {
        workflow: workflow.to_owned(),
        folder: None,
        ..report("May")
    };
    let run = place.run(start("known"));
    assert_eq!(run.folder.unwrap().id, FOLDER);
    assert_eq!(place.files("")["one.csv"], "May");
    let refused = run_changes::start(&place.api, start("unknown")).unwrap_err();
    assert_eq!(
        (&*refused.code, refused.hints),
        ("folder_unknown", vec!["adopt_folder".to_owned()])
    );
    let preview = |folder: Option<&str>| {
        let asked = RunPreviewInput {
            workflow: "unknown".to_owned(),
            folder: folder.map(str::to_owned),
            ..RunPreviewInput::default()
        };
        run_previews::preview(&place.api, asked).unwrap()
    };
    assert_eq!(preview(None).problems[0].code, "folder_unknown");
    let chosen = preview(Some(FOLDER));
    assert!(chosen.problems.is_empty());
    assert_eq!(chosen.folder.unwrap().files, 2);
    let found = crate::drafts::validate_kept(&place.api, Kind::Workflow, "unknown").unwrap();
    assert_eq!(found.warnings[0].code, "folder_unknown");
    assert_eq!(found.warnings[0].path, "/taskFolder");
}

#[test]
fn what_was_archived_for_a_run_is_not_archived_again_after_a_crash_in_between() {
    let place = Place::new(Settings::default());
    place.put("one.csv", "old");
    let id = run_changes::start(&place.api, report("May"))
        .unwrap()
        .run_id;
    let row = place
        .api
        .store
        .run(id.parse().unwrap())
        .unwrap()
        .unwrap()
        .row;
    let folders = place.folders(SystemFiles);
    let wish = Wish {
        run: id.parse().unwrap(),
        row,
        folder: FOLDER.parse().unwrap(),
        is_complete: true,
        on_failure: None,
    };
    // The engine died before it could write that the run begins.
    let made = folders.prepare(&wish, &flowkeep_host::Unfollowed);
    let name = made.archive.unwrap().name.unwrap();
    // Meanwhile somebody has put a file there.
    place.put("new.csv", "new");
    let run = place.waited(&id);
    assert_eq!(run.archive.unwrap().name.as_deref(), Some(&*name));
    assert_eq!(place.archives(), [name]);
    assert_eq!(place.files("")["new.csv"], "new");
}

/// A run that archives nothing waits for whoever moves files there, and does not begin in what nobody could
/// put right.
#[test]
fn one_task_alone_begins_in_no_folder_whose_files_are_on_their_way() {
    let place = Place::new(Settings::default());
    let run = run_changes::start(&place.api, report("May")).unwrap();
    let id: flowkeep_core::RunId = run.run_id.parse().unwrap();
    let row = place.api.store.run(id).unwrap().unwrap().row;
    place.waited(&run.run_id);
    let folder = FOLDER.parse().unwrap();
    let work = flowkeep_store::FolderWork {
        folder,
        kind: flowkeep_store::FolderWorkKind::Archive,
        archive: "file_bak_20250721_120236".to_owned(),
        run: None,
        plan: "{}".to_owned(),
        at: 0,
    };
    let begun = place
        .api
        .store
        .write::<_, StoreError>(move |tx| tx.begin_folder_work(&work));
    begun.unwrap();
    // What is in the way of the record cannot be removed as a file.
    let stuck = place
        .folder
        .join("file_bak_20250721_120236.partial/backup_info.json");
    fs::create_dir_all(&stuck).unwrap();
    let folders = place.folders(SystemFiles);
    let wish = Wish {
        run: id,
        row,
        folder,
        is_complete: false,
        on_failure: None,
    };
    let try_it = || folders.try_prepare(&wish, &flowkeep_host::Unfollowed);
    let lock = place
        .api
        .data_dir
        .join("locks")
        .join(format!("folder-{folder}"));
    let lock = flowkeep_host::FileLock::try_take(&lock).unwrap();
    let busy = try_it().unwrap_err();
    assert!(
        matches!(busy, FolderError::Busy(FolderBusy::Archive)),
        "{busy}"
    );
    drop(lock);
    try_it().unwrap_err();
    fs::remove_dir(&stuck).unwrap();
    assert!(matches!(try_it().unwrap().outcome, Outcome::Ready));
}

/// Who goes on whatever cannot be archived does not go on among files that are on their way.
#[test]
fn no_run_begins_in_a_folder_that_a_disk_left_half_way() {
    let mut half_way = 0;
    for n in 1.. {
        let place = Place::new(Settings::default());
        for name in ["one.csv", "two.csv"] {
            place.put(name, "old");
        }
        let id: flowkeep_core::RunId = run_changes::start(&place.api, report("May"))
            .unwrap()
            .run_id
            .parse()
            .unwrap();
        let wish = Wish {
            run: id,
            row: place.api.store.run(id).unwrap().unwrap().row,
            folder: FOLDER.parse().unwrap(),
            is_complete: true,
            on_failure: Some(Policy::Continue),
        };
        // What was moved is taken back, and then one call fails.
        let disk = FailingFiles::at(n, ErrorKind::Other).never("flush_tree");
        let folders = place.folders(disk.clone());
        let tried = folders.try_prepare(&wish, &flowkeep_host::Unfollowed);
        let moment = format!("call {n}: {tried:?}");
        if folders.is_half_way(&wish) {
            half_way += 1;
            let why = folders.why(&wish, &tried.expect_err(&moment));
            assert_eq!(why.code, "folder_half_way", "{moment}");
            assert!(why.because.is_some(), "{moment}");
        } else {
            assert_eq!(tried.unwrap().outcome, Outcome::Ready, "{moment}");
            assert_eq!(place.files("").len(), 2, "{moment}");
        }
        let again = place
            .folders(SystemFiles)
            .prepare(&wish, &flowkeep_host::Unfollowed);
        assert_eq!(again.outcome, Outcome::Ready, "{moment}");
        if disk.calls() < n {
            break;
        }
    }
    assert!(half_way > 3, "{half_way}");
}

#[test]
fn a_folder_that_is_gone_hinders_the_run_and_is_not_made() {
    let place = Place::new(Settings::default());
    fs::remove_dir(&place.folder).unwrap();
    let run = place.run(report("May"));
    assert_eq!(run.hindered.unwrap().code, "folder_gone");
    assert!(!place.folder.exists());
}

#[test]
fn a_retry_that_takes_over_what_succeeded_archives_nothing() {
    let place = Place::new(Settings::default());
    let failing = REPORT
        .replace(r#""id": "report""#, r#""id": "failing""#)
        .replace(r#""from": "one.csv""#, r#""from": "${context.from}""#);
    place.create(&failing);
    let context = serde_json::json!({"month": "May", "from": "none.csv"}).to_string();
    let run = place.run(RunStartInput {
        workflow: "failing".to_owned(),
        context: Some(serde_json::from_value(context.into()).unwrap()),
        ..report("May")
    });
    assert_eq!(run.status, Status::Failed);
    let context = serde_json::json!({"from": "one.csv"}).to_string();
    let input = RunRetryInput {
        id: run.id,
        context: Some(serde_json::from_value(context.into()).unwrap()),
        ..RunRetryInput::default()
    };
    let again = run_changes::retry(&place.api, input).unwrap();
    let again = place.waited(&again.run_id);
    assert_eq!(again.status, Status::Succeeded, "{:?}", again.tasks);
    assert_eq!(again.folder.unwrap().id, FOLDER);
    assert!(again.archive.is_none());
    assert_eq!(place.files("")["two.csv"], "May");
}

#[test]
fn a_run_that_begins_without_an_archive_says_that_there_is_none_and_why() {
    let place = Place::new(Settings::default());
    let folder = place.api.store.task_folder(FOLDER.parse().unwrap());
    let made = Archive {
        failed: vec![Unarchived {
            file: "task_one".to_owned(),
            reason: Message::new("archive_too_many").with("count", 900_000),
        }],
        ..Archive::begun(Moment(0))
    };
    let prepared = ready(&folder.unwrap().unwrap(), made);
    let (level, told) = &prepared.told[0];
    assert_eq!(
        (*level, &*told.code),
        (Level::Warning, "run_archive_not_made")
    );
    assert_eq!(told.because.as_ref().unwrap().code, "archive_too_many");
    let codes: Vec<_> = prepared.told.iter().map(|(_, told)| &*told.code).collect();
    assert!(!codes.contains(&"run_archive_none"), "{codes:?}");
}

#[test]
fn what_a_disk_does_not_take_and_what_cannot_be_read_are_told_apart() {
    let path = PathBuf::from("/f");
    let denied = || ErrorKind::PermissionDenied.into();
    let written = FolderError::NotWritten {
        path: path.clone(),
        source: denied(),
    };
    let read = FolderError::Io {
        path,
        source: denied(),
    };
    assert_eq!(of_disk(&written).unwrap().code, "folder_forbidden");
    assert_eq!(of_disk(&read).unwrap().code, "file_forbidden");
}

#[test]
fn what_could_not_go_back_to_its_place_is_told_with_where_it_lies() {
    let folder = task_folder(FOLDER, "report", Path::new("/f"));
    let refused = |name: Option<&str>| {
        let archive = Archive {
            name: name.map(str::to_owned),
            ..Archive::begun(Moment(0))
        };
        match not_archived(&folder, Policy::Stop, archive, None).outcome {
            Outcome::Hindered(why) => why,
            _ => panic!("a run began under the policy to stop"),
        }
    };
    assert_eq!(refused(None).code, "archive_failed");
    let left = refused(Some("archive_3"));
    assert_eq!(left.code, "archive_failed_in_part");
    assert_eq!(left.fields["archive"], "archive_3");
}
