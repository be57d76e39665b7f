//! What a run would be: `run_preview`, and the table of actions.

use flowkeep_core::Finding;
use flowkeep_core::run::{Line, action::Action};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Object, StepKind};

/// Which workflow is looked at before it runs.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunPreviewInput {
    /// The workflow's id.
    pub workflow: String,
    /// What it would be started with: an object.
    #[ts(optional, type = "Record<string, unknown> | string")]
    pub context: Option<Object>,
}

/// What a start would do.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunPreview {
    /// The workflow.
    pub workflow_id: String,
    /// What it is called.
    pub workflow_name: String,
    /// Its revision now.
    pub revision: u32,
    /// What stops a start.
    pub problems: Vec<Finding>,
    /// What is odd.
    pub warnings: Vec<Finding>,
    /// Whether it has to be trusted, and what for.
    pub trust: RunTrust,
    /// What it expects to be started with, in the order of the document.
    pub context_names: Vec<RunContextName>,
    /// What its tasks are in the document.
    pub steps: StepKind,
    /// Its tasks, in the order of the document.
    pub tasks: Vec<RunPreviewTask>,
}

/// Whether a workflow has to be trusted before it runs, and what for.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunTrust {
    /// Whether a start without trust is refused.
    pub needed: bool,
    /// What this is known by: trust is given to what was shown. Absent when it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hash: Option<String>,
    /// Everything it writes, calls or runs, exactly.
    pub acts: Vec<RunAct>,
}

/// What one task does to the world outside.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunAct {
    /// The task.
    pub task: String,
    /// What a person calls it.
    pub name: String,
    /// The workflow it is of, where that is one below: a run that was started by the one in question.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub workflow: Option<String>,
    /// Its action.
    pub action: String,
    /// The data source it would use; what it names where that is not connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub source: Option<String>,
    /// Its parameters: the program and its arguments, the statement, the address, the file.
    pub lines: Vec<Line>,
}

/// A name that a workflow takes from what it is started with.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunContextName {
    /// As in `${context.NAME}`.
    pub name: String,
    /// Each place that uses it.
    pub used: Vec<RunContextUse>,
    /// Whether the context that was given has it.
    pub given: bool,
    /// Whether a run cannot do without it, however it goes: a start without it ends in a failure.
    pub needed: bool,
}

/// A place that uses a name of the context.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunContextUse {
    /// The task.
    pub task: String,
    /// Where in the document (RFC 6901).
    pub path: String,
}

/// A task of a run that might be.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunPreviewTask {
    /// Its id.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// What it does.
    pub action: String,
}

/// What tasks can do.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ActionList {
    /// How many actions there are.
    pub total: u32,
    /// Each, in the order in which a form offers them.
    pub items: Vec<ActionRow>,
}

/// One action with its typed parameters.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ActionRow {
    /// The end of its catalogue key, `action_<key>`.
    pub key: String,
    /// The row of the table.
    #[serde(flatten)]
    pub action: &'static Action,
}
