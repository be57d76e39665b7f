//! What putting files of a session back where they were takes and gives.

use flowkeep_core::{Message, Sha256};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{SessionNotRestored, SessionUse};

/// Files of a session that may be put back where they were.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SessionInPlaceInput {
    /// The session.
    pub id: String,
    /// From what; absent: from the first source that it can go on from.
    #[serde(rename = "use")]
    pub wanted: Option<SessionUse>,
    /// This snapshot, also one of what was there before files were put back.
    pub snapshot: Option<String>,
    /// Files that are gone and whose keys are not kept, by their paths: they are made all the same, with `<masked>` in
    /// place of each key.
    pub make_masked: Option<Vec<String>>,
}

/// What putting files back where they were would do.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SessionInPlacePlan {
    /// The session.
    pub session_id: String,
    /// From what they would come.
    #[ts(type = "\"file\" | \"snapshot\" | \"embedded\" | \"revision\"")]
    pub source: &'static str,
    /// Which snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    /// The number of that in the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u32>,
    /// The folder they are in.
    pub root: String,
    /// Each file, by its path from there.
    pub files: Vec<SessionInPlaceFile>,
    /// Other sessions that work with files that would be written.
    pub used_by: Vec<SessionFileUser>,
    /// Pass it back to put back what is planned.
    #[ts(type = "string")]
    pub stamp: Sha256,
    /// Whether all of it would be as it was.
    pub complete: bool,
}

/// A file of a plan.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SessionInPlaceFile {
    /// Its path.
    pub path: String,
    /// What would be done: nothing where it is as it was, made, made with `<masked>`, written over, left alone, or
    /// gone and not made.
    #[ts(type = "\"same\" | \"makes\" | \"makes_masked\" | \"replaces\" | \"left\" | \"gone\"")]
    pub act: &'static str,
    /// Why it is left alone or not made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Message>,
    /// What is there today holds keys: while keys are masked, it is copied whole beside the snapshot.
    pub holds_keys: bool,
}

/// Another session that works with some of the same files.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionFileUser {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How many of the files.
    pub files: u32,
}

/// What was done where the files were.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SessionPutInPlace {
    /// The files that were written.
    pub written: Vec<String>,
    /// Those of them that were made with `<masked>` in place of their keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>")]
    pub made_masked: Vec<String>,
    /// The files that were as they were already.
    pub same: Vec<String>,
    /// The files that were not written, and why.
    pub left: Vec<SessionNotRestored>,
    /// The snapshot of what was there before; absent where nothing was written over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The folder in which files with keys are whole that were written over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_whole: Option<String>,
    /// The file that the session begins with again; absent where it is the one it began with before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begins_with: Option<String>,
}
