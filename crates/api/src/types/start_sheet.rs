//! What `start_show` gives: what was under way when the app ended without being closed.

use flowkeep_core::Message;
use flowkeep_core::run::Status;
use serde::Serialize;
use ts_rs::TS;

use super::RunProgram;

/// What is to be seen at a start.
#[derive(Debug, Clone, Serialize, TS)]
pub struct StartShow {
    /// What was under way when the app ended without being closed; null where it was closed in order, and while
    /// it is not known yet with what goes on by itself; nor once a person has decided about all that needed it.
    pub sheet: Option<StartSheet>,
}

/// What was under way when whoever carried runs out ended without leaving.
#[derive(Debug, Clone, Serialize, TS)]
pub struct StartSheet {
    /// The last that is known of the time before.
    pub stopped_at: String,
    /// The runs that had something under way, as they stand now.
    pub runs: Vec<StartRun>,
    /// What had been broken off in task folders, and what became of it.
    pub folders: Vec<Message>,
}

/// A run that had something under way.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct StartRun {
    /// The run.
    pub run_id: String,
    /// The session it belongs to, where that has a configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// What the workflow was called when the run began.
    pub name: String,
    /// When it began, RFC 3339: tells it from others of its workflow.
    pub started_at: String,
    /// How it stands.
    pub status: Status,
    /// Steps that are finished; what they came to is kept.
    pub steps_done: u32,
    /// Steps there are; 0 where its definition can no longer be read.
    pub steps: u32,
    /// Steps of which nobody knows whether they were carried out.
    pub questions: Vec<StartQuestion>,
    /// Whether it waits for somebody who says with which configuration it goes on.
    pub held: bool,
    /// Whether a person has decided about it since, so that it did not go on by itself.
    pub decided: bool,
}

/// A step of which nobody knows whether it was carried out.
#[derive(Debug, Clone, Serialize, TS)]
pub struct StartQuestion {
    /// The task.
    pub task: String,
    /// What a person calls it.
    pub name: String,
    /// The program it started, where that is still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub running: Option<RunProgram>,
}
