//! What `session_clean_up` takes and gives.

use flowkeep_core::Message;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::FolderFailure;

/// Remove snapshots that nobody needs any more.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SessionCleanUpInput {
    /// What is from before goes: `30d`, RFC 3339, local time; absent: as the settings say.
    pub older_than: Option<String>,
    /// Whether only to say what would go.
    pub dry_run: Option<bool>,
    /// What the preview said that somebody has seen: only just that goes.
    pub seen: Option<String>,
}

/// What went, or would go.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionCleanedUp {
    /// Snapshots that went.
    pub removed: u32,
    /// Those that stay.
    pub kept: u32,
    /// Bytes on the disk.
    #[ts(type = "number")]
    pub freed_bytes: u64,
    /// The snapshots, by their sessions.
    pub items: Vec<SessionCleanUpItem>,
    /// Stands for the snapshots that go.
    pub seen: String,
    /// Files that went, too, because nobody counts on them: a process left them that died.
    pub orphans: u32,
    /// What could not be removed; it is tried again the next time.
    pub failed: Vec<FolderFailure>,
}

/// What came of forgetting a session.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionForgotten {
    /// Bytes on the disk that are free by now.
    #[ts(type = "number")]
    pub freed_bytes: u64,
    /// Whether files that only it needed are still in the store, where somebody was at work there or the disk did not
    /// let go of them. They go when snapshots are cleaned up.
    pub waits: bool,
    /// Whose the files in the store are that stay, where that is another data folder's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub elsewhere: Option<Message>,
    /// The own copies that are left, because somebody has changed something in them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub stays: Vec<String>,
    /// What could not be removed.
    pub failed: Vec<FolderFailure>,
}

/// What would be left of a session that is forgotten.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionForgetPreview {
    /// The own copies that would stay, because somebody has changed something in them.
    pub stays: Vec<String>,
}

/// What became of a snapshot.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionCleanUpItem {
    /// Id of its session.
    pub session: String,
    /// What that is called.
    pub name: String,
    /// The snapshot.
    pub snapshot: String,
    /// Its number in the session.
    pub sequence: u32,
    /// When it was taken.
    pub at: String,
    /// `removed` or `kept`.
    pub action: &'static str,
    /// Why it stays: `begin`, `newest`, `best`, `in_use`, `young`, `clock_ahead`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<&'static str>,
    /// Present where it is what was written over when files were put back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub written_over: Option<bool>,
    /// What tells its session from another one here that has the same name: the file it begins with, or the folder of
    /// its files.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub place: Option<String>,
    /// The same: when that session began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub begun_at: Option<String>,
}
