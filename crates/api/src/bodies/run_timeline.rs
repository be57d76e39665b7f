//! `run_timeline`: the tasks of a run as its page draws them. The page follows a run by asking again; it is told
//! what has changed since it asked last, which here is kept for the runs that were asked for last.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use flowkeep_core::run::{Definition, Status, TaskId};
use flowkeep_core::{Message, RunId};
use flowkeep_engine::state_of;
use flowkeep_store::{AttemptTimes, KeptRun};

use super::run_questions::question;
use super::runs::{find, goes_on_at, secret_of};
use crate::types::{
    RunTimeline, RunTimelineAttempts, RunTimelineInput, RunTimelineMore, RunTimelinePlan,
};
use crate::{Api, AppError, time};

/// Runs of which it is known what was told.
const FOLLOWED: usize = 4;

/// Every status, in the order in which they are counted.
const STATUSES: [Status; 9] = [
    Status::Queued,
    Status::Waiting,
    Status::Running,
    Status::Paused,
    Status::Succeeded,
    Status::Failed,
    Status::Cancelled,
    Status::Skipped,
    Status::Interrupted,
];

/// What a page draws of one task.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    status: Status,
    output_bytes: u32,
    attempts: Vec<Tried>,
    more: RunTimelineMore,
}

/// When an attempt was, and what it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tried {
    number: u32,
    status: Status,
    queued: i64,
    waited: Option<i64>,
    ended: Option<i64>,
}

/// What was told of the runs that were asked for last.
#[derive(Default)]
pub(crate) struct Told(Mutex<Runs>);

#[derive(Default)]
struct Runs {
    /// How often a run was told anew.
    begun: u64,
    runs: VecDeque<ToldRun>,
}

struct ToldRun {
    /// The run, and the text it was started with.
    of: (RunId, i64),
    /// Which telling of a run this is, of all there were in this process.
    begun: u64,
    /// How often something in it had changed.
    changes: u64,
    /// Each task, and after which of these changes it is so.
    rows: Vec<(u64, Row)>,
}

/// The tasks of a run, or those that have changed since somebody asked. Of a run whose definition cannot be read any
/// more there are none.
///
/// # Errors
/// `run_unknown`; what the database says.
pub fn timeline(api: &Api, input: RunTimelineInput) -> Result<RunTimeline, AppError> {
    api.mark_left();
    // Whoever asks later is never told what was so earlier.
    let mut told = api.told.0.lock().unwrap_or_else(PoisonError::into_inner);
    let run = find(api, &input.id)?;
    let Some(definition) = api.definitions.of(&api.store, &run)? else {
        return Ok(RunTimeline {
            plan: Some(RunTimelinePlan::default()),
            ..RunTimeline::default()
        });
    };
    let rows = rows(api, &run, &definition)?;
    let of = (run.id, run.content);
    let known = told.take(of);
    let known = match known {
        Some(mut known) => {
            known.take_in(rows);
            known
        }
        None => told.begin(of, rows),
    };
    let since = input.since.as_deref().and_then(|since| known.since(since));
    let answer = answer(&known, &definition, since);
    told.keep(known);
    Ok(answer)
}

impl Runs {
    fn take(&mut self, of: (RunId, i64)) -> Option<ToldRun> {
        let at = self.runs.iter().position(|run| run.of == of)?;
        self.runs.remove(at)
    }

    fn begin(&mut self, of: (RunId, i64), rows: Vec<Row>) -> ToldRun {
        self.begun += 1;
        ToldRun {
            of,
            begun: self.begun,
            changes: 0,
            rows: rows.into_iter().map(|row| (0, row)).collect(),
        }
    }

    fn keep(&mut self, run: ToldRun) {
        self.runs.push_back(run);
        if self.runs.len() > FOLLOWED {
            self.runs.pop_front();
        }
    }
}

impl ToldRun {
    /// Takes in how its tasks are now; there are as many as before, for its definition is the same.
    fn take_in(&mut self, rows: Vec<Row>) {
        let next = self.changes + 1;
        for ((changed, kept), now) in self.rows.iter_mut().zip(rows) {
            if *kept != now {
                (*changed, *kept) = (next, now);
                self.changes = next;
            }
        }
    }

    fn seen(&self) -> String {
        format!("{}-{}-{}", std::process::id(), self.begun, self.changes)
    }

    /// After which change somebody has asked; nothing where that was another telling.
    fn since(&self, seen: &str) -> Option<u64> {
        let (telling, change) = seen.rsplit_once('-')?;
        let own = format!("{}-{}", std::process::id(), self.begun);
        change.parse().ok().filter(|_| telling == own)
    }
}

fn answer(known: &ToldRun, definition: &Definition, since: Option<u64>) -> RunTimeline {
    let mut answer = RunTimeline {
        seen: known.seen(),
        plan: since.is_none().then(|| plan(definition)),
        statuses: STATUSES.to_vec(),
        ..RunTimeline::default()
    };
    for (at, (changed, row)) in known.rows.iter().enumerate() {
        if let Some(since) = since {
            if *changed <= since {
                continue;
            }
            answer.at.push(place(at));
        }
        answer.status.push(word(row.status));
        answer.output_bytes.push(row.output_bytes);
        answer.tries.push(place(row.attempts.len()));
        let attempts: &mut RunTimelineAttempts = &mut answer.attempts;
        for tried in &row.attempts {
            attempts.number.push(tried.number);
            attempts.status.push(word(tried.status));
            attempts.queued.push(tried.queued);
            attempts.waited.push(tried.waited);
            attempts.ended.push(tried.ended);
        }
        if !row.more.is_nothing() {
            answer.more.push(row.more.clone());
        }
    }
    answer
}

fn plan(definition: &Definition) -> RunTimelinePlan {
    let mut plan = RunTimelinePlan::default();
    let mut places = HashMap::new();
    for task in definition.tasks() {
        let name = task.action.name;
        let next = place(places.len());
        let action = *places.entry(name).or_insert_with(|| {
            plan.actions.push(name.to_owned());
            next
        });
        plan.action.push(action);
        plan.ids.push(task.id.to_string());
        plan.names.push(task.name.clone());
    }
    plan
}

fn rows(api: &Api, run: &KeptRun, definition: &Definition) -> Result<Vec<Row>, AppError> {
    let places = definition.tasks().iter().enumerate();
    let places: HashMap<&str, usize> = places.map(|(at, task)| (task.id.as_str(), at)).collect();
    let at = |id: &TaskId| places.get(id.as_str()).copied();
    let state = state_of(&api.store, run, definition)?;
    let mut rows = Vec::with_capacity(state.tasks.len());
    for (here, (task, now)) in definition.tasks().iter().zip(&state.tasks).enumerate() {
        let waits_for = state.waits_for(definition, &task.id);
        rows.push(Row {
            status: now.status(),
            output_bytes: 0,
            attempts: Vec::new(),
            more: RunTimelineMore {
                at: place(here),
                why: now.reason,
                waits_for: waits_for.iter().filter_map(at).map(place).collect(),
                goes_on_at: goes_on_at(&now.phase).map(time::rfc3339),
                secret: secret_of(&now.phase),
                question: question(api, run, definition, &state, (task, now))?,
                child: None,
                sent_back: Vec::new(),
            },
        });
    }
    api.store.attempt_times(run.row, |times| {
        if let Some(row) = at(&times.task).and_then(|at| rows.get_mut(at)) {
            row.more.sent_back.extend(sent_back(&times));
            row.attempts.push(tried(&times));
        }
    })?;
    for (task, bytes) in api.store.output_sizes(run.row)? {
        if let Some(row) = at(&task).and_then(|at| rows.get_mut(at)) {
            row.output_bytes = bytes;
        }
    }
    for (task, child) in api.store.children(run.row)? {
        if let Some(row) = at(&task).and_then(|at| rows.get_mut(at)) {
            row.more.child = Some(child.to_string());
        }
    }
    Ok(rows)
}

fn tried(times: &AttemptTimes) -> Tried {
    let after = |time: i64| time - times.queued_at;
    Tried {
        number: times.number,
        status: times.status,
        queued: times.queued_at,
        waited: times.started_at.map(after),
        ended: times.ended_at.map(after),
    }
}

fn sent_back(times: &AttemptTimes) -> Option<(u32, Message)> {
    Some((times.number, times.sent_back.clone()?))
}

fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn word(status: Status) -> u8 {
    let at = STATUSES.iter().position(|one| *one == status);
    at.and_then(|at| u8::try_from(at).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
