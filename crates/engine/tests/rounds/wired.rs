//! What a definition says reaches what carries it out: order, limits, time, tries, compensation,
//! ways. The decisions themselves are tested in `core`; here each has to have been connected.
//!
//! Programs that have to last wait for a file somebody writes, so that nothing hangs on how fast
//! the machine is; time passes when the clock is told so.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use flowkeep_core::run::{Decision, From, Status, TaskId, repeat};
use flowkeep_core::{RunId, Value};
use flowkeep_engine::{Agent, Agents, Scope, Wanted, definition_of, state_of};
use flowkeep_host::testing::TestClock;
use flowkeep_store::{AttemptRecord, NewRun, RequestAnswer, Said, StoreError};
use rstest::rstest;
use rusqlite::Connection;

use crate::{Place, until};

const NOW: i64 = 1_700_000_000_000;
const MINUTE: u32 = 60_000;

/// Waits until its gate is opened, then writes its name.
const GATED: &str = r#"{"id": "gate", "action": "program.run", "params": {"program": "cat", "args": ["${context.gate}"]}}"#;

/// Ends at once and needs nobody: when it has ended, the engine has looked at all that came before.
const WITNESS: &str = r#"{"tasks": [{"id": "a", "action": "wait", "params": {"ms": 0}}]}"#;

impl Place {
    /// With a table `seen` in `local`, into which tasks write what they are.
    fn with_table(self) -> Self {
        self.local()
            .execute("CREATE TABLE seen(what TEXT)", [])
            .unwrap();
        self
    }

    fn local(&self) -> Connection {
        Connection::open(self.folder.path().join("local.db")).unwrap()
    }

    /// What was written, in its order.
    fn seen(&self) -> Vec<String> {
        let local = self.local();
        let mut rows = local
            .prepare("SELECT what FROM seen ORDER BY rowid")
            .unwrap();
        let found = rows.query_map([], |row| row.get(0)).unwrap();
        found.collect::<Result<_, _>>().unwrap()
    }

    fn agents(&self, capacity: u32, limit: Option<u32>) {
        let mut agents = Agents {
            limit,
            ..Agents::default()
        };
        for agent in &mut agents.list {
            let Agent { capacity: now, .. } = agent;
            *now = capacity;
        }
        self.store
            .write::<_, StoreError>(move |tx| agents.keep(tx))
            .unwrap();
    }

    /// A file that whoever reads it waits for.
    pub(crate) fn gate(&self, name: &str) -> Gate {
        let path = self.folder.path().join(name);
        let made = Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        Gate(path)
    }

    pub(crate) fn last(&self, row: i64, task: &str) -> Option<AttemptRecord> {
        let mut attempts = self.store.attempts(row).unwrap().into_iter();
        attempts.rfind(|found| found.task.as_str() == task)
    }

    fn status_of(&self, row: i64, task: &str) -> Option<Status> {
        self.last(row, task).map(|found| found.status)
    }

    fn is(&self, row: i64, task: &str, status: Status) {
        until(|| (self.status_of(row, task) == Some(status)).then_some(()));
    }

    /// Lets the engine look at everything that came before.
    fn witness(&self) {
        let (_, id) = self.run_of(WITNESS, "{}");
        self.comes_to(id, Status::Succeeded);
    }

    fn said(&self, row: i64) -> Vec<String> {
        let messages = self.store.messages(row, 0, None, 100).unwrap().into_iter();
        let codes = messages.filter_map(|message| match message.said {
            Said::Message(message) => Some(message.code),
            Said::Line(_) => None,
        });
        codes.collect()
    }

    /// A file in the folder of a run.
    fn file(&self, id: RunId, name: &str) -> PathBuf {
        let folder = self.folder.path().join("task-folders").join(id.to_string());
        folder.join(name)
    }
}

pub(crate) struct Gate(PathBuf);

impl Gate {
    pub(crate) fn context(&self) -> String {
        format!(r#"{{"gate": "{}"}}"#, self.0.display())
    }

    /// Lets the one that waits at it go on.
    pub(crate) fn open(&self) {
        // Without waiting here: nobody would say who did not come.
        let mut options = std::fs::OpenOptions::new();
        options.write(true).custom_flags(O_NONBLOCK);
        until(|| options.open(&self.0).ok());
    }
}

const O_NONBLOCK: i32 = if cfg!(target_os = "linux") { 0o4000 } else { 4 };

fn tasks(keys: &str, tasks: &str) -> String {
    format!(r#"{{"name": "W", {keys} "tasks": [{tasks}]}}"#)
}

/// A task that writes a word.
fn writes(id: &str, word: &str, keys: &str) -> String {
    format!(
        r#"{{"id": "{id}", "action": "sql.execute", "dataSource": "local", "params": {{"sql": "INSERT INTO seen VALUES (?)", "args": ["{word}"]}} {keys}}}"#
    )
}

#[rstest]
#[case::of_the_workflow(r#""maxConcurrent": 1,"#, 8, None)]
#[case::of_the_agent("", 1, None)]
#[case::of_all("", 8, Some(1))]
fn a_limit_holds_and_what_waits_for_it_goes_on_when_a_place_is_free(
    #[case] keys: &str,
    #[case] capacity: u32,
    #[case] limit: Option<u32>,
) {
    let place = Place::new();
    place.agents(capacity, limit);
    let text = tasks(keys, GATED);
    let gates = [place.gate("first"), place.gate("second")];
    let runs = gates
        .each_ref()
        .map(|gate| place.run_of(&text, &gate.context()));
    let engine = place.engine(place.epoch(), Scope::All);
    place.is(runs[0].0, "gate", Status::Running);
    // Both came into the same round.
    assert_eq!(place.status_of(runs[1].0, "gate"), Some(Status::Queued));
    gates[0].open();
    place.comes_to(runs[0].1, Status::Succeeded);
    place.is(runs[1].0, "gate", Status::Running);
    gates[1].open();
    place.comes_to(runs[1].1, Status::Succeeded);
    drop(engine);
    let ended = place.last(runs[0].0, "gate").unwrap().ended_at;
    let began = place.last(runs[1].0, "gate").unwrap().started_at;
    assert!(ended <= began, "{ended:?} {began:?}");
}

#[test]
fn the_smaller_priority_goes_first_and_within_one_who_came_first() {
    let place = Place::new().with_table();
    place.agents(1, None);
    let run = |priority: &str, word: &str, keys: &str| {
        let keys_of_run = format!(r#""priority": {priority},"#);
        place
            .run_of(&tasks(&keys_of_run, &writes("a", word, keys)), "{}")
            .1
    };
    let runs = [
        run("5", "five", ""),
        run("1", "one", ""),
        run("3", "three", ""),
        run("1", "one more", ""),
        run("9", "nothing", r#", "priority": 0"#),
    ];
    let engine = place.engine(place.epoch(), Scope::All);
    for id in runs {
        place.comes_to(id, Status::Succeeded);
    }
    drop(engine);
    let expected = ["nothing", "one", "one more", "three", "five"];
    assert_eq!(place.seen(), expected);
}

#[test]
fn what_waited_before_a_restart_has_waited_all_the_same() {
    let clock = Arc::new(TestClock::at(NOW));
    let place = Place::with(clock.clone()).with_table();
    place.agents(0, None);
    let (old, id) = place.run_of(&tasks(r#""priority": 5,"#, &writes("a", "old", "")), "{}");
    let engine = place.engine(place.epoch(), Scope::All);
    place.is(old, "a", Status::Queued);
    drop(engine);
    // More than the four minutes that four steps of priority are worth.
    clock.pass(6 * MINUTE);
    let (_, new) = place.run_of(&tasks(r#""priority": 1,"#, &writes("a", "new", "")), "{}");
    place.agents(1, None);
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(id, Status::Succeeded);
    place.comes_to(new, Status::Succeeded);
    drop(engine);
    assert_eq!(place.seen(), ["old", "new"]);
}

#[test]
fn an_attempt_that_takes_too_long_is_stopped_and_tried_again_after_its_pause() {
    let clock = Arc::new(TestClock::at(NOW));
    let place = Place::with(clock.clone());
    let task = r#"{"id": "a", "action": "program.run", "params": {"program": "sleep", "args": [600]},
        "timeout": 60000, "retry": {"limit": 1, "delay": 3600000, "jitter": false, "on": ["timeout"]}}"#;
    let (row, id) = place.run_of(&tasks("", task), "{}");
    let engine = place.engine(place.epoch(), Scope::All);
    place.is(row, "a", Status::Running);
    clock.pass(MINUTE);
    place.is(row, "a", Status::Failed);
    assert_eq!(place.kept(id).status, Status::Running, "it is tried again");
    clock.pass(60 * MINUTE);
    until(|| (place.last(row, "a")?.number == 2).then_some(()));
    place.is(row, "a", Status::Running);
    clock.pass(MINUTE);
    place.comes_to(id, Status::Failed);
    drop(engine);
    let errors = place.store.attempts(row).unwrap().into_iter();
    let errors: Vec<_> = errors.map(|found| found.error.unwrap().code).collect();
    assert_eq!(errors, ["timeout", "timeout"]);
}

#[test]
fn a_night_of_sleep_ends_a_wait_and_is_no_time_that_an_attempt_has_taken() {
    let clock = Arc::new(TestClock::at(NOW));
    let place = Place::with(clock.clone());
    let gate = place.gate("gate");
    let text = tasks("", &GATED.replace("\"id\"", r#""timeout": 60000, "id""#));
    let (row, id) = place.run_of(&text, &gate.context());
    let waits = r#"{"id": "a", "action": "wait", "params": {"ms": 3600000}}"#;
    let (_, waiting) = place.run_of(&tasks("", waits), "{}");
    let engine = place.engine(place.epoch(), Scope::All);
    place.is(row, "gate", Status::Running);
    clock.set(NOW + 8 * 3_600_000);
    place.comes_to(waiting, Status::Succeeded);
    assert_eq!(place.status_of(row, "gate"), Some(Status::Running));
    assert!(
        place.said(row).contains(&"run_clock_ahead".to_owned()),
        "{:?}",
        place.said(row)
    );
    gate.open();
    place.comes_to(id, Status::Succeeded);
    // What was worked does count.
    let (row, id) = place.run_of(&text, &place.gate("other").context());
    place.is(row, "gate", Status::Running);
    clock.pass(MINUTE);
    place.comes_to(id, Status::Failed);
    drop(engine);
    assert_eq!(
        place.last(row, "gate").unwrap().error.unwrap().code,
        "timeout"
    );
}

#[test]
fn a_person_who_cancels_stops_what_runs_first_softly_and_then_not() {
    let clock = Arc::new(TestClock::at(NOW));
    let place = Place::with(clock.clone());
    let sh = |script: &str| {
        let task = format!(
            r#"{{"id": "a", "action": "program.run", "params": {{"program": "sh", "args": ["-c", "{script}"]}}}}"#
        );
        place.run_of(&tasks("", &task), "{}")
    };
    let (polite_row, polite) =
        sh("trap 'echo bye > bye; exit 3' TERM; echo ready > ready; sleep 600 & wait");
    let (deaf_row, deaf) = sh("trap '' TERM; echo ready > ready; sleep 600");
    let engine = place.engine(place.epoch(), Scope::All);
    for id in [polite, deaf] {
        until(|| place.file(id, "ready").exists().then_some(()));
    }
    for row in [polite_row, deaf_row] {
        assert_eq!(place.want(row, &Wanted::Cancel), RequestAnswer::Done);
    }
    place.comes_to(polite, Status::Cancelled);
    assert!(place.file(polite, "bye").exists(), "it was asked");
    place.witness();
    assert_eq!(place.status_of(deaf_row, "a"), Some(Status::Running));
    clock.pass(10_000);
    place.comes_to(deaf, Status::Cancelled);
    drop(engine);
    assert_eq!(place.status_of(deaf_row, "a"), Some(Status::Cancelled));
}

const FAILS: &str = r#""action": "program.run", "params": {"program": "false"}"#;

#[rstest]
#[case::compensation(
    &[writes("a", "a", r#", "compensate": "undo_a""#),
      writes("b", "b", r#", "compensate": "undo_b", "dependsOn": ["a"]"#),
      format!(r#"{{"id": "c", {FAILS}, "dependsOn": ["b"]}}"#),
      writes("undo_a", "undo a of ${tasks.a.output.affected}", ""),
      writes("undo_b", "undo b", "")],
    Status::Failed, &["a", "b", "undo b", "undo a of 1"])]
#[case::fallback(
    &[format!(r#"{{"id": "a", {FAILS}, "onFailure": "fallback:f"}}"#),
      r#"{"id": "f", "action": "sql.query", "params": {"sql": "SELECT 7 AS n"}}"#.to_owned(),
      writes("b", "${tasks.a.output.rows[0].n}", r#", "dependsOn": ["a"]"#)],
    Status::Succeeded, &["7"])]
#[case::going_on(
    &[format!(r#"{{"id": "a", {FAILS}, "onFailure": "continue"}}"#),
      writes("b", "b", r#", "dependsOn": ["a"]"#), writes("c", "c", "")],
    Status::Succeeded, &["c"])]
#[case::stopping(
    &[format!(r#"{{"id": "a", {FAILS}}}"#),
      writes("b", "b", r#", "dependsOn": ["a"], "runAfter": "any""#),
      writes("c", "c", r#", "dependsOn": ["a"]"#)],
    Status::Failed, &["b"])]
#[case::another_try(
    &[r#"{"id": "a", "action": "program.run", "retry": {"limit": 1, "delay": 1},
          "params": {"program": "sh", "args": ["-c", "test -e tried || { touch tried; exit 1; }"]}}"#.to_owned(),
      writes("b", "b", r#", "dependsOn": ["a"]"#)],
    Status::Succeeded, &["b"])]
#[case::conditions_and_branches(
    &[writes("a", "a", r#", "condition": "${context.x == 2}""#),
      r#"{"id": "b", "action": "branch", "params": {"when": [{"condition": "${context.x == 1}", "task": "c"}, {"task": "d"}]}}"#.to_owned(),
      writes("c", "c", ""), writes("d", "d", "")],
    Status::Succeeded, &["c"])]
fn what_a_task_says_is_what_is_done(
    #[case] list: &[String],
    #[case] status: Status,
    #[case] expected: &[&str],
) {
    let place = Place::new().with_table();
    let (_, id) = place.run_of(&tasks("", &list.join(", ")), r#"{"x": 1}"#);
    let engine = place.engine(place.epoch(), Scope::All);
    until(|| place.kept(id).status.is_final().then_some(()));
    drop(engine);
    assert_eq!(
        (place.kept(id).status, place.seen()),
        (status, words(expected))
    );
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

#[rstest]
#[case::a_chain(
    &tasks("", &[
        writes("a", "a", r#", "transitions": {"success": {"task_id": "b"}}"#),
        format!(r#"{{"id": "b", {FAILS}, "transitions": {{"success": {{"task_id": "c"}}, "failure": {{"task_id": "d"}}}}}}"#),
        writes("c", "c", ""), writes("d", "d", "")].join(", ")),
    Status::Succeeded, None, &["a", "d"])]
#[case::a_graph(
    r#"{"name": "W", "nodes": {
        "b": {"config": {"action": "sql.execute", "params": {"sql": "INSERT INTO seen VALUES ('b')"}}},
        "a": {"config": {"action": "sql.execute", "params": {"sql": "INSERT INTO seen VALUES ('a')"}}},
        "look": {"type": "human"}},
      "edges": [{"from": "start", "to": "a"}, {"from": "a", "to": "b"}, {"from": "b", "to": "look"}, {"from": "look", "to": "__end__"}]}"#,
    Status::Succeeded, Some(("look", None)), &["a", "b"])]
#[case::stages(
    r#"{"name": "W", "stages": [{"id": "s"}, {"id": "t"}, {"id": "u"}],
        "transitions": [{"from": "s", "to": "t"}, {"from": "s", "to": "u"}]}"#,
    Status::Waiting, Some(("s", Some("u"))), &[])]
fn guided_work_leads_on(
    #[case] text: &str,
    #[case] status: Status,
    #[case] answer: Option<(&str, Option<&str>)>,
    #[case] expected: &[&str],
) {
    let place = Place::new().with_table();
    let (row, id) = place.run_of(text, "{}");
    let engine = place.engine(place.epoch(), Scope::All);
    if let Some((task, next)) = answer {
        place.is(row, task, Status::Waiting);
        let next = next.map(TaskId::from);
        let approved = answered(task, Decision::Approve { next: next.clone() });
        assert_eq!(place.want(row, &approved), RequestAnswer::Done);
        if let Some(next) = next {
            place.is(row, next.as_str(), Status::Waiting);
        }
    }
    place.comes_to(id, status);
    drop(engine);
    assert_eq!(place.seen(), words(expected));
}

fn answered(task: &str, decision: Decision) -> Wanted {
    Wanted::Answer {
        task: TaskId::from(task),
        decision,
        output: None,
    }
}

#[test]
fn a_person_who_says_that_it_failed_ends_the_run() {
    let place = Place::new().with_table();
    let list = [
        r#"{"id": "a", "action": "manual"}"#.to_owned(),
        writes("b", "b", r#", "dependsOn": ["a"]"#),
    ];
    let (row, id) = place.run_of(&tasks("", &list.join(", ")), "{}");
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(id, Status::Waiting);
    let failed = answered("a", Decision::Failed);
    assert_eq!(place.want(row, &failed), RequestAnswer::Done);
    place.comes_to(id, Status::Failed);
    drop(engine);
    assert_eq!(place.seen(), words(&[]));
}

#[rstest]
#[case::failed(&From::Failed, &[], &["b", "c of 1"])]
#[case::start(&From::Start, &[], &["a", "b", "c of 1"])]
#[case::first(&From::Task("a".into()), &[], &["a", "b", "c of 1"])]
#[case::last(&From::Task("c".into()), &["b"], &["c of 1"])]
#[case::left_out(&From::Failed, &["b"], &["c of 1"])]
fn a_run_is_repeated_from_where_somebody_wants(
    #[case] from: &From,
    #[case] skip: &[&str],
    #[case] expected: &[&str],
) {
    let place = Place::new().with_table();
    let list = |b: String| {
        let c = writes(
            "c",
            "c of ${tasks.a.output.affected}",
            r#", "dependsOn": ["b"]"#,
        );
        tasks("", &[writes("a", "a", ""), b, c].join(", "))
    };
    let wrong = list(format!(r#"{{"id": "b", {FAILS}, "dependsOn": ["a"]}}"#));
    let (_, before) = place.run_of(&wrong, "{}");
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(before, Status::Failed);
    assert_eq!(place.seen(), ["a"]);
    place.local().execute("DELETE FROM seen", []).unwrap();

    let kept = place.kept(before);
    let then = definition_of(&place.store, &kept).unwrap().unwrap();
    let state = state_of(&place.store, &kept, &then).unwrap();
    let corrected = list(writes("b", "b", r#", "dependsOn": ["a"]"#));
    let document = flowkeep_core::Document::parse(flowkeep_core::Format::Json, corrected.clone());
    let document = document.unwrap();
    let value: &Value = document.value();
    let now = flowkeep_core::run::Definition::read(value).unwrap();
    let skip: Vec<TaskId> = skip.iter().map(|id| TaskId::from(*id)).collect();
    let (_, id) = place.add(NewRun {
        start: repeat(&then, &state, &now, from, &skip, &[]).unwrap(),
        repeats: Some(before),
        ..Place::new_run(&corrected, "{}")
    });
    place.comes_to(id, Status::Succeeded);
    drop(engine);
    assert_eq!(place.seen(), words(expected));
}

#[test]
fn of_sources_of_one_type_the_one_with_less_to_do_is_taken() {
    let place = Place::new();
    let endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 1000000000000) SELECT count(*) FROM c";
    let text = tasks(
        "",
        &format!(
            r#"{{"id": "a", "action": "sql.query", "dataSource": "sqlite", "params": {{"sql": "{endless}"}}}}"#
        ),
    );
    let engine = place.engine_with(place.epoch(), Scope::All, &["one", "two"]);
    let begin = || {
        let (row, id) = place.run_of(&text, "{}");
        place.is(row, "a", Status::Running);
        let on = place.last(row, "a").unwrap().data_source.unwrap();
        (row, id, on)
    };
    let (first, id, on) = begin();
    assert_eq!(on, "one");
    let (second, other, on) = begin();
    assert_eq!(on, "two");
    assert_eq!(place.want(second, &Wanted::Cancel), RequestAnswer::Done);
    place.comes_to(other, Status::Cancelled);
    let (third, last, on) = begin();
    assert_eq!(on, "two", "it has nothing to do any more");
    for row in [first, third] {
        assert_eq!(place.want(row, &Wanted::Cancel), RequestAnswer::Done);
    }
    for id in [id, last] {
        place.comes_to(id, Status::Cancelled);
    }
    drop(engine);
}

#[test]
fn nothing_is_done_that_is_not_written_first() {
    let place = Place::new();
    let gate = place.gate("gate");
    let follows = r#"{"id": "b", "action": "program.run", "dependsOn": ["gate"],
        "params": {"program": "sh", "args": ["-c", "echo x >> written"]}}"#;
    let (row, id) = place.run_of(&tasks("", &format!("{GATED}, {follows}")), &gate.context());
    let engine = place.engine(place.epoch(), Scope::All);
    place.is(row, "gate", Status::Running);
    // A database that is not where it was takes no commit.
    let (here, away) = (
        place.folder.path().join("flowkeep.db"),
        place.folder.path().join("away.db"),
    );
    std::fs::rename(&here, &away).unwrap();
    gate.open();
    let trouble = until(|| engine.trouble());
    assert!(matches!(trouble, StoreError::Gone), "{trouble:?}");
    assert!(engine.trouble().is_some(), "whoever asks is told");
    // Had it been begun, it would have come to its end while these do.
    for _ in 0..20 {
        assert!(
            Command::new("sh")
                .args(["-c", ":"])
                .status()
                .unwrap()
                .success()
        );
    }
    assert!(!place.file(id, "written").exists());
    std::fs::rename(&away, &here).unwrap();
    place.comes_to(id, Status::Succeeded);
    assert!(engine.trouble().is_none());
    drop(engine);
    let written = std::fs::read_to_string(place.file(id, "written")).unwrap();
    assert_eq!(written, "x\n", "once");
    assert_eq!(place.store.attempts(row).unwrap().len(), 2);
}
