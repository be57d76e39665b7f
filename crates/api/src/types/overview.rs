//! The Overview: one sentence of certainty, then what needs a person.

use serde::Serialize;
use ts_rs::TS;

use super::{BackupRow, KindCount, OperationRow, UnfinishedBackup};

/// What the first screen shows.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Overview {
    /// Documents per kind, as the lists have them: with those of the example.
    pub counts: Vec<KindCount>,
    /// How many sessions are kept.
    pub sessions: u32,
    /// The newest backup proven by a trial restore.
    pub backup: Option<BackupRow>,
    /// What was changed since that backup; nothing when there is none.
    pub changes_since: Changes,
    /// The chosen backup folder, as a person reads it.
    pub backup_folder: Option<String>,
    /// Whether to ask for a backup folder now: a first real change was made, nobody was asked yet.
    pub ask_for_folder: bool,
    /// Whether to offer the example workspace: nothing is there and nobody declined.
    pub offer_example: bool,
    /// How many documents belong to the example workspace.
    pub example_documents: u32,
    /// Broken-off backups to decide about.
    pub unfinished: Vec<UnfinishedBackup>,
    /// Broken-off restores that were found and cleaned at this start: nothing was changed.
    pub interrupted_restore: bool,
    /// Documents with problems that would stop a start.
    pub documents_with_problems: u32,
    /// The latest operations.
    pub recent: Vec<OperationRow>,
}

/// What is not in a backup, beside runs.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Changes {
    /// How many documents are there now that were not, or not as they are.
    pub documents: u32,
    /// How many documents were deleted.
    pub deleted: u32,
    /// Whether a setting was changed.
    pub settings: bool,
}

/// How this installation is (contracts, `doctor`).
#[derive(Debug, Clone, Serialize, TS)]
pub struct Doctor {
    /// Whether all checks passed.
    pub ok: bool,
    /// The checks.
    pub checks: Vec<Check>,
}

/// One check of the doctor.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Check {
    /// Its name: key `check_<name>` of the catalogue.
    pub name: String,
    /// Whether it passed.
    pub ok: bool,
    /// What was found.
    pub message: flowkeep_core::Message,
}

/// What "Save diagnostics" would write: versions, checks, recent log lines, no business data.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Diagnostics {
    /// The text, as it would be written.
    pub text: String,
}

/// Where the app is and who uses it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct About {
    /// The app's version.
    pub version: String,
    /// The data folder, as a person reads it.
    pub data_dir: String,
    /// The languages of the system in order of preference.
    pub system_languages: Vec<String>,
    /// The platform: `linux`, `windows`, `macos`.
    pub platform: String,
}
