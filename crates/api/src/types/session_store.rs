//! What `session_move_store` takes and gives.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ChosenPlace;

/// Where the contents of snapshots are to lie.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SessionStoreMoveInput {
    /// An empty folder, or one that is not there yet in a folder that is; `snapshots` in the data folder unless told.
    pub to: Option<ChosenPlace>,
    /// Whether the place they were in is lost for good: nothing is copied then. Refused where it is still there.
    pub lost: Option<bool>,
}

/// The contents of snapshots lie elsewhere by now.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionStoreMoved {
    /// Where, as a person reads it.
    pub store_dir: String,
    /// Files that were moved.
    pub files: u32,
    /// Their bytes.
    pub bytes: u64,
    /// Files that are still at the old place: they are not the store's, or could not be removed yet.
    pub left: Vec<String>,
    /// Files of the store that stayed at the old place, because they cannot be read there. What snapshots have in them
    /// is missed from now on, until a check finds it elsewhere.
    pub unread: Vec<String>,
}
