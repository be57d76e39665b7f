//! Backup, verify, restore, undo (requirement 000).

use flowkeep_core::{KeptHistory, Message};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ChosenPlace;

/// Make a backup, or see what it would be.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct BackupInput {
    /// The folder in which the backup's own folder is made; the chosen backup folder unless told.
    pub into: Option<ChosenPlace>,
    /// Remember this folder as the chosen backup folder.
    pub remember: bool,
    /// How much of the history goes into it; all unless told.
    #[ts(optional, as = "Option<KeptHistory>")]
    pub history: KeptHistory,
}

/// What a backup would write, and whether it fits.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BackupPlan {
    /// The folder, as a person reads it.
    pub into: String,
    /// What is in it, per kind.
    pub items: Vec<KindCount>,
    /// In how many documents something like a password or a key stands: it goes into the backup.
    pub with_keys: u32,
    /// Bytes the backup will take, rounded up to the target's clusters, with a tenth on top.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Bytes free there.
    #[ts(type = "number")]
    pub free: u64,
    /// Why it cannot be made there, if so.
    pub refused: Option<Message>,
}

/// How many of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KindCount {
    /// The kind (contracts "Words").
    pub kind: String,
    /// How many.
    pub count: u32,
}

/// What a backup made (contracts, `db backup`).
#[derive(Debug, Clone, Serialize, TS)]
pub struct BackupResult {
    /// Catalog documents in it.
    pub count: u32,
    /// The new folder.
    pub target_dir: String,
    /// Always `backup`.
    #[serde(rename = "type")]
    pub result: &'static str,
    /// What is in it, per kind.
    pub items: Vec<KindCount>,
    /// Bytes written.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Whether it was read back and restored into a temporary database.
    pub verified: bool,
    /// What could not be backed up, by name; empty when all is well.
    pub damaged: Vec<DamagedItem>,
    /// What did not go well though the backup is whole.
    pub warnings: Vec<Message>,
    /// Its id.
    pub backup_id: String,
}

/// A backup that is read back.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct VerifyInput {
    /// The backup; the newest known one unless told.
    pub from: Option<ChosenPlace>,
}

/// What reading a backup back found (contracts, `db verify`).
#[derive(Debug, Clone, Serialize, TS)]
pub struct VerifyResult {
    /// Whether all of it is as it was written.
    pub ok: bool,
    /// Files read.
    pub files: u32,
    /// What is not.
    pub damaged: Vec<DamagedItem>,
    /// Files in the folder that are not part of the backup, by their path inside it. They are no
    /// damage and are never read.
    pub unlisted: Vec<String>,
    /// The folder that was read.
    pub source_dir: String,
}

/// One damaged file of a backup.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DamagedItem {
    /// Its path inside the backup.
    pub path: String,
    /// Why.
    pub reason: Message,
    /// The document's name, where the manifest knows it.
    pub name: Option<String>,
}

/// Apply a restore plan.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RestoreInput {
    /// The plan.
    pub plan_id: String,
    /// The operator typed that a restore without a way back is wanted, because no safety copy
    /// can be made.
    #[serde(default)]
    pub without_safety_copy: bool,
}

/// What a restore did (contracts, `db restore`).
#[derive(Debug, Clone, Serialize, TS)]
pub struct RestoreResult {
    /// New documents.
    pub imported: u32,
    /// Documents replaced.
    pub updated: u32,
    /// Documents that were the same already.
    pub unchanged: u32,
    /// Documents left as they are.
    pub skipped: u32,
    /// Documents that could not be read.
    pub failed: u32,
    /// All documents met.
    pub total: u32,
    /// Where it came from.
    pub source_dir: String,
    /// Always `restore`.
    #[serde(rename = "type")]
    pub result: &'static str,
    /// Other kinds that came with it, one row each.
    pub others: Vec<KindCount>,
    /// Damaged files that are no documents (Activity, earlier revisions, settings): left out.
    pub damaged: Vec<DamagedItem>,
    /// The entry in Activity; what `db_undo` takes. Absent when nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_id: Option<String>,
    /// What to look after when the backup comes from another computer.
    pub checklist: Vec<Message>,
}

/// Undo an operation.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct UndoInput {
    /// The operation; the latest restore or import that can be undone unless told.
    pub operation_id: Option<String>,
}

/// What an undo did (contracts, `db undo`).
#[derive(Debug, Clone, Serialize, TS)]
pub struct UndoResult {
    /// Documents that are again what they were before.
    pub restored: u32,
    /// Documents left as they are, because they were changed since.
    pub kept: u32,
    /// Those documents.
    pub conflicts: Vec<UndoConflict>,
    /// The undo's own entry in Activity.
    pub operation_id: Option<String>,
    /// Of those restored, the ones that were not there before: they are taken away.
    pub removed: u32,
    /// Task folders that are off the list again: they had come with it.
    pub folders: u32,
    /// Sessions that are taken away again with their snapshots: they had come with it.
    pub sessions: u32,
    /// What was undone.
    pub undone: UndoneOperation,
}

/// The operation an undo took back.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UndoneOperation {
    /// Its entry in Activity.
    pub operation_id: String,
    /// Its word, as in Activity.
    pub operation: String,
    /// When it happened.
    pub at: String,
    /// Where it came from, or what it was about.
    pub name: Option<String>,
    /// How many documents it changed.
    pub count: u32,
}

/// A document an undo left as it is.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UndoConflict {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Why.
    pub reason: Message,
}

/// The known backups, newest first.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BackupList {
    /// How many there are.
    pub total: u32,
    /// The backups.
    pub items: Vec<BackupRow>,
    /// Unfinished ones found in the chosen folder.
    pub unfinished: Vec<UnfinishedBackup>,
}

/// One known backup and how well it is.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BackupRow {
    /// Its id; pass it as `{"backup": id}`.
    pub id: String,
    /// Its folder, as a person reads it.
    pub path: String,
    /// When it was made.
    pub created_at: String,
    /// Catalog documents in it.
    pub count: u32,
    /// Bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// How well it is.
    pub health: BackupHealth,
    /// When that was last looked at.
    pub checked_at: Option<String>,
    /// The names of damaged documents, the first three.
    pub damaged_names: Vec<String>,
    /// How many are damaged.
    pub damaged: u32,
    /// How much of the history is in it.
    pub history: KeptHistory,
}

/// How well a known backup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BackupHealth {
    /// Read back and restored into a temporary database.
    Proven,
    /// Some of it is not as it was written.
    Damaged,
    /// Its folder cannot be reached now.
    Away,
    /// The drive it is on has not answered yet: it may be asleep.
    Silent,
}

/// A backup that was broken off.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UnfinishedBackup {
    /// Names it in `db_unfinished_remove`.
    pub token: String,
    /// Its folder, as a person reads it.
    pub path: String,
    /// When it was begun.
    pub started_at: Option<String>,
}

/// Remove what a broken-off backup left.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnfinishedInput {
    /// The token of the list.
    pub token: String,
}

/// How far a long task is. Sent over its channel, at most ten times a second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ProgressReport {
    /// What is being done: key `phase_<phase>` of the catalogue.
    pub phase: String,
    /// Items done in this phase.
    pub done: u32,
    /// Items of this phase, where known.
    pub total: Option<u32>,
    /// The item just done.
    pub name: Option<String>,
}
