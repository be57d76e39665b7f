use flowkeep_core::run::{Moment, RunState};
use flowkeep_store::{NewRun, RunWrite, StoreError};

use super::*;
use crate::runs;
use crate::testing::open;
use crate::types::{RunLogInput, RunShowInput, RunTaskRef, RunText};

const THREE: &str = r#"{"tasks": [
    {"id": "a", "name": "Ask", "action": "manual"},
    {"id": "b", "action": "wait", "params": {"ms": "${context.pause}"}, "dependsOn": ["a"]},
    {"id": "c", "action": "manual", "dependsOn": ["a", "b"]}]}"#;

struct Place {
    api: Api,
    run: KeptRun,
    state: RunState,
    _root: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let api = open(root.path());
        let new = NewRun {
            context: r#"{"pause": 5}"#.to_owned(),
            ..NewRun::of("w", THREE)
        };
        let added = api.store.write::<_, StoreError>(move |tx| tx.add_run(&new));
        let run = api.store.run(added.unwrap().1).unwrap().unwrap();
        let definition = api.definitions.of(&api.store, &run).unwrap().unwrap();
        let state = RunState::new(run.id, &definition);
        let place = Self {
            api,
            run,
            state,
            _root: root,
        };
        let head = RunWrite::Head(Box::new(place.state.head.clone()));
        place.write(1_000, vec![head]);
        place
    }

    fn write(&self, at: i64, writes: Vec<RunWrite>) {
        let (row, id) = (self.run.row, self.run.id);
        let write = move |tx: &flowkeep_store::Tx<'_>| tx.write_run(row, id, Moment(at), &writes);
        self.api.store.write::<_, StoreError>(write).unwrap();
    }

    fn attempt(&self, at: i64, task: &str, status: Status, error: Option<Message>) {
        self.write(
            at,
            vec![RunWrite::Attempt {
                task: TaskId::from(task),
                number: 1,
                status,
                error,
            }],
        );
    }

    fn ask(&self, since: Option<&str>) -> RunTimeline {
        let input = RunTimelineInput {
            id: self.run.id.to_string(),
            since: since.map(str::to_owned),
        };
        timeline(&self.api, input).unwrap()
    }
}

#[test]
fn all_is_told_once_and_then_what_has_changed() {
    let place = Place::new();
    let whole = place.ask(None);
    let plan = whole.plan.unwrap();
    assert_eq!(plan.ids, ["a", "b", "c"]);
    assert_eq!(plan.names, ["Ask", "b", "c"]);
    assert_eq!(
        (plan.actions, plan.action),
        (vec!["manual".to_owned(), "wait".to_owned()], vec![0, 1, 0])
    );
    assert_eq!((whole.at, whole.tries), (vec![], vec![0, 0, 0]));
    let waits: Vec<_> = whole
        .more
        .iter()
        .map(|more| (more.at, more.waits_for.clone()))
        .collect();
    assert_eq!(waits, [(1, vec![0]), (2, vec![0, 1])]);

    place.attempt(2_000, "b", Status::Queued, None);
    place.attempt(2_500, "b", Status::Running, None);
    let next = place.ask(Some(&whole.seen));
    assert!(next.plan.is_none());
    assert_eq!((next.at.clone(), next.tries), (vec![1], vec![1]));
    assert_eq!(next.attempts.queued, [2_000]);
    assert_eq!(next.attempts.waited, [Some(500)]);
    assert_eq!(next.attempts.ended, [None]);
    let word = usize::from(next.attempts.status[0]);
    assert_eq!(next.statuses[word], Status::Running);

    let nothing = place.ask(Some(&next.seen));
    assert_eq!((nothing.at, nothing.seen), (vec![], next.seen));
    // Who was told of it before is told all that came since.
    assert_eq!(place.ask(Some(&whole.seen)).at, [1]);
}

#[test]
fn what_nobody_was_told_here_is_told_anew() {
    let place = Place::new();
    let seen = place.ask(None).seen;
    for odd in ["", "7", "1-1-0", "a-b", &format!("{seen}x")] {
        assert!(place.ask(Some(odd)).plan.is_some(), "{odd}");
    }
    // More runs were looked at meanwhile than are kept in mind.
    for _ in 0..FOLLOWED {
        let new = NewRun::of("other", THREE);
        let added = place
            .api
            .store
            .write::<_, StoreError>(move |tx| tx.add_run(&new));
        let id = added.unwrap().1.to_string();
        timeline(&place.api, RunTimelineInput { id, since: None }).unwrap();
    }
    assert!(place.ask(Some(&seen)).plan.is_some());
}

#[test]
fn of_errors_only_those_are_told_that_sent_work_back() {
    let place = Place::new();
    let failed = Message::new("program_failed").with("detail", "run_sent_back");
    place.attempt(2_000, "b", Status::Failed, Some(failed.clone()));
    let back = Message::new("run_sent_back").with("to", "a");
    place.attempt(3_000, "c", Status::Failed, Some(back.clone()));
    let told = place.ask(None).more;
    let told: Vec<_> = told
        .into_iter()
        .filter(|more| !more.sent_back.is_empty())
        .map(|more| (more.at, more.sent_back))
        .collect();
    assert_eq!(told, [(2, vec![(1, back)])]);
    // The others come with their task.
    let input = RunTaskRef {
        id: place.run.id.to_string(),
        task: "b".to_owned(),
    };
    let shown = runs::task(&place.api, input).unwrap();
    assert_eq!(shown.task.attempts[0].error, Some(failed));
}

#[test]
fn a_task_says_what_it_is_given_as_far_as_that_is_known() {
    let place = Place::new();
    let of = |task: &str| RunTaskRef {
        id: place.run.id.to_string(),
        task: task.to_owned(),
    };
    let shown = runs::task(&place.api, of("b")).unwrap();
    assert_eq!(flowkeep_core::json::print(&shown.params), r#"{"ms":5}"#);
    assert_eq!(shown.task.waits_for, ["a"]);
    let error = runs::task(&place.api, of("z")).unwrap_err();
    assert_eq!(error.code, "run_no_such_task");
}

#[test]
fn a_page_has_the_run_without_its_tasks() {
    let place = Place::new();
    let shown = |tasks, names| {
        let input = RunShowInput {
            id: place.run.id.to_string(),
            brief: Some(true),
            tasks,
            names,
        };
        let shown = runs::show(&place.api, input).unwrap();
        (shown.tasks.len(), shown.context_names.len())
    };
    assert_eq!(shown(None, None), (3, 1));
    assert_eq!(shown(Some(false), Some(false)), (0, 0));
}

#[test]
fn the_log_is_read_from_its_end() {
    let place = Place::new();
    let say = |n: usize| RunWrite::Say {
        level: flowkeep_core::run::Level::Info,
        task: Some(TaskId::from(if n.is_multiple_of(2) { "a" } else { "b" })),
        said: flowkeep_store::Said::Line(n.to_string()),
    };
    place.write(2_000, (0..7).map(say).collect());
    let page = |before, task: Option<&str>| {
        let input = RunLogInput {
            id: place.run.id.to_string(),
            before: Some(before),
            task: task.map(str::to_owned),
            limit: Some(3),
            ..RunLogInput::default()
        };
        let page = runs::log(&place.api, input).unwrap();
        let lines = page.items.iter().map(|line| match &line.text {
            RunText::Line(line) => line.clone(),
            RunText::Message(message) => message.code.clone(),
        });
        (lines.collect::<Vec<_>>().join(" "), page.first, page.next)
    };
    let (lines, first, next) = page(0, None);
    assert_eq!(lines, "4 5 6");
    let (lines, first, _) = page(first.unwrap(), None);
    assert_eq!(lines, "1 2 3");
    let (lines, first, _) = page(first.unwrap(), None);
    assert_eq!((&*lines, first), ("0", None));
    assert_eq!(page(0, Some("b")).0, "1 3 5");
    // From its end one goes on as from anywhere.
    let input = RunLogInput {
        id: place.run.id.to_string(),
        after: next,
        ..RunLogInput::default()
    };
    assert!(runs::log(&place.api, input).unwrap().items.is_empty());
}
