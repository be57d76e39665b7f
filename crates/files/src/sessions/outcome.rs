//! What is wanted of session files, and what came of each.

use std::path::{Path, PathBuf};

use flowkeep_core::Message;
use flowkeep_core::configuration::Strategy;
use flowkeep_core::session::SnapshotStatus;
use flowkeep_store::StoreError;

use crate::FilesError;
use crate::configuration::ConfigurationError;
use crate::snapshots::TakeError;

/// Session files that are to be brought in.
#[derive(Debug, Clone)]
pub struct SessionImport<'a> {
    /// Files, folders, `.zip` files.
    pub paths: &'a [PathBuf],
    /// The root of the configurations they name, where the operator says so.
    pub root: Option<&'a Path>,
    /// What becomes of one that is there and says something else.
    pub on_known: OnKnown,
    /// Whether it is only told what would be done.
    pub dry_run: bool,
    /// Whether snapshots are taken.
    pub snapshots: bool,
    /// What these take.
    pub strategy: &'a Strategy,
    /// The tool set that `default` stands for.
    pub default_tool_set: &'a str,
}

/// What becomes of a session that is there and says something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnKnown {
    /// It stays.
    Skip,
    /// It becomes what the file says, if nobody carried it on here; its snapshots stay.
    Replace,
    /// It stays, and the other one gets an id of its own.
    Copy,
}

/// What was done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionAction {
    /// A session was added.
    Imported,
    /// One was replaced, or its configuration was found.
    Updated,
    /// It is there already.
    Unchanged,
    /// Left out.
    Skipped,
    /// It could not be read.
    Failed,
}

/// A file, and what was done with it.
#[derive(Debug)]
pub struct ImportedFile {
    /// Its path; behind a `!` where it is in a `.zip`.
    pub path: String,
    /// The session: its id and its name. Nothing where the file is none.
    pub session: Option<(String, String)>,
    /// What was done.
    pub action: SessionAction,
    /// Why nothing was, and where in the file.
    pub reason: Option<Message>,
    /// The file that the session says its configuration begins with.
    pub stated_config: Option<String>,
    /// Where that was found.
    pub config: Option<PathBuf>,
    /// Roots in which a file of that name is as well, and was not taken.
    pub also_in: Vec<PathBuf>,
    /// Whether there is anything from which its configuration could be restored.
    pub recoverable: bool,
    /// In how many places the definition in it is not as in the file that was found; nothing where either is not
    /// there.
    pub differs: Option<u32>,
    /// What came of the snapshot of it.
    pub snapshot: Option<SnapshotStatus>,
    /// Why there is none, although it was found.
    pub trouble: Option<ConfigurationError>,
}

/// Why no more session files are brought in. Those that were told of in Activity are there.
#[derive(Debug, thiserror::Error)]
pub enum SessionImportError {
    /// What was named cannot be read.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// It cannot be kept.
    #[error(transparent)]
    Take(#[from] TakeError),
}

impl From<StoreError> for SessionImportError {
    fn from(error: StoreError) -> Self {
        Self::Take(error.into())
    }
}
