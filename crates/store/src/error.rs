//! What can go wrong with the database, by what the caller can do about it.

use std::io;

use rusqlite::ErrorCode;

use crate::HeldFolder;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A page or the whole file is damaged, or a row no longer says what was written: offer the
    /// recovery.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The file is a database of another program.
    #[error("the file is not a Flowkeep database")]
    NotOurs,
    /// A newer version of the app has changed the database: restart or update.
    #[error("the database has version {found}, this program knows {known}")]
    Newer {
        /// The version in the file.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// Another process holds the database for longer than we wait.
    #[error("the database is busy")]
    Busy,
    /// One text is not what was written; the rest of the database is not concerned.
    #[error("the text of {name} is not what was written")]
    TextDamaged {
        /// The document's name.
        name: String,
    },
    /// A command ended in a panic; nothing of it was kept.
    #[error("a command ended in a panic")]
    Panicked,
    /// The operator wanted it to end; nothing of it was kept.
    #[error("cancelled")]
    Cancelled,
    /// No room on the disk.
    #[error("no room on the disk")]
    Full,
    /// The file was moved or removed while it was open; nothing was written.
    #[error("the database is no longer where it was")]
    Gone,
    /// The file or its folder cannot be written.
    #[error("the database cannot be written")]
    ReadOnly,
    /// The writer has ended; only after a panic inside it.
    #[error("the writer has ended")]
    Closed,
    /// A run that has not ended works in that task folder; nothing was made.
    #[error("the folder is in use by run {}", .0.run)]
    FolderInUse(Box<HeldFolder>),
    /// What a plan was made from has changed since (invariant 11).
    #[error("what the plan was made from has changed")]
    PlanChanged,
    /// The system says no.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is only looked at: nothing can be written where it lies.
    #[error("the data can only be read here")]
    OnlyRead,
    /// Anything else SQLite says; a fault of ours.
    #[error(transparent)]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if no_longer_readable(&error) {
            return Self::Damaged(error.to_string());
        }
        // Whoever opens the database makes a small file beside it, also to look only: for want of room SQLite gives the
        // one about its length.
        let extended = error.sqlite_error().map(|error| error.extended_code);
        if extended == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) {
            return Self::Full;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::OperationInterrupted) => Self::Cancelled,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly
            }
            _ => Self::Sqlite(error),
        }
    }
}

/// `SQLite` gives a row in which a bit has turned as it is. Only what was written is of the type, the
/// encoding and the words that are looked for.
fn no_longer_readable(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..)
    )
}

impl StoreError {
    /// The same once more, for another one who is to know it.
    #[must_use]
    pub fn again(&self) -> Self {
        match self {
            Self::Damaged(detail) => Self::Damaged(detail.clone()),
            Self::NotOurs => Self::NotOurs,
            Self::Newer { found, known } => Self::Newer {
                found: *found,
                known: *known,
            },
            Self::Busy => Self::Busy,
            Self::TextDamaged { name } => Self::TextDamaged { name: name.clone() },
            Self::Panicked => Self::Panicked,
            Self::Cancelled => Self::Cancelled,
            Self::Full => Self::Full,
            Self::Gone => Self::Gone,
            Self::ReadOnly => Self::ReadOnly,
            Self::OnlyRead => Self::OnlyRead,
            Self::Closed => Self::Closed,
            Self::FolderInUse(held) => Self::FolderInUse(held.clone()),
            Self::PlanChanged => Self::PlanChanged,
            Self::Io(error) => Self::Io(io::Error::new(error.kind(), error.to_string())),
            Self::Sqlite(error) => Self::Io(io::Error::other(error.to_string())),
        }
    }
}
