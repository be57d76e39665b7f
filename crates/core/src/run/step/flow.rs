//! What may start, and what never will.

use super::{MAX_ROUNDS, Turn};
use crate::Message;
use crate::run::action::Worker;
use crate::run::definition::{Condition, Flow, OnFailure, Outcome, Position, RunAfter};
use crate::run::effect::{Effect, Level, Question, QueuedAttempt};
use crate::run::event::{Evaluation, Purpose};
use crate::run::state::{Ending, Looked, Phase, Reason, TaskState};
use crate::run::status::Status;
use crate::run::task_id::TaskId;

impl Turn<'_> {
    /// Looks at a task again: does it start now, is it out of the question, or does it still wait?
    pub(super) fn consider(&mut self, at: Position) {
        let (task, called) = (self.defined(at), self.task(at).called);
        let head = &self.state.head;
        let waits = self.task(at).phase == Phase::Pending
            // Compensations are opened one by one, and whatever is left is settled at the end.
            && head.undoing.is_none()
            && head.ending != Some(Ending::Cancelling)
            && !task.is_compensation_only();
        // Guided steps are opened by what leads to them; a step run is of one task alone.
        let alone = self.definition.flow != Flow::Dependencies || head.only.is_some();
        if !waits || (alone && !called) {
            return;
        }
        if self.task(at).left_out {
            return self.open(at);
        }
        if !called && !task.callers.is_empty() {
            if self.nobody_can_call(at) {
                self.skip(at, Reason::NotCalled);
            }
            return;
        }
        if head.ending == Some(Ending::Failing) && task.run_after == RunAfter::Success {
            return self.skip(at, Reason::Stopped);
        }
        if !alone && self.still_waits(at) {
            return;
        }
        if alone || self.defined(at).run_after == RunAfter::Any || self.all_succeeded(at) {
            self.open(at);
        } else {
            self.skip(at, Reason::Dependency);
        }
    }

    /// Whether all who may call a task have ended. A compensation calls nobody.
    fn nobody_can_call(&mut self, at: Position) -> bool {
        let callers = &self.definition.tasks[at].callers;
        let from = self.state.tasks[at].looked.0;
        let open = callers.iter().skip(from).position(|&caller| {
            !self.task(caller).is_final() && !self.defined(caller).is_compensation_only()
        });
        // Nothing that has to be written down: see `Looked`.
        self.state.tasks[at].looked.0 = open.map_or(callers.len(), |further| from + further);
        open.is_none()
    }

    /// Whether something a task depends on has not ended. Looks from where the last look ended.
    fn still_waits(&mut self, at: Position) -> bool {
        let definition = self.definition;
        let depends_on = &definition.tasks[at].depends_on;
        let from = self.state.tasks[at].looked.0;
        let open = depends_on.iter().skip(from).position(|&dependency| {
            definition.is_waited_for(at, dependency)
                && self.state.came_to(definition, dependency).is_none()
        });
        self.state.tasks[at].looked.0 = open.map_or(depends_on.len(), |further| from + further);
        open.is_some()
    }

    fn all_succeeded(&self, at: Position) -> bool {
        let came_to = |dependency| self.state.came_to(self.definition, dependency);
        let mut waits_for = self.definition.waits_for(at);
        waits_for.all(|dependency| came_to(dependency) == Some(Status::Succeeded))
    }

    /// Everything a task waited for is there: its condition decides.
    pub(super) fn open(&mut self, at: Position) {
        if self.task(at).left_out {
            self.task_mut(at).reason = Some(Reason::LeftOut);
            self.set(at, Phase::Succeeded);
            return self.after_end(at, None);
        }
        match &self.defined(at).condition {
            Condition::Always => self.start(at),
            Condition::Never => self.skip(at, Reason::Condition),
            Condition::When(_) => {
                self.set(at, Phase::Checking);
                self.effects.push(Effect::Evaluate {
                    task: self.id(at),
                    round: self.task(at).round,
                });
            }
        }
    }

    pub(super) fn evaluated(&mut self, task: &TaskId, round: u32, result: &Evaluation) {
        let Some(at) = self.at(task) else { return };
        if self.task(at).phase != Phase::Checking || self.task(at).round != round {
            return;
        }
        match result {
            Evaluation::Holds(true) => self.start(at),
            Evaluation::Holds(false) => self.skip(at, Reason::Condition),
            Evaluation::Failed(error) => {
                // It never came to an attempt, but why it failed is looked for among those.
                self.task_mut(at).attempts += 1;
                self.record_attempt(at, Status::Failed, Some(error.clone()));
                self.fail(at, error.clone());
            }
        }
    }

    /// Starts one attempt: at once a question, or a place in the queue.
    pub(super) fn start(&mut self, at: Position) {
        if self.state.head.paused {
            return self.set(at, Phase::Held);
        }
        self.task_mut(at).attempts += 1;
        match self.defined(at).action.worker {
            Worker::Person => {
                let deadline = self.defined(at).timeout.map(|ms| self.now.after(ms));
                self.state.head.begun = true;
                self.task_mut(at).began = true;
                self.set(at, Phase::Asking { deadline });
                self.record_attempt(at, Status::Waiting, None);
                self.ask(at, Question::Work);
                if let Some(deadline) = deadline {
                    self.set_timer(at, Purpose::Timeout, deadline);
                }
            }
            Worker::Attempt => {
                self.set(at, Phase::Queued);
                self.record_attempt(at, Status::Queued, None);
                self.queue(at);
            }
        }
    }

    /// Puts the present attempt into the queue; a paused run keeps it back.
    pub(super) fn queue(&mut self, at: Position) {
        if self.state.head.paused {
            return;
        }
        let task = self.defined(at);
        self.effects.push(Effect::Queue(QueuedAttempt {
            task: task.id.clone(),
            attempt: self.task(at).attempts,
            priority: task.priority,
            capabilities: task.capabilities.clone(),
        }));
    }

    pub(super) fn ask(&mut self, at: Position, question: Question) {
        self.effects.push(Effect::Ask {
            task: self.id(at),
            attempt: self.task(at).attempts,
            question,
            again: self.asked.contains(&at),
        });
    }

    pub(super) fn succeed(&mut self, at: Position, chosen: Option<Position>) {
        self.set(at, Phase::Succeeded);
        self.after_end(at, chosen);
    }

    pub(super) fn skip(&mut self, at: Position, reason: Reason) {
        self.task_mut(at).reason = Some(reason);
        self.set(at, Phase::Skipped);
        self.after_end(at, None);
    }

    pub(super) fn cancelled(&mut self, at: Position, reason: Reason) {
        self.task_mut(at).reason = Some(reason);
        self.set(at, Phase::Cancelled);
        self.after_end(at, None);
    }

    /// All tries of a task have failed.
    pub(super) fn fail(&mut self, at: Position, error: Message) {
        let message = Message::new("run_task_failed").with("code", &error.code);
        self.tell(Level::Error, at, message.because(error));
        self.set(at, Phase::Failed);
        let head = &self.state.head;
        if head.undoing.is_some() {
            self.tell(Level::Warning, at, Message::new("run_undo_failed"));
        } else if head.ending.is_none() {
            match self.defined(at).on_failure {
                OnFailure::Fallback(fallback) => return self.fall_back(at, fallback),
                OnFailure::Continue => {
                    self.tell(Level::Warning, at, Message::new("run_goes_on_without"));
                }
                // A step that leads on from its failure has dealt with it.
                OnFailure::Stop
                    if self.way(at, Outcome::Failure).is_some()
                        && self.fallen_back_to(at).is_empty() => {}
                OnFailure::Stop => self.stop(at),
            }
        }
        self.after_end(at, None);
    }

    fn fall_back(&mut self, at: Position, fallback: Position) {
        self.task_mut(at).fell_back = true;
        let message = Message::new("run_fallback_called").with("fallback", self.id(fallback));
        self.tell(Level::Info, at, message);
        let guided = self.definition.flow != Flow::Dependencies;
        if self.task(fallback).is_final() && !guided {
            // Another task has called it before; it runs once.
            self.stood_in(at);
        } else {
            self.call(fallback);
        }
        self.after_end(at, None);
    }

    fn call(&mut self, at: Position) {
        let task = self.task_mut(at);
        if !std::mem::replace(&mut task.called, true) {
            task.looked = Looked::default();
        }
        if self.definition.flow == Flow::Dependencies || self.state.head.only.is_some() {
            self.next.push_back(at);
        } else {
            self.steps.push_back(at);
        }
    }

    /// A task has ended: whatever hangs on that is looked at again. `chosen` is what a branch, or a
    /// person, wants next.
    pub(super) fn after_end(&mut self, at: Position, chosen: Option<Position>) {
        if self.state.head.undoing.is_some() {
            return;
        }
        let guided = self.definition.flow != Flow::Dependencies;
        if let Some(chosen) = chosen.filter(|_| !guided) {
            self.call(chosen);
        }
        let task = self.defined(at);
        let (dependents, calls) = (task.dependents.clone(), task.calls.clone());
        self.next.extend(dependents);
        self.next.extend(calls);
        if self.task(at).fell_back {
            // Its fallback says what it comes to.
            return;
        }
        let stands_in_for = self.fallen_back_to(at);
        // A fallback leads nowhere itself; the step it stands in for does.
        if guided && stands_in_for.is_empty() {
            self.lead_on(at, chosen);
        }
        for caller in stands_in_for {
            self.stood_in(caller);
        }
    }

    /// The failed tasks that have called this one as their fallback. Guided steps are come to
    /// again: it stands in only for those that have not led on since.
    pub(super) fn fallen_back_to(&self, at: Position) -> Vec<Position> {
        let callers = self.defined(at).callers.iter().copied();
        callers
            .filter(|&caller| self.task(caller).fell_back && !self.task(caller).settled)
            .filter(|&caller| self.defined(caller).on_failure == OnFailure::Fallback(at))
            .collect()
    }

    /// The fallback of a failed task has ended: now it is known what the task has come to, and
    /// with it every task that fell back to this one.
    fn stood_in(&mut self, first: Position) {
        let mut open = vec![first];
        while let Some(at) = open.pop() {
            let OnFailure::Fallback(fallback) = self.defined(at).on_failure else {
                continue;
            };
            let Some(status) = self.state.came_to(self.definition, at) else {
                continue;
            };
            if status == Status::Succeeded {
                let message =
                    Message::new("run_fallback_stood_in").with("fallback", self.id(fallback));
                self.tell(Level::Warning, at, message);
            } else if self.task(fallback).phase != Phase::Failed {
                // It never ran, so its own `onFailure` has said nothing.
                self.stop(at);
            }
            let dependents = self.defined(at).dependents.clone();
            self.next.extend(dependents);
            let stands_in_for = self.fallen_back_to(at);
            if self.definition.flow != Flow::Dependencies {
                self.task_mut(at).settled = true;
                if stands_in_for.is_empty() && status == Status::Succeeded {
                    self.lead_on_after(at, Outcome::Success, None);
                }
            }
            open.extend(stands_in_for);
        }
    }

    fn lead_on(&mut self, at: Position, chosen: Option<Position>) {
        let outcome = match self.task(at).phase {
            Phase::Succeeded | Phase::Skipped => Outcome::Success,
            Phase::Failed if self.way(at, Outcome::Failure).is_some() => Outcome::Failure,
            Phase::Failed if self.defined(at).on_failure == OnFailure::Continue => Outcome::Success,
            _ => return,
        };
        self.lead_on_after(at, outcome, chosen);
    }

    fn lead_on_after(&mut self, at: Position, outcome: Outcome, chosen: Option<Position>) {
        let head = &self.state.head;
        if head.ending.is_some() || head.only.is_some() {
            return;
        }
        let next = chosen.or_else(|| self.way(at, outcome));
        self.steps.extend(next);
    }

    /// The step that comes after this outcome; `None` where nothing does. A person who says "done"
    /// wants to go on: again is what sending back is for.
    pub(super) fn way(&self, at: Position, outcome: Outcome) -> Option<Position> {
        let task = self.defined(at);
        let person = task.action.worker == Worker::Person;
        let mut ways = task.ways.iter().filter(|way| way.after == outcome);
        ways.find(|way| !person || way.to != Some(at))?.to
    }

    /// Opens a guided step, once more if it was open before. One that is in progress stays as it
    /// is.
    pub(super) fn open_step(&mut self, at: Position) {
        let task = self.task(at);
        if task.is_open() || task.is_asked() {
            return;
        }
        if task.is_final() || task.attempts > 0 {
            self.renew(at);
        }
        if self.task(at).round >= MAX_ROUNDS {
            self.tell(Level::Error, at, Message::new("run_too_many_rounds"));
            self.set(at, Phase::Failed);
            return self.stop(at);
        }
        self.open(at);
    }

    /// Makes a task pending again, with everything before it: a new doing, with a key of its own.
    pub(super) fn renew(&mut self, at: Position) {
        self.set(at, Phase::Pending);
        let task = self.task_mut(at);
        *task = TaskState {
            phase: Phase::Pending,
            round: task.round + 1,
            attempts: task.attempts,
            left_out: task.left_out,
            called: task.called,
            ..TaskState::default()
        };
    }
}

#[cfg(test)]
mod tests {
    use crate::run::{Attempted, Definition, Event, Moment, RunState, Start, TaskId, step};
    use crate::{Document, Format};

    #[test]
    fn a_join_is_looked_at_from_where_the_last_look_ended() {
        let wait = |id| format!(r#"{{"id": "{id}", "action": "wait", "params": {{"ms": 1}}}}"#);
        let join = r#"{"id": "join", "action": "manual", "dependsOn": ["a", "b", "c"]}"#;
        let tasks = [wait("a"), wait("b"), wait("c"), join.to_owned()].join(", ");
        let text = format!(r#"{{"tasks": [{tasks}]}}"#);
        let document = Document::parse(Format::Json, text).unwrap();
        let definition = Definition::read(document.value()).unwrap();
        let run = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        let mut state = RunState::new(run, &definition);
        let mut tell = |event| {
            step(&definition, &mut state, &event, Moment(0), 7).unwrap();
            state.tasks[3].looked.0
        };
        tell(Event::Started(Start::default()));
        let mut end = |task| {
            let (task, attempt) = (TaskId::from(task), 1);
            tell(Event::Dispatched {
                task: task.clone(),
                attempt,
            });
            let result = Attempted::Succeeded { called: None };
            tell(Event::Attempted {
                task,
                attempt,
                result,
            })
        };
        assert_eq!(["b", "a", "c"].map(&mut end), [0, 2, 3]);
    }
}
