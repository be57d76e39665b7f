//! What follows from one round of events: what is written, and what is done once it is.

use std::collections::{BTreeMap, BTreeSet};

use flowkeep_core::RunId;
use flowkeep_core::run::{Event, Moment, RunState, TaskId, Timer};
use flowkeep_store::{RunWrite, StoreError, Tx};

use crate::configuring::Occasion;
use crate::live::Live;
use crate::worker::Came;

/// What follows from one round.
#[derive(Default)]
pub(crate) struct Round {
    pub(crate) written: BTreeMap<RunId, Written>,
    pub(crate) acts: Vec<Act>,
    /// How many attempts began in it, and how many of them were given to a worker.
    pub(crate) begun: usize,
    pub(crate) given: usize,
}

/// What is written about one run.
#[derive(Default)]
pub(crate) struct Written {
    /// Row of a run that is not in hand: a request about it is answered all the same.
    pub(crate) row: Option<i64>,
    writes: Vec<RunWrite>,
    head: bool,
    tasks: BTreeSet<TaskId>,
    /// Whether the run was ended because nobody can read it.
    pub(crate) given_up: bool,
    /// Outputs of this round, for conditions that read them before they are in the database.
    pub(crate) fresh: BTreeMap<TaskId, String>,
}

/// What is done once the round is written.
pub(crate) enum Act {
    /// An attempt is carried out.
    Execute {
        run: RunId,
        task: TaskId,
        attempt: u32,
        key: String,
    },
    /// An attempt, or the child run it waits for, is stopped.
    Stop {
        run: RunId,
        task: TaskId,
        attempt: u32,
        hard: bool,
    },
    /// A timer is set.
    SetTimer {
        run: RunId,
        at: Moment,
        timer: Timer,
    },
    /// The timers of a task are taken back: its attempt has ended.
    ForgetTimers { run: RunId, task: TaskId },
    /// The task folder of a run is made ready.
    Prepare(RunId),
    /// It is found out of which session a run is.
    FindSession(RunId),
    /// The configuration of a run is looked at.
    Look { run: RunId, occasion: Occasion },
    /// A run that is a child has ended.
    ChildEnded(RunId),
    /// A run that is a child waits for a person, or goes on.
    ChildMoved(RunId),
}

impl Act {
    /// The run it is about.
    pub(crate) fn run(&self) -> RunId {
        match self {
            Self::Execute { run, .. }
            | Self::Stop { run, .. }
            | Self::SetTimer { run, .. }
            | Self::ForgetTimers { run, .. }
            | Self::Look { run, .. }
            | Self::FindSession(run)
            | Self::Prepare(run)
            | Self::ChildEnded(run)
            | Self::ChildMoved(run) => *run,
        }
    }
}

impl Written {
    pub(crate) fn add(&mut self, write: RunWrite) {
        if let RunWrite::Output(task, value) = &write {
            self.fresh.insert(task.clone(), value.clone());
        }
        self.writes.push(write);
    }

    /// What an attempt came to, and the event that tells it.
    pub(crate) fn came(&mut self, task: TaskId, attempt: u32, came: Came) -> Event {
        if let Some(output) = came.output {
            self.add(RunWrite::Output(task.clone(), output));
        }
        if let Some(child) = came.child {
            self.add(RunWrite::Child(child));
        }
        Event::Attempted {
            task,
            attempt,
            result: came.result,
        }
    }

    /// The head has changed; it is written as it is at the end of the round.
    pub(crate) fn head_changed(&mut self) {
        self.head = true;
    }

    /// A task has changed; it is written as it is at the end of the round.
    pub(crate) fn task_changed(&mut self, task: TaskId) {
        self.tasks.insert(task);
    }

    /// Takes back the last of what was added, all but so many writes.
    pub(crate) fn take_back(&mut self, left: usize) {
        for taken in self.writes.drain(left..) {
            if let RunWrite::Output(task, _) = taken {
                self.fresh.remove(&task);
            }
        }
    }

    /// How many writes there are.
    pub(crate) fn len(&self) -> usize {
        self.writes.len()
    }

    fn finish(mut self, live: Option<&Live>) -> Vec<RunWrite> {
        let Some(live) = live else { return self.writes };
        let state: &RunState = &live.state;
        for task in self.tasks {
            if let Some(state) = state.task(&live.definition, &task) {
                self.writes
                    .push(RunWrite::Task(task, Box::new(state.clone())));
            }
        }
        if self.head {
            self.writes
                .push(RunWrite::Head(Box::new(state.head.clone())));
        }
        self.writes
    }
}

/// A round as it is committed: it can be tried more than once.
pub(crate) struct Commit {
    epoch: i64,
    now: Moment,
    runs: Vec<(i64, RunId, Vec<RunWrite>)>,
}

/// Why a round was not committed.
pub(crate) enum NotKept {
    /// Another process owns the engine.
    Lost,
    Store(StoreError),
}

impl From<StoreError> for NotKept {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Commit {
    pub(crate) fn new(
        epoch: i64,
        now: Moment,
        written: BTreeMap<RunId, Written>,
        live: &BTreeMap<RunId, Live>,
    ) -> Self {
        let runs = written
            .into_iter()
            .filter_map(|(run, written)| {
                let live = live.get(&run);
                let row = live.map(|live| live.row).or(written.row)?;
                Some((row, run, written.finish(live)))
            })
            .filter(|(.., writes)| !writes.is_empty())
            .collect();
        Self { epoch, now, runs }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    pub(crate) fn write(&self, tx: &Tx<'_>) -> Result<(), NotKept> {
        if !tx.owns(self.epoch)? {
            return Err(NotKept::Lost);
        }
        for (row, run, writes) in &self.runs {
            tx.write_run(*row, *run, self.now, writes)?;
        }
        Ok(())
    }
}
