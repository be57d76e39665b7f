//! What a run would be: `run_preview`, and the table of actions.

use flowkeep_core::run::action::{Action, Worker};
use flowkeep_core::run::route::PassedOver;
use flowkeep_core::run::{Line, Status};
use flowkeep_core::{Finding, Message};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{LockedSecret, Object, RunFolder, RunPreviewFolder, SpreadShow, StepKind};

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
    /// The task folder it would work in, as in `run_start`.
    pub folder: Option<String>,
    /// Also asks the data sources it would use whether they answer, all at once, and for the key of the
    /// secrets it names. Takes as long as the slowest of them, ten seconds and some at most.
    #[ts(as = "Option<bool>")]
    pub ask: bool,
}

/// Of which workflow the configuration is looked for.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RunConfigurationInput {
    /// The workflow's id.
    pub workflow: String,
}

/// The configuration a run of a workflow would work with if it began now.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunConfiguration {
    /// The listed folder that has most of the files it refers to; absent where it refers to none, or no folder that
    /// answers has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub folder: Option<String>,
    /// Whether these files would be kept when it begins: snapshots are not switched off.
    pub is_kept: bool,
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
    /// Its tasks, in the order in which they can go.
    pub tasks: Vec<RunPreviewTask>,
    /// The data sources they would use, each once.
    pub sources: Vec<RunPreviewSource>,
    /// The secrets that they name, or their data sources need, and that cannot be read. Whether one is
    /// locked is known after `ask` alone.
    pub secrets: Vec<LockedSecret>,
    /// How long whole runs took that succeeded last, at most twenty of them; absent where none has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub expected: Option<SpreadShow>,
    /// What of it goes on already.
    pub under_way: RunPreviewUnderWay,
    /// The task folder it would work in, and what would become of what lies there; absent where it would
    /// have one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub folder: Option<RunPreviewFolder>,
    /// The task folders of the workflow, in the order in which they became known.
    pub folders: Vec<RunFolder>,
    /// Whether its definition names a task folder: then a run has none of its own.
    pub names_folder: bool,
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
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
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
#[ts(optional_fields)]
pub struct RunPreviewTask {
    /// Its id.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// What it does.
    pub action: String,
    /// Its place, from 1: those of one place can go at the same time, each behind some of the place before.
    pub place: u32,
    /// Whether it goes only when something calls for it: a fallback, what a branch chooses, what undoes
    /// another task.
    pub on_call: bool,
    /// Who carries it out.
    pub worker: Worker,
    /// The data source it would use now; absent where it needs none, or there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Why that one, in a word, as `route explain` says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The place of the rule that chose, from 1; absent where the task itself did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
    /// What the rules before that asked for, and why it is not taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<PassedOver>>")]
    pub passed_over: Vec<PassedOver>,
    /// Why there is no data source for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_source: Option<Message>,
    /// Why nobody could carry it out: no agent can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_agent: Option<Message>,
    /// What it reads in the task folder that is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_input: Option<Message>,
    /// The secrets it names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>")]
    pub secrets: Vec<String>,
    /// How long its attempts took that succeeded last, at most twenty of them; absent where none has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<SpreadShow>,
}

/// A data source that a run would use.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct RunPreviewSource {
    /// Its name.
    pub name: String,
    /// `sqlite mysql redis elasticsearch`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it was asked just now.
    pub asked: bool,
    /// Whether it answered, now or when it was last asked; absent when it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<bool>,
    /// Since when it does, or does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Message>,
}

/// What of a workflow goes on already.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct RunPreviewUnderWay {
    /// How many of its runs have not ended.
    pub total: u32,
    /// The newest of them, a few.
    pub runs: Vec<RunPreviewOpenRun>,
    /// How many of its tasks run now.
    pub running: u32,
    /// How many of its tasks may run at once, over all its runs (`maxConcurrent`): where so many do, a
    /// new run waits for its turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A run that has not ended.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunPreviewOpenRun {
    /// Its id.
    pub id: String,
    /// What it has come to.
    pub status: Status,
    /// When it was made.
    pub start_time: String,
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
