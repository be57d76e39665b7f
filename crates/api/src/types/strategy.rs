//! What the commands about strategies take and give: which files of a configuration are kept.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// All strategies.
#[derive(Debug, Clone, Serialize, TS)]
pub struct StrategyList {
    /// How many.
    pub total: usize,
    /// Each, from the one that takes least.
    pub items: Vec<StrategyRow>,
    /// The one that is taken where nobody names one.
    pub chosen: String,
}

/// A strategy.
#[derive(Debug, Clone, Serialize, TS)]
pub struct StrategyRow {
    /// Its name.
    pub name: String,
    /// The kinds of files that are taken, as in `SessionFile`.
    pub kinds: Vec<String>,
    /// Names of files that are left out; with a `/` in it, the whole path is looked at.
    pub exclude: Vec<String>,
    /// Whether it is not as it came.
    pub is_changed: bool,
}

/// A strategy as it is to be.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StrategySetInput {
    /// Its name.
    pub name: String,
    /// The kinds of files that are taken.
    pub kinds: Vec<String>,
    /// Names of files that are left out.
    pub exclude: Vec<String>,
}

/// A strategy.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StrategyRef {
    /// Its name.
    pub name: String,
}
