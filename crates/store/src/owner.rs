//! Who owns the engine of this data folder. The lock is the operating system's (see
//! `flowkeep_host::FileLock`); the row here says who, and its epoch lets a write of an owner that
//! lost the lock without noticing (a sleep, a stopped process) fail.

use rusqlite::OptionalExtension as _;

use crate::{Store, StoreError, Tx};

/// The owner as last written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerRecord {
    /// Rises with every owner.
    pub epoch: i64,
    /// `desktop`, `cli`, `engine`; absent when nobody owns it.
    pub face: Option<String>,
    /// The process number, for display.
    pub process: Option<u32>,
}

impl Tx<'_> {
    /// Writes the holder of the lock down and gives it its epoch. Where the owner before it never left, what was
    /// under way then is noted: whoever looks next may be another process, and much later.
    ///
    /// # Errors
    /// What the database says.
    pub fn take_ownership(&self, face: &str, process: u32) -> Result<i64, StoreError> {
        self.note_stopped()?;
        Ok(self.connection.query_row(
            "UPDATE owner SET epoch = epoch + 1, face = ?1, process = ?2, since = ?3
             RETURNING epoch",
            (face, process, self.now().0),
            |row| row.get(0),
        )?)
    }

    /// Writes down that nobody owns the engine, if `epoch` still does.
    ///
    /// # Errors
    /// What the database says.
    pub fn leave_ownership(&self, epoch: i64) -> Result<(), StoreError> {
        self.connection.execute(
            "UPDATE owner SET face = NULL, process = NULL, since = NULL WHERE epoch = ?1",
            [epoch],
        )?;
        Ok(())
    }

    /// Whether `epoch` is the present one; an engine write whose epoch is not must not be made.
    ///
    /// # Errors
    /// What the database says.
    pub fn owns(&self, epoch: i64) -> Result<bool, StoreError> {
        let found = self
            .connection
            .query_row("SELECT 1 FROM owner WHERE epoch = ?1", [epoch], |_| Ok(()))
            .optional()?;
        Ok(found.is_some())
    }
}

impl Store {
    /// The owner as last written down.
    ///
    /// # Errors
    /// What the database says.
    pub fn owner(&self) -> Result<OwnerRecord, StoreError> {
        Ok(self
            .reader()?
            .query_row("SELECT epoch, face, process FROM owner", [], |row| {
                Ok(OwnerRecord {
                    epoch: row.get(0)?,
                    face: row.get(1)?,
                    process: row.get(2)?,
                })
            })?)
    }
}
