//! What `run_steps` gives: what a run's workflow says of its tasks, whatever the run has come to.

use serde::Serialize;
use ts_rs::TS;

use super::SpreadShow;

/// What is to be known of a run once, however long one looks at it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunSteps {
    /// How long runs of its workflow took that succeeded last, from the start.
    pub usual: Option<SpreadShow>,
    /// Each of its tasks, in the order of the workflow; none where the definition cannot be read.
    pub tasks: Vec<RunTaskPlan>,
}

/// A task, as the workflow has it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunTaskPlan {
    /// Its id.
    pub id: String,
    /// The tasks it comes after.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub depends_on: Vec<String>,
    /// The tasks it may start beside those that come after it: the targets of its branch, its fallback, the task that
    /// undoes it, the steps a guided one leads to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub leads_to: Vec<String>,
    /// How long its attempts took that succeeded last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub usual: Option<SpreadShow>,
}
