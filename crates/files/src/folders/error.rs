//! Why nothing was done in a folder, by what the operator can do about it.

use std::io;
use std::path::{Path, PathBuf};

use flowkeep_core::Message;
use flowkeep_store::{HeldFolder, StoreError};

use super::{Failure, NoRoom};

/// Who is at work in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderBusy {
    /// A run that has not ended.
    Run(HeldFolder),
    /// Somebody who archives it, or puts files back; maybe by another data folder that knows it.
    Archive,
}

impl FolderBusy {
    /// The same as a person is told it.
    pub fn message(&self) -> Message {
        match self {
            Self::Run(held) => Message::new("folder_busy_run")
                .with("run", held.run)
                .with("name", &held.workflow_name),
            Self::Archive => Message::new("folder_busy_archive"),
        }
    }
}

/// Why nothing was done in a folder.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// No folder is known by this id.
    #[error("no such task folder")]
    Unknown,
    /// There is no folder where it should be.
    #[error("{0} is not there")]
    Gone(PathBuf),
    /// There is another folder, with nothing in it, where one was in which something was broken off.
    #[error("another folder lies at {0}")]
    Replaced(PathBuf),
    /// Somebody is at work in it.
    #[error("somebody is at work in the folder")]
    Busy(FolderBusy),
    /// It is no place whose files may be moved.
    #[error("{path} is no place for a task folder: {why:?}")]
    Unsafe {
        /// The folder.
        path: PathBuf,
        /// Why.
        why: Message,
    },
    /// There is no archive of this name.
    #[error("there is no archive called {0}")]
    NoArchive(String),
    /// Nothing was archived: all files are where they were, but for those that are `stuck`.
    #[error("{} files could not be archived", failed.len())]
    NotArchived {
        /// Which, and why.
        failed: Vec<Failure>,
        /// What could not be put back yet, and is in the unfinished archive. It is tried again before
        /// the next archive and at the next start.
        stuck: Vec<Failure>,
        /// An archive in which lies what could not be put back, because something else has its name.
        archive: Option<String>,
    },
    /// There are no files of these names in the archive.
    #[error("{} names are not in the archive", .0.len())]
    NoFiles(Vec<String>),
    /// The record of the archive cannot be understood.
    #[error("the record of {archive} cannot be read: {why:?}")]
    Unreadable {
        /// The archive.
        archive: String,
        /// Why.
        why: Message,
    },
    /// It is not as it was when it was looked at.
    #[error("it has changed since it was looked at")]
    PlanChanged,
    /// Not enough room; nothing was changed.
    #[error("{path} has {free} bytes free, {needed} are needed")]
    NoRoom {
        /// The folder.
        path: PathBuf,
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// Not all copies have their names yet: what made way is archived, and it is tried again before
    /// anything else is done there.
    #[error("{} files could not be put back yet", stuck.len())]
    Unfinished {
        /// Which, and why.
        stuck: Vec<Failure>,
        /// The archive of what made way.
        archive: Option<String>,
    },
    /// An archive has its name, and the disk does not say that it keeps it. It is asked again before anything
    /// else is done there.
    #[error("the disk did not confirm {archive}: {why:?}")]
    Unconfirmed {
        /// The archive.
        archive: String,
        /// Whether it holds no more than what could not go back: all else was taken back.
        undone: bool,
        /// What the system says.
        why: Message,
    },
    /// It holds more files than the record of an archive can list; nothing was moved.
    #[error("{count} files are too many for the record of an archive")]
    TooMany {
        /// The folder.
        path: PathBuf,
        /// How many would be in it.
        count: usize,
    },
    /// The folder takes nothing: its disk is full or only to be read, or somebody may not write there. All files
    /// are where they were.
    #[error("{path} takes nothing: {source}")]
    NotWritten {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The operator cancelled; all files are where they were.
    #[error("cancelled")]
    Cancelled,
    /// The database says no.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The system says no.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl From<NoRoom> for FolderError {
    fn from(NoRoom { path, needed, free }: NoRoom) -> Self {
        Self::NoRoom { path, needed, free }
    }
}

impl FolderError {
    /// For `map_err`: what the system says of `path`.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}
