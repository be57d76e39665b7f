//! What `source_fallen` and `source_settle*` take and give: writes that another source took.

use flowkeep_core::{Message, Value};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which writes to tell of.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct FallenInput {
    /// The source they were meant for; all of them unless given.
    pub name: Option<String>,
    /// Only those a person has to decide about.
    #[serde(default)]
    #[ts(as = "Option<bool>")]
    pub conflicts: bool,
    /// At most so many; 100 unless given.
    pub limit: Option<u32>,
}

/// Writes that another source took because the one they were meant for was down.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FallenList {
    /// How many of these there are.
    pub total: u32,
    /// How many of them a person has to decide about.
    pub conflicts: u32,
    /// The oldest, in their order.
    pub items: Vec<FallenRow>,
}

/// One write that has yet to come to the source it was meant for.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct FallenRow {
    /// Its number.
    pub id: String,
    /// The source it was meant for.
    pub source: String,
    /// The source that took it.
    pub took: String,
    /// `record.add record.update record.delete`.
    pub action: String,
    /// The table.
    pub table: String,
    /// The record's key.
    #[ts(type = "unknown")]
    pub key: Value,
    /// What it writes, column by column; absent of one that takes the record out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "unknown")]
    pub ours: Option<Value>,
    /// The record that is there, where a person has to decide: `null` where there is none; absent
    /// where nobody has looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "unknown")]
    pub theirs: Option<Value>,
    /// Why a person has to decide; absent while it waits for its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Message>,
    /// Why its source did not take it when that was last tried, where it waits all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Message>,
    /// The run that made it; it may be gone.
    pub run_id: String,
    /// What its workflow was called.
    pub workflow_name: String,
    /// The task.
    pub task: String,
    /// When.
    pub at: String,
}

/// What becomes of a write that another source took.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FallenSettleInput {
    /// Its number.
    pub id: String,
    /// Which of the two counts.
    #[serde(rename = "use")]
    pub keep: FallenKeep,
}

/// Which of two counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FallenKeep {
    /// What the run wrote: it is done as soon as the source answers.
    Ours,
    /// What is there: the write is not wanted any more.
    Theirs,
}

/// What was decided about a write.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FallenSettled {
    /// Its number.
    pub id: String,
    /// The source it was meant for.
    pub source: String,
    /// Which of the two counts.
    #[serde(rename = "use")]
    pub keep: FallenKeep,
}

/// What becomes of all writes of a source that a person has to decide about.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FallenSettleAllInput {
    /// The source they were meant for.
    pub name: String,
    /// Those that only wait as well: for a source that never comes back.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub waiting: bool,
    /// Which of the two counts.
    #[serde(rename = "use")]
    pub keep: FallenKeep,
}

/// What was decided about all writes of a source.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FallenSettledAll {
    /// The source they were meant for.
    pub source: String,
    /// Which of the two counts.
    #[serde(rename = "use")]
    pub keep: FallenKeep,
    /// How many there were.
    pub count: u32,
}
