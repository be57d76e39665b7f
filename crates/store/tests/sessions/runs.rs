//! Sessions and the runs that carry them on.

use flowkeep_core::RunId;
use flowkeep_core::run::{Head, Moment, Status, TaskId};
use flowkeep_core::session::{SessionOrigin, SessionStatus};
use flowkeep_host::Unfollowed;
use flowkeep_store::{
    CleanUpActor, CleanUpRule, ListedSession, NewRun, Parent, RunWrite, SessionFilter, Store,
    StoreError, Which,
};

use super::{add, ids, keep, open, pack, session, snapshot};

type Made = (i64, RunId);

fn run(store: &Store, change: impl FnOnce(&mut NewRun)) -> Made {
    let mut new = NewRun::of("Orders", r#"{"tasks": []}"#);
    new.workflow_id = Some("orders".to_owned());
    change(&mut new);
    store
        .write::<_, StoreError>(move |tx| tx.add_run(&new))
        .unwrap()
}

fn joined(store: &Store, session: &'static str) -> Made {
    let (row, id) = run(store, |_| {});
    store
        .write::<_, StoreError>(move |tx| tx.join_session(row, id, session))
        .unwrap();
    (row, id)
}

fn becomes(store: &Store, (row, id): Made, status: Status) {
    let head = RunWrite::Head(Box::new(Head {
        status,
        begun: true,
        ..Head::new(id)
    }));
    store
        .write::<_, StoreError>(move |tx| tx.write_run(row, id, Moment(2_000_000), &[head]))
        .unwrap();
}

fn listed(store: &Store, id: &str) -> ListedSession {
    let filter = SessionFilter {
        which: Which::All,
        id: Some(id.to_owned()),
        limit: 10,
        ..SessionFilter::default()
    };
    let mut page = store.sessions(&filter).unwrap();
    assert_eq!(page.total, 1, "{id}");
    page.items.remove(0)
}

#[test]
fn a_run_is_its_own_session_until_it_carries_a_kept_one_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let own = run(&store, |_| {});
    let child = Parent {
        run: own.0,
        task: TaskId("call".to_owned()),
        attempt: 1,
        depth: 1,
    };
    run(&store, |new| new.parent = Some(child));
    let (alone, own) = (own, own.1.to_string());
    let told = |which| {
        let filter = SessionFilter {
            which,
            limit: 10,
            ..SessionFilter::default()
        };
        let items = store.sessions(&filter).unwrap().items.into_iter();
        items.map(|session| session.id).collect::<Vec<_>>()
    };
    for which in [Which::All, Which::Listed, Which::OpenRuns] {
        assert_eq!(told(which), [own.as_str()], "a child belongs to its parent");
    }
    assert!(ids(&store, false).is_empty(), "it has no configuration");
    assert_eq!(store.session_counts().unwrap().runs, 1);
    let seen = listed(&store, &own);
    assert_eq!(seen.origin, SessionOrigin::Run);
    assert_eq!(seen.run.map(|run| run.to_string()), Some(own.clone()));
    assert_eq!((seen.status, seen.snapshots), (SessionStatus::Active, 0));

    add(&store, session("kept"));
    let first = joined(&store, "kept");
    assert_eq!(ids(&store, false), ["kept"]);
    assert_eq!(told(Which::Listed), ["kept", own.as_str()]);
    becomes(&store, first, Status::Interrupted);
    assert_eq!(listed(&store, "kept").status, SessionStatus::Interrupted);
    let kept = store.session("kept").unwrap().unwrap();
    assert_eq!(kept.status, SessionStatus::Interrupted);
    assert_eq!(kept.run, Some(first.1));

    // One that has ended is in the history.
    becomes(&store, alone, Status::Succeeded);
    assert_eq!(told(Which::Listed), ["kept"]);
    assert!(told(Which::All).contains(&own));
}

#[test]
fn what_repeats_a_run_carries_its_session_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    add(&store, session("kept"));
    let first = joined(&store, "kept");
    becomes(&store, first, Status::Failed);
    assert_eq!(ids(&store, false), [""; 0], "nothing of it was kept");
    assert_eq!(ids(&store, true), ["kept"]);

    let again = run(&store, |new| new.repeats = Some(first.1));
    let child = Parent {
        run: again.0,
        task: TaskId("call".to_owned()),
        attempt: 1,
        depth: 1,
    };
    run(&store, |new| new.parent = Some(child));
    let seen = listed(&store, "kept");
    assert_eq!(seen.run, Some(again.1), "the newest one, and not its child");
    assert_eq!(seen.status, SessionStatus::Active);
    assert_eq!(ids(&store, true), ["kept"]);
}

#[test]
fn what_was_aborted_can_be_taken_up_where_something_of_it_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let row = add(&store, session("kept"));
    keep(&store, snapshot(row, 1, &[1], vec![pack("p", [1])])).unwrap();
    let first = joined(&store, "kept");
    becomes(&store, first, Status::Failed);
    assert_eq!(ids(&store, false), ["kept"]);
    let again = joined(&store, "kept");
    becomes(&store, again, Status::Succeeded);
    assert_eq!(ids(&store, false), [""; 0]);
}

/// Runs go with age. What was kept of their configuration does not go with them.
#[test]
fn a_run_that_goes_takes_a_session_with_nothing_in_it_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let row = add(&store, session("kept"));
    keep(&store, snapshot(row, 1, &[1], vec![pack("p", [1])])).unwrap();
    add(&store, session("empty"));
    for name in ["kept", "empty"] {
        let run = joined(&store, name);
        becomes(&store, run, Status::Failed);
    }
    let rule = CleanUpRule {
        keep: Some(0),
        ..CleanUpRule::default()
    };
    let actor = CleanUpActor {
        actor: "tester".to_owned(),
        face: "cli",
    };
    let done = store.clean_up(&rule, &actor, None, &Unfollowed).unwrap();
    assert_eq!(done.runs, 2);
    assert_eq!(ids(&store, true), ["kept"]);
    let kept = store.session("kept").unwrap().unwrap();
    assert_eq!((kept.status, kept.run), (SessionStatus::Aborted, None));
    assert_eq!(kept.ended_at, Some(2_000_000));
    assert!(store.wrong_snapshot_counts().unwrap().is_none());
}
