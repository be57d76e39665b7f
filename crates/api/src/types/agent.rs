//! What `agent_*` take and give.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who carries attempts out.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AgentList {
    /// How many agents there are.
    pub total: u32,
    /// Each.
    pub items: Vec<AgentRow>,
    /// How many attempts run at once over all of them; absent: as many as they can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub limit: Option<u32>,
    /// All there is that an agent can be able to do.
    pub capabilities: Vec<&'static str>,
    /// Tasks that wait and that none of the agents can do.
    pub unserved: Vec<UnservedRow>,
}

/// One agent.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AgentRow {
    /// What it is called.
    pub id: String,
    /// What it can do: `mysql sqlite redis elasticsearch http file program workflow`.
    pub capabilities: BTreeSet<String>,
    /// How many attempts it carries out at once.
    pub capacity: u32,
    /// Whether it takes more.
    pub status: AgentStatus,
    /// How many attempts it carries out now.
    pub running: u32,
    /// Those that have taken longest so far.
    pub doing: Vec<DoingRow>,
}

/// A task that an agent carries out now.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DoingRow {
    /// The run.
    pub run_id: String,
    /// What the workflow was called when the run began.
    pub workflow_name: String,
    /// The task.
    pub task: String,
    /// What a person calls the task.
    pub task_name: String,
    /// Since when.
    pub since: String,
    /// The data source it uses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub data_source: Option<String>,
}

/// A task that none of the agents can do.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UnservedRow {
    /// The run.
    pub run_id: String,
    /// What the workflow was called when the run began.
    pub workflow_name: String,
    /// The task.
    pub task: String,
    /// What a person calls the task.
    pub task_name: String,
    /// What an agent has to be able to do.
    pub needed: BTreeSet<String>,
}

/// Whether an agent takes more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AgentStatus {
    /// It does.
    Ready,
    /// It has as much as it can.
    Busy,
    /// Nothing carries runs out at present.
    Away,
}

/// All agents there are to be.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct AgentSetInput {
    /// Each; what a list says besides is passed over.
    pub agents: Option<Vec<AgentInput>>,
    /// How many attempts run at once over all of them; 0: as many as they can.
    pub limit: Option<u32>,
}

/// One agent.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct AgentInput {
    /// What it is called.
    pub id: String,
    /// What it can do.
    pub capabilities: BTreeSet<String>,
    /// How many attempts it carries out at once; none while this is 0.
    pub capacity: u32,
}
