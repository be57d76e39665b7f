//! Retention: what is old goes with all that belongs to it, what could go on stays, and the disk gets its
//! room back.

use std::sync::atomic::{AtomicU32, Ordering};

use flowkeep_core::run::{Level, Moment, Status};
use flowkeep_core::{RunId, search_words};
use flowkeep_host::{Cancellation, Progress, Unfollowed};
use flowkeep_store::{
    CleanUp, CleanUpActor, CleanUpRule, OperationFilter, RunFilter, RunWrite, Said, StoreError,
};

use crate::ground::{DAY, Ground, attempt, new_run};

fn actor() -> CleanUpActor {
    CleanUpActor {
        actor: "tester".to_owned(),
        face: "cli",
    }
}

fn kept(ground: &Ground) -> Vec<String> {
    let filter = RunFilter {
        limit: 500,
        ..RunFilter::default()
    };
    let page = ground.store.runs(&filter).unwrap();
    page.items.iter().map(|run| run.id.to_string()).collect()
}

fn clean(ground: &Ground, rule: &CleanUpRule) -> CleanUp {
    let preview = ground.store.clean_up_preview(rule, &Unfollowed).unwrap();
    let done = ground
        .store
        .clean_up(rule, &actor(), None, &Unfollowed)
        .unwrap();
    assert_eq!(preview, done, "what was shown is what is done");
    done
}

/// Nothing refers to what is not there.
fn is_sound(ground: &Ground) {
    let path = ground.folder.path().join("flowkeep.db");
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut check = connection.prepare("PRAGMA foreign_key_check").unwrap();
    assert!(!check.exists([]).unwrap());
    let whole: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(whole, "ok");
}

#[test]
fn what_ended_long_ago_goes_and_what_could_go_on_stays() {
    let ground = Ground::new();
    let old = ground.run("w", DAY, r#"{"customer":"alpha"}"#);
    ground.write(old, DAY, vec![attempt("load", 1, Status::Failed)]);
    ground.end(old, 2 * DAY, Status::Failed);
    let waiting = ground.run("w", DAY, "{}");
    ground.end(waiting, DAY, Status::Waiting);
    let interrupted = ground.run("w", DAY, "{}");
    ground.end(interrupted, DAY, Status::Interrupted);
    let parent = ground.run("w", DAY, "{}");
    let open_child = ground.child(parent.0, DAY);
    ground.end(parent, 2 * DAY, Status::Cancelled);
    let ended_parent = ground.run("w", DAY, "{}");
    let ended_child = ground.child(ended_parent.0, DAY);
    ground.end(ended_child, DAY, Status::Succeeded);
    ground.end(ended_parent, 2 * DAY, Status::Succeeded);
    let young = ground.run("w", 50 * DAY, r#"{"customer":"alpha"}"#);
    ground.end(young, 51 * DAY, Status::Succeeded);

    let rule = CleanUpRule {
        before: Some(50 * DAY),
        ..CleanUpRule::default()
    };
    let done = clean(&ground, &rule);
    assert_eq!(done.runs, 3);
    assert!(done.bytes > 1000 && done.rows >= 4, "{done:?}");
    assert_eq!(done.workflows[&Some("w".to_owned())], 2);
    let mut left = [waiting, interrupted, parent, open_child, young].map(|run| run.1.to_string());
    left.reverse();
    assert_eq!(kept(&ground), left);
    let filter = RunFilter {
        words: Some(search_words("alpha")),
        limit: 9,
        ..RunFilter::default()
    };
    let found = ground.store.runs(&filter).unwrap();
    assert_eq!(found.items.len(), 1, "only what is kept is found");
    is_sound(&ground);
    assert_eq!(clean(&ground, &rule), CleanUp::default());
    // A new run never takes the number of one that went.
    let next = ground.run("w", 52 * DAY, "{}");
    assert!(next.0 > young.0);
}

#[test]
fn of_each_workflow_the_newest_are_kept_and_it_is_one_operation() {
    let ground = Ground::new();
    let mut runs = Vec::new();
    for number in 0..120 {
        let run = ground.run(if number % 3 == 0 { "a" } else { "b" }, number * 10, "{}");
        ground.end(run, number * 10 + 5, Status::Succeeded);
        runs.push(run);
    }
    let rule = CleanUpRule {
        keep: Some(10),
        ..CleanUpRule::default()
    };
    let of_a = CleanUpRule {
        workflow: Some("a".to_owned()),
        ..rule.clone()
    };
    assert_eq!(clean(&ground, &of_a).runs, 30);
    let done = clean(&ground, &rule);
    assert_eq!(done.runs, 70);
    assert_eq!(kept(&ground).len(), 20);
    let filter = OperationFilter {
        operation: Some("log_clean_up".to_owned()),
        limit: 9,
        ..OperationFilter::default()
    };
    let told = ground.store.operations(&filter).unwrap().items;
    let names: Vec<_> = told.iter().map(|one| one.subject_name.as_deref()).collect();
    assert_eq!(names, [Some("70"), Some("30")]);
    is_sound(&ground);
}

#[test]
fn a_definition_goes_with_its_last_run() {
    let ground = Ground::new();
    for (workflow, at) in [("gone", 1), ("stays", 2), ("gone", 3), ("stays", 4)] {
        let run = ground.run(workflow, at, "{}");
        ground.end(run, at, Status::Succeeded);
    }
    let texts = || {
        let path = ground.folder.path().join("flowkeep.db");
        let connection = rusqlite::Connection::open(path).unwrap();
        let mut statement = connection.prepare("SELECT text FROM content").unwrap();
        let texts = statement.query_map([], |row| row.get(0)).unwrap();
        texts.map(Result::unwrap).collect::<Vec<String>>()
    };
    assert_eq!(texts().len(), 2);
    let rule = |workflow: &str, keep| CleanUpRule {
        keep: Some(keep),
        workflow: Some(workflow.to_owned()),
        ..CleanUpRule::default()
    };
    clean(&ground, &rule("stays", 1));
    assert_eq!(texts().len(), 2);
    clean(&ground, &rule("gone", 0));
    let left = texts();
    assert_eq!(left.len(), 1);
    assert!(left[0].contains("stays"), "{left:?}");
    is_sound(&ground);
}

/// Cancels after the first batch.
struct Impatient(Cancellation, AtomicU32);

impl Progress for Impatient {
    fn step(&self, phase: &'static str, _: u32, _: Option<u32>, _: Option<&str>) {
        if phase == "remove" {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.cancel();
        }
    }

    fn cancellation(&self) -> &Cancellation {
        &self.0
    }
}

#[test]
fn cancelling_keeps_the_rest_and_tells_what_went() {
    let ground = Ground::new();
    for number in 0..150 {
        let run = ground.run("w", number, "{}");
        ground.end(run, number, Status::Succeeded);
    }
    let rule = CleanUpRule {
        before: Some(DAY),
        ..CleanUpRule::default()
    };
    let impatient = Impatient(Cancellation::default(), AtomicU32::new(0));
    let done = ground
        .store
        .clean_up(&rule, &actor(), None, &impatient)
        .unwrap();
    assert_eq!(impatient.1.into_inner(), 1);
    assert_eq!(done.runs, 50);
    assert_eq!(kept(&ground).len(), 100);
    is_sound(&ground);
}

#[test]
fn the_file_becomes_smaller() {
    let ground = Ground::new();
    for number in 0..120 {
        let run = ground.run("w", number, "{}");
        let lines = (0..40).map(|line| RunWrite::Say {
            level: Level::Info,
            task: None,
            said: Said::Line(format!("line {line} of {number} {}", "x1y2 ".repeat(60))),
        });
        ground.write(run, number, lines.collect());
        ground.end(run, number, Status::Succeeded);
    }
    ground.store.give_space_back(Cancellation::never()).unwrap();
    let before = ground.store.bytes();
    let rule = CleanUpRule {
        keep: Some(6),
        ..CleanUpRule::default()
    };
    clean(&ground, &rule);
    let freed = ground.store.give_space_back(Cancellation::never()).unwrap();
    let after = ground.store.bytes();
    assert!(after < before / 2, "{before} → {after}");
    assert!(freed > before / 2, "{freed} of {before}");
    is_sound(&ground);
}

#[test]
fn where_ids_rise_again_no_search_goes_apart() {
    let ground = Ground::new();
    let past = |at: i64| {
        let id = RunId(ulid::Ulid::from_parts(at.unsigned_abs(), 0));
        let new = new_run(Some("w"), r#"{"n":"alpha"}"#);
        let added = ground
            .store
            .write::<_, StoreError>(move |tx| tx.add_past_run(&new, id, Moment(at)));
        let run = (added.unwrap(), id);
        ground.end(run, at, Status::Succeeded);
        run
    };
    let connection = rusqlite::Connection::open(ground.folder.path().join("flowkeep.db")).unwrap();
    let stretches = || {
        let sql = "SELECT count(*) FROM run_stretch";
        let count: u32 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        count
    };
    // Rising and falling: two falls, however many came before what is newest.
    for at in [5, 6, 3, 4, 1, 2] {
        past(at * DAY);
    }
    assert_eq!(stretches(), 2);
    let found = || {
        let filter = RunFilter {
            words: Some(search_words("alpha")),
            limit: 9,
            ..RunFilter::default()
        };
        let items = ground.store.runs(&filter).unwrap().items;
        items
            .iter()
            .map(|run| run.created_at / DAY)
            .collect::<Vec<_>>()
    };
    assert_eq!(found(), [6, 5, 4, 3, 2, 1]);
    let keep = |keep| CleanUpRule {
        keep: Some(keep),
        ..CleanUpRule::default()
    };
    // The last stretch goes, then the one between; what comes after goes on rising.
    clean(&ground, &keep(4));
    assert_eq!((stretches(), found()), (1, vec![6, 5, 4, 3]));
    past(2 * DAY);
    assert_eq!(stretches(), 2);
    clean(&ground, &keep(2));
    assert_eq!((stretches(), found()), (0, vec![6, 5]));
    past(7 * DAY);
    assert_eq!((stretches(), found()), (0, vec![7, 6, 5]));
    is_sound(&ground);
}
