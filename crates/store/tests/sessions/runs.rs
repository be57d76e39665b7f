//! Sessions and the runs that carry them on.

use flowkeep_core::RunId;
use flowkeep_core::run::{Head, Moment, Status, TaskId};
use flowkeep_core::session::{SessionOrigin, SessionStatus};
use flowkeep_host::Unfollowed;
use flowkeep_store::{
    CleanUpActor, CleanUpRule, ListedSession, NewRun, NewSession, Parent, RunWrite, SessionFilter,
    Store, StoreError, Which,
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
    for which in [Which::All, Which::Together, Which::OpenRuns] {
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
    assert_eq!(told(Which::All), ["kept", own.as_str()]);
    becomes(&store, first, Status::Interrupted);
    assert_eq!(listed(&store, "kept").status, SessionStatus::Interrupted);
    let kept = store.session("kept").unwrap().unwrap();
    assert_eq!(kept.status, SessionStatus::Interrupted);
    assert_eq!(kept.run, Some(first.1));

    // One that has ended is among all of them alone.
    becomes(&store, alone, Status::Succeeded);
    assert_eq!(told(Which::Completed), [""; 0]);
    assert_eq!(told(Which::All), ["kept", own.as_str()]);
    assert_eq!(listed(&store, &own).status, SessionStatus::Completed);
    let counts = store.session_counts().unwrap();
    assert_eq!(counts.all, 2);
    assert_eq!(told(Which::Together), ["kept"]);
    assert_eq!(counts.recoverable + counts.active + counts.completed, 1);

    // What a session's run begins belongs to that session, and is counted as neither.
    let child = Parent {
        run: first.0,
        task: TaskId("call".to_owned()),
        attempt: 1,
        depth: 1,
    };
    run(&store, |new| new.parent = Some(child));
    assert_eq!(store.session_counts().unwrap().all, 2);
}

/// Runs without configuration end in one millisecond and at any time, and others begin while one reads on.
#[test]
fn all_of_them_come_page_by_page_each_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    add(&store, session("kept"));
    joined(&store, "kept");
    for number in 0..23 {
        let made = run(&store, |_| {});
        if number % 3 > 0 {
            becomes(&store, made, Status::Failed);
        }
    }
    let page = |after, offset, limit| {
        let filter = SessionFilter {
            which: Which::All,
            after,
            offset,
            limit,
            ..SessionFilter::default()
        };
        store.sessions(&filter).unwrap()
    };
    let whole = page(None, 0, 100);
    assert_eq!((whole.items.len(), whole.total), (24, 24));
    assert_eq!(whole.next, None);
    let order = |one: &ListedSession| (one.updated_at, one.id.clone());
    assert!(whole.items.is_sorted_by(|a, b| order(a) > order(b)));

    let mut read = Vec::new();
    let mut after = None;
    loop {
        let found = page(after, 0, 5);
        read.extend(found.items);
        becomes(&store, run(&store, |_| {}), Status::Succeeded);
        after = found.next;
        if after.is_none() {
            break;
        }
    }
    read.retain(|one| whole.items.iter().any(|known| known.id == one.id));
    assert_eq!(read, whole.items);

    let passed_over = page(None, 3, 5).items;
    assert_eq!(passed_over, page(None, 0, 8).items[3..]);
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

/// Such runs are many. Each is done again where the runs are.
#[test]
fn a_run_of_a_workflow_that_failed_does_not_wait_to_be_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let of_run = NewSession {
        origin: SessionOrigin::Run,
        config: None,
        ..session("of-run")
    };
    let row = add(&store, of_run);
    keep(&store, snapshot(row, 1, &[1], vec![pack("p", [1])])).unwrap();
    let made = joined(&store, "of-run");
    let told = |which| {
        let filter = SessionFilter {
            which,
            limit: 10,
            ..SessionFilter::default()
        };
        let items = store.sessions(&filter).unwrap().items.into_iter();
        items.map(|session| session.id).collect::<Vec<_>>()
    };
    for status in [Status::Interrupted, Status::Paused] {
        becomes(&store, made, status);
        assert_eq!(told(Which::Recoverable), ["of-run"], "{status:?}");
        assert_eq!(told(Which::Open), ["of-run"], "{status:?}");
        assert_eq!(told(Which::Completed), [""; 0], "{status:?}");
    }
    for status in [Status::Failed, Status::Cancelled] {
        becomes(&store, made, status);
        assert_eq!(told(Which::Recoverable), [""; 0], "{status:?}");
        assert_eq!(told(Which::Open), [""; 0], "{status:?}");
        assert_eq!(told(Which::Completed), ["of-run"], "{status:?}");
        assert_eq!(told(Which::All), ["of-run"], "{status:?}");
    }
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

/// How a session stands is written beside it, by whoever writes it or its run; the run itself says the same.
#[test]
fn how_sessions_stand_is_known_whatever_becomes_of_their_runs() {
    const STATUSES: [Status; 5] = [
        Status::Running,
        Status::Paused,
        Status::Interrupted,
        Status::Failed,
        Status::Succeeded,
    ];
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let is_told_right = |what: &str| {
        let filter = SessionFilter {
            which: Which::All,
            limit: 100,
            ..SessionFilter::default()
        };
        let page = store.sessions(&filter).unwrap();
        for listed in &page.items {
            // A run is its own session once that is forgotten.
            let Some(kept) = store.session(&listed.id).unwrap() else {
                continue;
            };
            assert_eq!(
                (listed.status, listed.updated_at, listed.run),
                (kept.status, kept.updated_at, kept.run),
                "{what}: {}",
                listed.id
            );
        }
        let counts = store.session_counts().unwrap();
        let which = [Which::Recoverable, Which::Active, Which::Completed];
        let told = which.map(|which| {
            let filter = SessionFilter {
                which,
                ..filter.clone()
            };
            let page = store.sessions(&filter).unwrap();
            assert_eq!(page.items.len(), page.total as usize, "{what}: {which:?}");
            page.total
        });
        assert_eq!(
            [counts.recoverable, counts.active, counts.completed],
            told,
            "{what}"
        );
        assert_eq!(
            told.iter().sum::<u32>(),
            counts.all,
            "{what}: each stands somewhere"
        );
        page.items.len()
    };
    for name in ["a", "b", "c", "d", "e"] {
        add(&store, session(name));
        let mut of_run = session(name);
        of_run.id = format!("run-{name}");
        (of_run.origin, of_run.config) = (SessionOrigin::Run, None);
        add(&store, of_run);
    }
    is_told_right("none has a run");
    for (name, status) in ["a", "b", "c", "d", "e"].into_iter().zip(STATUSES) {
        for id in [name.to_owned(), format!("run-{name}")] {
            let (row, run) = run(&store, |_| {});
            let session = id.clone();
            store
                .write::<_, StoreError>(move |tx| tx.join_session(row, run, &session))
                .unwrap();
            is_told_right("a run was joined");
            becomes(&store, (row, run), status);
            is_told_right("a run has changed");
        }
    }
    let (kept, again) = (joined(&store, "d"), joined(&store, "a"));
    becomes(&store, kept, Status::Cancelled);
    becomes(&store, again, Status::Succeeded);
    is_told_right("others carry them on");
    let rule = CleanUpRule {
        keep: Some(0),
        ..CleanUpRule::default()
    };
    let actor = CleanUpActor {
        actor: "tester".to_owned(),
        face: "cli",
    };
    store.clean_up(&rule, &actor, None, &Unfollowed).unwrap();
    assert!(is_told_right("runs have gone") < 10);
    store
        .write::<_, StoreError>(|tx| tx.remove_session("b"))
        .unwrap();
    is_told_right("a session was forgotten");
}
