//! Places on disk. The web view never makes up a path (invariant 6): it holds a token of a place
//! that the operator picked in a native dialog or dropped on the window.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A file or folder an operator chose. From JSON only the token can be made, so that a path that
/// comes from the web side cannot even be expressed; the CLI makes [`ChosenPlace::Path`] in code.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ChosenPlace {
    /// A token handed out by the shell for a dialog's answer or a drop.
    Picked(String),
    /// A backup in the list of known backups, by its id.
    Backup(String),
    /// A path given by the person at the command line.
    #[serde(skip)]
    #[ts(skip)]
    Path(PathBuf),
}

/// What a native dialog or a drop gave: the token to pass on, and the words to show.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PickedPlace {
    /// Pass this back as `{"picked": token}`.
    pub token: String,
    /// The path as a person reads it. For display only.
    pub label: String,
    /// Whether it is a folder.
    pub folder: bool,
}
