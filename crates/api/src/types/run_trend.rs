//! What `run_trend` takes and gives: how the runs of a workflow went over time.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ChosenPlace;

/// Whose runs, and which stretches of time.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RunTrendInput {
    /// The workflow's id.
    pub workflow: String,
    /// When each stretch begins, and at last when the last one ends: RFC 3339, from the earliest on, 400 at most.
    pub moments: Vec<String>,
}

/// Statistics as a page that any browser shows.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RunTrendExportInput {
    /// As for `run_trend`.
    pub workflow: String,
    /// As for `run_trend`.
    pub moments: Vec<String>,
    /// The language of its words, `en` or `zh-CN`; the system's unless told.
    #[serde(default)]
    #[ts(optional)]
    pub language: Option<String>,
    /// The file.
    pub to: ChosenPlace,
}

/// How the runs of a workflow went that have ended.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunTrend {
    /// All of the time that was asked for.
    pub whole: RunStretch,
    /// Each stretch of it.
    pub stretches: Vec<RunStretch>,
    /// Runs that took longer than the twenty before them let expect, the newest first; 20 at most.
    pub slower: Vec<RunSlower>,
    /// The tasks that take longest, the slowest first; 20 at most.
    pub tasks: Vec<TaskLength>,
    /// Whether there are more runs than were looked at: the oldest are left out.
    pub cut: bool,
}

/// What the runs of a stretch came to, by when they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct RunStretch {
    /// How many have ended.
    pub ended: u32,
    /// Of them those that succeeded.
    pub succeeded: u32,
    /// Those that failed.
    pub failed: u32,
    /// Those that were cancelled.
    pub cancelled: u32,
    /// Half of those that succeeded took at most so long, in milliseconds; null where none did.
    #[ts(type = "number | null")]
    pub median: Option<i64>,
    /// Nineteen in twenty took at most so long.
    #[ts(type = "number | null")]
    pub p95: Option<i64>,
}

/// A run that took longer than usual.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunSlower {
    /// The run.
    pub run_id: String,
    /// When it began.
    pub start_time: String,
    /// Milliseconds it took.
    #[ts(type = "number")]
    pub took: i64,
    /// Milliseconds those before it took, the median.
    #[ts(type = "number")]
    pub usual: i64,
}

/// How long a task takes.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TaskLength {
    /// Its id.
    pub task: String,
    /// What it is called in the definition of today; its id where it is not in that.
    pub name: String,
    /// Attempts.
    pub attempts: u32,
    /// Of them those that failed.
    pub failed: u32,
    /// Milliseconds, of those that succeeded: half took at most so long.
    #[ts(type = "number")]
    pub median: i64,
    /// Nine in ten.
    #[ts(type = "number")]
    pub p90: i64,
}
