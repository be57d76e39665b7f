//! How a run ends: failing, cancelling, compensating, the last word. And pausing, which is not an
//! end.

use std::collections::BTreeSet;

use super::{Refused, Turn, refused};
use crate::Message;
use crate::run::definition::{Flow, Position, RunAfter};
use crate::run::effect::{Effect, Level};
use crate::run::state::{Ending, Phase, Reason, StopReason};
use crate::run::status::Status;

impl Turn<'_> {
    /// A task has failed for good: nothing new starts but what runs after anything. What has begun
    /// may finish, except that people are no longer asked.
    pub(super) fn stop(&mut self, cause: Position) {
        if self.state.head.ending.is_some() {
            return;
        }
        self.state.head.ending = Some(Ending::Failing);
        self.tell(Level::Error, cause, Message::new("run_stops"));
        for at in 0..self.state.tasks.len() {
            let task = self.task(at);
            if task.phase == Phase::Pending {
                self.next.push_back(at);
                continue;
            }
            if self.defined(at).run_after == RunAfter::Any {
                continue;
            }
            let began = task.began;
            match task.phase {
                Phase::Checking | Phase::Held if !began => self.skip(at, Reason::Stopped),
                Phase::Queued if !began => {
                    self.withdraw(at);
                    self.record_attempt(at, Status::Skipped, None);
                    self.skip(at, Reason::Stopped);
                }
                Phase::Asking { .. } => {
                    self.withdraw(at);
                    self.record_attempt(at, Status::Cancelled, None);
                    self.cancelled(at, Reason::Stopped);
                }
                Phase::Locked { .. } => {
                    self.record_attempt(at, Status::Cancelled, None);
                    self.cancelled(at, Reason::Stopped);
                }
                _ => {}
            }
        }
    }

    /// A person wants the run ended: what runs is asked to stop, nothing is compensated.
    pub(super) fn cancel(&mut self) {
        if self.is_cancelling() {
            return;
        }
        let head = &mut self.state.head;
        head.ending = Some(Ending::Cancelling);
        head.undoing = None;
        head.paused = false;
        for at in 0..self.state.tasks.len() {
            let began = self.task(at).began;
            match self.task(at).phase {
                Phase::Running { .. } => self.ask_to_stop(at, StopReason::Cancel),
                Phase::Queued => {
                    self.withdraw(at);
                    self.record_attempt(at, Status::Cancelled, None);
                    self.end_cancelled(at, began);
                }
                Phase::Asking { .. } => {
                    self.withdraw(at);
                    self.record_attempt(at, Status::Cancelled, None);
                    self.end_cancelled(at, true);
                }
                Phase::Locked { .. } => {
                    self.record_attempt(at, Status::Cancelled, None);
                    self.end_cancelled(at, true);
                }
                Phase::Interrupted => self.end_cancelled(at, true),
                Phase::Resting { .. } | Phase::Checking | Phase::Held => {
                    self.end_cancelled(at, began);
                }
                _ => {}
            }
        }
    }

    /// The run cannot begin. Nothing of it was opened, so there is nothing to stop or to undo.
    pub(super) fn hindered(&mut self, why: &Message) {
        if !self.state.head.is_unopened() {
            // Told too late.
            return;
        }
        self.state.head.hindered = Some(why.clone());
        self.effects.push(Effect::Message {
            level: Level::Error,
            task: None,
            message: why.clone(),
        });
        self.conclude(Status::Failed);
    }

    fn end_cancelled(&mut self, at: Position, began: bool) {
        if began {
            self.cancelled(at, Reason::Cancelled);
        } else {
            self.skip(at, Reason::Cancelled);
        }
    }

    pub(super) fn pause(&mut self) -> Result<(), Refused> {
        if self.state.head.paused {
            return Ok(());
        }
        if self.is_cancelling() {
            return Err(refused("run_is_being_cancelled"));
        }
        self.state.head.paused = true;
        for at in 0..self.state.tasks.len() {
            if self.task(at).phase == Phase::Queued {
                self.withdraw(at);
            }
        }
        Ok(())
    }

    pub(super) fn resume(&mut self) -> Result<(), Refused> {
        if !self.state.head.paused {
            return Err(refused("run_is_not_paused"));
        }
        self.state.head.paused = false;
        for at in 0..self.state.tasks.len() {
            match self.task(at).phase {
                Phase::Held => self.start(at),
                Phase::Queued => self.queue(at),
                _ => {}
            }
        }
        Ok(())
    }

    /// Nothing is open and nobody is asked: the next compensation, or the end. Says whether there
    /// is more to follow.
    pub(super) fn finish(&mut self) -> bool {
        match self.state.head.ending {
            Some(Ending::Cancelling) => self.conclude(Status::Cancelled),
            Some(Ending::Failing) => return self.undo_next(),
            None => {
                let failed = |task: &crate::run::TaskState| task.phase == Phase::Failed;
                let succeeded = |task: &crate::run::TaskState| task.phase == Phase::Succeeded;
                let tasks = &self.state.tasks;
                let none_succeeded = tasks.iter().any(failed) && !tasks.iter().any(succeeded);
                self.conclude(if none_succeeded {
                    Status::Failed
                } else {
                    Status::Succeeded
                });
            }
        }
        false
    }

    /// Opens the next compensation of a run that has failed; ends the run when there is none left.
    fn undo_next(&mut self) -> bool {
        let plan = self.compensations();
        let undoing = self.state.head.undoing.get_or_insert(plan);
        let Some(undo) = undoing.pop() else {
            self.conclude(Status::Failed);
            return false;
        };
        let mut undone = Vec::new();
        for at in self.defined(undo).undoes.clone() {
            if self.task(at).phase == Phase::Succeeded {
                self.task_mut(at).undone = true;
                undone.push(self.id(at).0);
            }
        }
        let message = Message::new("run_undoes").with("of", undone.join(", "));
        self.tell(Level::Info, undo, message);
        if self.task(undo).phase != Phase::Pending {
            self.renew(undo);
        }
        self.task_mut(undo).called = true;
        self.open(undo);
        true
    }

    /// Compensations of what succeeded, the first one last: in the reverse order in which the tasks
    /// ended. One that several tasks name runs once, where the last of them stands. What a person
    /// left out was not done, so there is nothing to undo.
    fn compensations(&self) -> Vec<Position> {
        if self.state.head.undoing.is_some() {
            return Vec::new();
        }
        let tasks = self.state.tasks.iter().zip(&self.definition.tasks);
        let mut done: Vec<(u32, Position)> = tasks
            .filter(|(task, _)| task.phase == Phase::Succeeded)
            .filter(|(task, _)| task.reason != Some(Reason::LeftOut))
            .filter_map(|(task, defined)| Some((task.ended?, defined.compensate?)))
            .collect();
        done.sort_unstable();
        let mut seen = BTreeSet::new();
        let last_first = done.into_iter().rev().map(|(_, undo)| undo);
        let mut plan: Vec<Position> = last_first.filter(|undo| seen.insert(*undo)).collect();
        plan.reverse();
        plan
    }

    /// The last word: whatever has not started never will.
    fn conclude(&mut self, status: Status) {
        for at in 0..self.state.tasks.len() {
            if self.task(at).phase != Phase::Pending {
                continue;
            }
            let head = &self.state.head;
            let reason = if head.hindered.is_some() {
                Reason::NotBegun
            } else if self.defined(at).is_called_only() && !self.task(at).called {
                Reason::NotCalled
            } else if head.only.is_some() {
                Reason::NotInStep
            } else if head.ending == Some(Ending::Cancelling) {
                Reason::Cancelled
            } else if head.ending == Some(Ending::Failing) {
                Reason::Stopped
            } else {
                debug_assert!(
                    self.definition.flow != Flow::Dependencies,
                    "a task was forgotten"
                );
                Reason::NotReached
            };
            self.task_mut(at).reason = Some(reason);
            self.set(at, Phase::Skipped);
        }
        self.state.head.status = status;
        let code = match status {
            Status::Succeeded => "run_succeeded",
            Status::Cancelled => "run_cancelled",
            _ => "run_failed",
        };
        self.effects.push(Effect::Message {
            level: if status == Status::Succeeded {
                Level::Info
            } else {
                Level::Error
            },
            task: None,
            message: Message::new(code),
        });
    }
}
