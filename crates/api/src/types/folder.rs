//! What `folder_*` take and give. Names of files are as text: one that is no Unicode is a `file:` URL.

use flowkeep_core::Message;
use flowkeep_core::folder::{CleanUpRule, Policy};
use flowkeep_files::folders::Failure;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ArchiveStatistics, ChosenPlace, WorkflowUses};

/// Which folder.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FolderRef {
    /// Its id, its path, or what it is called where only one is called so.
    pub id: String,
}

/// A folder to make.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct FolderCreateInput {
    /// The workflow whose runs are to work in it.
    pub workflow: String,
    /// Where it is made; absent: in `task-folders` of the data folder.
    pub root: Option<ChosenPlace>,
    /// Whether the workflow's runs work there from then on: it becomes its `taskFolder`.
    pub for_runs: Option<bool>,
}

/// A folder that is there.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct FolderAdoptInput {
    /// The workflow whose runs are to work in it.
    pub workflow: String,
    /// Where it is.
    pub path: ChosenPlace,
    /// As in [`FolderCreateInput`].
    pub for_runs: Option<bool>,
}

/// A folder that is known from now on.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderMade {
    /// Its id.
    pub id: String,
    /// Where it is.
    pub path: String,
    /// What is to be known of that place.
    pub warnings: Vec<Message>,
}

/// The task folders.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderList {
    /// How many there are.
    pub total: u32,
    /// Each, in the order in which they became known.
    pub items: Vec<FolderRow>,
}

/// One folder in the list.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderRow {
    /// Its id.
    pub id: String,
    /// Where it is.
    pub path: String,
    /// Its workflow, which may be gone.
    pub workflow_id: String,
    /// How many archives are in it.
    pub archives: u32,
    /// What it is called: the last part of its path.
    pub name: String,
    /// What its workflow is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub workflow_name: Option<String>,
    /// Files right in it.
    pub file_count: u32,
    /// Bytes of those.
    #[ts(type = "number")]
    pub bytes: u64,
    /// The last run that worked in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub last_run: Option<String>,
    /// The run that works in it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub held_by: Option<String>,
    /// The workflows that name it, by its id, its path or what it is called: their runs work in it, too.
    pub named_by: WorkflowUses,
    /// Why it cannot be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub problem: Option<Message>,
}

/// One folder.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderShow {
    /// What the list says of it.
    #[serde(flatten)]
    pub row: FolderRow,
    /// What is right in it, folders left out.
    #[serde(rename = "files")]
    pub contents: Vec<FolderFile>,
    /// What its owner wants of it.
    pub settings: FolderSettings,
}

/// One file of a folder.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderFile {
    /// Its name.
    pub name: String,
    /// Bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Whether it stays when the folder is archived.
    pub kept: bool,
    /// When its content last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub modified: Option<String>,
    /// Whether it is a link, which is never followed.
    pub link: bool,
}

/// What a folder's owner wants of it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderSettings {
    /// What a run that a schedule or an event starts does when a file cannot be archived.
    pub on_archive_failure: Policy,
    /// Whether complete runs archive at all.
    pub archive: bool,
    /// Whether a run of a single step archives too.
    pub archive_in_step_mode: bool,
    /// Names of files that stay, beside `table_list.txt`.
    pub keep: Vec<String>,
    /// Which archives go by themselves.
    pub clean_up: CleanUpRule,
}

/// A folder that is no task folder any more.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct FolderForgotten {
    /// The id it had.
    pub id: String,
    /// Where it is, with its files and archives.
    pub path: String,
    /// What was broken off in it and stays so, because it is not there: what that is called in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unfinished: Option<String>,
    /// The workflows that name it.
    #[serde(skip_serializing_if = "WorkflowUses::is_empty")]
    #[ts(optional, as = "Option<WorkflowUses>")]
    pub used_by: WorkflowUses,
}

/// What is to be different. What is absent stays.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct FolderSetInput {
    /// Which folder, as in [`FolderRef`].
    pub id: String,
    /// What a run that a schedule or an event starts does when a file cannot be archived.
    pub on_archive_failure: Option<Policy>,
    /// Whether complete runs archive at all.
    pub archive: Option<bool>,
    /// Whether a run of a single step archives too.
    pub archive_in_step_mode: Option<bool>,
    /// All names of files that are to stay, beside `table_list.txt`.
    pub keep: Option<Vec<String>>,
    /// Which archives go by themselves; all of it.
    pub clean_up: Option<CleanUpRule>,
}

/// Archive a folder now.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct FolderArchiveInput {
    /// Which folder, as in [`FolderRef`].
    pub id: String,
    /// Whether it goes on where a file cannot be archived: that is copied where it can be read.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub continue_anyway: bool,
}

/// What was archived.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderArchived {
    /// The archive's name; nothing where there was nothing to archive.
    pub archive: Option<String>,
    /// What is in the archive alone.
    pub moved: Vec<String>,
    /// What is in the archive and stayed.
    pub copied: Vec<String>,
    /// What could not be moved, and why; what was copied instead stands in `copied` too.
    pub failed: Vec<FolderFailure>,
    /// What stays in the folder by its name, and what is no file.
    pub kept: Vec<String>,
    /// What was gone when it was to be moved.
    pub vanished: Vec<String>,
    /// Bytes of what is in the archive.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Where the archive is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub path: Option<String>,
}

/// A file that could not be moved.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderFailure {
    /// Its name.
    pub file: String,
    /// Why.
    pub reason: Message,
}

impl From<Failure> for FolderFailure {
    fn from(failure: Failure) -> Self {
        Self {
            file: failure.file,
            reason: failure.reason,
        }
    }
}

/// The archives of a folder.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ArchiveList {
    /// How many there are.
    pub total: u32,
    /// Each, the newest first.
    pub items: Vec<ArchiveRow>,
    /// Figures of all.
    pub statistics: ArchiveStatistics,
}

/// One archive.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ArchiveRow {
    /// What it is called.
    pub archive: String,
    /// When it was made, RFC 3339.
    pub created_at: Option<String>,
    /// Files in it, its record left out.
    pub files: u32,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// How many of them are copies of files that stayed in the folder.
    pub copied: u32,
    /// The run before which it was made, where it was for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub run: Option<String>,
    /// The archive for whose files it made way, where it was made because files were put back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub made_way_for: Option<String>,
    /// Whether an earlier tool made it.
    pub earlier: bool,
    /// Why it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub broken: Option<Message>,
    /// Whether it was taken back: all went back but what is in it, because something else had its name.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub undone: bool,
    /// Files that could not be archived then.
    pub failed: u32,
    /// Files its record lists that are not in it any more.
    pub missing: u32,
    /// The first of those.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub missing_names: Vec<String>,
}
