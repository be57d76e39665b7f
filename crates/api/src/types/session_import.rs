//! What `session_import` takes and gives.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ChosenPlace, Decision, ItemResult};

/// Session files of earlier tools that are to be brought in.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SessionImportInput {
    /// Files, folders, `.zip` files.
    pub places: Vec<ChosenPlace>,
    /// The root of the configurations they name. Unless told it is looked for in the roots that were told before
    /// and in the folders above each file.
    pub root: Option<ChosenPlace>,
    /// What becomes of a session that is there and says something else; absent: it stays (`skip`). `take` lets it
    /// be what the file says, unless it was carried on here; its snapshots stay.
    pub on_conflict: Option<Decision>,
    /// Whether it is only told what would be done.
    pub dry_run: Option<bool>,
}

/// What became of session files.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionImported {
    /// New sessions.
    pub imported: u32,
    /// Sessions that were replaced, or whose configuration was found.
    pub updated: u32,
    /// Files whose session is there as it is.
    pub unchanged: u32,
    /// Files left out.
    pub skipped: u32,
    /// Files that could not be read.
    pub failed: u32,
    /// Each file that was met.
    pub items: Vec<SessionImportItem>,
}

/// What became of a session file.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionImportItem {
    /// As for documents. `reason` also says why of a session that was brought in no snapshot could be taken.
    #[serde(flatten)]
    pub item: ItemResult,
    /// Whether there is anything from which its configuration could be restored; absent where the file was left
    /// out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub recoverable: Option<bool>,
    /// In how many places the definition in it is not as in the file that its configuration begins with; absent
    /// where either is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub differs: Option<u32>,
    /// Where the file is that its configuration begins with; null where that was not found, absent where the
    /// file was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string | null")]
    pub config: Option<Option<String>>,
    /// Other folders on the list that have a file of that name; absent where none has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub also_in: Vec<String>,
    /// What came of the snapshot of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "\"complete\" | \"partial\" | \"failed\"")]
    pub snapshot: Option<&'static str>,
}
