//! What `session_preview` takes and gives.

use flowkeep_core::Message;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ChosenPlace;

/// A configuration to be looked at.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SessionPreviewInput {
    /// The file it begins with.
    pub config: ChosenPlace,
    /// The root of its tree; absent: the nearest folder above that holds `workflows`.
    pub root: Option<ChosenPlace>,
    /// What is taken: `minimal`, `standard` or `comprehensive`; absent: as in the settings.
    pub strategy: Option<String>,
    /// The kinds of files that are taken instead, to see what a change of the strategy would do.
    pub kinds: Option<Vec<String>>,
    /// The names of files that are left out instead.
    pub exclude: Option<Vec<String>>,
}

/// What of a configuration tree belongs to a piece of work.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionPreview {
    /// The root of the tree. Paths are told from there.
    pub root: String,
    /// The file it begins with.
    pub config: String,
    /// What was taken.
    pub strategy: String,
    /// `complete`; `partial` where something is missing, not understood, not sure or would be masked; `failed`
    /// where not even the file it begins with could be read.
    #[ts(type = "\"complete\" | \"partial\" | \"failed\"")]
    pub status: &'static str,
    /// Bytes of all files.
    pub bytes: u64,
    /// The files.
    pub files: Vec<SessionFile>,
    /// What is referred to and is not there.
    pub missing: Vec<SessionMissing>,
    /// What is named by its whole path, from the root of the disk or the folder of a user: only what is named from a
    /// folder of the tree is kept. It leaves the status as it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<SessionMissing>>")]
    pub elsewhere: Vec<SessionMissing>,
    /// What is referred to and fits several files; all of them are taken.
    pub ambiguous: Vec<SessionAmbiguous>,
    /// What is taken as it is, because it cannot be understood or was being written meanwhile.
    pub unparsed: Vec<SessionUnread>,
    /// What cannot be read.
    pub unread: Vec<SessionUnread>,
    /// What is referred to and not wanted.
    pub left_out: Vec<SessionLeftOut>,
}

/// A file that belongs to it.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SessionFile {
    /// `workflows`, `agents`, `tool-sets`, `tools`, `prompts`, `llms` or `global`.
    pub kind: String,
    /// Its path.
    pub path: String,
    /// The hash of its bytes.
    pub sha256: String,
    /// Bytes.
    pub bytes: u64,
    /// Whether it is kept with something else in the place of its keys.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
    /// Where those stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub masked_places: Vec<SessionMasked>,
}

/// Where something like a key stands.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SessionMasked {
    /// As a JSON pointer, where the file can be understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Its line, from 1.
    pub line: u32,
    /// By what it is told: `name url shape`; `whole` says that more than the keys had to go, `unread` that the
    /// file was of its kind before and cannot be read as it without its keys.
    pub what: String,
}

/// Something that is referred to and is not there.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct SessionMissing {
    /// What stands there.
    pub reference: String,
    /// The file it stands in.
    pub from: String,
    /// Where in the file, as a JSON pointer.
    pub pointer: String,
    /// Where it was looked for; absent where it leads out of the tree, of which nothing is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looked: Option<Vec<String>>,
    /// Whether it leads out of the tree from one of the folders it is followed from.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub leads_out: bool,
}

/// Something that is referred to and fits several files.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionAmbiguous {
    /// What stands there.
    pub reference: String,
    /// The file it stands in.
    pub from: String,
    /// Where in the file, as a JSON pointer.
    pub pointer: String,
    /// All that fit.
    pub taken: Vec<String>,
}

/// A file with which something is the matter.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionUnread {
    /// Its path.
    pub path: String,
    /// What, and where in the file.
    pub reason: Message,
}

/// A file that is not wanted.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionLeftOut {
    /// Its path.
    pub path: String,
    /// `kind` or `pattern`: what of the strategy leaves it out.
    #[ts(type = "\"kind\" | \"pattern\"")]
    pub why: &'static str,
}
