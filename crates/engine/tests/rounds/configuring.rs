//! The configuration of runs that belong to a session: when it is looked at, and what waits for that.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};

use flowkeep_core::Message;
use flowkeep_core::RunId;
use flowkeep_core::run::{Decision, Level, Status, TaskId};
use flowkeep_engine::{Belonging, Configuring, LookWish, Looked, Occasion, Scope, Wanted};
use flowkeep_store::{KeptRun, RequestAnswer, Said, StoreError};

use super::{Place, until};

/// Two steps that end at once, one after the other.
const SHORT: &str = r#"{"name": "W", "tasks": [
  {"id": "a", "action": "wait", "params": {"ms": 0}},
  {"id": "b", "action": "wait", "params": {"ms": 0}, "dependsOn": ["a"]}]}"#;

/// One that does not end.
const LONG: &str = r#"{"name": "W", "tasks": [
  {"id": "a", "action": "wait", "params": {"ms": 0}},
  {"id": "b", "action": "wait", "params": {"ms": 86400000}, "dependsOn": ["a"]}]}"#;

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own"
)]
#[derive(Default)]
struct State {
    seen: Vec<Occasion>,
    is_shut: bool,
    holds: bool,
    panics: bool,
    /// Whether runs that begin may have a configuration, and have one.
    asks: bool,
    places: bool,
    asked: Vec<i64>,
}

/// Says what it is told to say, once it is let.
#[derive(Default)]
struct Watching {
    state: Mutex<State>,
    opened: Condvar,
}

impl Watching {
    fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
        self.opened.notify_all();
    }

    fn asked(&self) -> Vec<i64> {
        self.state.lock().unwrap().asked.clone()
    }

    fn seen(&self) -> Vec<Occasion> {
        self.state.lock().unwrap().seen.clone()
    }
}

impl Configuring for Watching {
    fn may_have(&self, _: &KeptRun) -> bool {
        self.state.lock().unwrap().asks
    }

    fn belonging(&self, row: i64) -> Belonging {
        let mut state = self.state.lock().unwrap();
        state.asked.push(row);
        let state = self
            .opened
            .wait_while(state, |state| state.is_shut)
            .unwrap();
        let (places, panics) = (state.places, state.panics);
        drop(state);
        assert!(!panics, "a fault of ours");
        Belonging {
            session: places.then(|| "s".to_owned()),
            told: Vec::new(),
        }
    }

    fn look(&self, wish: &LookWish) -> Looked {
        assert_eq!(wish.session, "s");
        let mut state = self.state.lock().unwrap();
        state.seen.push(wish.occasion.clone());
        let state = self
            .opened
            .wait_while(state, |state| state.is_shut)
            .unwrap();
        let (holds, panics) = (state.holds, state.panics);
        drop(state);
        assert!(!panics, "a fault of ours");
        Looked {
            told: vec![(Level::Info, Message::new("run_configuration_kept"))],
            holds,
        }
    }

    fn place(&self, _: i64) -> Option<PathBuf> {
        None
    }
}

fn place(watching: &Arc<Watching>) -> Place {
    let configurations = Arc::clone(watching);
    Place {
        configurations,
        ..Place::new()
    }
}

/// A run that belongs to a session.
fn run(place: &Place, text: &str) -> (i64, RunId) {
    let new = Place::new_run(text, "{}");
    let added = place.store.write::<_, StoreError>(move |tx| {
        let (row, id) = tx.add_run(&new)?;
        tx.join_session(row, id, "s")?;
        Ok((row, id))
    });
    added.unwrap()
}

/// A run that its owner has left while something of it was under way.
fn left(place: &Place) -> (i64, RunId) {
    let engine = place.engine(place.epoch(), Scope::All);
    let (row, id) = run(place, LONG);
    place.comes_to(id, Status::Running);
    drop(engine);
    (row, id)
}

fn step(task: &str) -> Occasion {
    Occasion::Step(TaskId::from(task))
}

/// How often the run says who started it.
fn started(place: &Place, row: i64) -> usize {
    let lines = place.store.messages(row, 0, None, u32::MAX).unwrap();
    let said = |said: &Said| matches!(said, Said::Message(said) if said.code == "run_was_started");
    lines.iter().filter(|line| said(&line.said)).count()
}

/// How often the run says that its configuration is kept.
fn told(place: &Place, row: i64) -> usize {
    let lines = place.store.messages(row, 0, None, u32::MAX).unwrap();
    let kept =
        |said: &Said| matches!(said, Said::Message(said) if said.code == "run_configuration_kept");
    lines.iter().filter(|line| kept(&line.said)).count()
}

#[test]
fn a_run_waits_for_no_look_and_the_last_step_is_looked_at() {
    let watching = Arc::new(Watching::default());
    watching.set(|state| state.is_shut = true);
    let place = place(&watching);
    let engine = place.engine(place.epoch(), Scope::All);
    let (row, id) = run(&place, SHORT);
    place.comes_to(id, Status::Succeeded);
    until(|| (!watching.seen().is_empty()).then_some(()));
    assert_eq!(watching.seen(), [Occasion::Begun]);
    watching.set(|state| state.is_shut = false);
    until(|| (told(&place, row) == 2).then_some(()));
    assert_eq!(watching.seen(), [Occasion::Begun, step("b")]);
    drop(engine);
}

#[test]
fn a_look_under_way_is_waited_for_when_the_engine_leaves() {
    let watching = Arc::new(Watching::default());
    let place = place(&watching);
    let engine = place.engine(place.epoch(), Scope::All);
    let (row, id) = run(&place, SHORT);
    place.comes_to(id, Status::Succeeded);
    drop(engine);
    assert_eq!(told(&place, row), watching.seen().len());
}

#[test]
fn a_look_that_ends_in_a_fault_changes_nothing_for_the_run() {
    let watching = Arc::new(Watching::default());
    watching.set(|state| state.panics = true);
    let place = place(&watching);
    let engine = place.engine(place.epoch(), Scope::All);
    let (row, id) = run(&place, SHORT);
    place.comes_to(id, Status::Succeeded);
    drop(engine);
    assert_eq!(told(&place, row), 0);
}

#[test]
fn what_a_lost_owner_left_goes_on_by_itself_where_its_configuration_is_as_it_was() {
    let watching = Arc::new(Watching::default());
    let place = place(&watching);
    let engine = place.engine(place.epoch(), Scope::All);
    let (_, id) = run(&place, LONG);
    place.comes_to(id, Status::Running);
    until(|| watching.seen().contains(&step("a")).then_some(()));
    drop(engine);
    watching.set(|state| state.seen.clear());
    let _engine = place.engine(place.epoch(), Scope::All);
    until(|| (!watching.seen().is_empty()).then_some(()));
    assert_eq!(watching.seen()[0], Occasion::TakenUp);
    place.comes_to(id, Status::Running);
}

#[test]
fn what_a_lost_owner_left_is_held_where_its_configuration_is_not_as_it_was() {
    let watching = Arc::new(Watching::default());
    let place = place(&watching);
    let (row, id) = left(&place);
    watching.set(|state| state.holds = true);
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(id, Status::Paused);
    assert!(place.kept(id).head.unwrap().paused);
    // Somebody lets it go on all the same.
    assert_eq!(place.want(row, &Wanted::Resume), RequestAnswer::Done);
    place.comes_to(id, Status::Running);
    drop(engine);
}

#[test]
fn what_is_answered_while_a_run_is_held_takes_nothing_for_its_configuration() {
    let watching = Arc::new(Watching::default());
    let place = place(&watching);
    let asking = r#"{"name": "W", "tasks": [
      {"id": "a", "action": "manual"},
      {"id": "b", "action": "manual", "dependsOn": ["a"]}]}"#;
    let engine = place.engine(place.epoch(), Scope::All);
    let (row, id) = run(&place, asking);
    place.comes_to(id, Status::Waiting);
    drop(engine);
    watching.set(|state| (state.holds, state.seen) = (true, Vec::new()));
    let engine = place.engine(place.epoch(), Scope::All);
    let paused = |place: &Place| place.kept(id).head.is_some_and(|head| head.paused);
    until(|| paused(&place).then_some(()));
    let answer = |task: &str| Wanted::Answer {
        task: TaskId::from(task),
        decision: Decision::Approve { next: None },
        output: None,
    };
    assert_eq!(place.want(row, &answer("a")), RequestAnswer::Done);
    assert_eq!(place.want(row, &Wanted::Resume), RequestAnswer::Done);
    assert_eq!(watching.seen(), [Occasion::TakenUp]);
    // Once somebody has said that it goes on, steps are looked at again.
    assert_eq!(place.want(row, &answer("b")), RequestAnswer::Done);
    place.comes_to(id, Status::Succeeded);
    until(|| watching.seen().contains(&step("b")).then_some(()));
    assert_eq!(watching.seen(), [Occasion::TakenUp, step("b")]);
    drop(engine);
}

/// A hold does not stand in the way of taking it up: what was under way when its owner was lost is told as broken.
#[test]
fn what_is_held_is_looked_at_when_it_is_taken_up() {
    let watching = Arc::new(Watching::default());
    let place = place(&watching);
    let (row, id) = left(&place);
    watching.set(|state| state.holds = true);
    for _ in 0..2 {
        let before = told(&place, row);
        let engine = place.engine(place.epoch(), Scope::All);
        until(|| (told(&place, row) > before).then_some(()));
        place.comes_to(id, Status::Paused);
        drop(engine);
    }
    let looks = watching.seen().into_iter();
    assert_eq!(looks.filter(|seen| *seen == Occasion::TakenUp).count(), 2);
}

#[test]
fn whoever_wants_something_of_a_run_need_not_wait_for_the_look_before_it_goes_on() {
    let watching = Arc::new(Watching::default());
    let place = place(&watching);
    let (row, id) = left(&place);
    watching.set(|state| (state.is_shut, state.holds) = (true, true));
    let engine = place.engine(place.epoch(), Scope::All);
    until(|| watching.seen().contains(&Occasion::TakenUp).then_some(()));
    assert_eq!(place.want(row, &Wanted::Resume), RequestAnswer::Done);
    place.comes_to(id, Status::Running);
    // What is seen too late holds nothing any more, and is not told as if it did.
    let before = told(&place, row);
    watching.set(|state| state.is_shut = false);
    assert_eq!(place.want(row, &Wanted::Cancel), RequestAnswer::Done);
    place.comes_to(id, Status::Cancelled);
    until(|| (told(&place, row) > before).then_some(()));
    assert_eq!(watching.seen().last(), Some(&step("b")));
    assert_eq!(told(&place, row), before + 1);
    drop(engine);
}

#[test]
fn a_run_of_no_session_is_not_looked_at() {
    let watching = Arc::new(Watching::default());
    let place = place(&watching);
    let engine = place.engine(place.epoch(), Scope::All);
    let (_, id) = place.run_of(SHORT, "{}");
    place.comes_to(id, Status::Succeeded);
    drop(engine);
    assert_eq!(watching.seen(), []);
}

/// What may have a configuration begins once it is known of which session it is, and is looked at from then on.
#[test]
fn a_run_begins_once_it_is_known_of_which_session_it_is() {
    let watching = Arc::new(Watching::default());
    watching.set(|state| {
        state.asks = true;
        state.places = true;
        state.is_shut = true;
    });
    let place = place(&watching);
    let engine = place.engine(place.epoch(), Scope::All);
    let (row, id) = place.run_of(SHORT, "{}");
    until(|| (watching.asked() == [row]).then_some(()));
    let kept = place.kept(id);
    assert_eq!((kept.status, kept.head), (Status::Queued, None));
    watching.set(|state| state.is_shut = false);
    place.comes_to(id, Status::Succeeded);
    until(|| (told(&place, row) > 0).then_some(()));
    assert_eq!(watching.seen().first(), Some(&Occasion::Begun));
    assert_eq!(started(&place, row), 1);
    drop(engine);
}

#[test]
fn what_has_no_configuration_begins_without_a_look() {
    for (asks, panics) in [(false, false), (true, false), (true, true)] {
        let watching = Arc::new(Watching::default());
        watching.set(|state| {
            state.asks = asks;
            state.panics = panics;
        });
        let place = place(&watching);
        let engine = place.engine(place.epoch(), Scope::All);
        let (row, id) = place.run_of(SHORT, "{}");
        place.comes_to(id, Status::Succeeded);
        drop(engine);
        assert_eq!(watching.asked().len(), usize::from(asks));
        assert_eq!((watching.seen().len(), started(&place, row)), (0, 1));
    }
}

/// Whoever takes it up next asks again, and says once who started it.
#[test]
fn what_was_not_known_when_the_engine_left_is_asked_again() {
    let watching = Arc::new(Watching::default());
    watching.set(|state| {
        state.asks = true;
        state.is_shut = true;
    });
    let place = place(&watching);
    let engine = place.engine(place.epoch(), Scope::All);
    let (row, id) = place.run_of(SHORT, "{}");
    until(|| (watching.asked() == [row]).then_some(()));
    drop(engine);
    watching.set(|state| state.is_shut = false);
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(id, Status::Succeeded);
    drop(engine);
    assert_eq!(
        (watching.asked(), started(&place, row)),
        (vec![row, row], 1)
    );
}

#[test]
fn a_run_that_waits_to_be_placed_can_be_cancelled() {
    let watching = Arc::new(Watching::default());
    watching.set(|state| {
        state.asks = true;
        state.places = true;
        state.is_shut = true;
    });
    let place = place(&watching);
    let engine = place.engine(place.epoch(), Scope::All);
    let (row, id) = place.run_of(SHORT, "{}");
    until(|| (watching.asked() == [row]).then_some(()));
    assert_eq!(place.want(row, &Wanted::Cancel), RequestAnswer::Done);
    place.comes_to(id, Status::Cancelled);
    watching.set(|state| state.is_shut = false);
    drop(engine);
    assert_eq!(watching.seen(), []);
}
