//! The task folder of a run, and what was archived of it before the run began.

use flowkeep_core::Message;
use flowkeep_core::run::Archive;
use flowkeep_host::path_text;
use flowkeep_store::{RunFolder as KeptFolder, TaskFolderRecord};
use serde::Serialize;
use ts_rs::TS;

use super::WorkflowUse;
use crate::time;

/// The task folder a run works in.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunFolder {
    /// The folder.
    pub id: String,
    /// Where it is; empty where it is known no more.
    pub path: String,
}

impl RunFolder {
    pub(crate) fn known(record: &TaskFolderRecord) -> Self {
        Self {
            id: record.id.to_string(),
            path: path_text(&record.path),
        }
    }

    pub(crate) fn of(kept: &KeptFolder) -> Self {
        Self {
            id: kept.folder.to_string(),
            path: path_text(&kept.path),
        }
    }
}

/// What lay in the task folder of a run before it began, and where that is now.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct RunArchive {
    /// The archive, a folder in the task folder. Absent while it is not whole, and where none was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How many files were moved there; so far, while it goes on.
    pub moved: u32,
    /// How many were copied there and are still where they were.
    pub copied: u32,
    /// How many stayed where they were because they are kept.
    pub kept: u32,
    /// Bytes of what was moved and copied.
    #[ts(type = "number")]
    pub bytes: u64,
    /// What is in it, by name: the first two hundred.
    pub names: Vec<String>,
    /// What could not be archived.
    pub failed: Vec<RunUnarchived>,
    /// When it began.
    pub started_at: String,
    /// When it ended; absent while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// While it goes on: how many files there are in all, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u32>,
}

/// The task folder that a run would work in, and what would become of what lies there.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(optional_fields)]
pub struct RunPreviewFolder {
    /// The folder.
    pub id: String,
    /// Where it is.
    pub path: String,
    /// Why its files cannot be looked at: it is gone, or cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Message>,
    /// The run that works there and has not ended: no other may begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_by: Option<RunFolderHolder>,
    /// Other workflows whose runs work there: those that name it.
    pub others: Vec<WorkflowUse>,
    /// Whether a run that does all anew archives what lies there.
    pub archives: bool,
    /// Whether a run of one task alone does so too.
    pub archives_step: bool,
    /// How many files would be moved into an archive.
    pub files: u32,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Their names, the first two hundred.
    pub names: Vec<String>,
    /// What would stay where it is, by name.
    pub kept: Vec<String>,
}

/// A run that works in a task folder.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunFolderHolder {
    /// Its id.
    pub id: String,
    /// What its workflow is called.
    pub workflow_name: String,
}

/// A file that could not be archived.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunUnarchived {
    /// Its name.
    pub file: String,
    /// Why not.
    pub reason: Message,
}

impl RunArchive {
    pub(crate) fn of(kept: &KeptFolder, archive: Archive) -> Self {
        let name = archive.name.as_ref().filter(|_| kept.is_known());
        let path = name.map(|name| kept.path.join(name));
        let failed = archive.failed.into_iter().map(|failed| RunUnarchived {
            file: failed.file,
            reason: failed.reason,
        });
        Self {
            path: path.as_deref().map(path_text),
            name: archive.name,
            moved: archive.moved,
            copied: archive.copied,
            kept: archive.kept,
            bytes: archive.bytes,
            names: archive.names,
            failed: failed.collect(),
            started_at: time::rfc3339(archive.started_at.0),
            ended_at: archive.ended_at.map(|at| time::rfc3339(at.0)),
            of: archive.of,
        }
    }
}
