//! What lay in a run's task folder before it began, and where that is now (requirement 003).
//!
//! It is kept with the run, so that what the run wrote over is found from there. Absent on purpose: all
//! the files one by one, with their sizes and hashes; the archive's own record has them.

use serde::{Deserialize, Serialize};

use super::state::Moment;
use crate::Message;

/// What became of what lay in a run's task folder.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Archive {
    /// The archive, a folder in the task folder. Nothing while it is not whole, and where there was
    /// nothing to archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many files were moved there.
    pub moved: u32,
    /// How many were copied there and are still in their place: kept ones, logs, what could not be moved.
    pub copied: u32,
    /// How many stayed in their place because they are kept.
    pub kept: u32,
    /// Bytes of what was moved and copied.
    pub bytes: u64,
    /// What is in it, by name: the first [`Archive::NAMES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// What could not be archived.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Unarchived>,
    /// When it began.
    pub started_at: Moment,
    /// When it ended; nothing while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Moment>,
    /// While it goes on: how many files there are in all, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<u32>,
}

/// A file that could not be archived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unarchived {
    /// Its name.
    pub file: String,
    /// Why not.
    pub reason: Message,
}

impl Archive {
    /// So many names are kept with a run.
    pub const NAMES: usize = 200;

    /// One that begins now.
    #[must_use]
    pub fn begun(started_at: Moment) -> Self {
        Self {
            started_at,
            ..Self::default()
        }
    }
}
