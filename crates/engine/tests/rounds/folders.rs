//! Runs that work in a task folder: nothing of one begins before its folder is ready. Who makes it ready
//! is played here; the real one is put together in `api` and tested through the command line.

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use flowkeep_core::folder::{Policy, Settings};
use flowkeep_core::run::{Archive, Level, Moment, Reason, Start, Status, TaskId};
use flowkeep_core::{Document, FolderId, Format, Kind, Message, RunId, summarise};
use flowkeep_engine::{Outcome, Prepared, Preparing, Scope, Wanted, Wish};
use flowkeep_host::Progress;
use flowkeep_store::{
    NewDocument, NewOperation, NewRun, RequestAnswer, Said, StoreError, TaskFolderRecord,
};

use crate::{Place, until};

const WRITES: &str = r#"{"name": "W", "tasks": [
  {"id": "a", "action": "file.write", "params": {"path": "a.txt", "text": "new"}}]}"#;

/// Waits where it is told to, then answers as it was told.
struct Played {
    asked: Mutex<Vec<Wish>>,
    /// Somebody is told that it was asked, and then lets it go on.
    gate: Option<(SyncSender<()>, Mutex<Receiver<()>>)>,
    answer: Box<dyn Fn(&Wish) -> Prepared + Send + Sync>,
}

impl Played {
    fn new(answer: impl Fn(&Wish) -> Prepared + Send + Sync + 'static) -> Self {
        Self {
            asked: Mutex::default(),
            gate: None,
            answer: Box::new(answer),
        }
    }

    fn asked(&self) -> Vec<Wish> {
        self.asked.lock().unwrap().clone()
    }
}

impl Preparing for Played {
    fn prepare(&self, wish: &Wish, progress: &dyn Progress) -> Prepared {
        self.asked.lock().unwrap().push(*wish);
        if let Some((came, go)) = &self.gate {
            came.send(()).unwrap();
            let go = go.lock().unwrap();
            until(|| (progress.cancelled() || go.try_recv().is_ok()).then_some(()));
        }
        if progress.cancelled() {
            return Prepared {
                outcome: Outcome::Stopped,
                archive: None,
                told: vec![(Level::Info, Message::new("run_folder_left"))],
            };
        }
        (self.answer)(wish)
    }
}

/// The other ends of a gate.
struct Gate {
    came: Receiver<()>,
    go: SyncSender<()>,
}

fn gated(mut played: Played) -> (Arc<Played>, Gate) {
    let (tell, came) = sync_channel(8);
    let (go, wait) = sync_channel(8);
    played.gate = Some((tell, Mutex::new(wait)));
    (Arc::new(played), Gate { came, go })
}

fn archived(_: &Wish) -> Prepared {
    Prepared {
        outcome: Outcome::Ready,
        archive: Some(Archive {
            name: Some("file_bak_20261122_020000".to_owned()),
            moved: 2,
            ended_at: Some(Moment(2)),
            ..Archive::begun(Moment(1))
        }),
        told: vec![(Level::Info, Message::new("run_archive_made"))],
    }
}

fn hindered(_: &Wish) -> Prepared {
    Prepared {
        outcome: Outcome::Hindered(Message::new("archive_failed")),
        ..Prepared::default()
    }
}

impl Place {
    /// A task folder that is known.
    fn task_folder(&self, name: &str) -> (FolderId, PathBuf) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(&path).unwrap();
        let record = TaskFolderRecord {
            id: format!("{:0>26}", name.len()).parse().unwrap(),
            workflow_id: "w".to_owned(),
            path: path.clone(),
            settings: Settings::default(),
            sequence: 0,
            created_at: 0,
        };
        let id = record.id;
        self.store
            .write::<_, StoreError>(move |tx| tx.add_task_folder(&record))
            .unwrap();
        (id, path)
    }

    fn run_in(&self, folder: FolderId, text: &str) -> (i64, RunId) {
        self.add(in_folder(folder, text))
    }

    /// A workflow as somebody here writes it.
    fn keep_workflow(&self, id: &'static str, text: &str) {
        let document = Document::parse(Format::Json, text.to_owned()).unwrap();
        let kept = self.store.write::<_, StoreError>(move |tx| {
            let summary = summarise(Kind::Workflow, &document, None);
            let new = NewDocument {
                kind: Kind::Workflow,
                id,
                document: &document,
                summary: &summary,
                example: false,
            };
            let operation = tx.next_operation_id()?;
            tx.put_document(&new, operation, "somebody")?;
            let new = NewOperation {
                actor: "somebody",
                face: "test",
                operation: "create",
                name: None,
                undoes: None,
                items: &[],
            };
            tx.record_operation(operation, &new)
        });
        kept.unwrap();
    }

    fn told(&self, row: i64) -> Vec<String> {
        let messages = self.store.messages(row, 0, None, 100).unwrap().into_iter();
        let codes = messages.filter_map(|message| match message.said {
            Said::Message(message) => Some(message.code),
            Said::Line(_) => None,
        });
        codes.collect()
    }
}

fn in_folder(folder: FolderId, text: &str) -> NewRun {
    NewRun {
        start: Start {
            folder: Some(folder),
            ..Start::default()
        },
        ..Place::new_run(text, "{}")
    }
}

#[test]
fn nothing_of_a_run_begins_before_its_folder_is_ready_and_then_it_works_there() {
    let (played, gate) = gated(Played::new(archived));
    let place = Place::new().with_folders(played.clone());
    let (folder, path) = place.task_folder("one");
    let (row, id) = place.run_in(folder, WRITES);
    let engine = place.engine(place.epoch(), Scope::All);
    gate.came.recv().unwrap();
    assert_eq!(place.kept(id).status, Status::Queued);
    assert!(place.store.attempts(row).unwrap().is_empty());
    assert!(!path.join("a.txt").exists());
    gate.go.send(()).unwrap();
    place.comes_to(id, Status::Succeeded);
    drop(engine);
    assert_eq!(fs::read_to_string(path.join("a.txt")).unwrap(), "new");
    assert!(!place.folder.path().join("task-folders").exists());
    let asked = played.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].run, asked[0].row), (id, row));
    assert!(asked[0].is_complete);
    let kept = place.store.run_folder(row).unwrap().unwrap();
    assert_eq!(kept.archive.unwrap().moved, 2);
    let began = place.store.run(id).unwrap().unwrap().started_at;
    assert_eq!(began, Some(1), "it began with its archive");
    assert_eq!(
        place.told(row)[..3],
        ["run_was_started", "run_archiving", "run_archive_made"]
    );
}

#[test]
fn a_run_whose_folder_cannot_be_made_ready_has_failed_and_says_why() {
    let place = Place::new().with_folders(Arc::new(Played::new(hindered)));
    let (folder, path) = place.task_folder("one");
    let (row, id) = place.run_in(folder, WRITES);
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(id, Status::Failed);
    drop(engine);
    let head = place.kept(id).head.unwrap();
    assert_eq!(head.hindered, Some(Message::new("archive_failed")));
    let tasks = place.store.run_tasks(row).unwrap();
    assert_eq!(tasks[0].0, TaskId::from("a"));
    assert_eq!(tasks[0].1.reason, Some(Reason::NotBegun));
    assert!(!path.join("a.txt").exists());
    let (count, failed) = place.store.failures(0, 5).unwrap();
    let (task, why) = failed[0].failed.clone().unwrap();
    assert_eq!((count, task, &*why.code), (1, None, "archive_failed"));
    // It has the folder no more.
    assert_eq!(place.store.held_folder(folder).unwrap(), None);
}

#[test]
fn a_panic_while_a_folder_is_made_ready_hinders_its_run_alone() {
    let place = Place::new().with_folders(Arc::new(Played::new(|_| panic!("played"))));
    let (folder, _) = place.task_folder("one");
    let (_, id) = place.run_in(folder, WRITES);
    let (_, other) = place.run(false);
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(id, Status::Failed);
    place.comes_to(other, Status::Succeeded);
    drop(engine);
}

#[test]
fn a_run_that_is_cancelled_while_its_folder_is_made_ready_ends_cancelled() {
    let (played, gate) = gated(Played::new(archived));
    let place = Place::new().with_folders(played);
    let (folder, path) = place.task_folder("one");
    let (row, id) = place.run_in(folder, WRITES);
    let engine = place.engine(place.epoch(), Scope::All);
    gate.came.recv().unwrap();
    assert_eq!(place.want(row, &Wanted::Cancel), RequestAnswer::Done);
    assert_eq!(place.kept(id).status, Status::Cancelled);
    // What became of the folder is told all the same.
    until(|| {
        place
            .told(row)
            .contains(&"run_folder_left".to_owned())
            .then_some(())
    });
    drop(engine);
    assert!(!path.join("a.txt").exists());
    assert_eq!(place.kept(id).status, Status::Cancelled);
}

#[test]
fn an_owner_that_leaves_puts_the_folder_back_and_the_next_one_asks_again() {
    let (played, gate) = gated(Played::new(archived));
    let place = Place::new().with_folders(played.clone());
    let (folder, _) = place.task_folder("one");
    let (row, id) = place.run_in(folder, WRITES);
    let engine = place.engine(place.epoch(), Scope::All);
    gate.came.recv().unwrap();
    drop(engine);
    assert_eq!(place.kept(id).status, Status::Queued);
    assert!(place.store.attempts(row).unwrap().is_empty());
    let engine = place.engine(place.epoch(), Scope::All);
    gate.came.recv().unwrap();
    gate.go.send(()).unwrap();
    place.comes_to(id, Status::Succeeded);
    drop(engine);
    assert_eq!(played.asked().len(), 2);
    let started = place.told(row).into_iter();
    let started = started.filter(|code| code == "run_was_started");
    assert_eq!(started.count(), 1, "it was started once");
}

#[test]
fn the_folder_of_a_run_that_is_held_is_left_alone_until_it_may_go_on() {
    let played = Arc::new(Played::new(archived));
    let place = Place::new().with_folders(played.clone());
    let (folder, _) = place.task_folder("one");
    let (row, id) = place.run_in(folder, WRITES);
    let decides = place.engine(place.epoch(), Scope::Nothing);
    assert_eq!(place.want(row, &Wanted::Pause), RequestAnswer::Done);
    drop(decides);
    let engine = place.engine(place.epoch(), Scope::All);
    let (_, other) = place.run(false);
    place.comes_to(other, Status::Succeeded);
    assert!(played.asked().is_empty());
    assert_eq!(place.kept(id).status, Status::Paused);
    assert_eq!(place.want(row, &Wanted::Resume), RequestAnswer::Done);
    place.comes_to(id, Status::Succeeded);
    drop(engine);
    assert_eq!(played.asked().len(), 1);
}

#[test]
fn what_does_only_a_part_says_so() {
    let played = Arc::new(Played::new(archived));
    let place = Place::new().with_folders(played.clone());
    let (folder, _) = place.task_folder("one");
    let mut new = in_folder(folder, WRITES);
    new.start.only = Some(TaskId::from("a"));
    new.start.on_archive_failure = Some(Policy::Continue);
    let (row, id) = place.add(new);
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(id, Status::Succeeded);
    drop(engine);
    let asked = played.asked();
    assert!(!asked[0].is_complete);
    assert_eq!(asked[0].on_failure, Some(Policy::Continue));
    assert!(!place.told(row).contains(&"run_archiving".to_owned()));
}

#[test]
fn a_folder_that_is_gone_is_never_made() {
    let place = Place::new().with_folders(Arc::new(Played::new(archived)));
    let (folder, path) = place.task_folder("one");
    let (row, id) = place.run_in(folder, WRITES);
    fs::remove_dir(&path).unwrap();
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(id, Status::Failed);
    drop(engine);
    let last = place.store.attempts(row).unwrap().pop().unwrap();
    assert_eq!(last.error.unwrap().code, "folder_gone");
    assert!(!path.exists());
}

#[test]
fn two_runs_do_not_work_in_one_folder() {
    let place = Place::new();
    let (folder, path) = place.task_folder("one");
    let (row, id) = place.run_in(folder, WRITES);
    let second = in_folder(folder, WRITES);
    let refused = place
        .store
        .write::<_, StoreError>(move |tx| tx.add_run(&second));
    let Err(StoreError::FolderInUse(held)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!((held.run, &held.path), (id, &path));
    assert_eq!(place.store.open_runs(0).unwrap(), [row]);
    // Another folder is another matter.
    let (other, _) = place.task_folder("other");
    place.run_in(other, WRITES);
}

#[test]
fn a_task_that_starts_a_run_in_a_folder_that_is_in_use_fails() {
    let played = Arc::new(Played::new(archived));
    let place = Place::new().with_folders(played);
    let (folder, _) = place.task_folder("one");
    // As a definition names it: the folder of the run above.
    let below = format!(
        r#"{{"id": "below", "name": "Below", "taskFolder": "{folder}", "tasks": [{{"id": "w", "action": "wait", "params": {{"ms": 0}}}}]}}"#
    );
    place.keep_workflow("below", &below);
    let above = r#"{"name": "Above", "tasks": [{"id": "call", "action": "workflow.run", "params": {"workflow": "below"}}]}"#;
    let (row, id) = place.run_in(folder, above);
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(id, Status::Failed);
    drop(engine);
    let last = place.store.attempts(row).unwrap().pop().unwrap();
    let error = last.error.unwrap();
    assert_eq!(error.code, "folder_in_use");
    assert_eq!(error.fields["run"], id.to_string());
}
