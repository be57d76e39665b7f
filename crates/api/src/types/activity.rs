//! Activity: every change is one operation with who, when, what, before and after.

use flowkeep_core::Message;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which operations.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ActivityInput {
    /// Words to look for in names and ids of subjects and in who.
    pub query: Option<String>,
    /// Only operations of this type.
    pub operation: Option<String>,
    /// Only what changed documents or settings, as `changes_since` of the Overview counts it.
    pub changes: bool,
    /// Only operations on this kind of subject.
    pub kind: Option<String>,
    /// Only operations on this subject (with `kind`).
    pub id: Option<String>,
    /// Only at or after this time, RFC 3339.
    pub since: Option<String>,
    /// Only before this time, RFC 3339.
    pub until: Option<String>,
    /// The page after this one (`next` of the page before).
    pub after: Option<String>,
    /// Rows of a page; 50 unless told, 500 at most.
    pub limit: Option<u32>,
    /// Count them all, too.
    pub count: bool,
}

/// One page of operations, newest first.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ActivityPage {
    /// The operations.
    pub items: Vec<OperationRow>,
    /// Pass this as `after` for the next page; absent on the last.
    pub next: Option<String>,
    /// How many there are in all, when asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
}

/// One operation.
#[derive(Debug, Clone, Serialize, TS)]
pub struct OperationRow {
    /// Its id.
    pub id: String,
    /// When.
    pub at: String,
    /// Who.
    pub actor: String,
    /// Through which face: `desktop`, `cli`.
    pub face: String,
    /// What: `create`, `update`, `delete`, `undelete`, `revert`, `duplicate`, `import`, `restore`,
    /// `undo`, `backup`, `settings`, `log_clean_up`, `example_add`, `example_remove`. What people did to
    /// runs: `run_start`, `run_retry`, `run_cancel`, `run_delete`, `run_undelete`, `run_pause`, `run_resume`,
    /// `run_approve`, `run_send_back`, and of what a crash broke off `run_rerun`, `run_done`, `run_failed`.
    pub operation: String,
    /// The subject's kind, when there is one subject.
    pub kind: Option<String>,
    /// The subject's id, when there is one subject.
    pub subject_id: Option<String>,
    /// The subject's name at that time; for backups and restores the folder, for a run its workflow
    /// and the task.
    pub subject_name: Option<String>,
    /// What that is, where the name is one that only Flowkeep uses: the password of a connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub subject: Option<Message>,
    /// Its revision before.
    pub before: Option<u32>,
    /// Its revision after.
    pub after: Option<u32>,
    /// How many subjects it touched.
    pub count: u32,
    /// Whether it can be undone now.
    pub undoable: bool,
    /// The operation that undid it.
    pub undone_by: Option<String>,
    /// Of an undo: the type of the operation it undid.
    pub undone: Option<String>,
}

/// One operation with all it touched.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct OperationRef {
    /// Its id.
    pub id: String,
    /// Rows of a page; 100 unless told.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Rows to pass over.
    #[serde(default)]
    pub offset: Option<u32>,
}

/// One operation with a page of what it touched.
#[derive(Debug, Clone, Serialize, TS)]
pub struct OperationShow {
    /// The operation.
    pub operation: OperationRow,
    /// A page of its subjects.
    pub items: Vec<OperationItem>,
}

/// One subject of an operation.
#[derive(Debug, Clone, Serialize, TS)]
pub struct OperationItem {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name at that time.
    pub name: Option<String>,
    /// Its revision before; absent when it did not exist.
    pub before: Option<u32>,
    /// Its revision after; absent when it was deleted.
    pub after: Option<u32>,
}

/// Write something to a file the operator picked.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportTo {
    /// The file.
    pub to: super::ChosenPlace,
}
