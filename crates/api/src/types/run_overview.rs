//! What `run_overview` and `engine_show` give: runs on the first screen.

use flowkeep_core::run::Status;
use serde::Serialize;
use ts_rs::TS;

use super::{LockedSecret, RunRow, SourceRow};
use crate::AppError;

/// What of the runs needs a person, and what goes on now.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunOverview {
    /// How many tasks wait for a person.
    pub asking: u32,
    /// Those that have waited longest.
    pub asks: Vec<AskingTask>,
    /// How many runs have not ended and do not only wait for a person.
    pub under_way: u32,
    /// How many of them run now: the others are queued, paused or interrupted.
    pub running: u32,
    /// The newest of those under way.
    pub runs: Vec<RunProgress>,
    /// How many workflows failed in the last seven days and have not succeeded since.
    pub failed: u32,
    /// The last runs of those that failed last.
    pub failures: Vec<RunRow>,
    /// How many runs were made since the newest backup proven by a trial restore; 0 when there is none.
    pub since_backup: u32,
    /// The secrets that tasks wait for.
    pub locked: Vec<LockedSecret>,
    /// Data sources that did not answer when they were last asked.
    pub sources_down: Vec<SourceRow>,
    /// Data sources that have yet to get what others took for them.
    pub sources_behind: Vec<SourceRow>,
}

/// A task that waits for a person.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AskingTask {
    /// Its run.
    pub run_id: String,
    /// What the workflow was called when the run began.
    pub workflow_name: String,
    /// Whether the workflow has been deleted since; the run goes on as it was.
    pub deleted: bool,
    /// The task.
    pub task: String,
    /// What a person calls the task.
    pub task_name: String,
    /// `waiting`, or `interrupted` where a crash broke it off.
    pub status: Status,
    /// Since when.
    pub since: String,
}

/// How far a run has come.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunProgress {
    /// The run.
    pub run: RunRow,
    /// Tasks that have ended, however.
    pub ended: u32,
    /// Tasks there are; absent when its definition can no longer be read.
    pub total: Option<u32>,
    /// What a person calls a task that runs now.
    pub running: Option<String>,
}

/// How the engine of this process is.
#[derive(Debug, Clone, Serialize, TS)]
pub struct EngineShow {
    /// Why nothing goes on, while that is so: what happens cannot be written.
    pub trouble: Option<AppError>,
}
