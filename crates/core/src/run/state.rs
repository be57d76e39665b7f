//! What a run has come to so far: small enough to be written with every change.
//!
//! Absent on purpose: outputs (they may be megabytes), what people filled in, who carried an
//! attempt out, times beside those something is due at. The engine keeps them in rows of their
//! own; nothing is decided by them.
//!
//! The head and each task serialise on their own, so that a store can keep a row for each and
//! write those that an [`Effect::Task`](super::Effect::Task) or [`Effect::Run`](super::Effect::Run)
//! names.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::definition::{Definition, OnFailure, Position};
use super::event::Parked;
use super::status::Status;
use super::task_id::TaskId;
use crate::{Message, RunId};

/// A moment: milliseconds since 1970 in UTC. It is given to [`step`](super::step), never read.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// The moment so many milliseconds later; the last there is when it is further than that.
    #[must_use]
    pub fn after(self, milliseconds: u64) -> Self {
        let milliseconds = i64::try_from(milliseconds).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(milliseconds))
    }
}

/// A run: its head, and its tasks in the order of the definition it was started with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunState {
    /// What concerns the run as a whole.
    pub head: Head,
    /// One for every task of the definition, in its order.
    pub tasks: Vec<TaskState>,
}

/// What concerns a run as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Which run.
    pub run: RunId,
    /// What it has come to.
    pub status: Status,
    /// Position of the one task of a step run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<usize>,
    /// Whether a person holds it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub paused: bool,
    /// Whether its owner died and no other has taken it up.
    #[serde(default, skip_serializing_if = "is_default")]
    pub orphaned: bool,
    /// Whether anything of it has begun.
    #[serde(default, skip_serializing_if = "is_default")]
    pub begun: bool,
    /// Why nothing new starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
    /// Why it could not begin, where it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hindered: Option<Message>,
    /// Positions of the compensations still to be run, the next one last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoing: Option<Vec<usize>>,
    /// How many tasks are in progress without a person.
    pub open: u32,
    /// How many tasks wait for a person.
    pub asked: u32,
    /// How many tasks have ended; the order of their ends.
    pub ended: u32,
}

/// Why nothing new starts in a run that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// A task failed that stops the run; what runs may finish, then compensations follow.
    Failing,
    /// A person cancelled it.
    Cancelling,
}

/// One task of a run.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own that the others do not follow from"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskState {
    /// What it has come to.
    pub phase: Phase,
    /// How often it was opened again: by a person who sent the work back, by a way that led here
    /// once more, as a compensation.
    #[serde(default, skip_serializing_if = "is_default")]
    pub round: u32,
    /// The number of its last attempt over all rounds; 0 before the first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attempts: u32,
    /// Failed tries of this round. What a crash broke off is not among them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tries: u32,
    /// How many attempts in a row were broken off, by a crash or because whoever ran them left.
    #[serde(default, skip_serializing_if = "is_default")]
    pub broken: u32,
    /// Whether an attempt of this round was ever given to somebody.
    #[serde(default, skip_serializing_if = "is_default")]
    pub began: bool,
    /// Whether another task has called it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub called: bool,
    /// Whether it failed and called its fallback.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fell_back: bool,
    /// Whether a guided step has led on, after what its fallback came to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub settled: bool,
    /// Whether its compensation was begun.
    #[serde(default, skip_serializing_if = "is_default")]
    pub undone: bool,
    /// Whether a person wanted it left out, as if it had succeeded.
    #[serde(default, skip_serializing_if = "is_default")]
    pub left_out: bool,
    /// Why it has this status, where that is not plain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Its place in the order in which tasks ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<u32>,
    /// Where to begin looking for what it still waits for.
    #[serde(skip)]
    pub(crate) looked: Looked,
}

/// How many of those a task waits for are known to have ended, from the first on: its callers
/// until one has called it, then what it depends on. A note that spares looking at them all each
/// time one ends, and no fact: it follows from the other tasks, is not stored and tells no two
/// states apart.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Looked(pub(crate) usize);

impl PartialEq for Looked {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Looked {}

/// Where a task is between pending and its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// What it waits for has not ended, or nobody has called it.
    Pending,
    /// Its condition is being evaluated.
    Checking,
    /// It could start, but the run is paused.
    Held,
    /// An attempt waits for its turn.
    Queued,
    /// It failed and is tried again later.
    Resting {
        /// When.
        until: Moment,
    },
    /// An attempt is under way.
    Running {
        /// When it has taken too long.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deadline: Option<Moment>,
        /// That it was asked to stop.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopping: Option<Stopping>,
        /// What it waits for without taking a slot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parked: Option<Parked>,
    },
    /// A person was asked.
    Asking {
        /// When that has taken too long.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deadline: Option<Moment>,
    },
    /// A secret it needs is locked.
    Locked {
        /// The secret's name.
        secret: String,
    },
    /// A crash broke off an attempt that must not be repeated unasked: an operator decides.
    Interrupted,
    /// It is done.
    Succeeded,
    /// All its tries failed.
    Failed,
    /// It had begun, and was broken off because somebody wanted it.
    Cancelled,
    /// It never started.
    Skipped,
}

/// That an attempt was asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopping {
    /// Why.
    pub why: StopReason,
    /// When it is stopped hard.
    pub hard_at: Moment,
    /// Whether it was.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hard: bool,
}

/// Why an attempt is asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// It took longer than its task allows.
    Timeout,
    /// The run was cancelled.
    Cancel,
    /// What it works on is being done again.
    SentBack,
}

/// Why a task has its status, where that is not plain. The words are keys of the catalogue
/// (`reason_<word>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Its condition did not hold.
    Condition,
    /// A task it depends on did not succeed.
    Dependency,
    /// The run had failed before it could start.
    Stopped,
    /// No task called it.
    NotCalled,
    /// The run was of another task alone.
    NotInStep,
    /// No step led to it.
    NotReached,
    /// The run could not begin.
    NotBegun,
    /// The run was cancelled.
    Cancelled,
    /// A person left it out of the run; it counts as succeeded.
    LeftOut,
    /// It succeeded in the run that this one repeats.
    Carried,
    /// An operator said it is done.
    MarkedDone,
}

impl Reason {
    /// Every reason there is.
    pub const ALL: [Self; 11] = [
        Self::Condition,
        Self::Dependency,
        Self::Stopped,
        Self::NotCalled,
        Self::NotInStep,
        Self::NotReached,
        Self::NotBegun,
        Self::Cancelled,
        Self::LeftOut,
        Self::Carried,
        Self::MarkedDone,
    ];
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Default for TaskState {
    fn default() -> Self {
        Self {
            phase: Phase::Pending,
            round: 0,
            attempts: 0,
            tries: 0,
            broken: 0,
            began: false,
            called: false,
            fell_back: false,
            settled: false,
            undone: false,
            left_out: false,
            reason: None,
            ended: None,
            looked: Looked::default(),
        }
    }
}

impl TaskState {
    /// The canonical status.
    pub fn status(&self) -> Status {
        match self.phase {
            Phase::Pending
            | Phase::Checking
            | Phase::Held
            | Phase::Queued
            | Phase::Resting { .. } => Status::Queued,
            Phase::Running { .. } => Status::Running,
            Phase::Asking { .. } | Phase::Locked { .. } => Status::Waiting,
            Phase::Interrupted => Status::Interrupted,
            Phase::Succeeded => Status::Succeeded,
            Phase::Failed => Status::Failed,
            Phase::Cancelled => Status::Cancelled,
            Phase::Skipped => Status::Skipped,
        }
    }

    /// Whether it is in progress without a person.
    pub(crate) fn is_open(&self) -> bool {
        match self.phase {
            Phase::Checking | Phase::Held | Phase::Queued | Phase::Resting { .. } => true,
            Phase::Running { parked, .. } => parked != Some(Parked::ChildAsks),
            _ => false,
        }
    }

    /// Whether it waits for a person, or a run it started does.
    pub(crate) fn is_asked(&self) -> bool {
        matches!(
            self.phase,
            Phase::Asking { .. }
                | Phase::Locked { .. }
                | Phase::Interrupted
                | Phase::Running {
                    parked: Some(Parked::ChildAsks),
                    ..
                }
        )
    }

    pub(crate) fn is_final(&self) -> bool {
        self.status().is_final()
    }
}

/// Where `${tasks.ID.output}` comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutputOf {
    /// From what this task gave last: the task itself, or the one that stood in for it.
    Task(TaskId),
    /// It is `{}`: a person left the task out or marked it done.
    Empty,
    /// There is none.
    Nothing,
}

impl Head {
    /// Of a run that has not been started.
    pub const fn new(run: RunId) -> Self {
        Self {
            run,
            status: Status::Queued,
            only: None,
            paused: false,
            orphaned: false,
            begun: false,
            ending: None,
            hindered: None,
            undoing: None,
            open: 0,
            asked: 0,
            ended: 0,
        }
    }

    /// Whether nothing of the run has been opened yet: no task was looked at.
    pub const fn is_unopened(&self) -> bool {
        !self.begun && self.open == 0 && self.asked == 0 && self.ended == 0
    }
}

impl RunState {
    /// A run that has not been started.
    pub fn new(run: RunId, definition: &Definition) -> Self {
        Self {
            head: Head::new(run),
            tasks: vec![TaskState::default(); definition.tasks().len()],
        }
    }

    /// Counts the tasks anew that the head counts: what comes from elsewhere may have lost some.
    pub fn recount(&mut self) {
        let count = |is: fn(&TaskState) -> bool| {
            let count = self.tasks.iter().filter(|task| is(task)).count();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        let (open, asked) = (count(TaskState::is_open), count(TaskState::is_asked));
        let ended = self.tasks.iter().filter_map(|task| task.ended);
        let ended = ended.max().map_or(0, |last| last.saturating_add(1));
        let head = &mut self.head;
        (head.open, head.asked) = (open, asked);
        head.ended = head.ended.max(ended);
    }

    /// The task of this id.
    pub fn task(&self, definition: &Definition, id: &TaskId) -> Option<&TaskState> {
        self.tasks.get(definition.position(id)?)
    }

    /// Where the output of a task is found. A task that is done again has its last output until it
    /// has a new one, so that a step that was sent back can read why.
    pub fn output_of(&self, definition: &Definition, id: &TaskId) -> OutputOf {
        let Some(position) = definition.position(id) else {
            return OutputOf::Nothing;
        };
        let standing_in = self.standing_in(definition, position);
        let task = &self.tasks[standing_in];
        match (&task.phase, task.reason) {
            (Phase::Succeeded, Some(Reason::LeftOut | Reason::MarkedDone)) => OutputOf::Empty,
            (Phase::Skipped, _) => OutputOf::Nothing,
            (Phase::Succeeded, _) => OutputOf::Task(definition.tasks()[standing_in].id.clone()),
            _ if task.round > 0 => OutputOf::Task(definition.tasks()[standing_in].id.clone()),
            _ => OutputOf::Nothing,
        }
    }

    /// The last of the fallbacks that were called for this task; itself when none was.
    fn standing_in(&self, definition: &Definition, position: Position) -> Position {
        let called = |at: &Position| match definition.tasks()[*at].on_failure {
            OnFailure::Fallback(next) if self.tasks[*at].fell_back => Some(next),
            _ => None,
        };
        // A circle of fallbacks is an error that stops a start; were there one, it ends here.
        std::iter::successors(Some(position), called)
            .take(self.tasks.len())
            .last()
            .unwrap_or(position)
    }

    /// What a task has come to for those that depend on it: the end of the fallback that stands in
    /// for it, where one was called. `None` while that is open.
    pub(crate) fn came_to(&self, definition: &Definition, position: Position) -> Option<Status> {
        let standing_in = self.standing_in(definition, position);
        let task = &definition.tasks()[standing_in];
        let status = self.tasks[standing_in].status();
        if task.is_compensation_only() && !status.is_final() {
            return Some(Status::Skipped);
        }
        status.is_final().then_some(status)
    }
}
