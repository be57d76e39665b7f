//! The log of requirement 001: what `log_*` takes and gives.

use std::collections::BTreeMap;

use flowkeep_core::run::Status;
use flowkeep_core::{Message, Value};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ChosenPlace, Object, RunText};

/// Which entries of the log.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct LogListInput {
    /// Of this workflow.
    pub workflow: Option<String>,
    /// Executions of this status, whatever word was used for it; or operations of this type.
    pub word: Option<String>,
    /// Begun or made at or after: RFC 3339, local time, or `30d`.
    pub since: Option<String>,
    /// Before.
    pub until: Option<String>,
    /// Words of an execution's messages, errors and context, of its own id and its workflow's: all of them, each
    /// from its beginning.
    pub text: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// Rows of a page; 50 unless told, 500 at most.
    pub limit: Option<u32>,
    /// Whether to count all of them.
    pub count: Option<bool>,
}

/// A page of executions, newest first.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ExecutionPage {
    /// The rows; of each the first hundred messages.
    pub items: Vec<ExecutionEntry>,
    /// What the next page begins after.
    pub next: Option<String>,
    /// How many there are in all, when that was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub total: Option<u32>,
    /// Files of the log that could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<BrokenEntry>>")]
    pub broken: Vec<BrokenEntry>,
}

/// A page of operations, newest first.
#[derive(Debug, Clone, Serialize, TS)]
pub struct OperationEntryPage {
    /// The rows.
    pub items: Vec<OperationEntry>,
    /// What the next page begins after.
    pub next: Option<String>,
    /// How many there are in all, when that was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub total: Option<u32>,
    /// Files of the log that could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<BrokenEntry>>")]
    pub broken: Vec<BrokenEntry>,
}

/// A file of the log that could not be read.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BrokenEntry {
    /// The file.
    pub path: String,
    /// Why.
    pub reason: Message,
}

/// One execution, in the shape of requirement 001, 3.2.3, with whatever else came with it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ExecutionEntry {
    /// Its id.
    pub execution_id: String,
    /// Its workflow.
    pub workflow_id: Option<String>,
    /// The word for its status, as it came.
    pub status: Option<String>,
    /// What that word means; `null` where nobody knows.
    pub state: Option<Status>,
    /// When it began, as it came.
    pub start_time: Option<String>,
    /// When it ended, as it came.
    pub end_time: Option<String>,
    /// What it was started with.
    #[ts(type = "unknown")]
    pub context: Value,
    /// What it told.
    pub messages: Vec<ExecutionMessage>,
    /// Keys beside these.
    #[serde(flatten)]
    #[ts(skip)]
    pub rest: Object,
}

/// A message of an execution.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ExecutionMessage {
    /// When, as it came.
    pub at: Option<String>,
    /// `info`, `warning`, `error` or another program's word.
    pub level: String,
    /// Which task it is about.
    pub task: Option<String>,
    /// What.
    pub text: RunText,
}

/// One operation, in the shape of requirement 001, 3.2.3, with whatever else came with it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct OperationEntry {
    /// Its id.
    pub operation_id: String,
    /// What was done.
    pub operation_type: Option<String>,
    /// Its workflow.
    pub workflow_id: Option<String>,
    /// When, as it came.
    pub timestamp: Option<String>,
    /// Who.
    pub user: Option<String>,
    /// What belongs to it.
    #[ts(type = "unknown")]
    pub data: Value,
    /// Keys beside these.
    #[serde(flatten)]
    #[ts(skip)]
    pub rest: Object,
}

/// An entry of either type.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(untagged)]
pub enum LogShow {
    /// An execution, with all its messages.
    Execution(ExecutionEntry),
    /// An operation.
    Operation(OperationEntry),
}

/// One entry.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LogRef {
    /// Its id.
    pub id: String,
}

/// Another program begins an execution.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct LogStartInput {
    /// The workflow, which need not be there.
    pub workflow: String,
    /// The execution's id; a new one unless told.
    pub id: Option<String>,
    /// What it is started with: an object.
    #[ts(optional, type = "Record<string, unknown> | string")]
    pub context: Option<Object>,
}

/// What has become of another program's execution.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct LogUpdateInput {
    /// The execution.
    pub id: String,
    /// Its status now, in that program's word.
    pub status: Option<String>,
    /// What it tells; appended.
    pub messages: Option<Vec<String>>,
    /// How much these matter: `info` unless told.
    pub level: Option<String>,
    /// Which task they are about.
    pub task: Option<String>,
}

/// Another program did something to a workflow.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct LogOperationInput {
    /// What: `CREATE`, `UPDATE`, or any word.
    pub operation_type: String,
    /// The workflow, which need not be there.
    pub workflow: String,
    /// What belongs to it.
    #[ts(type = "unknown")]
    pub data: Option<Value>,
}

/// Read the log of an earlier tool.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct LogMigrateInput {
    /// The folder: one that holds `workflow_executions` or `workflow_operations`, one with such a `logs`
    /// folder, or one with entries.
    pub from: ChosenPlace,
    /// Whether only to say what would come in.
    #[serde(default)]
    pub dry_run: Option<bool>,
}

/// Compare a folder with the log here.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LogVerifyInput {
    /// The folder, as for [`LogMigrateInput`].
    pub from: ChosenPlace,
}

/// Write the log into a folder.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LogExportInput {
    /// The folder; made when only its last part is missing.
    pub to: ChosenPlace,
}

/// What became of entries.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LogReport {
    /// Whether both sides agree afterwards.
    pub ok: bool,
    /// Entries that were read.
    pub read: u32,
    /// Of them new on the other side (with `log verify`: missing here).
    pub imported: u32,
    /// Of them there just so.
    pub unchanged: u32,
    /// Of them there and different: the log here stays as it is; an export writes the file anew.
    pub differing: u32,
    /// Files that cannot be read.
    pub failed: u32,
    /// All but the unchanged, ten thousand at most.
    pub items: Vec<LogItem>,
    /// How many more there are.
    pub left_out: u32,
    /// Stands for what was read: equal sets of entries have equal checksums.
    pub checksum: String,
    /// Stands for the same entries on the other side, read back.
    pub checksum_there: String,
}

/// One entry of a report.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LogItem {
    /// Its file; of an export its id.
    pub path: String,
    /// `run` or `operation`; `null` for what could not be read.
    pub kind: Option<String>,
    /// Its id.
    pub id: Option<String>,
    /// `imported`, `updated`, `skipped` or `failed`.
    pub action: String,
    /// Why, where that is not plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<Message>,
}

/// Which runs the figures are of.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct StatisticsInput {
    /// Of this workflow.
    pub workflow: Option<String>,
    /// Made at or after: RFC 3339, local time, or `30d`.
    pub since: Option<String>,
    /// Made before.
    pub until: Option<String>,
}

/// Figures of the history.
#[derive(Debug, Clone, Serialize, TS)]
pub struct StatisticsShow {
    /// Runs and executions there are.
    pub total: u32,
    /// How many of them were looked at: the newest.
    pub looked_at: u32,
    /// Whether other programs' executions are kept in files alone: those are not counted.
    pub files_left_out: bool,
    /// By workflow.
    pub workflows: Vec<FiguresShow>,
    /// By task: attempts.
    pub tasks: Vec<FiguresShow>,
    /// By data source: attempts.
    pub sources: Vec<FiguresShow>,
    /// By agent: attempts.
    pub agents: Vec<FiguresShow>,
}

/// Figures of one workflow, task, source or agent.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FiguresShow {
    /// The workflow; `null` for single operations, and for sources and agents.
    pub workflow_id: Option<String>,
    /// The workflow's last name, the task's id, the source or the agent.
    pub name: String,
    /// How many.
    pub count: u32,
    /// How many came to what.
    #[ts(type = "Record<string, number>")]
    pub statuses: BTreeMap<&'static str, u32>,
    /// How long those took that succeeded.
    pub duration: Option<SpreadShow>,
    /// How long those waited for their turn that began.
    pub queue: Option<SpreadShow>,
}

/// Of some lengths of time, in milliseconds.
#[derive(Debug, Clone, Copy, Serialize, TS)]
pub struct SpreadShow {
    /// How many.
    pub count: u32,
    /// Half of them took at most so long.
    pub median: i64,
    /// Nine in ten took at most so long.
    pub p90: i64,
}

/// Take old runs and executions out of the history.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct CleanUpInput {
    /// What ended before, but for the newest of each workflow: `90d`, RFC 3339, local time. Without this and `keep`, as the settings say.
    pub older_than: Option<String>,
    /// What is not among so many newest of its workflow.
    pub keep: Option<u32>,
    /// Only of this workflow.
    pub workflow: Option<String>,
    /// Whether only to say what would go.
    pub dry_run: Option<bool>,
}

/// What went, or would go.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CleanUpResult {
    /// Runs, with those their tasks started.
    pub runs: u32,
    /// Executions that other programs recorded.
    pub executions: u32,
    /// Rows of the database.
    #[ts(type = "number")]
    pub rows: u64,
    /// About as many bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// By how many bytes the database became smaller on disk; absent where nothing was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub freed_bytes: Option<u64>,
    /// Whether it was ended before all were removed.
    pub cancelled: bool,
    /// How many of each workflow.
    pub workflows: Vec<CleanUpWorkflow>,
}

/// What goes of a workflow.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CleanUpWorkflow {
    /// The workflow; `null` for single operations.
    pub workflow_id: Option<String>,
    /// Runs and executions.
    pub count: u32,
}
