//! The engine on a real database: who may write, and what is done only once it is written.
#![expect(clippy::unwrap_used, reason = "tests")]

mod configuring;
#[cfg(unix)]
mod fallback;
#[cfg(unix)]
mod fallback_faults;
mod folders;
#[cfg(unix)]
mod notices;
#[cfg(unix)]
mod servers;
#[cfg(unix)]
mod wired;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use flowkeep_core::run::Status;
use flowkeep_core::{Message, RunId};
use flowkeep_engine::sources::{Connections, LOCAL, Source, Sqlite};
use flowkeep_engine::{
    Agent, Agents, Belonging, Configuring, Engine, EngineOptions, LookWish, Looked, Outcome,
    Prepared, Preparing, Scope, Wanted, Wish,
};
use flowkeep_host::{Awake, Clock, Progress, SystemClock, Timestamp};
use flowkeep_store::{
    AttemptRecord, KeptRun, NewRun, NewRunRequest, RequestAnswer, Said, Store, StoreError,
    StoreOptions,
};

/// More than any machine that is worth testing on needs; a bound, not a measure.
const LONG: Duration = Duration::from_secs(30);

/// Two tasks that end at once after one another, and a third that never does.
const TASKS: &str = r#"{"name": "W", "tasks": [
  {"id": "a", "action": "wait", "params": {"ms": 0}},
  {"id": "b", "action": "branch", "params": {"when": [{"condition": "${context.go}", "task": "c"}]}, "dependsOn": ["a"]},
  {"id": "c", "action": "wait", "params": {"ms": 86400000}}]}"#;

struct Place {
    folder: tempfile::TempDir,
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    awake: Arc<dyn Awake>,
    folders: Arc<dyn Preparing>,
    configurations: Arc<dyn Configuring>,
}

/// There are no task folders.
struct NoFolders;

impl Preparing for NoFolders {
    fn prepare(&self, _: &Wish, _: &dyn Progress) -> Prepared {
        Prepared {
            outcome: Outcome::Hindered(Message::new("folder_unknown")),
            ..Prepared::default()
        }
    }
}

/// No run has a configuration.
struct NoConfigurations;

impl Configuring for NoConfigurations {
    fn may_have(&self, _: &KeptRun) -> bool {
        false
    }

    fn belonging(&self, row: i64) -> Belonging {
        unreachable!("nobody asked whether the run {row} has a configuration");
    }

    fn look(&self, wish: &LookWish) -> Looked {
        unreachable!("nothing of {} can be looked at", wish.run);
    }

    fn place(&self, _: i64) -> Option<PathBuf> {
        None
    }
}

impl Place {
    fn new() -> Self {
        Self::with(Arc::new(SystemClock))
    }

    /// With this one to make task folders ready.
    fn with_folders(self, folders: Arc<dyn Preparing>) -> Self {
        Self { folders, ..self }
    }

    fn with(clock: Arc<dyn Clock>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreOptions {
            path: folder.path().join("flowkeep.db"),
            safety: folder.path().join("safety"),
            clock: Arc::clone(&clock),
        });
        Self {
            store: Arc::new(store.unwrap()),
            folder,
            clock,
            awake: Arc::new(()),
            folders: Arc::new(NoFolders),
            configurations: Arc::new(NoConfigurations),
        }
    }

    fn epoch(&self) -> i64 {
        let taken = self
            .store
            .write::<_, StoreError>(|tx| tx.take_ownership("test", 1));
        taken.unwrap()
    }

    fn engine(&self, epoch: i64, scope: Scope) -> Engine {
        self.engine_with(epoch, scope, &[])
    }

    /// With these connections besides.
    fn engine_with(&self, epoch: i64, scope: Scope, names: &[&str]) -> Engine {
        let folder = self.folder.path();
        let source = |name: &&str| -> Arc<dyn Source> {
            let file = folder.join(name).with_extension("db");
            Arc::new(Sqlite::made(*name, file).unwrap())
        };
        let sources: Vec<_> = names.iter().map(source).collect();
        self.engine_on(epoch, scope, &sources)
    }

    /// With these sources beside `local`.
    fn engine_on(&self, epoch: i64, scope: Scope, sources: &[Arc<dyn Source>]) -> Engine {
        let folder = self.folder.path();
        let local = Sqlite::made(LOCAL, folder.join("local.db")).unwrap();
        let mut all: Vec<Arc<dyn Source>> = vec![Arc::new(local)];
        all.extend(sources.iter().map(Arc::clone));
        self.engine_on_these(epoch, scope, all)
    }

    /// With these sources alone.
    fn engine_on_these(&self, epoch: i64, scope: Scope, all: Vec<Arc<dyn Source>>) -> Engine {
        let folder = self.folder.path();
        Engine::start(EngineOptions {
            store: Arc::clone(&self.store),
            data_dir: folder.to_owned(),
            clock: Arc::clone(&self.clock),
            awake: Arc::clone(&self.awake),
            epoch,
            scope,
            connections: Arc::new(Connections::new(all)),
            folders: Arc::clone(&self.folders),
            configurations: Arc::clone(&self.configurations),
        })
        .unwrap()
    }

    fn run(&self, go: bool) -> (i64, RunId) {
        self.run_of(TASKS, &format!(r#"{{"go": {go}}}"#))
    }

    fn run_of(&self, text: &str, context: &str) -> (i64, RunId) {
        self.add(Self::new_run(text, context))
    }

    fn add(&self, new: NewRun) -> (i64, RunId) {
        self.store
            .write::<_, StoreError>(move |tx| tx.add_run(&new))
            .unwrap()
    }

    fn new_run(text: &str, context: &str) -> NewRun {
        NewRun {
            workflow_id: Some("w".to_owned()),
            context: context.to_owned(),
            ..NewRun::of("W", text)
        }
    }

    fn want(&self, row: i64, wanted: &Wanted) -> RequestAnswer {
        let new = NewRunRequest {
            row,
            wanted: serde_json::to_string(wanted).unwrap(),
            actor: "somebody".to_owned(),
            face: "test".to_owned(),
            operation: "run_cancel".to_owned(),
            task: None,
        };
        let request = self
            .store
            .write::<_, StoreError>(move |tx| tx.request_of_run(&new))
            .unwrap();
        until(|| {
            let answer = self.store.run_request(request).unwrap();
            (answer != RequestAnswer::Open).then_some(answer)
        })
    }

    fn kept(&self, id: RunId) -> KeptRun {
        self.store.run(id).unwrap().unwrap()
    }

    fn comes_to(&self, id: RunId, status: Status) {
        until(|| (self.kept(id).status == status).then_some(()));
    }
}

fn until<T>(look: impl Fn() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(since.elapsed() < LONG, "it never came");
        std::thread::yield_now();
    }
}

#[test]
fn an_engine_that_is_no_longer_the_owner_writes_nothing_and_ends() {
    let place = Place::new();
    let engine = place.engine(place.epoch(), Scope::All);
    place.epoch();
    let (_, id) = place.run(true);
    until(|| engine.has_ended().then_some(()));
    let kept = place.kept(id);
    assert_eq!((kept.status, kept.head), (Status::Queued, None));
    drop(engine);
    assert_eq!(place.kept(id).head, None);
}

#[test]
fn an_engine_that_only_decides_begins_nothing() {
    let place = Place::new();
    let (row, id) = place.run(true);
    let (_, other) = place.run(true);
    let engine = place.engine(place.epoch(), Scope::Nothing);
    assert_eq!(place.want(row, &Wanted::Cancel), RequestAnswer::Done);
    drop(engine);
    assert_eq!(place.kept(id).status, Status::Cancelled);
    assert!(place.store.attempts(row).unwrap().is_empty());
    assert_eq!(place.kept(other).head, None, "nobody wanted anything of it");
}

#[test]
fn what_is_under_way_when_the_owner_leaves_is_interrupted_and_goes_on_with_the_next() {
    let place = Place::new();
    let (row, id) = place.run(true);
    let engine = place.engine(place.epoch(), Scope::Run(id));
    until(|| {
        let attempts = place.store.attempts(row).unwrap();
        let waits = |task: &str| attempts.iter().any(|found| found.task.as_str() == task);
        waits("c").then_some(())
    });
    drop(engine);
    assert_eq!(place.kept(id).status, Status::Interrupted);
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(id, Status::Running);
    assert_eq!(place.want(row, &Wanted::Pause), RequestAnswer::Done);
    assert_eq!(place.kept(id).status, Status::Paused);
    assert_eq!(place.want(row, &Wanted::Cancel), RequestAnswer::Done);
    place.comes_to(id, Status::Cancelled);
    assert!(matches!(
        place.want(row, &Wanted::Cancel),
        RequestAnswer::Refused(why) if why.code == "run_has_ended"
    ));
    drop(engine);
    let attempts = place.store.attempts(row).unwrap();
    assert_eq!(
        attempts.len(),
        3,
        "what was done was not done again: {attempts:?}"
    );
}

#[test]
fn a_run_whose_owner_died_is_taken_up_by_whoever_is_asked_to() {
    let place = Place::new();
    let (row, id) = place.run(true);
    let dead = place.engine(place.epoch(), Scope::Run(id));
    place.comes_to(id, Status::Running);
    // To lose the ownership is what a death looks like to the database.
    let epoch = place.epoch();
    assert_eq!(place.kept(id).status, Status::Running);
    let engine = place.engine(epoch, Scope::Nothing);
    assert_eq!(place.want(row, &Wanted::Resume), RequestAnswer::Done);
    drop(engine);
    assert_eq!(place.kept(id).status, Status::Interrupted);
    drop(dead);
}

#[test]
fn a_run_that_cannot_be_read_now_holds_up_no_other_and_goes_on_when_it_can() {
    let place = Place::new();
    let (row, id) = place.run(true);
    let before = place.engine(place.epoch(), Scope::All);
    place.comes_to(id, Status::Running);
    drop(before);
    let file = rusqlite::Connection::open(place.folder.path().join("flowkeep.db")).unwrap();
    let spoil = "UPDATE run_task SET state = '{' || state WHERE run = ?1";
    file.execute(spoil, [row]).unwrap();
    let engine = place.engine(place.epoch(), Scope::All);
    let (_, later) = place.run(false);
    place.comes_to(later, Status::Succeeded);
    assert_eq!(place.kept(id).status, Status::Interrupted);
    let mend = "UPDATE run_task SET state = substr(state, 2) WHERE run = ?1";
    file.execute(mend, [row]).unwrap();
    place.run(false);
    place.comes_to(id, Status::Running);
    drop(engine);
}

#[test]
fn runs_that_come_while_it_is_at_work_are_carried_out() {
    let place = Place::new();
    let engine = place.engine(place.epoch(), Scope::All);
    let runs: Vec<RunId> = (0..20).map(|_| place.run(false).1).collect();
    for id in runs {
        place.comes_to(id, Status::Succeeded);
    }
    assert!(engine.trouble().is_none());
}

#[test]
fn what_is_done_at_once_is_read_by_what_follows_in_the_same_round() {
    let place = Place::new();
    let (row, id) = place.run_of(
        r#"{"name": "W", "maxConcurrent": 1, "tasks": [
          {"id": "a", "action": "branch", "params": {"when": [{"task": "b"}]}},
          {"id": "b", "action": "wait", "params": {"ms": 0}},
          {"id": "c", "action": "branch", "dependsOn": ["b"], "params": {"when": [{"condition": "${tasks.a.output.task == \"b\"}", "task": "d"}]}},
          {"id": "d", "action": "wait", "params": {"ms": "${context.ms}"}},
          {"id": "e", "action": "wait", "dependsOn": ["d"], "params": {"ms": "${context.nothing}"}}]}"#,
        r#"{"ms": 1}"#,
    );
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(id, Status::Failed);
    drop(engine);
    let attempts = place.store.attempts(row).unwrap();
    let came: Vec<_> = attempts
        .iter()
        .map(|found| (found.task.as_str(), found.status.as_str()))
        .collect();
    assert_eq!(
        came,
        [
            ("a", "succeeded"),
            ("b", "succeeded"),
            ("c", "succeeded"),
            ("d", "succeeded"),
            ("e", "failed")
        ]
    );
    let by: Vec<_> = attempts
        .iter()
        .filter_map(|found| found.agent.as_ref())
        .collect();
    assert!(by.is_empty(), "nobody was needed: {by:?}");
    let output = place.store.output(row, &"d".into()).unwrap();
    assert_eq!(output.as_deref(), Some("{}"));
}

#[test]
fn a_chain_that_is_longer_than_a_round_comes_to_its_end() {
    let place = Place::new();
    let task = |n: usize| {
        let before = n
            .checked_sub(1)
            .map(|before| format!(r#", "dependsOn": ["t{before}"]"#));
        let before = before.unwrap_or_default();
        format!(r#"{{"id": "t{n}", "action": "wait", "params": {{"ms": 0}}{before}}}"#)
    };
    let tasks: Vec<_> = (0..2500).map(task).collect();
    let text = format!(r#"{{"name": "W", "tasks": [{}]}}"#, tasks.join(", "));
    let (row, id) = place.run_of(&text, "{}");
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(id, Status::Succeeded);
    drop(engine);
    assert_eq!(place.store.attempts(row).unwrap().len(), 2500);
}

#[test]
fn a_run_that_can_no_longer_be_read_says_so_and_ends() {
    let place = Place::new();
    let (row, id) = place.run_of(r#"{"tasks": [{"id": "a", "action": "gone"}]}"#, "{}");
    let (other, cancelled) = place.run_of(r#"{"tasks": [{"id": "b", "action": "gone"}]}"#, "{}");
    let engine = place.engine(place.epoch(), Scope::Run(id));
    place.comes_to(id, Status::Failed);
    let said = place.store.messages(row, 0, Some("error"), 9).unwrap();
    assert!(
        matches!(&said[..], [one] if matches!(&one.said, Said::Message(why) if why.code == "run_not_readable"))
    );
    assert!(matches!(
        place.want(other, &Wanted::Pause),
        RequestAnswer::Refused(why) if why.code == "run_not_readable"
    ));
    assert_eq!(place.want(other, &Wanted::Cancel), RequestAnswer::Done);
    assert_eq!(place.kept(cancelled).status, Status::Cancelled);
    assert!(place.kept(cancelled).ended_at.is_some());
    drop(engine);
}

#[test]
fn an_owner_that_leaves_in_order_asks_nobody_and_holds_nothing_against_an_attempt() {
    let place = Place::new();
    let endless = "INSERT INTO t SELECT count(*) FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 1000000000000) SELECT n FROM c)";
    let text = format!(
        r#"{{"tasks": [{{"id": "make", "action": "sql.execute", "params": {{"sql": "CREATE TABLE t(n)"}}}},
          {{"id": "fill", "action": "sql.execute", "dependsOn": ["make"], "params": {{"sql": "{endless}"}}}}]}}"#
    );
    let (row, id) = place.run_of(&text, "{}");
    for _ in 0..4 {
        let engine = place.engine(place.epoch(), Scope::All);
        until(|| {
            let attempts = place.store.attempts(row).unwrap();
            let runs = |found: &AttemptRecord| {
                found.task.as_str() == "fill" && found.status == Status::Running
            };
            attempts.iter().any(runs).then_some(())
        });
        drop(engine);
        assert_eq!(place.kept(id).status, Status::Interrupted);
        let attempts = place.store.attempts(row).unwrap();
        let fill = attempts.iter().find(|found| found.task.as_str() == "fill");
        assert_eq!(fill.map(|found| found.status), Some(Status::Queued));
    }
    assert_eq!(
        place.store.attempts(row).unwrap().len(),
        2,
        "it is one attempt still"
    );
}

/// Told whether sleep is held off.
struct Told(std::sync::mpsc::Sender<bool>);

impl Awake for Told {
    fn want(&self, awake: bool) {
        let _ = self.0.send(awake);
    }
}

#[test]
fn sleep_is_held_off_while_a_task_writes_and_not_while_one_reads_or_waits() {
    let (tell, told) = std::sync::mpsc::channel();
    let mut place = Place::new();
    place.awake = Arc::new(Told(tell));
    let engine = place.engine(place.epoch(), Scope::All);
    let text = r#"{"tasks": [
        {"id": "wait", "action": "wait", "params": {"ms": 0}},
        {"id": "read", "action": "sql.query", "dataSource": "local", "params": {"sql": "SELECT 1"}, "dependsOn": ["wait"]}]}"#;
    let (_, id) = place.run_of(text, "{}");
    engine.wake();
    place.comes_to(id, Status::Succeeded);
    assert!(told.try_recv().is_err(), "nothing was written");

    let text = r#"{"tasks": [{"id": "write", "action": "sql.execute", "dataSource": "local",
        "params": {"sql": "CREATE TABLE t(a)"}}]}"#;
    let (_, id) = place.run_of(text, "{}");
    engine.wake();
    assert_eq!(told.recv_timeout(LONG), Ok(true));
    assert_eq!(told.recv_timeout(LONG), Ok(false));
    place.comes_to(id, Status::Succeeded);
    drop(engine);
    assert!(told.try_recv().is_err());
}

#[test]
fn what_no_agent_can_do_waits_until_one_can() {
    let place = Place::new();
    let agents = |capability: &str| Agents {
        list: vec![Agent {
            id: "one".to_owned(),
            capabilities: [capability.to_owned()].into(),
            capacity: 1,
        }],
        limit: Some(2),
    };
    let files = agents("file");
    place
        .store
        .write::<_, StoreError>(move |tx| files.keep(tx))
        .unwrap();
    let (row, id) = place.run_of(
        r#"{"tasks": [{"id": "ask", "action": "sql.query", "params": {"sql": "SELECT 1"}}]}"#,
        "{}",
    );
    let engine = place.engine(place.epoch(), Scope::All);
    until(|| place.kept(id).head.map(|_| ()));
    let ask = place.store.attempts(row).unwrap();
    assert_eq!((ask[0].status, &ask[0].agent), (Status::Queued, &None));
    let databases = agents("sqlite");
    place
        .store
        .write::<_, StoreError>(move |tx| databases.keep(tx))
        .unwrap();
    place.comes_to(id, Status::Succeeded);
    drop(engine);
    assert_eq!(
        place.store.attempts(row).unwrap()[0].agent.as_deref(),
        Some("one")
    );
}

/// All of them become ready in one round, before any of them has begun.
#[test]
fn tasks_that_begin_together_are_spread_over_sources_and_agents_that_are_alike() {
    let place = Place::new();
    let agent = |id: &str, capacity| Agent {
        id: id.to_owned(),
        capabilities: ["sqlite".to_owned()].into(),
        capacity,
    };
    let agents = Agents {
        list: vec![agent("large", 6), agent("small", 3)],
        limit: None,
    };
    place
        .store
        .write::<_, StoreError>(move |tx| agents.keep(tx))
        .unwrap();
    let task = |number: usize| {
        format!(
            r#"{{"id": "t{number}", "action": "sql.query", "dataSource": "sqlite", "params": {{"sql": "SELECT {number}"}}}}"#
        )
    };
    let tasks: Vec<_> = (0..6).map(task).collect();
    let (row, id) = place.run_of(&format!(r#"{{"tasks": [{}]}}"#, tasks.join(",")), "{}");
    let engine = place.engine_with(place.epoch(), Scope::All, &["one", "two"]);
    place.comes_to(id, Status::Succeeded);
    drop(engine);
    let attempts = place.store.attempts(row).unwrap();
    let count = |of: &dyn Fn(&AttemptRecord) -> Option<String>, name: &str| {
        let of_it = |attempt: &&AttemptRecord| of(attempt).as_deref() == Some(name);
        attempts.iter().filter(of_it).count()
    };
    let source = |attempt: &AttemptRecord| attempt.data_source.clone();
    let agent = |attempt: &AttemptRecord| attempt.agent.clone();
    assert_eq!([count(&source, "one"), count(&source, "two")], [3, 3]);
    assert_eq!([count(&agent, "large"), count(&agent, "small")], [4, 2]);
}

/// A clock that panics when somebody wants it to.
#[derive(Default)]
struct Breaks(AtomicBool);

impl Clock for Breaks {
    fn now(&self) -> Timestamp {
        assert!(!self.0.swap(false, Ordering::Relaxed), "as the test wants");
        SystemClock.now()
    }
}

#[test]
fn an_engine_that_panics_says_so_and_the_next_one_goes_on() {
    let breaks = Arc::new(Breaks::default());
    let place = Place {
        clock: Arc::clone(&breaks) as Arc<dyn Clock>,
        ..Place::new()
    };
    let engine = place.engine(place.epoch(), Scope::All);
    let (_, id) = place.run(false);
    place.comes_to(id, Status::Succeeded);
    breaks.0.store(true, Ordering::Relaxed);
    let (_, left) = place.run(false);
    until(|| engine.has_ended().then_some(()));
    assert!(matches!(engine.trouble(), Some(StoreError::Panicked)));
    drop(engine);
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(left, Status::Succeeded);
    assert!(engine.trouble().is_none());
}
