//! How a run begins that repeats another (contracts, `run retry`).
//!
//! What has ended stays ended: a retry is a run of its own, which takes over what is still good.
//! The definition may have been corrected in between; tasks are known by their ids.

use std::collections::BTreeSet;

use super::definition::{Definition, Flow, Position};
use super::event::Start;
use super::state::{Phase, Reason, RunState, TaskState};
use super::step::Refused;
use super::task_id::TaskId;
use crate::Message;

/// Where a repeated run begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// At the start: nothing is taken over.
    Start,
    /// At what failed: what succeeded is taken over, except what came after something that is
    /// done again, and what was compensated.
    Failed,
    /// At this task, whatever it came to; otherwise as [`From::Failed`].
    Task(TaskId),
}

/// How the run begins that repeats `before`, a run of the definition `then`, with the definition
/// `now`. `left_out` are tasks to count as succeeded; `given` are the names of the context that have
/// another value than before: a task that used one is done again.
///
/// # Errors
/// [`Refused`] for a task that is not there, or a run that has not ended.
pub fn repeat(
    then: &Definition,
    before: &RunState,
    now: &Definition,
    from: &From,
    left_out: &[TaskId],
    given: &[String],
) -> Result<Start, Refused> {
    if !before.head.status.is_final() {
        return Err(Refused(Message::new("run_has_not_ended")));
    }
    let known = |id: &TaskId| {
        let unknown = || Refused(Message::new("run_unknown_task").with("task", id));
        now.position(id).ok_or_else(unknown)
    };
    left_out.iter().try_for_each(|id| known(id).map(drop))?;
    let mut start = Start {
        left_out: left_out.to_vec(),
        given: given.to_vec(),
        ..Start::default()
    };
    let first = match from {
        From::Start => return Ok(start),
        From::Failed => None,
        From::Task(id) => Some(known(id)?),
    };
    let state = |at: Position| before.task(then, &now.tasks()[at].id);
    // What was left out has done nothing, and is left out again.
    let was_left_out = |at: Position| state(at).is_some_and(|task| task.left_out);
    let outdated = outdated(now, given);
    let outdated = |at: Position| outdated.contains(&now.tasks()[at].id) && !was_left_out(at);
    let good = |at: Position| {
        let done = state(at).is_some_and(|task| task.phase == Phase::Succeeded && !task.undone);
        done && !now.tasks()[at].is_compensation_only() && !outdated(at)
    };
    let stood_in_for =
        |at: Position| state(at).is_some_and(|task| task.fell_back) && now.fallbacks(at).any(good);
    let all = 0..now.tasks().len();
    let again = all.clone().filter(|&at| {
        let idle = idle(now, state(at), at) && !outdated(at);
        Some(at) == first || !(good(at) || stood_in_for(at) || idle)
    });
    let again = with_followers(then, before, now, again.collect());
    let kept = all.filter(|at| !again.contains(at));
    let mut carried: Vec<(Option<u32>, Position)> = kept
        .clone()
        .filter(|&at| good(at) && !was_left_out(at))
        .map(|at| (state(at).and_then(|task| task.ended), at))
        .collect();
    carried.sort_unstable();
    let ids = |list: Vec<Position>| {
        list.into_iter()
            .map(|at| now.tasks()[at].id.clone())
            .collect()
    };
    if now.flow != Flow::Dependencies {
        start.steps = match first {
            Some(first) => ids(vec![first]),
            None => ids(last_open(then, before, now)),
        };
    }
    start
        .left_out
        .extend::<Vec<TaskId>>(ids(kept.clone().filter(|&at| was_left_out(at)).collect()));
    start.stood_in_for = ids(kept.filter(|&at| stood_in_for(at)).collect());
    start.carried = ids(carried.into_iter().map(|(_, at)| at).collect());
    Ok(start)
}

/// How the run begins that takes the place of one that could not begin: as that one would have. Nothing
/// where it was to use tasks that are there no more.
pub fn instead(began: &Start, now: &Definition) -> Option<Start> {
    let mut named = began
        .only
        .iter()
        .chain(&began.left_out)
        .chain(&began.carried)
        .chain(&began.stood_in_for)
        .chain(&began.steps);
    named.all(|id| now.position(id).is_some()).then(|| Start {
        due: None,
        event: None,
        chain: 0,
        ..began.clone()
    })
}

/// The tasks that use one of these names of the context. Guided steps are not among them: they are
/// come to anyway, and what they came to before stays to be read.
fn outdated(now: &Definition, given: &[String]) -> BTreeSet<TaskId> {
    if given.is_empty() || now.flow != Flow::Dependencies {
        return BTreeSet::new();
    }
    let names = now.context_names().into_iter();
    let uses = names.filter(|used| given.contains(&used.name));
    uses.flat_map(|name| name.used)
        .map(|(task, _)| task)
        .collect()
}

/// Whether a task did not run because nobody needed it: it has no part in what is done again.
fn idle(now: &Definition, before: Option<&TaskState>, at: Position) -> bool {
    let reason = before.and_then(|task| task.reason);
    let unneeded = matches!(reason, Some(Reason::NotCalled | Reason::Condition));
    unneeded || now.tasks()[at].is_compensation_only()
}

/// Tasks, and everything that depends on one of them or is called by one.
fn with_followers(
    then: &Definition,
    before: &RunState,
    definition: &Definition,
    tasks: Vec<Position>,
) -> BTreeSet<Position> {
    let mut found: BTreeSet<Position> = tasks.iter().copied().collect();
    let mut open = tasks;
    // Steps that lead on are come to anyway; what they came to before stays to be read.
    if definition.flow != Flow::Dependencies {
        return found;
    }
    while let Some(at) = open.pop() {
        let task = &definition.tasks()[at];
        // A branch that chose a task has to choose it again.
        let called = before
            .task(then, &task.id)
            .is_some_and(|state| state.called);
        let branches = task
            .callers
            .iter()
            .filter(|&&caller| called && definition.tasks()[caller].action.name == "branch");
        for &next in task.dependents.iter().chain(&task.calls).chain(branches) {
            if found.insert(next) {
                open.push(next);
            }
        }
    }
    found
}

/// The guided steps at which a run ended without success.
fn last_open(then: &Definition, before: &RunState, now: &Definition) -> Vec<Position> {
    let ended = then.tasks().iter().zip(&before.tasks);
    let mut open: Vec<(Option<u32>, Position)> = ended
        .filter(|(_, task)| matches!(task.phase, Phase::Failed | Phase::Cancelled))
        .filter_map(|(defined, task)| Some((task.ended, now.position(&defined.id)?)))
        .collect();
    open.sort_unstable();
    open.pop().map(|(_, at)| at).into_iter().collect()
}
