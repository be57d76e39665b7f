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
    /// Each; `status` and `running` of a list are passed over.
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
