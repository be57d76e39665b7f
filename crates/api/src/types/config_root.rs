//! What the commands about folders of configurations take and give.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ChosenPlace, SessionSnapshot};

/// The folders in which configurations are.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ConfigRootList {
    /// How many.
    pub total: usize,
    /// Each, by its path.
    pub items: Vec<ConfigRoot>,
}

/// A folder in which configurations are.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ConfigRoot {
    /// Where it is.
    pub path: String,
    /// What it is called.
    pub name: String,
    /// Whether the operator named it; else it was met with a session.
    pub listed: bool,
    /// How many sessions have their configuration there.
    pub sessions: u32,
    /// Whether it is there; a disk that does not answer is silent.
    #[ts(type = "\"there\" | \"gone\" | \"silent\"")]
    pub state: &'static str,
}

/// A folder that is to be looked in for configurations.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ConfigRootAddInput {
    /// The folder.
    pub path: ChosenPlace,
}

/// A folder of configurations that is known.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ConfigRootRef {
    /// Its path, as the list has it.
    pub path: String,
}

/// A folder of configurations that is somewhere else by now.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SessionRelinkInput {
    /// Where it was, as the list has it.
    pub path: String,
    /// Where it is.
    pub to: ChosenPlace,
    /// Only looks.
    pub dry_run: Option<bool>,
}

/// What is where a folder of configurations is now.
#[derive(Debug, Clone, Copy, Serialize, TS)]
pub struct SessionRelinked {
    /// Sessions with their configuration there.
    pub sessions: u32,
    /// Files of their newest snapshots that are there as they were.
    pub found: u32,
    /// Files that are there and not as they were.
    pub changed: u32,
    /// Files that are not there.
    pub gone: u32,
}

/// A session whose configuration is somewhere else than it says, or was not found.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SessionLinkInput {
    /// The session.
    pub id: String,
    /// The file it begins with.
    pub config: ChosenPlace,
    /// The folder its configuration is in; absent: the nearest one above the file that holds `workflows`.
    pub root: Option<ChosenPlace>,
}

/// A session whose configuration is known by now.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SessionLinked {
    /// The session.
    pub session_id: String,
    /// The folder its configuration is in.
    pub root: String,
    /// The file it begins with, from there.
    pub config: String,
    /// What is kept of it by now; absent where snapshots are switched off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SessionSnapshot>,
}
