//! What any process may want of a run; it travels as JSON through `run_request`.

use flowkeep_core::run::{Decision, TaskId};
use serde::{Deserialize, Serialize};

/// What is wanted of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// That it ends.
    Cancel,
    /// That nothing new starts for now.
    Pause,
    /// That it goes on: one that is paused, or one whose owner is gone.
    Resume,
    /// A person has decided about a task.
    Answer {
        /// Which task.
        task: TaskId,
        /// What was decided.
        decision: Decision,
        /// What the task gives, where it is work for a person: JSON.
        output: Option<String>,
    },
}
