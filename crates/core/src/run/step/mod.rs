//! The one decision function.
//!
//! [`step`] takes what a run is, what it has come to and what just happened, and says what follows.
//! It alone decides what is ready, skipped, tried again, compensated, finished. The embedded engine
//! and any other that carries runs out call it and do as it says; neither decides by itself.
//!
//! # The same for the same
//!
//! No clock, no I/O, no chance: the time is an argument, collections are ordered, the pauses
//! between tries vary by a `seed` the run keeps. A history told again gives the same effects, so an
//! engine may keep the state (the embedded one), or tell the history anew (one that replays).
//!
//! # Why conditions are an effect
//!
//! A condition reads outputs, which may be megabytes and are not in the state. Were they an
//! argument, telling a history again would need every output as it was at each step. So a
//! condition is asked for ([`Effect::Evaluate`]) and its answer is an event, a bit that the history
//! keeps. The embedded engine answers within the same transaction. A `branch` goes further: it is
//! an attempt like any other, and what it chose comes with its end.
//!
//! # How it goes
//!
//! An event changes a task; whatever hangs on that task is looked at again (`flow`), until nothing
//! more follows. Then, if nothing is open, the run compensates or ends (`ending`). The cost of a
//! step is that of the tasks it touches, not of the run.
//!
//! Absent on purpose: the order among tasks that are ready ([`queue`](crate::run::queue)), which
//! data source and which agent, and everything that can be told from the outside of a run.

mod answer;
mod attempt;
mod ending;
mod flow;
mod recovery;
mod send_back;

use std::collections::{BTreeSet, VecDeque};

use super::definition::{Definition, Flow, Position, Task};
use super::effect::{Effect, Level};
use super::event::{Event, Start, Timer};
use super::state::{Ending, Moment, Phase, Reason, RunState, TaskState};
use super::status::Status;
use super::task_id::TaskId;
use crate::Message;

/// How long an attempt has to end after it was asked to, in milliseconds, before it is stopped
/// hard.
pub const GRACE_MS: u64 = 10_000;

/// How often a guided run may come to one step: beyond it goes in a circle that nobody ends.
pub const MAX_ROUNDS: u32 = 1000;

/// How many attempts of a task may be broken off in a row before an operator is asked, even where
/// it is safe to do it again: the attempt itself may be what ends the process.
pub const MAX_BROKEN: u32 = 3;

/// Why an event was refused; nothing has changed. The code is in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(
    /// What to tell the person who wanted it.
    pub Message,
);

/// What follows from an event. `state` belongs to this very definition; it is changed in place.
/// `seed` is the run's own and the same in every step.
///
/// # Errors
/// [`Refused`] when a person wants what cannot be: an answer to a task that does not wait, a pause
/// of a run that has ended. The state is as it was. What engines tell too late is no error and
/// changes nothing.
pub fn step(
    definition: &Definition,
    state: &mut RunState,
    event: &Event,
    now: Moment,
    seed: u64,
) -> Result<Vec<Effect>, Refused> {
    let mut turn = Turn {
        definition,
        state,
        now,
        seed,
        effects: Vec::new(),
        changed: BTreeSet::new(),
        next: VecDeque::new(),
        steps: VecDeque::new(),
        asked: BTreeSet::new(),
    };
    if turn.state.head.status.is_final() {
        return match event {
            Event::Cancel | Event::Pause | Event::Resume | Event::Answered { .. } => {
                Err(refused("run_has_ended"))
            }
            _ => Ok(Vec::new()),
        };
    }
    let before = turn.state.head.clone();
    turn.apply(event)?;
    // One that nothing was opened of is not one of which everything has ended: it may be paused, or
    // change its owner, before it is started.
    let unopened = before.open == 0 && before.asked == 0 && !before.begun;
    if !unopened || matches!(event, Event::Started(_) | Event::Cancel) {
        turn.carry_on();
    }
    turn.record(&before);
    Ok(turn.effects)
}

/// One step under way.
struct Turn<'a> {
    definition: &'a Definition,
    state: &'a mut RunState,
    now: Moment,
    seed: u64,
    effects: Vec<Effect>,
    /// Tasks whose state has changed.
    changed: BTreeSet<Position>,
    /// Tasks to look at again, because something they wait for has changed.
    next: VecDeque<Position>,
    /// Guided steps that are led to.
    steps: VecDeque<Position>,
    /// Tasks that a person was asked about before the run was taken up.
    asked: BTreeSet<Position>,
}

impl Turn<'_> {
    fn apply(&mut self, event: &Event) -> Result<(), Refused> {
        match event {
            Event::Started(start) => return self.begin(start),
            Event::Hindered { why } => self.hindered(why),
            Event::Answered { task, decision } => return self.answered(task, decision),
            Event::Evaluated {
                task,
                round,
                result,
            } => self.evaluated(task, *round, result),
            Event::Dispatched { task, attempt } => self.dispatched(task, *attempt),
            Event::Attempted {
                task,
                attempt,
                result,
            } => self.attempted(task, *attempt, result),
            Event::Due(timer) => self.due(timer),
            Event::Unlocked { secret } => self.unlocked(secret),
            Event::Cancel => self.cancel(),
            Event::Pause => return self.pause(),
            Event::Resume => return self.resume(),
            Event::OwnerLost => self.owner_lost(),
            Event::Adopted => self.adopted(),
        }
        Ok(())
    }

    fn begin(&mut self, start: &Start) -> Result<(), Refused> {
        if !self.state.head.is_unopened() {
            // Told twice.
            return Ok(());
        }
        let position = |id: &TaskId| {
            let unknown = || Refused(Message::new("run_unknown_task").with("task", id));
            self.definition.position(id).ok_or_else(unknown)
        };
        let list = |ids: &[TaskId]| ids.iter().map(position).collect::<Result<Vec<_>, _>>();
        let only = start.only.as_ref().map(position).transpose()?;
        let (left_out, steps) = (list(&start.left_out)?, list(&start.steps)?);
        let (carried, stood_in_for) = (list(&start.carried)?, list(&start.stood_in_for)?);
        self.state.head.only = only;
        if !start.given.is_empty() {
            self.effects.push(Effect::Message {
                level: Level::Info,
                task: None,
                message: Message::new("run_input_given").with("names", start.given.join(", ")),
            });
        }
        for at in left_out {
            self.state.tasks[at].left_out = true;
            self.changed.insert(at);
        }
        for at in stood_in_for {
            self.state.tasks[at].reason = Some(Reason::Carried);
            self.state.tasks[at].fell_back = true;
            self.state.tasks[at].settled = self.definition.flow != Flow::Dependencies;
            self.set(at, Phase::Failed);
        }
        for at in carried {
            self.state.tasks[at].reason = Some(Reason::Carried);
            self.set(at, Phase::Succeeded);
        }
        match (self.definition.flow, only) {
            (_, Some(only)) => self.open(only),
            (Flow::Guided { entry }, None) => {
                let first = if steps.is_empty() { vec![entry] } else { steps };
                self.steps.extend(first);
            }
            (Flow::Dependencies, None) => self.next.extend(0..self.state.tasks.len()),
        }
        Ok(())
    }

    /// Lets follow what follows, until the run waits for something or has ended.
    fn carry_on(&mut self) {
        loop {
            // Queues and not recursion: a definition may be a hundred thousand tasks long.
            if let Some(at) = self.next.pop_front() {
                self.consider(at);
                continue;
            }
            if let Some(at) = self.steps.pop_front() {
                self.open_step(at);
                continue;
            }
            let head = &self.state.head;
            if head.open > 0 || head.asked > 0 || !self.finish() {
                break;
            }
        }
    }

    /// The effects that write down what has changed.
    fn record(&mut self, before: &super::state::Head) {
        for &at in &self.changed {
            self.effects.push(Effect::Task {
                task: self.definition.tasks[at].id.clone(),
                status: self.state.tasks[at].status(),
            });
        }
        let head = &mut self.state.head;
        if !head.status.is_final() {
            head.status = if head.orphaned {
                Status::Interrupted
            } else if head.paused {
                Status::Paused
            } else if head.open == 0 && head.asked > 0 {
                Status::Waiting
            } else if head.begun {
                Status::Running
            } else {
                Status::Queued
            };
        }
        if head != before {
            self.effects.push(Effect::Run {
                status: head.status,
            });
        }
    }

    /// A task by the id an event gives.
    fn at(&self, task: &TaskId) -> Option<Position> {
        self.definition.position(task)
    }

    fn task(&self, at: Position) -> &TaskState {
        &self.state.tasks[at]
    }

    fn task_mut(&mut self, at: Position) -> &mut TaskState {
        self.changed.insert(at);
        &mut self.state.tasks[at]
    }

    fn defined(&self, at: Position) -> &Task {
        &self.definition.tasks[at]
    }

    fn id(&self, at: Position) -> TaskId {
        self.definition.tasks[at].id.clone()
    }

    /// Moves a task on; the counts of the head follow, and the order of ends.
    fn set(&mut self, at: Position, phase: Phase) {
        self.changed.insert(at);
        let (head, task) = (&mut self.state.head, &mut self.state.tasks[at]);
        head.open -= u32::from(task.is_open());
        head.asked -= u32::from(task.is_asked());
        task.phase = phase;
        head.open += u32::from(task.is_open());
        head.asked += u32::from(task.is_asked());
        if task.is_final() {
            task.ended = Some(head.ended);
            head.ended += 1;
        }
    }

    fn record_attempt(&mut self, at: Position, status: Status, error: Option<Message>) {
        self.effects.push(Effect::Attempt {
            task: self.id(at),
            attempt: self.task(at).attempts,
            status,
            error,
        });
    }

    fn set_timer(&mut self, at: Position, purpose: super::event::Purpose, when: Moment) {
        let timer = Timer {
            task: self.id(at),
            attempt: self.task(at).attempts,
            purpose,
        };
        self.effects.push(Effect::SetTimer { at: when, timer });
    }

    fn withdraw(&mut self, at: Position) {
        self.effects.push(Effect::Withdraw {
            task: self.id(at),
            attempt: self.task(at).attempts,
        });
    }

    fn tell(&mut self, level: Level, at: Position, message: Message) {
        self.effects.push(Effect::Message {
            level,
            task: Some(self.id(at)),
            message: message.with("task", &self.definition.tasks[at].id),
        });
    }

    fn is_cancelling(&self) -> bool {
        self.state.head.ending == Some(Ending::Cancelling)
    }
}

fn refused(code: &str) -> Refused {
    Refused(Message::new(code))
}
