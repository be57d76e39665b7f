//! Many runs changed at once: started again, cancelled, deleted, brought back.

use flowkeep_core::Message;
use flowkeep_core::run::Status;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::RunListInput;

/// What is done with each of many runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunChange {
    /// Those that failed or were cancelled start again from where they failed, as their workflows are today.
    Retry,
    /// Those that have not ended are ended.
    Cancel,
    /// Those that have ended are deleted, and can be brought back for 30 days.
    Delete,
}

/// One change of many runs: those of these ids, or those a list shows.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunChangeManyInput {
    /// What is done.
    pub change: RunChange,
    /// Ids of runs.
    #[serde(default)]
    pub ids: Option<Vec<String>>,
    /// Without `ids`: the runs of this list, the newest first, ten thousand at most; its pages count for nothing.
    #[serde(default)]
    pub filter: Option<RunListInput>,
    /// Whether only to say what would be done.
    #[serde(default)]
    pub dry_run: Option<bool>,
    /// Whether each run is answered by itself, too.
    #[serde(default)]
    pub each: Option<bool>,
}

/// Runs.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RunDeleteInput {
    /// Their ids.
    pub ids: Vec<String>,
}

/// Deleted runs.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunUndeleteInput {
    /// Their ids.
    pub ids: Option<Vec<String>>,
    /// Without `ids`: the operation that deleted them.
    pub operation_id: Option<String>,
}

/// What came of many runs.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct RunsChanged {
    /// How many it was done with, or would be.
    pub done: u32,
    /// Those it was not done with, by the reason; most of them first.
    pub left_out: Vec<RunsLeftOut>,
    /// What it came to for each; empty unless it was asked for.
    pub items: Vec<RunChanged>,
    /// Of runs that were deleted or brought back: the operation, where there was anything to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub operation_id: Option<String>,
    /// Whether more runs fit the list than are changed at once.
    pub more: bool,
    /// Of a dry run: how many of `done` were not looked at closely, so that some of them may be left out in the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub unlooked: Option<u32>,
    /// Whether it was ended before all were done.
    pub cancelled: bool,
}

/// Runs that something is not done with, for one reason.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunsLeftOut {
    /// `run_left_going`, `run_left_going_below`, `run_left_below`, `run_left_folder`, `run_left_session`, `run_left_unknown`,
    /// `run_left_fine`, `run_left_ended`, `run_left_back`, or `error_…` as one of them was refused.
    pub reason: Message,
    /// How many.
    pub count: u32,
}

/// What it came to for one run.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunChanged {
    /// The run.
    pub run_id: String,
    /// Whether it was done.
    pub done: bool,
    /// Of one that was started again: the new run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub new_run_id: Option<String>,
    /// Of one that was cancelled or started again: what it, or the new one, has come to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub status: Option<Status>,
    /// Why it was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<Message>,
}
