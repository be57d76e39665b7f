//! What `flow_hindered` gives: workflows that cannot start because of their task folder.

use flowkeep_core::Message;
use serde::Serialize;
use ts_rs::TS;

/// The workflows that cannot start as they are, because of the task folder they name.
#[derive(Debug, Clone, Serialize, TS)]
pub struct HinderedFlows {
    /// How many there are.
    pub total: u32,
    /// The first of them, in the order of their names.
    pub items: Vec<HinderedFlow>,
}

/// A workflow that cannot start as it is.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct HinderedFlow {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Why.
    pub why: Message,
    /// The folder, where it is known and cannot be worked in now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}
