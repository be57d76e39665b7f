//! What goes in and out of the commands that look into an archive and put a list of tables into a folder.

use flowkeep_core::folder::DroppedName;
use flowkeep_core::{Encoding, Message, Sha256};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ChosenPlace, FolderFailure};

/// An archive of a task folder.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FolderArchiveRef {
    /// The folder: id, path, or what it is called.
    pub id: String,
    /// What the archive is called.
    pub archive: String,
}

/// What is in an archive.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderArchiveShow {
    /// What it is called.
    pub archive: String,
    /// Where it is.
    pub path: String,
    /// Its files by name: what its record names, and what is there besides.
    pub files: Vec<FolderArchiveFile>,
    /// What could not be archived, or not as it should.
    pub failed: Vec<FolderFailure>,
}

/// One file of an archive.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct FolderArchiveFile {
    /// Its name in the folder.
    pub name: String,
    /// Its name in the archive, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_as: Option<String>,
    /// Bytes, where they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "number")]
    pub bytes: Option<u64>,
    /// When its content last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// `moved`, or `copied`: then it also stayed where it was. Absent of a file that the record does not
    /// name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "\"moved\" | \"copied\"")]
    pub how: Option<&'static str>,
    /// Where the link leads; only links have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_target: Option<String>,
    /// What is to be known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Message>,
    /// Whether the record names it and it is not there.
    pub missing: bool,
}

/// The tables that the list of a folder names.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderTables {
    /// The folder's id.
    pub id: String,
    /// Where the list is; nothing where the folder has none.
    pub path: Option<String>,
    /// How its bytes spell it.
    pub encoding: Option<Encoding>,
    /// The tables in it, each once.
    pub tables: Vec<String>,
    /// What of it is not taken as a table, and why.
    pub dropped: Vec<DroppedName>,
}

/// A file that may become the list of tables of a folder.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FolderTableListInput {
    /// The folder: id, path, or what it is called.
    pub id: String,
    /// The file.
    pub from: ChosenPlace,
}

/// Puts a list of tables into a folder.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FolderPutTableListInput {
    /// The folder: id, path, or what it is called.
    pub id: String,
    /// The file.
    pub from: ChosenPlace,
    /// What was in the file when it was looked at.
    #[ts(type = "string")]
    pub sha256: Sha256,
}

/// What a file would be as the list of tables of a folder.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderTableListPlan {
    /// The tables in it, each once.
    pub names: Vec<String>,
    /// What of it is not taken as a table, and why.
    pub dropped: Vec<DroppedName>,
    /// How its bytes spell it.
    pub encoding: Encoding,
    /// What is in it: pass it back to put it there.
    #[ts(type = "string")]
    pub sha256: Sha256,
    /// Whether the folder has a list, which then stays beside it under another name.
    pub replaces: bool,
    /// Whether the folder has this very list already.
    pub same: bool,
}

/// A list of tables is there.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct FolderTableListPut {
    /// How many tables are in it.
    pub tables: u32,
    /// What the list that was there is called now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_as: Option<String>,
}
