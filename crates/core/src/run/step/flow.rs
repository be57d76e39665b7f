//! What may start, and what never will.

use super::{MAX_ROUNDS, Turn};
use crate::Message;
use crate::run::action::Worker;
use crate::run::definition::{Condition, Flow, OnFailure, Outcome, Position, RunAfter};
use crate::run::effect::{Effect, Level, Question, QueuedAttempt};
use crate::run::event::{Evaluation, Purpose};
use crate::run::state::{Ending, Phase, Reason, TaskState};
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
            // A compensation calls nobody.
            let is_over = |&caller: &Position| {
                self.task(caller).is_final() || self.defined(caller).is_compensation_only()
            };
            if task.callers.iter().all(is_over) {
                self.skip(at, Reason::NotCalled);
            }
            return;
        }
        if head.ending == Some(Ending::Failing) && task.run_after == RunAfter::Success {
            return self.skip(at, Reason::Stopped);
        }
        let mut all_succeeded = true;
        if !alone {
            for dependency in self.definition.waits_for(at) {
                match self.state.came_to(self.definition, dependency) {
                    None => return,
                    Some(status) => all_succeeded &= status == Status::Succeeded,
                }
            }
        }
        if all_succeeded || self.defined(at).run_after == RunAfter::Any {
            self.open(at);
        } else {
            self.skip(at, Reason::Dependency);
        }
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
            Evaluation::Failed(error) => self.fail(at, error.clone()),
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
        self.tell(
            Level::Error,
            at,
            Message::new("run_task_failed").with("code", &error.code),
        );
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
                OnFailure::Stop if self.way(at, Outcome::Failure).is_some() => {}
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
        self.task_mut(at).called = true;
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
        for caller in self.fallen_back_to(at) {
            self.stood_in(caller);
        }
        if guided && !self.task(at).fell_back {
            self.lead_on(at, chosen);
        }
    }

    /// The failed tasks that have called this one as their fallback.
    fn fallen_back_to(&self, at: Position) -> Vec<Position> {
        let callers = self.defined(at).callers.iter().copied();
        callers
            .filter(|&caller| self.task(caller).fell_back)
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
            open.extend(self.fallen_back_to(at));
            if self.definition.flow != Flow::Dependencies && status == Status::Succeeded {
                self.lead_on_after(at, Outcome::Success, None);
            }
        }
    }

    fn lead_on(&mut self, at: Position, chosen: Option<Position>) {
        // A fallback leads nowhere itself; the step it stands in for does.
        let stands_in = self.task(at).called
            && self
                .defined(at)
                .callers
                .iter()
                .any(|&caller| self.task(caller).fell_back);
        if stands_in {
            return;
        }
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
