//! In which order tasks can go, for whoever looks at a run before it starts.
//!
//! Absent on purpose: what conditions, failures and people make of it. Which attempt is next while a
//! run is under way says `core::run::queue`.

use super::{Definition, Flow, Position, Task};

/// A task in its place.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// The task.
    pub task: &'a Task,
    /// Its place from 1. All of one place can go at the same time; each waits for some of the place
    /// before.
    pub place: u32,
    /// Whether it goes only when something calls for it: a fallback, the target of a branch, what
    /// undoes another task, a step that no way leads to.
    pub on_call: bool,
}

impl Definition {
    /// The tasks in the order in which they can go: none before what it waits for; of those that can
    /// go together the smallest priority first, then as in the document.
    pub fn sequence(&self) -> Vec<Placed<'_>> {
        let (before, reached) = match self.flow {
            Flow::Guided { entry } => (self.leads(), self.led_to_from(entry)),
            Flow::Dependencies => (self.waits(), vec![true; self.tasks.len()]),
        };
        let mut places = places(&before);
        let last = 1 + places.iter().copied().max().unwrap_or_default();
        let comes_last = |at: Position| !reached[at] || self.tasks[at].is_compensation_only();
        for (at, place) in places.iter_mut().enumerate() {
            if comes_last(at) {
                *place = last;
            }
        }
        let mut order: Vec<Position> = (0..self.tasks.len()).collect();
        order.sort_by_key(|&at| (places[at], self.tasks[at].priority, at));
        let task = |at: Position| Placed {
            task: &self.tasks[at],
            place: places[at],
            on_call: !reached[at] || self.tasks[at].is_called_only(),
        };
        order.into_iter().map(task).collect()
    }

    /// For every guided step, whether any way leads to it from this one.
    fn led_to_from(&self, entry: Position) -> Vec<bool> {
        let mut reached = vec![false; self.tasks.len()];
        let mut open = vec![entry];
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut reached[at], true) {
                open.extend(self.next_of(at));
            }
        }
        reached
    }
}

/// The place of each, from 1, where `before` says what each one waits for. There are no circles: for
/// tasks they stop a start, and steps are waited for forwards alone.
fn places(before: &[Vec<Position>]) -> Vec<u32> {
    let mut after = vec![Vec::new(); before.len()];
    let mut left: Vec<usize> = before.iter().map(Vec::len).collect();
    for (at, before) in before.iter().enumerate() {
        for &earlier in before {
            after[earlier].push(at);
        }
    }
    let mut places = vec![1; before.len()];
    let mut open: Vec<Position> = (0..before.len()).filter(|&at| left[at] == 0).collect();
    while let Some(at) = open.pop() {
        for &later in &after[at] {
            places[later] = places[later].max(places[at] + 1);
            left[later] -= 1;
            if left[later] == 0 {
                open.push(later);
            }
        }
    }
    places
}
