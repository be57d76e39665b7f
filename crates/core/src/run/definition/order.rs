//! Which guided step comes before which. Ways may go round: what leads back to a step that the
//! work has come through is no order.

use std::collections::BTreeSet;

use super::{Definition, Flow, Position};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Not,
    /// The work has come through it to where it stands.
    Through,
    Done,
}

impl Definition {
    /// The steps the work comes through on its way to this one, and the fallbacks of those.
    pub(crate) fn steps_before(&self, step: Position) -> BTreeSet<Position> {
        let leads = self.leads();
        let mut found = BTreeSet::new();
        let mut open = vec![step];
        while let Some(at) = open.pop() {
            for &before in &leads[at] {
                if found.insert(before) {
                    open.push(before);
                }
            }
        }
        let fallbacks = found.iter().flat_map(|&at| self.fallbacks(at));
        let fallbacks: Vec<_> = fallbacks.filter(|&at| at != step).collect();
        found.extend(fallbacks);
        found
    }

    /// For every step, those that lead to it, but for the ways back.
    pub(super) fn leads(&self) -> Vec<Vec<Position>> {
        let mut leads = vec![Vec::new(); self.tasks.len()];
        let mut seen = vec![Seen::Not; self.tasks.len()];
        let entry = match self.flow {
            Flow::Guided { entry } => Some(entry),
            Flow::Dependencies => None,
        };
        for first in entry.into_iter().chain(0..self.tasks.len()) {
            if std::mem::replace(&mut seen[first], Seen::Through) != Seen::Not {
                seen[first] = Seen::Done;
                continue;
            }
            // A stack and no recursion: a definition may be a hundred thousand steps long.
            let mut path = vec![(first, self.next_of(first))];
            while let Some((at, next)) = path.last_mut() {
                let at = *at;
                let Some(next) = next.pop() else {
                    seen[at] = Seen::Done;
                    path.pop();
                    continue;
                };
                if seen[next] != Seen::Through {
                    leads[next].push(at);
                }
                if seen[next] == Seen::Not {
                    seen[next] = Seen::Through;
                    path.push((next, self.next_of(next)));
                }
            }
        }
        leads
    }

    /// Where a step may lead, the first last.
    pub(super) fn next_of(&self, step: Position) -> Vec<Position> {
        let task = &self.tasks[step];
        let ways = task.ways.iter().filter_map(|way| way.to);
        let mut next: Vec<_> = ways.chain(task.calls.iter().copied()).collect();
        next.reverse();
        next
    }
}
