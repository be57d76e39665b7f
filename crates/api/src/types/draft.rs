//! Drafts: texts being edited that are not a revision yet.

use std::collections::BTreeMap;

use flowkeep_core::{Edit, Format, Kind, Message, Validation};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A text being edited. The core is the only one that changes it: form and JSON view are two
/// views of the same draft.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct DraftInput {
    /// The text so far.
    pub text: String,
    /// Its format.
    pub format: Format,
    /// Changes to apply, in order.
    #[serde(default)]
    pub edits: Vec<Edit>,
    /// The document it is the text of, where there is one yet.
    #[serde(default)]
    #[ts(optional)]
    pub id: Option<String>,
}

/// A draft after its edits.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Draft {
    /// The text now.
    pub text: String,
    /// Its parsed view; `null` when the text cannot be read.
    #[ts(type = "unknown")]
    pub view: serde_json::Value,
    /// Numbers as the text spells them, by their pointers, where a script would print them
    /// otherwise: `/priority` → `1.0`.
    pub spelled: BTreeMap<String, String>,
    /// Why it cannot be read, with the place.
    pub broken: Option<Message>,
    /// What validation finds.
    pub validation: Validation,
}

/// The document a draft is of.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DraftRef {
    /// What it is.
    pub kind: Kind,
    /// The store's id.
    pub id: String,
}

/// A draft to keep until it is saved or discarded, in the place of an earlier one.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DraftKeepInput {
    /// What the document is.
    pub kind: Kind,
    /// The store's id.
    pub id: String,
    /// The revision the draft was begun from.
    pub revision: u32,
    /// Its text, which need not be readable.
    pub text: String,
}

/// The drafts that are kept.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DraftList {
    /// The one written last first. One of a deleted document waits for its return, unlisted.
    pub items: Vec<DraftRow>,
}

/// A draft that is kept, without its text.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DraftRow {
    /// What the document is.
    pub kind: Kind,
    /// The store's id.
    pub id: String,
    /// The document's name as it is saved.
    pub name: String,
    /// The revision the draft was begun from.
    pub revision: u32,
    /// When it was last written.
    pub at: String,
}

/// What is kept of a document's draft.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DraftShow {
    /// The draft; absent when none is kept.
    pub draft: Option<KeptDraft>,
}

/// A draft as it was left.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KeptDraft {
    /// The revision it was begun from.
    pub revision: u32,
    /// Its text.
    pub text: String,
}
