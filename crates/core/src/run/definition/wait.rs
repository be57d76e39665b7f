//! What a task waits for beyond its own `dependsOn`: whoever may call it, and the fallbacks of
//! what it depends on. Tasks that wait for one another in that way would do so for ever.

use super::{Definition, OnFailure, Position};

impl Definition {
    /// The fallbacks of this task, in the order in which they are called.
    pub(crate) fn fallbacks(&self, task: Position) -> impl Iterator<Item = Position> {
        let next = |at: &Position| match self.tasks[*at].on_failure {
            OnFailure::Fallback(fallback) => Some(fallback),
            _ => None,
        };
        // A circle of fallbacks is an error that stops a start; until then it must end here.
        std::iter::successors(Some(task), next)
            .skip(1)
            .take(self.tasks.len())
    }

    /// The tasks this one waits for among those it depends on. A fallback does not wait for what
    /// it stands in for; a compensation waits for nothing, since all has ended when it is called,
    /// and nothing waits for one.
    pub(crate) fn waits_for(&self, task: Position) -> impl Iterator<Item = Position> {
        let depends_on = self.tasks[task].depends_on.iter().copied();
        depends_on.filter(move |&dependency| self.is_waited_for(task, dependency))
    }

    /// Whether a task waits for this one, which it depends on.
    pub(crate) fn is_waited_for(&self, task: Position, dependency: Position) -> bool {
        !self.tasks[task].is_compensation_only()
            && !self.fallbacks(dependency).any(|fallback| fallback == task)
    }

    /// For every task, the tasks whose end it needs before it can start or be skipped.
    pub(super) fn waits(&self) -> Vec<Vec<Position>> {
        let open = |at: &Position| !self.tasks[*at].is_compensation_only();
        let waits = |task: Position| {
            let own: Vec<Position> = self.waits_for(task).collect();
            let standing_in = own.iter().flat_map(|&at| self.fallbacks(at));
            let mut all: Vec<Position> = standing_in
                .chain(own.iter().copied())
                .chain(self.tasks[task].callers.iter().copied())
                .filter(open)
                .collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        (0..self.tasks.len())
            .map(|task| if open(&task) { waits(task) } else { Vec::new() })
            .collect()
    }
}
