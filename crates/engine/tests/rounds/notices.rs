//! What people are told of a run: of what somebody is asked, once, and not of what goes on by itself.

use flowkeep_core::notice::{Channel, NoticeKind, Notices};
use flowkeep_core::run::{Moment, Status};
use flowkeep_core::{Message, RunId};
use flowkeep_engine::Scope;
use flowkeep_store::StoreError;

use crate::{Place, until};

/// A program that ends when a file is there, once a task.
fn tasks(place: &Place, idempotent: bool) -> String {
    let mark = place.folder.path().join("mark");
    let script = format!("until [ -e '{}' ]; do sleep 0.02; done", mark.display());
    let params = serde_json::json!({"program": "sh", "args": ["-c", script]});
    let task = |id: &str, idempotent: bool| {
        serde_json::json!({"id": id, "action": "program.run", "idempotent": idempotent,
            "params": params})
    };
    serde_json::json!({"tasks": [task("a", idempotent)]}).to_string()
}

impl Place {
    fn is_under_way(&self, row: i64) {
        until(|| {
            let attempts = self.store.attempts(row).unwrap();
            let runs = attempts.iter().any(|one| one.status == Status::Running);
            runs.then_some(())
        });
    }

    /// What is told of tasks that wait, by their runs.
    fn waiting(&self) -> Vec<(String, Message)> {
        let whenever = Moment(i64::MAX);
        let notices = self.store.notices_waiting(Channel::Desktop, whenever, 100);
        let waiting = notices.unwrap().into_iter().map(|one| one.content);
        let waiting = waiting.filter(|one| one.kind == NoticeKind::Waiting);
        waiting
            .map(|one| (one.run.unwrap(), one.why.unwrap()))
            .collect()
    }

    fn told_once(&self, id: RunId, code: &str) {
        let told = self.waiting();
        let told: Vec<_> = told
            .iter()
            .map(|(run, why)| (run.as_str(), why.code.as_str()))
            .collect();
        assert_eq!(told, [(id.to_string().as_str(), code)]);
    }

    fn desktop(&self, on: bool) {
        let mut notices = Notices::default();
        notices.desktop.on = on;
        let set = self
            .store
            .write::<_, StoreError>(move |tx| tx.set_notices(&notices));
        set.unwrap();
    }
}

#[test]
fn what_is_done_again_by_itself_is_told_to_nobody() {
    let place = Place::new();
    let (safe_row, safe) = place.run_of(&tasks(&place, true), "{}");
    let (row, id) = place.run_of(&tasks(&place, false), "{}");
    let dead = place.engine(place.epoch(), Scope::All);
    place.is_under_way(safe_row);
    place.is_under_way(row);
    // It dies; a command that only passes by marks what it left.
    let passing = place.engine(place.epoch(), Scope::Nothing);
    place.comes_to(safe, Status::Interrupted);
    place.comes_to(id, Status::Interrupted);
    drop(passing);
    drop(dead);
    assert_eq!(place.waiting(), []);
    // The next one goes on with the first, and has to ask about the other.
    let engine = place.engine(place.epoch(), Scope::All);
    place.is_under_way(safe_row);
    until(|| (!place.waiting().is_empty()).then_some(()));
    place.told_once(id, "notice_waits_decision");
    drop(engine);
    // Nobody has answered; nobody is told again.
    let engine = place.engine(place.epoch(), Scope::All);
    place.is_under_way(safe_row);
    place.told_once(id, "notice_waits_decision");
    std::fs::write(place.folder.path().join("mark"), "").unwrap();
    place.comes_to(safe, Status::Succeeded);
    drop(engine);
    place.told_once(id, "notice_waits_decision");
}

#[test]
fn a_question_from_before_notices_were_switched_on_is_not_told_at_the_next_start() {
    let place = Place::new();
    place.desktop(false);
    let text = r#"{"tasks": [{"id": "a", "action": "manual", "params": {"instruction": "Look"}}]}"#;
    let (_, before) = place.run_of(text, "{}");
    let engine = place.engine(place.epoch(), Scope::All);
    place.comes_to(before, Status::Waiting);
    drop(engine);
    place.desktop(true);
    assert!(
        place
            .store
            .notice_channels()
            .unwrap()
            .0
            .is_on(Channel::Desktop)
    );
    let engine = place.engine(place.epoch(), Scope::All);
    let (_, after) = place.run_of(text, "{}");
    engine.wake();
    place.comes_to(after, Status::Waiting);
    drop(engine);
    place.told_once(after, "notice_waits_answer");
}
