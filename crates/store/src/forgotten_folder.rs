//! Task folders that are off the list: what they were, for who still names them, and for who takes one again.

use std::path::{Path, PathBuf};

use flowkeep_core::FolderId;
use flowkeep_host::path_text;
use rusqlite::{Connection, OptionalExtension as _};

use crate::operation::FOLDER;
use crate::task_folder::{DataFolder, folder_of};
use crate::{Store, StoreError, TaskFolderRecord, Tx};

/// What is known of a folder that is off the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForgottenFolder {
    /// Where it was.
    Path(PathBuf),
    /// What it was called: it left before places were kept, or elsewhere.
    Name(String),
}

impl ForgottenFolder {
    /// What people know the folder of this id by. A name alone may be another one's by now.
    pub fn told(&self, id: FolderId) -> String {
        match self {
            Self::Path(path) => path_text(path),
            Self::Name(name) => format!("{name} ({id})"),
        }
    }
}

impl Store {
    /// What a folder was that had this id; nothing where none is known to have had it.
    ///
    /// # Errors
    /// What the database says.
    pub fn forgotten_folder(&self, id: FolderId) -> Result<Option<ForgottenFolder>, StoreError> {
        let reader = self.reader()?;
        let path: Option<String> = reader
            .prepare_cached("SELECT path FROM forgotten_folder WHERE id = ?1")?
            .query_row([id.to_string()], |row| row.get(0))
            .optional()?;
        if let Some(path) = path {
            let path = DataFolder::of(&reader).place(&path);
            return Ok(Some(ForgottenFolder::Path(path)));
        }
        let name: Option<String> = reader
            .prepare_cached(
                "SELECT name FROM operation_item WHERE kind = ?1 AND id = ?2 AND name NOT NULL
                 ORDER BY operation DESC LIMIT 1",
            )?
            .query_row((FOLDER, id.to_string()), |row| row.get(0))
            .optional()?;
        Ok(name.map(ForgottenFolder::Name))
    }

    /// The id that the folder at this path had when it left the list the last time.
    ///
    /// # Errors
    /// What the database says.
    pub fn id_before(&self, path: &Path) -> Result<Option<FolderId>, StoreError> {
        let reader = self.reader()?;
        let kept = DataFolder::of(&reader).kept(path);
        let found = reader
            .prepare_cached(
                "SELECT id FROM forgotten_folder f
                 WHERE path = ?1 AND NOT EXISTS (SELECT 1 FROM task_folder t WHERE t.id = f.id)
                 ORDER BY forgotten_at DESC, id DESC LIMIT 1",
            )?
            .query_row([kept], |row| folder_of(row, 0))
            .optional()?;
        Ok(found)
    }
}

impl Tx<'_> {
    pub(crate) fn keep_forgotten(&self, folder: &TaskFolderRecord) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO forgotten_folder(id, path, forgotten_at) VALUES (?1, ?2, ?3)",
            )?
            .execute((
                folder.id.to_string(),
                DataFolder::of(self.connection).kept(&folder.path),
                self.now().0,
            ))?;
        Ok(())
    }
}

/// A folder of this id is on the list again.
pub(crate) fn is_known_again(connection: &Connection, id: FolderId) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM main.forgotten_folder WHERE id = ?1")?
        .execute([id.to_string()])?;
    Ok(())
}
