//! Work that is sent back: an earlier task and what followed it are done anew.

use std::collections::BTreeSet;

use super::{Refused, Turn, refused};
use crate::Message;
use crate::run::definition::{Flow, Position};
use crate::run::state::{Looked, Phase, StopReason};
use crate::run::status::Status;
use crate::run::task_id::TaskId;

impl Turn<'_> {
    pub(super) fn sent_back(
        &mut self,
        from: Position,
        to: &TaskId,
        reason: Option<&str>,
    ) -> Result<(), Refused> {
        let back = self.known(to)?;
        let head = &self.state.head;
        if head.ending.is_some() || head.only.is_some() {
            return Err(refused("run_answer_does_not_fit"));
        }
        let earlier = self.state.came_before(self.definition, from);
        if !earlier.contains(&back) {
            return Err(Refused(self.not_earlier(from, &earlier)));
        }
        let message = match reason {
            None => Message::new("run_sent_back"),
            Some(reason) => Message::new("run_sent_back_because").with("reason", reason),
        };
        let message = message.with("to", to);
        if self.definition.flow == Flow::Dependencies {
            self.send_back_dependent(from, back, &message)
        } else {
            self.send_back_guided(from, back, message);
            Ok(())
        }
    }

    fn not_earlier(&self, from: Position, earlier: &BTreeSet<Position>) -> Message {
        if earlier.is_empty() {
            return Message::new("run_no_earlier_task").with("task", self.id(from));
        }
        let ids: Vec<_> = earlier.iter().map(|&at| self.id(at).0).collect();
        Message::new("run_not_an_earlier_task").with("earlier", ids.join(", "))
    }

    /// A guided run goes on from the other step; this one is open again when a way leads to it.
    fn send_back_guided(&mut self, from: Position, back: Position, message: Message) {
        self.record_attempt(from, Status::Cancelled, Some(message));
        self.renew(from);
        self.unsettle(back);
        self.open_step(back);
    }

    /// A fallback that is done anew stands in once more for the step that called it last.
    fn unsettle(&mut self, back: Position) {
        let mut at = back;
        while self.task(at).is_final() {
            let callers = self.defined(at).callers.iter().copied();
            let settled = callers.filter(|&caller| self.task(caller).settled);
            let Some(last) = settled.max_by_key(|&caller| self.task(caller).ended) else {
                break;
            };
            self.task_mut(last).settled = false;
            at = last;
        }
    }

    /// Among dependencies everything that came of the other task is done anew, the task of the
    /// person who sends back included.
    fn send_back_dependent(
        &mut self,
        from: Position,
        back: Position,
        message: &Message,
    ) -> Result<(), Refused> {
        if self.state.has_interrupted_follower(self.definition, back) {
            return Err(refused("run_send_back_interrupted"));
        }
        let again = self.state.all_that_follows(self.definition, back);
        for &at in &again {
            match self.task(at).phase {
                Phase::Pending => {}
                Phase::Running { .. } => {
                    self.ask_to_stop(at, StopReason::SentBack);
                    continue;
                }
                Phase::Queued => {
                    self.withdraw(at);
                    self.record_attempt(at, Status::Cancelled, None);
                    self.renew(at);
                }
                Phase::Asking { .. } | Phase::Locked { .. } => {
                    if at != from {
                        self.withdraw(at);
                    }
                    self.record_attempt(at, Status::Cancelled, Some(message.clone()));
                    self.renew(at);
                }
                _ => self.renew(at),
            }
            self.next.push_back(at);
        }
        // Who called them is done anew as well and calls again, or not.
        for &at in &again {
            self.state.tasks[at].looked = Looked::default();
            let callers = &self.defined(at).callers;
            if callers.iter().all(|caller| again.contains(caller)) {
                self.task_mut(at).called = false;
            }
        }
        Ok(())
    }
}
