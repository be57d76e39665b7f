//! What `folder_clean_up` takes and gives.

use flowkeep_core::Message;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::FolderFailure;

/// Remove old archives. Without a limit, what the settings of each folder call old.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct FolderCleanUpInput {
    /// Of which folder, as in `FolderRef`; absent: of all.
    pub id: Option<String>,
    /// So many of the newest stay, whatever else is given.
    pub keep: Option<u32>,
    /// What was made before goes: `30d`, RFC 3339, local time.
    pub older_than: Option<String>,
    /// The oldest go until the rest of a folder's archives takes no more bytes.
    #[ts(optional, type = "number")]
    pub max_bytes: Option<u64>,
    /// Whether only to say what would go.
    pub dry_run: Option<bool>,
    /// What was shown of it ([`FolderCleanedUp::seen`]): refused where something else would go by now.
    pub seen: Option<String>,
}

/// What went, or would go.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct FolderCleanedUp {
    /// The names of archives that went.
    pub removed: Vec<String>,
    /// Of those that stay.
    pub kept: Vec<String>,
    /// Of those that cannot be used as archives, and stay for that.
    pub broken: Vec<String>,
    /// Bytes of what went.
    #[ts(type = "number")]
    pub bytes: u64,
    /// What could not be removed.
    pub failed: Vec<FolderFailure>,
    /// The same by folders, those without archives left out.
    pub folders: Vec<FolderCleanUpRow>,
    /// Folders that could not be looked at.
    pub unreached: Vec<FolderFailure>,
    /// Stands for what would go.
    pub seen: String,
    /// Whether it was ended before all went.
    pub cancelled: bool,
}

/// What goes of one folder.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderCleanUpRow {
    /// The folder.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its archives, the newest first.
    pub archives: Vec<FolderCleanUpArchive>,
}

/// One archive.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderCleanUpArchive {
    /// What it is called.
    pub archive: String,
    /// When it was made, RFC 3339.
    pub created_at: Option<String>,
    /// Files in it.
    pub files: u32,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// How many of them are copies of files that stayed in the folder.
    pub copied: u32,
    /// `goes`, `newest`, `stays`, `broken`.
    #[ts(type = "'goes' | 'newest' | 'stays' | 'broken'")]
    pub verdict: &'static str,
    /// Why it stays although it is old, or cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<Message>,
}

/// What there is of a folder's archives.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct ArchiveStatistics {
    /// Archives, those that cannot be used among them.
    pub archives: u32,
    /// Files in them.
    #[ts(type = "number")]
    pub files: u64,
    /// Bytes of those.
    #[ts(type = "number")]
    pub bytes: u64,
    /// When the oldest was made, RFC 3339.
    pub oldest: Option<String>,
    /// When the newest was made.
    pub newest: Option<String>,
    /// Those that cannot be used.
    pub broken: u32,
}
