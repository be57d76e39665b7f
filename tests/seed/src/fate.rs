//! What becomes of a run, so that each makes exactly as many attempts as were asked for.

use crate::chance::Chance;
use crate::workflows::Workflow;

/// What becomes of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Every task succeeds, after this many tries that failed; as many optional tasks are left out
    /// by their condition.
    Succeeds(usize),
    /// The task whose tries end with the last attempt uses them all up.
    Fails,
    /// Somebody ends it during its last attempt.
    Cancelled,
    /// Nobody has answered yet.
    Waits,
    /// The process that carried it out was killed during the last attempt.
    BrokenOff,
}

impl Fate {
    /// Of a hundred runs about 80 go through at once, 8 after another try, 9 fail. Only of the last
    /// days some are still open.
    pub(crate) fn of(workflow: &Workflow, is_recent: bool, chance: &mut Chance) -> Self {
        let (open, often) = if workflow.asks {
            (Self::Waits, 60)
        } else {
            (Self::BrokenOff, 15)
        };
        if is_recent && chance.percent(often) {
            return open;
        }
        let again = if chance.percent(75) {
            1
        } else {
            workflow.optional
        };
        match chance.between(0, 99) {
            0..=79 => Self::Succeeds(0),
            80..=87 => Self::Succeeds(again.min(workflow.optional)),
            88..=96 => Self::Fails,
            _ => Self::Cancelled,
        }
    }
}
