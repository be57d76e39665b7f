//! What is being done in a task folder, so that whoever comes after a crash can finish or undo it.
//!
//! Absent on purpose: which files have been moved. Where they are tells that (docs/decisions/0011).

use flowkeep_core::{FolderId, RunId};
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::run::id_of;
use crate::run_folder::held;
use crate::task_folder::folder_of;
use crate::{HeldFolder, Store, StoreError, Tag, Tx};

/// What is done in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderWorkKind {
    /// Its files are archived.
    Archive,
    /// Files of an archive are copied back.
    PutBack,
    /// An archive is removed.
    CleanUp,
}

impl FolderWorkKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::PutBack => "put_back",
            Self::CleanUp => "clean_up",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "put_back" => Self::PutBack,
            "clean_up" => Self::CleanUp,
            _ => Self::Archive,
        }
    }
}

/// One piece of work in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderWork {
    /// The folder.
    pub folder: FolderId,
    /// What.
    pub kind: FolderWorkKind,
    /// The archive that is made, also of what makes way for what is put back; or that is removed.
    pub archive: String,
    /// The run it is done for.
    pub run: Option<RunId>,
    /// What cannot be seen on the disk afterwards: JSON, as `files::folders` has it.
    pub plan: String,
    /// Milliseconds; when it began.
    pub at: i64,
}

/// What came of the wish to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderBegun {
    /// It may begin; an archive that is made has this number.
    Begun(u64),
    /// A run works there.
    Held(HeldFolder),
    /// Something else has begun there and not ended.
    Busy(FolderWork),
    /// No such folder.
    Unknown,
}

const COLUMNS: &str = "folder, kind, archive, run, plan, at";

fn record(row: &Row<'_>) -> rusqlite::Result<FolderWork> {
    let kind: String = row.get(1)?;
    let run: Option<String> = row.get(3)?;
    Ok(FolderWork {
        folder: folder_of(row, 0)?,
        kind: FolderWorkKind::from_word(&kind),
        archive: row.get(2)?,
        run: run.map(|_| id_of(row, 3)).transpose()?,
        plan: row.get(4)?,
        at: row.get(5)?,
    })
}

fn one(connection: &Connection, folder: FolderId) -> Result<Option<FolderWork>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM folder_work WHERE folder = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row([folder.to_string()], record);
    Ok(found.optional()?)
}

impl Store {
    /// What is being done in folders, or was when somebody died.
    ///
    /// # Errors
    /// What the database says.
    pub fn folder_works(&self) -> Result<Vec<FolderWork>, StoreError> {
        let reader = self.reader()?;
        let sql = format!("SELECT {COLUMNS} FROM folder_work ORDER BY folder");
        let mut statement = reader.prepare_cached(&sql)?;
        let rows = statement.query_map([], record)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What is being done in one folder, or was when somebody died.
    ///
    /// # Errors
    /// What the database says.
    pub fn folder_work(&self, folder: FolderId) -> Result<Option<FolderWork>, StoreError> {
        one(&*self.reader()?, folder)
    }

    /// The last run that was started in a folder.
    ///
    /// # Errors
    /// What the database says.
    pub fn last_run_in_folder(&self, folder: FolderId) -> Result<Option<RunId>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT r.id FROM run_folder f JOIN run r USING (run) WHERE f.folder = ?1
             ORDER BY f.run DESC LIMIT 1",
        )?;
        let found = statement.query_row([folder.to_string()], |row| id_of(row, 0));
        Ok(found.optional()?)
    }

    /// The runs for which archives of a folder were made, each with what its archive is called.
    ///
    /// # Errors
    /// What the database says.
    pub fn folder_archive_runs(
        &self,
        folder: FolderId,
    ) -> Result<Vec<(RunId, String)>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT r.id, f.archive ->> '$.name' AS name FROM run_folder f JOIN run r USING (run)
             WHERE f.folder = ?1 AND name NOT NULL ORDER BY f.run",
        )?;
        let rows = statement.query_map([folder.to_string()], |row| {
            Ok((id_of(row, 0)?, row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Writes down what is about to be done in a folder, unless a run works there that it is not done
    /// for, or something was begun and not ended.
    ///
    /// # Errors
    /// What the database says.
    pub fn begin_folder_work(&self, work: &FolderWork) -> Result<FolderBegun, StoreError> {
        if let Some(held) = held(self.connection, work.folder, work.run)? {
            return Ok(FolderBegun::Held(held));
        }
        if let Some(busy) = one(self.connection, work.folder)? {
            return Ok(FolderBegun::Busy(busy));
        }
        let step = i64::from(work.kind != FolderWorkKind::CleanUp);
        let sequence: Option<u64> = self
            .connection
            .prepare_cached(
                "UPDATE task_folder SET sequence = sequence + ?2 WHERE id = ?1 RETURNING sequence",
            )?
            .query_row((work.folder.to_string(), step), |row| row.get(0))
            .optional()?;
        let Some(sequence) = sequence else {
            return Ok(FolderBegun::Unknown);
        };
        let sql = format!("INSERT INTO folder_work({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        self.connection.prepare_cached(&sql)?.execute((
            work.folder.to_string(),
            work.kind.as_str(),
            &work.archive,
            work.run.map(|run| run.to_string()),
            &work.plan,
            work.at,
        ))?;
        self.tag(&Tag::Folder);
        Ok(FolderBegun::Begun(sequence))
    }

    /// What is being done in one folder, or was when somebody died.
    ///
    /// # Errors
    /// What the database says.
    pub fn folder_work(&self, folder: FolderId) -> Result<Option<FolderWork>, StoreError> {
        one(self.connection, folder)
    }

    /// Lets the next archive of a folder have a number greater than this one.
    ///
    /// # Errors
    /// What the database says.
    pub fn raise_folder_sequence(&self, folder: FolderId, to: u64) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE task_folder SET sequence = max(sequence, ?2) WHERE id = ?1")?
            .execute((folder.to_string(), to))?;
        Ok(())
    }

    /// The archive that is made is called otherwise: somebody else took the name.
    ///
    /// # Errors
    /// What the database says.
    pub fn rename_folder_work(&self, folder: FolderId, archive: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE folder_work SET archive = ?2 WHERE folder = ?1")?
            .execute((folder.to_string(), archive))?;
        Ok(())
    }

    /// It is known by now what cannot be seen on the disk afterwards.
    ///
    /// # Errors
    /// What the database says.
    pub fn replan_folder_work(&self, folder: FolderId, plan: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE folder_work SET plan = ?2 WHERE folder = ?1")?
            .execute((folder.to_string(), plan))?;
        Ok(())
    }

    /// What was done in a folder has ended. What came of it (JSON) is kept with the run it was done for,
    /// so that it is not done for that run again.
    ///
    /// # Errors
    /// What the database says.
    pub fn end_folder_work(
        &self,
        folder: FolderId,
        outcome: Option<&str>,
    ) -> Result<(), StoreError> {
        let folder = folder.to_string();
        if let Some(outcome) = outcome {
            self.connection
                .prepare_cached(
                    "UPDATE run_folder SET archive = ?2 WHERE run =
                       (SELECT r.run FROM run r JOIN folder_work w ON w.run = r.id WHERE w.folder = ?1)",
                )?
                .execute((&folder, outcome))?;
        }
        self.connection
            .prepare_cached("DELETE FROM folder_work WHERE folder = ?1")?
            .execute([&folder])?;
        self.tag(&Tag::Folder);
        Ok(())
    }
}
