//! Deleting runs and bringing them back: out of every table and back into each of them as they were.

use flowkeep_core::run::{Level, Moment, Status, TaskId};
use flowkeep_core::{RunId, search_words};
use flowkeep_host::{Cancellation, Progress, Unfollowed};
use flowkeep_store::{
    AssignedSource, CleanUpActor, CleanUpRule, OperationFilter, RunFilter, RunStays, RunStaysAway,
    RunWrite, Said, StoreError,
};
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::ground::{DAY, Ground, attempt, new_run};

pub(crate) fn actor() -> CleanUpActor {
    CleanUpActor {
        actor: "tester".to_owned(),
        face: "cli",
    }
}

fn database(ground: &Ground) -> Connection {
    Connection::open(ground.folder.path().join("flowkeep.db")).unwrap()
}

/// All that there is of runs, row by row, and every word they are found by.
fn everything(ground: &Ground) -> Vec<String> {
    let connection = database(ground);
    connection
        .execute_batch(
            "CREATE VIRTUAL TABLE temp.found USING fts5vocab(main, run_search, 'instance')",
        )
        .unwrap();
    let mut all = Vec::new();
    for (what, columns) in [
        ("run", "*"),
        ("run_task", "*"),
        ("attempt", "*"),
        ("output", "*"),
        ("message", "*"),
        ("answer", "*"),
        ("run_request", "*"),
        ("run_folder", "*"),
        ("run_stretch", "*"),
        ("run_used", "*"),
        (
            "run_slot",
            "level, workflow, slot, runs, succeeded, failed, cancelled",
        ),
        (
            "session",
            "id, run, status, origin, stands, changed_at, name",
        ),
        ("session_attempt", "number, at, ok, found"),
        ("content", "text"),
        ("temp.found", "term, doc"),
    ] {
        let sql = format!("SELECT {columns} FROM {what}");
        let mut statement = connection.prepare(&sql).unwrap();
        let count = statement.column_count();
        let rows = statement.query_map([], |row| {
            let values = (0..count).map(|at| row.get_unwrap::<_, Value>(at));
            Ok(format!("{what}: {:?}", values.collect::<Vec<_>>()))
        });
        all.extend(rows.unwrap().map(Result::unwrap));
    }
    all.sort();
    all
}

fn is_sound(ground: &Ground) {
    let connection = database(ground);
    let mut check = connection.prepare("PRAGMA foreign_key_check").unwrap();
    assert!(!check.exists([]).unwrap());
}

fn remove(ground: &Ground, runs: &[RunId]) -> flowkeep_store::RemovedRuns {
    ground
        .store
        .remove_runs(runs, &actor(), &mut |_| {}, &Unfollowed)
        .unwrap()
}

fn bring(ground: &Ground, runs: &[RunId]) -> flowkeep_store::ReturnedRuns {
    ground
        .store
        .return_runs(runs, &actor(), &Unfollowed)
        .unwrap()
}

fn kept(ground: &Ground, words: Option<&str>) -> Vec<RunId> {
    let filter = RunFilter {
        words: words.map(search_words),
        limit: 500,
        ..RunFilter::default()
    };
    let page = ground.store.runs(&filter).unwrap();
    page.items.iter().map(|run| run.id).collect()
}

/// A run with a row in every table that runs have.
fn full(ground: &Ground, at: i64, word: &str) -> (i64, RunId) {
    let run = ground.run("w", at, &format!(r#"{{"customer":"{word}"}}"#));
    let line = RunWrite::Say {
        level: Level::Info,
        task: Some(TaskId("load".to_owned())),
        said: Said::Line(format!("用户密码错误 {word}\u{0}\"'")),
    };
    let assigned = RunWrite::Assigned {
        task: "load".into(),
        number: 1,
        agent: Some("agent".to_owned()),
        source: Some(AssignedSource {
            name: "orders".to_owned(),
            rule: "only".to_owned(),
            passed_over: Vec::new(),
        }),
    };
    ground.write(
        run,
        at,
        vec![attempt("load", 1, Status::Running), assigned, line],
    );
    let elsewhere = RunWrite::Assigned {
        task: "load".into(),
        number: 1,
        agent: None,
        source: Some(AssignedSource {
            name: "archive".to_owned(),
            rule: "only".to_owned(),
            passed_over: Vec::new(),
        }),
    };
    ground.write(run, at, vec![elsewhere]);
    ground.write(run, at, vec![attempt("load", 1, Status::Failed)]);
    let connection = database(ground);
    for sql in [
        "INSERT INTO output(run, task, value) VALUES (?1, 'load', '{\"rows\": 3}')",
        "INSERT INTO answer(run, task, value) VALUES (?1, 'load', '{}')",
        "INSERT INTO run_task(run, task, status, state) VALUES (?1, 'load', 'failed', '{}')",
        "INSERT INTO run_request(run, wanted, at, actor, answered_at) VALUES (?1, '{}', 1, 'me', 2)",
    ] {
        connection.execute(sql, [run.0]).unwrap();
    }
    ground.end(run, at + 1, Status::Failed);
    run
}

#[test]
fn a_run_comes_back_as_it_was() {
    let ground = Ground::new();
    let others = [full(&ground, DAY, "alpha"), full(&ground, 3 * DAY, "alpha")];
    let without = everything(&ground);
    let run = full(&ground, 2 * DAY, "beta");
    let before = everything(&ground);
    assert_ne!(before, without);
    let done = remove(&ground, &[run.1]);
    assert_eq!((done.removed, done.stays), (vec![run.1], Vec::new()));
    assert_eq!(
        everything(&ground),
        without,
        "nothing of it is left in sight"
    );
    assert_eq!(kept(&ground, Some("beta")), []);
    assert_eq!(kept(&ground, None), [others[1].1, others[0].1]);
    is_sound(&ground);
    let back = bring(&ground, &[run.1]);
    assert_eq!(back.returned, [run.1]);
    assert_eq!(everything(&ground), before);
    assert_eq!(kept(&ground, Some("密码 beta")), [run.1]);
    is_sound(&ground);
    assert_eq!(
        bring(&ground, &[run.1]).stay_away,
        [(run.1, RunStaysAway::Unknown)]
    );
}

#[test]
fn it_goes_with_those_below_it_and_not_without_what_is_above() {
    let ground = Ground::new();
    let parent = ground.run("w", DAY, "{}");
    let child = ground.child(parent.0, DAY);
    let grandchild = ground.child(child.0, DAY);
    let other = ground.run("w", DAY, "{}");
    for run in [grandchild, child, parent, other] {
        ground.end(run, DAY, Status::Succeeded);
    }
    let before = everything(&ground);
    let done = remove(&ground, &[grandchild.1, other.1]);
    assert_eq!(done.removed, [other.1]);
    assert_eq!(done.stays, [(grandchild.1, RunStays::IsBelow(child.1))]);
    bring(&ground, &[other.1]);
    let done = remove(&ground, &[grandchild.1, parent.1]);
    assert_eq!(
        done.removed,
        [grandchild.1, parent.1],
        "all that were named"
    );
    assert_eq!(kept(&ground, None), [other.1]);
    // Whichever of them is named, they come back together.
    let back = bring(&ground, &[child.1, parent.1]);
    assert_eq!(back.returned, [parent.1, child.1, grandchild.1]);
    assert_eq!(everything(&ground), before);
    is_sound(&ground);
}

#[test]
fn what_goes_on_stays_and_says_so() {
    let ground = Ground::new();
    let open = ground.run("w", DAY, "{}");
    let waiting = ground.run("w", DAY, "{}");
    ground.end(waiting, DAY, Status::Waiting);
    let parent = ground.run("w", DAY, "{}");
    let child = ground.child(parent.0, DAY);
    ground.end(parent, DAY, Status::Cancelled);
    let unknown: RunId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    let asked = [open.1, waiting.1, parent.1, child.1, unknown];
    let plan = ground.store.plan_removal(&asked).unwrap();
    let done = remove(&ground, &asked);
    assert_eq!(plan.stays, done.stays, "what was shown is what is done");
    assert_eq!(
        done.stays,
        [
            (open.1, RunStays::GoesOn),
            (waiting.1, RunStays::GoesOn),
            (parent.1, RunStays::GoesOnBelow(child.1)),
            (child.1, RunStays::IsBelow(parent.1)),
            (unknown, RunStays::Unknown),
        ]
    );
    assert_eq!(done.operation, None);
    assert_eq!(kept(&ground, None).len(), 4);
}

/// A run that belongs to a session; the session keeps a snapshot where told.
fn of_session(ground: &Ground, id: &str, keeps: bool) -> (i64, RunId) {
    let run = ground.run("w", DAY, "{}");
    ground.end(run, DAY, Status::Succeeded);
    let connection = database(ground);
    connection
        .execute(
            "INSERT INTO session(id, name, sort_key, origin, strategy, run, status, created_at, updated_at)
             VALUES (?1, 'Orders', x'6f00ff', 'run', '{}', ?2, 'active', 1, 1)",
            (id, run.1.to_string()),
        )
        .unwrap();
    let session = connection.last_insert_rowid();
    connection
        .execute("UPDATE run SET session = ?1 WHERE run = ?2", (id, run.0))
        .unwrap();
    connection
        .execute(
            "INSERT INTO session_attempt(session, number, at, actor, ok, found) VALUES (?1, 1, 5, 'me', 0, '[]')",
            [session],
        )
        .unwrap();
    if keeps {
        connection
            .execute_batch("PRAGMA foreign_keys = OFF")
            .unwrap();
        connection
            .execute(
                "INSERT INTO snapshot(id, session, sequence, tree, strategy, reason, actor, at)
                 VALUES (?1, ?2, 1, 1, '{}', 'begun', 'me', 1)",
                (format!("snapshot of {id}"), session),
            )
            .unwrap();
    }
    run
}

#[test]
fn a_session_that_keeps_snapshots_keeps_its_run_and_an_empty_one_goes_with_it() {
    let ground = Ground::new();
    let keeps = of_session(&ground, "keeps", true);
    let empty = of_session(&ground, "empty", false);
    let before = everything(&ground);
    let done = remove(&ground, &[keeps.1, empty.1]);
    assert_eq!(done.removed, [empty.1]);
    assert_eq!(
        done.stays,
        [(keeps.1, RunStays::OfSession("keeps".to_owned()))]
    );
    let sessions = |ground: &Ground| -> u32 {
        let sql = "SELECT count(*) FROM session";
        database(ground)
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(sessions(&ground), 1);
    // Another session has the number by then.
    of_session(&ground, "later", false);
    bring(&ground, &[empty.1]);
    assert_eq!(root_of(&ground, "empty"), None);
    let after = everything(&ground);
    let missing: Vec<_> = before.iter().filter(|row| !after.contains(row)).collect();
    // Counts of runs are others, for there is one more.
    assert!(
        missing.iter().all(|row| row.starts_with("run_slot")),
        "{missing:#?}"
    );
    assert_eq!(sessions(&ground), 3);
}

fn root_of(ground: &Ground, session: &str) -> Option<String> {
    let sql = "SELECT (SELECT path FROM config_root c WHERE c.root = s.root) FROM session s WHERE id = ?1";
    let connection = database(ground);
    connection
        .query_row(sql, [session], |row| row.get(0))
        .unwrap()
}

#[test]
fn a_session_comes_back_to_its_own_folder_and_to_no_other() {
    let ground = Ground::new();
    let connection = database(&ground);
    let folder = |row: i64, path: &str| {
        let sql = "INSERT INTO config_root(root, path, name, listed, created_at) VALUES (?1, ?2, ?2, 0, 1)";
        connection.execute(sql, (row, path)).unwrap();
    };
    let runs = ["moved", "gone"].map(|id| of_session(&ground, id, false).1);
    for (row, id) in [(7, "moved"), (8, "gone")] {
        folder(row, &format!("/{id}"));
        let sql = "UPDATE session SET root = ?1 WHERE id = ?2";
        connection.execute(sql, (row, id)).unwrap();
    }
    remove(&ground, &runs);
    // Nothing named them any more; their numbers are given out anew.
    connection.execute("DELETE FROM config_root", []).unwrap();
    folder(7, "/another");
    folder(8, "/moved");
    bring(&ground, &runs);
    assert_eq!(root_of(&ground, "moved").as_deref(), Some("/moved"));
    assert_eq!(root_of(&ground, "gone"), None);
    is_sound(&ground);
}

#[test]
fn many_are_one_operation_which_is_undone_when_all_are_back() {
    let ground = Ground::new();
    let mut runs = Vec::new();
    for number in 0..120 {
        let run = ground.run("w", number, "{}");
        ground.end(run, number, Status::Succeeded);
        runs.push(run.1);
    }
    let before = everything(&ground);
    let done = remove(&ground, &runs);
    let operation = done.operation.unwrap();
    assert_eq!(done.removed.len(), 120);
    assert_eq!(ground.store.removed_by(&operation).unwrap(), runs);
    let told = ground.store.operation(&operation).unwrap().unwrap();
    assert_eq!((told.count, told.brings_runs_back), (120, true));
    assert!(!told.changed_documents(), "a backup has the same documents");
    let items = ground.store.operation_items(&operation, 500, 0).unwrap();
    let items: Vec<RunId> = items.iter().map(|item| item.id.parse().unwrap()).collect();
    assert_eq!(items, runs);
    let first = bring(&ground, &runs[..1]);
    let told = ground.store.operation(&operation).unwrap().unwrap();
    assert_eq!(told.undone_by, None, "most of them are still away");
    let rest = bring(&ground, &runs[1..]);
    let told = ground.store.operation(&operation).unwrap().unwrap();
    assert_eq!(told.undone_by, rest.operation);
    assert!(!told.brings_runs_back);
    assert_ne!(first.operation, rest.operation);
    assert_eq!(everything(&ground), before);
    let filter = OperationFilter {
        changes: true,
        limit: 9,
        ..OperationFilter::default()
    };
    assert!(ground.store.operations(&filter).unwrap().items.is_empty());
    is_sound(&ground);
}

struct Impatient(Cancellation);

impl Progress for Impatient {
    fn step(&self, _: &'static str, done: u32, _: Option<u32>, _: Option<&str>) {
        if done > 0 {
            self.0.cancel();
        }
    }

    fn cancellation(&self) -> &Cancellation {
        &self.0
    }
}

#[test]
fn cancelled_it_tells_what_went() {
    let ground = Ground::new();
    let runs: Vec<_> = (0..180)
        .map(|number| {
            let run = ground.run("w", number, "{}");
            ground.end(run, number, Status::Succeeded);
            run.1
        })
        .collect();
    let impatient = Impatient(Cancellation::default());
    let done = ground
        .store
        .remove_runs(&runs, &actor(), &mut |_| {}, &impatient)
        .unwrap();
    assert_eq!(done.removed, runs[..100]);
    assert_eq!(kept(&ground, None).len(), 80);
}

#[test]
fn search_goes_apart_again_where_ids_fall_again() {
    let ground = Ground::new();
    let mut runs = Vec::new();
    for at in [5, 6, 3, 4, 1, 2] {
        let at = at * DAY;
        let id = RunId(ulid::Ulid::from_parts(at.unsigned_abs(), 0));
        let new = new_run(Some("w"), r#"{"n":"alpha"}"#);
        let added = ground
            .store
            .write::<_, StoreError>(move |tx| tx.add_past_run(&new, id, Moment(at)));
        ground.end((added.unwrap(), id), at, Status::Succeeded);
        runs.push(id);
    }
    let before = everything(&ground);
    let sorted = kept(&ground, Some("alpha"));
    for gone in [&runs[2..4], &runs[..2], &runs[4..], &runs[1..5], &runs[..]] {
        remove(&ground, gone);
        bring(&ground, gone);
        assert_eq!(kept(&ground, Some("alpha")), sorted);
        assert_eq!(everything(&ground), before);
    }
}

#[test]
fn after_its_time_it_goes_with_its_definition() {
    let ground = Ground::new();
    let gone = full(&ground, DAY, "alpha");
    let other = ground.add(new_run(Some("other"), "{}"), DAY);
    ground.end(other, DAY, Status::Succeeded);
    ground.clock.set(10 * DAY);
    remove(&ground, &[gone.1]);
    ground.clock.set(20 * DAY);
    remove(&ground, &[other.1]);
    assert_eq!(ground.store.first_removed_at().unwrap(), Some(10 * DAY));
    // What cleans up runs leaves their definitions to those that may come back.
    let rule = CleanUpRule {
        keep: Some(0),
        ..CleanUpRule::default()
    };
    ground
        .store
        .clean_up(&rule, &actor(), None, &Unfollowed)
        .unwrap();
    let forgotten = ground.store.forget_removed_runs(15 * DAY, &Unfollowed);
    assert_eq!(forgotten.unwrap(), 1);
    let back = bring(&ground, &[gone.1, other.1]);
    assert_eq!(back.returned, [other.1]);
    assert_eq!(back.stay_away, [(gone.1, RunStaysAway::Unknown)]);
    let sql = "SELECT text FROM content";
    let text: String = database(&ground)
        .query_row(sql, [], |row| row.get(0))
        .unwrap();
    assert!(text.contains("other"), "{text}");
    assert_eq!(ground.store.first_removed_at().unwrap(), None);
}

#[test]
fn a_new_run_never_has_the_id_of_one_that_may_come_back() {
    let ground = Ground::new();
    let run = ground.run("w", 9 * DAY, "{}");
    ground.end(run, 9 * DAY, Status::Succeeded);
    remove(&ground, &[run.1]);
    let (row, id) = ground.run("w", DAY, "{}");
    assert!(row > run.0 && id > run.1, "the clock went back");
}

#[test]
fn the_files_of_one_that_may_come_back_are_named() {
    let ground = Ground::new();
    let carried: RunId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    let run = full(&ground, DAY, "alpha");
    let value = format!(r#"{{"rows_file":{{"path":"/data/outputs/{carried}/a-1.jsonl"}}}}"#);
    database(&ground)
        .execute("UPDATE output SET value = ?1", [value])
        .unwrap();
    remove(&ground, &[run.1]);
    let named = ground.store.named_in_carried_outputs().unwrap();
    assert_eq!(named.into_iter().collect::<Vec<_>>(), [run.1, carried]);
}
