//! What `folder_compare`, `folder_compare_text` and `folder_check` take and give.

use flowkeep_core::{Encoding, Message};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::FolderFailure;

/// An archive, and what it is compared with.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct FolderCompareInput {
    /// The folder: id, path, or what it is called.
    pub id: String,
    /// What the archive is called.
    pub archive: String,
    /// Another archive of the folder; absent: the folder as it is.
    pub other: Option<String>,
    /// Only these, by their names in the folder.
    pub files: Option<Vec<String>>,
}

/// A file on both sides.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct FolderCompareTextInput {
    /// The folder: id, path, or what it is called.
    pub id: String,
    /// What the archive is called.
    pub archive: String,
    /// Another archive of the folder; absent: the folder as it is.
    pub other: Option<String>,
    /// Its name in the folder.
    pub file: String,
}

/// What came of comparing.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderCompared {
    /// How many files there are.
    pub total: u32,
    /// How many of them are not the same.
    pub changed: u32,
    /// Each, by name.
    pub items: Vec<FolderComparedFile>,
}

/// One file on both sides.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct FolderComparedFile {
    /// Its name in the folder.
    pub name: String,
    /// `same`, `changed`, `only_then` (the archive alone has it), `only_now` (the other side alone has it),
    /// `unknown`.
    #[ts(type = "\"same\" | \"changed\" | \"only_then\" | \"only_now\" | \"unknown\"")]
    pub relation: &'static str,
    /// Bytes in the archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then_bytes: Option<u64>,
    /// Bytes on the other side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now_bytes: Option<u64>,
    /// Why it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Message>,
}

/// The texts of a file on both sides.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct ComparedTexts {
    /// As it was then: in an archive, in a snapshot; absent where there was no such file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// On the other side; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// How the bytes of then spell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_encoding: Option<Encoding>,
    /// How those on the other side do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_encoding: Option<Encoding>,
    /// Why there are none: `not_ours_binary`, `compare_long`, or why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Message>,
}

impl From<flowkeep_files::ComparedTexts> for ComparedTexts {
    fn from(texts: flowkeep_files::ComparedTexts) -> Self {
        Self {
            before: texts.then,
            after: texts.now,
            before_encoding: texts.then_encoding,
            after_encoding: texts.now_encoding,
            reason: texts.reason,
        }
    }
}

/// Archives to read through.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct FolderCheckInput {
    /// The folder: id, path, or what it is called.
    pub id: String,
    /// What the archive is called; absent: all of them.
    pub archive: Option<String>,
}

/// What came of reading archives through.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderChecked {
    /// How many archives were read.
    pub total: u32,
    /// Each, the newest first.
    pub items: Vec<FolderCheckedArchive>,
    /// Hidden folders that something broken off has left and nothing will finish.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<FolderLeftover>>")]
    pub leftovers: Vec<FolderLeftover>,
}

/// A hidden folder in a task folder that belongs to nothing.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FolderLeftover {
    /// What it is called.
    pub name: String,
    /// What it was: copies that `waiting` files were to be put back from, or an archive that was being removed
    /// (`removing`).
    #[ts(type = "'waiting' | 'removing'")]
    pub kind: &'static str,
}

/// What came of reading one archive through.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct FolderCheckedArchive {
    /// What it is called.
    pub archive: String,
    /// Files that are what its record says.
    pub proven: u32,
    /// Files of which its record says no more than the name, and links.
    pub unverified: u32,
    /// What is damaged, gone, or not readable.
    pub failed: Vec<FolderFailure>,
    /// How many of those could not be read.
    pub unreadable: u32,
    /// What does not stand in its record.
    pub besides: Vec<String>,
    /// Why nothing of it can be verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<Message>,
}
