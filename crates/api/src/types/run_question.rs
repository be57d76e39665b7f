//! What a run asks of people: `run_answer`, and the questions in `run_show`.

use flowkeep_core::run::{Field, Item, StandsFor};
use flowkeep_core::{Message, Value};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Object, RunAct};

/// What a task that waits asks of a person.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RunQuestion {
    /// To do the work of the task: `approve` or `send_back`.
    Work(RunWork),
    /// What became of an attempt that was broken off: `rerun`, `done` or `failed`.
    Interrupted(RunBroken),
}

/// Work for a person, with what was ticked and filled in so far.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RunWork {
    /// What to do, in the author's words.
    pub instruction: Option<String>,
    /// What has to be ticked.
    pub checklist: Vec<RunItem>,
    /// What is filled in.
    pub fields: Vec<RunField>,
    /// What the work is to produce, as the document says.
    pub deliverables: Vec<String>,
    /// What is missing before it can be approved; empty when it can.
    pub open: Vec<Message>,
    /// Why not all of the above could be evaluated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub problem: Option<Message>,
    /// The steps this one leads to, where there are several ways; the first is taken unless told.
    pub next: Vec<RunStep>,
    /// The earlier tasks that the work can be sent back to.
    pub send_back_to: Vec<RunStep>,
    /// What another tool would have done here; a person does it instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub stands_for: Option<StandsFor>,
}

/// An item of a checklist.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RunItem {
    /// The item.
    #[serde(flatten)]
    pub item: Item,
    /// Whether it is ticked.
    pub ticked: bool,
}

/// A field of the form.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RunField {
    /// The field.
    #[serde(flatten)]
    pub field: Field,
    /// What was filled in so far; `null` when nothing was.
    #[ts(type = "unknown")]
    pub value: Value,
}

/// What a person decided about work, with what was ticked and filled in.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunDecided {
    /// `approve` or `send_back`.
    pub decision: RunDecision,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
    /// What there was to tick.
    pub checklist: Vec<RunItem>,
    /// What was filled in.
    pub fields: Vec<RunField>,
}

/// A step somebody can choose.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RunStep {
    /// The task.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// What the document says beside the way there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub label: Option<String>,
}

/// An attempt that was broken off and is not repeated unasked.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RunBroken {
    /// How often in a row it was broken off.
    pub times: u32,
    /// Whether the task says that doing it twice is as good as once.
    pub idempotent: bool,
    /// What it does.
    pub act: RunAct,
    /// The program it started, where that is still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub running: Option<RunProgram>,
    /// Whether a program that it started was looked for, and is not there any more.
    pub ended: bool,
}

/// A program that goes on though nobody waits for it any more.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RunProgram {
    /// The number the system has for it.
    pub process: u32,
    /// What the system calls it.
    pub name: String,
}

/// A person's answer to a task that waits.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunAnswerInput {
    /// The run.
    pub id: String,
    /// The task.
    pub task: String,
    /// What is decided; without it, fields and ticks are kept until it is.
    pub decision: Option<RunDecision>,
    /// The earlier task to send the work back to; the next step of guided work to approve.
    pub to: Option<String>,
    /// Why work is sent back: 2,000 characters at most.
    pub reason: Option<String>,
    /// What was filled in; `null` empties a field.
    #[ts(optional, type = "Record<string, unknown> | string")]
    pub fields: Option<Object>,
    /// Items of the checklist that are done.
    pub tick: Option<Vec<String>>,
    /// Items that were ticked and are not done after all.
    pub untick: Option<Vec<String>>,
}

/// What a person decides about a task that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunDecision {
    /// It is done.
    Approve,
    /// An earlier task and all that followed are done again.
    SendBack,
    /// What a crash broke off is run again.
    Rerun,
    /// What a crash broke off was done.
    Done,
    /// It failed, for good.
    Failed,
}

impl RunDecision {
    /// The word for it, as in an answer and in what the task gives.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::SendBack => "send_back",
            Self::Rerun => "rerun",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}
