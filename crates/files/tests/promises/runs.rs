//! Runs in a backup: whole, by their ids, sealed month by month, and never under way by themselves.

use std::num::NonZeroU32;
use std::path::Path;

use flowkeep_core::run::{Head, Level, Moment, Phase, Reason, Start, Status, TaskId, TaskState};
use flowkeep_core::{Format, KeptHistory, Message, RunId};
use flowkeep_files::{prove, read_manifest};
use flowkeep_host::{SystemFiles, Unfollowed};
use flowkeep_store::{KeptRun, NewRun, Parent, RunFilter, RunWrite, Said, StoreError};

use rstest::rstest;

use crate::catalog::{Catalog, tree};

const DAY: i64 = 24 * 60 * 60 * 1000;
const TASKS: &str = r#"{"name": "Nightly", "tasks": [{"id": "a", "action": "manual"}]}"#;

/// A run that has come to something, with a row of everything a run can have.
pub(crate) fn put_run(catalog: &Catalog, status: Status, parent: Option<Parent>) -> (i64, RunId) {
    let at = Moment(catalog.at().0);
    let new = NewRun {
        workflow_id: Some("nightly".to_owned()),
        workflow_name: "Nightly".to_owned(),
        revision: Some(3),
        text: TASKS.to_owned(),
        format: Format::Json,
        context: r#"{"day": "周一"}"#.to_owned(),
        start: Start::default(),
        actor: "tester".to_owned(),
        face: "cli".to_owned(),
        repeats: None,
        parent,
    };
    let write = move |tx: &flowkeep_store::Tx<'_>| {
        let (row, id) = tx.add_run(&new)?;
        let task = TaskId::from("a");
        let mut state = TaskState::default();
        state.phase = match status {
            Status::Succeeded => Phase::Succeeded,
            _ => Phase::Asking { deadline: None },
        };
        state.attempts = 2;
        state.reason = Some(Reason::Carried);
        let writes = [
            RunWrite::Attempt {
                task: task.clone(),
                number: 1,
                status: Status::Failed,
                error: Some(Message::new("timeout")),
            },
            RunWrite::Attempt {
                task: task.clone(),
                number: 2,
                status: Status::Running,
                error: None,
            },
            RunWrite::Output(task.clone(), r#"{"rows": [1]}"#.to_owned()),
            RunWrite::Say {
                level: Level::Warning,
                task: Some(task.clone()),
                said: Said::Message(Message::new("run_stops").with("task", "a")),
            },
            RunWrite::Say {
                level: Level::Info,
                task: None,
                said: Said::Line("订单服务 ready".to_owned()),
            },
            RunWrite::Task(task, Box::new(state)),
            RunWrite::Head(Box::new(Head {
                status,
                begun: true,
                ..Head::new(id)
            })),
        ];
        tx.write_run(row, id, at, &writes)?;
        tx.keep_answer(row, id, "a", r#"{"ticked": ["x"]}"#)?;
        Ok::<_, StoreError>((row, id))
    };
    catalog.store.write(write).unwrap()
}

fn kept(catalog: &Catalog, id: RunId) -> KeptRun {
    catalog.store.run(id).unwrap().unwrap()
}

fn files(backup: &Path) -> Vec<(String, Vec<u8>)> {
    let all = tree(&backup.join("runs")).into_iter();
    all.map(|(path, bytes)| (path.to_str().unwrap().to_owned(), bytes.unwrap()))
        .collect()
}

#[test]
fn a_run_comes_back_with_everything_it_has_and_only_once() {
    let catalog = Catalog::new();
    let (row, ended) = put_run(&catalog, Status::Succeeded, None);
    let parent = Parent {
        run: row,
        task: TaskId::from("a"),
        attempt: 1,
        depth: 1,
    };
    let (_, child) = put_run(&catalog, Status::Failed, Some(parent));
    let made = catalog.back_up();
    assert!(made.damaged.is_empty());
    assert_eq!(read_manifest(&made.folder).unwrap().counts["run"], 2);

    let other = Catalog::new();
    // Its rows have other numbers than they had.
    let (_, own) = put_run(&other, Status::Waiting, None);
    let (mut staging, _) = other.plan(&made.folder).unwrap();
    let preview = staging.preview(&other.store).unwrap();
    assert_eq!((preview.runs, other.apply(&mut staging).runs), (2, 2));
    let (then, now) = (kept(&catalog, ended), kept(&other, ended));
    let facts = |run: &KeptRun| {
        let head = run.head.clone();
        let (context, workflow) = (run.context.clone(), run.workflow_id.clone());
        (
            context,
            workflow,
            run.revision,
            run.status,
            head,
            run.ended_at,
            run.seed,
        )
    };
    assert_eq!(facts(&then), facts(&now));
    assert!(now.brought_in && now.row != then.row);
    assert_eq!(other.store.definition_text(&now).unwrap(), TASKS);
    let said = |catalog: &Catalog, run: &KeptRun| {
        let store = &catalog.store;
        let attempts: Vec<_> = store
            .attempts(run.row)
            .unwrap()
            .into_iter()
            .map(|found| (found.task, found.number, found.queued_at, found.error))
            .collect();
        let messages = store.messages(run.row, 0, None, 9).unwrap().into_iter();
        let messages: Vec<_> = messages
            .map(|line| (line.at, line.level, line.task, line.said))
            .collect();
        let task = TaskId::from("a");
        let output = store.output(run.row, &task).unwrap();
        let answer = store.kept_answer(run.row, "a").unwrap();
        (
            attempts,
            messages,
            output,
            answer,
            store.run_tasks(run.row).unwrap(),
        )
    };
    assert_eq!(said(&catalog, &then), said(&other, &now));
    let parent = kept(&other, child).parent.unwrap();
    assert_eq!((parent.run, parent.task), (now.row, TaskId::from("a")));
    // What it told is found by its words.
    let found = other.store.runs(&RunFilter {
        words: Some(flowkeep_core::search_words("订单")),
        limit: 9,
        ..RunFilter::default()
    });
    assert!(found.unwrap().items.iter().any(|run| run.id == ended));

    let (mut staging, _) = other.plan(&made.folder).unwrap();
    assert_eq!(other.apply(&mut staging).runs, 0, "it is here already");
    assert!(!kept(&other, own).brought_in);
}

#[test]
fn a_run_that_was_under_way_comes_in_as_interrupted_and_is_not_taken_up() {
    let catalog = Catalog::new();
    let (_, id) = put_run(&catalog, Status::Running, None);
    let made = catalog.back_up();
    let other = Catalog::new();
    let (mut staging, _) = other.plan(&made.folder).unwrap();
    other.apply(&mut staging);
    let run = kept(&other, id);
    assert_eq!((run.status, run.ended_at), (Status::Interrupted, None));
    assert!(run.head.unwrap().orphaned);
    assert_eq!(other.store.open_runs(0).unwrap(), Vec::<i64>::new());
    let attempts = other.store.attempts(run.row).unwrap();
    assert_eq!(attempts[1].status, Status::Interrupted);
}

#[test]
fn a_month_that_is_past_is_the_same_file_in_the_next_backup() {
    let catalog = Catalog::new();
    let now = catalog.at().0;
    catalog.set_clock(now - 62 * DAY);
    put_run(&catalog, Status::Succeeded, None);
    let (_, open) = put_run(&catalog, Status::Waiting, None);
    catalog.set_clock(now - 31 * DAY);
    put_run(&catalog, Status::Failed, None);
    let first = files(&catalog.back_up().folder);
    catalog.set_clock(now);
    put_run(&catalog, Status::Succeeded, None);
    let second = files(&catalog.back_up().folder);
    assert_eq!((first.len(), second.len()), (2, 3));
    assert_eq!(first[0], second[0]);
    // What is open stands with what ended last.
    let has = |file: &(String, Vec<u8>)| {
        let text = String::from_utf8(file.1.clone()).unwrap();
        text.contains(&open.to_string())
    };
    assert_eq!(
        second.iter().map(has).collect::<Vec<_>>(),
        [false, false, true]
    );
}

#[test]
fn no_more_of_the_runs_is_in_it_than_was_wanted() {
    let catalog = Catalog::new();
    let now = catalog.at().0;
    catalog.set_clock(now - 40 * DAY);
    put_run(&catalog, Status::Succeeded, None);
    put_run(&catalog, Status::Waiting, None);
    catalog.set_clock(now);
    put_run(&catalog, Status::Succeeded, None);
    let month = KeptHistory::Days(NonZeroU32::new(30).unwrap());
    for (history, runs) in [(KeptHistory::All, 3), (month, 2), (KeptHistory::None, 0)] {
        let made = catalog.try_back_up_with(&SystemFiles, &Unfollowed, history);
        let made = made.unwrap();
        assert_eq!(read_manifest(&made.folder).unwrap().counts["run"], runs);
        let proof = prove(&made.folder, &catalog.scratch(), &Unfollowed).unwrap();
        assert!(proof.damaged.is_empty(), "{history:?}");
    }
}

#[test]
fn a_damaged_line_is_named_and_what_is_before_it_comes_in() {
    let catalog = Catalog::new();
    put_run(&catalog, Status::Succeeded, None);
    let made = catalog.back_up();
    let (name, mut bytes) = files(&made.folder).remove(0);
    let last = bytes.len() - 3;
    bytes[last] = b'!';
    std::fs::write(made.folder.join("runs").join(&name), bytes).unwrap();
    let proof = prove(&made.folder, &catalog.scratch(), &Unfollowed).unwrap();
    let damaged: Vec<_> = proof
        .damaged
        .iter()
        .map(|part| part.path.as_str())
        .collect();
    assert_eq!(damaged, [format!("runs/{name}").as_str()]);
}

/// The runs that are in a catalog, the oldest first.
fn all(catalog: &Catalog) -> Vec<RunId> {
    let page = catalog.store.runs(&RunFilter {
        limit: 9,
        ..RunFilter::default()
    });
    let mut ids: Vec<_> = page.unwrap().items.iter().map(|run| run.id).collect();
    ids.reverse();
    ids
}

#[test]
fn a_run_that_lies_in_two_files_comes_in_whole_or_not_at_all() {
    let catalog = Catalog::new();
    let at = catalog.at().0;
    let (_, before) = put_run(&catalog, Status::Succeeded, None);
    catalog.set_clock(at + 1);
    let (row, large) = put_run(&catalog, Status::Succeeded, None);
    let line = "x".repeat(1000);
    let lines = (0..6000).map(|_| RunWrite::Say {
        level: Level::Info,
        task: None,
        said: Said::Line(line.clone()),
    });
    let lines: Vec<_> = lines.collect();
    let write = move |tx: &flowkeep_store::Tx<'_>| tx.write_run(row, large, Moment(at), &lines);
    catalog.store.write::<_, StoreError>(write).unwrap();
    catalog.set_clock(at + 2);
    let (_, after) = put_run(&catalog, Status::Succeeded, None);
    let made = catalog.back_up();
    let mut parts = files(&made.folder);
    // The second has a number behind its month.
    parts.sort_by_key(|(name, _)| name.len());
    assert_eq!(parts.len(), 2);
    let whole = Catalog::new();
    let (mut staging, read) = whole.plan(&made.folder).unwrap();
    assert!(read.damaged_parts.is_empty());
    whole.apply(&mut staging);
    assert_eq!(all(&whole), [before, large, after]);

    for (broken, missing, comes) in [
        // What began in the broken file is lost with it; what begins behind it needs nothing of it.
        (0, None, after),
        (1, Some(large), before),
    ] {
        let (name, bytes) = &parts[broken];
        let path = made.folder.join("runs").join(name);
        std::fs::write(&path, "!").unwrap();
        let other = Catalog::new();
        let (mut staging, read) = other.plan(&made.folder).unwrap();
        let named: Vec<_> = read
            .damaged_parts
            .iter()
            .map(|part| part.path.clone())
            .collect();
        let mut expected = vec![format!("runs/{name}")];
        expected.extend(missing.map(|id| format!("runs/{id}")));
        assert_eq!(named, expected);
        assert_eq!(staging.preview(&other.store).unwrap().runs, 1);
        assert_eq!(other.apply(&mut staging).runs, 1);
        assert_eq!(all(&other), [comes]);
        std::fs::write(&path, bytes).unwrap();
    }
}

#[test]
fn a_run_that_cannot_be_read_costs_no_other() {
    let catalog = Catalog::new();
    let mut ids = Vec::new();
    for number in 0..3 {
        catalog.set_clock(catalog.at().0 + 1);
        let (row, id) = put_run(&catalog, Status::Succeeded, None);
        // So large that it takes pages of its own.
        let output = format!("\"{}\"", format!("mark-{number}-").repeat(5000));
        let write = RunWrite::Output(TaskId::from("b"), output);
        let at = Moment(catalog.at().0);
        let write = move |tx: &flowkeep_store::Tx<'_>| tx.write_run(row, id, at, &[write]);
        catalog.store.write::<_, StoreError>(write).unwrap();
        ids.push(id);
    }
    let (_, open) = put_run(&catalog, Status::Waiting, None);
    let catalog = catalog.reopened(|file| {
        let database = rusqlite::Connection::open(file).unwrap();
        // The first has lost its definition, the second a page of its output.
        let lose = "PRAGMA foreign_keys = OFF; UPDATE run SET content = 999 WHERE run = 1";
        database.execute_batch(lose).unwrap();
        drop(database);
        let mut bytes = std::fs::read(file).unwrap();
        let mark = b"mark-1-mark-1-".as_slice();
        let pages = bytes.chunks_mut(8192).filter(|page| {
            let mut within = page[100..].windows(mark.len()).take(8);
            within.any(|found| found == mark)
        });
        let mut broken = 0;
        for page in pages {
            page[..4].fill(0x7f);
            broken += 1;
        }
        assert!(broken > 0);
        std::fs::write(file, bytes).unwrap();
    });
    let made = catalog.back_up();
    let lost: Vec<_> = made
        .damaged
        .iter()
        .filter(|part| part.name.is_some())
        .collect();
    let paths: Vec<_> = lost.iter().map(|part| part.path.clone()).collect();
    assert_eq!(
        paths,
        [format!("runs/{}", ids[0]), format!("runs/{}", ids[1])]
    );
    assert!(
        lost.iter()
            .all(|part| part.name.as_deref() == Some("Nightly"))
    );
    let other = Catalog::new();
    let (mut staging, read) = other.plan(&made.folder).unwrap();
    let named: Vec<_> = read.damaged_parts.iter().map(|part| &part.path).collect();
    assert_eq!(named, [&paths[1]]);
    other.apply(&mut staging);
    assert_eq!(all(&other), [ids[2], open]);
}

/// What `SQLite` gives without a word, and is not what was written.
#[rstest]
#[case::a_text("UPDATE message SET line = CAST(x'e8ae' AS TEXT) WHERE run = 2 AND line NOT NULL")]
#[case::a_state("UPDATE run_task SET state = '{' WHERE run = 2")]
#[case::a_word("UPDATE run SET status = 'ruined' WHERE run = 2")]
#[case::a_context("UPDATE run SET context = CAST(x'e8' AS TEXT) WHERE run = 2")]
fn a_run_that_is_not_what_was_written_costs_no_other(#[case] change: &str) {
    let catalog = Catalog::new();
    let ids = [(); 3].map(|()| {
        catalog.set_clock(catalog.at().0 + 1);
        put_run(&catalog, Status::Succeeded, None).1
    });
    let catalog = catalog.reopened(|file| {
        let database = rusqlite::Connection::open(file).unwrap();
        assert_eq!(database.execute(change, []).unwrap(), 1);
    });
    let made = catalog.back_up();
    let lost: Vec<_> = made.damaged.iter().map(|part| part.path.clone()).collect();
    assert_eq!(lost, [format!("runs/{}", ids[1])]);
    assert_eq!(made.damaged[0].name.as_deref(), Some("Nightly"));
    let other = Catalog::new();
    let (mut staging, _) = other.plan(&made.folder).unwrap();
    other.apply(&mut staging);
    assert_eq!(all(&other), [ids[0], ids[2]]);
}
