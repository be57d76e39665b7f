//! What `run_window`, `run_rows` and `run_days` take and give: runs along the time of a calendar.

use flowkeep_core::Message;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::RunListInput;

/// Which stretch of time, and how finely.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunWindowInput {
    /// From here on, and to before here: RFC 3339.
    #[ts(as = "String")]
    pub since: String,
    /// See `since`.
    #[ts(as = "String")]
    pub until: String,
    /// In so many equal parts, 500 at most: runs that share one, or touch, are told as one chunk.
    #[ts(as = "u32")]
    pub buckets: u32,
    /// Of these workflows, `null` for runs of none; at most 100. Where a filter beside the workflow is given: of all
    /// that have runs it fits.
    pub workflows: Vec<Option<String>>,
    /// Which runs, as `run_list` takes it, but for its times and its page.
    pub runs: Option<RunListInput>,
}

/// Runs in a stretch of time, as far as they can be told apart.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunWindow {
    /// A row for each workflow that was asked for.
    pub rows: Vec<RunWindowRow>,
    /// Enough runs were looked at, and none made before is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sought_to: Option<String>,
}

/// The runs of one workflow in a stretch of time.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunWindowRow {
    /// The workflow; absent for single operations.
    pub workflow_id: Option<String>,
    /// Runs that were made in it.
    pub made: u32,
    /// Of them those that succeeded.
    pub succeeded: u32,
    /// Those that failed.
    pub failed: u32,
    /// Those that were cancelled.
    pub cancelled: u32,
    /// Those that lie in it and have ended, from the earliest on.
    pub chunks: Vec<RunChunk>,
    /// Where in them runs failed, by when they were made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<RunChunk>>", optional)]
    pub failures: Vec<RunChunk>,
    /// Those that have not ended, apart from the others: one may wait for days while many come and go. Each chunk is of
    /// runs that all wait for a person, that are all paused, or that are all at work or queued.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<RunChunk>>", optional)]
    pub open: Vec<RunChunk>,
    /// When it starts by itself next, as far as that is in it; a hundred at most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<RunPlanned>>", optional)]
    pub planned: Vec<RunPlanned>,
}

/// Runs that cannot be told apart. Times are milliseconds after the beginning of the stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct RunChunk {
    /// When the first was made.
    #[ts(type = "number")]
    pub from: i64,
    /// When the last ended; now, where one has not.
    #[ts(type = "number")]
    pub to: i64,
    /// None was made at or after.
    #[ts(type = "number")]
    pub made_until: i64,
    /// How many.
    pub runs: u32,
    /// How many of them failed.
    pub failed: u32,
    /// How many of them were cancelled.
    pub cancelled: u32,
    /// How many have not ended.
    pub open: u32,
    /// How many of those wait for a person.
    pub waiting: u32,
    /// How many of those that wait for a person were broken off; absent where none was.
    #[serde(skip_serializing_if = "is_none_of_them")]
    #[ts(as = "Option<u32>", optional)]
    pub interrupted: u32,
    /// How many of those that have not ended are paused; absent where none is.
    #[serde(skip_serializing_if = "is_none_of_them")]
    #[ts(as = "Option<u32>", optional)]
    pub paused: u32,
    /// How many of those that have not ended wait for their turn; absent where none does.
    #[serde(skip_serializing_if = "is_none_of_them")]
    #[ts(as = "Option<u32>", optional)]
    pub queued: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_none_of_them(count: &u32) -> bool {
    *count == 0
}

/// A time at which a workflow starts by itself.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunPlanned {
    /// Milliseconds after the beginning of the stretch.
    #[ts(type = "number")]
    pub at: i64,
    /// Why it will not start then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hindered: Option<Message>,
}

/// Which stretch of time.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RunRowsInput {
    /// From here on, and to before here: RFC 3339.
    pub since: String,
    /// See `since`.
    pub until: String,
}

/// The workflows that have runs in a stretch of time, or start by themselves in it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunRows {
    /// Each.
    pub rows: Vec<RunRowsRow>,
}

/// A workflow that has runs in a stretch of time.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunRowsRow {
    /// The workflow; absent for single operations.
    pub workflow_id: Option<String>,
    /// What it was called last.
    pub workflow_name: String,
    /// The type that its document names, as long as it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub workflow_type: Option<String>,
}

/// Which days.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RunDaysInput {
    /// When each day begins, and at last when the last one ends: RFC 3339, from the earliest on, 400 at most. Where it
    /// begins is whoever's who asks, so that days of 23 and 25 hours are right everywhere.
    pub midnights: Vec<String>,
    /// Runs of this workflow; of all unless told.
    #[serde(default)]
    #[ts(optional)]
    pub workflow: Option<String>,
}

/// Runs by days.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunDays {
    /// Each, from the earliest on.
    pub days: Vec<RunDay>,
}

/// The runs that were made in a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct RunDay {
    /// How many.
    pub made: u32,
    /// Of them those that succeeded.
    pub succeeded: u32,
    /// Those that failed.
    pub failed: u32,
    /// Those that were cancelled.
    pub cancelled: u32,
}
