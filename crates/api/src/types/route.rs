//! What `route_*` take and give.

use flowkeep_core::run::route::{PassedOver, When};
use flowkeep_core::{Format, Message};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Object;

/// The routing rules, in their order.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RouteList {
    /// How many there are.
    pub total: u32,
    /// Each.
    pub items: Vec<RouteRow>,
    /// Whether they are those of a fresh installation.
    pub defaults: bool,
}

/// One rule.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RouteRow {
    /// Its place, from 1.
    pub order: u32,
    /// What has to hold; a rule without conditions always applies.
    pub when: When,
    /// A connection's name, or a type.
    pub source: String,
    /// Why it chooses nothing at present: nothing is connected by this name or of this type.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub problem: Option<Message>,
}

/// All rules there are to be.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RouteSetInput {
    /// Each, in their order; absent: those of a fresh installation.
    pub routes: Option<Vec<RouteInput>>,
}

/// One rule. A key that nobody knows is refused: a condition beside `when` would be none.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RouteInput {
    /// Rules are put in this order, those of the same number as they stand; absent from all: as they
    /// stand.
    pub order: Option<u32>,
    /// What has to hold.
    #[serde(default)]
    #[ts(optional, as = "Option<When>")]
    pub when: When,
    /// A connection's name, or a type.
    pub source: String,
}

/// Which task to explain the choice for.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RouteExplainInput {
    /// The workflow's id.
    pub workflow: String,
    /// The task's id.
    pub task: String,
    /// What the run would be started with.
    #[ts(optional, type = "Record<string, unknown> | string")]
    pub context: Option<Object>,
    /// The workflow as it is being edited; as it is kept unless given.
    pub text: Option<String>,
    /// The format of `text`; JSON unless given.
    pub format: Option<Format>,
    /// Rules to choose by instead of those that are kept.
    pub routes: Option<Vec<RouteInput>>,
}

/// A rule that was looked at.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RuleConsidered {
    /// Its place, from 1.
    pub order: u32,
    /// What has to hold.
    pub when: When,
    /// A connection's name, or a type.
    pub source: String,
    /// Why it did not choose; absent from the one that did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub why: Option<Message>,
}

/// Which data source a task would use, and why.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RouteExplanation {
    /// The connection's name; absent when there is none, or the task needs none.
    pub source: Option<String>,
    /// Why, in a word: `name`, `type`, a kind of data, other conditions as `latency=low`,
    /// `default`.
    pub rule: Option<String>,
    /// The place of the rule that chose, from 1; absent where the task itself did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub order: Option<u32>,
    /// The rules in their order as far as they were looked at, the one that chose among them; none
    /// where the task itself names its source.
    pub rules: Vec<RuleConsidered>,
    /// What was not chosen, and why: first what came before it in the rules.
    pub passed_over: Vec<PassedOver>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<Message>,
}
