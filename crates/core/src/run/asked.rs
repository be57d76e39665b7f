//! What people can do about a task as a run stands: what they are asked, where they can send work
//! back to, what it still waits for. [`step`](super::step) decides by the same rules.

use std::collections::BTreeSet;

use super::definition::{Definition, Flow, OnFailure, Position};
use super::effect::Question;
use super::state::{Phase, RunState};
use super::step::MAX_BROKEN;
use super::task_id::TaskId;

impl RunState {
    /// What a person is asked about a task, or would be by whoever takes the run up.
    pub fn question(&self, definition: &Definition, task: &TaskId) -> Option<Question> {
        let at = definition.position(task)?;
        match self.tasks[at].phase {
            Phase::Asking { .. } => Some(Question::Work),
            Phase::Interrupted if !self.may_be_done_again(definition, at) => {
                Some(Question::Interrupted)
            }
            _ => None,
        }
    }

    /// Whether an attempt that was broken off is made again unasked: it is safe to, and does not
    /// look as if it were the attempt that takes down whoever makes it.
    pub(super) fn may_be_done_again(&self, definition: &Definition, at: Position) -> bool {
        definition.tasks()[at].idempotent && self.tasks[at].broken < MAX_BROKEN
    }

    /// The tasks that a person who is asked to do this one can send the work back to, in the
    /// order of the definition: those that came before it and were done, or begun, in this run.
    pub fn earlier_tasks(&self, definition: &Definition, task: &TaskId) -> Vec<TaskId> {
        let Some(from) = definition.position(task) else {
            return Vec::new();
        };
        if self.head.ending.is_some() || self.head.only.is_some() {
            return Vec::new();
        }
        let mut found = self.came_before(definition, from);
        if definition.flow == Flow::Dependencies {
            found.retain(|&at| !self.has_interrupted_follower(definition, at));
        }
        let ids = found.into_iter().filter_map(|at| definition.id(at));
        ids.cloned().collect()
    }

    /// The tasks that came before this one and were there in this run.
    pub(super) fn came_before(
        &self,
        definition: &Definition,
        from: Position,
    ) -> BTreeSet<Position> {
        let mut found = match definition.flow {
            Flow::Dependencies => self.depended_on(definition, from),
            Flow::Guided { .. } => definition.steps_before(from),
        };
        found.retain(|&at| self.tasks[at].attempts > 0 || self.tasks[at].is_final());
        found
    }

    /// All that a task hangs on, however far away.
    fn depended_on(&self, definition: &Definition, from: Position) -> BTreeSet<Position> {
        let mut found = BTreeSet::new();
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            let task = &definition.tasks()[at];
            if task.is_compensation_only() {
                continue;
            }
            let standing_in = task.depends_on.iter().filter_map(|&before| {
                let OnFailure::Fallback(fallback) = definition.tasks()[before].on_failure else {
                    return None;
                };
                self.tasks[before].fell_back.then_some(fallback)
            });
            let before = task.depends_on.iter().chain(&task.callers).copied();
            for before in before.chain(standing_in) {
                if before != from && found.insert(before) {
                    open.push(before);
                }
            }
        }
        found
    }

    /// Whether something that would be done anew with this task waits for an operator's word.
    pub(super) fn has_interrupted_follower(&self, definition: &Definition, at: Position) -> bool {
        let interrupted = |at: Position| self.tasks[at].phase == Phase::Interrupted;
        (0..self.tasks.len()).any(interrupted)
            && self
                .all_that_follows(definition, at)
                .into_iter()
                .any(interrupted)
    }

    /// A task, and all that could not have come to what it has without it.
    pub(super) fn all_that_follows(
        &self,
        definition: &Definition,
        first: Position,
    ) -> BTreeSet<Position> {
        let tasks = definition.tasks();
        let mut found = BTreeSet::from([first]);
        let mut open = vec![first];
        while let Some(at) = open.pop() {
            let task = &tasks[at];
            let stood_in_for = task
                .callers
                .iter()
                .filter(|&&caller| self.tasks[caller].fell_back)
                .flat_map(|&caller| &tasks[caller].dependents);
            for &next in task
                .dependents
                .iter()
                .chain(&task.calls)
                .chain(stood_in_for)
            {
                let counts = !tasks[next].is_compensation_only();
                if counts && found.insert(next) {
                    open.push(next);
                }
            }
        }
        found
    }

    /// What a task that has not started waits for among those it depends on.
    pub fn waits_for(&self, definition: &Definition, task: &TaskId) -> Vec<TaskId> {
        let at = definition.position(task);
        let Some(at) = at.filter(|&at| self.tasks[at].phase == Phase::Pending) else {
            return Vec::new();
        };
        let waits = definition.waits_for(at);
        let open = waits.filter(|&before| self.came_to(definition, before).is_none());
        open.filter_map(|at| definition.id(at)).cloned().collect()
    }
}
