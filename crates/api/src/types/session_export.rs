//! What `session_export` takes and gives.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ChosenPlace, SessionNotRestored};

/// A session of which everything is to be written out.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SessionExportInput {
    /// Its id.
    pub id: String,
    /// Where to: a folder that is not there yet or empty.
    pub to: ChosenPlace,
}

/// A session of which everything was written out.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionExported {
    /// Its id.
    pub session_id: String,
    /// The folder.
    pub target_dir: String,
    /// How many of its snapshots are in it.
    pub snapshots: u32,
    /// How many files these have together.
    pub files: u32,
    /// The files of snapshots that are damaged or not kept any more.
    pub lost: Vec<SessionNotRestored>,
}
