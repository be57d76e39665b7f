//! The one error at the edge (ARCHITECTURE.md, invariant 7).

use std::collections::BTreeMap;
use std::path::PathBuf;

use flowkeep_core::Message;
use flowkeep_files::{FilesError, io_reason};
use flowkeep_store::StoreError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::{Catalogue, Tongue};

/// What went wrong, as a code that every face translates. Add a code only where a consumer acts
/// on it or a person needs its own sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AppError {
    /// Key `error_<code>` in the message catalogue; stable, part of the contract.
    pub code: String,
    /// English sentence for logs and for programs that know no catalogue. Never matched on.
    pub message: String,
    /// Keys `hint_<code>` of next steps, in order.
    pub hints: Vec<String>,
    /// What fills the placeholders of the sentence: names, paths, numbers.
    pub fields: BTreeMap<String, String>,
    /// Whether the same call may succeed later without any change.
    pub retryable: bool,
    /// Why, where that is a message of its own; part of the sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub because: Option<Box<Message>>,
}

impl AppError {
    /// An error with this code and no more.
    pub fn new(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            message: String::new(),
            hints: Vec::new(),
            fields: BTreeMap::new(),
            retryable: false,
            because: None,
        }
    }

    /// The same error with one more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.fields.insert(name.to_owned(), value.to_string());
        self
    }

    /// The same error with a next step, a key `hint_<hint>` of the catalogue.
    #[must_use]
    pub fn hint(mut self, hint: &str) -> Self {
        self.hints.push(hint.to_owned());
        self
    }

    /// Whether what is tried again by itself may succeed: with the disk, or when somebody has made
    /// room.
    pub(crate) fn may_pass(&self) -> bool {
        self.retryable || self.code == "no_space"
    }

    /// The same as the reason of another one.
    pub(crate) fn reason(&self) -> Message {
        let mut message = Message::new(format!("error_{}", self.code));
        message.fields.clone_from(&self.fields);
        message.because.clone_from(&self.because);
        message
    }

    /// The same error, marked as one that may pass by itself.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }
}

impl AppError {
    /// For whatever would change something in a data folder that is only looked at.
    pub(crate) fn only_read() -> Self {
        Self::new("data_only_read").hint("copy_to_write")
    }
}

impl From<Message> for AppError {
    fn from(message: Message) -> Self {
        let mut error = Self::new(&message.code);
        error.fields = message.fields;
        error.because = message.because;
        if let Some(place) = message.place {
            error = error.with("line", place.line).with("column", place.column);
        }
        error
    }
}

impl From<AppError> for Message {
    /// Its sentence, as a part of an answer that is no error.
    fn from(error: AppError) -> Self {
        let own = format!("error_{}", error.code);
        Self {
            // What the system says of a file has words that stand in errors and elsewhere.
            code: if Catalogue::new(Tongue::English).has(&own) {
                own
            } else {
                error.code
            },
            fields: error.fields,
            place: None,
            because: error.because,
        }
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.message.is_empty() {
            f.write_str(&self.code)
        } else {
            f.write_str(&self.message)
        }
    }
}

impl std::error::Error for AppError {}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        let mut app = match error {
            StoreError::Damaged(detail) => Self::new("database_damaged")
                .with("detail", detail)
                .hint("restore_newest_backup"),
            StoreError::NotOurs => Self::new("database_not_ours"),
            StoreError::Newer { found, known } => Self::new("database_newer")
                .with("found", found)
                .with("known", known)
                .hint("restart_or_update"),
            StoreError::Busy => Self::new("database_locked").retryable(),
            StoreError::Full => Self::new("no_space").hint("free_space"),
            StoreError::Cancelled => Self::new("cancelled"),
            StoreError::Gone => Self::new("data_unreachable")
                .hint("put_folder_back")
                .retryable(),
            StoreError::ReadOnly => Self::new("database_unwritable").hint("check_permissions"),
            StoreError::OnlyRead => Self::only_read(),
            StoreError::TextDamaged { name } => Self::new("text_damaged")
                .with("name", name)
                .hint("restore_from_backup"),
            StoreError::Panicked => {
                Self::new("internal").with("detail", "a command ended in a panic")
            }
            StoreError::FolderInUse(held) => Self::from(held.message())
                .hint("wait_or_cancel_run")
                .retryable(),
            StoreError::PlanChanged => Self::new("plan_changed").hint("look_again"),
            StoreError::Closed => Self::new("internal").with("detail", "the writer has ended"),
            StoreError::Io(error) => Self::new("internal").with("detail", error),
            StoreError::Sqlite(error) => Self::new("internal").with("detail", error),
        };
        app.message = message;
        app
    }
}

impl From<FilesError> for AppError {
    fn from(error: FilesError) -> Self {
        let message = error.to_string();
        let at = |code: &str, path: PathBuf| Self::new(code).with("path", path.display());
        let mut app = match error {
            FilesError::Cancelled => Self::new("cancelled"),
            FilesError::Missing(path) => at("path_missing", path),
            FilesError::FileExists(path) => at("file_exists", path).hint("force_or_other_name"),
            FilesError::FolderMissing(path) => at("folder_missing", path).hint("make_folder"),
            FilesError::NotAFolder(path) => at("not_a_folder", path),
            FilesError::InsideDataFolder(path) => {
                at("inside_data_folder", path).hint("choose_other_folder")
            }
            FilesError::NotWritable { path, source } => at("folder_unwritable", path)
                .with("detail", source)
                .hint("choose_other_folder"),
            // The disk itself said so; nobody knows how much is missing.
            FilesError::NoRoom {
                path, needed: 0, ..
            } => at("no_space", path).hint("free_space"),
            FilesError::NoRoom { path, needed, free } => at("no_room", path)
                .with("needed", needed)
                .with("free", free)
                .with("missing", needed.saturating_sub(free))
                .hint("free_space"),
            FilesError::NothingThere(path) => at("nothing_there", path),
            FilesError::Unfinished(path) => at("backup_unfinished", path),
            FilesError::ManifestDamaged { path, detail } => at("backup_damaged", path)
                .with("detail", detail)
                .hint("choose_other_backup"),
            FilesError::Newer {
                found,
                known,
                app_version,
            } => Self::new("backup_newer")
                .with("found", found)
                .with("known", known)
                .with("app_version", app_version)
                .hint("update_app"),
            FilesError::NotProven { path, detail } => at("backup_not_proven", path)
                .with("detail", detail)
                .hint("choose_other_folder"),
            FilesError::SnapshotsBusy => Self::new("snapshot_store_busy").retryable(),
            FilesError::Store(error) => return error.into(),
            FilesError::Io { path, source } => Self::from(io_reason(&source))
                .with("path", path.display())
                .retryable(),
        };
        app.message = message;
        app
    }
}
