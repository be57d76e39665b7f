//! What any process may want of a run; it travels as JSON through `run_request`.

use flowkeep_core::Message;
use flowkeep_core::run::{Decision, Level, TaskId};
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
    /// The same, and that its log says with what.
    ResumeWith {
        /// How much that matters.
        level: Level,
        /// With what.
        message: Message,
    },
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

impl Wanted {
    /// Whether it is to go on.
    pub(crate) fn is_resume(&self) -> bool {
        matches!(self, Self::Resume | Self::ResumeWith { .. })
    }

    /// What the run's log says of it once it is done, and of which task.
    pub(crate) fn told(&self, by: &str) -> (Option<TaskId>, Message) {
        let (task, message) = match self {
            Self::Cancel => (None, Message::new("run_was_cancelled")),
            Self::Pause => (None, Message::new("run_was_paused")),
            Self::Resume | Self::ResumeWith { .. } => (None, Message::new("run_was_resumed")),
            Self::Answer { task, decision, .. } => (Some(task.clone()), decided(decision)),
        };
        (task, message.with("by", by))
    }
}

fn decided(decision: &Decision) -> Message {
    match decision {
        Decision::Approve { .. } => Message::new("task_was_approved"),
        Decision::SendBack { to, reason: None } => {
            Message::new("task_was_sent_back").with("to", to)
        }
        Decision::SendBack {
            to,
            reason: Some(reason),
        } => Message::new("task_was_sent_back_because")
            .with("to", to)
            .with("reason", reason),
        Decision::Rerun => Message::new("task_was_run_again"),
        Decision::Done => Message::new("task_was_called_done"),
        Decision::Failed => Message::new("task_was_called_failed"),
    }
}
