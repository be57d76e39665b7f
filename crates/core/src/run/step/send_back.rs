//! Work that is sent back: an earlier task and what followed it are done anew.

use super::{Refused, Turn, refused};
use crate::Message;
use crate::run::definition::{Flow, Position};
use crate::run::state::{Looked, Phase, StopReason};
use crate::run::status::Status;
use crate::run::task_id::TaskId;

impl Turn<'_> {
    pub(super) fn sent_back(&mut self, from: Position, to: &TaskId) -> Result<(), Refused> {
        let back = self.known(to)?;
        let head = &self.state.head;
        if head.ending.is_some() || head.only.is_some() {
            return Err(refused("run_answer_does_not_fit"));
        }
        if self.definition.flow == Flow::Dependencies {
            self.send_back_dependent(from, back)
        } else {
            self.send_back_guided(from, back)
        }
    }

    /// A guided run goes on from the other step; this one is open again when a way leads to it.
    fn send_back_guided(&mut self, from: Position, back: Position) -> Result<(), Refused> {
        if !self.state.is_led_back_to(self.definition, from, back) {
            return Err(refused("run_not_an_earlier_task"));
        }
        let message = Message::new("run_sent_back").with("to", self.id(back));
        self.record_attempt(from, Status::Cancelled, Some(message));
        self.renew(from);
        if back == from {
            self.open(from);
        } else {
            self.unsettle(back);
            self.open_step(back);
        }
        Ok(())
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
    fn send_back_dependent(&mut self, from: Position, back: Position) -> Result<(), Refused> {
        let again = self.state.all_that_follows(self.definition, back);
        if back == from || !again.contains(&from) {
            return Err(refused("run_not_an_earlier_task"));
        }
        if again
            .iter()
            .any(|&at| self.task(at).phase == Phase::Interrupted)
        {
            return Err(refused("run_send_back_interrupted"));
        }
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
                    let message = Message::new("run_sent_back").with("to", self.id(back));
                    self.record_attempt(at, Status::Cancelled, Some(message));
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
