//! The tree of a snapshot: its files, and what was found about them.

use chrono::{DateTime, Utc};
use flowkeep_core::configuration::{
    Ambiguous, ConfigKind, ConfigPath, Edge, LeftOut, Missing, ReferenceKey,
};
use flowkeep_core::{Message, ObjectHash, Sha256};
use serde::{Deserialize, Serialize};

/// The files of a snapshot, and what was found about them. Two snapshots of the same files share one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeFile {
    /// The files that were taken.
    pub files: Vec<TreeEntry>,
    /// What is referred to and was not there.
    #[serde(default)]
    pub missing: Vec<TreeMissing>,
    /// What is named by its whole path, of which nothing is read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<TreeMissing>,
    /// What several files fit.
    #[serde(default)]
    pub ambiguous: Vec<TreeAmbiguous>,
    /// What was taken as bytes, because it cannot be understood.
    #[serde(default)]
    pub unparsed: Vec<TreeUnread>,
    /// What could not be read.
    #[serde(default)]
    pub unread: Vec<TreeUnread>,
    /// What is referred to and not wanted.
    #[serde(default)]
    pub left_out: Vec<TreeLeftOut>,
}

impl TreeFile {
    /// Whether nothing was there: no file, and none that was not wanted or could not be read.
    pub fn is_nothing(&self) -> bool {
        self.files.is_empty() && self.unread.is_empty() && self.left_out.is_empty()
    }
}

/// One file of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeEntry {
    /// Where it was below its root.
    pub path: ConfigPath,
    /// What it is for.
    pub kind: ConfigKind,
    /// Bytes.
    pub bytes: u64,
    /// Their hash, before anything was masked.
    pub sha256: Sha256,
    /// When its content had last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<DateTime<Utc>>,
    /// What is kept of it.
    pub object: TreeObject,
    /// Why it is no document, where it should be one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unparsed: Option<TreeUnparsed>,
    /// Where a key or a password stood.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<TreeMasked>,
    /// Whether it was changed again and again while it was read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub changed_while_read: bool,
    /// What it refers to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<TreeReference>,
}

impl TreeEntry {
    /// A file of these bytes, of which no more is known.
    pub fn of_bytes(path: ConfigPath, bytes: &[u8]) -> Self {
        let length = bytes.len() as u64;
        Self {
            kind: path.kind(),
            bytes: length,
            sha256: Sha256::of(bytes),
            modified: None,
            object: TreeObject {
                blake3: ObjectHash::of(bytes),
                bytes: length,
            },
            unparsed: None,
            masked: Vec::new(),
            changed_while_read: false,
            references: Vec::new(),
            path,
        }
    }
}

/// What is kept of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeObject {
    /// By which it is found in the packs.
    pub blake3: ObjectHash,
    /// Bytes; of a masked file not those of the file.
    pub bytes: u64,
}

/// Why a file is no document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeUnparsed {
    /// What is wrong.
    pub code: String,
    /// Where, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Where, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

/// Where a key or a password stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeMasked {
    /// As a JSON pointer, where the file could be understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Its line, from 1.
    pub line: u32,
    /// By what it was told.
    pub what: String,
}

/// What a file refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeReference {
    /// How.
    pub key: ReferenceKey,
    /// What stands there.
    pub name: String,
    /// Where it stands.
    pub pointer: String,
    /// The files it means.
    pub to: Vec<ConfigPath>,
}

/// A reference to what was not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeMissing {
    /// What stands there.
    pub reference: String,
    /// The file it stands in; nothing where that is the definition of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ConfigPath>,
    /// How it refers.
    pub key: ReferenceKey,
    /// Where it stands.
    pub pointer: String,
    /// Where it was looked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looked: Vec<String>,
    /// `not_found`, `outside_root` for what leads out of the tree, or `not_inside` for what does so from one of the
    /// folders it is followed from and is not there from the others.
    pub reason: String,
}

/// A reference that several files fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeAmbiguous {
    /// What stands there.
    pub reference: String,
    /// The file it stands in; nothing where that is the definition of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ConfigPath>,
    /// How it refers.
    pub key: ReferenceKey,
    /// Where it stands.
    pub pointer: String,
    /// All that fit.
    pub taken: Vec<ConfigPath>,
}

/// A file with which something was the matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeUnread {
    /// Its path.
    pub path: ConfigPath,
    /// What.
    pub reason: Message,
}

/// A file that was not wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeLeftOut {
    /// Its path.
    pub path: ConfigPath,
    /// What of the strategy left it out.
    pub why: LeftOut,
}

impl From<Edge> for TreeReference {
    fn from(edge: Edge) -> Self {
        Self {
            key: edge.reference.key,
            name: edge.reference.name,
            pointer: edge.reference.pointer,
            to: edge.to,
        }
    }
}

impl From<Missing> for TreeMissing {
    fn from(missing: Missing) -> Self {
        let reason = match missing.looked {
            Some(_) if missing.leads_out => "not_inside",
            Some(_) => "not_found",
            None => "outside_root",
        };
        Self {
            reference: missing.reference.name,
            from: missing.from,
            key: missing.reference.key,
            pointer: missing.reference.pointer,
            looked: missing.looked.unwrap_or_default(),
            reason: reason.to_owned(),
        }
    }
}

impl From<Ambiguous> for TreeAmbiguous {
    fn from(met: Ambiguous) -> Self {
        Self {
            reference: met.reference.name,
            from: met.from,
            key: met.reference.key,
            pointer: met.reference.pointer,
            taken: met.taken,
        }
    }
}

impl From<&Message> for TreeUnparsed {
    fn from(reason: &Message) -> Self {
        Self {
            code: reason.code.clone(),
            line: reason.place.map(|place| place.line),
            column: reason.place.map(|place| place.column),
        }
    }
}

impl TreeFile {
    /// As it is written: one line for each file and finding, always in the same order, so that the same
    /// tree always has the same name.
    pub(super) fn text(&self, format: &str, version: u64) -> Result<String, serde_json::Error> {
        let mut files: Vec<_> = self.files.iter().collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let mut lists = vec![
            ("files", lines(files)?),
            ("missing", sorted_lines(&self.missing)?),
            ("ambiguous", sorted_lines(&self.ambiguous)?),
            ("unparsed", sorted_lines(&self.unparsed)?),
            ("unread", sorted_lines(&self.unread)?),
            ("left_out", sorted_lines(&self.left_out)?),
        ];
        // A tree without it is written as it always was.
        if !self.elsewhere.is_empty() {
            lists.push(("elsewhere", sorted_lines(&self.elsewhere)?));
        }
        let mut text = format!("{{\"format\": \"{format}\", \"version\": {version}");
        for (name, lines) in lists {
            text.push_str(",\n\"");
            text.push_str(name);
            text.push_str("\": [");
            for (at, line) in lines.iter().enumerate() {
                text.push_str(if at == 0 { "\n" } else { ",\n" });
                text.push_str(line);
            }
            text.push(']');
        }
        text.push_str("}\n");
        Ok(text)
    }
}

fn lines<T: Serialize>(
    items: impl IntoIterator<Item = T>,
) -> Result<Vec<String>, serde_json::Error> {
    items
        .into_iter()
        .map(|item| serde_json::to_string(&item))
        .collect()
}

fn sorted_lines<T: Serialize>(items: &[T]) -> Result<Vec<String>, serde_json::Error> {
    let mut lines = lines(items)?;
    lines.sort_unstable();
    Ok(lines)
}
