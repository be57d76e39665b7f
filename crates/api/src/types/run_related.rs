//! What `run_definition`, `run_related` and `run_data` give: what a run was carried out from, and the runs it belongs with.

use flowkeep_core::Difference;
use flowkeep_core::run::Line;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ChosenPlace, RunRow, StepKind};

/// The definition a run was started with.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunDefinition {
    /// Its text, as it was then.
    pub text: String,
    /// `json` or `yaml`.
    pub format: String,
    /// What its steps are in the document.
    pub kind: StepKind,
    /// Its steps in the language of the form, 500 at most; none where this program cannot read it any more.
    pub steps: Vec<RunDefinitionStep>,
    /// How many there are.
    pub total: u32,
    /// The workflow as it is today; absent where it is gone, or where there never was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub today: Option<RunDefinitionToday>,
}

/// A step of a definition, with every default filled in.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunDefinitionStep {
    /// Its id.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// What it does.
    pub action: String,
    /// What the steps are called that it comes after.
    pub after: Vec<String>,
    /// The data source it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub source: Option<String>,
    /// Its parameters as they are written.
    pub lines: Vec<Line>,
}

/// A workflow as it is today.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunDefinitionToday {
    /// Its revision.
    pub revision: u32,
    /// Whether it was deleted.
    pub deleted: bool,
    /// How it differs from what the run used, 200 places at most; absent where one of them cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub differences: Option<Vec<Difference>>,
}

/// The runs that one belongs with.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunRelated {
    /// The run that started it as a part of its own, and the task that did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub above: Option<RunPart>,
    /// The runs its tasks started, in the order in which they were made, 200 at most.
    pub below: Vec<RunPart>,
    /// The run it repeats; absent where that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub repeats: Option<RunRow>,
    /// The runs that repeat it, the oldest first, 200 at most.
    pub repeated_by: Vec<RunRow>,
}

/// A run and the task that started it, or the other way round.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunPart {
    /// What the task is called in the run above.
    pub task: String,
    /// The run.
    pub run: RunRow,
}

/// Which data of a run.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunDataInput {
    /// The run.
    pub id: String,
    /// The task; what the run was started with unless told.
    #[serde(default)]
    pub task: Option<String>,
}

/// What a run was given, or what a task of it gave.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunData {
    /// JSON in lines, with every digit as it was.
    pub text: String,
}

/// Write what a run was given, or what a task of it gave, to a file the operator picked.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RunDataSaveInput {
    /// The run.
    pub id: String,
    /// The task; what the run was started with unless told.
    #[serde(default)]
    pub task: Option<String>,
    /// The file.
    pub to: ChosenPlace,
}
