//! What `folder_put_back_plan` and `folder_put_back` take and give.

use flowkeep_core::{Message, Sha256};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::FolderFailure;

/// Files of an archive that may be put back.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct FolderPutBackPlanInput {
    /// The folder: id, path, or what it is called.
    pub id: String,
    /// What the archive is called.
    pub archive: String,
    /// Only these, by their names in the folder; absent: all that its record names.
    pub files: Option<Vec<String>>,
}

/// Puts files of an archive back, as a plan said.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct FolderPutBackInput {
    /// The folder: id, path, or what it is called.
    pub id: String,
    /// What the archive is called.
    pub archive: String,
    /// Only these; all that is in the folder with one of these names is archived first. Absent: all of the
    /// archive, and all that is in the folder is archived first.
    pub files: Option<Vec<String>>,
    /// What the plan was made from, as it says.
    #[ts(type = "string")]
    pub stamp: Sha256,
}

/// What would come of putting back.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct FolderPutBackPlan {
    /// What the archive is called.
    pub archive: String,
    /// Each file that is meant, by name.
    pub files: Vec<FolderPutBackFile>,
    /// What of today is archived first when all is put back.
    pub makes_way: Vec<String>,
    /// Why nothing of it can be verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<Message>,
    /// The run that works in the folder: nothing would be put back now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busy: Option<Message>,
    /// That the disk has less room than all of it takes: it would be refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_room: Option<FolderNoRoom>,
    /// Pass it back to put back what is planned.
    #[ts(type = "string")]
    pub stamp: Sha256,
}

/// Less room than is needed.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderNoRoom {
    /// The folder.
    pub path: String,
    /// Bytes needed.
    #[ts(type = "number")]
    pub needed: u64,
    /// Bytes free.
    #[ts(type = "number")]
    pub free: u64,
}

/// One file of an archive, and what becomes of it.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct FolderPutBackFile {
    /// Its name in the folder.
    pub name: String,
    /// Its name in the archive, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_as: Option<String>,
    /// Bytes, where they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Where the link leads that comes back; only links have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_target: Option<String>,
    /// `returns`; `same`: the folder has the very same; `hindered`: it cannot be put back; `besides`: the
    /// record does not name it, and it comes back only when it is named.
    #[ts(type = "\"returns\" | \"same\" | \"hindered\" | \"besides\"")]
    pub state: &'static str,
    /// Why it cannot be put back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Message>,
    /// What in the folder is archived to make way for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// Whether the record has no hash to prove it by.
    pub unverified: bool,
}

/// What was put back, or would be.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderPutBack {
    /// What came back, by its name in the folder.
    pub restored: Vec<String>,
    /// The archive that was made of what made way; nothing where nothing had to.
    pub archived_first: Option<String>,
    /// What the folder had already.
    pub same: Vec<String>,
    /// What could not be put back, and why; it is in the archive as it was.
    pub failed: Vec<FolderFailure>,
    /// Files that came back as they lie there, because the record has no checksums of them.
    pub unverified: u32,
    /// Bytes of what came back.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Whether it was cancelled when all was ready and only names were missing: it was finished.
    pub cancelled_late: bool,
}
