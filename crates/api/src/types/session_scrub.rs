//! What `session_scrub` gives.

use flowkeep_core::Message;
use serde::Serialize;
use ts_rs::TS;

/// What a check of all snapshots found.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionScrubbed {
    /// Contents that were read.
    pub checked: u32,
    /// Those that were damaged and are whole again.
    pub repaired: u32,
    /// What is still damaged, by the files that hold it.
    pub damaged: Vec<SessionLostFile>,
    /// Descriptions of snapshots that were written anew.
    pub rewritten: u32,
    /// Counts that were wrong and are right again.
    pub recounted: u32,
    /// Files of the store that nobody counts on; they go when snapshots are cleaned up.
    pub orphans: u32,
    /// Backups that are not there now, so that nobody looked for what is damaged in them; none where nothing is.
    pub away: Vec<String>,
    /// Snapshots that none of the keys here opens: of what is encrypted in them only the files were read as they lie on the disk.
    pub closed: u32,
    /// Damaged files that were put aside, with all that is needed of them whole elsewhere; absent where there are none.
    /// They go when snapshots are cleaned up an hour later, or a session is forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub aside: Option<u32>,
}

/// A file of which the content cannot be had any more.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionLostFile {
    /// Where it was below its root; empty for the file that a session was read from.
    pub path: String,
    /// The hash of its bytes as they were, where that is known.
    pub sha256: Option<String>,
    /// Ids of the sessions that have it.
    pub sessions: Vec<String>,
    /// What these are called, in the same order.
    pub names: Vec<String>,
    /// Why.
    pub reason: Message,
}
