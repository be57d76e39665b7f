//! What `schedule_*` and `event_emit` take and give.

use flowkeep_core::Message;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Object;

/// Which workflows to list among those that something starts beside people.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ScheduleListInput {
    /// This one alone.
    pub workflow: Option<String>,
    /// At most so many.
    pub limit: Option<u32>,
}

/// Workflows that something starts beside people, the next to start first.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ScheduleList {
    /// How many there are.
    pub total: u32,
    /// Each.
    pub items: Vec<ScheduleRow>,
    /// Those that are paused until somebody says so, by why they are.
    pub held: Vec<ScheduleHeld>,
    /// The first of those that did not start when they were to, which nobody was told of.
    pub missing: Vec<ScheduleRow>,
}

/// Workflows that do not start by themselves although nobody here wanted so.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ScheduleHeld {
    /// Why, for who answers.
    pub cause: ScheduleCause,
    /// Why, in words.
    pub why: Message,
    /// How many.
    pub count: u32,
    /// What the first of them are called.
    pub names: Vec<String>,
}

/// Why workflows do not start by themselves although nobody here wanted so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleCause {
    /// The clock of this computer jumped.
    Clock,
    /// They came with an import, a restore or a copy.
    BroughtIn,
    /// They were here before anything started by itself.
    Before,
}

/// Which of those that nobody here has paused.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ScheduleAllInput {
    /// These alone; all where none is given.
    pub cause: Option<ScheduleCause>,
}

/// Somebody has been told that a workflow did not start.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ScheduleSeenInput {
    /// The workflow's id.
    pub id: String,
    /// How many missed times were shown.
    pub missed: u32,
}

/// A workflow that something starts beside people.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ScheduleRow {
    /// Its id.
    pub workflow_id: String,
    /// When it starts next; absent while it is paused, where no time is given, and where it never comes.
    pub next: Option<String>,
    /// Whether nothing starts it at present.
    pub paused: bool,
    /// What it is called.
    pub name: String,
    /// `schedule`, `event` or `watch`.
    pub trigger: String,
    /// The cron line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub cron: Option<String>,
    /// The zone its times are of, as the IANA database calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub zone: Option<String>,
    /// The event it listens to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub event: Option<String>,
    /// The folder whose new files start it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub folder: Option<String>,
    /// What the names of those files look like; all of them where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub pattern: Option<String>,
    /// Why it is paused where nobody wanted so, or why it did not start the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub why: Option<Message>,
    /// Why it would not start if it were to at this moment; in a list alone, and absent while it is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hindered: Option<Message>,
    /// What else would keep it from starting then; each is said once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Message>>")]
    pub also: Vec<Message>,
    /// When it last started by itself: the time it was due.
    pub last_started: Option<String>,
    /// The run of that time.
    pub last_run: Option<String>,
    /// Times that were missed, are not made up for, and that nobody was told of.
    pub missed: u32,
    /// The latest of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub last_missed: Option<String>,
}

/// A workflow that something starts beside people.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ScheduleRef {
    /// Its id.
    pub id: String,
}

/// A schedule that is being written.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SchedulePreviewInput {
    /// The cron line.
    pub cron: Option<String>,
    /// The zone; this computer's where none is given.
    pub zone: Option<String>,
}

/// When it would start.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SchedulePreview {
    /// The zone its times are of; absent where it cannot be read.
    pub zone: Option<String>,
    /// The next three times.
    pub next: Vec<String>,
    /// Why it cannot be read.
    pub problem: Option<Message>,
}

/// Something that happened.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct EventEmitInput {
    /// What it is called.
    pub name: String,
    /// What its runs are started with.
    #[ts(optional, type = "Record<string, unknown> | string")]
    pub context: Option<Object>,
    /// The run that tells of it, where one does: what it starts belongs to its chain, which is stopped where it
    /// comes back to itself.
    #[ts(optional)]
    pub run: Option<String>,
}

/// What an event started.
#[derive(Debug, Clone, Serialize, TS)]
pub struct EventEmitted {
    /// The ids of the runs.
    pub started: Vec<String>,
    /// Workflows that listen to it and could not be started.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<EventRefused>>", optional)]
    pub refused: Vec<EventRefused>,
}

/// A workflow that listens to an event and could not be started.
#[derive(Debug, Clone, Serialize, TS)]
pub struct EventRefused {
    /// Its id.
    pub workflow_id: String,
    /// Why.
    pub why: Message,
}
