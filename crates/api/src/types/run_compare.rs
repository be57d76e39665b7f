//! What `run_compare` takes and gives: two runs side by side.

use flowkeep_core::run::Status;
use flowkeep_core::run::compare::TaskDifference;
use flowkeep_core::{Difference, Message};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::RunRow;

/// Which runs are compared.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunCompareInput {
    /// The run somebody asks about.
    pub id: String,
    /// The run it is compared with; unless told the last one of its workflow that succeeded before it, else the
    /// first that did after it.
    pub with: Option<String>,
    /// Also the tasks that came to the same in both.
    pub all: Option<bool>,
}

/// Two runs side by side: `before` is the one that was made earlier, whichever was asked about.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunCompared {
    /// The earlier run.
    pub before: ComparedRun,
    /// The later run.
    pub after: ComparedRun,
    /// How what they were started with differs, 200 places at most; absent where one of them cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub input: Option<Vec<Difference>>,
    /// How their definitions differ, 200 places at most; absent where one of them cannot be read any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub definition: Option<Vec<Difference>>,
    /// Tasks in the order of the later definition, 1,000 at most; unless all were asked for, those that differ.
    pub tasks: Vec<ComparedTask>,
    /// Tasks that are told.
    pub total: u32,
    /// Tasks that came to the same in both.
    pub same: u32,
}

/// One of two runs that are compared.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ComparedRun {
    /// As a list tells it.
    pub run: RunRow,
    /// The workflow's revision it was started with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub revision: Option<u32>,
    /// Milliseconds from its start to its end, or to now; absent where it has not begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub took: Option<i64>,
    /// The task folder it worked in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub folder: Option<String>,
}

/// A task in two runs.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ComparedTask {
    /// Its id.
    pub id: String,
    /// What the later definition calls it.
    pub name: String,
    /// What the earlier one called it, where that was something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name_before: Option<String>,
    /// In the earlier run; absent where it had no such task.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub before: Option<TaskCame>,
    /// In the later run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub after: Option<TaskCame>,
    /// In what it differs, the weightiest first; none where it is in one of them alone.
    pub differs: Vec<TaskDifference>,
}

/// What a task came to in one of two runs.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TaskCame {
    /// Its state.
    pub status: Status,
    /// How often it was tried.
    pub attempts: u32,
    /// Milliseconds after its run's start when its first attempt began; absent where none has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub from: Option<i64>,
    /// Milliseconds after its run's start when its last attempt ended, or to now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub to: Option<i64>,
    /// Milliseconds that its attempts took together.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub took: Option<i64>,
    /// The data source of its last attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub source: Option<String>,
    /// Why its last attempt failed or was broken off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub error: Option<Message>,
    /// The size of what it gave, in bytes of JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub output_bytes: Option<u32>,
}
