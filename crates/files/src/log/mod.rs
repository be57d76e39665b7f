//! The log of requirement 001: where executions and operations are kept and found.
//!
//! What other programs record goes into a [`LogStorage`]: the database, or a folder with a file per
//! entry. Our own runs and changes are read as entries ([`OwnLog`]) and never written here: the engine
//! and Activity are their only source. [`Log`] is both together. A further type of entries is a further
//! [`LogType`]; no storage needs another method for it.

mod database;
mod folder;
mod migration;
mod own;
mod retention;
mod whole;

use flowkeep_core::log::{Execution, ExecutionUpdate, LogEntry, LogType};
use flowkeep_core::{Message, Sentences};
use flowkeep_store::{SavedEntry, StoreError};

pub use database::DatabaseLog;
pub use folder::FolderLog;
pub use migration::{LogItem, LogReport, export_log, migrate_log, verify_log};
pub use own::OwnLog;
pub use retention::OldFiles;
pub use whole::Log;

use crate::FilesError;

/// Gives entries.
pub trait LogReader {
    /// An entry with all its messages.
    ///
    /// # Errors
    /// [`LogError`].
    fn find(&self, log: LogType, id: &str) -> Result<Option<LogEntry>, LogError>;

    /// A page of entries, newest first.
    ///
    /// # Errors
    /// [`LogError`].
    fn page(&self, log: LogType, query: &LogQuery) -> Result<LogPage, LogError>;
}

/// Keeps the entries of other programs, too.
pub trait LogStorage: LogReader {
    /// Keeps entries whole, and says of each what became of it. One that is there already stays as it
    /// is.
    ///
    /// # Errors
    /// [`LogError`].
    fn save(&self, entries: &[LogEntry]) -> Result<Vec<SavedEntry>, LogError>;

    /// Writes down what has become of an execution, and gives it as it is then, of its messages the
    /// newest ([`flowkeep_store::UPDATED_MESSAGES`]): who reports step by step is not read whole each time.
    ///
    /// # Errors
    /// [`LogError::Refused`] with `execution_unknown` or `execution_final`.
    fn update(&self, id: &str, update: ExecutionUpdate) -> Result<Execution, LogError>;
}

/// Which entries.
#[derive(Debug, Clone, Default)]
pub struct LogQuery {
    /// Of this workflow.
    pub workflow: Option<String>,
    /// Executions of this status (whatever word was used for it), or operations of this type.
    pub word: Option<String>,
    /// Milliseconds; begun or made at or after.
    pub since: Option<i64>,
    /// Milliseconds; before.
    pub until: Option<i64>,
    /// What is to be found in executions.
    pub sought: Option<Sought>,
    /// Behind the entry with this [`LogRow::place`].
    pub after: Option<String>,
    /// Rows of the page.
    pub limit: u32,
    /// Whether to count them all.
    pub count: bool,
    /// Messages of each execution, at most.
    pub messages: u32,
}

/// Words that somebody looks for.
#[derive(Debug, Clone)]
pub struct Sought {
    text: String,
    words: Vec<String>,
}

impl Sought {
    /// What was typed, and what messages say that are kept without their sentences.
    pub fn new(text: &str, sentences: &Sentences) -> Self {
        Self {
            text: text.to_owned(),
            words: sentences.search_words(text),
        }
    }
}

/// A page of entries, newest first.
#[derive(Debug, Default)]
pub struct LogPage {
    /// The rows.
    pub items: Vec<LogRow>,
    /// Whether there are more behind them; a page without items is the last one.
    pub more: bool,
    /// How many there are in all, when that was wanted.
    pub total: Option<u32>,
    /// Files that could not be read, and why.
    pub broken: Vec<(String, Message)>,
}

/// An entry in a page.
#[derive(Debug)]
pub struct LogRow {
    /// Milliseconds; what it is sorted by.
    pub at: i64,
    /// Where it stands.
    pub place: String,
    /// The entry.
    pub entry: LogEntry,
}

/// Why the log did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// It is not possible, for this reason.
    #[error("{}", .0.code)]
    Refused(Message),
    /// The database says no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The files say no.
    #[error(transparent)]
    Files(#[from] FilesError),
}

/// For a place that is none.
fn no_place(place: &str) -> LogError {
    LogError::Refused(Message::new("log_place_unknown").with("place", place))
}
