//! Documents: what `flow_*`, `roadmap_*`, `rule_*` and `template_*` take and give.

use std::collections::BTreeMap;

use flowkeep_core::{Difference, Format, Kind, Message, Validation};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ChosenPlace;

/// Which rows of a list.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ListInput {
    /// Words to look for in names, ids, types and the names of stages and tasks.
    pub query: Option<String>,
    /// Rows of a page; 50 unless told, 500 at most.
    pub limit: Option<u32>,
    /// Rows to pass over.
    pub offset: Option<u32>,
    /// The order; by name unless told.
    pub sort: Option<DocumentSort>,
    /// Deleted documents instead of the kept ones.
    pub deleted: Option<bool>,
}

/// The order of a list of documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DocumentSort {
    /// By name, Chinese names by pinyin, numbers by value.
    #[default]
    Name,
    /// The one changed last first.
    Updated,
}

/// One page of documents.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DocumentPage {
    /// How many there are in all.
    pub total: u32,
    /// The rows of this page.
    pub items: Vec<DocumentRow>,
}

/// One row of a list.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DocumentRow {
    /// The store's id.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Its name; from the file's name where the text has none.
    pub name: String,
    /// Its `type`, where it has one.
    pub doc_type: Option<String>,
    /// The first words of its description.
    pub description: Option<String>,
    /// The shape found in it: `stages`, `tasks`, `chain`, `graph`, `roadmap`, `rule`, `template`.
    pub shape: String,
    /// The format of its text.
    pub format: Format,
    /// The number of its latest revision, from 1.
    pub revision: u32,
    /// When the document itself says it was made, else when it came into the catalog.
    pub created_at: String,
    /// When it was last changed here.
    pub updated_at: String,
    /// Number of stages.
    pub stages: u32,
    /// Number of tasks.
    pub tasks: u32,
    /// Number of milestones.
    pub milestones: u32,
    /// Errors found by validation; they stop a start, never the keeping.
    pub problems: u32,
    /// Warnings found by validation.
    pub warnings: u32,
    /// Whether it writes, calls or runs something.
    pub runs_something: bool,
    /// Whether something like a password or key stands in it.
    pub contains_key: bool,
    /// Whether it belongs to the example workspace.
    pub example: bool,
    /// When it was deleted, in a list of deleted ones.
    pub deleted_at: Option<String>,
}

/// One document by its id.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct DocumentRef {
    /// The store's id.
    pub id: String,
    /// A revision; the latest unless told.
    #[serde(default)]
    pub revision: Option<u32>,
}

/// A document as it is kept.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DocumentShow {
    /// Its row.
    pub row: DocumentRow,
    /// Its text, exactly as it came plus edits.
    pub text: String,
    /// The parsed view of the text; `null` when the text cannot be read.
    #[ts(type = "unknown")]
    pub view: serde_json::Value,
    /// Numbers as the text spells them, by their pointers, where a script would print them
    /// otherwise: `/priority` → `1.0`.
    pub spelled: BTreeMap<String, String>,
    /// What validation finds.
    pub validation: Validation,
}

/// A new document.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct CreateInput {
    /// Its text.
    pub text: String,
    /// The format of the text.
    pub format: Format,
    /// The id to keep it under; the text's own, else one derived from its content, unless told.
    #[serde(default)]
    pub id: Option<String>,
    /// The name to show where the text has none.
    #[serde(default)]
    pub name: Option<String>,
}

/// A changed document.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct UpdateInput {
    /// The store's id.
    pub id: String,
    /// The new text.
    pub text: String,
    /// The format of the text; as it was unless told.
    #[serde(default)]
    pub format: Option<Format>,
    /// The revision the change was made from. When another has come since, the answer is
    /// `document_changed` and nothing is written.
    #[serde(default)]
    pub base_revision: Option<u32>,
}

/// What a change made.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Changed {
    /// The store's id.
    pub id: String,
    /// The revision it has now.
    pub revision: u32,
    /// The entry in Activity; what `db_undo` takes.
    pub operation_id: Option<String>,
}

/// Several documents of one kind.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeleteInput {
    /// The store's ids.
    pub ids: Vec<String>,
}

/// What a deletion did.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Deleted {
    /// How many were deleted.
    pub deleted: u32,
    /// The entry in Activity; what `db_undo` takes.
    pub operation_id: Option<String>,
}

/// The revisions of a document, newest first.
#[derive(Debug, Clone, Serialize, TS)]
pub struct History {
    /// How many there are.
    pub total: u32,
    /// The revisions.
    pub items: Vec<RevisionRow>,
}

/// One saved state of a document.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RevisionRow {
    /// Its number, from 1.
    pub revision: u32,
    /// When it was saved.
    pub at: String,
    /// Who saved it.
    pub actor: String,
    /// What was done: the operation's type.
    pub operation: String,
    /// The operation in Activity.
    pub operation_id: String,
    /// The name it had.
    pub name: String,
    /// Bytes of its text.
    pub bytes: u32,
}

/// Bring an earlier revision back.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RevertInput {
    /// The store's id.
    pub id: String,
    /// The revision whose text becomes the newest.
    pub revision: u32,
}

/// Compare two revisions of a document.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CompareInput {
    /// The store's id.
    pub id: String,
    /// The earlier revision.
    pub from: u32,
    /// The later revision.
    pub to: u32,
}

/// How two texts differ: in form language, and as texts for the JSON view.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Comparison {
    /// The differences, in the order of the later text.
    pub differences: Vec<Difference>,
    /// The earlier text.
    pub before: String,
    /// The later text.
    pub after: String,
}

/// Write a document to a file the operator picked.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportInput {
    /// The store's ids.
    pub ids: Vec<String>,
    /// A file for one document, a folder for several.
    pub to: ChosenPlace,
}

/// What an export of documents wrote.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct DocumentsExported {
    /// The files, as a person reads their paths.
    pub files: Vec<String>,
    /// In how many of them something like a password or a key stands.
    pub with_keys: u32,
    /// What could not be written.
    pub failed: Vec<NotExported>,
}

/// A document that could not be written.
#[derive(Debug, Clone, Serialize, TS)]
pub struct NotExported {
    /// The store's id.
    pub id: String,
    /// Why.
    pub reason: Message,
}

/// What an export wrote.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Exported {
    /// The files, as a person reads their paths.
    pub files: Vec<String>,
}
