//! A run whose owner died, and its next owner.

use super::Turn;
use crate::Message;
use crate::run::definition::{Flow, Position};
use crate::run::effect::{Effect, Level, Question};
use crate::run::event::{Parked, Purpose};
use crate::run::state::{Phase, Reason, StopReason};
use crate::run::status::Status;

impl Turn<'_> {
    /// Marks what was under way. A wait and a child run go on without an owner.
    pub(super) fn owner_lost(&mut self) {
        self.state.head.orphaned = true;
        for at in 0..self.state.tasks.len() {
            let Phase::Running {
                parked: None,
                stopping,
                ..
            } = self.task(at).phase
            else {
                continue;
            };
            match stopping.map(|stopping| stopping.why) {
                // It was to end; now it has.
                Some(why @ (StopReason::Cancel | StopReason::SentBack)) => self.stopped(at, why),
                Some(StopReason::Timeout) | None => self.interrupt(at),
            }
        }
    }

    fn interrupt(&mut self, at: Position) {
        let task = self.task_mut(at);
        task.broken = task.broken.saturating_add(1);
        self.mark_interrupted(at, Message::new("run_attempt_lost"));
    }

    fn mark_interrupted(&mut self, at: Position, why: Message) {
        self.record_attempt(at, Status::Interrupted, Some(why));
        self.set(at, Phase::Interrupted);
        let times = self.task(at).broken;
        if self.is_cancelling() {
            return;
        }
        let (level, message) = if self.state.may_be_done_again(self.definition, at) {
            (Level::Info, Message::new("run_done_again"))
        } else if self.defined(at).idempotent {
            let message = Message::new("run_broken_off_again").with("times", times);
            (Level::Warning, message)
        } else {
            (Level::Warning, Message::new("run_waits_for_operator"))
        };
        self.tell(level, at, message);
    }

    /// An attempt has ended without having done its work, and nobody wanted that: whoever ran it
    /// is gone. What that means is the same as after a crash.
    pub(super) fn broken(&mut self, at: Position) {
        self.interrupt(at);
        self.recover(at);
    }

    /// An attempt has ended in order because whoever ran it had to leave. What was not done is done
    /// by the next; of what may have been done, a task's own word decides. Neither looks like an
    /// attempt that takes down whoever makes it.
    pub(super) fn left(&mut self, at: Position, undone: bool) {
        if undone {
            return self.queue_again(at);
        }
        self.mark_interrupted(at, Message::new("run_attempt_left"));
        self.recover(at);
    }

    /// An attempt cannot tell whether it was done. What is safe to do twice has failed and is tried
    /// as often as it may; anything else somebody has to look at, as after a crash.
    pub(super) fn unsure(&mut self, at: Position, error: Message) {
        if self.defined(at).idempotent {
            return self.tried(at, error, false);
        }
        self.mark_interrupted(at, error);
        self.recover(at);
    }

    /// Nothing was done: it is the same attempt.
    pub(super) fn queue_again(&mut self, at: Position) {
        self.set(at, Phase::Queued);
        self.record_attempt(at, Status::Queued, None);
        self.queue(at);
    }

    /// Takes the run up: what was broken off is decided, and everything outstanding is told again.
    pub(super) fn adopted(&mut self) {
        // What a former owner only marked was asked of nobody yet.
        let marked = self.state.head.orphaned;
        let was_asked = |at: &Position| match self.task(*at).phase {
            Phase::Asking { .. } => true,
            Phase::Interrupted => !marked,
            _ => false,
        };
        self.asked = (0..self.state.tasks.len()).filter(was_asked).collect();
        self.owner_lost();
        self.state.head.orphaned = false;
        let head = &self.state.head;
        if head.begun
            && head.open == 0
            && head.asked == 0
            && self.definition.flow == Flow::Dependencies
        {
            // What was open has been lost on its way here: what is left may start.
            self.next.extend(0..self.state.tasks.len());
        }
        for at in 0..self.state.tasks.len() {
            match self.task(at).phase.clone() {
                Phase::Interrupted => self.recover(at),
                Phase::Checking => self.effects.push(Effect::Evaluate {
                    task: self.id(at),
                    round: self.task(at).round,
                }),
                Phase::Queued => self.queue(at),
                Phase::Resting { until } => self.set_timer(at, Purpose::Retry, until),
                Phase::Asking { deadline } => {
                    self.ask(at, Question::Work);
                    if let Some(deadline) = deadline {
                        self.set_timer(at, Purpose::Timeout, deadline);
                    }
                }
                Phase::Running {
                    deadline,
                    stopping,
                    parked,
                } => {
                    if let Some(Parked::Until(until)) = parked {
                        self.set_timer(at, Purpose::Wait, until);
                    }
                    if let Some(stopping) = stopping {
                        self.effects.push(Effect::Stop {
                            task: self.id(at),
                            attempt: self.task(at).attempts,
                            hard: stopping.hard,
                        });
                        self.set_timer(at, Purpose::HardStop, stopping.hard_at);
                    } else if let Some(deadline) = deadline {
                        self.set_timer(at, Purpose::Timeout, deadline);
                    }
                }
                _ => {}
            }
        }
    }

    /// What a broken-off attempt means: done again with the same key if that is safe, else an
    /// operator decides. It is not counted among the tries, but for itself.
    fn recover(&mut self, at: Position) {
        if self.is_cancelling() {
            self.cancelled(at, Reason::Cancelled);
        } else if self.state.may_be_done_again(self.definition, at) {
            self.start(at);
        } else {
            self.ask(at, Question::Interrupted);
        }
    }
}
