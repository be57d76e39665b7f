//! What the records of archives said when they were last read. The archives themselves are on the disk:
//! a row counts only as long as the disk says the same of its archive.

use flowkeep_core::FolderId;

use crate::{Store, StoreError, Tx};

/// An archive as it was when its record was last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownArchive {
    /// What it is called.
    pub name: String,
    /// By what it is told whether it is still the same.
    pub stamp: String,
    /// What its record says in short: JSON, as `files::folders` has it.
    pub summary: String,
}

impl Store {
    /// The archives of a folder whose records were read.
    ///
    /// # Errors
    /// What the database says.
    pub fn known_archives(&self, folder: FolderId) -> Result<Vec<KnownArchive>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached("SELECT name, stamp, summary FROM folder_archive WHERE folder = ?1")?;
        let rows = statement.query_map([folder.to_string()], |row| {
            Ok(KnownArchive {
                name: row.get(0)?,
                stamp: row.get(1)?,
                summary: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Remembers what was read: `read` anew, and none of those that are `gone`. It tells nobody, since
    /// nobody could see more than he saw before.
    ///
    /// # Errors
    /// What the database says.
    pub fn note_archives(
        &self,
        folder: FolderId,
        read: &[KnownArchive],
        gone: &[String],
    ) -> Result<(), StoreError> {
        let folder = folder.to_string();
        let mut put = self.connection.prepare_cached(
            "INSERT INTO folder_archive(folder, name, stamp, summary)
             SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM task_folder WHERE id = ?1)
             ON CONFLICT(folder, name) DO UPDATE SET stamp = excluded.stamp, summary = excluded.summary",
        )?;
        for archive in read {
            put.execute((&folder, &archive.name, &archive.stamp, &archive.summary))?;
        }
        let mut forget = self
            .connection
            .prepare_cached("DELETE FROM folder_archive WHERE folder = ?1 AND name = ?2")?;
        for name in gone {
            forget.execute((&folder, name))?;
        }
        Ok(())
    }
}
