//! What people decide about a task that waits for them.

use super::{Refused, Turn, refused};
use crate::Message;
use crate::run::definition::{Flow, Position};
use crate::run::event::Decision;
use crate::run::state::{Phase, Reason};
use crate::run::status::Status;
use crate::run::task_id::TaskId;

impl Turn<'_> {
    pub(super) fn answered(&mut self, task: &TaskId, decision: &Decision) -> Result<(), Refused> {
        let at = self.known(task)?;
        match self.task(at).phase {
            Phase::Asking { .. } => self.worked(at, decision),
            Phase::Interrupted if !self.state.head.orphaned => self.settled(at, decision),
            _ => Err(Refused(
                Message::new("run_task_not_waiting").with("task", task),
            )),
        }
    }

    pub(super) fn known(&self, task: &TaskId) -> Result<Position, Refused> {
        let unknown = || Refused(Message::new("run_unknown_task").with("task", task));
        self.at(task).ok_or_else(unknown)
    }

    /// About work that was given to a person.
    fn worked(&mut self, at: Position, decision: &Decision) -> Result<(), Refused> {
        let chosen = match decision {
            Decision::Approve { next: Some(next) } => {
                let next = self.known(next)?;
                let leads = self.defined(at).ways.iter().any(|way| way.to == Some(next));
                if !leads {
                    return Err(refused("run_no_such_way"));
                }
                Some(next)
            }
            Decision::Approve { next: None } | Decision::Done => None,
            Decision::SendBack { to, reason } => {
                return self.sent_back(at, to, reason.as_deref());
            }
            Decision::Rerun => return Err(refused("run_answer_does_not_fit")),
            Decision::Failed => {
                self.withdraw(at);
                self.tried(at, Message::new("rejected"), true);
                return Ok(());
            }
        };
        self.record_attempt(at, Status::Succeeded, None);
        if chosen == Some(at) && self.definition.flow != Flow::Dependencies {
            // Again, as a way to itself says.
            self.renew(at);
            self.open(at);
        } else {
            self.succeed(at, chosen);
        }
        Ok(())
    }

    /// About an attempt that a crash broke off.
    fn settled(&mut self, at: Position, decision: &Decision) -> Result<(), Refused> {
        match decision {
            Decision::Rerun => {
                self.task_mut(at).broken = 0;
                self.start(at);
            }
            Decision::Done => {
                self.task_mut(at).reason = Some(Reason::MarkedDone);
                self.succeed(at, None);
            }
            Decision::Failed => self.fail(at, Message::new("marked_failed")),
            Decision::Approve { .. } | Decision::SendBack { .. } => {
                return Err(refused("run_answer_does_not_fit"));
            }
        }
        Ok(())
    }
}
