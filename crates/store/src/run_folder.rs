//! The task folder a run works in, and what was archived of it before the run began.
//!
//! A run has its folder to itself for as long as it has not ended: whoever makes a second one in it is
//! refused in the transaction that would make it. A run that came with a restore has none, because the
//! folder may be another one here.

use std::path::PathBuf;

use flowkeep_core::run::Archive;
use flowkeep_core::{FolderId, Message, RunId};
use flowkeep_host::path_text;
use rusqlite::{Connection, OptionalExtension as _};

use crate::run::{id_of, json_of, to_json};
use crate::task_folder::{DataFolder, folder_of};
use crate::{Store, StoreError, Tx};

/// The task folder of a run.
#[derive(Debug, Clone)]
pub struct RunFolder {
    /// Which.
    pub folder: FolderId,
    /// Where it is; empty where it is known no more.
    pub path: PathBuf,
    /// What was archived before the run began; nothing where nothing had to be.
    pub archive: Option<Archive>,
}

impl RunFolder {
    /// Whether it is still known where it is.
    pub fn is_known(&self) -> bool {
        !self.path.as_os_str().is_empty()
    }
}

/// A folder that a run has which has not ended: no other may begin in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldFolder {
    /// Where it is.
    pub path: PathBuf,
    /// The run that has it.
    pub run: RunId,
    /// What its workflow was called.
    pub workflow_name: String,
}

impl HeldFolder {
    /// The same in words.
    pub fn message(&self) -> Message {
        Message::new("folder_in_use")
            .with("folder", path_text(&self.path))
            .with("run", self.run)
            .with("name", &self.workflow_name)
    }
}

/// The run that has a folder and has not ended, `but` one. Those are few, and runs that have ended in it may
/// be many.
pub(crate) fn held(
    connection: &Connection,
    folder: FolderId,
    but: Option<RunId>,
) -> Result<Option<HeldFolder>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT r.id, r.workflow_name, t.path
         FROM run r CROSS JOIN run_folder f USING (run) LEFT JOIN task_folder t ON t.id = f.folder
         WHERE r.ended_at IS NULL AND f.folder = ?1 AND r.id IS NOT ?2
         ORDER BY r.run DESC LIMIT 1",
    )?;
    let but = but.map(|run| run.to_string());
    let data = DataFolder::of(connection);
    let found = statement.query_row((folder.to_string(), but), |row| {
        let path: Option<String> = row.get(2)?;
        Ok(HeldFolder {
            path: path.map(|path| data.place(&path)).unwrap_or_default(),
            run: id_of(row, 0)?,
            workflow_name: row.get(1)?,
        })
    });
    Ok(found.optional()?)
}

impl Store {
    /// The task folder of a run; nothing where it has one of its own.
    ///
    /// # Errors
    /// What the database says.
    pub fn run_folder(&self, row: i64) -> Result<Option<RunFolder>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT r.folder, f.path, r.archive
             FROM run_folder r LEFT JOIN task_folder f ON f.id = r.folder WHERE r.run = ?1",
        )?;
        let data = DataFolder::of(&reader);
        let found = statement.query_row([row], |row| {
            let path: Option<String> = row.get(1)?;
            let archive: Option<String> = row.get(2)?;
            Ok(RunFolder {
                folder: folder_of(row, 0)?,
                path: path.map(|path| data.place(&path)).unwrap_or_default(),
                archive: archive.map(|text| json_of(2, &text)).transpose()?,
            })
        });
        Ok(found.optional()?)
    }

    /// The run that has a folder and has not ended.
    ///
    /// # Errors
    /// What the database says.
    pub fn held_folder(&self, folder: FolderId) -> Result<Option<HeldFolder>, StoreError> {
        held(&*self.reader()?, folder, None)
    }

    /// The archive into which the files went that a run had written in its folder: the first that a later
    /// run made there.
    ///
    /// # Errors
    /// What the database says.
    pub fn archived_after(&self, folder: FolderId, row: i64) -> Result<Option<String>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT archive ->> '$.name' AS name FROM run_folder
             WHERE folder = ?1 AND run > ?2 AND name NOT NULL ORDER BY run LIMIT 1",
        )?;
        let found = statement.query_row((folder.to_string(), row), |row| row.get(0));
        Ok(found.optional()?)
    }
}

impl Tx<'_> {
    /// The run that has a folder and has not ended.
    ///
    /// # Errors
    /// What the database says.
    pub fn held_folder(&self, folder: FolderId) -> Result<Option<HeldFolder>, StoreError> {
        held(self.connection, folder, None)
    }

    /// Refuses what would begin in a folder that a run has.
    pub(crate) fn must_be_free(&self, folder: FolderId) -> Result<(), StoreError> {
        match held(self.connection, folder, None)? {
            Some(held) => Err(StoreError::FolderInUse(Box::new(held))),
            None => Ok(()),
        }
    }

    /// Gives a run its folder, to itself.
    pub(crate) fn hold_folder(&self, row: i64, folder: FolderId) -> Result<(), StoreError> {
        let sql = "INSERT INTO run_folder(run, folder) VALUES (?1, ?2)";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute((row, folder.to_string()))?;
        Ok(())
    }

    /// What was archived for a run so far; it began with that. What has ended stays: how far it was comes
    /// too late then.
    pub(crate) fn write_archive(
        &self,
        row: i64,
        archive: Option<&Archive>,
    ) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE run_folder SET archive = ?2 WHERE run = ?1
               AND (?3 OR archive IS NULL OR archive ->> '$.ended_at' IS NULL)",
        )?;
        let has_ended = archive.is_some_and(|archive| archive.ended_at.is_some());
        let json = archive.map(to_json).transpose()?;
        statement.execute((row, json, has_ended))?;
        if let Some(archive) = archive {
            let sql =
                "UPDATE run SET started_at = min(coalesce(started_at, ?2), ?2) WHERE run = ?1";
            let mut began = self.connection.prepare_cached(sql)?;
            began.execute((row, archive.started_at.0))?;
        }
        Ok(())
    }
}
