//! Locks that the operating system releases when their holder dies, however it dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use crate::files::private;

/// A lock on a file, held for the life of this value.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

/// Why a lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process holds it.
    #[error("another process holds the lock")]
    Held,
    /// The lock file cannot be opened or locked.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl FileLock {
    /// Takes the lock on `path` for itself alone. The file is made when missing and stays when the
    /// lock ends.
    ///
    /// # Errors
    /// [`LockError::Held`] when anybody has it; this never waits.
    pub fn try_take(path: &Path) -> Result<Self, LockError> {
        Self::locked(path, File::try_lock)
    }

    /// Takes the lock on `path` together with others who share it.
    ///
    /// # Errors
    /// [`LockError::Held`] when somebody has it for himself alone; this never waits.
    pub fn try_share(path: &Path) -> Result<Self, LockError> {
        Self::locked(path, File::try_lock_shared)
    }

    /// Takes the lock on a folder that is there, for itself alone. Nothing is written into it. Not every
    /// volume and not every system has such locks.
    ///
    /// # Errors
    /// [`LockError::Held`] when anybody has it; this never waits.
    pub fn try_take_folder(path: &Path) -> Result<Self, LockError> {
        Self::lock(File::open(path)?, File::try_lock)
    }

    fn locked(
        path: &Path,
        lock: impl FnOnce(&File) -> Result<(), TryLockError>,
    ) -> Result<Self, LockError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        Self::lock(private(&mut options).open(path)?, lock)
    }

    fn lock(
        file: File,
        lock: impl FnOnce(&File) -> Result<(), TryLockError>,
    ) -> Result<Self, LockError> {
        match lock(&file) {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}
